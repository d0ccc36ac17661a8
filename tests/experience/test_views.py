"""The business view and the view of customers, by hand."""

from __future__ import annotations

import datetime as dt
import math

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError

E = tp.experience
DAY = dt.timedelta(days=1)


# Three days: ana buys on the 6th, leo never buys, eva buys on the 7th.
ROWS = [
    ("ana", "05 10:00", "web", "learn"),
    ("ana", "06 09:00", "app", "compare"),
    ("ana", "06 12:00", "buy", "get"),
    ("leo", "05 23:00", "web", "learn"),
    ("leo", "07 01:00", "web", "learn"),
    ("eva", "07 00:00", "app", "compare"),
    ("eva", "07 08:00", "buy", "get"),
]


@pytest.fixture(name="three")
def three_people() -> tp.Journeys:
    """Return the journeys of three people until they buy."""
    return plain(ROWS)


def plain(rows: list[tuple[str, str, str, str]]) -> tp.Journeys:
    """Return journeys whose columns of needs and channels are called so in no taxonomy."""
    records = [
        {"who": who, "t": f"2026-01-{when}", "w": what, "wants": need, "by": what}
        for who, when, what, need in rows
    ]
    whole = tp.from_records(
        records,
        journey="who",
        person="who",
        time="t",
        touchpoint="w",
        per_interaction=["wants", "by"],
    )
    return tp.until(whole, "buy", outcome="sale")


def test_the_ratio_of_a_window_of_two_days_by_hand(three: tp.Journeys) -> None:
    """A window holds its start and not its end; without a purchase the ratio is nan."""
    found = E.touchpoint_ratio(three, window=2 * DAY, lens="by")

    rows = [
        (str(row["end"])[:10], row["label"], row["touchpoints"], row["purchases"])
        for row in found.to_dicts()
    ]
    assert rows == [
        ("2026-01-06", "(all)", 2, 0),  # the 4th and the 5th
        ("2026-01-06", "app", 0, 0),
        ("2026-01-06", "web", 2, 0),
        ("2026-01-07", "(all)", 3, 1),  # the 5th and the 6th
        ("2026-01-07", "app", 1, 1),
        ("2026-01-07", "web", 2, 1),
        ("2026-01-08", "(all)", 3, 2),  # the 6th and the 7th, from midnight on
        ("2026-01-08", "app", 2, 2),
        ("2026-01-08", "web", 1, 2),
    ]
    assert np.isnan(found.ratio[:3]).all()
    assert found.ratio[3:].tolist() == [3, 1, 2, 1.5, 1, 0.5]
    assert found.of_converting.tolist() == [1, 0, 1, 2, 1, 1, 2, 2, 0]
    assert found.ratio_converting[3:].tolist() == [2, 1, 1, 1, 1, 0]
    assert found.whole.tolist() == [False] * 9  # the log begins at ten and ends at eight
    assert "no purchase in the window" in repr(found)
    assert "edges of the log cut off" in repr(found)
    assert "3 of 9 rows: fewer than two people purchased" in repr(found)


def test_the_interval_of_the_ratio_by_hand(three: tp.Journeys) -> None:
    """Two buyers with one touchpoint each, and leo with one and no purchase."""
    found = E.touchpoint_ratio(three, window=2 * DAY, lens="by").to_dicts()[6]

    # ratio 3 / 2; each buyer strays by 1 - 1.5, leo by 1; two buyers, one degree of freedom
    error = math.sqrt((0.25 + 0.25 + 1) * 2 / 1) / 3
    reach = math.exp(12.706204736 * error)
    assert found["low"] == pytest.approx(1.5 / reach)
    assert found["high"] == pytest.approx(1.5 * reach)


def test_touchpoints_of_labels_add_up_and_counts_are_honoured(three: tp.Journeys) -> None:
    """All is the sum of the labels; a row that counts for three has three times as much."""
    thrice = attrs.evolve(three, counts=np.full(len(three), 3))
    one, other = (E.touchpoint_ratio(x, window=DAY, lens="by") for x in (three, thrice))

    every = one.label == "(all)"
    assert one.touchpoints[every].sum() == len(three.codes)
    assert one.touchpoints[~every].sum() == len(three.codes)
    assert (other.touchpoints == 3 * one.touchpoints).all()
    assert (other.purchases == 3 * one.purchases).all()
    assert np.allclose(one.ratio, other.ratio, equal_nan=True)


def test_days_are_those_of_the_zone_of_the_log() -> None:
    """Half past eleven in the evening in London in July is the next day there, in UTC it is not."""
    whole = tp.from_records(
        [
            {"who": 1, "t": "2026-07-01 23:30+00:00", "w": "web"},
            {"who": 1, "t": "2026-07-02 00:30+00:00", "w": "buy"},
        ],
        journey="who",
        time="t",
        touchpoint="w",
        tz="Europe/London",
    )
    found = E.touchpoint_ratio(
        tp.until(whole, "buy", outcome="sale"), window=DAY, lens="touchpoint"
    )

    assert [str(one)[:10] for one in found.end] == ["2026-07-03"] * 2
    assert found.ratio.tolist() == [1, 1]


