"""Times: gaps, idle and processing times of activity instances, and whole journeys."""

from __future__ import annotations

import statistics
from unittest import mock

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.logs import log
from tests.paths import naive_timing
from tests.paths.naive_grouping import each_alone, warned_of_ungrouped
from touchpoints._core.arrays.statistics import figures
from touchpoints._core.arrays.statistics.quantiles import neighbours, spreads
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.journeys.cutting import take

DAY = 86_400.0


@st.composite
def with_ends(draw):
    """Draw journeys some of whose interactions have ends."""
    journeys = draw(strategies.journeys())
    m = len(journeys.codes)
    lasting = draw(st.lists(st.none() | st.integers(0, 10**11), min_size=m, max_size=m))
    known = [
        np.datetime64("NaT", "us") if one is None else time + np.timedelta64(one, "us")
        for one, time in zip(lasting, journeys.times, strict=True)
    ]
    return attrs.evolve(journeys, ends=np.array(known, dtype="datetime64[us]"))


def edges(found) -> list:
    """Return the edges of a table."""
    return list(zip(found.source, found.target, strict=True))


def agrees(found, labels, expected) -> None:
    """Check all figures of a table against lists of durations."""
    rows = dict(zip(labels, found.to_dicts(), strict=True))
    assert set(expected) == {label for label, row in rows.items() if row["count"]}
    for label, values in expected.items():
        row = rows[label]
        assert row["count"] == len(values)
        assert row["mean"] == pytest.approx(statistics.fmean(values), rel=1e-12)
        five = [row[name] for name in ("min", "q1", "median", "q3", "max")]
        assert five == pytest.approx(naive_timing.quartiles(values), rel=1e-12)


@given(journeys=strategies.journeys())
def test_gaps_agree_with_writing_them_all_out(journeys) -> None:
    """Count, mean, quartiles and extremes of every edge are exact (B18)."""
    found = tp.paths.gaps(journeys)

    agrees(found, edges(found), naive_timing.gaps(journeys))


@given(journeys=with_ends())
def test_idle_and_processing_times_agree_with_writing_them_all_out(journeys) -> None:
    """Only interactions with a known end have them; the others are counted."""
    idle = tp.paths.idle_times(journeys)
    processing = tp.paths.processing_times(journeys)

    agrees(idle, edges(idle), naive_timing.idle(journeys))
    agrees(processing, processing.touchpoint, naive_timing.processing(journeys))
    both = tp.paths.gaps(journeys)
    assert both.count.sum() == idle.count.sum() + idle.without_end.sum()
    weights = np.repeat(journeys.counts, np.diff(journeys.offsets))
    assert weights.sum() == processing.count.sum() + processing.without_end.sum()


@given(journeys=with_ends())
def test_times_found_in_buckets_are_the_same(journeys) -> None:
    """As with many interactions: no sort of all times changes no figure."""
    asked = {"quantiles": (0.1, 0.9)}
    calls = (tp.paths.gaps, tp.paths.idle_times, tp.paths.processing_times)

    sorted_ones = [call(journeys, **asked) for call in calls]
    settings = {"_WHOLE": 1, "_CELLS_A_ROW": 1e6, "_MOST_KEPT": 1.0}
    with mock.patch.multiple(figures, **settings):
        counted = [call(journeys, **asked) for call in calls]

    assert [str(one.to_dicts()) for one in sorted_ones] == [str(one.to_dicts()) for one in counted]
    agrees(counted[0], edges(counted[0]), naive_timing.gaps(journeys))
    agrees(counted[1], edges(counted[1]), naive_timing.idle(journeys))


@given(journeys=with_ends())
def test_throughput_runs_from_the_first_start_to_the_last_end(journeys) -> None:
    """Per journey, and summarised over whole journeys; those left out are counted."""
    each = tp.paths.journey_times(journeys)
    found = tp.paths.throughput_times(journeys)

    taken = []
    for row, one in zip(each.to_dicts(), journeys, strict=True):
        assert row["interactions"] == len(one)
        if not len(one):
            assert row["throughput"] != row["throughput"]
            continue
        known = [end for end in one.ends if end == end]
        longest = naive_timing.seconds(max([*one.times, *known]) - one.times[0])
        assert longest == row["throughput"]
        assert row["without_end"] == len(one) - len(known)
        taken += [longest] * (one.count if row["whole"] else 0)
    assert found.count.tolist() == [len(taken)]
    assert found.count[0] + found.empty[0] + found.cut[0] == journeys.counts.sum()
    if taken:
        assert found.mean[0] == pytest.approx(statistics.fmean(taken))
        assert found.median[0] == pytest.approx(statistics.median(taken))


