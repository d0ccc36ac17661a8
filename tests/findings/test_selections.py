"""A selection of a log still knows when the log ends."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError

DAY = dt.timedelta(days=1)
END = np.datetime64("2026-01-26", "us")


def log() -> tp.Journeys:
    """Return four people last seen on 6 January, and one who is there until the 26th."""
    days = {"ana": "05 06", "leo": "05 06", "eva": "05 06", "max": "05 06", "kim": "05 12 26"}
    rows = [
        {"who": who, "t": f"2026-01-{day}", "w": what, "left": str(who != "kim")}
        for who, some in days.items()
        for day, what in zip(some.split(), ("visit", "read", "visit"), strict=False)
    ]
    return tp.from_records(rows, journey="who", time="t", touchpoint="w", per_journey=["left"])


def chosen(journeys: tp.Journeys) -> list[bool]:
    """Return who left."""
    return [one == "True" for one in journeys.per_journey["left"].to_list()]


SELECTIONS = {
    "mask": lambda journeys: tp.select(journeys, chosen(journeys)),
    "slice": lambda journeys: journeys[:4],
    "steps": lambda journeys: journeys[0:4:1],
    "pipe": lambda journeys: journeys.pipe(tp.select, chosen(journeys)),
    "twice": lambda journeys: tp.select(journeys[:4], [True] * 4),
    "by pattern": lambda journeys: tp.select(journeys, chosen(journeys)).pipe(
        tp.containing, "visit"
    ),
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_those_who_left_are_known_not_to_be_back(name: str) -> None:
    """Last seen on the 6th in a log that ends on the 26th: nobody is back in weeks 1 and 2."""
    part = SELECTIONS[name](log())

    assert tp.paths.retention(part, period="week").share.tolist()[:3] == [1.0, 0.0, 0.0]
    marked = tp.mark(part, "third", when=tp.pattern("visit read visit"), within=7 * DAY)
    assert marked.outcomes["third"].tolist() == [0.0] * 4
    assert tp.mark_open(part, within=7 * DAY).finished.tolist() == [True] * 4


@pytest.mark.parametrize(
    "cut",
    [
        lambda journeys: tp.select(journeys, "read"),
        lambda journeys: tp.between(journeys, "visit", end="read"),
        lambda journeys: tp.before_first(journeys, "read"),
        lambda journeys: tp.until(journeys, "read", outcome="read"),
        lambda journeys: tp.sample(journeys[:4], 2, seed=1),
    ],
)
def test_parts_of_journeys_know_it_too(cut) -> None:
    """Leaving out the last interaction of a log does not move its end."""
    part = cut(log())

    assert part.observed_until.tolist() == [END.item()] * len(part)


def test_a_part_that_reaches_to_the_end_stays_as_it_is() -> None:
    """There the last time says the same, and put together again the log is the log."""
    journeys = log()

    assert journeys[3:].observed_until is None
    assert tp.concat([journeys[:2], journeys[2:]]) == journeys


def test_repeats_that_are_nested_keep_the_latest_end() -> None:
    """10:00 to 12:00 and 10:30 to 10:45 are one run until 12:00: 120 minutes before and after."""
    rows = [("10:00", "12:00"), ("10:30", "10:45")]
    journeys = tp.from_records(
        [{"id": 1, "t": f"2026-01-05 {t}", "e": f"2026-01-05 {e}", "w": "call"} for t, e in rows],
        journey="id",
        time="t",
        end="e",
        touchpoint="w",
    )

    merged = tp.collapse_repeats(journeys)

    assert merged.ends.tolist() == [dt.datetime(2026, 1, 5, 12)]
    for one in (journeys, merged):
        assert tp.paths.throughput_times(one).max.tolist() == [7200.0]


def test_runs_without_a_known_end_have_none() -> None:
    """An unknown end is not made up; beside a known one an interaction lasts to its beginning."""
    start = np.datetime64("2026-01-05T10:00", "us")
    times = start + np.array([0, 1, 2, 3, 4]) * np.timedelta64(60, "s")
    nat = np.datetime64("NaT", "us")
    ends = np.array([nat, nat, times[2], nat, times[4]])
    journeys = attrs.evolve(
        tp.from_columns(
            {"id": [1] * 5, "t": times, "w": list("aabba")}, journey="id", time="t", touchpoint="w"
        ),
        ends=ends,
    )

    merged = tp.collapse_repeats(journeys)

    assert merged.ends.tolist() == [None, times[3].item(), times[4].item()]


def test_interactions_after_the_end_of_watching_are_refused() -> None:
    """Nobody can see what happens after they stopped to look."""
    journeys = log()

    with pytest.raises(InvalidInputError, match="must not be before the interactions.*'kim'"):
        attrs.evolve(journeys, observed_until=[np.datetime64("2026-01-20", "us")] * 5)
    attrs.evolve(journeys, observed_until=[END] * 5)


def test_outcomes_after_the_end_of_watching_are_refused() -> None:
    """An outcome that came later was watched for longer."""
    marked = tp.until(log(), "read", outcome="read")
    early = np.array(["2026-01-05"] * 5, dtype="datetime64[us]")

    with pytest.raises(InvalidInputError, match="before the outcome 'read'"):
        attrs.evolve(marked, observed_until=early)


def lasting(*, until: str | None = None) -> tp.Journeys:
    """Return two visits: one of an hour, and one that lasts for two weeks."""
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("stay"), tp.taxonomy.untyped("call")],
        codes=[0, 1, 1],
        offsets=[0, 1, 3],
        times=np.array(["2026-01-01", "2026-01-02", "2026-01-03"], "M8[us]"),
        ends=np.array(["2026-01-15", "2026-01-02T01", "NaT"], "M8[us]"),
        ids=["ana", "leo"],
        observed_until=None if until is None else np.full(2, np.datetime64(until, "us")),
    )


def test_ends_after_the_end_of_watching_are_refused() -> None:
    """Nobody saw the end of a stay whose journey was watched until the week before."""
    with pytest.raises(InvalidInputError, match=r"before the end of an inter.*'ana'.*row 0 ended"):
        lasting(until="2026-01-08")
    lasting(until="2026-01-15")


def test_a_log_ends_no_earlier_than_its_interactions() -> None:
    """The stay ended on the 15th, so that by then leo was idle for twelve days, also on his own."""
    week, fortnight = dt.timedelta(days=7), dt.timedelta(days=14)
    whole = lasting()

    for log in (whole, whole[1:], tp.concat([whole[:1], whole[1:]]), lasting(until="2026-01-15")):
        assert tp.mark_open(log, within=week).finished[-1]
        assert not tp.mark_open(log, within=fortnight).finished[-1]
    assert ["2026-01-15"] == whole[1:].observed_until.astype("M8[D]").astype(str).tolist()
    assert whole[:1].observed_until is None
    assert len(attrs.evolve(whole[1:])) == 1
