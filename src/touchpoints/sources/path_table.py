"""Read aggregated path tables: one row for each path, with its number of journeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.pieces import split_texts
from touchpoints._core.arrays.sorting.ordering import by_appearance
from touchpoints._core.checks import check_option, public, require_kind
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.messages import agreeing, counted, first_few
from touchpoints._core.packed import PackedTexts, encoded, numbered, packed_list
from touchpoints._core.reading import Table, table_of
from touchpoints._core.text import is_blank
from touchpoints.classify.typing import (
    CONTEXT_FROM,
    NEED_FROM,
    Matched,
    distinct_touchpoints,
    match_texts,
)
from touchpoints.classify.untyped_policy import EventSource, Unmatched, apply_unmatched
from touchpoints.errors import InvalidInputError, warn
from touchpoints.journeys.meta import Meta, Report
from touchpoints.journeys.model import Journeys, assembled
from touchpoints.journeys.outcomes import check_outcome_name
from touchpoints.taxonomy import Taxonomy

_MANY = 0.1
_EXACT = 2**53
_OUTCOME = "conversion"


@public
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
    """Read an aggregated path table: one row for each path, with its number of journeys.

    Parameters
    ----------
    table
        A dataframe of any type that `from_frame` reads, or a mapping of names to lists or arrays.
    path
        Column with the touchpoints of a path in order of time, joined by the separator. Repeats
        are kept, and space around a name is removed. Empty text is an empty journey.
    separator
        The text between two touchpoints.
    count
        Column with the number of journeys that took the path; 1 by default.
    converted, lost
        Columns with the number of journeys that took the path and reached the outcome, and the
        number that did not. Where only one of them is given together with ``count``, the other is
        the difference.
    outcome
        With ``converted`` or ``lost``: the name of the outcome, ``"conversion"`` by default.
        Without: a column with 1 where the journeys of the row reached the outcome, 0 where they
        did not, and missing where it is unknown; the outcome has the name of the column.
    value
        Column with the total value of the journeys of the row. With ``converted`` or ``lost`` it
        belongs to the journeys that reached the outcome.
    taxonomy
        The taxonomy in which each name is looked up by id, alias or label. Without a taxonomy,
        each name is an untyped touchpoint.
    unmatched
        How to treat names that match no type: ``"raise"``, ``"drop"``, or ``"keep"`` as untyped
        touchpoints. Dropping can leave journeys empty; empty journeys are kept.

    Returns
    -------
    Journeys
        Journeys without times. With ``converted`` or ``lost`` up to two for each row of the table,
        with the ids ``"<row>:converted"`` and ``"<row>:lost"``; otherwise one, whose id is the
        0-based number of the row. Their ``counts`` are those of the table; rows and parts of rows
        with a count of 0 are left out. ``values`` has the name of its column. A row in
        ``meta.report`` is one interaction of these journeys.

    Raises
    ------
    NotFoundError
        When a column does not exist; the message proposes similar names.
    InvalidInputError
        When a path is missing or has an empty name, when a count is not an integer of at least 0,
        when a row without converted journeys has a value, when names match no type, or when no path
        contains the separator but many contain it without its spaces.

    Warns
    -----
    TouchpointsWarning
        When names hold the separator without its spaces.

    Notes
    -----
    Values are totals of several journeys: their sums and means are exact, but intervals need one
    row for each journey (see `bootstrap`). O(m) in the number of interactions.

    See Also
    --------
    from_frame : Read an event log.
    distinct : Merge journeys of the same path.

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
    mend = "pass the text between two touchpoints of a path, for example separator=' > '"
    require_kind(separator, str, takes="a separator as text", mend=mend)
    if not separator:
        raise InvalidInputError(
            "separator must not be empty", mend="pass the text between two touchpoints of a path"
        )
    roles = _Roles(path, count, outcome, converted, lost, value)
    loaded = table_of(table)
    loaded.load(roles.columns().items())
    paths = _split(_texts_of(loaded, path), separator, path)
    columns = {name: _numbers(loaded, name) for name in roles.columns().values() if name != path}
    parts = _parts(columns, roles, len(paths.offsets) - 1)
    paths = _chosen(paths, parts.rows)
    _check_names(paths, parts.rows, path, separator)
    matched = match_texts(paths.names, taxonomy)
    owners = None  # read where names match no type alone
    if not bool(matched.matched.all()):
        owners = np.repeat(parts.rows, segments.lengths_of(paths.offsets))
    source = EventSource(rows=owners, column=path, owner="the taxonomy")
    applied = apply_unmatched(paths.codes, matched, unmatched, source)
    meta = Meta(taxonomy=taxonomy, report=Report(rows=len(paths.codes), **applied.tally))
    return _build(_kept(paths, applied.kept), parts, matched, meta)


