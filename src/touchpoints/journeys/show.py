"""How journeys show themselves: a sentence of facts, and the first journeys in a notebook."""

from __future__ import annotations

import html
from itertools import islice
from typing import TYPE_CHECKING

from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted
from touchpoints._core.tables import (
    html_table,
)

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journey, Journeys

_SHOWN_JOURNEYS = 10
_SHOWN_TOUCHPOINTS = 8


def facts(journeys: Journeys) -> list[str]:
    """Return what is worth knowing at a glance, one phrase each."""
    real = int(journeys.counts.sum())
    said = [
        counted(len(journeys), "journey")
        if real == len(journeys)
        else f"{counted(len(journeys), 'row')} for {counted(real, 'journey')}",
        counted(len(journeys.codes), "interaction"),
        counted(len(journeys.touchpoints), "touchpoint"),
    ]
    if journeys.times is not None and len(journeys.times):
        first, last = journeys.times.min(), journeys.times.max()
        said.append(f"{str(first)[:10]} to {str(last)[:10]}")
    said.extend(f"outcome {name}" for name in journeys.outcomes)
    if journeys.meta.lens:
        said.append(f"collapsed by {' and '.join(journeys.meta.lens)}")
    if journeys.meta.report.dropped:
        said.append(f"{counted(journeys.meta.report.dropped, 'row')} left out (meta.report)")
    return said


def journeys_html(journeys: Journeys) -> str:
    """Return a self-contained fragment of HTML; every text of the log is escaped."""
    items = "".join(f"<li>{html.escape(one)}</li>" for one in journeys.meta.report.sentences())
    notes = f"<ul>{items}</ul>" if items else ""
    said = ", ".join(facts(journeys))
    return f"<div><p>Journeys: {html.escape(said)}</p>{notes}{_table(journeys)}</div>"


def _table(journeys: Journeys) -> str:
    if not len(journeys):
        return ""
    counted = bool((journeys.counts != 1).any())
    head = ["id", "touchpoints"]
    head += ["first", "last"] if journeys.times is not None else []
    head += ["count"] if counted else []
    rows = [
        [str(journey.id), _path(journey, journeys), *_ends(journey)]
        + ([f"{journey.count:,}"] if counted else [])
        + [f"{value:g}" for value in journey.outcomes.values()]
        for journey in islice(journeys, _SHOWN_JOURNEYS)
    ]
    more = len(journeys) - len(rows)
    caption = f"{more:,} more" if more > 0 else ""
    return html_table([*head, *journeys.outcomes], rows, caption=caption)


def _ends(journey: Journey) -> list[str]:
    if journey.times is None:
        return []
    return [_moment(journey.times, place) if len(journey) else "" for place in (0, -1)]


def _moment(times: Array, place: int) -> str:
    return str(times[place])[: len("2026-01-31T09:30:00")].replace("T", " ")


def _path(journey: Journey, journeys: Journeys) -> str:
    shown = journey.touchpoints[:_SHOWN_TOUCHPOINTS]
    more = len(journey) - len(shown)
    labels = [journeys.meta.label(touchpoint) for touchpoint in shown]
    return " → ".join([*labels, f"… {more:,} more"] if more > 0 else labels)
