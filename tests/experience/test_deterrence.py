"""What follows negative and positive interactions, against others alike in what came before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import touchpoints as tp
from tests.experience.naive_deterrence import Trial, standardised, variance
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.experience._shared.e_values import e_values
from touchpoints.experience._shared.weighting import Trials, compared
from touchpoints.uncertainty.units import Units

E = tp.experience
DAY = dt.timedelta(days=1)


def log_of(paths: list[tuple[str, float | None]], **more: Any) -> tp.Journeys:
    """Return journeys ``"ad call visit"`` whose call has this score."""
    steps = [path.split() for path, _ in paths]
    keys = sorted({key for one in steps for key in one})
    scores = [
        (np.nan if score is None else score) if key == "call" else np.nan
        for (_, score), one in zip(paths, steps, strict=True)
        for key in one
    ]
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(key) for key in keys],
        codes=[keys.index(key) for one in steps for key in one],
        offsets=np.append(0, np.cumsum([len(one) for one in steps])),
        per_interaction={"csat": np.array(scores)},
        **more,
    )


def row(found: Any, side: str, measure: str = "exit", touchpoint: str = "call") -> dict[str, Any]:
    """Return one row."""
    wanted = (touchpoint, side, measure)
    rows = [
        one
        for one in found.to_dicts()
        if (one["touchpoint"], one["side"], one["measure"]) == wanted
    ]
    assert len(rows) == 1
    return rows[0]


def test_exits_after_a_negative_call_by_hand() -> None:
    """Two strata: from an ad 2 of 3 leave against 1 of 2; from the web 1 of 1 against 1 of 4."""
    log = log_of(
        [("ad call", 1)] * 2
        + [("ad call visit", 1)]
        + [("ad call", 5), ("ad call visit", 3)]
        + [("web call", 1)]
        + [("web call", 4)]
        + [("web call visit", 4)] * 3
    )
    one = row(E.deterrence(log, metric="csat", adjust=["previous"]), "negative")

    assert (one["exposed"], one["others"], one["hits"], one["other_hits"]) == (4, 6, 3, 2)
    assert one["share"] == pytest.approx(3 / 4)
    assert one["other_share"] == pytest.approx(3 / 4 * 1 / 2 + 1 / 4 * 1 / 4)
    assert one["difference"] == pytest.approx(0.3125)
    assert one["crude"] == pytest.approx(3 / 4 - 2 / 6)
    assert one["ratio"] == pytest.approx(0.75 / 0.4375)
    assert one["low"] < 0.3125 < one["high"]
    assert one["effective_exposed"] == pytest.approx(4)
    assert one["effective_others"] == pytest.approx(1 / (2 * (3 / 8) ** 2 + 4 * (1 / 16) ** 2))


def test_the_neutral_are_a_comparison_of_their_own() -> None:
    """Against the neutral only: the one with a 3 goes on, both with a 5 leave."""
    log = log_of([("call", 1)] * 2 + [("call", 5)] * 2 + [("call visit", 3)] * 2)
    rest, neutral = (
        row(E.deterrence(log, metric="csat", against=against), "negative")
        for against in ("rest", "neutral")
    )

    assert (rest["difference"], rest["others"]) == (pytest.approx(0.5), 4)
    assert (neutral["difference"], neutral["others"]) == (pytest.approx(1.0), 2)


def test_return_recommendation_and_mention() -> None:
    """Each by hand, with what is not known set apart."""
    rows = [
        ("ana", 1, "01-01", "call", 1),
        ("ana", 1, "01-02", "complaint", None),
        ("ana", 2, "01-20", "call", 5),
        ("ana", 2, "01-21", "review", None),
        ("leo", 3, "01-01", "call", 1),
        ("eva", 4, "01-01", "call", 5),
        ("eva", 5, "01-09", "visit", None),
        ("mia", 6, "02-01", "call", 1),
        ("tom", 7, "01-03", "call", 3),
    ]
    log = tp.from_records(
        [
            {"who": who, "id": number, "t": f"2026-{day}", "what": what, "csat": score}
            for who, number, day, what, score in rows
        ],
        journey="id",
        person="who",
        time="t",
        touchpoint="what",
        per_interaction=["csat"],
    )
    found = E.deterrence(
        log, metric="csat", within=15 * DAY, recommendation="review", mention="complaint"
    )
    back = row(found, "negative", "return")
    assert (back["exposed"], back["hits"], back["others"], back["other_hits"]) == (2, 0, 2, 1)
    assert back["censored"] == 2
    assert row(found, "negative", "mention")["hits"] == 1
    assert row(found, "positive", "recommendation")["hits"] == 1


def test_a_purchase_is_not_an_exit() -> None:
    """Journeys cut before the purchase end at the call, and did not leave there."""
    log = tp.until(log_of([("call buy", 5)] * 2 + [("call", 1)] * 3), "buy", outcome="buy")
    found = E.deterrence(log, metric="csat")

    assert row(found, "negative")["difference"] == pytest.approx(1.0)
    assert row(found, "positive")["difference"] == pytest.approx(-1.0)
    assert row(found, "negative", "conversion")["difference"] == pytest.approx(-1.0)


def test_what_is_cut_off_is_not_known_to_have_left() -> None:
    """A journey that the log cuts off at the call is censored."""
    log = log_of([("call", 1)] * 4 + [("call", 5)] * 2, finished=[1, 1, 1, 0, 1, 1])
    one = row(E.deterrence(log, metric="csat"), "negative")

    assert (one["exposed"], one["censored"]) == (3, 1)


def test_strata_with_one_side_are_named_and_left_out_or_refused() -> None:
    """Nobody who came from the web was content: there is nobody to compare them with."""
    log = log_of([("ad call", 1), ("ad call", 5)] * 2 + [("web call", 1)] * 3)
    found = E.deterrence(log, metric="csat", adjust=["previous"])

    assert row(found, "negative")["left_out"] == 3
    assert found.one_sided == ("call, negative: previous web",)
    assert "left out for want of others alike" in repr(found)
    with pytest.raises(InvalidInputError, match="without anybody to compare with"):
        E.deterrence(log, metric="csat", adjust=["previous"], overlap="refuse")


def test_no_overlap_at_all_says_so() -> None:
    """All rows say why they have no number."""
    log = log_of([("ad call", 1)] * 2 + [("web call", 5)] * 2)
    one = row(E.deterrence(log, metric="csat", adjust=["previous"]), "negative")

    assert one["reason"] == "nobody to compare with"
    assert np.isnan(one["difference"])
    every = E.deterrence(log_of([("call", 5)] * 3), metric="csat")
    assert row(every, "negative")["reason"] == "nobody on this side"
    assert row(every, "positive")["reason"] == "nobody to compare with"
    few = E.deterrence(log_of([("call", 5)] * 3 + [("call", 1)]), metric="csat")
    assert row(few, "negative")["reason"] == "fewer than two units on a side"


def test_words_are_of_association_unless_assigned() -> None:
    """Only the caller can know that chance decided."""
    log = log_of([("call", 1), ("call", 5)] * 3)

    assert "associations, not effects" in repr(E.deterrence(log, metric="csat"))
    assert "associations" not in repr(E.deterrence(log, metric="csat", assigned=True))


def test_e_values_as_published() -> None:
    """VanderWeele and Ding (2017): 3.9 has 7.26 and its limit 1.8 has 3.0; 0.8 has 1.81."""
    found = compared(
        Trials(
            rows=np.zeros(4, dtype=np.int64),
            size=1,
            exposed=np.array([True, True, False, False]),
            strata=np.zeros(4, dtype=np.int64),
            levels=np.zeros((1, 0), dtype=np.int64),
            names=["all"],
            owners=np.arange(4),
        ),
        np.array([True, True, False, True]),
        units=Units(
            unit="journey",
            of=np.arange(4),
            repeats=np.ones(4, dtype=np.int64),
            within=np.ones(4, dtype=np.int64),
        ),
        weights="standardised",
        level=0.95,
    )

    def told(ratio: float, low: float, high: float, sign: float) -> tuple[float, float]:
        changed = attrs.evolve(
            found,
            ratio=np.array([ratio]),
            ratio_low=np.array([low]),
            ratio_high=np.array([high]),
            low=np.array([sign]),
            high=np.array([sign * 2]),
        )
        one, limit = e_values(changed)
        return round(float(one[0]), 2), round(float(limit[0]), 2)

    assert told(3.9, 1.8, 8.7, 0.1) == (7.26, 3.0)
    assert told(0.8, 0.71, 0.91, -0.1) == (1.81, 1.43)
    assert told(1.2, 0.9, 1.5, 0.1)[1] == 1.0


def test_without_strata_it_is_the_difference_of_two_proportions() -> None:
    """Single journeys: Wilson's intervals with t, combined; the test of a common share."""
    log = log_of(
        [("call", 1)] * 12 + [("call visit", 1)] * 8 + [("call", 5)] * 9 + [("call visit", 5)] * 21
    )
    one = row(E.deterrence(log, metric="csat", adjust=()), "negative")
    plain = float(stats.norm.cdf(-abs(0.6 - 0.3) / np.sqrt(0.42 * 0.58 * (1 / 20 + 1 / 30)))) * 2

    assert one["difference"] == pytest.approx(0.3)
    assert one["p"] == pytest.approx(plain, rel=0.5)
    low, high = tp.wilson(12, 20), tp.wilson(9, 30)
    newcombe = 0.3 - np.hypot(0.6 - low[0], high[1] - 0.3)
    assert one["low"] == pytest.approx(newcombe, abs=0.04)


