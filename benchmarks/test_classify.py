"""Typing events by rules, by a function and by words. No time is asserted, only that it is right.

pytest benchmarks/test_classify.py -q
"""

from __future__ import annotations

import os

import classification
import numpy as np
import pytest
from classification import FIELDS, Visits, by_function

import touchpoints as tp


@pytest.fixture(scope="module")
def visits():
    """Return visits, as many as the other benchmarks have events."""
    return Visits.make(int(os.environ.get("TOUCHPOINTS_BENCH_SIZE", "1_000_000")))


def test_coding(benchmark, visits):
    """What all others are compared with: each column as codes."""
    columns = benchmark(visits.coded)
    assert set(FIELDS) == set(columns)


@pytest.mark.parametrize("name", ["rules", "function"])
def test_typing(benchmark, visits, name):
    """Every visit has the type that asking for it alone gives."""
    codes, matched = benchmark(visits.steps()[name])
    assert visits.tuples == len(matched.touchpoints)

    one = visits.rules if name == "rules" else by_function
    rows = np.random.default_rng(2).integers(0, len(codes), size=50).tolist()
    for row in rows:
        answer = one(visits.frame.row(row, named=True))
        type_ = answer if isinstance(answer, str) else answer.type
        assert type_ == matched.touchpoints[codes[row]].type


def test_a_megabyte_of_text(benchmark):
    """Words are found in long texts in time linear in them."""
    words = tp.classify.keywords({"need": {"save_money": ["discount", "cheap*"], "learn": ["how"]}})
    text = "the quick brown fox, it said: jumps over! " * 24_000
    assert benchmark(words, {"text": text}) is None


def test_a_catastrophic_regex(benchmark):
    """An expression that hangs other matchers reads a megabyte once."""
    rules = tp.classify.rules({"rule": [{"when": {"text": {"regex": "(a+)+$"}}, "type": "t"}]})
    assert benchmark(rules, {"text": "a" * 1_000_000 + "?"}) is None


def test_reading_a_thousand_rules(benchmark):
    """Rules are compared with each other when they are read, to find those that never match."""
    tables = [{"when": {"event": f"event {place}"}, "type": "t"} for place in range(1_000)]
    found = benchmark.pedantic(tp.classify.rules, ({"rule": tables},), rounds=2)
    assert len(found.rules) == 1_000


def test_drafting_fifty_thousand_names(benchmark):
    """Each name is guessed once; those without a guess that differ only in numbers share a row."""
    things = ("product", "cart", "order", "search", "payment", "booking", "gizmo", "widget")
    acts = ("viewed", "added", "opened", "cancelled", "failed", "submitted")
    names = [f"{things[n % 8]}_{acts[n % 6]}_{n}" for n in range(50_000)]
    found = benchmark.pedantic(tp.classify.draft, ({"event": names},), {"name": "event"}, rounds=1)
    assert found.events == 50_000
    assert len(found) >= found.typed > 0.3 * found.events
    assert found.typed < 0.8 * found.events


def test_the_benchmark_has_what_it_says():
    """As many combinations as there are to be found at full size, the flash sale among them."""
    small = Visits.make(10_000)
    assert 400 < small.tuples <= 500
    assert classification.MOST_TUPLES == 50_000
    assert small.frame["campaign"].str.contains("flash").any()
