"""Laws of numeric arguments: every integer and every level is checked in the same way."""

from __future__ import annotations

import inspect
import re
from functools import partial

import networkx as nx
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.path_measures import MEASURES, drawn_log
from touchpoints.errors import InvalidInputError

LOG = drawn_log(0)
PAIR = tp.compare.groups(LOG, "segment")
GRAPH = tp.transition_graph(LOG)
WAY = {"path": ["a > b", "a"], "n": [3, 2]}
RAW = tp.from_records(
    [{"id": 1, "t": "2026-01-01", "what": "zzz"}],
    journey="id",
    time="t",
    touchpoint="what",
    taxonomy=tp.load_taxonomy("customer"),
    unmatched="keep",
)
FEW = {"seed": 1, "resamples": 3, "shared": "within"}

# A call for each public function that takes an integer; the argument under test comes last.
ASKED = {
    "bootstrap": lambda **more: tp.bootstrap(
        LOG, tp.paths.transitions, **{"seed": 1, "resamples": 3} | more
    ),
    "features": lambda **more: tp.features(LOG, **more),
    "from_frame": lambda **more: tp.from_frame(
        {"id": [1], "day": ["2026-01-01"], "do": ["a"]},
        **{"journey": "id", "time": "day", "touchpoint": "do", "distinct": True} | more,
    ),
    "higher_order_graph": lambda **more: tp.higher_order_graph(LOG, **more),
    "sample": lambda **more: tp.sample(LOG, **{"n": 2, "seed": 1} | more),
    "simulate": lambda **more: tp.simulate(GRAPH, **{"n": 2, "seed": 1} | more),
    "to_dot": lambda **more: tp.to_dot(GRAPH, **more),
    "to_mermaid": lambda **more: tp.to_mermaid(GRAPH, **more),
    "draft": lambda **more: tp.classify.draft({"event": ["cart"]}, name="event", **more),
    "keywords": lambda **more: tp.classify.keywords({"need": {"learn": ["why"]}}, **more),
    "unmatched": lambda **more: tp.classify.unmatched(RAW, **more),
    "shop": lambda **more: tp.datasets.shop(**{"n": 2, "seed": 1} | more),
    "clinic": lambda **more: tp.datasets.clinic(**{"n": 2, "seed": 1} | more),
    "paths.complexity": lambda **more: tp.paths.complexity(tp.from_paths(WAY, path="path"), **more),
    "paths.deciding_attributes": lambda **more: tp.paths.deciding_attributes(
        LOG, "a", **{"seed": 1, "permutations": 3} | more
    ),
    "paths.discriminating": lambda **more: tp.paths.discriminating(
        LOG,
        by="segment",
        test="permutation",
        **{"seed": 1, "max_length": 2, "permutations": 3} | more,
    ),
    "paths.hierarchical": lambda **more: tp.paths.hierarchical(tp.paths.distances(LOG), **more),
    "paths.k_medoids": lambda **more: tp.paths.k_medoids(
        tp.paths.distances(LOG), **{"k": 2, "seed": 1} | more
    ),
    "paths.markov_order": lambda **more: tp.paths.markov_order(LOG, **{"seed": 1} | more),
    "paths.ngrams": lambda **more: tp.paths.ngrams(LOG, **more),
    "paths.rare_variants": lambda **more: tp.paths.rare_variants(LOG, **more),
    "paths.routes": lambda **more: tp.paths.routes(LOG, "a", end="b", **more),
    "paths.step_flows": lambda **more: tp.paths.step_flows(LOG, **more),
    "paths.step_matrix": lambda **more: tp.paths.step_matrix(LOG, **more),
    "paths.subsequences": lambda **more: tp.paths.subsequences(LOG, min_support=0.5, **more),
    "paths.transitions": lambda **more: tp.paths.transitions(LOG, **more),
    "paths.variants": lambda **more: tp.paths.variants(LOG, **more),
    "compare.difference_graph": lambda **more: tp.compare.difference_graph(PAIR, **FEW | more),
    "compare.funnels": lambda **more: tp.compare.funnels(PAIR, ["a", "b"], **FEW | more),
    "compare.gaps": lambda **more: tp.compare.gaps(PAIR, **FEW | more),
    "compare.measured": lambda **more: tp.compare.measured(PAIR, tp.paths.presence, **FEW | more),
    "compare.presence": lambda **more: tp.compare.presence(PAIR, **FEW | more),
    "compare.throughput": lambda **more: tp.compare.throughput(PAIR, **FEW | more),
    "compare.time_to": lambda **more: tp.compare.time_to(PAIR, place="b", **FEW | more),
    "compare.transitions": lambda **more: tp.compare.transitions(PAIR, **FEW | more),
    "compare.variants": lambda **more: tp.compare.variants(PAIR, **FEW | more),
}
REFUSED = [True, np.bool_(True), 2.5, 2.0, np.float64(2), -1, np.int64(-1), "3", [2]]


