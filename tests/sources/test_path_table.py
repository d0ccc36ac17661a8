"""Aggregated path tables: one row a path, with how many journeys went it."""

from __future__ import annotations

import math
from collections import Counter

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import badly_joined, expanded, names_of
from touchpoints import paths
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.taxonomy import untyped

# The rows the documentation of ChannelAttribution prints.
TABLE = {
    "path": ["eta > iota > alpha > eta", "iota > iota > iota > iota"],
    "total_conversions": [1, 2],
    "total_conversion_value": [0.244, 3.195],
    "total_null": [3, 6],
}
STEPS = st.lists(st.sampled_from(["eta", "iota", " al pha", "x>y"]), max_size=4)


def read(table, **changes) -> tp.Journeys:
    """Read a table shaped like the usual one."""
    arguments = {
        "path": "path",
        "converted": "total_conversions",
        "lost": "total_null",
        "value": "total_conversion_value",
        **changes,
    }
    return tp.from_paths(table, **arguments)


def test_a_row_becomes_a_converted_and_a_lost_journey() -> None:
    """With the counts of the table, the value on those that converted, and ids that say which."""
    journeys = read(TABLE)

    assert ["0:converted", "0:lost", "1:converted", "1:lost"] == journeys.ids.tolist()
    assert [1, 3, 2, 6] == journeys.counts.tolist()
    assert [1, 0, 1, 0] == journeys.outcomes["conversion"].tolist()
    assert [0.244, 0, 3.195, 0] == journeys.values["total_conversion_value"].tolist()
    assert ("eta", "iota", "alpha", "eta") == journeys[1].keys
    assert ("iota",) * 4 == journeys[2].keys
    assert journeys.times is None


@pytest.mark.filterwarnings("ignore::touchpoints.errors.TouchpointsWarning")
@given(
    st.lists(st.text(alphabet="ab>  \u3000é\ud800\x00", max_size=9), max_size=6),
    st.sampled_from([" > ", ">", ">>", " ", "  ", "a", "é", ">\x00"]),
    st.data(),
)
def test_names_are_those_of_str_split(texts, separator, data) -> None:
    """Whatever the separator, the characters of names and the rows without journeys."""
    counts = [data.draw(st.integers(0, 2)) for _ in texts]
    wanted = [names_of(text, separator) for text in texts]
    kept = [row for row, count in enumerate(counts) if count]
    table = {"path": texts, "n": counts}
    bare = separator.strip()
    wrong = sum(bare in text for text in texts) if bare not in (separator, "") else 0
    assume(wrong <= len(texts) * 0.1 or any(separator in text for text in texts))
    bad = [row for row in kept if any(badly_joined(name, separator) for name in wanted[row])]
    if bad:
        with pytest.raises(InvalidInputError, match="an empty name") as caught:
            tp.from_paths(table, path="path", count="n", separator=separator)
        assert all(str(row) in caught.value.where for row in bad[:5])
        return
    journeys = tp.from_paths(table, path="path", count="n", separator=separator)

    wanted = {row: [untyped(name).key for name in wanted[row]] for row in kept}
    assert list(wanted.values()) == [list(one.keys) for one in journeys]
    order = dict.fromkeys(key for keys in wanted.values() for key in keys)
    assert list(order) == [touchpoint.key for touchpoint in journeys.touchpoints]


def in_every_frame(texts):
    """Return a column of text in each kind of frame."""
    chunks = pa.chunked_array([["left out", *texts], texts], pa.string())
    return {
        "pandas objects": pd.DataFrame({"path": pd.Series(texts, dtype=object)}),
        "pandas text": pd.DataFrame({"path": pd.Series(texts, dtype="str")}),
        "pandas category": pd.DataFrame({"path": pd.Series(texts, dtype="category")}),
        "polars": pl.DataFrame({"path": texts}, schema={"path": pl.String}),
        "polars lazy": pl.LazyFrame({"path": texts}, schema={"path": pl.String}),
        "arrow": pa.table({"path": pa.array(texts, pa.string())}),
        "arrow, a part": pa.table({"path": chunks.slice(1, len(texts))}),
        "arrow, large": pa.table({"path": pa.array(texts, pa.large_string())}),
        "arrow, view": pa.table({"path": pa.array(texts, pa.string_view())}),
    }


