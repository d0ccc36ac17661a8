"""Ten needs from the sentences of Banking77 (PolyAI, CC BY 4.0): words against learning (A6)."""

from __future__ import annotations

import importlib.util

import pytest

from tests.example_scripts import load, numbers, printed, shown

pytestmark = [pytest.mark.real, pytest.mark.slow]

# Another version of scikit-learn may round, stop or break ties a little differently.
SHARE, EVENTS = 0.006, 12


@pytest.fixture(scope="module")
def output(logs):
    """Return what the script prints of the test split, by part."""
    parts = printed(load("banking77"), logs / "banking77").split("\n\n")
    return dict(zip(("overall", "keywords", "learned", "agreement"), parts, strict=False))


@pytest.fixture(scope="module")
def page():
    """Return the same parts as docs/banking77.md shows them."""
    parts = shown("banking77.md", "banking77").split("\n\n")
    return dict(zip(("overall", "keywords", "learned", "agreement"), parts, strict=True))


@pytest.fixture
def learned():
    """Skip where nothing can be learned."""
    if not importlib.util.find_spec("sklearn"):
        pytest.skip("needs scikit-learn, the extra `learn`")


def row(part: str, name: str) -> list[float]:
    """Return the numbers of a line: for a classifier answered, abstained, accuracy, coverage."""
    return next(numbers(line) for line in part.splitlines() if line.startswith(f"{name} "))


def test_the_page_shows_what_words_achieve(output, page) -> None:
    """The figures of the keywords in docs/banking77.md are those of the script, every digit."""
    assert page["overall"].splitlines()[:3] == output["overall"].splitlines()[:3]
    assert page["keywords"].split() == output["keywords"].split()


def test_words_answer_most_sentences_rightly(output) -> None:
    """Accuracy and coverage are above 0.87 even at the lower ends of their intervals (A6)."""
    answered, abstained, accuracy, low, _, coverage, coverage_low, _ = row(
        output["overall"], "keywords"
    )

    assert 3080 == answered + abstained
    assert min(low, coverage_low) >= 0.87
    assert min(accuracy, coverage) >= 0.88


def test_words_know_every_need(output) -> None:
    """Of each need five answers of six are right, and three sentences of five are found."""
    rows = [numbers(line) for line in output["keywords"].splitlines()[1:]]

    assert 10 == len(rows)
    assert 3080 == sum(labelled for labelled, *_ in rows)
    assert min(precision for _, precision, *_ in rows) > 5 / 6
    assert min(recall for *_, recall, _, _ in rows) > 3 / 5


def test_learning_beats_words(output, learned) -> None:
    """Learned from 10,003 sentences it is more often right, and abstains less (A6)."""
    words = row(output["overall"], "keywords")
    model = row(output["overall"], "learned")

    assert model[3] > words[4]
    assert model[6] > words[7]
    assert model[3] >= 0.96
    assert 50 < model[1] < 250


def test_both_together_abstain_least(output, learned) -> None:
    """Where the learned one is silent the words often are not."""
    model = row(output["overall"], "learned")
    both = row(output["overall"], "learned, else keywords")

    assert both[1] < model[1] / 2
    assert both[2] >= 0.95


def test_the_page_shows_what_learning_achieves(output, page, learned) -> None:
    """The other figures of docs/banking77.md are those of the script, within rounding."""
    shown_lines = [*page["overall"].splitlines()[3:], *page["learned"].splitlines()]
    lines = [*output["overall"].splitlines()[3:], *output["learned"].splitlines()]
    shown_lines.append(page["agreement"].splitlines()[0])
    lines.append(output["agreement"].splitlines()[0])

    assert len(shown_lines) == len(lines)
    for expected, actual in zip(shown_lines, lines, strict=True):
        assert expected.split()[0] == actual.split()[0]
        for one, other in zip(numbers(expected), numbers(actual), strict=True):
            assert one == pytest.approx(other, abs=SHARE if one <= 1 else EVENTS)


def test_both_disagree_mostly_where_words_are_silent(output, learned) -> None:
    """They agree on three sentences of four or more, far beyond chance."""
    share, low, _, kappa, kappa_low, _ = numbers(output["agreement"].splitlines()[0])

    assert min(share, low) > 0.75
    assert min(kappa, kappa_low) > 0.7
    assert "(none) against" in output["agreement"].splitlines()[1]
