"""Discriminating subsequences: counts, tests and independent units."""

from __future__ import annotations

import math

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact

import touchpoints as tp
from tests.logs import log
from tests.paths import naive_discriminating
from tests.paths.naive_grouping import warned_of_ungrouped
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.uncertainty import JourneyShares
from touchpoints.uncertainty.discovery import false_discovery

WEB_AND_APP = ["web", "app"]


def grouped(paths: list[str], groups: list[str], **columns: object) -> tp.Journeys:
    """Return journeys of letters, each with a group."""
    journeys = log(**{f"j{nth}": path for nth, path in enumerate(paths)})
    return attrs.evolve(journeys, per_journey={"device": groups}, **columns)


@given(
    paths=st.lists(st.text("abc", min_size=1, max_size=6), min_size=2, max_size=7),
    longest=st.integers(1, 3),
    least=st.sampled_from([0.05, 0.4, 0.7]),
)
def test_counts_and_statistics_agree_with_enumerating_subsequences(
    paths: list[str], longest: int, least: float
) -> None:
    """Every subsequence frequent in all groups together is listed, with journeys and chi-square."""
    groups = [WEB_AND_APP[nth % 2] for nth in range(len(paths))]
    found = tp.paths.discriminating(
        grouped(paths, groups), by="device", max_length=longest, min_support=least
    )

    held = [naive_discriminating.held(path, longest) for path in paths]
    sizes = [groups.count(one) for one in ("app", "web")]
    hits = {
        one: [
            sum(one in h for h, g in zip(held, groups, strict=True) if g == group)
            for group in ("app", "web")
        ]
        for one in set().union(*held)
    }
    frequent = {one: many for one, many in hits.items() if sum(many) / sum(sizes) >= least}
    names = ["".join(one) for one in found.subsequence.tolist()]
    seen = dict(zip(zip(names, found.group.tolist(), strict=True), found.journeys, strict=True))
    expected = {
        (one, group): many[position]
        for one, many in frequent.items()
        for position, group in enumerate(("app", "web"))
    }
    assert seen == expected
    assert found.tested == len(frequent)
    for name, statistic in zip(names, found.chi2.tolist(), strict=True):
        if sum(frequent[name]) == len(paths):
            assert np.isnan(statistic)
        else:
            assert statistic == pytest.approx(naive_discriminating.chi2(frequent[name], sizes))


def test_the_test_is_that_of_scipy_and_the_largest_difference_comes_first() -> None:
    """Residuals are Pearson's, intervals Wilson's, and q Benjamini and Hochberg's."""
    paths = ["ab"] * 9 + ["b"] * 4 + ["ab"] * 3 + ["cb"] * 10
    journeys = grouped(paths, ["web"] * 13 + ["app"] * 13)

    found = tp.paths.discriminating(journeys, by="device", max_length=1)

    table = np.array([[3, 9], [10, 4]])
    position = found.subsequence.tolist().index(("a",))
    statistic, p, _, expected = chi2_contingency(table, correction=False)
    assert found.chi2[position] == pytest.approx(statistic)
    assert found.p[position] == pytest.approx(p)
    assert found.residual[position] == pytest.approx((3 - expected[0, 0]) / expected[0, 0] ** 0.5)
    assert found.group[position : position + 2].tolist() == ["app", "web"]
    assert found.share[position : position + 2] == pytest.approx([3 / 13, 9 / 13])
    assert found.low[position] == pytest.approx(tp.wilson(3, 13).low)
    assert found.q[::2].tolist() == pytest.approx(false_discovery(found.p[::2]), nan_ok=True)
    statistics = found.chi2[~np.isnan(found.chi2)]
    assert (np.diff(statistics) <= 0).all()
    assert found.subsequence[-1] == ("b",)


