"""Two groups or periods compared: differences, intervals, tests, false discoveries, the graph."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from itertools import pairwise

import attrs
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

import touchpoints as tp
from tests import strategies
from tests.compare import naive_compare as naive
from tests.logs import log
from tests.naive_paths import built
from touchpoints import compare
from touchpoints.compare._shared import draws, features, statistics
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.uncertainty.discovery import false_discovery

PATHS = st.lists(st.text("abc", min_size=1, max_size=5), min_size=2, max_size=8)


def two(a: list[str], b: list[str], **columns: object) -> compare.Pair:
    """Return a pair of single-letter journeys, split by the column ``side`` of one log."""
    side = ["a"] * len(a) + ["b"] * len(b)
    return compare.groups(built([*a, *b], per_journey={"side": side}, **columns), "side")


def rows(found: compare.Comparison) -> dict[object, dict[str, object]]:
    """Return the rows by label."""
    return {row["label"]: row for row in found.to_dicts()}


# -------------------------------------------------------------------------------- false discovery


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_q_is_the_definition(p: list[float]) -> None:
    """Benjamini and Hochberg's step-up rule, written out."""
    assert naive.false_discovery(p) == pytest.approx(false_discovery(np.array(p)).tolist())


def test_q_of_the_published_example() -> None:
    """Benjamini and Hochberg (1995), section 4: of 15 p-values, 4 are called at 5 %."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]

    assert 4 == int((false_discovery(np.array(p)) <= 0.05).sum())


def test_undefined_p_values_do_not_count_as_tests() -> None:
    """A p that is nan has no q and makes no other q larger."""
    found = false_discovery(np.array([0.01, np.nan, 0.04]))

    assert [0.02, 0.04] == found[[0, 2]].tolist()
    assert math.isnan(found[1])
    with pytest.raises(InvalidInputError, match="p-value"):
        false_discovery(np.array([1.5]))


# -------------------------------------------------------------------------------------- the groups


def test_groups_come_from_a_column() -> None:
    """Two values are two groups; one value against all others; unknown values are left out."""
    journeys = attrs.evolve(
        log(one="a", two="b", three="a", four="b"),
        per_journey={"device": ["web", "app", "tv", None]},
    )

    assert ("web", "app") == compare.groups(journeys, "device", a="web", b="app").names
    rest = compare.groups(journeys, "device", a="web")
    assert (("web", "not web"), (1, 2), 1) == (rest.names, rest.sizes, rest.left_out)
    assert ["one"] == rest.a.ids.tolist()
    assert ["two", "three"] == rest.b.ids.tolist()


def test_bad_groups_get_clear_errors() -> None:
    """A single value, unknown values and columns, more than two values, the same value twice."""
    journeys = attrs.evolve(
        log(one="a", two="b", three="a"),
        per_journey={"device": ["web", "app", "tv"], "same": ["x", "x", "x"]},
    )

    with pytest.raises(InvalidInputError, match="must have at least two values, got only 'x'"):
        compare.groups(journeys, "same")
    with pytest.raises(NotFoundError, match="did you mean 'web'"):
        compare.groups(journeys, "device", a="webb")
    with pytest.raises(NotFoundError, match="did you mean 'device'"):
        compare.groups(journeys, "devise")
    with pytest.raises(InvalidInputError, match="3 values"):
        compare.groups(journeys, "device")
    with pytest.raises(InvalidInputError, match="a and b must differ, got 'web' for both"):
        compare.groups(journeys, "device", a="web", b="web")
    with pytest.raises(InvalidInputError, match="b= needs a="):
        compare.groups(journeys, "device", b="web")


def test_an_empty_group_is_refused() -> None:
    """Zero journeys, or only journeys of count 0, cannot be compared."""
    journeys = log(one="a", two="b")

    with pytest.raises(InvalidInputError, match="'b' is empty"):
        compare.pair(journeys, journeys[:0])
    with pytest.raises(InvalidInputError, match="'a' is empty"):
        compare.pair(attrs.evolve(journeys[:1], counts=[0]), journeys[1:])
    with pytest.raises(InvalidInputError, match="a and b must be different journeys"):
        compare.pair(journeys, journeys)
    with pytest.raises(WrongKindError, match="takes Journeys, not"):
        compare.pair(journeys, "web")
    with pytest.raises(WrongKindError, match=r"compare\.groups"):
        compare.transitions(journeys, seed=1)


def test_periods_go_by_the_first_interaction() -> None:
    """A period includes its start and excludes its end; other journeys are left out."""
    journeys = log(one="abc", two="a")
    later = log(three="ab")
    later = attrs.evolve(later, times=later.times + np.timedelta64(10, "D"))
    journeys = tp.concat([journeys, later])

    found = compare.periods(
        journeys, before=(None, dt.date(2026, 1, 2)), after=("2026-01-11T00:00:00", None)
    )

    assert ["one", "two"] == found.a.ids.tolist()
    assert ["three"] == found.b.ids.tolist()
    aware = dt.datetime(2026, 1, 11, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    again = compare.periods(journeys, before=(None, aware), after=(aware, None))
    assert again.sizes == found.sizes


def test_bad_periods_get_clear_errors() -> None:
    """Missing times, overlaps, an end before the start, bad instants, an empty period."""
    journeys = log(one="abc", two="a")
    new_year = dt.datetime(2026, 1, 1)

    with pytest.raises(InvalidInputError, match="needs times"):
        compare.periods(tp.distinct(journeys), before=(None, new_year), after=(new_year, None))
    with pytest.raises(InvalidInputError, match="must not overlap"):
        compare.periods(journeys, before=(None, "2026-01-02"), after=(new_year, None))
    with pytest.raises(InvalidInputError, match="the end of before= must be after its start"):
        compare.periods(journeys, before=(new_year, new_year), after=(new_year, None))
    with pytest.raises(WrongKindError, match="before= must be two instants"):
        compare.periods(journeys, before="2026", after=(new_year, None))
    with pytest.raises(InvalidInputError, match="before= must hold ISO 8601 times, got 'soon'"):
        compare.periods(journeys, before=(None, "soon"), after=(new_year, None))
    with pytest.raises(
        WrongKindError, match="before= must hold datetimes, ISO 8601 texts or None, got 7"
    ):
        compare.periods(journeys, before=(None, 7), after=(new_year, None))
    with pytest.raises(InvalidInputError, match="'before' is empty"):
        compare.periods(journeys, before=(None, "2025-01-01"), after=(new_year, None))


# ------------------------------------------------------------------------------------- the numbers


@strategies.examples(30)
@given(a=PATHS, b=PATHS)
def test_transitions_are_those_of_each_group(a: list[str], b: list[str]) -> None:
    """The numbers of a and b are the transition probabilities of each group alone."""
    found = rows(compare.transitions(two(a, b), seed=1, min_count=0, resamples=5))
    left, right = naive.probabilities(a), naive.probabilities(b)

    assert set(left) | set(right) == set(found)
    for edge, row in found.items():
        for side, known in (("a", left), ("b", right)):
            source_there = any(other[0] == edge[0] for other in known)
            expected = known.get(edge, 0.0) if source_there else math.nan
            assert row[side] == pytest.approx(expected, nan_ok=True)
        assert row["difference"] == pytest.approx(row["a"] - row["b"], nan_ok=True)


@strategies.examples(20)
@given(a=st.lists(st.text("ab", max_size=3), min_size=2, max_size=4), b=PATHS.map(lambda x: x[:4]))
def test_p_comes_near_the_exact_test(a: list[str], b: list[str]) -> None:
    """The p of 4000 random permutations approximates the p of all permutations."""
    found = rows(compare.presence(two(["a", *a], b), seed=3, min_count=0, resamples=4000))

    for key, row in found.items():
        assert row["p"] == pytest.approx(naive.exact_p(["a", *a], b, key), abs=0.04)


def test_intervals_of_shares_are_newcombes() -> None:
    """R. G. Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10."""
    published = {(56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090)}
    for (x, m, y, n), ends in published.items():
        a, b = ["h"] * x + ["m"] * (m - x), ["h"] * y + ["m"] * (n - y)
        row = rows(compare.presence(two(a, b), seed=1, resamples=5))["h"]

        assert (row["low"], row["high"]) == pytest.approx(ends, abs=5e-5)
        assert (row["low"], row["high"]) == pytest.approx(naive.newcombe(x, m, y, n))
        assert row["effect"] == pytest.approx(
            2 * math.asin((x / m) ** 0.5) - 2 * math.asin((y / n) ** 0.5)
        )


def test_the_fast_statistics_equal_the_general_measure() -> None:
    """Sums of resampled counts, and the measure called again, give the same p of permutations."""
    pair = two(
        ["ab", "abb", "b", "ac", "ab"], ["b", "bc", "ab", "cc"], counts=[1, 2, 1, 1, 1, 3, 1, 1, 1]
    )

    for test, same in (("permutation", ("p",)), ("bootstrap", ())):
        quick = rows(compare.variants(pair, seed=5, min_count=0, resamples=60, test=test))
        slow = rows(
            compare.measured(
                pair,
                tp.paths.variants,
                seed=5,
                resamples=60,
                test=test,
                absent=0.0,
                effect="cohen_h",
            )
        )
        assert quick.keys() == slow.keys()
        for label, row in quick.items():
            for name in ("a", "b", "difference", *same, "effect"):
                assert row[name] == pytest.approx(slow[label][name], nan_ok=True)


def median_gaps(journeys: tp.Journeys) -> dict[object, float]:
    """Return the median gap of each edge, by the definition."""
    seconds: dict[object, list[float]] = {}
    for journey, count in zip(journeys, journeys.counts.tolist(), strict=True):
        stamps = journey.times.astype(np.int64) / 1e6
        for position, edge in enumerate(pairwise(journey.keys)):
            gap = stamps[position + 1] - stamps[position]
            seconds.setdefault(edge, []).extend([gap] * count)
    return {edge: float(np.median(some)) for edge, some in seconds.items() if some}


def test_fast_medians_equal_the_general_measure() -> None:
    """In each resample too, if persons have journeys in both groups, and counts are above 1."""
    shop = tp.datasets.shop(40, seed=4)
    rng = np.random.default_rng(1)
    pair = compare.Pair(
        journeys=attrs.evolve(
            shop, counts=rng.integers(1, 3, 40), persons=rng.integers(0, 25, 40).astype(np.int64)
        ),
        in_a=rng.random(40) < 0.5,
    )
    assert pair.shared
    quick = features.gap_medians(pair.journeys, what="here", hours=None)
    slow = statistics.Measured(
        labels=quick.labels, journeys=pair.journeys, measure=median_gaps, absent=math.nan
    )

    sides = draws.sides_of(pair, "within", test="permutation")
    redrawn = draws.redrawn(sides, np.random.default_rng(3))
    weights = np.stack([next(redrawn) for _ in range(20)])

    numbers = [one.apart(pair.in_a) for one in (quick, slow)]
    fast, general = (one.of(one.sums(weights)) for one in numbers)
    assert np.isfinite(fast).any()
    assert fast.tolist() == pytest.approx(general, nan_ok=True)


def test_sums_too_large_for_float32_are_exact() -> None:
    """Integers of 2**24 or more need float64: a difference of one journey is kept."""
    journeys = built(["a", "b"])
    shares = features.presence_shares(journeys)
    weights = np.array([[(1 << 25) + 1, 1], [3, 5]])

    assert [[(1 << 25) + 1, 1, (1 << 25) + 2], [3, 5, 8]] == shares.sums(weights).tolist()


def test_funnels_are_those_of_each_group() -> None:
    """Shares of all journeys and of the previous step equal the funnels of each group."""
    pair = two(["abc", "ab", "a", "xab"], ["ab", "b", "acb"])
    steps = ["a", "b", "c"]

    for of in ("all", "previous"):
        found = rows(compare.funnels(pair, steps, seed=1, of=of, resamples=5))
        for side, journeys in (("a", pair.a), ("b", pair.b)):
            expected = tp.paths.funnel(journeys, steps)
            shares = expected.of_all if of == "all" else expected.of_previous
            assert [found[step][side] for step in steps] == pytest.approx(shares.tolist())
    assert 2 == rows(compare.funnels(pair, steps, seed=1, of="previous", resamples=5))["c"]["n_b"]
    twice = compare.funnels(pair, ["a", "a"], seed=1, resamples=5)
    assert {"a (1)", "a (2)"} == set(twice.label.tolist())


def test_gaps_are_medians_with_cliffs_delta() -> None:
    """The median gap of each group, and Cliff's delta, by the definition."""
    paths, times = ["ab", "ab", "abab", "ab", "ab"], [[0, 5], [0, 9], [0, 2, 3, 9], [0, 1], [0, 4]]
    records = [
        {"id": row, "t": dt.datetime(2026, 1, 1) + dt.timedelta(seconds=t), "w": w}
        for row, (path, moments) in enumerate(zip(paths, times, strict=True))
        for w, t in zip(path, moments, strict=True)
    ]
    journeys = tp.from_records(records, journey="id", time="t", touchpoint="w")
    pair = compare.pair(journeys[:3], journeys[3:])

    row = rows(compare.gaps(pair, seed=1, min_count=0, resamples=50))[("a", "b")]

    left, right = (
        naive.gaps(times[part], paths[part], "ab") for part in (slice(3), slice(3, None))
    )
    assert row["a"] == naive.median_gap(times[:3], paths[:3], "ab")
    assert row["b"] == naive.median_gap(times[3:], paths[3:], "ab")
    assert row["effect"] == pytest.approx(naive.cliff(left, right))
    assert (4, 2) == (row["n_a"], row["n_b"])
    whole = compare.throughput(pair, seed=1, resamples=50)
    assert (9.0, 2.5) == (whole.a[0], whole.b[0])


