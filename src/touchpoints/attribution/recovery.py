"""How well models recover effects that were planted in simulated worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public, require_kind
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.messages import not_found
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column
from touchpoints.attribution._shared.models import Model, checked_models, credit_of
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import untyped

KEYS = ("poster", "ad", "search", "mail", "offer", "visit")
_EFFECTS = np.array([0.02, 0.06, 0.10, 0.04, 0.08, 0.0])
_REACH = np.array([0.4, 0.5, 0.5, 0.3, 0.3, 0.6])
_ALONE = 0.05


@attrs.frozen(kw_only=True, repr=False)
class Recovery(Labelled):
    """How near credit comes to effects that are known; one row per world and model.

    Attributes
    ----------
    world, model : object
        The names of the simulated world and of the model.
    wrong : float64
        The share of credit that would have to go to other touchpoints to be that of the effects, in
        [0, 1]: half the sum of the differences of shares.
    kendall_tau : float64
        The rank agreement of credit and effects, in [-1, 1].
    journeys : int
        The number of journeys of each world.
    """

    main = "wrong"
    labels = ("world", "model")

    world: Array = column(object)
    model: Array = column(object)
    wrong: Array = column(np.float64)
    kendall_tau: Array = column(np.float64)
    journeys: int


@attrs.frozen(kw_only=True, eq=False)
class World:
    """Simulated journeys whose causes are known.

    Attributes
    ----------
    journeys : Journeys
        With the outcome ``"sale"``.
    effects : dict of str to float
        How many sales would not have happened without each touchpoint: the expected sales minus
        those of the same people if nobody had met it.
    """

    journeys: Journeys
    effects: dict[str, float]


@attrs.frozen(eq=False, kw_only=True)
class _Design:
    """Who meets which touchpoint, and how likely they buy with and without each."""

    met: Array
    alone: Array
    effects: Array
    together: bool = False

    def chances(self, met: Array) -> Array:
        """Return the probability of a sale of those who met these touchpoints, float64 (n,)."""
        effects = np.broadcast_to(self.effects, met.shape).copy()
        if self.together:
            effects[:, 2] *= np.where(met[:, 1], 2.0, 0.0)
        return np.asarray(1 - (1 - self.alone) * np.prod(1 - effects * met, axis=1))


@public
def simulated_world(name: str, *, n: int, seed: int) -> World:
    """Simulate journeys whose causes are known.

    Parameters
    ----------
    name
        ``"independent"``: touchpoints are met independently, and each adds its chance. ``"order"``:
        the same, with touchpoints in a fixed order. ``"together"``: one works only for those who
        also meet another.
        ``"persons"``: several journeys of a person, who differ in how likely they buy.
        ``"targeted"``: those who are about to buy anyway meet two of the touchpoints more often.
        ``"drift"``: in the second half effects and reach differ. ``"mistyped"``: a fifth of the
        interactions bear the name of another touchpoint.
    n
        The number of journeys, at least 1.
    seed
        The same seed gives the same world.

    Returns
    -------
    World

    Raises
    ------
    NotFoundError
        When there is no such world.

    See Also
    --------
    recovery : Score models in these worlds.

    Examples
    --------
    >>> import touchpoints as tp
    >>> world = tp.attribution.simulated_world("targeted", n=1000, seed=1)
    >>> world.effects["visit"], len(world.journeys)
    (0.0, 1000)
    """
    require_kind(name, str, takes="the name of a world", mend='for example "independent"')
    if name not in WORLDS:
        raise not_found("world", name, list(WORLDS))
    rng = np.random.default_rng([checks.seed(seed), list(WORLDS).index(name)])
    n = checks.whole("n", n)
    persons, design = WORLDS[name](n, rng)
    chance = design.chances(design.met)
    truth = [
        float((chance - design.chances(_without(design.met, one))).sum())
        for one in range(len(KEYS))
    ]
    codes, offsets = _written(design.met, rng, shuffled=name != "order")
    if name == "mistyped":
        wrong = rng.random(len(codes)) < 0.2
        codes = np.where(wrong, rng.integers(0, len(KEYS), len(codes)), codes)
    reached = (rng.random(n) < chance).astype(np.float64)
    journeys = Journeys(
        touchpoints=tuple(untyped(key) for key in KEYS),
        codes=owned(codes.astype(np.int32)),
        offsets=owned(offsets),
        persons=persons,
        outcomes={"sale": reached},
    )
    return World(journeys=journeys, effects=dict(zip(KEYS, truth, strict=True)))


def _without(met: Array, one: int) -> Array:
    left = met.copy()
    left[:, one] = False
    return left


def _written(met: Array, rng: np.random.Generator, *, shuffled: bool) -> tuple[Array, Array]:
    """Return the touchpoints met by each, one after another, and their offsets."""
    place = rng.random(met.shape) if shuffled else np.broadcast_to(np.arange(len(KEYS)), met.shape)
    order = np.argsort(np.where(met, place, np.inf), axis=1, kind="stable")
    sizes = met.sum(axis=1)
    there = np.arange(len(KEYS)) < sizes[:, None]
    return order[there], np.concatenate([[0], np.cumsum(sizes)])


_Drawn: TypeAlias = "tuple[Array | None, _Design]"


def _independent(n: int, rng: np.random.Generator) -> _Drawn:
    met = rng.random((n, len(KEYS))) < _REACH
    return None, _Design(met=met, alone=np.full(n, _ALONE), effects=_EFFECTS)


def _together(n: int, rng: np.random.Generator) -> _Drawn:
    _, design = _independent(n, rng)
    return None, attrs.evolve(design, together=True)


def _persons(n: int, rng: np.random.Generator) -> _Drawn:
    size = max(n // 4, 1)
    person = rng.integers(0, size, n)
    keen = rng.beta(0.5, 9.5, size)[person]
    met = rng.random((n, len(KEYS))) < _REACH
    return person, _Design(met=met, alone=keen, effects=_EFFECTS)


def _targeted(n: int, rng: np.random.Generator) -> _Drawn:
    keen = rng.beta(0.5, 4.5, n)
    reach = np.broadcast_to(_REACH, (n, len(KEYS))).copy()
    reach[:, 3] = 0.1 + 0.8 * keen
    reach[:, 5] = 0.2 + 0.8 * keen
    return None, _Design(met=rng.random(reach.shape) < reach, alone=keen, effects=_EFFECTS)


def _drift(n: int, rng: np.random.Generator) -> _Drawn:
    late = (np.arange(n) >= n // 2)[:, None]
    reach = np.where(late, _REACH[::-1], _REACH)
    effects = np.where(late, _EFFECTS[::-1], _EFFECTS)
    met = rng.random((n, len(KEYS))) < reach
    return None, _Design(met=met, alone=np.full(n, _ALONE), effects=effects)


WORLDS: dict[str, Callable[[int, np.random.Generator], _Drawn]] = {
    "independent": _independent,
    "order": _independent,
    "together": _together,
    "persons": _persons,
    "targeted": _targeted,
    "drift": _drift,
    "mistyped": _independent,
}


@public
def recovery(
    models: Mapping[str, Model],
    *,
    seed: int,
    worlds: Sequence[str] | str | None = None,
    n: int = 20_000,
    progress: Progress = False,
) -> Recovery:
    """Score models of attribution by how near their credit comes to effects that are known.

    Parameters
    ----------
    models
        Models by name: functions from journeys to `Credit`, such as ``tp.attribution.linear``.
    seed
        The seed of the worlds.
    worlds
        The names of the worlds (or of one), as for `simulated_world`; all by default.
    n
        The number of journeys of each world.
    progress
        True for a tqdm progress bar, or a callable ``f(done, total)``.

    Returns
    -------
    Recovery
        One row per world and model.

    Raises
    ------
    NotFoundError
        When there is no such world.
    WrongKindError, InvalidInputError
        When a model is no function that returns a `Credit`, or when there is none.

    See Also
    --------
    validate : How well models predict journeys held out.

    Notes
    -----
    No world is generated by any of the models. Where advertising is targeted at people who would
    buy anyway, all models of journeys alone are wrong: what they cannot see cannot be credited.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.attribution.recovery(
    ...     {"linear": tp.attribution.linear}, seed=1, worlds=["independent"], n=2000
    ... )
    >>> found.world.tolist(), found.model.tolist()
    (['independent'], ['linear'])
    """
    from scipy.stats import kendalltau

    models = checked_models(models)
    names = list(WORLDS) if worlds is None else [worlds] if isinstance(worlds, str) else [*worlds]
    wrong, taus = [], []
    with reporting(progress, len(names) * len(models), what="recovery") as advance:
        for name in names:
            world = simulated_world(name, n=n, seed=seed)
            truth = np.array(list(world.effects.values()))
            truth = truth / truth.sum()
            for label, model in models.items():
                shares = credit_of(label, model, world.journeys).shares
                found = np.array([shares.get(key, 0.0) for key in world.effects])
                found = found / found.sum()
                wrong.append(float(np.abs(found - truth).sum() / 2))
                taus.append(float(kendalltau(found, truth).statistic))
                advance()
    return Recovery(
        world=np.repeat(text_array(names), len(models)),
        model=text_array(list(models) * len(names)),
        wrong=np.array(wrong),
        kendall_tau=np.array(taus),
        journeys=n,
    )
