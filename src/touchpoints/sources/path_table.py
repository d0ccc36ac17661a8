"""Aggregated path tables in: one row a path, with how many journeys went it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sorting.ordering import by_appearance
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.messages import (
    agreeing,
    counted,
    first_few,
)
from touchpoints._core.reading import table_of
from touchpoints.classify.typing import (
    CONTEXT_FROM,
    NEED_FROM,
    Matched,
    distinct_touchpoints,
    match_texts,
)
from touchpoints.classify.untyped_policy import Unmatched, Unsettled, settle
from touchpoints.errors import InvalidInputError, warn
from touchpoints.journeys.meta import Meta, Report
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import check_outcome_name
from touchpoints.taxonomy import Taxonomy

_BLOCK = 1 << 10
_MANY = 0.1
_EXACT = 2**53
_OUTCOME = "conversion"


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
        What to do with steps that match no type: ``"raise"``, ``"drop"``, or ``"keep"`` as
        untyped touchpoints. Dropping may leave journeys empty; they stay.

    Returns
    -------
    Journeys
        Without times. With ``converted`` or ``lost`` up to two for each row, with the ids
        ``"<row>:converted"`` and ``"<row>:lost"``; otherwise one, whose id is the number of the
        row, from 0. Their ``counts`` are those of the table; rows and parts of rows that stand
        for no journey are left out. ``values`` is called like its column. What
        ``meta.report`` calls a row is one step of one of these.

    Raises
    ------
    NotFoundError
        When a column is not there; the message proposes near ones.
    InvalidInputError
        When a path is missing or has an empty step, when a count is negative, missing or no whole
        number, when a row without converted journeys has a value, when steps match no type, when
        hardly any path has the separator but many have it without its spaces.

    Warns
    -----
    TouchpointsWarning
        When names of steps hold the separator without its spaces.

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
    >>> journeys[1].id, journeys[1].count, journeys[1].outcomes, journeys[1].keys
    ('0:lost', 3, {'conversion': 0.0}, ('eta', 'iota', 'alpha', 'eta'))
    """
    check_option("unmatched", unmatched, Unmatched)
    if not separator:
        raise InvalidInputError("the separator is empty", mend="name the text that joins the steps")
    asked = _Asked(path, count, outcome, converted, lost, value)
    columns = _columns(table, asked)
    texts = _checked_texts(columns[path], path, separator)
    parts = _parts(columns, asked, len(texts))
    steps = _split([texts[row] for row in parts.rows.tolist()], separator)
    _check_steps(steps, parts.rows, path, separator)
    matched = match_texts(steps.names, taxonomy)
    owners = np.repeat(parts.rows, segments.lengths_of(steps.offsets))
    source = Unsettled(rows=owners, column=path, owner="the taxonomy")
    settled = settle(steps.codes, matched, unmatched, source)
    meta = Meta(taxonomy=taxonomy, report=Report(rows=len(owners), **settled.tally))
    return _build(_kept(steps, settled.kept), parts, matched, meta)


@attrs.frozen
class _Asked:
    """Which column is what."""

    path: str
    count: str | None
    outcome: str | None
    converted: str | None
    lost: str | None
    value: str | None

    @property
    def parted(self) -> bool:
        """Whether rows say how many reached the outcome, and how many did not."""
        return self.converted is not None or self.lost is not None

    def columns(self) -> dict[str, str]:
        """Return the argument that names each column."""
        outcome = None if self.parted else self.outcome
        given = {
            "path": self.path,
            "count": self.count,
            "outcome": outcome,
            "converted": self.converted,
            "lost": self.lost,
            "value": self.value,
        }
        return {argument: name for argument, name in given.items() if name is not None}


def _columns(source: Any, asked: _Asked) -> dict[str, Any]:
    """Return the columns asked for: the paths as a list, the others as float64."""
    table = table_of(source)
    table.load(asked.columns().items())
    return {
        name: table.values(name) if argument == "path" else table.numbers(name).astype(np.float64)
        for argument, name in asked.columns().items()
    }


def _checked_texts(values: list[Any], path: str, separator: str) -> list[str]:
    wrong = [row for row, one in enumerate(values) if not isinstance(one, str)]
    if wrong:
        raise InvalidInputError(
            f"{counted(len(wrong), 'row', verb='have')} no path, or one that is no text",
            where=f"column {path!r}, rows {first_few(wrong)}: "
            f"{first_few(values[row] for row in wrong[:5])}",
            mend="an empty text is an empty journey; leave out rows whose path is not known",
        )
    bare = separator.strip()
    if bare != separator and bare and not any(separator in text for text in values):
        joined = [text for text in values if bare in text]
        if len(joined) > _MANY * len(values):
            raise InvalidInputError(
                f"no path holds the separator {separator!r}, but {len(joined):,} hold {bare!r}",
                where=f"column {path!r}: {first_few(joined, most=2)}",
                mend=f"pass separator={bare!r}",
            )
    return values


