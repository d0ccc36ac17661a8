"""Changes and their log, and measures before and after them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
DAY = 86_400_000_000
FIRST = int(np.datetime64("2026-01-01", "us").astype(np.int64))


def log_of(
    days: Any, reached: Any, *, city: Any = None, persons: Any = None, keys: Any = None
) -> tp.Journeys:
    """Return journeys of one interaction each, on these days of 2026, with an outcome."""
    days = np.asarray(days)
    n = len(days)
    keys = ["chat"] * n if keys is None else keys
    known = sorted(set(keys))
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(one) for one in known],
        codes=[known.index(one) for one in keys],
        offsets=np.arange(n + 1),
        times=(FIRST + np.round(days * DAY)).astype(np.int64).view("datetime64[us]"),
        persons=persons,
        outcomes={"sale": np.asarray(reached, dtype=np.float64)},
        per_journey={} if city is None else {"city": np.asarray(city, dtype=object)},
    )


def change_on(day: str, *touchpoints: str) -> tp.experience.Change:
    """Return a change of the chat, or of other touchpoints."""
    return E.Change("training", touchpoints or "chat", date=day)


def halves(before: int, after: int, size: int = 10) -> tuple[Array, Array]:
    """Return days and outcomes: so many of ``size`` reached it before and after 11 January."""
    days = np.concatenate([np.arange(size) * 10 / size, 10 + np.arange(size) * 10 / size])
    reached = np.concatenate([np.arange(size) < before, np.arange(size) < after])
    return days, reached


def test_a_change_is_a_frozen_record_that_json_can_hold() -> None:
    """B34: a log of changes is a list of them."""
    log = [
        E.Change("training", "live_chat", date="2026-03-01T09:00:00+01:00", note="two days"),
        E.Change("incentive", ["email", "sms"], date=dt.date(2026, 4, 1)),
    ]
    text = json.dumps([one.to_dict() for one in log])

    assert [E.Change.from_dict(one) for one in json.loads(text)] == log
    assert log[1].touchpoints == ("email", "sms")
    assert log[1].date == dt.datetime(2026, 4, 1)
    assert hash(log[0]) == hash(E.Change.from_dict(log[0].to_dict()))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        log[0].note = "three"  # type: ignore[misc]


def test_a_change_that_is_none_is_refused() -> None:
    """Levers with similar names; dates and keys that cannot be read."""
    with pytest.raises(NotFoundError, match="no lever 'traning' .did you mean 'training'"):
        E.Change("traning", "chat", date="2026-01-01")
    with pytest.raises(InvalidInputError, match="date must be an ISO 8601 time, got 'soon'"):
        E.Change("training", "chat", date="soon")
    with pytest.raises(WrongKindError, match="date must be a datetime"):
        E.Change("training", "chat", date=3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="at least one name"):
        E.Change("training", [], date="2026-01-01")  # type: ignore[arg-type]
    with pytest.raises(WrongKindError, match="note must be text"):
        E.Change("training", "chat", date="2026-01-01", note=3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="must have 'date'"):
        E.Change.from_dict({"lever": "training", "touchpoints": "chat"})
    with pytest.raises(NotFoundError, match="no key 'when'"):
        E.Change.from_dict({"lever": "training", "touchpoints": "chat", "when": "2026-01-01"})


def test_before_and_after_by_hand() -> None:
    """Four of ten, then eight of ten; Newcombe's interval, since nobody is on both sides."""
    found = E.before_after(log_of(*halves(4, 8)), change_on("2026-01-11"), measure="outcome")
    (l0, h0), (l1, h1) = tp.wilson(4, 10), tp.wilson(8, 10)

    assert found.series.tolist() == ["changed"]
    assert (found.before[0], found.after[0], found.difference[0]) == pytest.approx((0.4, 0.8, 0.4))
    assert found.low[0] == pytest.approx(0.4 - np.hypot(0.8 - l1, h0 - 0.4))
    assert found.high[0] == pytest.approx(0.4 + np.hypot(h1 - 0.8, 0.4 - l0))
    assert "no control group" in repr(found)
    assert (found.lever, found.date) == ("training", "2026-01-11T00:00:00")


