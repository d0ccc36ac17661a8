"""The repr of journeys: one line of text, and the first journeys as HTML in a notebook."""

from __future__ import annotations

import html

import numpy as np

from touchpoints._core.messages import counted
from touchpoints._core.tables import html_table
from touchpoints._core.text import printable
from touchpoints.journeys.checks import Columns
from touchpoints.journeys.meta import Report

_SHOWN_JOURNEYS = 10
_SHOWN_TOUCHPOINTS = 8


def facts(columns: Columns) -> list[str]:
    """Return the phrases of the repr: sizes, period, outcomes, lens, answers, remarks."""
    real = int(columns["counts"].sum())
    phrases = [
        counted(len(columns["ids"]), "journey")
        if real == len(columns["ids"])
        else f"{counted(len(columns['ids']), 'row')} for {counted(real, 'journey')}",
        counted(len(columns["codes"]), "interaction"),
        counted(len(columns["touchpoints"]), "touchpoint"),
    ]
    if columns["times"] is not None and len(columns["times"]):
        first, last = columns["times"].min(), columns["times"].max()
        phrases.append(f"{str(first)[:10]} to {str(last)[:10]}")
    phrases.extend(f"outcome {printable(name)}" for name in columns["outcomes"])
    if columns["meta"].lens:
        phrases.append(f"collapsed by {' and '.join(map(printable, columns['meta'].lens))}")
    report = columns["meta"].report
    if report.answers:
        attached = f"{report.answers_attached:,} of {counted(report.answers, 'answer')}"
        phrases.append(f"{attached} attached")
    return [*phrases[:-1], *_of_reading(phrases[-1], report)]


def _of_reading(last: str, report: Report) -> list[str]:
    """Return the last phrase, with the rows left out and the number of remarks."""
    phrases = [last, f"{counted(report.dropped, 'row')} left out"] if report.dropped else [last]
    if report.remarks:
        phrases[-1] += f" and {counted(report.remarks, 'remark')}"
    if report.dropped or report.remarks:
        phrases[-1] += " (meta.report)"
    return phrases


def journeys_html(columns: Columns) -> str:
    """Return a self-contained fragment of HTML, in which every text of the log is escaped."""
    said = map(printable, columns["meta"].report.sentences())
    items = "".join(f"<li>{html.escape(one)}</li>" for one in said)
    notes = f"<ul>{items}</ul>" if items else ""
    line = ", ".join(facts(columns))
    return f"<div><p>Journeys: {html.escape(line)}</p>{notes}{_table(columns)}</div>"


def _table(columns: Columns) -> str:
    counts, size = columns["counts"], len(columns["ids"])
    if not size:
        return ""
    counted = bool((counts != 1).any())
    head = ["id", "touchpoints"]
    head += ["first", "last"] if columns["times"] is not None else []
    head += ["count"] if counted else []
    rows = [
        [_id(columns, position), _path(columns, position), *_ends(columns, position)]
        + ([f"{counts[position]:,}"] if counted else [])
        + [f"{values[position]:g}" for values in columns["outcomes"].values()]
        for position in range(min(size, _SHOWN_JOURNEYS))
    ]
    more = size - len(rows)
    caption = f"{more:,} more" if more > 0 else ""
    return html_table([*head, *columns["outcomes"]], rows, caption=caption)


def _id(columns: Columns, position: int) -> str:
    return printable(str(columns["ids"][position]))


def _ends(columns: Columns, position: int) -> list[str]:
    if columns["times"] is None:
        return []
    start, stop = columns["offsets"][position : position + 2]
    return [_moment(columns["times"][row]) if stop > start else "" for row in (start, stop - 1)]


def _moment(time: np.datetime64) -> str:
    return str(time)[: len("2026-01-31T09:30:00")].replace("T", " ")


def _path(columns: Columns, position: int) -> str:
    start, stop = columns["offsets"][position : position + 2]
    shown = columns["codes"][start:stop][:_SHOWN_TOUCHPOINTS]
    more = stop - start - len(shown)
    known = columns["touchpoints"]
    labels = [printable(columns["meta"].label(known[code])) for code in shown]
    return " → ".join([*labels, f"… {more:,} more"] if more > 0 else labels)
