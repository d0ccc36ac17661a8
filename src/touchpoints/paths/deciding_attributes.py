"""What decides which way people go at a touchpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting.successors import next_codes
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.blocks import ordered_blocks
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.messages import not_found
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import END, START, usual_ends
from touchpoints.journeys.groups import by_group, groups_of
from touchpoints.journeys.model import Journeys, checked_journeys, take_rows
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.discovery import false_discovery

PREVIOUS = "(previous)"
_ABOUT_THE_LOG = ("need_from", "context_from")
_FEW_VALUES = 8
_MOST_VISITS = 20_000_000


@attrs.frozen(kw_only=True, repr=False)
class DecidingAttributes(Grouped):
    """How much each attribute tells about the branch taken; one row an attribute (and group).

    Attributes
    ----------
    attribute : object
        A per-journey or per-interaction column, or ``"(previous)"``: the touchpoint before.
    visits : int64
        Visits in which the attribute and the next step are known.
    values : int64
        How many values it has there.
    gain : float64
        Bits that it tells about the next step, plain: even noise tells a little.
    chance : float64
        What it would tell if it had nothing to do with it: the mean over the permutations.
    explained : float64
        The gain above chance as a share of the entropy of the next step, in [0, 1].
    p : float64
        How often a permutation tells as much; nan where there are no two values or branches.
    q : float64
        The false-discovery rate at which this attribute would be called deciding, among those of
        its group.
    permutations : int
        How often the attribute was permuted.
    unit : str
        What was moved as a whole: ``"person"`` or ``"journey"``.
    """

    value = "explained"
    labels = ("attribute",)

    attribute: Array = column(object)
    visits: Array = column(np.int64)
    values: Array = column(np.int64)
    gain: Array = column(np.float64)
    chance: Array = column(np.float64)
    explained: Array = column(np.float64)
    p: Array = column(np.float64)
    q: Array = column(np.float64)
    permutations: int
    unit: str


@attrs.frozen(eq=False)
class _Visits:
    """Real visits, one row each: the row of the log, the branch, the journey's copy, the block."""

    rows: Array
    owners: Array
    branches: Array
    parts: Array
    blocks: Array
    unit: str


def deciding_attributes(
    journeys: Journeys,
    at: Place,
    *,
    seed: int,
    among: Iterable[str] | None = None,
    permutations: int = 999,
    by: str | None = None,
    progress: Progress = False,
) -> DecidingAttributes:
    """Find which attributes decide the branch that journeys take at a touchpoint.

    Parameters
    ----------
    at
        The touchpoint, facets, pattern (its matches' last interactions) or anchor.
    seed
        The same seed gives the same answer, for each group the one it would give alone.
    among
        Names of per-journey and per-interaction columns, and ``"(previous)"`` for the touchpoint
        before; by default all but ``need_from`` and ``context_from``, and the column that journeys
        are grouped by. Numbers and times of more than 8 values are cut at their quartiles.
    permutations
        How often each attribute is permuted; the smallest p is ``1 / (permutations + 1)``.
    by, progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    DecidingAttributes
        The attribute that explains most first; ties by name. A group that never comes by the
        touchpoint has 0 visits.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, column or facet.
    InvalidInputError
        When there is nothing to look at, no permutation is asked for, or the column that journeys
        are grouped by is among the attributes.

    Notes
    -----
    Information gain is the entropy of the next step less its entropy within each value. Visits
    behind which the log cuts the journey off are left out, as are those whose attribute is
    missing. Every value of an attribute is a chance to fit noise, so a gain means nothing beside
    that of a permutation: the attribute's values are dealt out anew, those of one person (journey,
    where persons are not known) staying together in their order. That is exact where persons have
    as many visits, and keeps what is alike within them otherwise. The q-values are Benjamini and
    Hochberg's. An attribute that decides need not be a cause. O(permutations × visits) for each
    attribute.

    References
    ----------
    J. R. Quinlan (1986), Induction of decision trees, Machine Learning 1, 81-106,
    doi:10.1007/BF00116251. A. Rozinat and W. M. P. van der Aalst (2006), Decision mining in ProM,
    BPM 2006, doi:10.1007/11841760_33. P. Good (2005), Permutation, Parametric and Bootstrap Tests
    of Hypotheses, Springer.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["ad > visit > buy", "mail > visit > help"], "n": [20, 20]},
    ...     path="path",
    ...     count="n",
    ... )
    >>> found = tp.paths.deciding_attributes(journeys, "visit", seed=1, permutations=99)
    >>> found.attribute.tolist(), found.gain.tolist(), found.p.tolist()
    (['(previous)'], [1.0], [0.01])
    """
    permutations, seed = checks.whole("permutations", permutations), checks.seed(seed)
    parts = 1 if by is None else len(groups_of(journeys, by).labels)
    names = _names(checked_journeys(journeys), among, by)
    if not len(_followed(journeys, at)[0]):
        raise InvalidInputError("nothing is known to follow that touchpoint in these journeys")
    with reporting(progress, parts * len(names), what="deciding attributes") as step:
        drawn = partial(_decided, permutations=permutations, seed=seed, step=step)
        return by_group(journeys, by, partial(drawn, at=at, names=names))


