"""Shares of the ten needs of Banking77 (PolyAI, CC BY 4.0), nine labels of ten hidden (A7, B8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

import touchpoints as tp
from tests.example_scripts import load

pytestmark = [pytest.mark.real, pytest.mark.slow]

DRAWS = 40


@pytest.fixture(scope="module")
def sentences(logs) -> tuple[tp.Journeys, list[str]]:
    """Return the test sentences as journeys with needs inferred by words, and the true needs."""
    script = load("banking77")
    taxonomy = script.needs()
    rows = script.read_split(logs / "banking77" / "test.csv.gz", taxonomy)
    log = {
        "message": list(range(len(rows))),
        "at": ["2026-01-01T09:00"] * len(rows),
        "text": [row["text"] for row, _ in rows],
    }
    journeys = tp.from_columns(
        log,
        journey="message",
        time="at",
        touchpoint=script.written_words(taxonomy),
        taxonomy=taxonomy,
        unmatched="keep",
    )
    return journeys, [label["need"] for _, label in rows]


def estimated(sentences: tuple[tp.Journeys, list[str]], seed: int) -> tp.experience.NeedShares:
    """Return the shares from the labels of one sentence in ten."""
    journeys, needs = sentences
    rng = np.random.default_rng(seed)
    shown = rng.choice(len(needs), len(needs) // 10, replace=False).tolist()
    answers = {
        "journey": shown,
        "time": ["2026-01-01T09:00"] * len(shown),
        "need": [needs[place] for place in shown],
    }
    return tp.experience.need_shares(journeys, answers=answers)


def truth_of(sentences: tuple[tp.Journeys, list[str]]) -> dict[str, float]:
    """Return the true share of each need."""
    needs = sentences[1]
    return {need: needs.count(need) / len(needs) for need in sorted(set(needs))}


def test_a_tenth_of_the_labels_gives_the_shares_of_all(sentences) -> None:
    """Of ten needs in 40 draws, so few intervals would cover once in a thousand times."""
    truth, covered, tuning, narrower = truth_of(sentences), 0, [], []
    errors: dict[str, list[float]] = {"share": [], "survey": [], "naive": []}
    for seed in range(DRAWS):
        rows = estimated(sentences, seed).to_dicts()
        assert list(truth) == [row["term"] for row in rows]
        covered += sum(row["low"] <= truth[row["term"]] <= row["high"] for row in rows)
        narrower += [
            (row["high"] - row["low"]) / (row["survey_high"] - row["survey_low"]) for row in rows
        ]
        tuning += [row["tuning"] for row in rows]
        for name, found in errors.items():
            found += [row[name] - truth[row["term"]] for row in rows]
    squares = {name: float(np.mean(np.square(found))) for name, found in errors.items()}

    assert binom.cdf(covered, DRAWS * len(truth), 0.95) > 1e-3
    assert max(narrower) < 1.05  # wider only where the share comes to lie nearer one half
    assert np.mean(narrower) < 0.75  # as 180 labels more for every 100
    assert min(tuning) > 0.45
    assert squares["share"] < squares["survey"] / 2
    assert squares["share"] < squares["naive"]


def test_naive_shares_miss_most_needs(sentences) -> None:
    """What words infer has no error of sampling, and is still wrong where they are silent."""
    found: dict[str, Any] = {row["term"]: row for row in estimated(sentences, 0).to_dicts()}
    truth = truth_of(sentences)
    missed = []
    for need, share in truth.items():
        low, high = tp.wilson(found[need]["inferred"], 3080)
        missed += [need] * (not low <= share <= high)

    assert "understand_fees" in missed  # a third of them is not found
    assert len(missed) >= 3


def test_the_table_says_of_how_many_nothing_is_inferred(sentences) -> None:
    """The words abstain from 336 sentences."""
    found = estimated(sentences, 0)

    assert (308, 3080, 336) == (found.answers, found.items, found.unknown)
    assert "nothing is inferred of 336 of 3,080 interactions" in repr(found)
