"""How journeys show themselves: a sentence of facts, and the first journeys in a notebook."""

from __future__ import annotations

import html

import numpy as np

from touchpoints._core.messages import counted
from touchpoints._core.tables import html_table
from touchpoints.journeys.checks import Columns

_SHOWN_JOURNEYS = 10
_SHOWN_TOUCHPOINTS = 8


def facts(columns: Columns) -> list[str]:
    """Return what is worth knowing at a glance, one phrase each."""
    real = int(columns["counts"].sum())
    said = [
        counted(len(columns["ids"]), "journey")
        if real == len(columns["ids"])
        else f"{counted(len(columns['ids']), 'row')} for {counted(real, 'journey')}",
        counted(len(columns["codes"]), "interaction"),
        counted(len(columns["touchpoints"]), "touchpoint"),
    ]
    if columns["times"] is not None and len(columns["times"]):
        first, last = columns["times"].min(), columns["times"].max()
        said.append(f"{str(first)[:10]} to {str(last)[:10]}")
    said.extend(f"outcome {name}" for name in columns["outcomes"])
    if columns["meta"].lens:
        said.append(f"collapsed by {' and '.join(columns['meta'].lens)}")
    if columns["meta"].report.dropped:
        said.append(f"{counted(columns['meta'].report.dropped, 'row')} left out (meta.report)")
    return said


def journeys_html(columns: Columns) -> str:
    """Return a self-contained fragment of HTML; every text of the log is escaped."""
    items = "".join(f"<li>{html.escape(one)}</li>" for one in columns["meta"].report.sentences())
    notes = f"<ul>{items}</ul>" if items else ""
    said = ", ".join(facts(columns))
    return f"<div><p>Journeys: {html.escape(said)}</p>{notes}{_table(columns)}</div>"


def _table(columns: Columns) -> str:
    counts, size = columns["counts"], len(columns["ids"])
    if not size:
        return ""
    counted = bool((counts != 1).any())
    head = ["id", "touchpoints"]
    head += ["first", "last"] if columns["times"] is not None else []
    head += ["count"] if counted else []
    rows = [
        [str(columns["ids"][place]), _path(columns, place), *_ends(columns, place)]
        + ([f"{counts[place]:,}"] if counted else [])
        + [f"{values[place]:g}" for values in columns["outcomes"].values()]
        for place in range(min(size, _SHOWN_JOURNEYS))
    ]
    more = size - len(rows)
    caption = f"{more:,} more" if more > 0 else ""
    return html_table([*head, *columns["outcomes"]], rows, caption=caption)


def _ends(columns: Columns, place: int) -> list[str]:
    if columns["times"] is None:
        return []
    start, stop = columns["offsets"][place : place + 2]
    return [_moment(columns["times"][row]) if stop > start else "" for row in (start, stop - 1)]


def _moment(time: np.datetime64) -> str:
    return str(time)[: len("2026-01-31T09:30:00")].replace("T", " ")


def _path(columns: Columns, place: int) -> str:
    start, stop = columns["offsets"][place : place + 2]
    shown = columns["codes"][start:stop][:_SHOWN_TOUCHPOINTS]
    more = stop - start - len(shown)
    labels = [columns["meta"].label(columns["touchpoints"][code]) for code in shown]
    return " → ".join([*labels, f"… {more:,} more"] if more > 0 else labels)
