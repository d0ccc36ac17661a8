"""Pairs: two groups of journeys to compare."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.checks import (
    public,
    require_kind,
)
from touchpoints._core.frozen import Array, is_missing, owned, read_only
from touchpoints._core.messages import (
    counted,
    first_few,
    not_found,
    quoted,
)
from touchpoints._core.text import group_text, printable
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.journeys.combining import concat
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import Groups, groups_of
from touchpoints.journeys.model import Journeys, checked_journeys, derive, take
from touchpoints.journeys.periods import Instant, instant_of
from touchpoints.uncertainty import Units, units_of

Window = tuple[Instant | None, Instant | None]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Pair:
    """Two disjoint groups of journeys to compare; made by `pair`, `groups` or `periods`.

    Attributes
    ----------
    journeys : Journeys
        All journeys of both groups.
    in_a : bool (n,)
        Whether each journey is in group a; the others are in group b.
    names : tuple of str
        The names of the groups, a first.
    left_out : int
        The number of journeys in neither group: their group is unknown or another one.

    Raises
    ------
    InvalidInputError
        When a group has no journeys.

    See Also
    --------
    groups : Make a pair from a column.
    periods : Make a pair from two periods.
    pair : Make a pair from two sets of journeys.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> compare.groups(tp.datasets.shop(200, seed=1), "device")
    <Pair: computer (... journeys) against phone (... journeys)...>
    """

    journeys: Journeys
    in_a: Array = attrs.field(converter=read_only)
    names: tuple[str, str] = ("a", "b")
    left_out: int = 0

    def __attrs_post_init__(self) -> None:
        if self.in_a.dtype != np.bool_ or self.in_a.shape != (len(self.journeys),):
            raise InvalidInputError("in_a must hold one truth value per journey")
        for name, size in zip(self.names, self.sizes, strict=True):
            if not size:
                raise InvalidInputError(f"the group {name!r} is empty: it has no journeys")

    @property
    def a(self) -> Journeys:
        """The journeys of group a."""
        return take(self.journeys, np.flatnonzero(self.in_a))

    @property
    def b(self) -> Journeys:
        """The journeys of group b."""
        return take(self.journeys, np.flatnonzero(~self.in_a))

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of journeys in each group, counts included."""
        counts = self.journeys.counts
        return int(counts[self.in_a].sum()), int(counts[~self.in_a].sum())

    @property
    def shared(self) -> int:
        """The number of persons with journeys in both groups; 0 if persons are not known."""
        return int(shared_units(self, units_of(self.journeys, None)).sum())

    def __repr__(self) -> str:
        both = zip(self.names, self.sizes, strict=True)
        facts = " against ".join(
            f"{printable(name)} ({counted(size, 'journey')})" for name, size in both
        )
        shared = f", {counted(self.shared, 'person')} in both" if self.shared else ""
        rest = f", {counted(self.left_out, 'journey')} left out" if self.left_out else ""
        return f"<Pair: {facts}{shared}{rest}>"


def shared_units(groups: Pair, units: Units) -> Array:
    """Return whether each unit has journeys in both groups, bool (g,)."""
    size = len(units.repeats)
    real = groups.journeys.counts > 0
    sides = [
        np.bincount(units.of[real & side], minlength=size) > 0
        for side in (groups.in_a, ~groups.in_a)
    ]
    answer: Array = sides[0] & sides[1]
    return answer


@public
def pair(a: Journeys, b: Journeys, *, names: tuple[str, str] = ("a", "b")) -> Pair:
    """Make a pair of two sets of journeys.

    Parameters
    ----------
    a, b
        Journeys with the same taxonomy, lens and time zone; no journey may be in both. Ids may
        repeat and are replaced by numbers.
    names
        The names of the groups in results.

    Returns
    -------
    Pair

    Raises
    ------
    InvalidInputError
        When one of them is empty, both are the same object, or they differ in taxonomy, lens,
        time zone or in whether they have times; and when the names are blank or the same.

    See Also
    --------
    groups : Make a pair from a column.
    periods : Make a pair from two periods.

    Notes
    -----
    Persons are identified by their ids: an id with journeys in a and in b is one person.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> shop = tp.datasets.shop(200, seed=1)
    >>> compare.pair(shop[:80], shop[80:], names=("first", "later")).sizes
    (80, 120)
    """
    if checked_journeys(a) is checked_journeys(b):
        raise InvalidInputError("a and b must be different journeys, got the same object twice")
    _check_names(names)
    numbered = derive(a, ids=np.arange(len(a))), derive(b, ids=np.arange(len(a), len(a) + len(b)))
    in_a = np.arange(len(a) + len(b)) < len(a)
    return Pair(journeys=concat(numbered), in_a=owned(in_a), names=(names[0], names[1]))


def _check_names(names: tuple[str, str]) -> None:
    """Raise unless the names tell two groups apart."""
    two = isinstance(names, (tuple, list)) and [*map(type, names)] == [str, str]
    if not two or any(map(is_missing, names)):
        raise WrongKindError(
            f"names must be the names of a and b, two texts that are not blank, got {quoted(names)}"
        )
    if names[0] == names[1]:
        raise InvalidInputError(f"a and b must have different names, got {quoted(names[0])} twice")


def checked_pair(pair: Pair) -> Pair:
    """Return the pair; raise if the argument is not a `Pair`."""
    mend = "make one with tp.compare.pair, tp.compare.groups or tp.compare.periods"
    require_kind(pair, Pair, takes="a Pair", mend=mend)
    return pair


