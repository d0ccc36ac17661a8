"""One patient in time: what is clinical and what is not, with how long it took where known."""

from __future__ import annotations

from typing import Any

import touchpoints as tp

_VISITS = (
    ("2026-03-02T08:00", "2026-03-02T08:10", "pt_booking"),
    ("2026-03-05T09:30", "2026-03-05T09:40", "pt_registration"),
    ("2026-03-05T09:40", "2026-03-05T10:25", "pt_waiting"),
    ("2026-03-05T10:25", "2026-03-05T10:50", "pt_consultation"),
    ("2026-03-07T08:30", "2026-03-07T09:00", "pt_test"),
    ("2026-03-10T12:00", None, "pt_portal"),
    ("2026-03-12T16:00", "2026-03-12T16:20", "pt_results"),
    ("2026-03-13T11:00", None, "pt_billing"),
    ("2026-03-20T10:00", None, "pt_survey"),
)


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    patient = tp.load_taxonomy("patient")
    rule = [{"when": {"what": type_}, "type": type_} for *_, type_ in _VISITS]
    journeys = tp.from_records(
        [{"who": "ana", "at": at, "to": to, "what": what} for at, to, what in _VISITS],
        journey="who",
        time="at",
        end="to",
        touchpoint=tp.classify.rules({"rule": rule}, taxonomy=patient),
        taxonomy=patient,
    )
    return tp.plot.timeline(journeys, taxonomy=patient, lang=lang, dark=dark, width=width)