def test_weeks_begin_on_monday(three: tp.Journeys) -> None:
    """The 5th of January 2026 is a Monday, the 7th a Wednesday: one window, until Monday."""
    found = E.touchpoint_ratio(three, window=7 * DAY, step="week", lens="by")

    assert {str(one)[:10] for one in found.start} == {"2026-01-05"}
    assert found.ratio.tolist() == [2.5, 1, 1.5]


def test_lift_by_hand(three: tp.Journeys) -> None:
    """Both buyers compare and leo does not; one of two learns, and leo does."""
    found = E.need_lift(three, need="wants")

    assert found.need.tolist() == ["compare", "learn"]
    assert found.reached.tolist() == [2, 1]
    assert found.not_reached.tolist() == [0, 1]
    assert found.lift.tolist() == [math.inf, 0.5]
    assert found.difference.tolist() == [1, -0.5]
    # Wilson's intervals of 1 of 2 and 1 of 1 at 0.95
    (l1, u1), (l0, _) = tp.wilson(1, 2), tp.wilson(1, 1)
    low = 0.5 * math.exp(-math.log(0.5 / l1))
    high = 0.5 * math.exp(math.sqrt(math.log(u1 / 0.5) ** 2 + math.log(1 / l0) ** 2))
    assert found.low[1] == pytest.approx(low)
    assert found.high[1] == pytest.approx(high)
    assert found.high[0] == math.inf
    assert found.low[0] == pytest.approx(tp.wilson(2, 2).low / tp.wilson(0, 1).high)


def test_what_goes_on_backstage_is_left_out_and_counted(three: tp.Journeys) -> None:
    """The view of customers knows nothing of it, and the business view counts it."""
    hidden = np.array(["backstage" if one == 0 else None for one in three.codes], dtype=object)
    marked = attrs.evolve(three, per_interaction={**three.per_interaction, "visibility": hidden})
    gone = int((three.codes == 0).sum())

    views = E.compare_views(
        marked, window=DAY, channel="by", need="wants", context="wants", stage="by", folds=3
    )

    for one in (views.lift, views.mix, views.flow, views.preferred, views.predictive):
        assert one is not None
        assert one.backstage == gone
        assert f"{gone} interactions backstage" in repr(one)
    assert views.mix is not None
    assert views.mix.interactions.sum() == len(three.codes) - gone
    assert views.ratio is not None
    assert views.ratio.touchpoints[views.ratio.label == "(all)"].sum() == len(three.codes)


def test_mix_and_flow_by_hand(three: tp.Journeys) -> None:
    """Needs by stage, and what follows a need; people who never bought are in both."""
    mix = E.need_mix(three, need="wants", stage="by")
    flow = E.need_flow(three, need="wants", context="by")

    assert mix.as_dict() == {("app", "compare"): 1, ("web", "learn"): 1}
    assert mix.interactions.tolist() == [2, 3]
    counts = {
        (row["context"], row["need"], row["next_need"]): row["count"] for row in flow.to_dicts()
    }
    assert counts == {
        ("app", "compare", "(end)"): 2,
        ("web", "learn", "compare"): 1,
        ("web", "learn", "learn"): 1,
        ("web", "learn", "(end)"): 1,
    }


def test_preferred_channels_by_hand(three: tp.Journeys) -> None:
    """Ana uses both channels once, and counts as half for each; leo and eva use one each."""
    found = E.preferred_channels(three, channel="by", need="wants")

    assert found.as_dict() == {
        ("(any)", "app"): 0.5,
        ("(any)", "web"): 0.5,
        ("compare", "app"): 1,
        ("learn", "web"): 1,
    }
    assert found.people.tolist() == [2, 2, 2, 2]
    assert found.tied.tolist() == [1, 1, 0, 0]
    assert found.of.tolist() == [3, 3, 2, 2]
    assert (found.low[0], found.high[0]) == pytest.approx(tuple(tp.wilson(1.5, 3)))


def world(seed: int, *, by_need: bool, persons: int = 300) -> tp.Journeys:
    """Return journeys whose outcome depends on the need, or on the channel alone."""
    rng = np.random.default_rng(seed)
    needs, channels = rng.integers(0, 3, (2, persons))
    driver = needs if by_need else channels
    sale = rng.random(persons) < np.array([0.2, 0.5, 0.8])[driver]
    rows = []
    for at in range(persons):
        who = f"p{at}"
        rows.append((who, "05 10:00", f"c{channels[at]}", f"n{needs[at]}"))
        if sale[at]:
            rows.append((who, "05 11:00", "buy", "get"))
    return plain(rows)


def test_needs_win_where_they_drive_the_outcome_and_not_where_channels_do() -> None:
    """Of 20 worlds each, needs win in all of the first and in none of the second."""
    for seed in range(20):
        wins = [
            E.predictive_views(
                world(seed, by_need=by_need), channel="by", need="wants", seed=seed
            ).low[2]
            for by_need in (True, False)
        ]
        assert wins[0] > 0
        assert wins[1] <= 0