@attrs.frozen
class _Roles:
    """The names of the columns, by argument."""

    path: str
    count: str | None
    outcome: str | None
    converted: str | None
    lost: str | None
    value: str | None

    @property
    def parted(self) -> bool:
        """Return whether rows are split into journeys that reached the outcome and others."""
        return self.converted is not None or self.lost is not None

    def columns(self) -> dict[str, Any]:
        """Return {argument: column} for the arguments that were given."""
        outcome = None if self.parted else self.outcome
        given = {
            "path": self.path,
            "count": self.count,
            "outcome": outcome,
            "converted": self.converted,
            "lost": self.lost,
            "value": self.value,
        }
        return {one: name for one, name in given.items() if name is not None or one == "path"}


def _numbers(table: Table, name: str) -> Array:
    return table.numbers(name).astype(np.float64)


def _texts_of(table: Table, path: str) -> PackedTexts:
    """Return the paths; raise for rows without text."""
    packed = table.packed(path)
    if packed is not None:
        return packed
    values = table.values(path)
    try:
        return packed_list(values)
    except TypeError as error:
        wrong = [row for row, one in enumerate(values) if not isinstance(one, str)]
        raise InvalidInputError(
            f"{counted(len(wrong), 'row', verb='have')} no path, or a path that is not text",
            where=f"column {path!r}, rows {first_few(wrong)}: "
            f"{first_few(values[row] for row in wrong[:5])}",
            mend="write an empty journey as empty text; leave out rows whose path is not known",
        ) from error


def _check_spaces(texts: PackedTexts, path: str, separator: str) -> None:
    """Raise where many paths contain the separator without its spaces; none contains it."""
    bare = separator.strip()
    if bare == separator or not bare:
        return
    joined = [text for text in texts.texts() if bare in text]
    if len(joined) > _MANY * len(texts):
        raise InvalidInputError(
            f"no path contains the separator {separator!r}, but {len(joined):,} contain {bare!r}",
            where=f"column {path!r}: {first_few(joined, most=2)}",
            mend=f"pass separator={bare!r}",
        )


@attrs.frozen(eq=False, kw_only=True)
class _Parts:
    """The rows of the journeys: a row of the table each, or its part with one outcome."""

    rows: Array
    counts: Array
    reached: Array | None
    worth: Array | None
    outcome: str
    value: str
    parted: bool


def _parts(columns: Mapping[str, Any], roles: _Roles, size: int) -> _Parts:
    counts, reached = _shares(columns, roles, size)
    worth = None if roles.value is None else columns[roles.value]
    if roles.parted and worth is not None:
        _refuse_stray(worth, counts[:, 0], roles)
        worth = np.column_stack([worth, np.zeros(size)])
    kept, width = np.flatnonzero(counts), counts.shape[1]  # row by row, converted before lost
    return _Parts(
        rows=kept if width == 1 else kept // width,
        counts=owned(counts.ravel()[kept]),
        reached=None if reached is None else owned(reached.ravel()[kept]),
        worth=None if worth is None else owned(worth.ravel()[kept]),
        outcome=_OUTCOME if roles.outcome is None else roles.outcome,
        value=roles.value or "",
        parted=roles.parted,
    )


