"""Information gain of attributes about the branch taken at a touchpoint."""

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
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.messages import not_found
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import END, START, usual_ends
from touchpoints.journeys.groups import by_group, group_names, groups_of
from touchpoints.journeys.model import Journeys, checked_journeys, take_rows
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.discovery import false_discovery

PREVIOUS = "(previous)"
_ABOUT_THE_LOG = ("need_from", "context_from", "need_inferred", "context_inferred")
_FEW_VALUES = 8
_MOST_VISITS = 20_000_000


@attrs.frozen(kw_only=True, repr=False)
class DecidingAttributes(Grouped):
    """Information gain about the branch taken; one row per attribute (and group).

    ``as_dict()`` returns ``{attribute: explained}``; with groups, the keys begin with the group.

    Attributes
    ----------
    attribute : object
        A per-journey or per-interaction column, or ``"(previous)"``: the touchpoint before.
    visits : int64
        The number of visits in which both the attribute and the branch are known.
    values : int64
        The number of distinct values of the attribute in these visits.
    gain : float64
        The information gain about the branch in bits, uncorrected: even noise has a small gain.
    chance : float64
        The gain expected if attribute and branch are independent: the mean over permutations.
    explained : float64
        The gain above chance as a share of the entropy of the branch, in [0, 1].
    p : float64
        The p-value of the permutation test; nan with fewer than two values or branches.
    q : float64
        The false-discovery rate at which the attribute would be called deciding, among the
        attributes of its group.
    permutations : int
        The number of permutations of each attribute.
    unit : str
        The unit that is permuted as a whole: ``"person"`` or ``"journey"``.
    """

    main = "explained"
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
    """Visits of real journeys: row of the log, journey, branch, copy of the journey, and block."""

    rows: Array
    owners: Array
    branches: Array
    parts: Array
    blocks: Array
    unit: str


@public
def deciding_attributes(
    journeys: Journeys,
    at: Place,
    *,
    seed: int,
    among: Iterable[str] | None = None,
    permutations: int = 999,
    by: str | Sequence[str] | None = None,
    progress: Progress = False,
) -> DecidingAttributes:
    """Rank attributes by their information gain about the branch taken at a touchpoint.

    Parameters
    ----------
    at
        The visits to analyse: a touchpoint, facets, a pattern (the last interactions of its
        matches) or an anchor.
    seed
        The seed of the permutations. The same seed gives the same result, and each group has the
        result that it would have alone.
    among
        The attributes to test: names of per-journey and per-interaction columns, and
        ``"(previous)"`` for the touchpoint before. By default all of them except those that say
        where needs and contexts come from, and the column that journeys are grouped by. Numbers and
        times with more than 8 distinct values are binned at their quartiles.
    permutations
        The number of permutations of each attribute; the smallest p is ``1 / (permutations + 1)``.
    by, progress
        Shared arguments: see `touchpoints.paths`. A unit of progress is a permutation of an
        attribute.

    Returns
    -------
    DecidingAttributes
        The attribute with the largest ``explained`` first; ties by name. A group that never
        visits the touchpoint has 0 visits.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When no visit has a known branch, ``among`` is empty, ``permutations`` is below 1, or the
        column that journeys are grouped by is among the attributes.

    See Also
    --------
    branches : The probabilities of the branches themselves.
    decision_points : The entropy of the branch at every touchpoint.
    discriminating : Find the subsequences that distinguish groups of journeys.

    Notes
    -----
    The information gain is the entropy of the branch minus its conditional entropy given the
    attribute. Visits after which the log cuts the journey off are left out, as are visits whose
    attribute is missing. An attribute with more values fits more noise, so a gain means little
    without the gain under permutation. The values of the attribute are permuted. Where each person
    (each journey where persons are not known) has one value, persons exchange their values, and the
    test is exact. Otherwise the values of one person stay together and in their order, and the test
    is exact where all persons have the same number of visits. The q-values are those of Benjamini
    and Hochberg. A deciding attribute need not be a cause. The cost is O(permutations × visits) for
    each attribute.

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
        raise InvalidInputError(
            "at must match a visit with a known branch: a next touchpoint, or the end of a "
            "finished journey; these journeys have none"
        )
    rounds = parts * len(names) * permutations
    with reporting(progress, rounds, what="deciding attributes") as advance:
        drawn = partial(_decided, permutations=permutations, seed=seed, advance=advance)
        return by_group(journeys, by, partial(drawn, at=at, names=names))


def _decided(
    journeys: Journeys,
    *,
    at: Place,
    names: list[str],
    permutations: int,
    seed: int,
    advance: Callable[[], None],
) -> DecidingAttributes:
    visits = _visits(journeys, at)
    found: list[dict[str, Any]] = []
    for name in names:
        values = _values(journeys, visits, name)
        found.append(_tested(visits, values, permutations, seed=seed, advance=advance))
    return _table(names, found, permutations, unit=visits.unit)


def _table(
    names: Sequence[str], found: list[dict[str, Any]], permutations: int, *, unit: str
) -> DecidingAttributes:
    columns: dict[str, Any] = {name: np.array([row[name] for row in found]) for name in found[0]}
    columns["q"] = false_discovery(columns["p"])
    order = sorted(range(len(names)), key=lambda row: (-columns["explained"][row], names[row]))
    return DecidingAttributes(
        attribute=text_array([names[row] for row in order]),
        **{name: values[order] for name, values in columns.items()},
        permutations=permutations,
        unit=unit,
    )


def _names(
    journeys: Journeys, among: Iterable[str] | None, by: str | Sequence[str] | None
) -> list[str]:
    known = [*journeys.per_journey, *journeys.per_interaction, PREVIOUS]
    grouping = () if by is None else group_names(by)
    grouping = tuple(name for name in grouping if name in journeys.per_journey)
    if among is None:
        left_out = {*_ABOUT_THE_LOG, *grouping}
        return [name for name in dict.fromkeys(known) if name not in left_out]
    names = [among] if isinstance(among, str) else list(dict.fromkeys(among))
    if not names:
        raise InvalidInputError(
            "among must name at least one attribute, got none",
            mend="leave among= out to test all attributes",
        )
    for name in names:
        if name not in known:
            raise not_found("attribute", name, known)
    for name in (one for one in grouping if one in names):
        raise InvalidInputError(
            f"among must not contain {name!r}, the column that journeys are grouped by: it has one "
            "value in each group",
            mend="leave it out of among=, or do not group by it",
        )
    return names


def _followed(journeys: Journeys, at: Place) -> tuple[Array, Array, Array]:
    """Return the visits with a known branch: row, journey and next code, int64 (v,) each."""
    k = len(journeys.touchpoints)
    following = next_codes(journeys.codes, journeys.offsets, usual_ends(journeys).of, k)
    owners = owners_of(journeys.offsets).astype(np.int64)
    real = journeys.counts[owners] > 0
    rows = np.flatnonzero(rows_at(journeys, at) & (following <= k) & real)
    return rows, owners[rows], following[rows]


def _visits(journeys: Journeys, at: Place) -> _Visits:
    """Return the visits with a known branch, each repeated by the count of its journey."""
    rows, owner, following = _followed(journeys, at)
    times = journeys.counts[owner]
    if float(times.sum(dtype=np.float64)) > _MOST_VISITS:
        raise InvalidInputError(
            f"deciding_attributes permutes at most {_MOST_VISITS:,} visits, got "
            f"{int(times.sum()):,}",
            mend="draw a sample of the journeys with tp.sample(journeys, n=…, seed=…)",
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
    """Return the rank of each visit's value among the sorted values; -1 where it is missing."""
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
    distinct, bins = np.unique(known, return_inverse=True)
    if len(distinct) > _FEW_VALUES:
        cuts = np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf")
        bins = np.searchsorted(cuts, known, side="left")
    answer = np.full(len(values), -1, dtype=np.int64)
    answer[~missing] = bins
    return answer