@attrs.frozen(eq=False, kw_only=True)
class _Parts:
    """What becomes a row of the journeys: a row of the table, or its share with one outcome."""

    rows: Array
    counts: Array
    reached: Array | None
    worth: Array | None
    outcome: str
    value: str
    parted: bool


def _parts(columns: Mapping[str, Any], asked: _Asked, size: int) -> _Parts:
    counts, reached = _shares(columns, asked, size)
    worth = None if asked.value is None else columns[asked.value]
    if asked.parted and worth is not None:
        _refuse_stray(worth, counts[:, 0], asked)
        worth = np.column_stack([worth, np.zeros(size)])
    kept = np.flatnonzero(counts)  # row by row, what converted first
    width = counts.shape[1]
    return _Parts(
        rows=kept // width,
        counts=owned(counts.ravel()[kept]),
        reached=None if reached is None else owned(reached.ravel()[kept]),
        worth=None if worth is None else owned(worth.ravel()[kept]),
        outcome=asked.outcome or _OUTCOME,
        value=asked.value or "",
        parted=asked.parted,
    )


def _shares(columns: Mapping[str, Any], asked: _Asked, size: int) -> tuple[Array, Array | None]:
    """Return how many journeys each row holds, (rows, 1 or 2), and whether they reached it."""
    given = {
        argument: _counts(columns[name], name)
        for argument, name in asked.columns().items()
        if argument in ("count", "converted", "lost")
    }
    if not asked.parted:
        counts = given.get("count", np.ones(size, dtype=np.int64)).reshape(-1, 1)
        if asked.outcome is None:
            return counts, None
        return counts, _marks(columns[asked.outcome], asked.outcome).reshape(-1, 1)
    if len(given) == 3:
        raise InvalidInputError(
            "count, converted and lost are given: two of them say the third", mend="leave out count"
        )
    check_outcome_name(asked.outcome or _OUTCOME)
    every = given.get("count")
    for one, other in (("converted", "lost"), ("lost", "converted")):
        if one not in given:
            given[one] = np.zeros(size, np.int64) if every is None else every - given[other]
    _refuse(given["converted"] < 0, f"{asked.lost!r} exceeds {asked.count!r}", given["converted"])
    _refuse(given["lost"] < 0, f"{asked.converted!r} exceeds {asked.count!r}", given["lost"])
    counts = np.column_stack([given["converted"], given["lost"]])
    return counts, np.broadcast_to([1.0, 0.0], counts.shape)


def _counts(values: Array, name: str) -> Array:
    wrong = ~((values >= 0) & (values < _EXACT) & (values == np.floor(values)))
    _refuse(wrong, f"column {name!r} must hold whole numbers of journeys, 0 or more", values)
    return values.astype(np.int64)


def _marks(values: Array, name: str) -> Array:
    check_outcome_name(name)
    wrong = ~((values == 0) | (values == 1) | np.isnan(values))
    mend = "for how many converted, pass the column as converted= (and lost=)"
    _refuse(wrong, f"outcome {name!r} must be 1, 0 or missing", values, mend=mend)
    return values


def _refuse_stray(worth: Array, converted: Array, asked: _Asked) -> None:
    stray = (converted == 0) & (worth != 0) & ~np.isnan(worth)
    _refuse(stray, f"column {asked.value!r} holds a value where no journey converted", worth)


def _refuse(wrong: Array, what: str, values: Array, *, mend: str = "") -> None:
    """Raise when any row is wrong, showing the first few."""
    if wrong.any():
        rows = np.flatnonzero(wrong)
        shown = first_few(values[rows[:5]].tolist())
        where = f"{counted(len(rows), 'row')}, {first_few(rows.tolist())}: {shown}"
        raise InvalidInputError(what, where=where, mend=mend)


@attrs.frozen(eq=False)
class _Steps:
    """Paths taken apart: path j owns ``codes[offsets[j]:offsets[j + 1]]``, codes of the names."""

    names: tuple[str, ...]
    codes: Array
    offsets: Array


class _Numbers(dict[str, int]):
    """Names numbered as they are first asked for."""

    def __missing__(self, name: str) -> int:
        self[name] = len(self)
        return self[name]


