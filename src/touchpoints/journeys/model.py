"""Journeys: who did what, in which order, as read-only columns. The one source of truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, overload

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.columns import kept_values
from touchpoints._core.frozen import (
    Array,
    Coded,
    FrozenMap,
    as_codes,
    integers,
    numbers,
    owned,
    read_only,
    same_array,
    text_array,
)
from touchpoints._core.tables import text_array_read_only
from touchpoints.errors import WrongKindError
from touchpoints.journeys.checks import check_derived, check_journeys, way_to_journeys
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.watching import end_of_log, watched_from

if TYPE_CHECKING:
    from touchpoints.taxonomy import Touchpoint

P = ParamSpec("P")
R = TypeVar("R")
Column = Array | Coded

INSTANT = "datetime64[us]"


def _touchpoints(values: Iterable[Touchpoint]) -> tuple[Touchpoint, ...]:
    return tuple(values)


def _offsets(values: Any) -> Array:
    return integers(values, np.int64, name="offsets")


def _counts(values: Any) -> Array:
    return integers(values, np.int64, name="counts")


def _flags(values: Any) -> Array:
    return integers(values, np.bool_, name="began or finished")


def _instants(values: Any) -> Array | None:
    return None if values is None else numbers(values, INSTANT, name="a column of times")


def _labels(values: Any) -> Array | None:
    """Return ids as int64, or as an object array of whatever they are."""
    if values is None:
        return None
    array = values if isinstance(values, np.ndarray) else text_array(values)
    if array.dtype.kind in "iu" and (array.dtype != np.uint64 or not (array >= 2**63).any()):
        return read_only(array if array.dtype == np.int64 else array.astype(np.int64))
    if array.dtype != object:
        return text_array_read_only(array.tolist())
    if len(array) and all(type(one) is int and abs(one) < 2**63 for one in array):
        return read_only(array.astype(np.int64))
    return read_only(array)


def _floats(columns: Mapping[str, Any]) -> FrozenMap[str, Array]:
    return FrozenMap({name: numbers(one, np.float64, name=name) for name, one in columns.items()})


def _instant_columns(columns: Mapping[str, Any]) -> FrozenMap[str, Array]:
    return FrozenMap({name: numbers(one, INSTANT, name=name) for name, one in columns.items()})


def _kept(columns: Mapping[str, Any]) -> FrozenMap[str, Column]:
    return FrozenMap({name: _kept_column(one) for name, one in columns.items()})


def _kept_column(values: Any) -> Column:
    column = values if isinstance(values, Coded) else kept_values(values)
    return column if isinstance(column, Coded) else read_only(column)


def _floats_by_name(values: Mapping[str, float]) -> FrozenMap[str, float]:
    return FrozenMap(values)


def _same_floats(left: Mapping[str, float], right: Mapping[str, float]) -> bool:
    """Tell whether two mappings hold the same numbers; what is not known equals itself."""
    alike = (
        one == right[name] or (one != one and right[name] != right[name])
        for name, one in left.items()
    )
    return left.keys() == right.keys() and all(alike)


@attrs.frozen(kw_only=True)
class Journey:
    """One journey, as a small record to read; analyses take the whole `Journeys`.

    Attributes
    ----------
    id, person
        The caller's ids; ``person`` is None where unknown.
    touchpoints
        In time order.
    times, ends
        ``datetime64[us]``, as long as ``touchpoints``; None where the log has none.
    count
        How many real journeys it stands for.
    outcomes, values
        By name.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = {"id": [7, 7], "day": ["2026-01-01", "2026-01-03"], "what": ["search", "visit"]}
    >>> journey = tp.from_columns(log, journey="id", time="day", touchpoint="what")[0]
    >>> journey.id, journey.keys, len(journey)
    (7, ('search', 'visit'), 2)
    """

    id: Any
    touchpoints: tuple[Touchpoint, ...]
    times: Array | None = attrs.field(default=None, eq=attrs.cmp_using(eq=same_array))
    ends: Array | None = attrs.field(default=None, eq=attrs.cmp_using(eq=same_array))
    person: Any = None
    count: int = 1
    outcomes: FrozenMap[str, float] = attrs.field(
        factory=FrozenMap, converter=_floats_by_name, eq=attrs.cmp_using(eq=_same_floats)
    )
    values: FrozenMap[str, float] = attrs.field(
        factory=FrozenMap, converter=_floats_by_name, eq=attrs.cmp_using(eq=_same_floats)
    )

    def __len__(self) -> int:
        return len(self.touchpoints)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the touchpoints, in time order."""
        return tuple(touchpoint.key for touchpoint in self.touchpoints)


