"""Control charts: centre, limits and signals of each period."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest
from scipy.stats import binom

import touchpoints as tp
from tests.experience.test_changes import DAY, FIRST, log_of
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, NotFoundError

E = tp.experience
MONDAY = 4  # 5 January 2026, in days from the first


def weeks(hits: list[int], trials: list[int]) -> tp.Journeys:
    """Return journeys from Monday, 5 January 2026, so many of a week hits; one more ends it."""
    sizes = np.array(trials)
    start = MONDAY + 7.0 * np.repeat(np.arange(len(sizes)), sizes)
    rank = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    reached = rank < np.repeat(hits, sizes)
    end = MONDAY + 7.0 * len(sizes)
    return log_of(np.append(start, end), np.append(reached, 0))


def test_a_p_chart_by_hand() -> None:
    """10, 20 and 30 of 100: p is .2, and the limits .2 ± 3·.04 for n = 100, ± 3·.02 for 400."""
    chart = E.control_chart(weeks([10, 80, 30], [100, 400, 100]), measure="outcome")

    assert chart.kind == "p"
    assert chart.value[:3].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert chart.centre[0] == pytest.approx(0.2)
    assert chart.low[:3].tolist() == pytest.approx([0.08, 0.14, 0.08])
    assert chart.high[:3].tolist() == pytest.approx([0.32, 0.26, 0.32])
    assert chart.n.tolist() == [100, 400, 100, 1]
    assert chart.signal.tolist() == [""] * 4
    assert chart.period[0] == np.datetime64("2026-01-05")
    assert (chart.whole.tolist(), chart.baseline.tolist()) == ([True] * 3 + [False],) * 2
    assert "1 period was not over when the log ended" in repr(chart)
    assert "limits come from 3 periods" in repr(chart)
    assert "1 of 4 rows: fewer than 5 hits or misses expected" in repr(chart)  # .2 of 1
    assert chart.false_alarm == pytest.approx(0.0026998, rel=1e-5)
    assert chart.run_length == pytest.approx(152.73, abs=0.01)


def test_laneys_p_chart_by_hand() -> None:
    """Standardised values -2.5, 0 and 2.5: a mean moving range of 2.5, over 1.128."""
    log = weeks([10, 80, 30], [100, 400, 100])
    chart = E.control_chart(log, measure="outcome", laney=True)

    assert chart.dispersion == pytest.approx(2.5 / 1.128)
    assert chart.high[1] == pytest.approx(0.2 + 3 * 0.02 * 2.5 / 1.128)
    assert chart.low[0] == 0.0  # no share is below
    again = attrs.evolve(log, persons=np.repeat(np.arange(67), 9)[: len(log)])
    assert E.control_chart(again, measure="outcome").dispersion == chart.dispersion
    assert E.control_chart(log, measure="outcome").dispersion == 1


def test_a_u_chart_by_hand() -> None:
    """9 visits in 4 journeys, 23 in 4: u is 4, its limits 4 ± 3·√(4/4)."""
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(one) for one in ("chat", "end")],
        codes=[0] * 32 + [1],
        offsets=[0, 3, 6, 8, 9, 15, 21, 27, 32, 33],
        times=(FIRST + (MONDAY + np.repeat([0, 7, 14], [9, 23, 1])) * DAY).view("M8[us]"),
    )
    chart = E.control_chart(log, measure="count", touchpoint="chat", laney=False)

    assert (chart.kind, chart.centre[0], chart.dispersion) == ("u", 4, 1)
    assert chart.value[:2].tolist() == [2.25, 5.75]
    assert (chart.low[0], chart.high[0]) == (1, 7)
    # Standardised values -1.75 and 1.75; visits of a journey are seldom independent.
    usual = E.control_chart(log, measure="count", touchpoint="chat")
    assert usual.dispersion == pytest.approx(3.5 / 1.128)


def test_a_chart_of_individuals_by_hand() -> None:
    """Means 1, 3, 2 and 6 have the mean 3 and moving ranges 2, 1 and 4: 3 ± 3·(7/3)/1.128."""
    log = weeks([0] * 4, [2] * 4)
    money = np.array([1, 1, 2, 4, 0, 4, 6, 6, 0.0])
    chart = E.control_chart(attrs.evolve(log, values={"money": money}), measure="value")

    assert (chart.kind, chart.centre[0]) == ("individuals", 3)
    assert chart.high[0] == pytest.approx(3 + 3 * (7 / 3) / 1.128)
    assert chart.low[0] == pytest.approx(3 - 3 * (7 / 3) / 1.128)
    assert np.isnan(chart.dispersion)


def test_limits_of_a_baseline_and_signals_after_it() -> None:
    """Ten weeks of 20 % are the baseline; then one of 40 %, nine of 24 %, one of 4 %.

    The run begins with the last week of the baseline, of 21 %.
    """
    hits = [19, 21] * 5 + [40] + [24] * 9 + [4]
    chart = E.control_chart(weeks(hits, [100] * 21), measure="outcome", baseline="2026-03-16")

    assert chart.baseline.tolist() == [True] * 10 + [False] * 12
    assert chart.centre[0] == pytest.approx(0.2)
    assert chart.signal.tolist() == [""] * 10 + ["above"] + [""] * 5 + ["run"] * 4 + ["below", ""]
    nine = E.control_chart(weeks(hits, [100] * 21), measure="outcome", baseline="2026-03-16", run=9)
    assert nine.signal.tolist().count("run") == 3


def test_periods_without_journeys_have_no_value_and_end_no_run() -> None:
    """Two weeks in which nobody came."""
    chart = E.control_chart(weeks([5, 0, 5, 0, 8], [10, 0, 10, 0, 10]), measure="outcome", run=2)

    assert np.isnan(chart.value[[1, 3]]).all()
    assert chart.n.tolist() == [10, 0, 10, 0, 10, 1]
    assert chart.signal.tolist() == ["", "", "run", "", "", ""]
    assert chart.baseline.tolist() == [True, False, True, False, True, False]


def test_weeks_are_those_of_the_time_zone_of_the_log() -> None:
    """Sunday, 23:30 UTC is Monday in Madrid."""
    times = ["2026-01-05T12:00", "2026-01-11T23:30", "2026-01-12T12:00", "2026-01-20T12:00"]
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("chat")],
        codes=[0] * 4,
        offsets=np.arange(5),
        times=times,
        outcomes={"sale": [0.0, 1.0, 1.0, 0.0]},
    )
    there = attrs.evolve(log, meta=tp.Meta(timezone="Europe/Madrid"))

    assert E.control_chart(log, measure="outcome").n.tolist() == [2, 1, 1]
    assert E.control_chart(there, measure="outcome").n.tolist() == [1, 2, 1]


def test_what_does_not_fit_is_refused() -> None:
    """Each error says what to give instead."""
    log = weeks([5, 6, 7], [10, 10, 10])
    with pytest.raises(InvalidInputError, match="kind='p' is for shares, and measure='count'"):
        E.control_chart(log, measure="count", touchpoint="chat", kind="p")
    with pytest.raises(InvalidInputError, match="kind='u' is for counts"):
        E.control_chart(log, measure="outcome", kind="u")
    with pytest.raises(InvalidInputError, match="kind='c' is not an option"):
        E.control_chart(log, measure="outcome", kind="c")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="does not depend on touchpoints"):
        E.control_chart(log, measure="outcome", touchpoint="chat")
    with pytest.raises(InvalidInputError, match="needs to know which touchpoint"):
        E.control_chart(log, measure="reach")
    with pytest.raises(NotFoundError, match="chatt"):
        E.control_chart(log, measure="reach", touchpoint="chatt")
    with pytest.raises(InvalidInputError, match="at least 2 periods"):
        E.control_chart(log, measure="outcome", every="month")
    with pytest.raises(InvalidInputError, match="baseline= must lie within the log"):
        E.control_chart(log, measure="outcome", baseline="2027-01-01")
    with pytest.raises(InvalidInputError, match="at most 100,000 periods"):
        E.control_chart(log, measure="outcome", every=dt.timedelta(seconds=1))
    with pytest.raises(InvalidInputError, match="no journey with an interaction"):
        E.control_chart(log[:0], measure="outcome")


def steady(rng: np.random.Generator, periods: int, size: int, *, repeats: int) -> tp.Journeys:
    """Return a log in which nothing changes: persons come ``repeats`` times in one week each."""
    n = periods * size
    days = MONDAY + np.repeat(np.arange(periods) * 7.0, size)
    who = np.arange(n) // repeats
    reached = rng.random(n) < rng.beta(0.6, 1.4, n)[who]
    persons: Array | None = np.append(who, n) if repeats > 1 else None
    return log_of(np.append(days, MONDAY + 7 * periods), np.append(reached, 0), persons=persons)


@pytest.mark.parametrize("repeats", [1, 5])
def test_false_alarms_come_at_the_rate_that_is_stated(repeats: int) -> None:
    """60 worlds of 100 weeks: .27 % beyond the limits, one signal in 153 weeks."""
    rng = np.random.default_rng(repeats)
    beyond = alarms = 0
    for _ in range(60):
        chart = E.control_chart(steady(rng, 100, 100, repeats=repeats), measure="outcome")
        signals = chart.signal[chart.whole].tolist()
        beyond += sum("above" in one or "below" in one for one in signals)
        # A run that goes on is one alarm.
        runs = np.array(["run" in one for one in signals])
        alarms += int((runs & ~np.append(False, runs[:-1])).sum())

    for seen, rate in ((beyond, 0.0027), (alarms, 1 / 152.73 - 0.0027)):
        assert binom.sf(seen - 1, 6000, rate) > 1e-3
        assert binom.cdf(seen, 6000, rate) > 1e-3


def test_the_simulation_would_notice() -> None:
    """Limits of independent journeys are crossed far too often where persons repeat."""
    rng = np.random.default_rng(5)
    beyond = 0
    for _ in range(20):
        chart = E.control_chart(steady(rng, 100, 100, repeats=5), measure="outcome", laney=False)
        beyond += sum("above" in one or "below" in one for one in chart.signal.tolist())

    assert binom.sf(beyond - 1, 2000, 0.0027) < 1e-3


def test_the_stated_rate_knows_how_short_the_baseline_is() -> None:
    """400 worlds of 10 + 10 weeks: limits of ten are crossed about six times as often."""
    rng = np.random.default_rng(2)
    beyond, rates = 0, set()
    for _ in range(400):
        log = steady(rng, 20, 100, repeats=5)
        chart = E.control_chart(log, measure="outcome", baseline="2026-03-16", laney=True)
        late = chart.signal[chart.whole & ~chart.baseline].tolist()
        beyond += sum("above" in one or "below" in one for one in late)
        rates.add(chart.false_alarm)

    assert len(rates) == 1
    assert 0.5 * beyond / 4000 < rates.pop() < 2 * beyond / 4000
    assert beyond / 4000 > 0.01


def test_false_alarms_of_counts_that_vary_more_than_those_of_poisson() -> None:
    """Journeys go round again with chance .6: 30 worlds of 100 weeks."""
    rng = np.random.default_rng(4)
    beyond = {None: 0, False: 0}
    for _ in range(30):
        lengths = np.append(rng.geometric(0.4, 5000), 1)
        start = FIRST + (MONDAY + 7 * np.arange(5001) // 50 * 1.0) * DAY
        log = tp.Journeys(
            touchpoints=[tp.taxonomy.untyped("chat")],
            codes=np.zeros(lengths.sum(), int),
            offsets=np.append(0, np.cumsum(lengths)),
            times=np.repeat(start, lengths).astype("i8").view("M8[us]"),
        )
        for laney in beyond:
            chart = E.control_chart(log, measure="count", touchpoint="chat", laney=laney)
            signals = chart.signal[chart.whole].tolist()
            beyond[laney] += sum("above" in one or "below" in one for one in signals)

    assert binom.cdf(beyond[None], 3000, 0.0027) > 1e-3
    assert binom.sf(beyond[None] - 1, 3000, 0.0027) > 1e-3
    assert binom.sf(beyond[False] - 1, 3000, 0.0027) < 1e-3


def test_a_baseline_without_a_hit_says_that_any_is_a_signal() -> None:
    """Three weeks without, then two of ten."""
    chart = E.control_chart(weeks([0, 0, 0, 2], [10] * 4), measure="outcome", baseline="2026-01-26")

    assert chart.signal.tolist() == ["", "", "", "above", ""]
    assert "limits have no width, and any other value is a signal" in repr(chart)
