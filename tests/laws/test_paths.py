"""Laws of every analysis of paths: labels, groups, shuffled logs, and wrong kinds of input."""

from __future__ import annotations

import inspect
import warnings

import attrs
import networkx as nx
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.path_measures import MEASURES, TOPPED, WHOLE, alike, drawn_log, shuffled
from touchpoints._core.tables import Labelled, Table
from touchpoints.errors import TouchpointsWarning, WrongKindError
from touchpoints.paths import DirectAndIndirect

SEEDS = range(6)
FUNCTIONS = {
    name: getattr(tp.paths, name)
    for name in tp.paths.__all__
    if inspect.isfunction(getattr(tp.paths, name))
}


def tables_of(answer):
    """Return the tables of a result: most results are a single table."""
    if isinstance(answer, DirectAndIndirect):
        return [answer.shares, answer.transitions, answer.losses]
    return [answer]


def rows_of(table):
    """Return the rows and the facts of a table; rows per journey are sorted by journey."""
    rows = table.to_dicts()
    if rows and "journey" in rows[0]:
        rows.sort(key=lambda row: (row.get("group", ""), row["journey"]))
    facts = {
        name: one.tolist() if isinstance(one, np.ndarray) else one
        for name in ("matrix", "level", "unit", "hubert_c", "silhouette_width")
        if (one := getattr(table, name, None)) is not None
    }
    return rows, facts


def test_every_analysis_is_asked() -> None:
    """A new function must be added to the calls, so that the laws check it."""
    grouped = {name for name, one in FUNCTIONS.items() if "by" in inspect.signature(one).parameters}
    clusterings = {"hierarchical", "k_medoids"}

    assert grouped == set(MEASURES)
    assert set(FUNCTIONS) - grouped == set(WHOLE) | clusterings


@pytest.mark.parametrize("name", MEASURES)
def test_groups_lose_no_number_and_begin_every_label(name: str) -> None:
    """There is a value per row (or a fixed number per row); each key begins with the group."""
    log = drawn_log(1)

    for table in tables_of(MEASURES[name](log, by="segment")):
        numbers = table.as_dict()
        each = {"Conversion": 2, "LifecycleStates": 4}.get(type(table).__name__, 1)
        assert len(numbers) == len(table) * each
        assert len(table)
        firsts = [key[0] if isinstance(key, tuple) else key for key in numbers]
        assert firsts == np.repeat(table.group, each).tolist()
        assert {type(one) for one in numbers.values()} <= {int, float}


@pytest.mark.parametrize("name", [name for name in MEASURES if name != "discriminating"])
def test_labels_of_a_group_are_those_it_has_alone(name: str) -> None:
    """The group is put before the label; everything else is unchanged."""
    log = drawn_log(3)
    answer = MEASURES[name](log, by="segment")
    alone = tp.select(log, [one == "old" for one in log.per_journey["segment"].to_list()])

    found = {key: one for key, one in answer.as_dict().items() if "old" in (key, key[0])}

    expected = [
        key if isinstance(key, tuple) else (key,) for key in MEASURES[name](alone).as_dict()
    ]
    tuples = {"variant", "route", "ngram", "subsequence"}
    table = tables_of(answer)[0]
    if tuples & set(table.to_dicts()[0]):
        expected = [(key,) for key in expected]
    if name == "deciding_attributes":  # the grouping column is not a candidate
        expected.remove(("segment",))
    keys = [key[1:] if isinstance(key, tuple) else (name,) for key in found]
    ones = {"fitness", "median_time_to", "throughput_times"}
    assert (len(keys) == 1) if name in ones else (keys == expected)


# Durations are counted from the first time of a log, and an alphabet is that of a log: a selection
# need not hold either.
ASKED_ALIKE = {
    "complexity": lambda log, **by: tp.paths.complexity(log, alphabet=6, **by),
    "lifecycle_states": lambda log, **by: tp.paths.lifecycle_states(log, period="day", **by),
    "retention": lambda log, **by: tp.paths.retention(log, period="day", **by),
}
# The question is one between groups, or the column grouped by is a candidate of its own.
BETWEEN = {"discriminating", "deciding_attributes"}


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in BETWEEN])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_selection_has_the_rows_of_its_group(name: str, seed: int) -> None:
    """Selecting a group and measuring it is measuring by group, also where others go on longer."""
    log = drawn_log(seed)
    ask = ASKED_ALIKE.get(name, MEASURES[name])
    segments = log.per_journey["segment"].to_list()

    grouped = [rows_of(one)[0] for one in tables_of(ask(log, by="segment"))]

    for label in ("new", "old"):
        alone = tables_of(ask(tp.select(log, [one == label for one in segments])))
        for rows, table in zip(grouped, alone, strict=True):
            mine = [
                {key: one for key, one in row.items() if key != "group"}
                for row in rows
                if row["group"] == label
            ]
            assert alike(mine, rows_of(table)[0])


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("seed", SEEDS)
def test_shuffled_journeys_have_the_same_answer(name: str, seed: int) -> None:
    """Neither the order of journeys nor the order of first occurrence of touchpoints matters."""
    log = drawn_log(seed)
    again = shuffled(log, seed + 100)

    for by in ({}, {"by": "segment"}):
        found = [rows_of(one) for one in tables_of(MEASURES[name](log, **by))]
        mixed = [rows_of(one) for one in tables_of(MEASURES[name](again, **by))]
        assert alike(found, mixed)