def _split(texts: Sequence[str], separator: str) -> _Steps:
    """Split paths, each distinct one once: a row that converted and was lost has one path."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    found = _split_apart(list(places), separator)
    if len(places) == len(texts):
        return found
    chosen = np.fromiter(map(places.__getitem__, texts), np.int64, len(texts))
    codes = found.codes[segments.rows_of(found.offsets, chosen)]
    lengths = segments.lengths_of(found.offsets)[chosen]
    return _Steps(found.names, codes, segments.offsets_of(lengths))


def _split_apart(texts: Sequence[str], separator: str) -> _Steps:
    """Split paths, a block at a time: the texts of all steps at once would be large."""
    known = _Numbers()
    codes: list[Array] = [np.empty(0, np.int32)]
    lengths: list[Array] = [np.empty(0, np.int64)]
    for start in range(0, len(texts), _BLOCK):
        parts = [
            text.split(separator) if text and not text.isspace() else []
            for text in texts[start : start + _BLOCK]
        ]
        steps = map(known.__getitem__, chain.from_iterable(parts))
        codes.append(np.fromiter(steps, np.int32))
        lengths.append(np.fromiter(map(len, parts), np.int64, len(parts)))
    names = tuple(dict.fromkeys(name.strip() for name in known))
    places = {name: place for place, name in enumerate(names)}
    table = np.array([places[name.strip()] for name in known], dtype=np.int32)
    joined = np.concatenate(codes)
    return _Steps(
        names, table[joined] if len(table) else joined, segments.offsets_of(np.concatenate(lengths))
    )


def _check_steps(steps: _Steps, rows: Array, path: str, separator: str) -> None:
    """Refuse empty steps, and warn of names that hold the separator without its spaces."""
    bare = separator.strip()
    holding = [one for one in steps.names if bare in one] if bare != separator and bare else []
    empty = {""} & set(steps.names)
    # Of "a > > b" the separator with its spaces leaves the name "> b".
    empty |= {one for one in holding if one == bare or _starts_or_ends(one, bare)}
    if empty:
        codes = np.flatnonzero([one in empty for one in steps.names])
        where = np.unique(rows[segments.any_by_segment(np.isin(steps.codes, codes), steps.offsets)])
        raise InvalidInputError(
            f"{counted(len(where), 'path', verb='have')} an empty step",
            where=f"column {path!r}, rows {first_few(where.tolist())}",
            mend="two separators follow each other, or one stands at an end of the path",
        )
    if holding:
        warn(
            f"{counted(len(holding), 'step')} in column {path!r} {agreeing(len(holding), 'have')} "
            f"{bare!r} within the name, which may be the separator {separator!r} without its "
            f"spaces: {first_few(holding)}"
        )


def _starts_or_ends(name: str, bare: str) -> bool:
    """Tell whether a name has the separator at an end, with space between."""
    start, end = name[len(bare) :][:1], name[: -len(bare)][-1:]
    return (name.startswith(bare) and start.isspace()) or (name.endswith(bare) and end.isspace())


def _kept(steps: _Steps, mask: Array | None) -> _Steps:
    if mask is None:
        return steps
    offsets = segments.offsets_after(mask, steps.offsets)
    return _Steps(steps.names, steps.codes[mask], offsets)


def _build(steps: _Steps, parts: _Parts, matched: Matched, meta: Meta) -> Journeys:
    touchpoints, table = distinct_touchpoints(matched.touchpoints)
    codes = table[steps.codes] if len(table) else steps.codes
    columns = {}
    if meta.taxonomy is not None:
        for name, origin in ((NEED_FROM, matched.need_from), (CONTEXT_FROM, matched.context_from)):
            columns[name] = owned(origin[steps.codes] if len(origin) else np.empty(0, np.int8))
    final, order = by_appearance(codes, len(touchpoints))
    return Journeys(
        touchpoints=tuple(touchpoints[place] for place in order.tolist()),
        codes=owned(final),
        offsets=owned(steps.offsets),
        ids=owned(parts.rows) if not parts.parted else _ids(parts),
        counts=parts.counts,
        outcomes={} if parts.reached is None else {parts.outcome: parts.reached},
        values={} if parts.worth is None else {parts.value: parts.worth},
        per_interaction=columns,
        meta=meta,
    )


def _ids(parts: _Parts) -> Array:
    words = ("lost", "converted")
    marks = () if parts.reached is None else parts.reached.astype(np.int64).tolist()
    rows = parts.rows.tolist()
    return text_array([f"{row}:{words[mark]}" for row, mark in zip(rows, marks, strict=True)])