def _tested(
    visits: _Visits, values: Array, permutations: int, *, seed: int, advance: Callable[[], None]
) -> dict[str, Any]:
    known = np.flatnonzero(values >= 0)
    _, branches = np.unique(visits.branches[known], return_inverse=True)
    distinct, attribute = np.unique(values[known], return_inverse=True)
    width = max(len(distinct), 1)
    shape = (int(branches.max(initial=-1)) + 1, width)
    row = {"visits": len(known), "values": len(distinct)}
    entropy, gain = _gain(branches * width + attribute, shape)
    if min(shape) < 2 or len(distinct) < 2:
        for _ in range(permutations):
            advance()
        unknown = {"gain": gain, "chance": 0.0, "explained": 0.0, "p": np.nan}
        return {**row, **unknown}
    blocks = ordered_blocks(branches * width + attribute, visits.parts[known], visits.blocks[known])
    rng, base = np.random.default_rng(seed), branches[blocks.rows] * width
    moved = islice(blocks.permuted(attribute, rng), permutations)
    gains = np.empty(permutations)
    for nth, drawn in enumerate(moved):
        gains[nth] = _gain(base + drawn, shape)[1]
        advance()
    chance = float(gains.mean())
    at_least = int((gains >= gain - 1e-12).sum())
    return {
        **row,
        "gain": gain,
        "chance": chance,
        "explained": max(gain - chance, 0.0) / entropy,
        "p": (1 + at_least) / (permutations + 1),
    }


def _gain(cells: Array, shape: tuple[int, int]) -> tuple[float, float]:
    """Return the entropy of the branches and the information gain of the attribute, in bits."""
    table = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    total = max(int(table.sum()), 1)
    branches, values, both = (
        _bits(part / total) for part in (table.sum(axis=1), table.sum(axis=0), table.ravel())
    )
    return branches, max(branches + values - both, 0.0)


def _bits(shares: Array) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum()) + 0.0
