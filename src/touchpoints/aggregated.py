"""Aggregated path tables in: one row a path, with how many journeys went it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._arrays import segments
from touchpoints._frozen import Array, Coded, owned, text_array
from touchpoints._hints import check_option, first_few, not_found
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys import Journeys
from touchpoints.matching import CONTEXT_FROM, NEED_FROM, Matched, match_texts, table_of
from touchpoints.meta import Meta, Report
from touchpoints.taxonomy import Taxonomy

Unmatched = Literal["raise", "keep"]

_BLOCK = 1 << 16
_MOST_TEXTS = 20
_MANY = 0.1


def from_paths(
    table: Any,
    *,
    path: str,
    separator: str = " > ",
    count: str | None = None,
    outcome: str | None = None,
    converted: str | None = None,
    lost: str | None = None,
    value: str | None = None,
    taxonomy: Taxonomy | None = None,
    unmatched: Unmatched = "raise",
) -> Journeys:
    """Read an aggregated path table: one row a path, and how many journeys took it.

    Parameters
    ----------
    table
        A dataframe of any kind `from_frame` reads, or a mapping from names to lists or arrays.
    path
        Column with the steps of a path in order of time, joined by the separator; repeats are
        kept, and space around a step is no part of its name. Empty text is an empty journey.
    separator
        What joins the steps.
    count
        Column with how many journeys took the path; one by default.
    converted, lost
        Columns with how many journeys took the path and reached the outcome, and how many did
        not. Where only one of them is given together with ``count``, the other is what remains.
    outcome
        With ``converted`` or ``lost``: what the outcome is called, ``"conversion"`` by default.
        Without: column with 1 where the journeys of the row reached it, 0 where they did not,
        missing where that is not known; the outcome is called like the column.
    value
        Column with what the journeys of the row are worth in all. With ``converted`` or ``lost``
        it belongs to those that reached the outcome.
    taxonomy
        Look each step up in it by id, alias or label. Without one, each is an untyped touchpoint.
    unmatched
        What to do with steps that match no type: ``"raise"``, or ``"keep"`` them as untyped
        touchpoints and count their rows in ``meta.report``.

    Returns
    -------
    Journeys
        Without times. With ``converted`` or ``lost`` up to two for each row, with the ids
        ``"<row>:converted"`` and ``"<row>:lost"``; otherwise one, whose id is the number of the
        row, from 0. Their ``counts`` are those of the table; rows and parts of rows that stand
        for no journey are left out. ``values`` is called like its column.

    Raises
    ------
    NotFoundError
        When a column is not there; the message proposes near ones.
    InvalidInputError
        When a path is missing or has an empty step, when a count is negative, missing or no whole
        number, when a row without converted journeys has a value, when steps match no type, when
        hardly any path has the separator but many have it without its spaces.

    Notes
    -----
    Values are totals of several journeys: sums and means of them are exact, but intervals need one
    row a journey (see `bootstrap`). O(m) in the number of steps.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {
    ...     "path": ["eta > iota > alpha > eta", "iota > iota"],
    ...     "total_conversions": [1, 2],
    ...     "total_conversion_value": [0.25, 3.5],
    ...     "total_null": [3, 0],
    ... }
    >>> journeys = tp.from_paths(
    ...     table,
    ...     path="path",
    ...     converted="total_conversions",
    ...     lost="total_null",
    ...     value="total_conversion_value",
    ... )
    >>> journeys
    <Journeys: 3 rows for 6 journeys, 10 interactions, 3 touchpoints, outcome conversion>
    >>> journeys[1]
    """
    check_option("unmatched", unmatched, Unmatched)
    if not separator:
        raise InvalidInputError("the separator is empty", mend="name the text that joins the steps")
    columns = _columns(table, _Names(path, count, outcome, converted, lost, value))