@pytest.mark.parametrize("name", [*TOPPED, "distances", "substitution_costs"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_listed_of_equals_does_not_depend_on_the_log(name: str, seed: int) -> None:
    """Where only some rows are listed, chosen or numbered, ties are decided by key."""
    log = drawn_log(seed)
    ask = TOPPED.get(name) or WHOLE[name]

    assert alike(rows_of(ask(log)), rows_of(ask(shuffled(log, seed + 200))))


@pytest.mark.parametrize("name", MEASURES)
def test_journeys_in_no_group_are_told_of_once(name: str) -> None:
    """One warning, with the number of journeys and how to mend it."""
    log = drawn_log(4, groups=("new", "old", None))
    missing = log.per_journey["segment"].to_list().count(None)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        MEASURES[name](log, by="segment")

    assert [one.category for one in caught] == [TouchpointsWarning]
    assert f"no value of 'segment' for {missing} of 16 rows" in str(caught[0].message)
    assert "attrs.evolve" in str(caught[0].message)
    assert missing


def test_a_bootstrap_says_once_that_journeys_are_in_no_group() -> None:
    """Counts change from resample to resample, the warning does not."""
    log = drawn_log(5, groups=("new", "old", None))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tp.bootstrap(log, lambda one: tp.paths.presence(one, by="segment"), seed=1, resamples=5)

    assert len({str(one.message) for one in caught}) == 1


@pytest.mark.parametrize("name", {**MEASURES, **WHOLE})
@pytest.mark.parametrize("given", [None, [["a", "b"]], nx.DiGraph(), {"path": ["a"]}])
def test_what_is_no_journeys_is_refused_with_the_call_that_makes_some(name: str, given) -> None:
    """A graph, a list, a mapping or nothing."""
    ask = {**MEASURES, **WHOLE}[name]
    mend = "tp.simulate" if isinstance(given, nx.DiGraph) else "tp.from_frame"

    with pytest.raises(
        WrongKindError, match=rf"takes Journeys, not {type(given).__name__}"
    ) as error:
        ask(given)

    assert mend in str(error.value)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("by", [1, {"segment"}, ("segment", 1), {"segment": 1}, ("segment", None)])
def test_groups_are_named_by_text(name: str, by) -> None:
    """A text or a tuple or list of texts; the message shows both."""
    with pytest.raises(WrongKindError, match="by must be the name of (one|a) column or facet"):
        MEASURES[name](drawn_log(1), by=by)


@pytest.mark.filterwarnings(
    "ignore:all .* are left out"
)  # from time_to, where a resample has no start
@pytest.mark.parametrize("name", sorted(set(MEASURES) - {"discriminating"}))
def test_every_table_is_a_statistic_to_redraw(name: str) -> None:
    """tp.bootstrap takes them as they are, with groups and without."""
    log = drawn_log(2)

    for by in ({}, {"by": "segment"}):
        found = tp.bootstrap(log, lambda one, by=by: MEASURES[name](one, **by), seed=1, resamples=2)
        assert len(found) == len(MEASURES[name](log, **by).as_dict())


def test_a_tables_print_tells_one_step_from_two() -> None:
    """A key that contains the separator is quoted, and so is a key that begins with a quote."""
    log = tp.from_paths({"path": ["a > b", "a, b", "'a', b"]}, path="path", separator=", ")

    text = repr(tp.paths.variants(log))

    assert "'a > b'  " in text
    assert "\na > b  " in text
    assert "\"'a'\" > b" in text


def test_every_record_that_is_a_table_says_which_number_it_is_by_label() -> None:
    """The class names the value column and the label columns, unless it has its own as_dict."""
    known = [
        one
        for module in (tp.paths, tp.compare)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Table)
    ]

    for one in known:
        assert issubclass(one, Labelled)
        columns = {field.name for field in attrs.fields(one) if field.metadata.get("column")}
        if one.as_dict is Labelled.as_dict:
            assert one.main in columns
            assert set(one.labels) <= columns
        else:
            assert one.as_dict.__doc__
    assert len(known) > 35


def test_numbers_by_label_of_what_has_no_groups() -> None:
    """Clusters by variant; distances by pair of variants, and filtered kinds by their name."""
    log = tp.from_paths({"path": ["a > b", "a", "c > d"], "n": [3, 2, 1]}, path="path", count="n")
    found = tp.paths.distances(log)

    numbers = found.as_dict()
    assert numbers[("a", "b"), ("a",)] == numbers[("a",), ("a", "b")] == found.matrix[0, 1]
    assert len(numbers) == 6
    clusters = tp.paths.hierarchical(found, 2).as_dict()
    assert clusters == {("a", "b"): 1, ("a",): 1, ("c", "d"): 2}
    losses = tp.paths.direct_and_indirect(drawn_log(1)).losses
    assert losses.as_dict() == dict(zip(losses.removed, losses.broken, strict=True))
