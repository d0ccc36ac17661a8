"""What a report says of experience and service: ratings, their course, and measures of service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from touchpoints._core.frozen import FrozenMap
from touchpoints.plot._report.drawing import section_of
from touchpoints.plot._report.results import Results
from touchpoints.plot._report.sentences import (
    LEAST,
    Said,
    Section,
    count,
    lasting,
    named,
    number,
    sentence,
    share,
)
from touchpoints.plot._shared.look import Look
from touchpoints.plot.assessments import assessments
from touchpoints.plot.emotion_curve import emotion_curve
from touchpoints.plot.service import service

_SAID: Mapping[str, str] = FrozenMap(
    {"first response time": "finding.reply", "one reply": "finding.one_reply"}
)
"""What is said of which measure: of the first one that is known."""


def ratings(results: Results, look: Look) -> Section:
    """Return how touchpoints are rated."""
    found = results.shown("assessments")
    known = np.flatnonzero(found.answers >= LEAST)
    if not len(known):
        said = sentence(look, "finding.few", n=count(look, found.answers.sum()))
    else:
        best = int(known[np.argmax(found.satisfied[known])])
        worst = int(known[np.argmin(found.satisfied[known])])
        clear = found.satisfied_low[best] > found.satisfied_high[worst]
        said = sentence(
            look,
            "finding.satisfied" if clear else "finding.satisfied_alike",
            best=named(look, look.name(found.touchpoint[best])),
            high=_satisfied(look, found, best),
            worst=named(look, look.name(found.touchpoint[worst])),
            low=_satisfied(look, found, worst),
        )
    return section_of("experience", said, draw=assessments, record=found)


def _satisfied(look: Look, found: Any, row: int) -> Said:
    return share(look, found.satisfied[row], found.satisfied_low[row], found.satisfied_high[row])


def emotions(results: Results, look: Look) -> Section:
    """Return how scores go along the journey."""
    found = results.shown("emotions")
    known = np.flatnonzero(found.answers >= LEAST)
    if not len(known):
        said = sentence(look, "finding.few", n=count(look, found.answers.sum()))
    else:
        lowest = int(known[np.argmin(found.valence[known])])
        said = sentence(
            look,
            "finding.lowest",
            place=named(look, look.term("stage", found.place[lowest])),
            valence=number(
                look,
                found.valence[lowest],
                found.valence_low[lowest],
                found.valence_high[lowest],
            ),
            n=count(look, found.answers[lowest]),
        )
    return section_of("emotions", said, draw=emotion_curve, record=found)


def service_section(results: Results, look: Look) -> Section:
    """Return the measures of service, with how long the first reply takes where that is known."""
    found = results.shown("service")
    said = sentence(look, "finding.no_service")
    for measure, key in _SAID.items():
        at = np.flatnonzero((found.measure == measure) & np.isfinite(found.value))
        if len(at) and found.cases[at[0]] >= LEAST:
            row = int(at[0])
            write = lasting if found.of[row] == "seconds" else share
            value, low, high = (float(one[row]) for one in (found.value, found.low, found.high))
            parts = {"value": write(look, value, low, high), "n": count(look, found.cases[row])}
            said = sentence(look, key, **parts)
            break
    return section_of("service", said, draw=service, record=found)
