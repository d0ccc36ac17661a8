"""`Journeys`: who did what, in which order, as read-only columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, overload

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import built_by_name, public
from touchpoints._core.frozen import (
    Array,
    Coded,
    FrozenMap,
    as_codes,
    owned,
    same_array,
)
from touchpoints._core.messages import quoted
from touchpoints.errors import WrongKindError
from touchpoints.journeys import converters
from touchpoints.journeys.checks import (
    as_touchpoints,
    check_derived,
    check_journeys,
    hint_for_journeys,
)
from touchpoints.journeys.converters import INSTANT, Column
from touchpoints.journeys.meta import Meta, checked_meta

if TYPE_CHECKING:
    from touchpoints.taxonomy import Touchpoint

_NAT = np.iinfo(np.int64).min

P = ParamSpec("P")
R = TypeVar("R")


def _same_floats(left: Mapping[str, float], right: Mapping[str, float]) -> bool:
    """Return whether two mappings hold the same numbers; nan equals nan."""
    alike = (
        one == right[name] or (one != one and right[name] != right[name])
        for name, one in left.items()
    )
    return left.keys() == right.keys() and all(alike)


@attrs.frozen(kw_only=True)
class Journey:
    """One journey as a small record, for reading; analyses take the whole `Journeys`.

    Attributes
    ----------
    id, person
        The caller's ids; ``person`` is None where it is not known.
    touchpoints
        In time order.
    times, ends
        ``datetime64[us]``, as long as ``touchpoints``; None where the log has no times.
    count
        The number of real journeys that the row stands for.
    outcomes, values
        The outcomes (1, 0 or nan) and values of the journey, by name.

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
        factory=FrozenMap, converter=converters.floats_by_name, eq=attrs.cmp_using(eq=_same_floats)
    )
    values: FrozenMap[str, float] = attrs.field(
        factory=FrozenMap, converter=converters.floats_by_name, eq=attrs.cmp_using(eq=_same_floats)
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


@built_by_name
@attrs.frozen(kw_only=True, eq=False, repr=False)
class Journeys:
    """Journeys of typed touchpoints, as frozen columns.

    n journeys, m interactions, k distinct touchpoints. Most users read a log with `from_frame`
    and never call this constructor.

    Parameters
    ----------
    touchpoints : tuple of Touchpoint, k
        The distinct touchpoints, which ``codes`` index. Their keys are unique.
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
        Whose journey it is; None where unknown: such a journey counts as a separate person.
    counts : int64 (n,)
        The number of real journeys each row stands for, 0 or more; 1 by default. Every analysis
        weights rows by it.
    began, finished : bool (n,)
        False where the log cuts the journey off at that side; True by default.
    observed_until : datetime64[us] (n,), optional
        The time until which each journey was observed, not before anything in it began, ended or
        was reached; by default the last time of the log, which a selection of its journeys keeps.
    outcomes : mapping of name to float64 (n,)
        1 reached, 0 not reached, nan unknown (observed for too short a time).
    outcome_times : mapping of name to datetime64[us] (n,)
        When the outcome was reached; NaT where it was not.
    values : mapping of name to float64 (n,)
        Money, orders or another additive amount: the total over the row, not per real journey.
    per_interaction : mapping of name to array (m,) or Coded
        Further columns of interactions that the caller kept. Text is kept as `Coded`.
    per_journey : mapping of name to array (n,) or Coded
        Further columns of journeys: segment, period, cohort …
    meta : Meta
        Taxonomy, lens, time zone and the report of reading the log.

    Raises
    ------
    InvalidInputError
        When columns contradict each other; the message names the requirement and the position.

    Notes
    -----
    Columns are read-only: copy an array (``codes.copy()``) to change it, or use `attrs.evolve`
    for a `Journeys` with another column. The checks of the constructor cost O(m + n).

    See Also
    --------
    from_frame, from_columns, from_records, from_paths : Read journeys from data.

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

    touchpoints: tuple[Touchpoint, ...] = attrs.field(converter=as_touchpoints)
    codes: Array = attrs.field(converter=as_codes)
    offsets: Array = attrs.field(converter=converters.offsets)
    times: Array | None = attrs.field(default=None, converter=converters.instants)
    ends: Array | None = attrs.field(default=None, converter=converters.instants)
    ids: Array = attrs.field(
        default=attrs.Factory(_default_ids, takes_self=True), converter=converters.labels
    )
    persons: Array | None = attrs.field(default=None, converter=converters.labels)
    counts: Array = attrs.field(
        default=attrs.Factory(_default_counts, takes_self=True),
        converter=converters.counts,
    )
    began: Array = attrs.field(
        default=attrs.Factory(_default_flags, takes_self=True),
        converter=converters.flags,
    )
    finished: Array = attrs.field(
        default=attrs.Factory(_default_flags, takes_self=True),
        converter=converters.flags,
    )
    observed_until: Array | None = attrs.field(default=None, converter=converters.instants)
    outcomes: FrozenMap[str, Array] = attrs.field(factory=FrozenMap, converter=converters.floats)
    outcome_times: FrozenMap[str, Array] = attrs.field(
        factory=FrozenMap, converter=converters.instant_columns
    )
    values: FrozenMap[str, Array] = attrs.field(factory=FrozenMap, converter=converters.floats)
    per_interaction: FrozenMap[str, Column] = attrs.field(
        factory=FrozenMap, converter=converters.kept
    )
    per_journey: FrozenMap[str, Column] = attrs.field(factory=FrozenMap, converter=converters.kept)
    meta: Meta = attrs.field(factory=Meta, converter=checked_meta)

    def __attrs_post_init__(self) -> None:
        check_journeys(_state(self))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[Journey]:
        return (_journey(self, position) for position in range(len(self)))

    @property
    def shape(self) -> tuple[int]:
        """The number of journeys, as of an array of one dimension."""
        return (len(self),)

    @overload
    def __getitem__(self, position: int) -> Journey: ...
    @overload
    def __getitem__(self, position: slice | Array | Sequence[int]) -> Journeys: ...
    def __getitem__(self, position: int | slice | Array | Sequence[int]) -> Journey | Journeys:
        if isinstance(position, (int, np.integer)) and not isinstance(position, bool):
            return _journey(self, range(len(self))[position])
        from touchpoints.journeys.positions import positions_meant

        return take(self, positions_meant(position, len(self)))

    def __eq__(self, other: object) -> bool:
        return self.equals(other) if isinstance(other, Journeys) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # columns compare by content, like arrays

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (_state(self),))

    def equals(self, other: Journeys) -> bool:
        """Return whether both hold the same columns; `first_difference` shows where they differ."""
        return first_difference(self, other) == ""

    def pipe(
        self, f: Callable[Concatenate[Journeys, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Return ``f(self, …)``, so that calls can be chained in the order they are applied."""
        if not callable(f):
            raise WrongKindError(
                f"pipe takes a function of journeys, got {quoted(f)}",
                mend='for example journeys.pipe(tp.collapse, by="channel")',
            )
        return f(self, *args, **kwargs)

    def to_pandas(self) -> Any:
        """Return a ``pandas.DataFrame`` with one row for each interaction: see `to_columns`."""
        return _frame(self, "pandas")

    def to_polars(self) -> Any:
        """Return a ``polars.DataFrame`` with one row for each interaction: see `to_columns`."""
        return _frame(self, "polars")

    def to_arrow(self) -> Any:
        """Return a ``pyarrow.Table`` with one row for each interaction: see `to_columns`."""
        return _frame(self, "pyarrow")

    def __repr__(self) -> str:
        from touchpoints.journeys.show import facts

        return f"<Journeys: {', '.join(facts(_state(self)))}>"

    def _repr_html_(self) -> str:
        from touchpoints.journeys.show import journeys_html

        return journeys_html(_state(self))


def _frame(journeys: Journeys, library: str) -> Any:
    from touchpoints.journeys import flat

    return flat.frame_of(_state(journeys), library)


def _state(journeys: Journeys) -> dict[str, Any]:
    return {field.name: getattr(journeys, field.name) for field in attrs.fields(Journeys)}


def _restore(state: dict[str, Any]) -> Journeys:
    """Rebuild through the constructor, because numpy drops read-only flags when unpickling."""
    return Journeys(**state)


def _journey(journeys: Journeys, position: int) -> Journey:
    span = slice(int(journeys.offsets[position]), int(journeys.offsets[position + 1]))
    return Journey(
        id=_scalar(journeys.ids[position]),
        touchpoints=tuple(journeys.touchpoints[code] for code in journeys.codes[span].tolist()),
        times=None if journeys.times is None else journeys.times[span],
        ends=None if journeys.ends is None else journeys.ends[span],
        person=None if journeys.persons is None else _scalar(journeys.persons[position]),
        count=int(journeys.counts[position]),
        outcomes=FrozenMap({name: float(one[position]) for name, one in journeys.outcomes.items()}),
        values=FrozenMap({name: float(one[position]) for name, one in journeys.values.items()}),
    )


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def checked_journeys(journeys: object) -> Journeys:
    """Return journeys as given, or raise an error that says how to make journeys of the object."""
    if isinstance(journeys, Journeys):
        return journeys
    what = f"this takes Journeys, not {type(journeys).__name__}"
    raise WrongKindError(what, mend=hint_for_journeys(journeys))


def derive(journeys: Journeys, **changes: Any) -> Journeys:
    """Return journeys with some columns changed; check only what these changes can break.

    For transforms only: ``ids`` are assumed to be unique. Other code uses `attrs.evolve`.
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
    """Build journeys without checking ids: rows were grouped by id, so that ids are unique."""
    n = len(columns["offsets"]) - 1
    flags = {name: owned(np.ones(n, dtype=bool)) for name in ("began", "finished")}
    empty = Journeys(touchpoints=(), codes=[], offsets=[0])
    return derive(empty, **{**flags, **columns})


PER_JOURNEY = ("ids", "persons", "counts", "began", "finished", "observed_until")
PER_JOURNEY_MAPS = ("outcomes", "outcome_times", "values", "per_journey")
PER_INTERACTION = ("codes", "times", "ends")


def end_of_log(times: Array, ends: Array | None, outcome_times: Mapping[str, Array]) -> int:
    """Return the last time of interactions, of their ends and of outcomes; the least if none."""
    columns = (times, *(() if ends is None else (ends,)), *outcome_times.values())
    return max(int(one.view(np.int64).max(initial=_NAT)) for one in columns)


def watched_from(end: int, own_end: int, *, size: int) -> Array | None:
    """Return the ``observed_until`` of a part of a log that was watched until ``end``.

    None where the part reaches to the end itself, and where there is none.
    """
    if end in (_NAT, own_end) or not size:
        return None
    return owned(np.full(size, end).view(INSTANT))


def take_rows(column: Any, rows: Any) -> Any:
    """Return a column (array, Coded or None) at these positions, read-only."""
    if column is None:
        return None
    return column.take(rows) if isinstance(column, Coded) else owned(column[rows])


def interaction_columns(journeys: Journeys, rows: Any) -> dict[str, Any]:
    """Return the per-interaction columns of journeys, at these rows."""
    kept = {name: take_rows(one, rows) for name, one in journeys.per_interaction.items()}
    found = {name: take_rows(getattr(journeys, name), rows) for name in PER_INTERACTION}
    return found | {"per_interaction": kept}


def journey_columns(journeys: Journeys, chosen: Any) -> dict[str, Any]:
    """Return the per-journey columns of journeys, at these positions."""
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
    lengths = segments.lengths_at(journeys.offsets, chosen)
    columns = {**interaction_columns(journeys, rows), **journey_columns(journeys, chosen)}
    return part_of(journeys, offsets=owned(segments.offsets_of(lengths)), **columns)


def part_of(journeys: Journeys, **changes: Any) -> Journeys:
    """Return what `derive` does for a part of a log, which still knows when the log ends."""
    if journeys.observed_until is None and journeys.times is not None:
        end = end_of_log(journeys.times, journeys.ends, journeys.outcome_times)
        own_end = end_of_log(
            changes["times"],
            changes.get("ends", journeys.ends),
            changes.get("outcome_times", journeys.outcome_times),
        )
        size = len(changes["offsets"]) - 1
        changes["observed_until"] = watched_from(end, own_end, size=size)
    return derive(journeys, **changes)


@public
def first_difference(left: Journeys, right: Journeys) -> str:
    """Describe in one sentence where two `Journeys` first differ; empty text when they are equal.

    Touchpoints are compared interaction by interaction, so that the order of the table of
    touchpoints does not matter. ``meta.report`` is not compared: it describes how journeys were
    read, not the journeys.

    See Also
    --------
    Journeys.equals : The same comparison as True or False.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(20, seed=1)
    >>> tp.first_difference(shop, shop[:5])
    '20 journeys against 5'
    """
    from touchpoints.journeys.differences import differences

    states = (_state(checked_journeys(one)) for one in (left, right))
    return next(differences(*states), "")