def test_journeys_the_log_cuts_off_have_no_throughput() -> None:
    """Only whole journeys have a throughput; with ends of interactions the latest counts."""
    journeys = log(one="ab", two="abc", three="ab", four="a")
    cut = attrs.evolve(journeys, finished=[True, False, True, True])
    found = compare.throughput(compare.pair(cut[:2], cut[2:]), seed=1, resamples=5)

    assert (1, 2) == (found.n_a[0], found.n_b[0])
    ends = journeys.times + np.timedelta64(60, "s")
    ends = attrs.evolve(journeys, ends=ends)
    found = compare.throughput(compare.pair(ends[:2], ends[2:]), seed=1, resamples=5)
    assert found.a[0] == 1.5 * 86_400 + 60
    with pytest.raises(InvalidInputError, match="needs times"):
        compare.gaps(two(["ab"], ["ab"]), seed=1)


# -------------------------------------------------------------------------------------------- laws


def test_a_count_of_two_is_the_journey_twice() -> None:
    """Merged rows give the same numbers, sizes and intervals; p agrees within chance."""
    merged = two(["ab", "b"], ["ab", "c"], counts=[6, 2, 1, 5])
    spread = two(["ab"] * 6 + ["b"] * 2, ["ab"] + ["c"] * 5)

    one, other = (rows(compare.variants(x, seed=1, resamples=3000)) for x in (merged, spread))

    for label, row in one.items():
        for name in ("a", "b", "low", "high", "effect", "n_a", "n_b"):
            assert row[name] == pytest.approx(other[label][name])
        assert row["p"] == pytest.approx(other[label]["p"], abs=0.03)


