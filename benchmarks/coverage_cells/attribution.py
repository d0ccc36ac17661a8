"""How often the intervals of attribution cover what endless journeys would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import touchpoints as tp

from . import visits_truth as truth
from .visits import KEYS, KINDS, TYPES, Drawn, Kind, Law, drawn, law_of
from .worlds import generator

AT_ONCE = 50
_ALL = 0.9995  # rounds to 1
PRIOR = 20
COMMON = slice(0, 4)  # the touchpoints that occur in most worlds; the other two are rare
RARE = slice(4, TYPES)

Truth = Callable[[Law, Kind], np.ndarray]


class Reading(NamedTuple):
    """One kind of interval of a table: its name, where it stands, and what it should cover."""

    name: str
    columns: tuple[str, str, str]
    right: Truth


class Call(NamedTuple):
    """One call, and what is read from its table."""

    run: Callable[[tp.Journeys], Any]
    readings: tuple[Reading, ...]


class Ends(NamedTuple):
    """Intervals in many worlds, (worlds, touchpoints) each; nan where a touchpoint is not met."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Covered(NamedTuple):
    """What became of the intervals of some touchpoints in the worlds of one kind."""

    known: int
    below: int
    above: int
    width: float
    missing: float

    @property
    def covered(self) -> int:
        """How many intervals cover the truth."""
        return self.known - self.below - self.above


SHARE = ("share", "low", "high")
EFFECT = ("effect", "effect_low", "effect_high")
WORTH = ("value", "value_low", "value_high")
PLAIN = ("effect", "low", "high")


def _rule(
    name: str, run: Callable[..., Any], weights: truth.Weights | None, *, values: bool = False
) -> Call:
    def right(law: Law, _: Kind) -> np.ndarray:
        return truth.distinct_shares(law) if weights is None else truth.rule_shares(law, weights)

    readings = [Reading(f"{name}, share", SHARE, right)]
    if values:
        assert weights is not None
        worth = partial(truth.rule_shares, weights=weights, values=True)
        readings.append(Reading(f"{name}, value", WORTH, lambda law, _: worth(law)))
    return Call(partial(run, outcome="sale"), tuple(readings))


def _shared(effects: np.ndarray) -> np.ndarray:
    return effects / effects.sum()


def _chain(order: int) -> Call:
    effects = partial(truth.removal_effects, order=order)
    readings = [
        Reading(f"Markov {order}, effect", EFFECT, lambda law, _: effects(law)),
        Reading(f"Markov {order}, share", SHARE, lambda law, _: _shared(effects(law))),
    ]
    if order == 1:
        worth = partial(effects, ends=truth.VALUE)
        readings.append(Reading("Markov 1, value", WORTH, lambda law, _: _shared(worth(law))))
    return Call(partial(tp.attribution.markov, order=order, outcome="sale"), tuple(readings))


def _game(prior: int) -> Call:
    name = f"Shapley rate, prior {prior}" if prior else "Shapley rate"

    def right(law: Law, kind: Kind) -> np.ndarray:
        return truth.shapley_rates(law, prior=prior / kind.journeys)

    return Call(
        partial(tp.attribution.shapley, prior=prior, outcome="sale"),
        (
            Reading(f"{name}, effect", EFFECT, right),
            Reading(f"{name}, share", SHARE, lambda law, kind: _shared(right(law, kind))),
        ),
    )


def _removal(semantics: Any) -> Call:
    reconnect = semantics == "reconnect"
    effects = partial(truth.removal_effects, reconnect=reconnect)
    run = partial(tp.attribution.removal, semantics=semantics, outcome="sale")
    return Call(
        lambda journeys: run(journeys, {key: key for key in KEYS}),
        (Reading(f"removal, {semantics}", PLAIN, lambda law, _: effects(law)),),
    )


def _competing(name: str, ends: np.ndarray) -> Reading:
    effects = partial(truth.removal_effects, ends=ends, reconnect=True)
    return Reading(f"competing, {name}", PLAIN, lambda law, _: effects(law))


CALLS = (
    _rule("first touch", tp.attribution.first_touch, truth.first),
    _rule("linear", tp.attribution.linear, truth.even, values=True),
    _rule("linear distinct", partial(tp.attribution.linear, distinct=True), None),
    _rule("position-based", tp.attribution.position_based, truth.position),
    _rule("time decay", partial(tp.attribution.time_decay, half_life=1), truth.decaying),
    _chain(1),
    _chain(2),
    _game(0),
    _game(PRIOR),
    _removal("lost"),
    _removal("reconnect"),
    Call(
        partial(tp.attribution.competing, outcomes=["sale", "leave"]),
        (_competing("sale", truth.SALE), _competing("leave", np.array([0.0, 0.2, 0.0]))),
    ),
)