@pytest.mark.filterwarnings("ignore::touchpoints.errors.TouchpointsWarning")
@pytest.mark.parametrize("kind", in_every_frame([]))
@given(st.lists(st.text(alphabet="ab> é\U0001f600\x00", max_size=8), max_size=5))
def test_all_frames_give_the_same_journeys(kind, texts) -> None:
    """Bytes of arrow and polars are read as Python texts are."""
    texts = ["a > b > long name of a touchpoint é", *texts]
    texts = [text.replace(" >  > ", "") for text in texts]

    frame = in_every_frame(texts)[kind]
    if kind == "pandas category":  # old pandas makes one category of "" and a text of NUL alone
        texts = frame["path"].tolist()

    assert journeys_or_error({"path": texts}) == journeys_or_error(frame)


def journeys_or_error(table) -> tp.Journeys | str:
    """Return the journeys of paths, or why there are none."""
    try:
        return tp.from_paths(table, path="path")
    except InvalidInputError as error:
        return str(error)


@pytest.mark.parametrize("kind", in_every_frame([]))
def test_a_missing_path_is_refused_in_all_frames(kind) -> None:
    """With its row."""
    with pytest.raises(InvalidInputError, match="1 row has no path") as caught:
        tp.from_paths(in_every_frame(["a > b", None])[kind], path="path")
    assert "rows 1" in caught.value.where


@pytest.mark.filterwarnings("ignore:.*without its spaces")
@pytest.mark.filterwarnings("ignore:.*within the name")
@given(st.lists(st.tuples(STEPS, st.integers(0, 3), st.integers(0, 3)), max_size=6))
def test_an_aggregated_table_is_its_journeys_written_out(rows) -> None:
    """Variants, transitions and conversions are those of the table expanded by hand."""
    table = [(" > ".join(steps), converted, lost) for steps, converted, lost in rows]
    # A table of single steps that hold a bare ">" is refused: the separator looks mistyped.
    assume(any(len(steps) > 1 for steps, *_ in rows) or not any(">" in path for path, *_ in table))
    journeys = tp.from_paths(
        {
            "path": [row[0] for row in table],
            "won": [row[1] for row in table],
            "not": [row[2] for row in table],
        },
        path="path",
        converted="won",
        lost="not",
        outcome="sale",
    )
    naive = expanded(table)

    found = Counter()
    for journey in journeys:
        found[journey.keys, journey.outcomes["sale"]] += journey.count
    assert Counter(naive) == found
    shares = paths.variants(journeys).as_dict()
    counted = Counter(keys for keys, _ in naive)
    assert {keys: count / len(naive) for keys, count in counted.items()} == pytest.approx(shares)


@pytest.mark.parametrize(
    "make", [dict, pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table, "duckdb"]
)
def test_every_kind_of_table_gives_the_same_journeys(make) -> None:
    """The frame is only a way to hold columns, and is not changed."""
    frame = duckdb.from_arrow(pa.table(TABLE)) if make == "duckdb" else make(TABLE)
    before = repr(frame)

    assert read(TABLE) == read(frame)
    assert make == "duckdb" or before == repr(frame)


def test_a_count_alone_is_how_many_took_the_path() -> None:
    """Each row gives one row whose id is its number; without a count it is one journey."""
    table = {"path": ["a > b", "b", "a"], "n": [5, 0, 2]}

    counted = tp.from_paths(table, path="path", count="n")
    assert ([5, 2], [0, 2]) == (counted.counts.tolist(), counted.ids.tolist())
    assert [1, 1, 1] == tp.from_paths(table, path="path").counts.tolist()
    assert {} == dict(counted.outcomes)


def test_an_outcome_column_says_reached_not_reached_or_unknown() -> None:
    """1, 0 and missing; the outcome is called like the column, and every row may have a value."""
    table = {"path": ["a", "b", "a"], "sale": [1, 0, None], "n": [2, 3, 4], "eur": [9.5, 1, None]}
    journeys = tp.from_paths(table, path="path", outcome="sale", count="n", value="eur")

    assert [1, 0] == journeys.outcomes["sale"][:2].tolist()
    assert math.isnan(journeys.outcomes["sale"][2])
    assert [2, 3, 4] == journeys.counts.tolist()
    assert [9.5, 1] == journeys.values["eur"][:2].tolist()
    assert [0, 1, 2] == journeys.ids.tolist()
    bools = tp.from_paths({"path": ["a", "b"], "sale": [True, False]}, path="path", outcome="sale")
    assert [1, 0] == bools.outcomes["sale"].tolist()


