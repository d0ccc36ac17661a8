"""Wilson intervals for shares, units of dependence, and the bootstrap of any statistic."""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import naive_paths, strategies
from tests.house_rules import PACKAGE
from tests.naive_paths import built, small_journeys
from touchpoints import paths
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.units import resampling_counts

# ------------------------------------------------------------------------------------------ wilson


@given(st.integers(1, 500), st.floats(0, 1), st.floats(0.5, 0.999))
def test_wilson_is_the_formula_of_the_textbooks(trials, part, level) -> None:
    """Another form of the formula gives the same ends."""
    hits = round(part * trials)
    expected = naive_paths.wilson(hits / trials, trials, level)

    assert expected == pytest.approx(tp.wilson(hits, trials, level=level), abs=1e-12)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_published_intervals(hits, trials, low, high) -> None:
    """R. G. Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3."""
    assert (low, high) == pytest.approx(tp.wilson(hits, trials), abs=5e-5)


def test_wilson_at_the_edges_stays_in_the_unit_interval() -> None:
    """With 0 or all successes one end is exact, and the interval is not empty."""
    assert (0.0, 1.0) == (tp.wilson(0, 7).low, tp.wilson(7, 7).high)
    assert tp.wilson(0, 7).high > 0.3
    assert tp.wilson(7, 7).low < 0.7


def test_wilson_without_trials_is_not_a_number() -> None:
    """Without trials the interval is nan, not [0, 1]."""
    assert all(map(math.isnan, tp.wilson(0, 0)))


def test_wilson_takes_arrays() -> None:
    """Each entry is the interval of its numbers; a single number of trials broadcasts."""
    low, high = tp.wilson(np.array([0, 3, 7]), 7)

    assert [tp.wilson(one, 7) for one in (0, 3, 7)] == list(zip(low, high, strict=True))
    assert isinstance(tp.wilson(3, 7).low, float)


@pytest.mark.parametrize(("hits", "trials"), [(-1, 5), (6, 5), (math.nan, 5), (1, math.inf)])
def test_wilson_refuses_impossible_counts(hits, trials) -> None:
    """More successes than trials is a mistake, not an interval."""
    with pytest.raises(InvalidInputError, match="successes"):
        tp.wilson(hits, trials)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, math.nan])
def test_a_level_is_a_share(level) -> None:
    """A level in percent, or outside (0, 1), is refused."""
    with pytest.raises(InvalidInputError, match="level"):
        tp.wilson(1, 2, level=level)


def test_intervals_need_no_scipy() -> None:
    """The normal quantile comes from the standard library."""
    code = "import sys, touchpoints as tp; tp.wilson(1, 2); print('scipy' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "False" == answer.stdout.strip()


# ---------------------------------------------------------------------------------------- units


def test_persons_are_units_where_there_are_any() -> None:
    """Journeys of one person are one unit; without a person each real journey is a unit."""
    journeys = built("aaaa", persons=["ana", None, "ana", "leo"], counts=[1, 3, 2, 0])
    found = units_of(journeys, None)

    assert "person" == found.unit
    assert found.of[0] == found.of[2]
    assert 1 + 3 == found.total
    assert [1, 1, 2, 0] == found.within.tolist()


def test_journeys_are_units_where_persons_are_not_known() -> None:
    """Each real journey is a unit: a row with count 4 holds four units."""
    assert ("journey", 6) == (
        units_of(built("aa", counts=[2, 4]), None).unit,
        units_of(built("aa", counts=[2, 4]), None).total,
    )


@pytest.mark.parametrize(
    "column",
    [
        ["north", "south", None, "north"],
        np.array([1.5, 2, np.nan, 1.5]),
        np.array(["2026-01-01", "2026-01-02", "NaT", "2026-01-01"], "M8[us]"),
    ],
)
def test_a_column_can_define_the_units(column) -> None:
    """Equal values are one unit; a journey with a missing value is a unit."""
    found = units_of(built("aaaa", per_journey={"clinic": column}), "clinic")

    assert 3 == found.total
    assert found.of[0] == found.of[3]
    assert 3 == len(set(found.of.tolist()))


def test_an_unknown_unit_is_refused_with_near_names() -> None:
    """A misspelt column gets near names; missing persons are reported."""
    journeys = built("ab", per_journey={"clinic": ["x", "y"]})
    with pytest.raises(NotFoundError, match="did you mean 'clinic'"):
        tp.bootstrap(journeys, size, seed=1, unit="clinc")
    with pytest.raises(InvalidInputError, match="no persons"):
        tp.bootstrap(journeys, size, seed=1, unit="person")