def _decided(
    journeys: Journeys,
    *,
    at: Place,
    names: list[str],
    permutations: int,
    seed: int,
    step: Callable[[], None],
) -> DecidingAttributes:
    visits = _visits(journeys, at)
    found: list[dict[str, Any]] = []
    for name in names:
        values = _values(journeys, visits, name)
        found.append(_tested(visits, values, permutations, seed=seed))
        step()
    return _table(names, found, permutations, unit=visits.unit)


def _table(
    names: Sequence[str], found: list[dict[str, Any]], permutations: int, *, unit: str
) -> DecidingAttributes:
    columns = {name: np.array([one[name] for one in found]) for name in found[0]}
    columns["q"] = false_discovery(columns["p"])
    order = sorted(
        range(len(names)), key=lambda place: (-columns["explained"][place], names[place])
    )
    return DecidingAttributes(
        attribute=text_array([names[place] for place in order]),
        **{name: values[order] for name, values in columns.items()},
        permutations=permutations,
        unit=unit,
    )


def _names(journeys: Journeys, among: Iterable[str] | None, by: str | None) -> list[str]:
    known = [*journeys.per_journey, *journeys.per_interaction, PREVIOUS]
    grouping = by if by in journeys.per_journey else None
    if among is None:
        left_out = {*_ABOUT_THE_LOG, grouping}
        return [name for name in dict.fromkeys(known) if name not in left_out]
    names = [among] if isinstance(among, str) else list(dict.fromkeys(among))
    if not names:
        raise InvalidInputError("no attribute is named", mend="leave among= out to try all")
    for name in names:
        if name not in known:
            raise not_found("attribute", name, known)
    if grouping in names:
        raise InvalidInputError(
            f"{by!r} has one value in each of its groups, and decides nothing there",
            mend="leave it out of among=, or do not group by it",
        )
    return names


def _followed(journeys: Journeys, at: Place) -> tuple[Array, Array, Array]:
    """Return the visits whose next step is known: row, owner and next code, int64 (v,) each."""
    k = len(journeys.touchpoints)
    following = next_codes(journeys.codes, journeys.offsets, usual_ends(journeys).of, k)
    owners = owners_of(journeys.offsets).astype(np.int64)
    real = journeys.counts[owners] > 0
    rows = np.flatnonzero(rows_at(journeys, at) & (following <= k) & real)
    return rows, owners[rows], following[rows]


