"""Every verb of the public face refuses an object of a wrong kind with a sentence that teaches."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import networkx as nx
import pandas as pd
import pytest

import touchpoints as tp
from tests.house_rules import PACKAGE
from touchpoints.errors import WrongKindError

LOG = tp.datasets.shop(40, seed=1)
GRAPH = tp.transition_graph(LOG)
PLAN = tp.parse_plan("name = 'line'\n[touchpoints.purchase]")
ALONE = attrs.evolve(LOG, persons=None)
PAIR = tp.compare.pair(ALONE[:20], ALONE[20:])
TAXONOMY = tp.load_taxonomy("customer")
RULES = tp.classify.rules({"rule": [{"when": {"x": "a"}, "type": "purchase"}]})

ROWS = {"id": [1, 1], "t": ["2026-01-01", "2026-01-02"], "sale": ["a", "b"]}

# What people pass by mistake.
MISTAKES = {
    "nothing": None,
    "number": 3,
    "text": "a",
    "dict": {"path": ["a"]},
    "frame": pd.DataFrame({"path": ["a"]}),
    "journeys": LOG,
    "list of journeys": [LOG],
    "result": tp.paths.variants(LOG),
    "graph": GRAPH,
    "undirected graph": nx.Graph([("a", "b")]),
    "graph with parallel edges": nx.MultiDiGraph(GRAPH),
    "pair": PAIR,
    "plan": PLAN,
    "taxonomy": TAXONOMY,
}

# Of what a parameter is annotated with: what its error says it needs, and the mistakes that are
# none: of that kind, or found out by what they hold.
KINDS: dict[str, tuple[str, set[str]]] = {
    "Journeys": ("takes Journeys, not", {"journeys"}),
    "Change": ("takes a Change, not", set()),
    "Credit": ("takes a Credit, not", set()),
    "Interactions": ("takes Journeys, not", {"journeys"}),
    "Pair": ("takes a Pair, not", {"pair"}),
    "Plan": ("takes a Plan, not", {"plan"}),
    "Taxonomy": ("takes a Taxonomy, not", {"taxonomy"}),
    "Distances": ("takes Distances, not", set()),
    "nx.DiGraph": (r"takes a networkx\.DiGraph, not", {"graph"}),
    "str | os.PathLike[str]": ("takes the path of a file, not", {"text"}),
    "Classifier": ("is not a classifier", set()),
    "Iterable[Journeys]": ("takes (a sequence of )?Journeys, not", {"list of journeys"}),
}
# Parameters whose annotation says less than the function needs.
PARAMETERS: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("classify.draft", "frame"): ("is not a dataframe", {"dict", "frame", "journeys"}),
    ("classify.keywords", "source"): ("takes .* a TOML file or a mapping, not", {"text", "dict"}),
    ("classify.learned", "estimator"): ("must have a method predict_proba, got", set()),
    ("classify.load", "name"): ("takes the name of an installed classifier, not", {"text"}),
    ("classify.rules", "source"): ("takes .* a TOML file or a mapping, not", {"text", "dict"}),
    ("experience.importance_performance", "importance"): (
        "takes the result of an analysis or a mapping, not",
        {"result", "dict"},
    ),
    ("experience.importance_performance", "performance"): (
        "takes the result of an analysis or a mapping, not",
        {"result", "dict"},
    ),
    ("experience.improvements", "scorecard"): ("takes a Scorecard, not", set()),
    ("experience.suppress", "table"): ("takes the result of an analysis, not", {"result"}),
    ("from_columns", "columns"): ("takes a mapping of names to columns, not", {"dict"}),
    ("from_frame", "frame"): ("is not a dataframe", {"dict", "frame"}),
    ("from_node_link", "data"): ("takes a graph in node-link form", {"dict"}),
    ("from_paths", "table"): ("is not a dataframe", {"dict", "frame"}),
    ("from_records", "records"): ("takes a sequence of records|record 0 must be a mapping", set()),
    ("load_taxonomy", "name"): ("takes the name of a taxonomy, not", {"text"}),
    ("plot.timeline", "journeys"): ("takes Journeys, not", {"journeys"}),
    ("plot.to_svg", "figure"): ("a plotly Figure can be written as SVG", set()),
    ("experience.parse_journey_map", "text"): ("takes a journey map as JSON text, not", {"text"}),
    ("parse_plan", "text"): ("takes a plan as TOML text, not", {"text"}),
    ("pattern", "text"): ("takes a pattern as text, not", {"text"}),
    ("sources.binned_gaps", "frame"): ("is not a dataframe", {"dict", "frame"}),
    ("sources.identities", "pairs"): ("takes pairs of|a pair must be", {"dict", "frame"}),
    ("sources.merge_sources", "sources"): ("takes a mapping of names|takes Journeys", set()),
    ("testing.check_rules", "rules"): ("takes .* a TOML file or a mapping, not", {"text", "dict"}),
    ("sources.tickets", "tickets"): (
        "takes the path of a file|record 0 must be a mapping",
        {"text", "dict", "frame"},
    ),
    ("taxonomy.parse_taxonomy", "text"): ("takes a taxonomy as TOML text, not", {"text"}),
    ("taxonomy.taxonomy_from_dict", "document"): ("takes a taxonomy as a dict, not", {"dict"}),
}
# What every reader of a format says of a source that is none, and what its own format tells.
FIRST = {("source", "Any"), ("tickets", "Any")}
READ = ("takes the path of a file|record( 0)? must be a mapping", {"text", "dict", "frame"})
# Verbs that take none of these, each with the reason.
WITHOUT = {
    "attribution.recovery": "takes names of models",
    "attribution.simulated_world": "takes the name of a world",
    "available_taxonomies": "takes nothing",
    "classifier": "takes names of fields, and decorates a function",
    "classify.arrival": "takes any cell of a log: what is no address arrives from nowhere known",
    "classify.arrival_channels": "takes names of columns",
    "classify.available": "takes nothing",
    "classify.by_column": "takes names of columns and terms",
    "classify.click_ids": "takes any cell of a log: what is no address has none",
    "classify.ga4_channels": "takes names of columns",
    "classify.ga4_events": "takes names of columns",
    "classify.parse_referrer": "takes any cell of a log: what is no address refers nobody",
    "classify.parse_utm": "takes any cell of a log: what is no address has none",
    "classify.segment_events": "takes names of columns",
    "classify.matomo_events": "takes names of columns",
    "classify.snowplow_events": "takes names of columns",
    "classify.source_categories": "takes the version of a list",
    "datasets.clinic": "takes numbers",
    "datasets.example_map": "takes a language",
    "datasets.shop": "takes numbers",
    "taxonomy.escape_text": "a detail of keys: text in, text out",
    "taxonomy.format_key": "a detail of keys: text in, text out",
    "taxonomy.parse_key": "a detail of keys: text in, text out",
    "taxonomy.unescape_text": "a detail of keys: text in, text out",
    "taxonomy.untyped": "takes any text",
    "wilson": "takes numbers and whatever numpy reads as such",
}
# Verbs that ask each of several, and so may name one of them as what they got.
ITERATED = {"concat", "from_records"}
# What the other parameters that have no default are given, by name or by verb and name.
GIVEN: dict[str, Any] = {
    "half_life": 2.0,
    "importance": {"a": 1.0},
    "performance": {"a": 1.0},
    "key": "a secret of the shop",
    "margin": 0.1,
    "item": "page",
    "G": GRAPH,
    "a": LOG,
    "b": LOG[:3],
    "journeys": LOG,
    "left": LOG,
    "right": LOG,
    "pair": PAIR,
    "plan": PLAN,
    "taxonomy": TAXONOMY,
    "classifier": RULES,
    "other": RULES,
    "seed": 1,
    "k": 2,
    "n": 5,
    "threshold": 0.5,
    "level": 0.9,
    "period": dt.timedelta(days=7),
    "by": "device",
    "outcome": "sale",
    "unit": None,
    "name": "sale",
    "facet": "type",
    "crosswalk": "job",
    "start": "search_query",
    "end": "purchase",
    "at": "purchase",
    "touchpoint": "purchase",
    "u": "search_query",
    "v": "purchase",
    "when": "purchase",
    "gap": dt.timedelta(days=1),
    "steps": ["search_query", "purchase"],
    "ideal": ["search_query", "purchase"],
    "chosen": "purchase",
    "names": {"purchase": "buy"},
    "id_": "1",
    "path": "unused.file",
    "before": ("2026-01-01", "2026-02-01"),
    "after": ("2026-02-01", "2026-03-01"),
    "statistic": tp.paths.presence,
    "measure": tp.paths.presence,
    "journey": "id",
    "time": "t",
    "frame": ROWS,
    "columns": ROWS,
    "records": [{"id": 1, "t": "2026-01-01", "sale": "a"}],
    "from_columns touchpoint": "sale",
    "from_frame touchpoint": "sale",
    "from_records touchpoint": "sale",
    "classifier reads": ["text"],
    "classify.draft frame": {"name": ["a", "b"]},
    "from_paths table": {"unused.file": ["a > b"]},
    "reads": "text",
    "events": [],
    "event": {},
    "labelled": [],
    "window": dt.timedelta(days=7),
    "within": dt.timedelta(days=7),
    "change": tp.experience.Change("training", "search_query", date="2026-02-01"),
    "experience.before_after measure": "reach",
    "experience.control_chart measure": "reach",
    "experience.interrupted_series measure": "reach",
    "collapse by": "channel",
    "classify.draft name": "name",
}


def modules() -> dict[str, Any]:
    """Return the modules of the public face by the prefix of their names."""
    names = [name for name in tp.__all__ if inspect.ismodule(getattr(tp, name))]
    return {"": tp, **{f"{name}.": getattr(tp, name) for name in names}}


def names_of(module: Any) -> list[str]:
    """Return the public names of a module: those it lists, or those it defines."""
    own = [name for name, one in vars(module).items() if defined_in(one, module)]
    return list(getattr(module, "__all__", own))


def defined_in(one: Any, module: Any) -> bool:
    """Tell whether a public function is written in a module."""
    return (
        inspect.isfunction(one)
        and one.__module__ == module.__name__
        and not one.__name__.startswith("_")
    )


def verbs() -> dict[str, Callable[..., Any]]:
    """Return every function of the public face once, by the shortest name there is."""
    found: dict[Any, str] = {}
    for prefix, module in modules().items():
        for name in names_of(module):
            one = getattr(module, name)
            if inspect.isfunction(one) and one.__module__ != "touchpoints.errors":
                found.setdefault(one, f"{prefix}{name}")
    return {name: one for one, name in found.items()}


VERBS = verbs()


DRAWN = "can be drawn here, got"
"""What every figure says of a record that it does not draw."""


def checked_parameters(name: str) -> dict[str, tuple[str, set[str]]]:
    """Return the parameters of a verb that the law knows, with what their errors say."""
    found = {}
    for one in inspect.signature(VERBS[name]).parameters.values():
        known = PARAMETERS.get((name, one.name)) or KINDS.get(str(one.annotation))
        if name.startswith("sources.") and (one.name, one.annotation) in FIRST:
            known = known or READ
        if name.startswith("plot.") and one.kind is one.POSITIONAL_OR_KEYWORD:
            known = known or (DRAWN, {"result"} if one.annotation == "Variants" else set())
        if known is not None:
            found[one.name] = known
    return found


CASES = [(name, parameter) for name in VERBS for parameter in checked_parameters(name)]


def asked(name: str, parameter: str, mistake: Any) -> Any:
    """Call a verb with a mistake for one parameter and something sound for the others."""
    positional, named = [], {}
    for one in inspect.signature(VERBS[name]).parameters.values():
        if one.name == parameter:
            value = mistake
        elif one.default is not one.empty or one.kind in {one.VAR_KEYWORD, one.VAR_POSITIONAL}:
            continue
        else:
            value = GIVEN.get(f"{name} {one.name}", GIVEN.get(one.name))
        if one.kind is one.KEYWORD_ONLY:
            named[one.name] = value
        else:
            positional.append(value)
    more = {"name": GIVEN[f"{name} name"]} if f"{name} name" in GIVEN else {}
    return VERBS[name](*positional, **named, **more)


def test_every_verb_is_held_to_the_law() -> None:
    """A new verb takes a kind that is known, or is listed with the reason why not."""
    checked = {name for name, _ in CASES}

    assert set() == set(VERBS) - checked - set(WITHOUT)
    assert set() == checked & set(WITHOUT)
    assert set() == set(WITHOUT) - set(VERBS)
    assert set(PARAMETERS) <= set(CASES)
    assert all(WITHOUT.values())


def test_every_module_of_the_public_face_is_walked() -> None:
    """Each room whose `__init__` offers names is reached from `touchpoints`."""
    faces = Path(PACKAGE).glob("*/__init__.py")
    rooms = {path.parent.name for path in faces if "__all__" in path.read_text(encoding="utf-8")}

    assert {"classify", "compare", "graphs", "paths", "taxonomy", "uncertainty"} <= rooms
    assert rooms <= {prefix.rstrip(".") for prefix in modules()}


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_a_wrong_kind_is_refused_with_what_is_needed_and_a_call_that_gives_it(
    name: str, parameter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it needs, what it got and how to mend it; nothing is written, nothing else raised."""
    monkeypatch.chdir(tmp_path)
    says, allowed = checked_parameters(name)[parameter]

    for what, mistake in MISTAKES.items():
        if what in allowed:
            continue
        with pytest.raises(WrongKindError, match=says) as error:
            asked(name, parameter, mistake)
        if says.endswith(", not") and name not in ITERATED:
            assert f"not {type(mistake).__name__}" in error.value.what, what
        assert error.value.mend, what
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("mistake", "mend"),
    [
        (GRAPH, "tp.simulate"),
        (tp.paths.variants(LOG), "pass those it was computed from"),
        ([LOG], "tp.concat"),
        (pd.DataFrame(), "tp.from_frame"),
    ],
)
def test_the_mend_fits_what_was_given(mistake: Any, mend: str) -> None:
    """A graph, a result, several logs and a table each have another way to journeys."""
    with pytest.raises(WrongKindError) as error:
        tp.transition_graph(mistake)

    assert mend in error.value.mend