def test_merged_journeys_give_the_same_answer() -> None:
    """`distinct` by the column of the groups changes no number and no interval."""
    shop = tp.datasets.shop(300, seed=2)
    shop = attrs.evolve(shop, persons=None)
    merged = tp.distinct(shop, keep=["device"])
    one, other = (
        rows(compare.transitions(compare.groups(some, "device"), seed=1, resamples=400))
        for some in (shop, merged)
    )

    assert one.keys() == other.keys()
    for label, row in one.items():
        for name in ("a", "b", "low", "high", "effect", "n_a", "n_b"):
            assert row[name] == pytest.approx(other[label][name], nan_ok=True)


def test_persons_only_in_b_are_ignored_if_all_in_a_are_shared() -> None:
    """If each person in a is in b too, the others in b cannot be permuted and do not count."""
    people = ["p0", "p1", "p2", "p3"]
    few = two(["y"] * 4, ["y"] * 4, persons=people * 2)
    more = two(["y"] * 4, ["y"] * 4 + ["x"] * 30, persons=[*people * 2, *map(str, range(30))])

    for pair in (few, more):
        found = rows(compare.presence(pair, seed=1, resamples=100, shared="within"))
        assert {1.0} == {row["p"] for row in found.values()}


def test_large_counts_are_permuted_without_repeating_rows() -> None:
    """A million journeys in four rows are fast, and a large difference is found."""
    pair = two(["ab", "b"], ["ab", "b"], counts=[300_000, 200_000, 250_000, 250_000])
    found = rows(compare.presence(pair, seed=1, resamples=200))["a"]

    assert 0.1 == pytest.approx(found["difference"])
    assert found["p"] == 1 / 201