def _visits(journeys: Journeys, at: Place) -> _Visits:
    """Return the visits whose next step is known, written out as often as the counts say."""
    rows, owner, following = _followed(journeys, at)
    times = journeys.counts[owner]
    if float(times.sum(dtype=np.float64)) > _MOST_VISITS:
        raise InvalidInputError(
            f"{int(times.sum()):,} visits are too many to permute",
            mend="tp.sample(journeys, n=…, seed=…) draws some of the journeys",
        )
    units = units_of(journeys, None)
    copies = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    rows, owner, following = (np.repeat(part, times) for part in (rows, owner, following))
    most = int(times.max(initial=1))
    alone = units.repeats[units.of[owner]] > 1
    return _Visits(
        rows,
        owner,
        _ranked(Coded(following, (*_keys(journeys), END))),
        owner * most + copies,
        units.of[owner] * most + np.where(alone, copies, 0),
        units.unit,
    )


def _values(journeys: Journeys, visits: _Visits, name: str) -> Array:
    """Return the number of each visit's value, in the order of the values; -1 where missing."""
    if name == PREVIOUS:
        first = visits.rows == journeys.offsets[:-1][visits.owners]
        before = journeys.codes[np.maximum(visits.rows - 1, 0)].astype(np.int64)
        begun = np.where(journeys.began[visits.owners], len(journeys.touchpoints), -1)
        return _ranked(Coded(np.where(first, begun, before), (*_keys(journeys), START)))
    if name in journeys.per_journey:
        values = take_rows(journeys.per_journey[name], visits.owners)
    else:
        values = take_rows(journeys.per_interaction[name], visits.rows)
    return _ranked(values) if isinstance(values, Coded) else _binned(values)


def _keys(journeys: Journeys) -> tuple[str, ...]:
    return tuple(touchpoint.key for touchpoint in journeys.touchpoints)


def _ranked(values: Coded) -> Array:
    order = sorted(range(len(values.categories)), key=values.categories.__getitem__)
    table = np.full(len(order) + 1, -1, dtype=np.int64)
    table[order] = np.arange(len(order))
    return table[values.codes]


def _binned(values: Array) -> Array:
    missing = values != values
    numbers = values.astype(np.int64 if values.dtype.kind in "mM" else np.float64)
    known = numbers[~missing]
    distinct, places = np.unique(known, return_inverse=True)
    if len(distinct) > _FEW_VALUES:
        cuts = np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf")
        places = np.searchsorted(cuts, known, side="left")
    answer = np.full(len(values), -1, dtype=np.int64)
    answer[~missing] = places
    return answer


def _tested(visits: _Visits, values: Array, permutations: int, *, seed: int) -> dict[str, Any]:
    known = np.flatnonzero(values >= 0)
    _, branches = np.unique(visits.branches[known], return_inverse=True)
    distinct, attribute = np.unique(values[known], return_inverse=True)
    width = max(len(distinct), 1)
    shape = (int(branches.max(initial=-1)) + 1, width)
    row = {"visits": len(known), "values": len(distinct)}
    entropy, gain = _gain(branches * width + attribute, shape)
    if min(shape) < 2 or len(distinct) < 2:
        unknown = {"gain": gain, "chance": 0.0, "explained": 0.0, "p": np.nan}
        return {**row, **unknown}
    blocks = ordered_blocks(branches * width + attribute, visits.parts[known], visits.blocks[known])
    rng, base = np.random.default_rng(seed), branches[blocks.rows] * width
    moved = islice(blocks.permutations(rng), permutations)
    gains = np.array([_gain(base + attribute[rows], shape)[1] for rows in moved])
    chance = float(gains.mean())
    as_much = int((gains >= gain - 1e-12).sum())
    return {
        **row,
        "gain": gain,
        "chance": chance,
        "explained": max(gain - chance, 0.0) / entropy,
        "p": (1 + as_much) / (permutations + 1),
    }


def _gain(cells: Array, shape: tuple[int, int]) -> tuple[float, float]:
    """Return the entropy of the branches and what the attribute tells of it, in bits."""
    table = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    every = max(int(table.sum()), 1)
    branches, values, both = (
        _bits(part / every) for part in (table.sum(axis=1), table.sum(axis=0), table.ravel())
    )
    return branches, max(branches + values - both, 0.0)


def _bits(shares: Array) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum()) + 0.0