# --------------------------------------------------------------------------------------- bootstrap


def size(journeys) -> float:
    """Return the number of real journeys."""
    return float(journeys.counts.sum())


def rate(journeys) -> float:
    """Return the share of real journeys that reached `sale`."""
    return float(np.average(journeys.outcomes["sale"], weights=journeys.counts))


def test_resampling_journeys_keeps_their_number() -> None:
    """Each resample has the same number of real journeys, whatever the counts."""
    table = tp.bootstrap(built("abc", counts=[5, 1, 400]), size, seed=1, resamples=50)

    assert [406, 406, 406, 0] == [table.estimate, table.low, table.high, table.se]
    assert ("journey", 406, 50, 0.95) == (
        table.unit, table.units, table.resamples, table.level,
    )  # fmt: skip


def test_resampling_persons_keeps_their_number_and_their_journeys_together() -> None:
    """A person that is drawn twice has all journeys twice."""
    journeys = built("aab", persons=["ana", "ana", "leo"])
    seen = set()

    def counted(sample) -> float:
        seen.add(tuple(sample.counts.tolist()))
        return 0.0

    table = tp.bootstrap(journeys, counted, seed=3, resamples=60)

    assert {(1, 1, 1), (2, 2, 0), (0, 0, 2)} == seen
    assert 2 == table.units


@pytest.mark.parametrize("repeats", [[1, 1, 1], [2, 0, 1], [60, 20, 40]])
def test_draws_are_multinomial(repeats) -> None:
    """Every method of drawing gives the right total, mean and variance, and 0 for absent units."""
    repeats = np.array(repeats)
    draw = resampling_counts(repeats, np.random.default_rng(1))
    drawn = np.array([draw() for _ in range(4000)])
    total = repeats.sum()

    assert {total} == set(drawn.sum(axis=1).tolist())
    assert repeats.tolist() == pytest.approx(drawn.mean(axis=0).tolist(), rel=0.05)
    variance = repeats * (1 - repeats / total)
    assert variance.tolist() == pytest.approx(drawn.var(axis=0).tolist(), rel=0.1, abs=1e-12)


@strategies.examples(30)
@given(small_journeys())
def test_one_seed_gives_one_answer(journeys) -> None:
    """The same seed gives the same result; the caller's journeys are not changed."""
    before = pickle.dumps(journeys)
    first, again = (
        tp.bootstrap(journeys, paths.variants, seed=5, resamples=20, absent=0.0) for _ in range(2)
    )

    assert first == again
    assert before == pickle.dumps(journeys)


def test_other_seeds_give_other_answers() -> None:
    """The seed is used."""
    journeys = built(["a"] * 40 + ["b"] * 60)
    errors = {
        float(tp.bootstrap(journeys, paths.variants, seed=seed, resamples=30).se[0])
        for seed in range(3)
    }
    assert 3 == len(errors)


def test_the_error_of_a_share_is_that_of_the_binomial() -> None:
    """For independent journeys theory gives the standard error and the interval."""
    journeys = built(["a", "b"], counts=[300, 700])
    table = tp.bootstrap(journeys, paths.variants, seed=1, resamples=1200)
    theory = math.sqrt(0.3 * 0.7 / 1000)

    row = table.to_dicts()[1]
    assert ("a",) == row["label"]
    error = 1 / math.sqrt(2 * 1200)  # of a standard deviation of 1200 draws, relative to it
    assert theory == pytest.approx(row["se"], rel=3.5 * error)
    assert 2 * 1.96 * theory == pytest.approx(row["high"] - row["low"], rel=0.1)


def test_merged_and_written_out_journeys_have_the_same_error() -> None:
    """A row with count 40 is forty journeys, for the bootstrap too."""
    merged = tp.bootstrap(built("ab", counts=[40, 60]), paths.variants, seed=1, resamples=700)
    written = tp.bootstrap(built(["a"] * 40 + ["b"] * 60), paths.variants, seed=2, resamples=700)

    theory, error = math.sqrt(0.4 * 0.6 / 100), 1 / math.sqrt(2 * 700)
    for row in (*merged.to_dicts(), *written.to_dicts()):
        assert theory == pytest.approx(row["se"], rel=3.5 * error)