def test_order_and_names_do_not_matter() -> None:
    """Shuffled journeys give the same numbers; so do renamed touchpoints."""
    a, b = ["ab", "abb", "b", "ac"], ["b", "bc", "ab"]
    plain = compare.transitions(two(a, b), seed=1, min_count=0, resamples=50)
    shuffled = compare.transitions(two(a[::-1], b[::-1]), seed=1, min_count=0, resamples=50)

    assert rows(plain).keys() == rows(shuffled).keys()
    for label, row in rows(plain).items():
        for name in ("a", "b", "low", "high", "n_a", "n_b"):
            assert row[name] == pytest.approx(rows(shuffled)[label][name], nan_ok=True)
    renamed = two([one.translate({97: 120}) for one in a], [one.translate({97: 120}) for one in b])
    again = compare.transitions(renamed, seed=1, min_count=0, resamples=50)
    assert again.p.tolist() == pytest.approx(plain.p.tolist(), nan_ok=True)


def test_swapping_the_groups_swaps_the_signs() -> None:
    """Differences and intervals change their sign; p stays."""
    a, b = ["ab", "abb", "b", "ac"], ["b", "bc", "ab"]
    one = rows(compare.presence(two(a, b), seed=1, min_count=0, resamples=2000))
    other = rows(compare.presence(two(b, a), seed=1, min_count=0, resamples=2000))

    for label, row in one.items():
        assert row["difference"] == pytest.approx(-other[label]["difference"])
        assert (row["low"], row["high"]) == pytest.approx(
            (-other[label]["high"], -other[label]["low"])
        )
        assert row["p"] == pytest.approx(other[label]["p"], abs=0.05)