def _shares(columns: Mapping[str, Any], roles: _Roles, size: int) -> tuple[Array, Array | None]:
    """Return the count of each part of a row, (rows, 1 or 2), and whether it has the outcome."""
    given = {
        argument: _counts(columns[name], name)
        for argument, name in roles.columns().items()
        if argument in ("count", "converted", "lost")
    }
    if not roles.parted:
        counts = given.get("count", np.ones(size, dtype=np.int64)).reshape(-1, 1)
        if roles.outcome is None:
            return counts, None
        return counts, _marks(columns[roles.outcome], roles.outcome).reshape(-1, 1)
    if len(given) == 3:
        raise InvalidInputError(
            "count, converted and lost are all given, but two of them determine the third",
            mend="leave out count=",
        )
    check_outcome_name(_OUTCOME if roles.outcome is None else roles.outcome)
    every = given.get("count")
    for one, other in (("converted", "lost"), ("lost", "converted")):
        if one not in given:
            given[one] = np.zeros(size, np.int64) if every is None else every - given[other]
    _refuse(given["converted"] < 0, f"{roles.lost!r} exceeds {roles.count!r}", given["converted"])
    _refuse(given["lost"] < 0, f"{roles.converted!r} exceeds {roles.count!r}", given["lost"])
    counts = np.column_stack([given["converted"], given["lost"]])
    return counts, np.broadcast_to([1.0, 0.0], counts.shape)


def _counts(values: Array, name: str) -> Array:
    wrong = ~((values >= 0) & (values < _EXACT) & (values == np.floor(values)))
    what = f"column {name!r} must hold counts of journeys: integers of at least 0"
    large = bool((values >= _EXACT).any())
    _refuse(wrong, what, values, mend=f"a count must be below {_EXACT:,}" if large else "")
    return values.astype(np.int64)


def _marks(values: Array, name: str) -> Array:
    check_outcome_name(name)
    wrong = ~((values == 0) | (values == 1) | np.isnan(values))
    mend = "for numbers of journeys, pass the column as converted= (and lost=)"
    _refuse(wrong, f"outcome {name!r} must be 1, 0 or missing", values, mend=mend)
    return values


def _refuse_stray(worth: Array, converted: Array, roles: _Roles) -> None:
    stray = (converted == 0) & (worth != 0) & ~np.isnan(worth)
    _refuse(stray, f"column {roles.value!r} must be 0 or missing where no journey converted", worth)


def _refuse(wrong: Array, what: str, values: Array, *, mend: str = "") -> None:
    """Raise when any row is wrong, and show the first few."""
    if wrong.any():
        rows = np.flatnonzero(wrong)
        shown = first_few(values[rows[:5]].tolist())
        where = f"rows {first_few(rows.tolist())}: {shown}"
        raise InvalidInputError(what, where=where, mend=mend)


@attrs.frozen(eq=False)
class _Paths:
    """Split paths: path j owns ``codes[offsets[j]:offsets[j + 1]]``, the codes of its names."""

    names: tuple[str, ...]
    codes: Array
    offsets: Array


def _split(texts: PackedTexts, separator: str, path: str) -> _Paths:
    """Split paths into names without outer space; text that is only space has none."""
    found = split_texts(texts.data, texts.offsets, encoded(separator))
    if len(found.codes) == len(texts):
        _check_spaces(texts, path, separator)
    pairs = zip(found.starts.tolist(), found.sizes.tolist(), strict=True)
    written = [_name(texts.part(start, size)) for start, size in pairs]
    names = tuple(dict.fromkeys(written))
    positions = {name: position for position, name in enumerate(names)}
    codes, offsets = found.codes, found.offsets
    if len(names) < len(written):
        codes = np.array([positions[name] for name in written], dtype=np.int32)[codes]
    if "" not in positions:
        return _Paths(names, codes, offsets)
    blank = ~segments.any_by_segment(codes != positions[""], offsets)
    if not separator.isspace():
        blank &= segments.lengths_of(offsets) == 1
    filled = ~np.repeat(blank, segments.lengths_of(offsets))
    return _used(_Paths(names, codes[filled], segments.offsets_after(filled, offsets)))