@given(journeys=strategies.journeys(columns=False), data=st.data())
def test_order_and_counts_play_no_part(journeys, data) -> None:
    """Shuffled journeys give the same table; a count of 2 equals the journey twice."""
    order = np.array(data.draw(st.permutations(range(len(journeys)))), dtype=np.int64)
    rows = np.repeat(np.arange(len(journeys)), journeys.counts)
    spread = [(f"i{nth}", journeys[int(row)]) for nth, row in enumerate(rows)]
    records = [
        {"id": name, "at": time, "what": key}
        for name, one in spread
        for key, time in zip(one.keys, one.times.tolist(), strict=True)
    ]

    found = tp.paths.gaps(journeys, quantiles=[0.9], level=0.95)

    shuffled = tp.paths.gaps(take(journeys, order), quantiles=[0.9])
    assert found.as_dict() == shuffled.as_dict()
    assert found.quantiles.tolist() == shuffled.quantiles.tolist()
    if records:
        twice = tp.from_records(records, journey="id", time="at", touchpoint="what")
        other = tp.paths.gaps(twice, level=0.95)
        for name in ("mean", "median", "mean_low", "mean_high"):
            ours = dict(zip(edges(found), getattr(found, name), strict=True))
            theirs = dict(zip(edges(other), getattr(other, name), strict=True))
            assert ours == pytest.approx(theirs, nan_ok=True, abs=1e-6)


def test_other_quantiles_stand_in_one_column() -> None:
    """One tuple per row, in the order requested."""
    journeys = log(**{f"j{gap}": "a" + "x" * (gap - 1) + "b" for gap in (1, 2, 3)})
    both = tp.paths.gaps(tp.select(journeys, [True, False, False]), quantiles=(0.9, 0))

    assert both.quantiles.tolist() == [(DAY, DAY)]
    assert both.shares == (0.9, 0)
    assert "quantiles" not in tp.paths.gaps(journeys).to_dicts()[0]


def test_the_interval_of_a_mean_is_students_over_journeys_or_persons() -> None:
    """Four gaps of 1 to 4 days: 2.5 ± 3.1824 × 1.291 / 2; wider for two persons."""
    paths = {f"j{gap}": "a" + "x" * gap + "b" for gap in range(4)}
    journeys = tp.collapse_repeats(log(**paths))
    pairs = {name: [0, len(path) - 1] for name, path in paths.items()}
    rows = [
        {"id": name, "at": f"2026-01-0{position + 1}", "what": what}
        for name, positions in pairs.items()
        for position, what in zip(positions, "ab", strict=True)
    ]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what")

    found = tp.paths.gaps(journeys, level=0.95)
    people = attrs.evolve(journeys, persons=["ana", "ana", "leo", "leo"])
    wide = tp.paths.gaps(people, level=0.95)

    assert found.mean_high[0] / DAY == pytest.approx(2.5 + 3.182446 * 1.290994 / 2, rel=1e-6)
    assert wide.mean_high[0] > found.mean_high[0]
    assert np.isnan(tp.paths.gaps(journeys[:1], level=0.95).mean_low[0])
    assert "mean_low" not in tp.paths.gaps(journeys).to_dicts()[0]


def test_medians_and_quantiles_have_intervals_of_persons() -> None:
    """Twenty gaps of 1 to 20 days lie from the 6th to the 15th; of two persons nothing is known."""
    journeys = log(**{f"j{gap}": "a" + "x" * (gap - 1) + "b" for gap in range(1, 21)})
    people = attrs.evolve(journeys, persons=["ana"] * 10 + ["leo"] * 10)

    found, wide = (
        tp.paths.gaps(one, start="a", end="b", quantiles=[0.5, 1], level=0.95)
        for one in (journeys, people)
    )

    assert (found.median_low[0] / DAY, found.median_high[0] / DAY) == (6, 15)
    assert found.quantiles_low[0] == (6 * DAY, 20 * DAY)
    assert found.quantiles_high[0] == pytest.approx((15 * DAY, np.nan), nan_ok=True)
    assert np.isnan([wide.median_low[0], wide.median_high[0]]).all()
    assert (wide.persons, wide.effective) == (2, pytest.approx(2))
    assert "few persons (2, 2.0 effective)" in repr(wide)
    assert "few persons (2, 2.0 effective)" in wide._repr_html_()
    assert "few persons" not in repr(found)
    assert "median_low" not in tp.paths.gaps(journeys).to_dicts()[0]


def test_an_end_before_its_start_is_surfaced() -> None:
    """Reading sets such ends aside; the table counts them."""
    rows = [
        {"id": 1, "at": "2026-01-02", "end": "2026-01-01", "what": "a"},
        {"id": 1, "at": "2026-01-03", "end": "2026-01-05", "what": "a"},
        {"id": 1, "at": "2026-01-04", "end": None, "what": "b"},
    ]
    journeys = tp.from_records(rows, journey="id", time="at", end="end", touchpoint="what")

    found = tp.paths.processing_times(journeys)

    assert found.touchpoint.tolist() == ["a", "b"]
    assert found.count.tolist() == [1, 0]
    assert found.without_end.tolist() == [1, 1]
    assert found.ends_before_starts == 1
    assert tp.paths.idle_times(journeys).min.tolist()[0] == -DAY
    assert tp.paths.journey_times(journeys).throughput.tolist() == [3 * DAY]