def test_the_difference_in_differences_by_hand() -> None:
    """The city with the change gains .4, the other .1: .3; four distances to ends are added."""
    days, reached = halves(4, 8)
    others = halves(5, 6)[1]
    city = ["Lyon"] * 20 + ["Nice"] * 20
    log = log_of(np.tile(days, 2), np.append(reached, others), city=city)
    found = E.before_after(
        log, change_on("2026-01-11"), measure="outcome", control=("city", "Nice")
    )
    low = {one: one / 10 - tp.wilson(one, 10).low for one in (4, 8, 5, 6)}
    high = {one: tp.wilson(one, 10).high - one / 10 for one in (4, 8, 5, 6)}

    assert found.as_dict() == pytest.approx(
        {"changed": 0.4, "control": 0.1, "changed - control": 0.3}
    )
    below = np.sqrt(high[4] ** 2 + low[8] ** 2 + low[5] ** 2 + high[6] ** 2)
    above = np.sqrt(low[4] ** 2 + high[8] ** 2 + high[5] ** 2 + low[6] ** 2)
    assert (found.low[2], found.high[2]) == pytest.approx((0.3 - below, 0.3 + above))
    assert np.isnan(found.before[2])
    assert "no control group" not in repr(found)


def test_a_touchpoint_can_be_the_control() -> None:
    """Reach of the chat from .4 to .8, of the phone from .6 to .2: -.4 - ... is .8 together."""
    days, reached = halves(4, 8)
    keys = ["chat" if one else "phone" for one in reached]
    log = log_of(days, reached, keys=keys)
    found = E.before_after(
        log, change_on("2026-01-11"), measure="reach", control_touchpoint="phone"
    )

    assert found.difference.tolist() == pytest.approx([0.4, -0.4, 0.8])
    # The two always add to one, so that their difference moves twice as far as one of them.
    one = found.to_dicts()[0]
    assert found.high[2] - 0.8 <= 2 * (one["high"] - 0.4) + 1e-9


def test_persons_on_both_sides_make_the_interval_narrower_than_others() -> None:
    """Who buys, buys before and after: only those who change tell of the difference."""
    days, reached = halves(50, 52, 100)
    persons = np.tile(np.arange(100), 2)
    change = change_on("2026-01-11")
    same = E.before_after(log_of(days, reached, persons=persons), change, measure="outcome")
    other = E.before_after(log_of(days, reached), change, measure="outcome")

    assert same.difference == other.difference
    assert same.high[0] - same.low[0] < 0.5 * (other.high[0] - other.low[0])


def test_journeys_that_span_the_date_count_before_it_and_are_counted() -> None:
    """Of three journeys, one begins before the date and ends after it."""
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("chat")],
        codes=[0] * 5,
        offsets=[0, 1, 3, 5, 5],
        times=["2026-01-01", "2026-01-02", "2026-01-09", "2026-01-06", "2026-01-07"],
    )
    found = E.before_after(log, change_on("2026-01-05"), measure="count")

    assert (found.before[0], found.after[0]) == (1.5, 2)
    assert (found.spanning, found.left_out) == (1, 1)
    assert "1 journey began before the change and ended after it" in repr(found)


def test_dates_without_a_zone_are_of_the_zone_of_the_log() -> None:
    """Midnight in Madrid is 23:00 of the day before in UTC."""
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("chat")],
        codes=[0, 0, 0],
        offsets=[0, 1, 2, 3],
        times=["2026-01-01T00:00", "2026-01-04T22:30", "2026-01-04T23:30"],
        outcomes={"sale": [0.0, 0.0, 1.0]},
        meta=tp.Meta(timezone="Europe/Madrid"),
    )
    found = E.before_after(log, change_on("2026-01-05"), measure="outcome")

    assert (found.before[0], found.after[0]) == (0, 1)
    other = E.before_after(log, change_on("2026-01-04T23:00+00:00"), measure="outcome")
    assert (other.before[0], other.after[0]) == (0, 1)


@pytest.mark.parametrize("day", ["2025-12-31", "2026-01-01", "2026-02-01"])
def test_a_change_outside_the_log_is_an_error(day: str) -> None:
    """There is nothing before it or nothing after it."""
    with pytest.raises(InvalidInputError, match="date= must lie within the log"):
        E.before_after(log_of(*halves(4, 8)), change_on(day), measure="outcome")


