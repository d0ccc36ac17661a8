"""Rows of a record by their label, a line for each group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.plot._shared.dot_rows import MOST_ROWS, shown_rows
from touchpoints.plot._shared.groups import Part
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.series_legend import SYMBOLS, Mark

_MOST_DOTS = 160


def marks_of(parts: Sequence[Part], look: Look, *, hollow: bool = False) -> list[Mark]:
    """Return how groups look: a colour and a shape each; without groups one mark, unnamed."""
    return [
        Mark(
            label=part.label,
            color=part.color or look.palette.accent,
            symbol=SYMBOLS[nth],
            hollow=hollow,
        )
        for nth, part in enumerate(parts)
    ]


def rows_of_labels(
    labels: Array,
    parts: Sequence[Part],
    look: Look,
    *,
    size: Array,
    which: str,
    lanes: int = 1,
) -> tuple[dict[str, list[tuple[int, int]]], str]:
    """Return the lines and rows of each label that is drawn, and what is said of the others.

    Parameters
    ----------
    labels
        The label of each row of the record; labels keep the order in which they first occur.
    size
        How important each row is: of many labels, those with the largest row are drawn.
    which
        Which labels these are, in words.
    lanes
        How many lines a row of the record takes.

    Returns
    -------
    dict of str to list of (int, int)
        By label, the place of the group among ``parts`` and the row.
    str
        The sentence, empty where all are drawn.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    pairs = sorted((row, nth) for nth, part in enumerate(parts) for row in part.rows.tolist())
    for row, nth in pairs:
        found.setdefault(str(labels[row]), []).append((nth, row))
    keys = list(found)
    sizes = np.array(
        [np.nanmax([-np.inf, *(float(size[row]) for _, row in found[key])]) for key in keys]
    )
    most = max(8, min(MOST_ROWS, _MOST_DOTS // max(len(parts) * lanes, 1)))
    chosen, said = shown_rows(sizes, look, which=which, most=most)
    return {keys[row]: found[keys[row]] for row in chosen}, said