def test_groups_are_rows_of_the_same_table() -> None:
    """by= adds one column."""
    journeys = attrs.evolve(log(one="ab", two="axb"), per_journey={"device": ["web", "app"]})

    found = tp.paths.throughput_times(journeys, by="device")

    assert found.as_dict() == {"app": 2 * DAY, "web": DAY}
    assert tp.paths.gaps(journeys, by="device").group.tolist() == ["app", "app", "web"]


@given(with_ends())
def test_times_of_journeys_by_group_are_those_of_each_group_alone(journeys) -> None:
    """The column group comes first; without by= it is absent; ungrouped journeys are left out."""
    assume((journeys.per_journey["segment"].codes >= 0).any())

    with warned_of_ungrouped(journeys, "segment"):
        found = tp.paths.journey_times(journeys, by="segment")

    expected = each_alone(journeys, "segment", tp.paths.journey_times)
    assert [pytest.approx(row, nan_ok=True) for row in expected] == found.to_dicts()
    assert next(iter(found.to_dicts()[0])) == "group"
    assert tp.paths.journey_times(journeys).group is None


def test_one_interaction_takes_no_time_and_empty_journeys_are_left_out() -> None:
    """A journey with a single time takes 0 seconds; empty journeys are left out and counted."""
    journeys = tp.before_first(log(one="a", two="ba"), "b")

    found = tp.paths.throughput_times(journeys)

    assert (found.count.tolist(), found.max.tolist()) == ([1], [0.0])
    assert found.empty.tolist() == [1]
    nothing = tp.paths.throughput_times(journeys[:0])
    assert nothing.count.tolist() == [0]
    assert np.isnan(nothing.mean).all()
    assert len(tp.paths.gaps(journeys[:0], level=0.9)) == 0


def test_bad_questions_get_clear_errors() -> None:
    """No times, no ends, quantiles in percent, unknown columns."""
    journeys = log(one="ab")
    timeless = tp.distinct(journeys)

    for analysis in (tp.paths.gaps, tp.paths.throughput_times, tp.paths.journey_times):
        with pytest.raises(InvalidInputError, match=r"needs times.*\n.*time="):
            analysis(timeless)
    for analysis in (tp.paths.idle_times, tp.paths.processing_times):
        with pytest.raises(InvalidInputError, match=r"needs the ends.*\n.*end=.*lifecycle="):
            analysis(journeys)
    with pytest.raises(InvalidInputError, match=r"quantiles must be in \[0, 1\], got 90"):
        tp.paths.gaps(journeys, quantiles=[90])
    with pytest.raises(WrongKindError, match="quantiles must be a sequence of numbers, got 0.9"):
        tp.paths.gaps(journeys, quantiles=0.9)
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1, got 95"):
        tp.paths.gaps(journeys, level=95)
    for analysis in (tp.paths.gaps, tp.paths.journey_times):
        with pytest.raises(NotFoundError, match="column or facet 'device'"):
            analysis(journeys, by="device")


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(-(2**60), 2**60) | st.integers(-5, 5),
            st.integers(0, 3) | st.just(40),
        ),
        max_size=12,
    ),
    weighted=st.booleans(),
)
def test_spreads_agree_with_writing_values_out(rows, weighted: bool) -> None:
    """Packed or not, weighted or not; rows without a group are left out."""
    groups, values, weights = (
        np.array([row[position] for row in rows], dtype=np.int64) for position in range(3)
    )
    weights = weights if weighted else np.ones_like(weights)

    found = spreads(groups, values, 3, weights.astype(np.float64) if weighted else None)

    for group in range(3):
        written = np.repeat(values[groups == group], weights[groups == group])
        assert found.totals()[group] == len(written)
        if len(written):
            assert found.means()[group] == pytest.approx(
                sum(written.tolist()) / len(written), abs=1e4
            )
            expected = float(np.quantile(written.astype(float), 0.3))
            assert found.quantile(0.3)[group] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        else:
            assert np.isnan(found.quantile(0.3)[group])


def test_edges_of_many_touchpoints_are_the_same() -> None:
    """Beyond the dense table the edges and the rows without an edge are the same."""
    codes, offsets = np.array([4, 0, 4, 0, 2], dtype=np.int32), np.array([0, 2, 2, 5])

    found = [neighbours(codes, offsets, k) for k in (5, 300, 5000)]

    for edges in found:
        ends = (np.append(one, -1)[edges.of].tolist() for one in (edges.sources, edges.targets))
        assert list(zip(*ends, strict=True)) == [(4, 0), (-1, -1), (4, 0), (0, 2)]


def test_rows_of_no_group_count_nowhere_however_heavy() -> None:
    """Rows after the last group do not count in its sum."""
    groups, values = np.array([0, 1]), np.array([5, 10**6])

    found = spreads(groups, values, 1, np.array([40.0, 40.0]))

    assert (found.totals().tolist(), found.means().tolist()) == ([40], [5.0])