def ends_of(
    kind: Kind, *, worlds: int, seed: int, calls: Iterable[Call] = CALLS
) -> dict[str, Ends]:
    """Return the intervals of every reading in simulated worlds of one kind."""
    made: dict[str, list[np.ndarray]] = {}
    for journeys in simulated(kind, worlds=worlds, seed=seed):
        for call in calls:
            for name, found in _read(call, journeys).items():
                made.setdefault(name, []).append(found)
    return {name: Ends(*np.stack(rows, axis=1)) for name, rows in made.items()}


def simulated(kind: Kind, *, worlds: int, seed: int) -> Iterator[tp.Journeys]:
    """Yield worlds of one kind in which at least one journey has each outcome."""
    done = 0
    for at in range(0, 100 * worlds, AT_ONCE):
        part: Drawn = drawn(kind, AT_ONCE, generator(seed + at, *kind))
        for number in range(AT_ONCE):
            one = part.world(number, persons=kind.sizes != "alone")
            if done < worlds and all(marks.any() for marks in one.outcomes.values()):
                done += 1
                yield one
        if done >= worlds:
            return


def _read(call: Call, journeys: tp.Journeys) -> dict[str, np.ndarray]:
    """Return estimates, lower and upper ends of each touchpoint, (3, touchpoints), by reading."""
    found: Any = call.run(journeys)
    keys = found.removed if hasattr(found, "removed") else found.touchpoint
    answer = {}
    for reading in call.readings:
        columns = [getattr(found, name) for name in reading.columns]
        if reading.columns == SHARE:
            columns[1:] = [one / found.outcomes for one in columns[1:]]
        if reading.columns == WORTH:
            columns = [one / found.value.sum() for one in columns]
        chosen = np.ones(len(keys), dtype=bool)
        if reading.name.startswith("competing"):
            chosen = found.outcome == reading.name.split(", ")[1]
        there = {key: place for place, key in enumerate(keys) if chosen[place]}
        places = [there.get(key, -1) for key in KEYS]
        answer[reading.name] = np.array(
            [[one[place] if place >= 0 else np.nan for place in places] for one in columns]
        )
    return answer


def covered(ends: Ends, right: np.ndarray, places: slice) -> Covered:
    """Count the intervals of some touchpoints that cover the truth, and that lie beside it."""
    low, high = ends.low[:, places], ends.high[:, places]
    known = ~np.isnan(low)
    below, above = high < right[places] - 1e-12, low > right[places] + 1e-12
    return Covered(
        known=int(known.sum()),
        below=int(below.sum()),
        above=int(above.sum()),
        width=float((high - low)[known].mean()) if known.any() else np.nan,
        missing=float(1 - known.mean()),
    )


def table(found: dict[Kind, dict[str, tuple[Covered, Covered]]]) -> Iterator[str]:
    """Yield the lines of a table of coverage, and of one of mean widths."""
    for title, show in (("coverage", _coverage), ("width", _width)):
        yield f"| {title}: common / rare | {' | '.join(_heading(kind) for kind in found)} |"
        yield "|---" * (1 + len(found)) + "|"
        for reading in (one for call in CALLS for one in call.readings):
            cells = (show(*one[reading.name]) for one in found.values())
            yield f"| {reading.name} | {' | '.join(cells)} |"
        yield ""


def _heading(kind: Kind) -> str:
    return f"{kind.name}, {kind.rate:g}"


def _coverage(common: Covered, rare: Covered) -> str:
    parts = (one.covered / max(one.known, 1) for one in (common, rare))
    return " / ".join("1" if part >= _ALL else f"{part:.3f}"[1:] for part in parts)


def _width(common: Covered, rare: Covered) -> str:
    return f"{common.width:.2g} / {rare.width:.2g}"


def measured(kind: Kind, *, worlds: int, seed: int) -> dict[str, tuple[Covered, Covered]]:
    """Return what became of every reading in worlds of one kind, at common and rare places."""
    ends, law = ends_of(kind, worlds=worlds, seed=seed), law_of(kind)
    answer = {}
    for reading in (one for call in CALLS for one in call.readings):
        right = reading.right(law, kind)
        sides = [covered(ends[reading.name], right, places) for places in (COMMON, RARE)]
        answer[reading.name] = (sides[0], sides[1])
    return answer


def lines(worlds: int, seed: int) -> Iterator[str]:
    """Yield the tables of worlds without persons, and with."""
    for alone in (True, False):
        kinds = [kind for kind in KINDS if (kind.sizes == "alone") == alone]
        yield from table({kind: measured(kind, worlds=worlds, seed=seed) for kind in kinds})
