"""Scores along the journey, the peak and the end, and the first impression."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError

E = tp.experience
NAN = float("nan")


def log_of(
    scores: Sequence[Sequence[float]],
    *,
    keys: str = "a",
    persons: Sequence[str | None] | None = None,
    judged: Sequence[float] | None = None,
) -> tp.Journeys:
    """Return journeys with these scores, a day apart; each begins ten days after the last."""
    flat = [one for row in scores for one in row]
    begin = np.datetime64("2026-01-01", "us")
    times = [
        begin + np.timedelta64(10 * number + place, "D")
        for number, row in enumerate(scores)
        for place in range(len(row))
    ]
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(one) for one in keys],
        codes=[place % len(keys) for row in scores for place in range(len(row))],
        offsets=np.append(0, np.cumsum([len(row) for row in scores])),
        times=np.array(times, dtype="datetime64[us]"),
        persons=None if persons is None else np.array(persons, dtype=object),
        per_interaction={"csat": np.array(flat, dtype=np.float64)},
        per_journey={} if judged is None else {"overall": np.array(judged, dtype=np.float64)},
    )


def test_the_curve_by_hand_keeps_gaps() -> None:
    """B2: the second position has no score: its mean is nan, and its row stays."""
    found = E.emotion_curve(log_of([[5, NAN, 1], [4, NAN], [3, NAN, 2]]), metric="csat")

    assert found.place.tolist() == ["1", "2", "3"]
    assert found.interactions.tolist() == [3, 3, 2]
    assert found.answers.tolist() == [3, 0, 2]
    np.testing.assert_allclose(found.mean, [4, NAN, 1.5])
    np.testing.assert_allclose(found.valence, [0.5, NAN, -0.75])
    np.testing.assert_allclose(found.valence_low, (found.low - 3) / 2)  # 1 to 5 become -1 to 1
    np.testing.assert_allclose(found.valence_high, (found.high - 3) / 2)
    wanted = stats.t.interval(0.95, 2, 4, stats.sem([5, 4, 3]))
    assert (found.low[0], found.high[0]) == pytest.approx(wanted)


def test_ends_of_valence_change_places_where_low_is_better() -> None:
    """Effort of 1 to 5, 1 the best: the lower end of the valence is the upper end of the mean."""
    rows = [
        {"id": who, "at": "2026-01-01", "do": "a", "ces1": score}
        for who, score in enumerate((1.0, 2.0, 2.0, 4.0))
    ]
    journeys = tp.from_records(
        rows, journey="id", time="at", touchpoint="do", per_interaction=["ces1"]
    )
    found = tp.experience.emotion_curve(journeys, metric="ces1")
    np.testing.assert_allclose(found.valence_low, (3 - found.high) / 2)
    np.testing.assert_allclose(found.valence_high, (3 - found.low) / 2)


def test_later_positions_are_counted() -> None:
    """What lies beyond the last position is in no row."""
    found = E.emotion_curve(log_of([[5, 4, 3, 9]]), metric="csat", max_position=2)

    assert (found.place.tolist(), found.beyond, found.outside) == (["1", "2"], 2, 1)
    assert "1 score outside the scale of csat" in repr(found)


def test_stages_come_in_the_order_of_the_taxonomy() -> None:
    """B2: empty stages have a row, too."""
    shop = tp.datasets.shop(200, seed=1)
    scores = np.where(np.arange(len(shop.codes)) % 2, 4.0, NAN)
    shop = attrs.evolve(shop, per_interaction={"csat": scores})
    found = E.emotion_curve(shop, metric="csat", along="stage")

    assert found.place.tolist() == [
        "awareness", "consideration", "purchase", "retention", "advocacy",
    ]  # fmt: skip
    assert found.interactions.sum() + found.beyond == len(shop.codes)
    assert np.isnan(found.mean[-1])


def test_the_peak_is_the_score_farthest_from_the_middle() -> None:
    """Of 3, 1, 4 the peak is 1, the end 4; of two as far, the worse one."""
    found = E.peak_end(log_of([[3, 1, 4]]), metric="csat", seed=1)
    tied = E.peak_end(log_of([[5, 1, 3]]), metric="csat", seed=1)

    averages = dict(zip(found.summary.tolist(), found.average.tolist(), strict=True))
    assert averages == pytest.approx(
        {"mean": 8 / 3, "peak": 1, "end": 4, "peak and end": 2.5, "worst": 1, "best": 4}
    )
    assert tied.average[tied.summary == "peak"] == [1]
    assert np.isnan(found.r2).all()


@pytest.mark.parametrize("true", ["mean", "peak and end", "worst"])
def test_what_people_remember_is_recovered(true: str) -> None:
    """Judgements made of one summary are predicted best by it."""
    rng = np.random.default_rng(4)
    scores = [rng.integers(1, 6, 6).astype(float).tolist() for _ in range(400)]
    kinds = {
        "mean": np.mean,
        "worst": np.min,
        "peak and end": lambda one: (min(one, key=lambda x: (-abs(x - 3), x)) + one[-1]) / 2,
    }
    judged = [float(kinds[true](one)) + rng.normal(0, 0.3) for one in scores]
    found = E.peak_end(log_of(scores, judged=judged), metric="csat", seed=1, overall="overall")

    assert found.summary[np.argmax(found.r2)] == true
    assert found.r2.max() > 0.6


def test_judgements_that_depend_on_nothing_are_not_predicted() -> None:
    """Held out, noise predicts no better than the mean."""
    rng = np.random.default_rng(5)
    scores = [rng.integers(1, 6, 4).astype(float).tolist() for _ in range(200)]
    found = E.peak_end(
        log_of(scores, judged=rng.normal(size=200)), metric="csat", seed=1, overall="overall"
    )

    assert (found.r2 < 0.03).all()


def test_journeys_without_scores_are_counted() -> None:
    """They have no peak and no end."""
    found = E.peak_end(log_of([[NAN], [4], [5]]), metric="csat", seed=1)

    assert (found.journeys, found.unscored) == (2, 1)


def test_first_impressions_by_hand() -> None:
    """B3: two people came back within 25 days, of those who were watched so long."""
    persons = ["ana", "ana", "leo", "mia", "leo", "eva", None, "mia"]
    scores = [[5, 1], [1], [1], [NAN, 2], [3], [4], [5], [3]]
    log = log_of(scores, persons=persons)
    found = E.first_impressions(log, metric="csat", within=dt.timedelta(days=25))

    # ana: day 1 to 11; leo: day 20 to 40; mia: day 31 to 70; eva: day 50, watched for 20 days
    assert found.impression.tolist() == ["positive", "neutral", "negative", "(no score)"]
    assert found.people.tolist() == [1, 0, 2, 0]
    assert found.returned.tolist() == [1, 0, 1, 0]
    assert found.censored == 1
    assert found.less[2] == pytest.approx(0.5)
    assert (found.low[2], found.high[2]) == pytest.approx(tp.wilson(1, 2))


def test_who_was_not_watched_does_not_count_even_if_they_came_back() -> None:
    """Else those who return would be too many: only they are known early."""
    rng = np.random.default_rng(1)
    n = 4000
    first = rng.uniform(0, 60, n)
    back = first + np.where(rng.random(n) < 0.5, rng.uniform(0, 60, n), np.inf)
    seen = [(f"p{i}", day) for i in range(n) for day in (first[i], back[i]) if day < 100]
    table = {
        "id": list(range(len(seen))),
        "who": [who for who, _ in seen],
        "at": [dt.datetime(2026, 1, 1) + dt.timedelta(days=day) for _, day in seen],
        "do": ["a"] * len(seen),
        "csat": [5.0] * len(seen),
    }
    log = tp.from_columns(
        table, journey="id", person="who", time="at", touchpoint="do", per_interaction=["csat"]
    )
    found = E.first_impressions(log, metric="csat", within=dt.timedelta(days=60))

    assert found.low[0] < 0.5 < found.high[0]
    assert found.censored > 500


def test_bad_input() -> None:
    """What is not there is named."""
    log = log_of([[5, 4], [3]])
    with pytest.raises(InvalidInputError, match="along"):
        E.emotion_curve(log, metric="csat", along="time")  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="stage"):
        E.emotion_curve(log, metric="csat", along="stage")
    with pytest.raises(NotFoundError, match="nps"):
        E.emotion_curve(log, metric="nps")
    with pytest.raises(NotFoundError, match="overall="):
        E.peak_end(log, metric="csat", seed=1, overall="x")
    with pytest.raises(InvalidInputError, match="person="):
        E.first_impressions(log, metric="csat", within=dt.timedelta(1))


def test_empty_logs_have_no_curve() -> None:
    """No positions, four impressions of nobody, and no summary."""
    empty = log_of([], persons=[])

    assert len(E.emotion_curve(empty, metric="csat")) == 0
    assert np.isnan(E.peak_end(empty, metric="csat", seed=1).average).all()
    found = E.first_impressions(empty, metric="csat", within=dt.timedelta(days=1))
    assert found.people.tolist() == [0, 0, 0, 0]