def _default_counts(journeys: Journeys) -> Array:
    return np.ones(max(len(journeys.offsets) - 1, 0), dtype=np.int64)


def _default_flags(journeys: Journeys) -> Array:
    return np.ones(max(len(journeys.offsets) - 1, 0), dtype=bool)


def _default_ids(journeys: Journeys) -> Array:
    return np.arange(max(len(journeys.offsets) - 1, 0), dtype=np.int64)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Journeys:
    """Journeys of typed touchpoints, as frozen columns.

    n journeys, m interactions, k distinct touchpoints. Most users read a log with `from_frame`
    and never call this constructor.

    Parameters
    ----------
    touchpoints : tuple of Touchpoint, k
        The distinct touchpoints, what ``codes`` index. IdColumn are unique.
    codes : int32 (m,)
        The touchpoint of each interaction, journey by journey, in time order.
    offsets : int64 (n+1,)
        Journey j owns ``codes[offsets[j]:offsets[j+1]]``. An empty journey is legal.
    times, ends : datetime64[us] (m,), optional
        When each interaction began and ended; UTC, or as written when ``meta.timezone`` is None.
        NaT is legal in ``ends`` only.
    ids : int64 or object (n,)
        The caller's journey ids, unique; by default 0 … n-1.
    persons : int64 or object (n,), optional
        Whose journey it is; None where nobody knows, and then it counts as a person of its own.
    counts : int64 (n,)
        How many real journeys each row stands for, 0 or more; 1 by default. Every analysis
        honours it.
    began, finished : bool (n,)
        False where the log cuts the journey off at that side; True by default.
    observed_until : datetime64[us] (n,), optional
        How long each journey was watched, at least until its last interaction; by default the
        last time of the log, which a selection of its journeys keeps.
    outcomes : mapping of name to float64 (n,)
        1 reached, 0 not reached, nan not known (watched too short).
    outcome_times : mapping of name to datetime64[us] (n,)
        When; NaT where it was not reached.
    values : mapping of name to float64 (n,)
        Money, orders or any additive amount: the total over the row, not per real journey.
    per_interaction : mapping of name to array (m,) or Coded
        Whatever else the caller kept of each interaction. Text is kept as `Coded`.
    per_journey : mapping of name to array (n,) or Coded
        Segment, period, cohort …
    meta : Meta
        Taxonomy, lens, time zone and the report of what reading met.

    Raises
    ------
    InvalidInputError
        When columns contradict each other; the message says which requirement broke and where.

    Notes
    -----
    Columns cannot be written to: make a copy of an array (``codes.copy()``) to change it, or use
    `attrs.evolve` for a `Journeys` with another column. Building one costs O(m + n) in checks.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_records(
    ...     [
    ...         {"who": "ana", "when": "2026-01-05", "what": "search"},
    ...         {"who": "ana", "when": "2026-01-06", "what": "purchase"},
    ...         {"who": "leo", "when": "2026-01-07", "what": "search"},
    ...     ],
    ...     journey="who",
    ...     time="when",
    ...     touchpoint="what",
    ... )
    >>> journeys
    <Journeys: 2 journeys, 3 interactions, 2 touchpoints, 2026-01-05 to 2026-01-07>
    >>> journeys[0].keys
    ('search', 'purchase')
    """

    touchpoints: tuple[Touchpoint, ...] = attrs.field(converter=_touchpoints)
    codes: Array = attrs.field(converter=as_codes)
    offsets: Array = attrs.field(converter=_offsets)
    times: Array | None = attrs.field(default=None, converter=_instants)
    ends: Array | None = attrs.field(default=None, converter=_instants)
    ids: Array = attrs.field(
        default=attrs.Factory(_default_ids, takes_self=True), converter=_labels
    )
    persons: Array | None = attrs.field(default=None, converter=_labels)
    counts: Array = attrs.field(
        default=attrs.Factory(_default_counts, takes_self=True),
        converter=_counts,
    )
    began: Array = attrs.field(
        default=attrs.Factory(_default_flags, takes_self=True),
        converter=_flags,
    )
    finished: Array = attrs.field(
        default=attrs.Factory(_default_flags, takes_self=True),
        converter=_flags,
    )
    observed_until: Array | None = attrs.field(default=None, converter=_instants)
    outcomes: FrozenMap[str, Array] = attrs.field(factory=FrozenMap, converter=_floats)
    outcome_times: FrozenMap[str, Array] = attrs.field(
        factory=FrozenMap, converter=_instant_columns
    )
    values: FrozenMap[str, Array] = attrs.field(factory=FrozenMap, converter=_floats)
    per_interaction: FrozenMap[str, Column] = attrs.field(factory=FrozenMap, converter=_kept)
    per_journey: FrozenMap[str, Column] = attrs.field(factory=FrozenMap, converter=_kept)
    meta: Meta = attrs.field(factory=Meta)

    def __attrs_post_init__(self) -> None:
        check_journeys(_state(self))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[Journey]:
        return (_journey(self, place) for place in range(len(self)))

    @overload
    def __getitem__(self, place: int) -> Journey: ...
    @overload
    def __getitem__(self, place: slice) -> Journeys: ...
    def __getitem__(self, place: int | slice) -> Journey | Journeys:
        if isinstance(place, slice):
            return take(self, np.arange(len(self), dtype=np.int64)[place])
        if isinstance(place, (int, np.integer)):
            return _journey(self, range(len(self))[place])
        raise WrongKindError(
            f"journeys are indexed by position, not by {type(place).__name__}",
            mend="use a whole number or a slice here, tp.select(journeys, mask) for a mask",
        )

    def __eq__(self, other: object) -> bool:
        return self.equals(other) if isinstance(other, Journeys) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # columns compare by content, like arrays

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (_state(self),))

    def equals(self, other: Journeys) -> bool:
        """Tell whether both hold the same columns; `first_difference` says where they do not."""
        return first_difference(self, other) == ""

    def pipe(
        self, f: Callable[Concatenate[Journeys, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Return ``f(self, …)``, so that steps can be written in the order they happen."""
        return f(self, *args, **kwargs)

    def __repr__(self) -> str:
        from touchpoints.journeys.show import facts

        return f"<Journeys: {', '.join(facts(_state(self)))}>"

    def _repr_html_(self) -> str:
        from touchpoints.journeys.show import journeys_html

        return journeys_html(_state(self))


def _state(journeys: Journeys) -> dict[str, Any]:
    return {field.name: getattr(journeys, field.name) for field in attrs.fields(Journeys)}


def _restore(state: dict[str, Any]) -> Journeys:
    """Rebuild through the constructor: numpy forgets read-only when it unpickles."""
    return Journeys(**state)


def _journey(journeys: Journeys, place: int) -> Journey:
    span = slice(int(journeys.offsets[place]), int(journeys.offsets[place + 1]))
    known = journeys.touchpoints
    return Journey(
        id=_scalar(journeys.ids[place]),
        touchpoints=tuple(known[code] for code in journeys.codes[span].tolist()),
        times=None if journeys.times is None else journeys.times[span],
        ends=None if journeys.ends is None else journeys.ends[span],
        person=None if journeys.persons is None else _scalar(journeys.persons[place]),
        count=int(journeys.counts[place]),
        outcomes=FrozenMap({name: float(one[place]) for name, one in journeys.outcomes.items()}),
        values=FrozenMap({name: float(one[place]) for name, one in journeys.values.items()}),
    )


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def checked_journeys(journeys: object) -> Journeys:
    """Return what was given, or raise an error that says how to make journeys of it."""
    if isinstance(journeys, Journeys):
        return journeys
    name = type(journeys).__name__
    raise WrongKindError(f"this takes Journeys, not {name}", mend=way_to_journeys(journeys))


def derive(journeys: Journeys, **changes: Any) -> Journeys:
    """Return journeys with some columns changed, checking no more than those can break.

    For transforms: ``ids`` are taken to be unique still. Everyone else wants `attrs.evolve`.
    """
    derived = object.__new__(Journeys)
    for field in attrs.fields(Journeys):
        value = changes[field.name] if field.name in changes else getattr(journeys, field.name)
        convert: Any = field.converter
        if field.name in changes and convert is not None:
            value = convert(value)
        object.__setattr__(derived, field.name, value)
    check_derived(_state(derived), frozenset(changes))
    return derived


def assembled(**columns: Any) -> Journeys:
    """Return journeys of columns whose ids are unique because journeys were grouped by them."""
    n = len(columns["offsets"]) - 1
    flags = {name: owned(np.ones(n, dtype=bool)) for name in ("began", "finished")}
    empty = Journeys(touchpoints=(), codes=[], offsets=[0])
    return derive(empty, **{**flags, **columns})


PER_JOURNEY = ("ids", "persons", "counts", "began", "finished", "observed_until")
PER_JOURNEY_MAPS = ("outcomes", "outcome_times", "values", "per_journey")
PER_INTERACTION = ("codes", "times", "ends")


def take_rows(column: Any, rows: Any) -> Any:
    """Return a column (array, Coded or None) at these positions, read-only."""
    if column is None:
        return None
    return column.take(rows) if isinstance(column, Coded) else owned(column[rows])


def interaction_columns(journeys: Journeys, rows: Any) -> dict[str, Any]:
    """Return the columns with one entry an interaction, at these rows."""
    changes = {name: take_rows(getattr(journeys, name), rows) for name in PER_INTERACTION}
    kept = {name: take_rows(one, rows) for name, one in journeys.per_interaction.items()}
    return {**changes, "per_interaction": kept}


def journey_columns(journeys: Journeys, chosen: Any) -> dict[str, Any]:
    """Return the columns with one entry a journey, at these positions."""
    changes: dict[str, Any] = {
        name: take_rows(getattr(journeys, name), chosen) for name in PER_JOURNEY
    }
    for name in PER_JOURNEY_MAPS:
        columns = getattr(journeys, name)
        changes[name] = {key: take_rows(one, chosen) for key, one in columns.items()}
    return changes


def take(journeys: Journeys, chosen: Array) -> Journeys:
    """Return the journeys at these positions (int64), with all their columns.

    Positions must not repeat, since ids are unique.
    """
    rows = segments.rows_of(journeys.offsets, chosen)
    lengths = segments.lengths_of(journeys.offsets)[chosen]
    columns = {**interaction_columns(journeys, rows), **journey_columns(journeys, chosen)}
    return part_of(journeys, offsets=owned(segments.offsets_of(lengths)), **columns)


def part_of(journeys: Journeys, **changes: Any) -> Journeys:
    """Return what `derive` does for a part of a log, which still knows when the log ends."""
    if journeys.observed_until is None and journeys.times is not None:
        outcomes = changes.get("outcome_times", journeys.outcome_times)
        end = end_of_log(journeys.times, journeys.outcome_times)
        size = len(changes["offsets"]) - 1
        changes["observed_until"] = watched_from(end, changes["times"], outcomes, size=size)
    return derive(journeys, **changes)


def first_difference(left: Journeys, right: Journeys) -> str:
    """Say in a sentence where two journeys first differ; empty text when they are equal.

    Touchpoints are compared by what each interaction means, so the order of the table of
    touchpoints plays no part. ``meta.report`` is not compared: it tells how journeys were read,
    not what they are.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(20, seed=1)
    >>> tp.first_difference(shop, shop)
    ''
    >>> tp.first_difference(shop, shop[:5])
    '20 journeys against 5'
    """
    from touchpoints.journeys.differences import differences

    pair = (_state(checked_journeys(one)) for one in (left, right))
    return next(differences(*pair), "")
