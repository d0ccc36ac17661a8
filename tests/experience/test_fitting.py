"""The promise, cohesion, and whether direct and indirect touchpoints are equally influential."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
NAN = float("nan")


def log_of(paths: list[str], touchpoints: list[Any], **columns: Any) -> tp.Journeys:
    """Return journeys of touchpoints, each named by a letter from a."""
    letters = "abcdefgh"
    return tp.Journeys(
        touchpoints=touchpoints,
        codes=[letters.index(one) for path in paths for one in path],
        offsets=np.append(0, np.cumsum([len(path) for path in paths])),
        per_interaction={name: np.asarray(one, dtype=float) for name, one in columns.items()},
    )


def named(*facets: dict[str, str]) -> list[Any]:
    """Return touchpoints a, b, … with these facets."""
    return [tp.taxonomy.untyped("abcdefgh"[at], **one) for at, one in enumerate(facets)]


def row_of(found: E.Cohesion, measure: str, kind: str = "both") -> dict[str, Any]:
    """Return the row of a measure."""
    rows = found.to_dicts()
    return next(row for row in rows if (row["measure"], row["kind"]) == (measure, kind))


def test_alignment_by_hand() -> None:
    """B14: .7 of trust, .3 of empathy; values without scores leave the weights."""
    log = log_of(["ab", "ab"], named({}, {}), trust=[5, 1, 4, NAN], empathy=[1, NAN, 3, 7])
    found = E.alignment(log, {"trust": 0.7, "empathy": 0.3})

    # a: trust 4.5 is .875, empathy 2 is .25; b: trust 1 is 0, empathy only outside the scale
    assert found.touchpoint.tolist() == ["b", "a"]
    assert found.alignment.tolist() == pytest.approx([0, 0.7 * 0.875 + 0.3 * 0.25])
    assert found.worst.tolist() == ["trust", "empathy"]
    assert found.worst_score.tolist() == pytest.approx([0, 0.25])
    assert found.missing.tolist() == pytest.approx([0.3, 0])
    assert found.journey_alignment == pytest.approx((0.6875 + 0) / 2)
    assert (found.worst_touchpoint, found.outside) == ("b", 1)


def test_metrics_of_values_point_the_right_way() -> None:
    """Effort is good when low."""
    log = log_of(["a"], named({}), ces1=[1.0])
    found = E.alignment(log, {"easy": 1.0}, metrics={"easy": "ces1"})

    assert found.alignment.tolist() == [1.0]


def test_touchpoints_without_scores_come_last() -> None:
    """Their alignment is nan and not 0."""
    log = log_of(["ab"], named({}, {}), trust=[NAN, 2])
    found = E.alignment(log, {"trust": 1})

    assert found.touchpoint.tolist() == ["b", "a"]
    assert np.isnan(found.alignment[1])
    assert found.worst[1] == ""


@pytest.mark.parametrize(
    ("promise", "error", "said"),
    [
        ({"trust": 0.5}, InvalidInputError, "must sum to 1, got 0.5"),
        ({"trust": 1.5, "empathy": -0.5}, InvalidInputError, "weight of 'empathy'"),
        ({}, WrongKindError, "mapping of values"),
        ("trust", WrongKindError, "mapping of values"),
        ({"kindness": 1}, NotFoundError, "kindness"),
    ],
)
def test_promises_that_make_no_sense(promise: Any, error: type[Exception], said: str) -> None:
    """Weights are at least 0 and sum to 1."""
    with pytest.raises(error, match=said):
        E.alignment(log_of(["a"], named({}), trust=[2]), promise)


def test_intervals_of_alignment_cover() -> None:
    """At 0.95, in 200 worlds of 40 persons whose two scores go together."""
    hits = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        mood = rng.normal(3, 0.6, 40)[np.repeat(np.arange(40), 2)]
        scores = np.clip(mood[:, None] + rng.normal(0, 0.5, (80, 2)), 1, 5)
        log = log_of(["a"] * 80, named({}), trust=scores[:, 0], empathy=scores[:, 1])
        log = attrs.evolve(log, persons=np.repeat(np.arange(40), 2))
        found = E.alignment(log, {"trust": 0.5, "empathy": 0.5})
        hits += found.low[0] <= 0.5 <= found.high[0]

    assert stats.binomtest(hits, 200, 0.95, alternative="less").pvalue > 1e-3


def test_identical_channels_are_consistent_and_opposite_ones_are_not() -> None:
    """B14: 1 for channels that are alike, less for those that differ."""
    ways = named({"channel": "email"}, {"channel": "chat"})
    alike = E.cohesion(log_of(["ab"] * 20, ways, csat=[1, 1, 5, 5] * 10), metric="csat")
    apart = E.cohesion(log_of(["ab"] * 20, ways, csat=[1, 5] * 20), metric="csat")

    assert row_of(alike, "consistency")["value"] == 1
    assert row_of(apart, "consistency")["value"] == 0
    assert row_of(alike, "consistency", "direct")["reason"] == "fewer than two channels have scores"


def test_consistency_by_hand() -> None:
    """ω² = (SSB - MSW) / (SST + MSW) of 1, 3 by email and 3, 5 by chat."""
    ways = named({"channel": "email"}, {"channel": "chat"})
    found = E.cohesion(log_of(["ab", "ab"], ways, csat=[1, 3, 3, 5]), metric="csat")

    between, within = 4.0, 4.0 / 2
    omega = (between - within) / (8 + within)
    assert row_of(found, "consistency")["value"] == pytest.approx(1 - omega)


def test_themes_by_hand() -> None:
    """Same needs: 1; other needs: 0; half the same: by the definition."""
    same = named({"need": "learn"}, {"need": "learn"})
    other = named({"need": "learn"}, {"need": "acquire"})
    for touchpoints, wanted in ((same, 1.0), (other, 0.0)):
        found = E.cohesion(log_of(["ab"] * 3, touchpoints))
        assert row_of(found, "thematic cohesion")["value"] == pytest.approx(wanted)

    log = log_of(["ab", "ab"], named({}, {}))
    theme = np.array(["x", "x", "y", "x"], dtype=object)
    found = E.cohesion(attrs.evolve(log, per_interaction={"theme": theme}), theme="theme")
    entropy = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    assert row_of(found, "thematic cohesion")["value"] == pytest.approx(1 - (entropy - 0.5))


def test_context_sensitivity_by_hand() -> None:
    """Where the context decides what follows, all uncertainty goes, but for chance."""
    log = log_of(["ab", "ac"] * 50, named({}, {}, {}))
    context = np.array(["rush", "rush", "calm", "calm"] * 50, dtype=object)
    decided = attrs.evolve(log, per_interaction={"context_seen": context})
    found = E.cohesion(decided, context="context_seen")
    chance = 1 / (2 * math.log(2))
    assert row_of(found, "context sensitivity")["value"] == pytest.approx(1 - chance / 100)

    rng = np.random.default_rng(1)
    noise = attrs.evolve(
        log, per_interaction={"context_seen": rng.choice(["rush", "calm"], 200).astype(object)}
    )
    assert row_of(E.cohesion(noise, context="context_seen"), "context sensitivity")["value"] < 0.05


def test_friction_by_hand() -> None:
    """After a change of channel both journeys end; without one, one of three."""
    ways = named({"channel": "email"}, {"channel": "chat"}, {"channel": "email"})
    found = E.cohesion(log_of(["ab", "ab", "ac", "acac"], ways))

    # changes: the two b, which end; none: c, c, a, c, of which two end
    row = row_of(found, "switch friction")
    assert row["value"] == pytest.approx(1 - 2 / 4)
    assert row["interactions"] == 6


def test_direct_and_indirect_are_measured_apart() -> None:
    """B27: each kind has its rows, and unknown measures their reason."""
    ways = named(
        {"channel": "email", "directness": "direct"}, {"channel": "chat", "directness": "indirect"}
    )
    found = E.cohesion(log_of(["aabb"] * 9, ways, csat=[1, 2, 3, 4] * 9), metric="csat")

    assert row_of(found, "switch friction", "direct")["reason"] != ""
    assert row_of(found, "switch friction", "indirect")["value"] == -1
    assert np.isnan(row_of(found, "thematic cohesion")["value"])
    assert len(found) == 12


def influential(seed: int, *, effect: float, n: int) -> tp.Journeys:
    """Return a world in which a direct and an indirect touchpoint raise the chance of a sale."""
    rng = np.random.default_rng(seed)
    met = rng.random((n, 2)) < 0.5
    paths = ["c" + "a" * one + "b" * other for one, other in met.tolist()]
    sold = rng.random(n) < 0.1 + met @ [0.3, effect]
    log = log_of(
        paths,
        named({"directness": "direct"}, {"directness": "indirect"}, {}),
    )
    return attrs.evolve(log, outcomes={"sale": sold.astype(np.float64)})


def test_equal_effects_are_found_equivalent_and_unequal_ones_are_not() -> None:
    """B26: equality is found, and not assumed; little data leaves it open."""
    equal = E.equivalence(influential(1, effect=0.3, n=6000), margin=0.1)
    apart = E.equivalence(influential(1, effect=0.02, n=6000), margin=0.1)
    few = E.equivalence(influential(2, effect=0.3, n=60), margin=0.1)

    assert (equal.verdict, apart.verdict) == ("equivalent", "different")
    assert few.verdict != "equivalent"
    assert equal.group.tolist() == ["direct", "indirect"]
    assert equal.low < equal.difference < equal.high
    assert -0.1 < equal.low
    assert equal.high < 0.1


@pytest.mark.slow
def test_effects_a_margin_apart_are_seldom_called_equivalent() -> None:
    """At the edge of the margin, no more than alpha of the worlds."""
    big = E.equivalence(influential(99, effect=0.2, n=200_000), margin=0.1)
    edge = abs(big.difference)
    found = [
        E.equivalence(influential(seed, effect=0.2, n=1500), margin=edge).verdict == "equivalent"
        for seed in range(200)
    ]

    assert stats.binomtest(sum(found), 200, 0.05, alternative="greater").pvalue > 1e-3


def test_what_cannot_be_compared_is_refused() -> None:
    """Margins of nothing, three groups, outcomes that are not there."""
    log = influential(1, effect=0.3, n=50)
    with pytest.raises(InvalidInputError, match="margin"):
        E.equivalence(log, margin=0)
    with pytest.raises(InvalidInputError, match="two groups"):
        E.equivalence(log, margin=0.1, groups={"a": "a"})
    with pytest.raises(InvalidInputError, match="alpha must be below 0.5"):
        E.equivalence(log, margin=0.1, alpha=0.5)
    with pytest.raises(NotFoundError, match="sale"):
        E.equivalence(log, margin=0.1, outcome="sales")