def functions():
    """Yield the name and the signature of every public function."""
    homes = {"": tp, "classify.": tp.classify, "paths.": tp.paths, "compare.": tp.compare}
    for home, module in {**homes, "datasets.": tp.datasets}.items():
        for name in getattr(module, "__all__", None) or [one for one in vars(module) if one]:
            one = getattr(module, name)
            if inspect.isfunction(one) and not name.startswith("_"):
                label = home + name if home in ("paths.", "compare.") else name
                yield label, inspect.signature(one)


def said_by(answer) -> str:
    """Return the repr of a result; of a graph that of its edges, as its own repr has an address."""
    graph = isinstance(answer, nx.Graph)
    return repr([answer.graph, *answer.edges(data=True)] if graph else answer)


INTEGERS = sorted(
    {
        (label, name)
        for label, signature in functions()
        for name, one in signature.parameters.items()
        if one.annotation in ("int", "int | None")
    }
)


def test_every_function_that_takes_an_integer_is_asked() -> None:
    """A new function must be added to the calls, so that the laws check it."""
    assert {label for label, _ in INTEGERS} == set(ASKED)


@pytest.mark.filterwarnings("ignore::touchpoints.errors.TouchpointsWarning")
@pytest.mark.parametrize(("function", "argument"), INTEGERS)
def test_an_integer_is_one_of_python_or_numpy_and_nothing_else(function, argument) -> None:
    """np.int64(2) equals 2; booleans, floats, text and too small numbers are refused."""
    ask = ASKED[function]

    assert said_by(ask(**{argument: 2})) == said_by(ask(**{argument: np.int64(2)}))
    for wrong in REFUSED:
        said = re.escape(f"{argument} must be an integer of at least ") + r"\d, got "
        with pytest.raises(InvalidInputError, match=said):
            ask(**{argument: wrong})


WORDS = tp.classify.keywords({"need": {"learn": ["why"]}})
OTHERS = {
    "compare.credit": partial(tp.compare.credit, PAIR, tp.attribution.linear),
    "wilson": partial(tp.wilson, 1, 2),
    "agreement": partial(tp.classify.agreement, WORDS, WORDS, []),
    "evaluate_classifier": partial(tp.classify.evaluate_classifier, WORDS, []),
}
LEVELS = sorted(
    label
    for label, signature in functions()
    if "level" in signature.parameters
    and str(signature.parameters["level"].annotation).startswith("float")
)


@pytest.mark.parametrize("function", LEVELS)
def test_a_level_lies_between_0_and_1(function) -> None:
    """Anything but a number strictly between 0 and 1 is refused, with how to write 95 %."""
    name = function.removeprefix("paths.")
    ask = ASKED.get(function) or OTHERS.get(name) or partial(MEASURES[name], LOG)
    for wrong in (0, 1, 95, -0.1, float("nan"), True, "0.95"):
        with pytest.raises(InvalidInputError, match="level must lie between 0 and 1, got"):
            ask(level=wrong)