def test_what_did_not_convert_is_what_remains_of_the_count() -> None:
    """With a count, one of converted and lost says the other."""
    table = {"path": ["a", "b"], "n": [5, 2], "won": [1, 2], "not": [4, 0]}
    both = tp.from_paths(table, path="path", converted="won", lost="not")

    assert both == tp.from_paths(table, path="path", count="n", converted="won")
    assert both == tp.from_paths(table, path="path", count="n", lost="not")
    with pytest.raises(InvalidInputError, match="two of them determine the third"):
        tp.from_paths(table, path="path", count="n", converted="won", lost="not")
    with pytest.raises(InvalidInputError, match="exceeds"):
        tp.from_paths({**table, "won": [6, 0]}, path="path", count="n", converted="won")
    alone = tp.from_paths(table, path="path", converted="won")
    assert ["0:converted", "1:converted"] == alone.ids.tolist()


def test_empty_text_is_an_empty_journey() -> None:
    """A path of no steps is legal, and no touchpoint of an empty name appears."""
    journeys = tp.from_paths({"path": ["", "a", "  "]}, path="path")

    assert [(), ("a",), ()] == [journey.keys for journey in journeys]
    assert 1 == len(journeys.touchpoints)


@pytest.mark.parametrize("path", ["a >  > b", "a > ", " > a", " > "])
def test_an_empty_step_is_refused_with_its_rows(path) -> None:
    """A missing name between separators would lose an edge in silence."""
    with pytest.raises(InvalidInputError, match=r"1 path has an empty name.*rows 1"):
        tp.from_paths({"path": ["a > b", path]}, path="path")


def test_space_around_a_step_is_no_part_of_its_name() -> None:
    """Separators of other widths give the same touchpoints; space within a name stays."""
    journeys = tp.from_paths({"path": ["a >b c", "b c> a"]}, path="path", separator=">")

    assert [("a", "b c"), ("b c", "a")] == [journey.keys for journey in journeys]


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, 7])
def test_a_missing_path_is_refused_with_its_rows(missing) -> None:
    """Rows with an unknown path are neither dropped nor counted as empty journeys."""
    with pytest.raises(InvalidInputError, match=r"1 row has no path.*rows 1"):
        tp.from_paths({"path": ["a", missing]}, path="path")


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_missing_path_in_a_frame_is_refused(make) -> None:
    """Every missing value of a frame is refused."""
    with pytest.raises(InvalidInputError, match="rows 1"):
        tp.from_paths(make({"path": ["a", None]}), path="path")


def test_a_separator_that_is_not_there_is_noticed() -> None:
    """Paths joined without spaces would each be one odd touchpoint; the mend is named."""
    with pytest.raises(InvalidInputError, match=r"pass separator='>'"):
        tp.from_paths({"path": ["a>b", "b>c", "c"]}, path="path")
    with pytest.raises(InvalidInputError, match="separator must not be empty"):
        tp.from_paths({"path": ["a"]}, path="path", separator="")


def test_a_sign_in_a_name_is_no_separator() -> None:
    """One name with > among paths that hold the separator, or among many without, is said."""
    with pytest.warns(tp.errors.TouchpointsWarning, match="'c>d'"):
        some = tp.from_paths({"path": ["a > b", "c>d"]}, path="path")
    with pytest.warns(tp.errors.TouchpointsWarning, match="'c>d'"):
        rare = tp.from_paths({"path": ["a"] * 20 + ["c>d"]}, path="path")

    assert ("c>d",) == some[1].keys == rare[20].keys


@pytest.mark.parametrize(
    ("column", "values", "match"),
    [
        ("total_null", [3, -1], r"'total_null' .*integers of at least 0 .rows 1: -1"),
        ("total_null", [3, 0.5], "integers of at least 0"),
        ("total_null", [3, None], "integers of at least 0"),
        ("total_conversions", [math.inf, 1], "integers of at least 0"),
        (
            "total_conversions",
            ["1", "two"],
            r"'total_conversions' must hold numbers .rows 1: 'two'",
        ),
        ("total_conversions", [0, 2], r"0 or missing where no journey converted.*rows 0: 0.244"),
    ],
)
def test_impossible_numbers_are_refused_with_their_rows(column, values, match) -> None:
    """Counts are integers of at least 0, and only converted journeys have a value."""
    with pytest.raises(InvalidInputError, match=match):
        read({**TABLE, column: values})