def test_results_depend_on_the_seed() -> None:
    """The same seed, the same table; another seed, another p."""
    pair = two(["ab", "abb", "b", "ac"] * 3, ["b", "bc", "ab"] * 3)
    first, second, third = (compare.presence(pair, seed=seed) for seed in (1, 1, 2))

    assert first == second
    assert first.p.tolist() != third.p.tolist()


# -------------------------------------------------------------------------------- the permutations


def evenly(sets: list[tuple[int, ...]], *, kinds: int) -> bool:
    """Return whether the drawn sets are uniformly distributed, by chi-square at 0.1 %."""
    found = Counter(sets)
    expected = len(sets) / kinds
    far = sum((count - expected) ** 2 / expected for count in found.values())
    far += expected * (kinds - len(found))
    return len(found) <= kinds and far < float(chi2.ppf(0.999, kinds - 1))


@pytest.mark.parametrize(("total", "size"), [(5, 2), (6, 3), (7, 1), (4, 4), (3, 0), (9, 8)])
def test_all_sets_are_equally_probable(total: int, size: int) -> None:
    """Each draw has the given size, and all sets of that size are equally frequent."""
    rng = np.random.default_rng(5)

    drawn = [draws.chosen(total, size, rng) for _ in range(6000)]

    assert {size} == {int(one.sum()) for one in drawn}
    kinds = math.comb(total, size)
    assert kinds == 1 or evenly([tuple(np.flatnonzero(one)) for one in drawn], kinds=kinds)


def test_a_few_of_many_are_drawn() -> None:
    """Shares below the resolution of a random byte: all positions are equally probable."""
    rng = np.random.default_rng(5)
    total = sum(draws.chosen(2000, 2, rng).astype(int) for _ in range(4000))

    assert 8000 == total.sum()
    assert 0.9 < total[:1000].sum() / total[1000:].sum() < 1.1


# ------------------------------------------------------------------------------------- the persons