def _name(part: str) -> str:
    """Return a part of a path without outer space; empty where nothing of it is visible."""
    return "" if is_blank(part) else part.strip()


def _chosen(paths: _Paths, rows: Array) -> _Paths:
    """Return the paths of the rows of journeys, with the names that they use."""
    size = len(paths.offsets) - 1
    if len(rows) == size and bool((rows == np.arange(size)).all()):
        return paths
    codes = paths.codes[segments.rows_of(paths.offsets, rows)]
    lengths = segments.lengths_of(paths.offsets)[rows]
    return _used(_Paths(paths.names, codes, segments.offsets_of(lengths)))


def _used(paths: _Paths) -> _Paths:
    """Leave out names that no path uses; the others in the order of their first appearance."""
    codes, order = by_appearance(paths.codes, len(paths.names))
    return _Paths(tuple(paths.names[code] for code in order.tolist()), codes, paths.offsets)


def _check_names(paths: _Paths, rows: Array, path: str, separator: str) -> None:
    """Raise for empty names, and warn of names that hold the separator without its spaces."""
    bare = separator.strip()
    holding = [one for one in paths.names if bare in one] if bare != separator and bare else []
    empty = {""} & set(paths.names)
    # Of "a > > b" the separator with its spaces leaves the name "> b".
    empty |= {one for one in holding if one == bare or _starts_or_ends(one, bare)}
    if empty:
        codes = np.flatnonzero([one in empty for one in paths.names])
        where = np.unique(rows[segments.any_by_segment(np.isin(paths.codes, codes), paths.offsets)])
        raise InvalidInputError(
            f"{counted(len(where), 'path', verb='have')} an empty name",
            where=f"column {path!r}, rows {first_few(where.tolist())}",
            mend="remove separators that follow each other, or that begin or end a path",
        )
    if holding:
        warn(
            f"{counted(len(holding), 'name')} in column {path!r} {agreeing(len(holding), 'have')} "
            f"{bare!r} inside, which may be the separator {separator!r} without its "
            f"spaces: {first_few(holding)}"
        )


def _starts_or_ends(name: str, bare: str) -> bool:
    """Return whether a name begins or ends with the separator and a space."""
    start, end = name[len(bare) :][:1], name[: -len(bare)][-1:]
    return (name.startswith(bare) and start.isspace()) or (name.endswith(bare) and end.isspace())


def _kept(paths: _Paths, mask: Array | None) -> _Paths:
    if mask is None:
        return paths
    offsets = segments.offsets_after(mask, paths.offsets)
    return _Paths(paths.names, paths.codes[mask], offsets)


def _build(paths: _Paths, parts: _Parts, matched: Matched, meta: Meta) -> Journeys:
    touchpoints, table = distinct_touchpoints(matched.touchpoints)
    codes = table[paths.codes] if len(table) else paths.codes
    columns = {}
    if meta.taxonomy is not None:
        for name, origin in ((NEED_FROM, matched.need_from), (CONTEXT_FROM, matched.context_from)):
            columns[name] = owned(origin[paths.codes] if len(origin) else np.empty(0, np.int8))
    final, order = by_appearance(codes, len(touchpoints))
    return assembled(
        touchpoints=tuple(touchpoints[position] for position in order.tolist()),
        codes=owned(final),
        offsets=owned(paths.offsets),
        ids=_ids(parts) if parts.parted else owned(parts.rows),
        counts=parts.counts,
        outcomes={} if parts.reached is None else {parts.outcome: parts.reached},
        values={} if parts.worth is None else {parts.value: parts.worth},
        per_interaction=columns,
        meta=meta,
    )


def _ids(parts: _Parts) -> Array:
    reached = np.zeros(len(parts.rows), dtype=bool)
    if parts.reached is not None:
        reached = parts.reached == 1
    ids = np.empty(len(parts.rows), dtype=object)
    for word, chosen in (("lost", ~reached), ("converted", reached)):
        ids[chosen] = text_array(numbered(parts.rows[chosen], f":{word}"))
    return ids
