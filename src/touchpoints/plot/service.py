"""The picture of service: how fast, at the first contact, for good, and how kindly."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import Service
from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.quantities import Quantity, numbers, shares, times
from touchpoints.plot._shared.row_drawing import draw_rows
from touchpoints.plot._shared.series_legend import PAD, Mark, notes, series_legend
from touchpoints.taxonomy import Taxonomy

_KINDS = ("seconds", "share", "score")
_WORDS = {
    "first response time": "first_response",
    "resolution time": "resolution",
    "no further contact": "no_further_contact",
    "one reply": "one_reply",
    "not again": "not_again",
    "reopen rate": "reopened",
    "follow-up rate": "followed_up",
    "empathy": "empathy",
}
_REASONS = {
    "too many tickets are open": "open",
    "no ticket": "no_ticket",
    "no ticket was solved and watched long enough": "no_ticket",
    "the journeys have no persons": "no_persons",
    "no score": "no_score",
    "contact= says what a message of the customer is": "not_asked",
    "follow_up= says what a follow-up is": "not_asked",
    "empathy= names the metric": "not_asked",
}


@public
def service(
    service: Service,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw measures of service: times, shares of tickets, and the mean score of empathy.

    Parameters
    ----------
    service
        What `tp.experience.service` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each measure, a dot with its interval: times on one scale, shares on another,
        scores on a third. Below the name stand the tickets it is about, and those still open. What
        is not known is a dash, with the reason below the name. Groups have a colour, a shape and a
        line each.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``service`` is not a Service.

    See Also
    --------
    touchpoints.experience.service : Compute the measures.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"ticket": 1, "at": "2026-01-05 09:00", "what": "asked"},
    ...     {"ticket": 1, "at": "2026-01-05 11:00", "what": "reply"},
    ...     {"ticket": 1, "at": "2026-01-05 11:00", "what": "solved"},
    ... ]
    >>> tickets = tp.from_records(rows, journey="ticket", time="at", touchpoint="what")
    >>> found = tp.experience.service(tickets, reply="reply", solved="solved", contact="asked")
    >>> tp.plot.service(found, lang="es").layout.annotations[0].text
    'primera respuesta, mediana'
    """
    require_record(service, Service, made_by="tp.experience.service")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found, canvas = service, Canvas(look)
    parts, note = parts_of(found, look, size=found.cases)
    marks = marks_of(parts, look)
    y, said = series_legend(canvas, marks, top=PAD), [note]
    for kind in _KINDS:
        rows, panel = _block(look, found, parts, marks, kind=kind)
        if rows:
            y = draw_rows(canvas, rows, [panel], top=y) + 8
    if not parts:
        y = canvas.text(PAD, y, look.say("plot.no_data"), color=look.palette.ink2).bottom
        return canvas.figure(y + PAD)
    whole = look.numerals.whole
    said += [
        look.say(f"service.{name}", n=whole(getattr(found, name)))
        for name in ("automatic", "by_agents", "unknown_start")
        if getattr(found, name)
    ]
    return canvas.figure(notes(canvas, said, top=y) + PAD)


def _block(
    look: Look, found: Service, parts: list[Part], marks: list[Mark], *, kind: str
) -> tuple[list[Row], Panel]:
    """Return the rows of the measures of one unit, and their scale."""
    size = np.where(found.of == kind, 1.0, np.nan)
    labels, _ = rows_of_labels(found.measure, parts, look, size=size, which="")
    labels = {
        name: [(nth, row) for nth, row in pairs if found.of[row] == kind]
        for name, pairs in labels.items()
    }
    labels = {name: pairs for name, pairs in labels.items() if pairs}
    known = [row for pairs in labels.values() for _, row in pairs]
    quantity, title = _scale(look, found, known, kind)
    rows = [
        Row(
            label=_measure(look, name),
            below=_below(look, found, [row for _, row in pairs]),
            dots=tuple(_dot(look, found, row, marks[nth], nth, quantity) for nth, row in pairs),
        )
        for name, pairs in labels.items()
    ]
    what = look.say("dot_rows.interval", what=title, level=look.numerals.share(found.level))
    return rows, panel_of(
        [dot for row in rows for dot in row.dots],
        title=what,
        quantity=quantity,
        reference=None if kind == "score" else 0.0,
        within=(0.0, 1.0) if kind == "share" else (-np.inf, np.inf),
    )


def _scale(look: Look, found: Service, rows: list[int], kind: str) -> tuple[Quantity, str]:
    if kind == "share":
        return shares(look), look.say("service.share")
    values = [float(found.value[row]) for row in rows]
    if kind == "score":
        return numbers(look, values), look.say("service.score")
    quantity, unit = times(look, values)
    return quantity, look.say("dot_rows.same_scale", what=look.say("service.seconds"), unit=unit)


def _measure(look: Look, name: str) -> str:
    """Return the words for a measure; one that has none as it is."""
    head, *rest = name.split(", ")
    if head not in _WORDS:
        return shown(name)
    words = [look.say(f"service.{_WORDS[head]}")]
    if "opening hours" in rest:
        words.append(look.say("service.opening_hours"))
    if head in ("first response time", "resolution time"):
        words.append(look.say("service.ninety" if "90 %" in rest else "service.median"))
    return ", ".join(words)


def _below(look: Look, found: Service, rows: list[int]) -> str:
    """Return how many tickets a measure is about, or why it is not known."""
    reasons = {str(found.reason[row]) for row in rows if found.reason[row]}
    cases = sum(int(found.cases[row]) for row in rows)
    late = sum(int(found.censored[row]) for row in rows)
    whole = look.numerals.whole
    said = [look.say("plot.n", n=whole(cases))]
    if late:
        said.append(look.say("service.censored", n=whole(late)))
    for reason in sorted(reasons):
        known = _REASONS.get(reason)
        said.append(look.say(f"service.{known}") if known else shown(reason))
    return "; ".join(said)


def _dot(look: Look, found: Service, row: int, mark: Mark, lane: int, quantity: Quantity) -> Dot:
    value, low, high = (float(one[row]) for one in (found.value, found.low, found.high))
    said = quantity.said(value, low, high)
    whole = look.numerals.whole
    n = look.say("service.events", events=whole(found.events[row]), n=whole(found.cases[row]))
    return Dot(value=value, low=low, high=high, mark=mark, text=said, hover=(said, n), lane=lane)