def test_persons_in_both_groups_are_refused_by_the_permutation_test() -> None:
    """The error states their number and two alternatives."""
    pair = two(["ab", "b"], ["ab", "b"], persons=["ana", "leo", "ana", "eva"])

    assert 1 == pair.shared
    with pytest.raises(InvalidInputError, match="1 person has journeys in both") as caught:
        compare.presence(pair, seed=1)
    assert "shared='within'" in caught.value.mend
    assert 1 == compare.presence(pair, seed=1, resamples=5, shared="within").shared
    assert "bootstrap" == compare.presence(pair, seed=1, resamples=5, test="bootstrap").test


def test_within_persons_only_their_own_journeys_change_sides() -> None:
    """Persons who do the same in both groups are no evidence of a difference."""
    people = [f"p{person}" for person in range(12)]
    a = ["x"] * 6 + ["y"] * 6
    pair = two(a, a, persons=people * 2)

    found = rows(compare.presence(pair, seed=1, resamples=200, shared="within"))

    assert 1.0 == found["x"]["p"]
    assert (0.0, 0.0) == pytest.approx((found["x"]["low"], found["x"]["high"]), abs=1e-9)


def test_one_persons_many_journeys_are_no_evidence() -> None:
    """Forty journeys of two persons count as two persons: p is large, the interval wide."""
    a, b = ["x"] * 20 + ["y"] * 20, ["y"] * 40
    people = ["ana"] * 20 + ["leo"] * 20 + ["eva"] * 20 + ["max"] * 20
    alone = rows(compare.presence(two(a, b), seed=1, resamples=500))["x"]
    clustered = rows(compare.presence(two(a, b, persons=people), seed=1, resamples=500))["x"]

    assert alone["p"] < 0.01
    assert clustered["p"] > 0.4
    assert clustered["high"] - clustered["low"] > 2 * (alone["high"] - alone["low"])


def test_one_person_a_group_cannot_be_redrawn() -> None:
    """A resample of one person is always the same: p is nan, and so is the interval of a mean."""
    people = ["ana"] * 20 + ["eva"] * 20
    pair = two(["x"] * 20, ["y"] * 20, persons=people)

    redrawn = rows(compare.presence(pair, seed=1, resamples=500, test="bootstrap"))["x"]
    permuted = rows(compare.presence(pair, seed=1, resamples=500))["x"]

    assert np.isnan([redrawn["p"], redrawn["q"]]).all()
    assert permuted["p"] == 1.0
    mean = compare.measured(pair, lambda some: float(some.codes[0]), seed=1, resamples=50)
    assert np.isnan([mean.low[0], mean.high[0]]).all()


def test_more_journeys_than_can_be_permuted_are_refused() -> None:
    """The message states the limit and an alternative."""
    pair = two(["x", "y"], ["y"], counts=np.array([10**9, 5, 7]))

    with pytest.raises(
        InvalidInputError,
        match=r"(?s)takes fewer than 1,000,000,000 journeys, got .*test='bootstrap'",
    ):
        compare.presence(pair, seed=1, resamples=10)
    assert rows(compare.presence(pair, seed=1, resamples=10, test="bootstrap"))["x"]["b"] == 0


def test_the_false_positive_rate_is_the_nominal_one() -> None:
    """Without a difference about 5 % of tests have p <= 0.05, and few tables a q <= 0.05."""
    rng = np.random.default_rng(7)
    compared = flagged = found = 0
    for seed in range(30):
        paths = ["".join(rng.choice(list("abcd"), size=rng.integers(2, 7))) for _ in range(60)]
        people = [f"p{row // 2}" for row in range(60)]
        pair = two(paths[:30], paths[30:], persons=people)
        table = compare.transitions(pair, seed=seed, resamples=199)
        compared += int((~np.isnan(table.p)).sum())
        flagged += int((table.p <= 0.05).sum())
        found += bool((table.q <= 0.05).any())

    assert 0.02 < flagged / compared < 0.075
    assert found <= 5


