"""Laws of every function of tp.attribution: labels, groups, shuffled logs, integers and levels."""

from __future__ import annotations

import datetime as dt
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import networkx as nx
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.path_measures import alike, drawn_log, shuffled
from touchpoints._core.tables import Labelled, Table
from touchpoints.errors import InvalidInputError

A = tp.attribution

FUNCTIONS = {name: getattr(A, name) for name in A.__all__ if inspect.isfunction(getattr(A, name))}
DAY = dt.timedelta(days=1)

# One call for each function that takes by=.
MODELS: dict[str, Callable[..., Any]] = {
    "additive_hazard": lambda log, **how: A.additive_hazard(log, outcome="sale", **how),
    "competing": lambda log, **how: A.competing(log, outcomes=["sale", "help"], **how),
    "custom": lambda log, **how: A.custom(log, lambda at, of, left: at, outcome="sale", **how),
    "first_touch": partial(A.first_touch, outcome="sale"),
    "last_non_direct": partial(A.last_non_direct, direct="a", outcome="sale"),
    "last_touch": partial(A.last_touch, outcome="sale"),
    "leave_one_out": partial(A.leave_one_out, outcome="sale"),
    "linear": partial(A.linear, outcome="sale"),
    "markov": partial(A.markov, outcome="sale"),
    "ordered_shapley": partial(A.ordered_shapley, outcome="sale"),
    "position_based": partial(A.position_based, milestones={"b": 0.1}, outcome="sale"),
    "removal": lambda log, **how: A.removal(log, {"a": "a", "b": "b"}, outcome="sale", **how),
    "shapley": partial(A.shapley, outcome="sale"),
    "synergies": partial(A.synergies, outcome="sale"),
    "time_decay": partial(A.time_decay, half_life=DAY, outcome="sale"),
}

BOTH = {
    "first": partial(A.first_touch, outcome="sale"),
    "markov": partial(A.markov, outcome="sale"),
}

# The others, and other settings.
WHOLE: dict[str, Callable[..., Any]] = {
    "advocacy": lambda log: A.advocacy(log, written="a", read="b", item="note", outcome="sale"),
    "calibrate": lambda log: A.calibrate(A.linear(log, outcome="sale"), {"a": (2.0, 1.0)}),
    "compare": lambda log: A.compare(log, BOTH),
    "returns": lambda log: A.returns(A.linear(log, outcome="sale"), {"a": 3.0, "z": 1.0}),
    "sensitivity": lambda log: A.sensitivity(log, models=BOTH, lookbacks=[DAY]),
    "validate": lambda log: A.validate(
        attrs.evolve(log, persons=None, counts=log.counts * 9),
        BOTH,
        seed=3,
        folds=2,
        outcome="sale",
    ),
    "auto": lambda log: A.markov(log, order="auto", seed=1, max_order=2, outcome="sale"),
    "order 2": lambda log: A.markov(log, order=2, outcome="sale"),
    "sampled": lambda log: A.shapley(
        log, worth=lambda members: float(len(members) > 2), outcome="sale"
    ),
    "look-back": lambda log: A.linear(
        log, lookback=[A.Window(within=DAY, place="a", unless_later="b")], outcome="sale"
    ),
    "detour": lambda log: A.removal(log, {"a": "a"}, semantics="detour", outcome="sale"),
    "reconnect": lambda log: A.removal(log, {"a": "a"}, semantics="reconnect", outcome="sale"),
}
NO_LOG = {"absorption", "removal_effects", "recovery", "simulated_world"}


def log_of(seed: int) -> tp.Journeys:
    """Return a small log with two outcomes and their times, values, and notes."""
    log = drawn_log(seed)
    n, rng = len(log), np.random.default_rng(seed)
    sold = log.outcomes["sale"].copy()
    sold[-2:] = 1.0  # each group has a sale
    helped = (rng.random(n) < 0.5).astype(np.float64)
    helped[-2:] = [0.0, 1.0]
    lasts = np.full(n, np.datetime64("2026-02-01", "us"))
    filled = np.diff(log.offsets) > 0
    lasts[filled] = log.times[log.offsets[1:][filled] - 1]
    later = lasts + rng.integers(-40_000, 90_000, n).astype("timedelta64[s]")
    nat = np.datetime64("NaT", "us")
    return attrs.evolve(
        log,
        outcomes={"sale": sold, "help": helped},
        outcome_times={
            "sale": np.where(sold == 1, later, nat),
            "help": np.where(helped == 1, lasts, nat),
        },
        values={"sale": np.where(sold == 1, rng.integers(1, 9, n), 0.0) * log.counts},
        per_interaction={"note": rng.integers(0, 3, len(log.codes))},
    )


def facts_of(table: Table) -> dict[str, Any]:
    """Return the facts of a table that are no columns of it."""
    return {
        field.name: getattr(table, field.name)
        for field in attrs.fields(type(table))
        if not field.metadata.get("column")
        and isinstance(getattr(table, field.name), (str, int, float, bool, type(None)))
    }


def test_every_function_is_asked() -> None:
    """A new function must be added to the calls, so that the laws check it."""
    grouped = {name for name, one in FUNCTIONS.items() if "by" in inspect.signature(one).parameters}
    assert grouped == set(MODELS)
    assert set(FUNCTIONS) - grouped - NO_LOG <= set(WHOLE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", [*MODELS, *WHOLE])
def test_the_order_of_the_log_and_the_numbers_of_touchpoints_play_no_part(
    name: str, seed: int
) -> None:
    """Rows and facts are the same for a log in another order."""
    log = log_of(seed)
    call = MODELS.get(name) or WHOLE[name]
    one, other = call(log), call(shuffled(log, seed + 50))
    rows, mixed = one.to_dicts(), other.to_dicts()
    if name == "advocacy":
        rows, mixed = (sorted(part, key=str) for part in (rows, mixed))

    assert alike(rows, mixed)
    assert alike(facts_of(one), facts_of(other))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MODELS)