def test_a_statistic_may_return_a_number_a_mapping_or_a_record() -> None:
    """Each becomes rows of label and estimate."""
    journeys = built("aab")

    assert {"statistic": 3.0} == tp.bootstrap(journeys, size, seed=1, resamples=5).as_dict()
    named = tp.bootstrap(journeys, lambda j: {"n": size(j), 7: 1}, seed=1, resamples=5)
    assert {"n": 3.0, 7: 1.0} == named.as_dict()
    record = tp.bootstrap(journeys, paths.transitions, seed=1, resamples=5)
    assert paths.transitions(journeys).as_dict() == record.as_dict()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([1.0], "must return a number, .*, got list"),
        ("no", "must return a number, .*, got str"),
        ({"a": "x"}, r"a number for every label \(labels 'a': 'x'\)"),
        ({"a": None}, r"a number for every label \(labels 'a': None\)"),
    ],
)
def test_a_statistic_that_returns_anything_else_is_refused(answer, message) -> None:
    """The message shows what was returned in place of numbers."""
    with pytest.raises(WrongKindError, match=message):
        tp.bootstrap(built("ab"), lambda _: answer, seed=1)


def test_a_label_missing_from_a_resample_is_left_out_or_gets_absent() -> None:
    """By default the other resamples count and `defined` says how many; `absent` sets a number."""
    journeys = built(["a", "b"], counts=[1, 9])
    left_out = tp.bootstrap(journeys, paths.variants, seed=1, resamples=200).to_dicts()[1]
    as_zero = tp.bootstrap(journeys, paths.variants, seed=1, resamples=200, absent=0.0).to_dicts()[
        1
    ]

    assert ("a",) == left_out["label"]
    has_it = 1 - 0.9**10
    error = math.sqrt(200 * has_it * (1 - has_it))
    assert left_out["defined"] == pytest.approx(200 * has_it, abs=3.5 * error)
    assert left_out["low"] == pytest.approx(0.1)
    assert (200, 0.0) == (as_zero["defined"], as_zero["low"])


def test_the_basic_interval_reflects_the_quantiles() -> None:
    """The lower end is twice the estimate minus the upper quantile."""
    journeys = built("ab", counts=[10, 90])
    plain = tp.bootstrap(journeys, paths.variants, seed=1, resamples=300, absent=0.0)
    basic = tp.bootstrap(
        journeys, paths.variants, seed=1, resamples=300, absent=0.0, method="basic"
    )

    assert (2 * plain.estimate - plain.high).tolist() == basic.low.tolist()
    assert (2 * plain.estimate - plain.low).tolist() == basic.high.tolist()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_quantiles_are_those_of_numpy(values, share) -> None:
    """Quantiles are interpolated linearly, and nan is left out."""
    from touchpoints.uncertainty.resampling import _quantile

    ordered = np.sort(np.array([[*values, np.nan]]).T, axis=0)
    expected = np.quantile(values, share)
    assert expected == pytest.approx(float(_quantile(ordered, share)[0]), rel=1e-9, abs=1e-9)


def test_infinite_statistics_do_not_break_the_table() -> None:
    """An infinite estimate is kept; its interval has infinite ends."""
    table = tp.bootstrap(built("ab"), lambda _: math.inf, seed=1, resamples=10)

    assert [math.inf] * 3 == [table.estimate[0], table.low[0], table.high[0]]
    assert math.isnan(table.se[0])


@pytest.mark.parametrize(
    "journeys",
    [built([]), built("a"), built("aa", persons=["ana", "ana"]), built("ab", counts=[0, 1])],
)
def test_below_two_units_there_is_no_interval(journeys) -> None:
    """The estimate stays; the ends are nan and `reason` says why."""
    table = tp.bootstrap(journeys, size, seed=1, resamples=10)

    assert [size(journeys)] == table.estimate.tolist()
    assert all(math.isnan(one) for one in (table.low[0], table.high[0], table.se[0]))
    assert 0 == table.defined[0]
    assert table.reason.startswith("it takes at least 2 units (unit '")
    assert table.reason in repr(table)


@pytest.mark.parametrize(
    "wrong", [{"resamples": 0}, {"resamples": 2.5}, {"seed": None}, {"seed": -1}, {"level": 95},
              {"method": "percentil"}],
)  # fmt: skip
def test_impossible_requests_are_refused(wrong) -> None:
    """Each is refused before anything is computed."""
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        tp.bootstrap(built("ab"), size, **{"seed": 1, **wrong})


def test_progress_is_reported_after_every_resample() -> None:
    """A callable receives the number of finished resamples and the total."""
    calls = []
    tp.bootstrap(built("ab"), size, seed=1, resamples=3, progress=lambda *now: calls.append(now))
    assert [(1, 3), (2, 3), (3, 3)] == calls


