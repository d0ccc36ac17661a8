"""Hostile values in evaluations: truth values, infinities, one person, rows of count 0."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
DAY = dt.timedelta(days=1)


def log_of(rows: list[dict[str, Any]], **more: Any) -> tp.Journeys:
    """Return a log of rows with id, at, do and perhaps who and csat."""
    named = {"person": "who"} if "who" in rows[0] else {}
    kept = {"per_interaction": ["csat"]} if "csat" in rows[0] else {}
    how = {"journey": "id", "time": "at", "touchpoint": "do"}
    return tp.from_records(rows, **how, **named, **kept, **more)


def of_scores(scores: Array, **columns: Any) -> tp.Journeys:
    """Return a shop whose journeys have these scores, one column for each driver."""
    shop = tp.datasets.shop(len(scores), seed=1)
    drivers = {f"d{place}": one for place, one in enumerate(scores.T)}
    return attrs.evolve(shop, per_journey={**drivers, **columns})


def test_true_is_no_score() -> None:
    """A survey's True is not the lowest of five boxes: it must be said what it stands for."""
    journeys = log_of([{"id": 1, "at": "2026-01-05", "do": "a"}])
    said = attrs.evolve(journeys, per_interaction={"csat": np.array([True])})
    with pytest.raises(InvalidInputError, match="not True and False") as error:
        E.assessments(said, metric="csat")
    assert error.value.mend == "give the scores that True and False stand for, such as 1 and 0"
    for scores in ([True, 5], np.array([True, False])):
        with pytest.raises(InvalidInputError, match=r"(?s)not True and False.*rows 0"):
            E.attach_scores(
                journeys,
                {"id": [1, 1], "at": ["2026-01-06", "2026-01-07"], "ok": scores},
                metric="csat",
                score="ok",
                journey="id",
                time="at",
            )


@pytest.mark.parametrize("wrong", [np.inf, -np.inf, 1e200])
def test_judgements_that_cannot_be_squared_are_named(wrong: float) -> None:
    """Infinite and huge judgements are refused, with the journeys that have them."""
    rng = np.random.default_rng(1)
    overall = rng.normal(size=40)
    overall[3] = wrong
    log = of_scores(rng.normal(size=(40, 2)), overall=overall)
    scored = attrs.evolve(
        log, per_interaction={"csat": np.full(len(log.codes), 3.0)}, outcomes={}, outcome_times={}
    )
    for call in (
        lambda: E.key_drivers(log, overall="overall", drivers=["d0"]),
        lambda: E.penalty_reward(log, overall="overall", drivers=["d0"], cuts=(0.2, 0.2)),
        lambda: E.peak_end(scored, metric="csat", overall="overall", seed=1),
    ):
        with pytest.raises(InvalidInputError, match="must hold numbers from") as error:
            call()
        assert str(log.ids[3]) in error.value.where


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_shares_of_variance_do_not_depend_on_units(unit: float, shift: float) -> None:
    """Judgements in thousandths of a cent, or far from 0, are explained as well as others."""
    rng = np.random.default_rng(2)
    scores = rng.integers(1, 6, size=(60, 2)) * 1.0
    overall = 2 * scores[:, 0] + scores[:, 1] + rng.normal(size=60)
    log, other = (of_scores(scores, overall=one) for one in (overall, (overall + shift) * unit))
    how: dict[str, Any] = {"overall": "overall", "drivers": ["d0", "d1"]}
    one, two = (E.key_drivers(part, **how) for part in (log, other))
    np.testing.assert_allclose(two.importance, one.importance, rtol=1e-6)
    np.testing.assert_allclose(two.low, one.low, rtol=1e-6)
    one, two = (E.penalty_reward(part, **how, cuts=(0.3, 0.3)) for part in (log, other))
    assert two.r2 == pytest.approx(one.r2, rel=1e-6)
    np.testing.assert_allclose(two.penalty, one.penalty * unit, rtol=1e-5)


def test_drivers_of_one_person_have_no_interval() -> None:
    """Nobody is left when the only person is left out."""
    rng = np.random.default_rng(3)
    log = of_scores(rng.normal(size=(20, 2)), overall=rng.normal(size=20))
    alone = attrs.evolve(log, persons=np.array(["ana"] * 20, dtype=object))
    found = E.key_drivers(alone, overall="overall", drivers=["d0", "d1"])
    assert np.isfinite(found.importance).all()
    assert np.isnan(found.low).all()


def test_sampled_orders_are_said_also_where_nothing_is_explained() -> None:
    """The orders of 13 drivers are a sample, also if none of them differs between journeys."""
    overall = np.arange(30.0)
    log = of_scores(np.ones((30, 13)), overall=overall)
    found = E.key_drivers(log, overall="overall", drivers=[f"d{n}" for n in range(13)], seed=1)
    assert found.r2 == pytest.approx(0, abs=1e-6)
    assert not found.exact


def test_a_value_of_weight_0_is_not_promised() -> None:
    """By hand: trust 5 of 1 to 5 is 1; the worst value is trust, not empathy, which is none."""
    log = attrs.evolve(
        log_of([{"id": 1, "at": "2026-01-05", "do": do} for do in "ab"]),
        per_interaction={"trust": np.array([5.0, np.nan]), "empathy": np.array([1.0, 1.0])},
    )
    found = E.alignment(log, {"trust": 1.0, "empathy": 0.0})
    assert found.touchpoint.tolist() == ["a", "b"]
    assert found.alignment[0] == 1
    assert np.isnan(found.alignment[1])
    assert (found.worst.tolist(), found.journey_alignment) == (["trust", ""], 1)