def test_counts_are_rows() -> None:
    """A row that counts three times is three rows."""
    paths: list[tuple[str, float | None]] = [
        ("ad call", 1),
        ("ad call visit", 5),
        ("web call", 5),
        ("web call visit", 1),
        ("web call", 1),
    ]
    counts = [3, 2, 1, 2, 4]
    repeated = [path for path, count in zip(paths, counts, strict=True) for _ in range(count)]
    one, other = (
        E.deterrence(log, metric="csat") for log in (log_of(paths, counts=counts), log_of(repeated))
    )

    for left, right in zip(one.to_dicts(), other.to_dicts(), strict=True):
        assert left == pytest.approx(right, nan_ok=True)


def test_inverse_probability_of_one_column_is_standardisation() -> None:
    """A saturated regression gives the odds of each stratum."""
    log = log_of(
        [("ad call", 1)] * 5
        + [("ad call visit", 1)] * 4
        + [("ad call visit", 5)] * 3
        + [("ad call", 5)] * 2
        + [("web call", 1)] * 2
        + [("web call visit", 4)] * 3
        + [("web call", 4)]
    )
    one, other = (
        row(E.deterrence(log, metric="csat", adjust=["previous"], weights=weights), "negative")
        for weights in ("standardised", "inverse_probability")
    )

    assert one["difference"] == pytest.approx(other["difference"], abs=1e-6)


