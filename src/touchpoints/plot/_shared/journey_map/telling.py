"""What a journey map says where it is pointed at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from touchpoints.plot._shared.canvas import hover
from touchpoints.plot._shared.journey_map.labels import Labels
from touchpoints.plot._shared.text_widths import wrapped
from touchpoints.taxonomy import UNKNOWN

_WIDEST = 340.0
_MOST_LINES = 6
_MOST_TERMS = 5


def lines_of_hover(*texts: str) -> str:
    """Return what is said when something is pointed at, in lines that are not too wide."""
    return hover(*(line for text in texts if text for line in _lines(text)))


def _lines(text: str) -> list[str]:
    return wrapped(text, _WIDEST, 12, most=_MOST_LINES)


def touchpoint_hover(labels: Labels, row: int) -> str:
    """Return what is said of a touchpoint: reach, valence, terms, marks, and advice."""
    table, say = labels.found.touchpoints, labels.look.say
    facets = ("need", "context", "channel", "directness", "clinicality")
    terms = [
        f"{say('map.' + facet)}: {labels.term(facet, str(getattr(table, facet)[row]))}"
        for facet in facets
        if str(getattr(table, facet)[row]) != UNKNOWN
    ]
    marks = [say("map.pain")] if table.pain[row] else []
    marks += [say("map.moment")] if table.moment[row] else []
    planned = table.planned[row]
    if not table.observed[row]:
        marks.append(say("map.unseen"))
    elif planned is not None and not planned:
        marks.append(say("map.unplanned"))
    advice = [f"{say('map.opportunity')}: {one}" for one in table.advice[row] or ()]
    seen = [_reach(labels, row), _valence(labels, row), _repeats(labels, row)]
    name = labels.touchpoint(str(table.touchpoint[row]))
    return lines_of_hover(
        name, *(seen if table.observed[row] else ()), *terms, " · ".join(marks), *advice
    )


def _reach(labels: Labels, row: int) -> str:
    table, numerals = labels.found.touchpoints, labels.look.numerals
    return labels.look.say(
        "map.reach_said",
        share=numerals.share(table.reach[row]),
        interval=numerals.range(table.reach_low[row], table.reach_high[row]),
        journeys=numerals.whole(table.journeys[row]),
    )


def _valence(labels: Labels, row: int) -> str:
    table = labels.found.touchpoints
    ends = (table.valence_low[row], table.valence_high[row])
    return valence_said(labels, table.valence[row], ends, int(table.answers[row]))


def valence_said(labels: Labels, valence: float, ends: tuple[float, float], answers: int) -> str:
    """Return a valence with its interval and the number of answers; empty where there is none."""
    if np.isnan(valence):
        return ""
    numerals = labels.look.numerals
    return labels.look.say(
        "map.valence_said",
        valence=numerals.number(valence, signed=True),
        interval=numerals.range(*ends, shares=False),
        answers=numerals.whole(answers),
    )


def _repeats(labels: Labels, row: int) -> str:
    table, flows = labels.found.touchpoints, labels.found.flows
    key = table.touchpoint[row]
    rows = np.flatnonzero((flows.source == key) & (flows.target == key))
    steps = int(flows.steps[rows].sum())
    return labels.look.say("map.repeats", steps=labels.look.numerals.whole(steps)) if steps else ""


def stage_hover(
    labels: Labels,
    row: int | None,
    words: tuple[str, tuple[str, ...], tuple[str, ...]],
) -> str:
    """Return what is said of a stage: its share, its valence, its needs and contexts."""
    table, look = labels.found.stages, labels.look
    label, needs, contexts = words
    said = []
    if row is not None:
        said.append(
            look.say(
                "map.reach_said",
                share=look.numerals.share(table.share[row]),
                interval=look.numerals.range(table.low[row], table.high[row]),
                journeys=look.numerals.whole(table.journeys[row]),
            )
        )
        ends = (table.valence_low[row], table.valence_high[row])
        said.append(valence_said(labels, table.valence[row], ends, int(table.answers[row])))
    for key, terms in (("map.need", needs), ("map.context", contexts)):
        if terms:
            said.append(f"{look.say(key)}: {' · '.join(terms[:_MOST_TERMS])}")
    return lines_of_hover(label, *said)


def flow_hover(labels: Labels, rows: Sequence[int]) -> str:
    """Return what is said of flows: their ends, their shares of journeys, and their steps."""
    table, look = labels.found.flows, labels.look
    said = []
    for row in rows:
        names = [labels.touchpoint(str(one[row])) for one in (table.source, table.target)]
        planned = table.planned[row]
        numbers = look.say(
            "map.flow_said",
            share=look.numerals.share(table.share[row]),
            interval=look.numerals.range(table.low[row], table.high[row]),
            steps=look.numerals.whole(table.steps[row]),
        )
        unplanned = planned is not None and not planned
        said += [" → ".join(names), numbers, look.say("map.unplanned_flow") if unplanned else ""]
    return lines_of_hover(*said)