def test_text_that_writes_a_number_is_one() -> None:
    """As a CSV reader gives it, in this table as in a log."""
    texts = {name: list(map(str, values)) for name, values in TABLE.items()}
    assert read(TABLE) == read(texts) == read(pl.DataFrame(texts))


def test_an_outcome_that_is_a_count_is_refused_with_the_mend() -> None:
    """An outcome cannot be 2; the mend names the argument for numbers of conversions."""
    with pytest.raises(InvalidInputError, match="pass the column as converted="):
        tp.from_paths(TABLE, path="path", outcome="total_conversions")
    with pytest.raises(InvalidInputError, match="an outcome must not be named"):
        read(TABLE, outcome="end")


def test_a_missing_value_stays_unknown_and_no_value_is_needed_where_none_converted() -> None:
    """Converted journeys keep nan; 0 and missing are both legal where no journey converted."""
    table = {**TABLE, "total_conversions": [0, 2], "total_conversion_value": [None, None]}
    worth = read(table).values["total_conversion_value"].tolist()

    assert [0, 0] == [worth[0], worth[2]]
    assert math.isnan(worth[1])


def test_a_missing_column_is_answered_with_near_ones() -> None:
    """The message names the argument that was given the column."""
    with pytest.raises(NotFoundError, match=r"did you mean 'total_null'.*given as lost"):
        read(TABLE, lost="total_nul")
    with pytest.raises(InvalidInputError, match="differ in length"):
        tp.from_paths({"path": ["a"], "n": [1, 2]}, path="path", count="n")
    with pytest.raises(WrongKindError, match="one-dimensional"):
        tp.from_paths({"path": "a > b"}, path="path")


def test_steps_are_looked_up_in_a_taxonomy() -> None:
    """By id, alias or label; two names of one type are one touchpoint."""
    taxonomy = tp.load_taxonomy("customer")
    table = {"path": ["live_chat > Chat en vivo", "banner"]}

    with pytest.raises(InvalidInputError, match=r"matches no touchpoint type.*'banner'"):
        tp.from_paths(table, path="path", taxonomy=taxonomy)
    kept = tp.from_paths(table, path="path", taxonomy=taxonomy, unmatched="keep")
    assert [("live_chat", "live_chat"), ("banner",)] == [journey.keys for journey in kept]
    assert (3, 1) == (kept.meta.report.rows, kept.meta.report.unmatched)
    assert [1, 1, 0] == kept.per_interaction["need_from"].tolist()
    dropped = tp.from_paths(table, path="path", taxonomy=taxonomy, unmatched="drop")
    assert [("live_chat", "live_chat"), ()] == [journey.keys for journey in dropped]
    assert taxonomy == dropped.meta.taxonomy


def test_names_with_parentheses_and_brackets_are_legal() -> None:
    """Raw text is escaped where it would look like something else, as in event logs."""
    journeys = tp.from_paths({"path": ["(start) > 50% [new]"]}, path="path")

    assert ("%28start%29", "50%25 %5Bnew%5D") == journeys[0].keys
    assert "(start)" == journeys.touchpoints[0].label()


def test_a_table_without_rows_has_no_journeys() -> None:
    """Empty columns are legal."""
    empty = {"path": [], "total_conversions": [], "total_conversion_value": [], "total_null": []}

    assert 0 == len(read(empty)) == len(read(pd.DataFrame(empty, dtype=object)))


def test_blocks_of_rows_change_nothing(monkeypatch) -> None:
    """Long tables are split block by block; names and their order stay the same."""
    rng = np.random.default_rng(2)
    table = {
        "path": [" > ".join(rng.choice(list("abcdef"), size)) for size in rng.integers(0, 6, 50)]
    }
    whole = tp.from_paths(table, path="path")
    monkeypatch.setattr("touchpoints._core.arrays.pieces._BLOCK", 7)

    assert whole == tp.from_paths(table, path="path")
    assert whole.touchpoints == tp.from_paths(table, path="path").touchpoints