def test_the_loss_of_nothing_is_that_of_the_share_of_other_folds() -> None:
    """Three people, one in a fold each: the loss by hand, and an AUC without pairs is nan."""
    found = E.predictive_views(plain(ROWS), channel="by", need="wants", folds=3)

    # held out, a buyer is predicted with 1 of 2, and leo with 2 of 2, at most 1 - 0.5 / 3
    expected = -(2 * math.log(0.5) + math.log(0.5 / 3)) / 3
    assert found.log_loss[0] == pytest.approx(expected, abs=1e-5)
    assert np.isnan(found.auc).all()
    assert found.journeys == 3


def test_one_channel_and_one_need_predict_as_nothing_does() -> None:
    """Views that tell nothing apart differ in nothing."""
    rows = [(f"p{at}", "05 10:00", "web", "learn") for at in range(12)]
    rows += [(f"p{at}", "05 11:00", "buy", "get") for at in range(0, 12, 2)]
    found = E.predictive_views(plain(rows), channel="by", need="wants")

    assert np.allclose(found.difference, 0)
    assert "neither channels nor needs" in found.verdict


def test_views_that_journeys_cannot_give_are_missing_with_the_reason(three: tp.Journeys) -> None:
    """Without times there is no ratio, without stages no mix; the other tables still come."""
    views = E.compare_views(
        attrs.evolve(three, times=None, outcome_times={}),
        window=DAY,
        channel="by",
        need="wants",
        folds=3,
    )

    assert views.ratio is None
    assert "tp.from_frame(…, time=…)" in views.missing["ratio"]
    assert views.lift is not None
    assert views.preferred is not None
    assert "ratio: none" in repr(views)


def test_an_outcome_reached_by_all_has_no_prediction_and_no_lift(three: tp.Journeys) -> None:
    """The lift is nan, and the prediction says what it needs."""
    buyers = tp.select(three, three.outcomes["sale"] == 1)

    assert np.isnan(E.need_lift(buyers, need="wants").lift).all()
    with pytest.raises(InvalidInputError, match="some journeys must have reached"):
        E.predictive_views(buyers, channel="by", need="wants", folds=3)


def test_an_outcome_without_times_is_refused_with_the_call_that_gives_them(
    three: tp.Journeys,
) -> None:
    """The ratio needs to know when people bought."""
    with pytest.raises(InvalidInputError, match="times of the outcome 'sale'"):
        E.touchpoint_ratio(attrs.evolve(three, outcome_times={}), window=DAY)


def test_journeys_of_unknown_outcome_are_counted(three: tp.Journeys) -> None:
    """They are on no side of the lift and in no fold, and a line says so."""
    unsure = attrs.evolve(three, outcomes={"sale": np.array([1, np.nan, 1])})

    assert three.outcomes["sale"].tolist() == [1, 0, 1]
    assert E.need_lift(unsure, need="wants").unknown == 1
    assert "1 journey left out" in repr(E.need_lift(unsure, need="wants"))


def test_needs_that_only_follow_from_types_are_called_circular() -> None:
    """Nobody said why they came: the need is that of the type, and every table says so."""
    records = [
        {"who": at, "t": f"2026-01-05 {10 + place}:00", "w": what}
        for at in range(8)
        for place, what in enumerate(["search_query", "review_read", "purchase"][: 2 + at % 2])
    ]
    whole = tp.from_records(
        records,
        journey="who",
        time="t",
        touchpoint="w",
        taxonomy=tp.load_taxonomy("customer"),
    )
    views = E.compare_views(tp.until(whole, "purchase", outcome="sale"), window=DAY)

    for one in (views.lift, views.mix, views.flow, views.predictive):
        assert one is not None
        assert "circular: need" in repr(one).replace("'", "")


def test_a_log_without_journeys_has_empty_tables_or_says_what_it_needs(
    three: tp.Journeys,
) -> None:
    """No row, no invented number: what cannot be computed says why."""
    views = E.compare_views(three[:0], window=DAY, channel="by", need="wants", context="wants")

    assert "at least one interaction" in views.missing["ratio"]
    assert "some journeys must have reached" in views.missing["predictive"]
    assert views.lift is not None
    assert len(views.lift) == 0


def test_windows_without_end_are_refused(three: tp.Journeys) -> None:
    """A wrong year does not make a table of a million days."""
    wrong = three.times.copy()
    wrong[0] = np.datetime64("1500-01-01")
    with pytest.raises(InvalidInputError, match="at most 100,000 windows"):
        E.touchpoint_ratio(attrs.evolve(three, times=wrong), window=DAY, lens="by")


def test_journeys_that_count_for_nothing_have_no_ratio() -> None:
    """Rows of count 0 are no interactions."""
    shop = tp.until(tp.datasets.shop(20, seed=1), "purchase", outcome="sale")
    nobody = attrs.evolve(shop, counts=np.zeros(len(shop), dtype=np.int64))
    with pytest.raises(InvalidInputError, match="at least one interaction"):
        tp.experience.touchpoint_ratio(nobody, window=dt.timedelta(days=7))