trial_lists = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), st.booleans(), st.integers(0, 4)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(trial_lists)
def test_shares_and_variances_are_those_of_the_naive_twin(
    drawn: list[tuple[bool, int, bool, int]],
) -> None:
    """Strata, sides, hits and persons at random."""
    exposed, strata, hits, persons = (np.array(one) for one in zip(*drawn, strict=True))
    n = len(drawn)
    trials = Trials(
        rows=np.zeros(n, dtype=np.int64),
        size=1,
        exposed=exposed,
        strata=strata,
        levels=np.arange(3)[:, None],
        names=["0", "1", "2"],
        owners=np.arange(n),
    )
    ones = np.ones(5, dtype=np.int64)
    units = Units(unit="person", of=persons, repeats=ones, within=np.ones(n, dtype=np.int64))
    found = compared(trials, hits, units=units, weights="standardised", level=0.95)
    naive = standardised([Trial(*one[:3]) for one in drawn])
    if naive is None:
        assert np.isnan(found.share[0])
        return
    assert found.share[0] == pytest.approx(float(naive[0]))
    assert found.other_share[0] == pytest.approx(float(naive[1]))
    assert found.left_out[0] == naive[2]
    named = [(one[3], Trial(*one[:3])) for one in drawn]
    assert found.variance[0][1] == pytest.approx(variance(named, exposed=True))
    assert found.variance[0][0] == pytest.approx(variance(named, exposed=False))


def test_bad_input() -> None:
    """What is wrong is said."""
    log = log_of([("call", 1), ("call", 5)])
    with pytest.raises(NotFoundError, match="nps"):
        E.deterrence(log, metric="nps")
    with pytest.raises(NotFoundError, match="adjust"):
        E.deterrence(log, metric="csat", adjust=["prevous"])
    with pytest.raises(InvalidInputError, match="twice"):
        E.deterrence(log, metric="csat", adjust=["previous", "previous"])
    with pytest.raises(InvalidInputError, match="persons"):
        E.deterrence(log, metric="csat", within=DAY)
    with pytest.raises(InvalidInputError, match="weights"):
        E.deterrence(log, metric="csat", weights="none")
    with pytest.raises(InvalidInputError, match="back="):
        E.deterrence(log, metric="csat", back="call")


def test_empty_and_scoreless_logs() -> None:
    """No interactions, no scores: rows without numbers, and a reason."""
    empty = log_of([])
    assert len(E.deterrence(empty, metric="csat")) == 0
    unscored = E.deterrence(log_of([("call", None)] * 3), metric="csat")
    assert set(unscored.reason) == {"nobody on this side"}


def test_scores_outside_the_scale_are_counted() -> None:
    """A 7 on a scale to 5 is left out."""
    found = E.deterrence(log_of([("call", 7), ("call", 1), ("call", 5)]), metric="csat")

    assert found.outside == 1
    assert "outside the scale" in repr(found)


def test_many_persons_and_many_strata_have_numbers_of_their_own() -> None:
    """The products of cells and persons do not fit into 32 bits."""
    n, strata = 60_000, 40_000
    trials = Trials(
        rows=np.zeros(n, dtype=np.int64),
        size=1,
        exposed=np.arange(n) % 2 == 0,
        strata=np.arange(n) // 2 % strata,
        levels=np.zeros((strata, 0), dtype=np.int64),
        names=[str(one) for one in range(strata)],
        owners=np.arange(n),
    )
    ones = np.ones(n, dtype=np.int64)
    units = Units(unit="person", of=np.arange(n), repeats=ones, within=ones)
    found = compared(trials, np.arange(n) % 4 == 0, units=units, weights="standardised", level=0.95)

    assert (found.units[0], found.other_units[0]) == (n / 2, n / 2)
    assert found.effective_exposed[0] == pytest.approx(n / 2)
