"""Text of a log that a terminal, a browser or a reader would choke on."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

import touchpoints as tp
from tests.naive_paths import built
from touchpoints._core.messages import did_you_mean
from touchpoints._core.text import printable
from touchpoints.errors import InvalidInputError, NotFoundError, ProblemsError, TouchpointsError
from touchpoints.journeys.model import Journeys, derive

RAW = ("\x1b", "\x00", "\u202e", "\ud800", "\x07", "\u2028")
NAME = "pay" + "".join(RAW)


def shown() -> list[str]:
    """Return the reprs and the HTML of journeys and tables whose names, ids and columns are raw."""
    journeys = built(
        [[NAME, "b"], [NAME]],
        ids=[NAME, "x"],
        outcomes={NAME: [1, 0]},
        per_journey={NAME: np.array(["u" + NAME, "v"], object)},
    )
    variants = tp.paths.variants(journeys)
    transitions = tp.paths.transitions(journeys)
    parts = [journeys, variants, transitions, tp.paths.presence(journeys, by=NAME)]
    texts = [*map(repr, parts), *(one._repr_html_() for one in parts)]
    return [*texts, repr(journeys[0].touchpoints)]


def test_a_repr_and_html_show_controls_as_escapes() -> None:
    """ESC, NUL, U+202E and lone surrogates are written as escapes, and all can be encoded."""
    for text in shown():
        assert not [one for one in RAW if one in text]
        assert "pay\\x1b" in text
        text.encode()


def test_joiners_and_accents_are_shown_as_they_are() -> None:
    """A family of emoji and Persian keep their joiners."""
    for text in ("\U0001f468\u200d\U0001f469", "\u0645\u06cc\u200c\u062e", "é", "日本", "a\u0301"):
        assert text == printable(text)


def test_a_name_of_a_megabyte_is_shortened() -> None:
    """In tables, in journeys, in touchpoints and in errors."""
    name = "x" * 1_000_000
    journeys = built([[name, "b"] * 1_000], ids=["y" * 1_000_000])
    parts = [journeys, tp.paths.variants(journeys), tp.paths.presence(journeys)]
    texts = [*map(repr, parts), *(one._repr_html_() for one in parts)]
    texts.append(repr(journeys[0].touchpoints[0]))
    with pytest.raises(NotFoundError) as caught:
        tp.containing(journeys, "z" * 1_000_000)
    texts.append(str(caught.value))
    assert max(map(len, texts)) < 20_000
    assert "(1,000,000 characters)" in texts[1]
    assert "(1,000,000 characters)" in texts[-1]


# ---------------------------------------------------------------------------- messages are bounded


def seconds(action: Callable[[], object]) -> float:
    """Return the processor time of an action, which other processes do not add to."""
    began = time.process_time()
    action()
    return time.process_time() - began


@pytest.mark.parametrize("name", ["touchpoint numbr 77777", "Touchpoint nunber 500", "zzz"])
def test_a_misspelt_name_among_many_is_soon_answered(name: str) -> None:
    """Among 100,000 names in less than a second; the nearest is proposed as among few."""
    names = [f"touchpoint number {number}" for number in range(100_000)]
    assert 3 > seconds(lambda: did_you_mean(name, names))


def test_the_nearest_of_many_names_is_the_nearest() -> None:
    """A letter left out, and two letters swapped."""
    names = [f"touchpoint number {number}" for number in range(100_000)]
    assert "'touchpoint number 77777'" in did_you_mean("touchpoint numbr 77777", names)
    assert "'touchpoint number 500'" in did_you_mean("touchpoint nubmer 500", names)
    assert "" == did_you_mean("zzz", names)
    assert "" == did_you_mean("x" * 2_000_000, names)


@pytest.mark.parametrize("text", ["a " * 1_000_000, "(" * 2_000_000, "'" + "a" * 2_000_000])
def test_a_pattern_of_megabytes_is_refused_at_once(text: str) -> None:
    """Without reading it, and without quoting all of it."""
    began = time.perf_counter()
    with pytest.raises(
        InvalidInputError, match="at most 100,000 characters, got 2,000,0"
    ) as caught:
        tp.pattern(text)
    assert 0.5 > time.perf_counter() - began
    assert len(str(caught.value)) < 500


def test_a_long_pattern_shows_the_part_with_the_mistake() -> None:
    """The caret stands under the mistake, in a part of the pattern."""
    text = "a " * 5_000 + "} " + "b " * 5_000
    with pytest.raises(InvalidInputError, match="no opening brace") as caught:
        tp.pattern(text)
    _, line, caret = str(caught.value).splitlines()
    assert "}" == line[caret.index("^")]
    assert len(line) < 400


# ------------------------------------------------------------------------------------------ counts


def test_counts_whose_sum_no_integer_holds_are_refused() -> None:
    """Two rows of 2**62 are 2**63 journeys, which 64 bits would make negative."""
    with pytest.raises(InvalidInputError, match="sum of counts must be at most 2..63 - 1, got 9,2"):
        Journeys(touchpoints=(), codes=[], offsets=[0, 0, 0], counts=[2**62, 2**62])
    most = Journeys(touchpoints=(), codes=[], offsets=[0, 0, 0], counts=[2**62, 2**62 - 1])
    assert f"2 rows for {2**63 - 1:,} journeys" in repr(most)


def test_transforms_check_the_sum_of_counts() -> None:
    """Logs put together, and a transform that changes counts."""
    half = Journeys(touchpoints=(), codes=[], offsets=[0, 0], ids=["a"], counts=[2**62])
    other = Journeys(touchpoints=(), codes=[], offsets=[0, 0], ids=["b"], counts=[2**62])
    with pytest.raises(InvalidInputError, match="sum of counts"):
        tp.concat([half, other])
    with pytest.raises(InvalidInputError, match="counts must not be negative"):
        derive(half, counts=[-1])


def test_an_error_quotes_only_the_beginning_of_what_is_long() -> None:
    """Whatever a message quotes, each part of it has at most 4,000 characters and a remark."""
    error = TouchpointsError("a" * 5_000, where="b" * 5_000, mend="c")
    assert f"{'a' * 4_000}… (5,000 characters)" == error.what
    assert len(str(error)) < 8_100
    problems = ProblemsError("p", problems=["x" * 1_000_000]).problems
    assert f"{'x' * 4_000}… (1,000,000 characters)" == problems[0]


def test_a_pair_and_a_drawing_show_controls_as_escapes() -> None:
    """The names of groups are values of a column; DOT is text that is printed."""
    journeys = built(
        [[NAME, "b"], [NAME]], per_journey={"kind": np.array(["u" + NAME, "v" + NAME], object)}
    )
    texts = [
        repr(tp.compare.groups(journeys, "kind")),
        tp.to_dot(tp.transition_graph(journeys)),
        tp.to_mermaid(tp.transition_graph(journeys)),
    ]

    assert [] == [one for one in RAW for text in texts if one in text]