def test_a_bar_is_shown_on_request(capsys) -> None:
    """True shows a tqdm bar on the error stream."""
    tp.bootstrap(built("ab"), size, seed=1, resamples=3, progress=True)
    assert "bootstrap" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------ values


def worth(journeys) -> float:
    """Return the mean value per real journey."""
    return float(journeys.values["eur"].sum() / journeys.counts.sum())


def test_values_are_resampled_with_their_journeys() -> None:
    """The standard error of a mean is that of theory; a journey that is not drawn adds no value."""
    rng = np.random.default_rng(0)
    eur = rng.exponential(50, 400)
    table = tp.bootstrap(built("a" * 400, values={"eur": eur}), worth, seed=1, resamples=800)

    assert eur.std() / 20 == pytest.approx(float(table.se[0]), rel=0.08)


def test_values_of_merged_rows_cannot_be_resampled_in_parts() -> None:
    """Merged rows hold a total: a bootstrap of it is refused, any other statistic is fine."""
    merged = built("ab", counts=[3, 5], values={"eur": [30.0, 0.0]}, persons=["ana", "leo"])

    with pytest.raises(InvalidInputError, match="one row per journey"):
        tp.bootstrap(merged, worth, seed=1, unit="journey")
    assert 8 == tp.bootstrap(merged, size, seed=1, unit="journey", resamples=5).low[0]
    by_person = tp.bootstrap(merged, worth, seed=1, resamples=50)
    assert 10 == by_person.high[0]


def test_a_quantile_at_a_number_is_that_number_beside_infinite_ones() -> None:
    """Of 41 numbers, the first quartile is the eleventh; that the twelfth is infinite is no nan."""
    numbers = iter([5.0, *map(float, range(1, 12)), *[math.inf] * 30])

    table = tp.bootstrap(built("ab"), lambda _: next(numbers), seed=1, resamples=41, level=0.5)

    assert (table.low[0], table.high[0]) == (11.0, math.inf)


def test_values_of_single_rows_are_resampled_beside_merged_ones() -> None:
    """A mean of the rows of one journey each is resampled, whatever the value of a merged row.

    Of 10 and 30 with count 1, a resample has the mean 10, 20 or 30, or none of the two.
    """
    journeys = built("abb", counts=[3, 1, 1], values={"eur": [99.0, 10.0, 30.0]})

    def mean_of_single(resampled) -> float:
        single = np.array([one.keys == ("b",) for one in resampled])
        many = resampled.counts[single].sum()
        return float(resampled.values["eur"][single].sum() / many) if many else 20.0

    table = tp.bootstrap(journeys, mean_of_single, seed=1, resamples=200)

    assert table.estimate.tolist() == [20.0]
    assert (table.low[0], table.high[0]) == (10.0, 30.0)


def test_a_statistic_that_fails_without_values_uses_them() -> None:
    """A statistic that raises on missing values is refused with the mend, not with its error."""
    merged = built("ab", counts=[3, 5], values={"eur": [30.0, 0.0]})

    def strict(journeys) -> float:
        if np.isnan(journeys.values["eur"]).any():
            raise ZeroDivisionError
        return worth(journeys)

    with pytest.raises(InvalidInputError, match="one row per journey"):
        tp.bootstrap(merged, strict, seed=1)


# ---------------------------------------------------------------------------------------- coverage


def test_intervals_over_persons_cover_and_over_journeys_do_not() -> None:
    """When persons differ in propensity, only intervals over persons keep their level.

    Forty persons with five journeys each, 120 times. At 95 %, intervals from resampled journeys
    cover far too rarely; those from resampled persons come close (a percentile interval of 40 units
    is a little narrow).
    """
    rng = np.random.default_rng(11)
    covered = {"person": 0, "journey": 0}
    for seed in range(120):
        taste = rng.beta(0.5, 0.5, 40)
        journeys = built(
            ["a"] * 200,
            persons=np.repeat(np.arange(40), 5),
            outcomes={"sale": (rng.random(200) < np.repeat(taste, 5)).astype(float)},
        )
        for unit in covered:
            table = tp.bootstrap(journeys, rate, seed=seed, resamples=99, unit=unit)
            covered[unit] += bool(table.low[0] <= 0.5 <= table.high[0])

    assert 0.88 <= covered["person"] / 120 <= 0.99
    assert covered["journey"] / 120 < 0.8