@pytest.mark.parametrize("test", ["chi2", "permutation"])
def test_counts_equal_repeated_journeys(test: str) -> None:
    """Counts and repeated journeys give the same table; journeys of count 0 do not count."""
    counted = grouped(["ab", "b", "a", "cb"], [*WEB_AND_APP, *WEB_AND_APP], counts=[6, 5, 2, 0])
    written = grouped(["ab"] * 6 + ["b"] * 5 + ["a"] * 2, ["web"] * 6 + ["app"] * 5 + ["web"] * 2)

    drawn = {"seed": 4, "permutations": 50} if test == "permutation" else {}
    one, two = (
        tp.paths.discriminating(journeys, by="device", test=test, **drawn)
        for journeys in (counted, written)
    )

    assert one == two


def test_permutations_come_near_the_exact_p() -> None:
    """Permuting labels approximates Fisher's exact test; progress is reported to the end."""
    paths = ["ab"] * 30 + ["b"] * 20 + ["ab"] * 22 + ["b"] * 28
    journeys = grouped(paths, ["web"] * 50 + ["app"] * 50)
    reports: list[tuple[int, int]] = []

    permuted = tp.paths.discriminating(
        journeys,
        by="device",
        max_length=1,
        test="permutation",
        seed=1,
        permutations=400,
        progress=lambda *done: reports.append(done),
    )

    exact = fisher_exact([[30, 20], [22, 28]]).pvalue
    error = math.sqrt(exact * (1 - exact) / 400)
    assert permuted.p[0] == pytest.approx(exact, abs=3 * error)
    assert reports[-1] == (400, 400)