def test_each_group_is_what_it_is_alone(name: str) -> None:
    """Rows of a group are those of its journeys; labels begin with the group."""
    log = log_of(3)
    log = attrs.evolve(log, observed_until=np.full(len(log), np.datetime64("2026-03-01", "us")))
    found = MODELS[name](log, by="segment")
    for label in ("new", "old"):
        mask = np.array([one == label for one in log.per_journey["segment"].to_list()])
        part = tp.select(log, mask)
        alone = MODELS[name](part).to_dicts()
        rows = [row for row in found.to_dicts() if row.pop("group") == label]
        assert alike(rows, alone)
    assert isinstance(found, Labelled)
    assert len(found.as_dict()) == len(found)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", [one for one in MODELS if "level" in inspect.signature(FUNCTIONS[one]).parameters]
)
def test_levels_are_checked_and_widen_intervals(name: str) -> None:
    """A level of 95 is refused; intervals at 0.99 contain those at 0.5."""
    log = log_of(2)
    for wrong in (0, 1, 95, "0.9", None, float("nan")):
        with pytest.raises(InvalidInputError, match="level"):
            MODELS[name](log, level=wrong)
    wide, narrow = (MODELS[name](log, level=level) for level in (0.99, np.float64(0.5)))
    known = ~np.isnan(wide.low)
    assert (wide.low[known] <= narrow.low[known] + 1e-9).all()
    assert (wide.high[known] >= narrow.high[known] - 1e-9).all()


ASKED: dict[tuple[str, str], Callable[..., Any]] = {
    ("markov", "order"): MODELS["markov"],
    ("markov", "max_order"): partial(MODELS["markov"], order="auto", seed=1),
    ("markov", "seed"): partial(MODELS["markov"], order="auto"),
    ("removal", "order"): MODELS["removal"],
    ("competing", "order"): MODELS["competing"],
    ("ordered_shapley", "max_position"): MODELS["ordered_shapley"],
    ("additive_hazard", "max_iterations"): MODELS["additive_hazard"],
    ("shapley", "pairs"): MODELS["shapley"],
    ("shapley", "seed"): MODELS["shapley"],
    ("validate", "folds"): lambda log, **how: A.validate(
        log, BOTH, outcome="sale", **{"seed": 1} | how
    ),
    ("validate", "seed"): lambda log, **how: A.validate(log, BOTH, outcome="sale", folds=2, **how),
    ("recovery", "n"): lambda log, **how: A.recovery(
        {"x": A.linear}, seed=1, worlds="order", **how
    ),
    ("recovery", "seed"): lambda log, **how: A.recovery(
        {"x": A.linear}, n=100, worlds="order", **how
    ),
    ("simulated_world", "n"): lambda log, **how: A.simulated_world("order", seed=1, **how),
    ("simulated_world", "seed"): lambda log, **how: A.simulated_world("order", n=9, **how),
}


def test_every_integer_is_asked() -> None:
    """Each argument that is an integer is in the table."""
    integers = {
        (name, argument)
        for name, one in FUNCTIONS.items()
        for argument, what in inspect.signature(one).parameters.items()
        if "int" in str(what.annotation).replace("Hashable", "").split(" | ")
        or "int" in str(what.annotation).split("[")[0].split(" | ")
    }
    assert integers == set(ASKED)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("asked", ASKED, ids=".".join)
def test_integers_are_checked(asked: tuple[str, str]) -> None:
    """Numpy integers are taken; numbers with a point, truth values, text and -1 are not."""
    log, (_, argument) = log_of(1), asked
    ASKED[asked](log, **{argument: np.int64(2 if argument != "n" else 200)})
    for wrong in (2.5, 2.0, True, "2", -1, np.array([1, 2])):
        with pytest.raises(InvalidInputError, match=f"{argument} must be an integer"):
            ASKED[asked](log, **{argument: wrong})


def test_graphs_in_any_order_have_the_same_effects() -> None:
    """Nodes and edges are added the other way round."""
    G = tp.outcome_graph(tp.until(tp.datasets.shop(200, seed=1), "purchase", outcome="sale"))
    H = nx.DiGraph()
    H.add_nodes_from(reversed(list(G)))
    H.add_edges_from(reversed(list(G.edges(data=True))))
    assert A.removal_effects(G, to="(sale)") == pytest.approx(A.removal_effects(H, to="(sale)"))
    for node, row in A.absorption(G).items():
        assert row == pytest.approx(A.absorption(H)[node])


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_number_of_threads_plays_no_part(threads: str) -> None:
    """Another process with other threads of linear algebra gives the same, up to rounding."""
    program = (
        "import touchpoints as tp\n"
        "shop = tp.until(tp.datasets.shop(300, seed=1), 'purchase', outcome='sale')\n"
        "found = tp.attribution.markov(shop, order=2)\n"
        "print(*[round(float(one), 10) for one in (*found.credit, *found.low)])"
    )
    variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(variables, threads)}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    shop = tp.until(tp.datasets.shop(300, seed=1), "purchase", outcome="sale")
    found = A.markov(shop, order=2)
    numbers = [float(one) for one in answer.stdout.split()]
    assert numbers == pytest.approx([*found.credit, *found.low], abs=1e-8)
