"""What would be lost without groups of touchpoints, sequences or transitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import segments
from touchpoints._core.arrays.chains.removal import without_several
from touchpoints._core.checks import built_by_name, check_option, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import column, fact
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.chains import chained, killed_by
from touchpoints.attribution._shared.effects import Effect
from touchpoints.attribution._shared.estimates import Concluded, Precision
from touchpoints.attribution._shared.evidence import Evidence, dependence
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import Selector, meant

Semantics = Literal["lost", "reconnect", "detour"]


def _as_tuple(places: Any) -> Any:
    """Return a sequence of touchpoints as a tuple, and anything else as it is."""
    plain = isinstance(places, Iterable) and not isinstance(places, (str, Mapping))
    return tuple(places) if plain else places


@built_by_name
@attrs.frozen
class Steps:
    """Touchpoints that directly follow each other: two are a transition, more a sequence.

    Parameters
    ----------
    places
        Two or more touchpoints, in order: keys, types or mappings of facets to terms.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.attribution.Steps(["ad", "search"])
    Steps(places=('ad', 'search'))
    """

    places: tuple[Selector, ...] = attrs.field(converter=_as_tuple)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.places, tuple):
            raise WrongKindError(
                f"Steps takes a sequence of touchpoints, got {self.places!r}",
                mend='tp.attribution.Steps(["ad", "search"])',
            )
        if len(self.places) < 2:
            raise InvalidInputError(
                f"Steps takes at least 2 touchpoints, got {len(self.places)}",
                mend="name a single touchpoint without Steps",
            )


Removable: TypeAlias = "Selector | Steps"


@attrs.frozen(kw_only=True, repr=False)
class Removals(Concluded):
    """The effect of removing touchpoints, sequences or transitions; one row each, as given.

    Attributes
    ----------
    removed : object
        The name of what is removed.
    effect : float64
        By how much of itself the probability of the outcome falls. Below 0 where it rises, which
        only ``semantics="reconnect"`` and ``"detour"`` allow.
    low, high : float64
        The ends of the interval of ``effect``.
    without : float64
        The probability of the outcome without it.
    probability : float64
        The probability of the outcome with all touchpoints.
    journeys : int64
        The journeys that reached the outcome and contain it.
    outcome : str
        The name of the outcome.
    semantics : str
        What becomes of those who come to what is removed.
    order : int
        The order of the chain.
    unknown : int
        Journeys left out because their outcome is not known (yet).
    """

    main = "effect"
    labels = ("removed",)

    removed: Array = column(object)
    effect: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    without: Array = column(np.float64)
    probability: Array = column(np.float64)
    journeys: Array = column(np.int64)
    outcome: str
    semantics: str
    order: int
    unknown: int = fact(of_groups=sum)


@public
def removal(
    journeys: Journeys,
    remove: Mapping[str, Removable],
    *,
    semantics: Semantics = "lost",
    order: int = 1,
    outcome: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Removals:
    """Compute the effect of removing groups of touchpoints, sequences or transitions.

    Parameters
    ----------
    remove
        What is removed, by a name for it: touchpoints by key, type or facets (all that match, as
        in ``{"paid media": {"channel": "paid"}}``), or `Steps` for a sequence or a transition.
    semantics
        What becomes of those who come to what is removed. ``"lost"``: they do not reach the
        outcome. ``"reconnect"``: they go on as others do from where they are, and are lost where no
        others get to an end. ``"detour"``: they go
        on as they did, without the touchpoint; journeys with no other touchpoint do not take place.
    order
        The order of the chain, as for `markov`. Steps can be up to ``order + 1`` touchpoints long.
        Not used by ``"detour"``.
    outcome, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Removals
        One row for each name, in the order given.

    Raises
    ------
    NotFoundError
        When a touchpoint, facet or term does not exist.
    InvalidInputError
        As `markov`; also when nothing is to be removed, when steps are longer than ``order + 1``,
        and when steps are given with ``"detour"``.

    See Also
    --------
    markov : The effects of all single touchpoints at once.
    removal_effects : The same for any graph.

    Notes
    -----
    Each effect takes one sparse factorisation, and the whole chain another. Intervals are those of
    the influence function, clustered by person.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["C1 > C2 > C3", "C1", "C2 > C3"], "sales": [1, 0, 0], "lost": [0, 1, 1]}
    >>> journeys = tp.from_paths(table, path="path", converted="sales", lost="lost")
    >>> step = tp.attribution.Steps(["C1", "C2"])
    >>> found = tp.attribution.removal(journeys, {"C1": "C1", "C1 to C2": step})
    >>> found.effect.round(2).tolist()
    [0.5, 0.5]
    """
    checked_journeys(journeys)
    check_option("semantics", semantics, Semantics)
    order = checks.whole("order", order, most=1000)
    wanted = _checked(remove, order=order, semantics=semantics)
    asked = Asked(outcome=outcome, value=None, lookback=lookback, by=by, level=level)
    analysis = partial(_removals, wanted=wanted, semantics=semantics, order=order, asked=asked)
    return by_group(journeys, by, analysis)


def _checked(
    remove: Mapping[str, Removable], *, order: int, semantics: Semantics
) -> dict[str, Removable]:
    if not isinstance(remove, Mapping):
        raise WrongKindError(
            f"remove must be a mapping of names to touchpoints, got {remove!r}",
            mend=f"remove={{{'removed'!r}: {remove!r}}}",
        )
    if not remove:
        raise InvalidInputError("remove must name at least one touchpoint, got none")
    for name, place in remove.items():
        if not isinstance(place, Steps):
            continue
        if semantics == "detour":
            raise InvalidInputError(
                f"semantics='detour' takes touchpoints, got the steps {name!r}",
                mend="semantics='lost' or 'reconnect' removes steps",
            )
        if len(place.places) > order + 1:
            raise InvalidInputError(
                f"a chain of order {order} knows steps of up to {order + 1} touchpoints, got "
                f"{len(place.places)} in {name!r}",
                mend=f"order={len(place.places) - 1}",
            )
    return dict(remove)


def _removals(
    journeys: Journeys,
    *,
    wanted: dict[str, Removable],
    semantics: Semantics,
    order: int,
    asked: Asked,
) -> Removals:
    masks = {name: _masks(journeys, place) for name, place in wanted.items()}
    evidence = asked.evidence(journeys)
    if semantics == "detour":
        found = [_detour(evidence, mask[0]) for mask in masks.values()]
    else:
        found = _effects(evidence, masks.values(), order=order, reconnect=semantics == "reconnect")
    effect, less, variance = (
        np.array([getattr(one, name) for one in found])
        for name in ("effect", "without", "variance")
    )
    units = evidence.units
    precision = Precision.of(units, evidence.reached, asked.level)
    bounds = precision.effect_bounds if semantics == "lost" else precision.symmetric
    low, high = bounds(effect, variance)
    counts = evidence.counts
    return Removals(
        removed=text_array(list(wanted)),
        effect=effect,
        low=low,
        high=high,
        without=less,
        journeys=np.array([_with(evidence, mask) for mask in masks.values()]),
        probability=np.full(len(wanted), counts[evidence.reached].sum() / counts.sum()),
        outcome=evidence.outcome,
        semantics=semantics,
        order=order,
        unknown=evidence.unknown,
        **precision.facts(),
        level=asked.level,
        **units.facts(),
    )


def _masks(journeys: Journeys, place: Removable) -> list[Array]:
    """Return which touchpoints each step means, bool (k,)."""
    steps = place.places if isinstance(place, Steps) else (place,)
    return [meant(journeys, step) for step in steps]


def _with(evidence: Evidence, masks: list[Array]) -> int:
    """Return the number of converted journeys in which steps directly follow each other."""
    codes, offsets = evidence.codes, evidence.offsets
    room = len(codes) - len(masks) + 1
    if room <= 0:
        return 0
    ends = np.repeat(offsets[1:], segments.lengths_of(offsets))[:room]
    hits = np.arange(room) + len(masks) <= ends
    for step, mask in enumerate(masks):
        hits &= mask[codes[step : step + room]]
    flags = np.append(hits, np.zeros(len(masks) - 1, dtype=bool))
    there = segments.any_by_segment(flags, offsets) & evidence.reached
    return int(evidence.journeys.counts[there].sum())


def _effects(
    evidence: Evidence, groups: Iterable[list[Array]], *, order: int, reconnect: bool
) -> list[Effect]:
    """Return the effect of removing each group of steps."""
    found = chained(evidence, order=order)
    killed = (killed_by(found, masks) for masks in groups)
    several = without_several(found.chain, found.reached, killed, reconnect=reconnect)
    return [Effect.of(evidence, found, removed) for removed in several]


def _detour(evidence: Evidence, mask: Array) -> Effect:
    """Return the same where journeys go on as they did, without some touchpoints."""
    kept = (~mask)[evidence.codes]
    there = segments.any_by_segment(kept, evidence.offsets)
    there |= evidence.offsets[1:] == evidence.offsets[:-1]
    counts, hit = evidence.counts, evidence.reached.astype(np.float64)
    total, rest = counts.sum(), counts[there].sum()
    whole = float(counts @ hit / total)
    less = float(counts[there] @ hit[there] / rest) if rest else 0.0
    moved = np.stack([(hit - whole) / total, np.where(there, hit - less, 0.0) / (rest or 1.0)])
    jacobian = np.array([less / whole**2, -1 / whole])
    spread = dependence(evidence.units).covariance(moved)
    variance = float(jacobian @ spread @ jacobian)
    return Effect(effect=1 - less / whole, without=less, variance=variance)