def test_empty_periods_and_arguments_that_do_not_fit() -> None:
    """Each error says which period, and what to give instead."""
    log = log_of(np.array([0.0, 9.0]), [1, 0], city=["Lyon", "Nice"])
    change, hour = change_on("2026-01-06"), dt.timedelta(hours=1)
    with pytest.raises(InvalidInputError, match="period before the change"):
        E.before_after(log, change, measure="outcome", before=hour)
    with pytest.raises(InvalidInputError, match="period after the change"):
        E.before_after(log, change, measure="outcome", after=hour)
    with pytest.raises(InvalidInputError, match="nothing to measure: 'changed after the change'"):
        E.before_after(log, change, measure="outcome", control=("city", "Nice"))
    with pytest.raises(NotFoundError, match="no group 'Nize' .did you mean 'Nice'"):
        E.before_after(log, change, measure="outcome", control=("city", "Nize"))
    with pytest.raises(InvalidInputError, match="does not depend on touchpoints"):
        E.before_after(log, change, measure="outcome", control_touchpoint="chat")
    with pytest.raises(InvalidInputError, match="one control"):
        E.before_after(
            log, change, measure="reach", control=("city", "Nice"), control_touchpoint="chat"
        )
    with pytest.raises(InvalidInputError, match="chosen='worst' compares touchpoints"):
        E.before_after(log, change, measure="outcome", chosen="worst")
    with pytest.raises(WrongKindError, match="takes a Change"):
        E.before_after(log, "2026-01-06", measure="outcome")  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="chatt"):
        E.before_after(log, change_on("2026-01-06", "chatt"), measure="reach")
    with pytest.raises(InvalidInputError, match="no journey with an interaction"):
        E.before_after(log[:0], change, measure="outcome")


def test_the_expected_regression_by_hand() -> None:
    """Three touchpoints, their scores of one variance: the worst is drawn to the mean.

    Means 2, 3 and 4 of two scores each, one above and one below the mean by 1. Leaving out one of
    two units moves a mean by 1, so that its variance is estimated as 2 and that of a mean as 2;
    the spread of the means is 1, less than their error explains: all of the distance is error.
    """
    scores = [1, 3, 2, 4, 3, 5, 3.0]
    log = attrs.evolve(
        log_of([0, 1, 0, 1, 0, 1, 9], [0] * 7, keys=[*"aabbcca"]),
        per_interaction={"csat": np.array(scores)},
    )
    found = E.before_after(
        log, change_on("2026-01-05", "a"), measure="score", metric="csat", chosen="worst"
    )

    assert found.before[0] == 2
    assert found.regression == pytest.approx(1.0)
    assert "a difference of +1 is expected without any change" in repr(found)
    two = tp.select(log, np.array([key != "c" for key in "aabbcca"]))
    few = E.before_after(
        two, change_on("2026-01-05", "a"), measure="score", metric="csat", chosen="worst"
    )
    assert np.isnan(few.regression)
    assert "fewer than 3 touchpoints" in repr(few)


def test_the_variance_between_touchpoints_is_that_of_der_simonian_and_laird() -> None:
    """Q = 3·(1 + 0 + 1) = 6 exceeds 2 by 4, over 9 - 27 / 9 = 6: 2/3."""
    from touchpoints.experience._shared.regressing import between_of

    between, mean = between_of(np.array([1.0, 2.0, 3.0]), np.full(3, 1 / 3))

    assert (between, mean) == pytest.approx((2 / 3, 2.0))


@pytest.mark.parametrize("measure", ["dissatisfied", "score"])
def test_the_worst_comes_back_as_far_as_expected(measure: str) -> None:
    """Nothing was changed; the touchpoint with the worst measure before seems to improve."""
    rng = np.random.default_rng(1)
    improved, expected = [], []
    keys = [f"t{one:02d}" for one in range(12)]
    for _ in range(60):
        met = np.repeat(np.arange(12), 50)
        true = rng.beta(8, 24, 12)[met]
        days = np.tile(np.repeat([0.0, 10.0], 25), 12)
        ended = rng.random(600) < true
        log = attrs.evolve(
            log_of(days, ended, keys=[keys[one] for one in met]),
            per_interaction={"csat": np.where(ended, 1.0, 4.0)},
        )
        share = np.bincount(met[days < 5], ended[days < 5])
        worst = keys[int(share.argmax())]
        found = E.before_after(
            log,
            change_on("2026-01-05", worst),
            measure=measure,
            metric="csat",
            chosen="worst",
        )
        improved.append(found.difference[0])
        expected.append(found.regression)

    sign = 1 if measure == "score" else -1
    error = np.std(np.subtract(improved, expected)) / np.sqrt(60)
    assert sign * np.mean(expected) > 4 * error  # it would have looked like a success
    assert abs(np.mean(improved) - np.mean(expected)) < 3.3 * error