def test_a_planted_difference_is_found_and_no_other() -> None:
    """One edge twice as probable in one group has the smallest q; the others are not flagged."""
    rng = np.random.default_rng(3)

    def paths(share: float) -> list[str]:
        return ["a" + ("b" if rng.random() < share else "c") + "d" for _ in range(300)]

    table = compare.transitions(two(paths(0.6), paths(0.3)), seed=1)

    assert {("a", "b"), ("a", "c")} == set(table.label[table.q <= 0.05].tolist())


# ----------------------------------------------------------------------------------- any measure


def test_any_measure_can_be_compared() -> None:
    """A number, a mapping or a record; values follow the journeys."""
    pair = two(["ab", "b", "abb"], ["ab", "c", "cc"], values={"money": [5, 0, 1, 0, 0, 2]})

    total = compare.measured(
        pair, lambda j: {"money": float(j.values["money"].sum())}, seed=1, resamples=20
    )

    assert (6.0, 2.0) == (total.a[0], total.b[0])
    assert (3, 3) == (total.n_a[0], total.n_b[0])
    assert "bootstrap" == total.interval
    ratio = compare.measured(
        pair, lambda j: float(j.counts.sum()), seed=1, resamples=20, effect="ratio"
    )
    assert 1.0 == ratio.effect[0]
    with pytest.raises(WrongKindError, match="must return a number, .*, got str"):
        compare.measured(pair, lambda _: "much", seed=1)


def test_labels_of_one_group_only_have_no_number_in_the_other() -> None:
    """By default nan, else the number of ``absent=``."""
    pair = two(["a", "a"], ["b", "b"])

    bare = rows(compare.measured(pair, tp.paths.variants, seed=1, resamples=10))
    zero = rows(compare.measured(pair, tp.paths.variants, seed=1, resamples=10, absent=0.0))

    assert math.isnan(bare[("a",)]["b"])
    assert math.isnan(bare[("a",)]["q"])
    assert 1.0 == zero[("a",)]["difference"]


def test_rare_labels_are_left_out_and_counted() -> None:
    """Labels with fewer journeys than ``min_count`` are not compared."""
    found = compare.variants(two(["ab"] * 5 + ["c"], ["ab"] * 5), seed=1, resamples=5)

    assert [("a", "b")] == found.label.tolist()
    assert 1 == found.left_out


def test_progress_is_reported() -> None:
    """Each finished block of resamples is reported, with the number of blocks."""
    calls: list[tuple[int, int]] = []
    pair = two(["ab", "b"], ["ab", "c"])
    compare.measured(
        pair,
        tp.paths.variants,
        seed=1,
        resamples=4,
        progress=lambda done, total: calls.append((done, total)),
    )

    assert [(done, 8) for done in range(1, 9)] == calls


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"test": "t"}, "test='t' is not an option"),
        ({"shared": "both"}, "shared='both' is not an option"),
        ({"level": 95}, "level must lie between 0 and 1, got 95"),
        ({"resamples": 0}, "resamples must be an integer of at least 1, got 0"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
        ({"min_count": 1.5}, "min_count must be an integer of at least 0, got 1.5"),
    ],
)
def test_bad_options_get_clear_errors(wrong: dict[str, object], message: str) -> None:
    """Each message states the valid values."""
    with pytest.raises(InvalidInputError, match=message):
        compare.transitions(two(["a"], ["b"]), **{"seed": 1, **wrong})


# --------------------------------------------------------------------------------------- the graph


def test_the_graph_of_differences_is_plain_and_writable() -> None:
    """Edges have the absolute difference as weight and all columns; file formats can hold it."""
    pair = two(["ab", "ab", "ac", "b"], ["ac", "ac", "ab", "c"])
    G = compare.difference_graph(pair, seed=1, min_count=0, resamples=50)

    assert type(G) is nx.DiGraph
    assert G["a"]["b"]["difference"] == pytest.approx(2 / 3 - 1 / 3)
    assert G["a"]["b"]["weight"] == abs(G["a"]["b"]["difference"])
    assert ("a", "b") == (G.graph["a"], G.graph["b"])
    assert "difference" in G.nodes["a"]
    assert [] == [one for one in tp.check_graph(G) if one.attribute != "schema"]
    few = compare.difference_graph(pair, seed=1, min_count=0, resamples=50, max_q=0.0)
    assert 0 == few.number_of_edges()