def test_first_of_two_journeys_at_the_same_time_has_the_smallest_id() -> None:
    """The order of the log plays no part: ticket 2 is first, whichever row it has."""
    rows = [
        {"id": 10, "who": "ana", "at": "2026-01-01", "do": "a", "csat": 1},
        {"id": 2, "who": "ana", "at": "2026-01-01", "do": "a", "csat": 5},
        {"id": 30, "who": "leo", "at": "2026-03-01", "do": "a", "csat": 5},
    ]
    for part in (rows, [rows[1], rows[0], rows[2]]):
        found = E.first_impressions(log_of(part), metric="csat", within=9 * DAY)
        assert (found.people.tolist(), found.returned.tolist()) == ([1, 0, 0, 0], [0, 0, 0, 0])


def test_a_journey_that_begins_during_the_first_is_no_return() -> None:
    """Ana asks something else while her first ticket is open; leo comes back three days later."""
    rows = [
        {"id": 1, "who": "ana", "at": "2026-01-01", "do": "a", "csat": 5},
        {"id": 1, "who": "ana", "at": "2026-01-05", "do": "a", "csat": 5},
        {"id": 2, "who": "ana", "at": "2026-01-03", "do": "a", "csat": 5},
        {"id": 3, "who": "leo", "at": "2026-01-02", "do": "a", "csat": 5},
        {"id": 4, "who": "leo", "at": "2026-01-05", "do": "a", "csat": 5},
        {"id": 5, "who": "eva", "at": "2026-03-01", "do": "a", "csat": 5},
    ]
    found = E.first_impressions(log_of(rows), metric="csat", within=9 * DAY)
    assert (found.people.tolist(), found.returned.tolist()) == ([2, 0, 0, 0], [1, 0, 0, 0])


def test_the_median_response_counts_rows_as_often_as_they_stand_for() -> None:
    """By hand: 1, 2 and 9 hours, the last one five times: the middle of seven is 9 hours."""
    rows = [
        {"id": number, "who": number, "at": f"2026-01-05 {hour:02}:00", "do": do}
        for number, took in enumerate((1, 2, 9))
        for hour, do in ((0, "asked"), (took, "reply"))
    ]
    rows.append({"id": 9, "who": 9, "at": "2026-03-05 00:00", "do": "bought"})
    log = attrs.evolve(log_of(rows), counts=np.array([1, 1, 5, 1]))
    found = E.service_retention(
        log, reply="reply", solved="reply", contact="asked", within=30 * DAY
    )
    assert found.tickets[:3].tolist() == [7, 0, 0]

    nobody = attrs.evolve(log, counts=np.array([1, 1, 0, 1]))
    found = E.service_retention(
        nobody, reply="reply", solved="reply", contact="asked", within=30 * DAY
    )
    assert found.tickets[:3].tolist() == [1, 1, 0]


def test_counts_of_a_million_million_leave_no_matrix_without_inverse() -> None:
    """Weights by inverse probability come for any counts."""
    shop = tp.until(tp.datasets.shop(60, seed=0), "purchase", outcome="sale")
    rng = np.random.default_rng(0)
    csat = np.where(rng.random(len(shop.codes)) < 0.6, rng.integers(1, 7, len(shop.codes)), np.nan)
    log = attrs.evolve(
        shop, per_interaction={"csat": csat}, counts=np.full(len(shop), 10**12, dtype=np.int64)
    )
    found = E.deterrence(log, metric="csat", within=9 * DAY, weights="inverse_probability")
    assert len(found)


def test_misspelt_values_and_missing_places_are_named() -> None:
    """What used to be taken for granted, or ended in an error of Python."""
    shop = tp.until(tp.datasets.shop(60, seed=0), "purchase", outcome="sale")
    rows = len(shop.codes)
    scored = attrs.evolve(
        shop, per_interaction={"csat": np.full(rows, 3.0), "trust": np.full(rows, 4.0)}
    )
    with pytest.raises(NotFoundError, match=r"(?s)value 'fsat'.*did you mean 'fast'"):
        E.alignment(scored, {"fast": 1}, metrics={"fast": "csat", "fsat": "trust"})
    with pytest.raises(WrongKindError, match="metrics must be a mapping"):
        E.alignment(scored, {"trust": 1}, metrics=0.5)  # type: ignore[arg-type]
    for missing in ("reply", "solved"):
        how: dict[str, Any] = {"reply": "live_chat", "solved": "live_chat", missing: None}
        with pytest.raises(WrongKindError, match=f"{missing} must be a touchpoint"):
            E.service(scored, **how)
    with pytest.raises(WrongKindError, match="overall must be text"):
        E.key_drivers(scored, overall=["csat"], metric="csat")  # type: ignore[arg-type]
    with pytest.raises(WrongKindError, match="a lens must be a name or several names, got None"):
        E.granularity(scored, seed=1, lenses=[None])  # type: ignore[list-item]
    for percent in (5, 1.5):
        with pytest.raises(
            InvalidInputError, match=r"(?s)margin must be above 0 and at most 1.*5 %"
        ):
            E.equivalence(scored, margin=percent)
        with pytest.raises(InvalidInputError, match="min_difference must be in"):
            E.moments_of_truth(scored, metric="csat", min_difference=percent)