def test_journeys_of_one_person_are_not_independent() -> None:
    """Ten people who always do the same are weaker evidence than a hundred journeys."""
    paths = (["ab"] * 10 * 4 + ["b"] * 10) + (["ab"] * 10 * 2 + ["b"] * 10 * 3)
    groups = ["web"] * 50 + ["app"] * 50
    people = attrs.evolve(grouped(paths, groups), persons=[nth // 10 for nth in range(100)])

    alone = tp.paths.discriminating(grouped(paths, groups), by="device", max_length=1)
    together = tp.paths.discriminating(people, by="device", max_length=1)
    permuted = tp.paths.discriminating(
        people, by="device", max_length=1, test="permutation", seed=1, permutations=200
    )

    assert alone.p[0] < 0.001
    assert together.unit == "person"
    assert together.p[0] > 0.05
    assert permuted.p[0] > 0.05
    app = people[50:]
    share = JourneyShares(app).of(np.diff(app.offsets) == 2)
    assert (together.low[0], together.high[0]) == pytest.approx((share.low, share.high))


@given(
    st.lists(
        st.tuples(st.sampled_from(["web", "app"]), st.integers(0, 4), st.integers(1, 4)),
        min_size=6,
        max_size=12,
    )
)
def test_residuals_and_statistic_agree(people: list[tuple[str, int, int]]) -> None:
    """With persons both use effective numbers; the squares add up to the statistic."""
    rows = [
        (path, group, who)
        for who, (group, hits, size) in enumerate(people)
        for path in ["ab"] * min(hits, size) + ["b"] * (size - min(hits, size))
    ]
    parts = {
        name: [(min(h, n), n) for group, h, n in people if group == name] for name in ("app", "web")
    }
    for part in parts.values():
        shares = [h / n for h, n in part]
        assume(len(part) > 1 and len(set(shares)) > 1)
    paths, groups, persons = (list(column) for column in zip(*rows, strict=True))
    journeys = attrs.evolve(grouped(paths, groups), persons=persons)

    found = tp.paths.discriminating(journeys, by="device", max_length=1, test="chi2").to_dicts()

    rows = [row for row in found if row["subsequence"] == ("a",)]
    sizes = [naive_discriminating.effective(part) for part in parts.values()]
    shares = [row["share"] for row in rows]
    assert [row["residual"] for row in rows] == pytest.approx(
        naive_discriminating.residuals(shares, sizes)
    )
    one = sum(p * n for p, n in zip(shares, sizes, strict=True)) / sum(sizes)
    assert sum(row["residual"] ** 2 for row in rows) / (1 - one) == pytest.approx(rows[0]["chi2"])
    expected = naive_discriminating.p_of_f(rows[0]["chi2"], [*parts.values()])
    assert rows[0]["p"] == pytest.approx(expected, rel=1e-6)


def test_residuals_do_not_grow_with_counts_of_few_people() -> None:
    """Ten people with ten journeys each, or with 2**40, are ten people."""
    paths, groups = ["ab", "b", "ab", "b"] * 2, ["web"] * 4 + ["app"] * 4
    persons = [0, 0, 1, 2, 3, 3, 4, 5]
    few = attrs.evolve(grouped(paths, groups), persons=persons)
    many = attrs.evolve(few, counts=[2**40] * 8)

    for journeys in (few, many):
        found = tp.paths.discriminating(journeys, by="device", max_length=1)
        known = ~np.isnan(found.chi2)
        assert (found.residual[known] ** 2 <= found.chi2[known] + 1e-9).all()


def test_neither_order_nor_names_matter() -> None:
    """Shuffled journeys give the same table; renamed touchpoints the same numbers."""
    paths, groups = ["abc", "ac", "ba", "c", "bca"], ["x", "y", "x", "y", "y"]
    order = [3, 0, 4, 2, 1]

    plain = tp.paths.discriminating(grouped(paths, groups), by="device")
    shuffled = tp.paths.discriminating(
        grouped([paths[nth] for nth in order], [groups[nth] for nth in order]), by="device"
    )
    renamed = tp.paths.discriminating(
        tp.relabel(grouped(paths, groups), {"a": "x", "b": "y", "c": "z"}), by="device"
    )

    assert {tuple(row.values()) for row in map(_known, plain.to_dicts())} == {
        tuple(row.values()) for row in map(_known, shuffled.to_dicts())
    }
    assert plain.journeys.tolist() == renamed.journeys.tolist()


def _known(row: dict[str, object]) -> dict[str, object]:
    return {
        name: round(value, 9) if isinstance(value, float) and value == value else str(value)
        for name, value in row.items()
    }


def test_journeys_without_a_group_are_left_out_and_top_tests_all() -> None:
    """top= lists fewer and changes no q."""
    journeys = grouped(["ab", "b", "c", "ab"], ["web", "app", None, "app"])

    with warned_of_ungrouped(journeys, "device"):
        few = tp.paths.discriminating(journeys, by="device", top=1)
    with warned_of_ungrouped(journeys, "device"):
        every = tp.paths.discriminating(journeys, by="device")

    assert len(few) == 2
    assert few.q[0] == every.q[0]
    assert few.tested == every.tested == 3
    assert set(every.among.tolist()) == {1, 2}


def test_empty_journeys_contain_no_subsequence() -> None:
    """They count in the size of their group; empty journeys alone give an empty table."""
    journeys = grouped(["ab", "b", "ab"], ["web", "app", "app"])
    empty = tp.until(journeys, ["a", "b"], outcome="x")

    assert len(tp.paths.discriminating(empty, by="device")) == 0


def test_bad_questions_get_clear_errors() -> None:
    """One group, unknown columns, a permutation test without seed, options out of range."""
    journeys = grouped(["ab", "b"], ["web", "app"])

    with pytest.raises(
        InvalidInputError, match="by must give at least 2 groups of journeys, got 1 from"
    ):
        tp.paths.discriminating(journeys[:1], by="device")
    with pytest.raises(NotFoundError, match="did you mean 'device'"):
        tp.paths.discriminating(journeys, by="devise")
    with pytest.raises(InvalidInputError, match="needs a seed"):
        tp.paths.discriminating(journeys, by="device", test="permutation")
    with pytest.raises(InvalidInputError, match="did you mean 'permutation'"):
        tp.paths.discriminating(journeys, by="device", test="permutations")
    with pytest.raises(InvalidInputError, match="max_length must be an integer of at least 1"):
        tp.paths.discriminating(journeys, by="device", max_length=0)
    with pytest.raises(InvalidInputError, match="min_support must be above 0 and at most 1, got"):
        tp.paths.discriminating(journeys, by="device", min_support=0)
