"""How finely to define touchpoints: the bits that a typing keeps about what is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.bottleneck import Mergers, mergers
from touchpoints._core.arrays.threads import in_threads
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, FrozenMap, text_array
from touchpoints._core.messages import counted
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Estimated, Labelled, column
from touchpoints.experience._shared.held_out import Curve, Observed, held_out, observed, summed
from touchpoints.experience._shared.lenses import (
    NEXT,
    OUTCOME,
    TOUCHPOINT,
    Lens,
    asked_of,
    lens_names,
)
from touchpoints.experience._shared.origins import circular, only_defaults
from touchpoints.experience._shared.partitions import Partition, agreement, lenses_of, togetherness
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty.units import resampling_counts

ALL, MERGED = "(all)", "(merged)"
_LENSES: tuple[Lens, ...] = ("channel", "type", ("type", "need"))
_FINEST, _ATOMS = 50, 200
_STEPS = 24
_VALUES = 128


@attrs.frozen(kw_only=True, repr=False)
class TouchpointGroups(Labelled):
    """Which touchpoints belong together; one row per touchpoint.

    ``as_dict()`` returns ``{touchpoint: stability}``.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    typed_as : object
        The name of its group.
    interactions : int64
        The number of its interactions about which what is asked is known.
    stability : float64
        How far resamples put the same touchpoints together with it: the mean size of the overlap of
        its two groups over that of their union, in [0, 1]; nan without resamples.
    """

    main = "stability"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    typed_as: Array = column(object)
    interactions: Array = column(np.int64)
    stability: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class Granularity(Estimated):
    """The bits that typings keep about what is asked; one row per typing, the coarsest first.

    ``as_dict()`` returns ``{(typing, groups): bits}``.

    Attributes
    ----------
    typing : object
        The lens, for example ``"channel"``; ``"(merged)"`` for touchpoints merged by the data;
        ``"(all)"`` for one group of all.
    groups : int64
        The number of touchpoints that the typing tells apart.
    bits : float64
        The information about what is asked, in bits per interaction, on persons held out: how much
        better it is predicted with the typing than without. Below 0 if the typing fits noise.
    low, high : float64
        The ends of its interval.
    kept : float64
        ``bits`` as a share of the largest.
    fitted : float64
        The bits on the same persons that the typing was fitted to, which only grow with detail.
    enough : bool
        Whether the typing keeps all but ``epsilon`` of the largest bits.
    chosen : bool
        Whether it is the coarsest that does.
    of : str
        What is asked.
    epsilon : float, optional
        The bits that may be lost; None for a loss whose interval contains 0.
    stability : float
        The mean adjusted Rand index between the chosen groups and those of resampled persons, at
        most 1; 0 for groups at random, nan without resamples.
    interactions, unknown : int
        The number of interactions used, and of those about which what is asked is not known.
    folds, resamples : int
        As given.
    mapping : mapping of str to str
        The name of the group of each touchpoint, as `tp.relabel` takes it.
    typed : TouchpointGroups
        The chosen groups, touchpoint by touchpoint.
    defaults : tuple of str
        What is asked that is everywhere only the default of the type.
    """

    main = "bits"
    labels = ("typing", "groups")

    typing: Array = column(object)
    groups: Array = column(np.int64)
    bits: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    kept: Array = column(np.float64)
    fitted: Array = column(np.float64)
    enough: Array = column(np.bool_)
    chosen: Array = column(np.bool_)
    of: str
    epsilon: float | None
    stability: float
    interactions: int
    unknown: int
    folds: int = attrs.field(repr=False)
    resamples: int = attrs.field(repr=False)
    mapping: FrozenMap[str, str] = attrs.field(repr=False, converter=FrozenMap)
    typed: TouchpointGroups = attrs.field(repr=False)
    defaults: tuple[str, ...] = attrs.field(default=(), repr=False)

    @property
    def best(self) -> tuple[str, int]:
        """The chosen typing and its number of groups."""
        row = int(np.flatnonzero(self.chosen)[0])
        return str(self.typing[row]), int(self.groups[row])

    def _remarks(self) -> list[str]:
        name, size = self.best
        said = f"coarsest that keeps enough: {name}, {counted(size, 'group')}"
        if name == ALL:
            said = f"no typing predicts {self.of} better than none on persons held out"
        others = [
            str(one)
            for one, fine in zip(self.typing, self.enough, strict=True)
            if fine and one not in (name, MERGED, ALL)
        ]
        if others:
            said += f"; also enough: {', '.join(others)}"
        return [said, *circular(self.defaults), *super()._remarks()]


@public
def granularity(
    journeys: Journeys,
    *,
    of: Lens = OUTCOME,
    seed: int,
    outcome: str | None = None,
    lenses: Sequence[Lens] | None = None,
    epsilon: float | None = None,
    folds: int = 5,
    resamples: int = 50,
    level: float = 0.95,
    progress: Progress = False,
) -> Granularity:
    """Find the coarsest definition of touchpoints that keeps what they say.

    Touchpoints are merged step by step, always the two whose merger loses the least information
    about what is asked. What each step keeps is measured on persons held out, beside lenses such as
    the channel or the type.

    Parameters
    ----------
    of
        What is asked of an interaction: ``"outcome"`` (of its journey), ``"next"`` (the touchpoint
        that follows), or what `tp.collapse` takes, such as ``"need"`` or ``("context", "need")``.
    seed
        The seed of the assignment of persons to folds, and of resamples.
    outcome
        Shared argument: see `touchpoints.experience`.
    lenses
        The lenses to compare with; by default ``"channel"``, ``"type"`` and ``("type", "need")``,
        as far as the journeys have them. Touchpoints as they are, and all in one, are always there.
    epsilon
        How many bits per interaction may be lost, at least 0. By default a typing is enough if the
        interval of what it loses against the best, at ``level``, contains 0.
    folds
        The number of parts that persons are divided into, at least 2; each is predicted by a typing
        and by frequencies from the others.
    resamples
        The number of resamples of persons for the stability, at least 0.
    level, progress
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Granularity
        The curve. ``found.mapping`` is the chosen typing, for `tp.relabel`, and ``found.typed`` the
        same as a table.

    Raises
    ------
    NotFoundError
        When the outcome, the facet or the column does not exist.
    InvalidInputError
        When what is asked has fewer than two values, when there are fewer persons than folds, or
        when a lens is a per-interaction column, which does not group touchpoints.

    See Also
    --------
    touchpoints.relabel : Apply the mapping.
    touchpoints.collapse : Group touchpoints by a lens.

    Notes
    -----
    The information bottleneck: a typing should keep what touchpoints say about what is asked and
    forget the rest. Up to 50 touchpoints every number of groups is a row, beyond that about 24
    of them. Frequencies of a group are drawn towards those of all interactions, as if it had one
    more. A touchpoint that the other folds have not met is predicted by those of all. Persons are
    held out as a whole, journeys where they are not known. If there are more than 200 touchpoints,
    resamples start from the 200 groups of the data. Equal numbers of groups: the lens is chosen.
    What is lost depends on what is asked: a typing good for the outcome may hide needs.
    O(k² c) for k touchpoints with c values each.

    References
    ----------
    N. Tishby, F. C. Pereira and W. Bialek (1999), The information bottleneck method, 37th Allerton
    Conference, arXiv:physics/0004057. N. Slonim and N. Tishby (1999), Agglomerative information
    bottleneck, Advances in Neural Information Processing Systems 12. L. Hubert and P. Arabie
    (1985), Comparing partitions, Journal of Classification 2, 193-218, doi:10.1007/BF01908075.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    >>> found = tp.experience.granularity(shop, seed=1, resamples=10)
    >>> found.best, len(found.mapping)
    (('(merged)', 2), 7)
    >>> tp.relabel(shop, found.mapping).touchpoints == shop.touchpoints
    False
    """
    seed, folds = checks.seed(seed), checks.whole("folds", folds, least=2)
    resamples, level = checks.whole("resamples", resamples, least=0), checks.level(level)
    if epsilon is not None:
        epsilon = checks.finite("epsilon", epsilon, least=0.0)
    asked = asked_of(checked_journeys(journeys), of, outcome=outcome)
    seen = observed(journeys, asked, folds=folds, seed=seed)
    with reporting(progress, 1 + folds + resamples, what="granularity") as advance:
        values = _frequent(seen.table)
        whole = mergers(values(seen.table))
        advance()
        parts = in_threads(
            [partial(mergers, values(one)) for one in seen.training], rows=seen.table.size * folds
        )
        for _ in parts:
            advance()
        found = _candidates(journeys, seen, whole, lenses)
        curve = held_out(seen, [_by_fold(one, parts) for one in found], epsilon, level=level)
        chosen = int(np.flatnonzero(curve.enough)[0])  # from coarse to fine
        stable = _resampled(
            seen, whole, found[chosen], values, resamples=resamples, seed=seed, advance=advance
        )
    facts: dict[str, Any] = {
        "of": asked.name,
        "epsilon": epsilon,
        "folds": folds,
        "resamples": resamples,
    }
    facts["defaults"] = only_defaults(journeys, _facets(of))
    return _table(journeys, seen, found, curve, chosen, stable, level=level, **facts)


def _facets(of: Lens) -> tuple[str, ...]:
    names = lens_names(of)
    return () if names in ((OUTCOME,), (NEXT,)) else names


def _candidates(
    journeys: Journeys, seen: Observed, whole: Mergers, lenses: Sequence[Lens] | None
) -> list[Partition]:
    """Return the typings to compare, the coarsest first; lenses before merged touchpoints."""
    k = int(whole.present.sum())
    fixed = [Partition(ALL, np.zeros(k, dtype=np.int64), None)]
    fixed += lenses_of(
        journeys, seen.atoms, _LENSES if lenses is None else lenses, lenient=lenses is None
    )
    fixed.append(Partition(TOUCHPOINT, np.arange(k), None))
    distinct: dict[bytes, Partition] = {}
    for one in fixed:
        distinct.setdefault(one.of.tobytes(), one)
    merged = [
        Partition(MERGED, whole.groups_at(size), size)
        for size in _sizes(k)
        if whole.groups_at(size).tobytes() not in distinct
    ]
    every = [*distinct.values(), *merged]
    return sorted(every, key=lambda one: (one.groups, one.merged is not None))


def _frequent(table: Array) -> Callable[[Array], Array]:
    """Return a function that keeps the most frequent values, and makes one of all others."""
    if table.shape[1] <= _VALUES:
        return lambda one: one
    order = np.argsort(-table.sum(axis=0), kind="stable")
    often, rare = order[: _VALUES - 1], order[_VALUES - 1 :]
    return lambda one: np.hstack([one[:, often], one[:, rare].sum(axis=1, keepdims=True)])


def _sizes(k: int) -> list[int]:
    """Return the numbers of groups of the curve, between 2 and k - 1."""
    if k <= _FINEST:
        return list(range(2, k))
    steps = np.geomspace(2, k - 1, _STEPS).round().astype(int)
    return sorted({*range(2, 11), *steps.tolist()})


def _by_fold(one: Partition, parts: list[Mergers]) -> list[Array]:
    """Return the group of each touchpoint for each fold, found without it."""
    if one.merged is None:
        return [one.of] * len(parts)
    return [part.groups_at(one.merged) for part in parts]


def _resampled(
    seen: Observed,
    whole: Mergers,
    chosen: Partition,
    values: Callable[[Array], Array],
    *,
    resamples: int,
    seed: int,
    advance: Callable[[], None],
) -> tuple[float, Array]:
    """Return the mean adjusted Rand index over resamples, and how stable each touchpoint is."""
    atoms = whole.groups_at(_ATOMS)
    size = int(atoms.max(initial=-1)) + 1
    draw = resampling_counts(seen.units.repeats, np.random.default_rng(seed))
    rand, together = np.full(resamples, np.nan), np.zeros((resamples, len(atoms)))
    for number in range(resamples):
        other = mergers(values(summed(seen.resampled(draw()), atoms, size))).groups_at(
            chosen.groups
        )
        other = np.where(other < 0, other.max(initial=0) + 1, other)[atoms]
        rand[number] = agreement(chosen.of, other)
        together[number] = togetherness(chosen.of, other)
        advance()
    if not resamples:
        return np.nan, np.full(len(atoms), np.nan)
    return float(rand.mean()), together.mean(axis=0)


def _table(
    journeys: Journeys,
    seen: Observed,
    found: list[Partition],
    curve: Curve,
    chosen: int,
    stable: tuple[float, Array],
    **facts: Any,
) -> Granularity:
    one, visits = found[chosen], seen.table.sum(axis=1).astype(np.int64)
    keys = [journeys.touchpoints[code].key for code in seen.atoms.tolist()]
    names = _names(one, keys, visits)
    most = float(curve.bits.max())
    flags = np.zeros(len(found), dtype=bool)
    flags[chosen] = True
    typed = TouchpointGroups(
        touchpoint=text_array(keys),
        typed_as=text_array(names),
        interactions=visits,
        stability=stable[1],
    )
    return Granularity(
        typing=text_array([each.name for each in found]),
        groups=np.array([each.groups for each in found]),
        bits=curve.bits,
        low=curve.low,
        high=curve.high,
        kept=curve.bits / most if most > 0 else np.full(len(found), np.nan),
        fitted=np.array([seen.fitted(each.of) for each in found]),
        enough=curve.enough,
        chosen=flags,
        stability=stable[0],
        interactions=int(visits.sum()),
        unknown=seen.unknown,
        mapping=dict(zip(keys, names, strict=True)),
        typed=typed,
        **facts,
        **seen.units.facts(),
    )


def _names(one: Partition, keys: Sequence[str], visits: Array) -> list[str]:
    """Return the name of the group of each touchpoint: of the lens, or of its most frequent one."""
    if one.labels:
        return [one.labels[group] for group in one.of.tolist()]
    heads: dict[int, str] = {}
    members = np.bincount(one.of, minlength=one.groups).tolist()
    order = sorted(range(len(keys)), key=lambda atom: (-int(visits[atom]), keys[atom]))
    for atom in order:
        heads.setdefault(int(one.of[atom]), keys[atom])
    taken, named = set(keys), dict(heads)
    for group, key in heads.items():
        if members[group] > 1:
            named[group] = f"{key} and {members[group] - 1} more"
            while named[group] in taken:
                named[group] += " (merged)"
    return [named[group] for group in one.of.tolist()]