@public
def groups(journeys: Journeys, by: str | Sequence[str], *, a: Any = None, b: Any = None) -> Pair:
    """Make a pair of two groups from the values of a column.

    Parameters
    ----------
    journeys
        The journeys to split.
    by
        A per-journey column, or a facet or per-interaction column, of which the value of the first
        interaction counts; or several of them, and ``a`` and ``b`` are then tuples.
    a, b
        The values to compare. If both are left out, the column must have exactly two values; with
        only ``a``, group b is every other value.

    Returns
    -------
    Pair

    Raises
    ------
    NotFoundError
        When the column or the value does not exist; the message suggests similar ones.
    InvalidInputError
        When the column has only one value, or more than two and ``a`` is left out.

    See Also
    --------
    periods : Make a pair from two periods.
    pair : Make a pair from two sets of journeys.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> compare.groups(tp.datasets.shop(200, seed=1), "device", a="phone").names
    ('phone', 'not phone')
    """
    found = groups_of(journeys, by)
    if len(found.labels) < 2:
        raise InvalidInputError(
            f"{by!r} must have at least two values, got only {found.labels[0]!r}"
        )
    if a is None and b is None and len(found.labels) > 2:
        raise InvalidInputError(
            f"{by!r} has {len(found.labels)} values: {first_few(found.labels)}",
            mend="choose two with a= and b=, or one with a= to compare it with all others",
        )
    if a is None and b is not None:
        raise InvalidInputError("b= needs a=", mend="pass both, or only a=")
    first = 0 if a is None else _position(found, a, by)
    second = _other(found, b, by, alone=a is not None)
    if first == second:
        raise InvalidInputError(f"a and b must differ, got {a!r} for both")
    left = found.of == first
    right = (found.of >= 0) & ~left if second is None else found.of == second
    labels = group_text(found.labels[first])
    other = f"not {labels}" if second is None else group_text(found.labels[second])
    return _split(journeys, left, right, names=(labels, other))


def _other(found: Groups, b: Any, by: str | Sequence[str], *, alone: bool) -> int | None:
    """Return the position of the label of group b; None if b is every other value."""
    if b is not None:
        return _position(found, b, by)
    return None if alone else 1


def _position(found: Groups, label: Any, by: str | Sequence[str]) -> int:
    if not isinstance(label, Hashable):
        raise WrongKindError(
            f"a group must be a value of {by!r}, got {quoted(label)}",
            mend=f"for example {found.labels[0]!r}",
        )
    if label not in found.labels:
        same = [one for one in found.labels if str(one).casefold() == str(label).casefold()]
        if same:
            raise NotFoundError(
                f"no value of {by} {label!r}: its values are {type(same[0]).__name__}s",
                mend=f"give the value itself, {same[0]!r} in place of {label!r}",
            )
        flag = {"true": True, "false": False}.get(str(label).casefold())
        if flag in found.labels:
            raise NotFoundError(
                f"no value of {by} {label!r}: beside missing values, bools are kept as 1.0 and 0.0",
                mend=f"give {flag} in place of {label!r}",
            )
        raise not_found(f"value of {by}", label, [str(one) for one in found.labels])
    return found.labels.index(label)


def _split(journeys: Journeys, left: Array, right: Array, *, names: tuple[str, str]) -> Pair:
    chosen = np.flatnonzero(left | right)
    rest = int(journeys.counts[~(left | right)].sum())
    kept = take(journeys, chosen)
    return Pair(journeys=kept, in_a=owned(left[chosen]), names=names, left_out=rest)


@public
def periods(journeys: Journeys, *, before: Window, after: Window) -> Pair:
    """Make a pair of two periods, by the time of the first interaction.

    Parameters
    ----------
    journeys
        The journeys to split.
    before, after
        The two periods, each a start (included) and an end (excluded): ``datetime``,
        ``datetime64`` or ISO 8601 text, or None for no limit. An instant without a time zone is in
        the zone of the log (``meta.timezone``), or as written if the log has none.

    Returns
    -------
    Pair
        Group a is ``before``, group b is ``after``. Journeys that began in neither are left out.

    Raises
    ------
    InvalidInputError
        When the journeys have no times, a period has no journeys or ends before it begins, or the
        two periods overlap.

    See Also
    --------
    groups : Make a pair from a column.
    pair : Make a pair from two sets of journeys.

    Notes
    -----
    A journey belongs to the period in which it began in the log, even if it ends in the other one.
    Persons with journeys in both periods are in both groups: see ``shared=`` of the comparisons.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> shop = tp.datasets.shop(200, seed=1)
    >>> compare.periods(shop, before=(None, "2026-02-01"), after=("2026-02-01", None)).names
    ('before', 'after')
    """
    times = require_times(journeys, "compare.periods")
    zone = journeys.meta.timezone
    spans = [_span(before, "before", zone=zone), _span(after, "after", zone=zone)]
    if spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
        raise InvalidInputError(
            "before= and after= must not overlap",
            mend="the end of a period is excluded: one may end where the other begins",
        )
    filled = lengths_of(journeys.offsets) > 0
    stamps = np.zeros(len(journeys), dtype=np.int64)
    stamps[filled] = times.view(np.int64)[journeys.offsets[:-1][filled]]
    left, right = (filled & (stamps >= low) & (stamps < high) for low, high in spans)
    return _split(journeys, left, right, names=("before", "after"))


def _span(window: Window, name: str, *, zone: str | None) -> tuple[int, int]:
    if isinstance(window, str) or not isinstance(window, Sequence) or len(window) != 2:
        raise WrongKindError(f"{name}= must be two instants, (start, end), got {window!r}")
    limits = np.iinfo(np.int64)
    low = limits.min if window[0] is None else instant_of(window[0], name, zone=zone)
    high = limits.max if window[1] is None else instant_of(window[1], name, zone=zone)
    if low >= high:
        raise InvalidInputError(f"the end of {name}= must be after its start, got {window!r}")
    return low, high
