"""Threads of needs: by hand, against the definition, and in planted worlds."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.experience.naive_needs import threads
from tests.experience.need_logs import HOUR, need_log, written_out
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
SUCCESS = {"learn": "t1", "buy": "t4", "help": "t6"}
WEEK = dt.timedelta(days=7)


def visits(*rows: tuple[str, str, str]) -> tp.Journeys:
    """Return a journey for each day of each person."""
    return tp.from_records(
        [
            {"id": f"{who} {day}", "who": who, "t": f"2026-{day}", "w": what}
            for who, day, what in rows
        ],
        journey="id",
        person="who",
        time="t",
        touchpoint="w",
        taxonomy=tp.load_taxonomy("customer"),
    )


DESK = visits(
    ("ana", "03-01", "live_chat"),  # carried to the phone, and met there
    ("ana", "03-05", "customer_service"),
    ("ana", "03-06", "purchase"),
    ("ana", "03-07", "live_chat"),  # comes back after it was met: abandoned
    ("leo", "03-01", "live_chat"),  # nothing for more than a week: two threads, both abandoned
    ("leo", "03-20", "live_chat"),
    ("eva", "03-28", "live_chat"),  # the log ends after three days: open
    ("tom", "03-31", "email_reminder"),
)


def test_threads_worked_by_hand() -> None:
    """Five threads of three persons: one met, three abandoned, one open."""
    found = E.need_threads(DESK, within=WEEK, success={"solve_problem": "purchase"})
    row = found.to_dicts()[0]

    assert row["need"] == "solve_problem"
    assert (row["threads"], row["people"]) == (5, 3)
    assert (row["met"], row["abandoned"], row["open"], row["carried"]) == (1, 3, 1, 1)
    # Eva is watched for three days; ana's first thread closes after five: three are at risk of
    # it, for two of the four others are watched for seven days and close then.
    assert row["share"] == pytest.approx(1 / 4)
    assert row["abandoned_share"] == pytest.approx(3 / 4)
    assert row["contacts"] == pytest.approx(5 / 4)
    assert "1 thread still open when the log ends: censored" in repr(found)


def test_the_list_worked_by_hand() -> None:
    """Each thread with its times, in the order of time."""
    found = E.need_thread_list(DESK, within=WEEK, success={"solve_problem": "purchase"})
    rows = [row for row in found.to_dicts() if row["need"] == "solve_problem"]

    assert [(row["person"], row["contacts"], row["carried"], row["state"]) for row in rows] == [
        ("ana", 2, True, "met"),
        ("leo", 1, False, "abandoned"),
        ("ana", 1, False, "abandoned"),
        ("leo", 1, False, "abandoned"),
        ("eva", 1, False, "open"),
    ]
    assert str(rows[0]["closed"]) == "2026-03-06T00:00:00.000000"
    assert str(rows[1]["closed"]) == "2026-03-08T00:00:00.000000"
    assert np.isnat(rows[4]["closed"])
    others = {row["need"]: row["state"] for row in found.to_dicts()} | {}
    assert others["remember"] == "open"
    assert others["acquire"] == "silent"


def test_shares_allow_for_threads_that_are_still_open() -> None:
    """Two threads close after a day and after three; one is lost from sight after two days.

    By hand, the curve falls by 1/3 after one day and by the remaining 2/3 after three: the two
    closed threads weigh 1/3 and 2/3.
    """
    log = visits(
        ("ana", "03-01", "live_chat"),
        ("ana", "03-02", "purchase"),
        ("leo", "03-01", "live_chat"),
        ("eva", "03-02", "live_chat"),
    )
    ends = ["2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04"]
    log = attrs.evolve(log, observed_until=np.array(ends, dtype="datetime64[us]"))
    three = dt.timedelta(days=3)
    found = E.need_threads(log, within=three, success={"solve_problem": "purchase"})

    row = found.to_dicts()[0]
    assert (row["met"], row["abandoned"], row["open"]) == (1, 1, 1)
    assert row["share"] == pytest.approx(1 / 3)
    assert row["abandoned_share"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("within", [1, 5, 40])
@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("seed", range(15))
def test_as_defined(seed: int, persons: bool, within: int) -> None:
    """The threads are those of the definition, in logs with ties, counts and open journeys."""
    log = need_log(seed, persons=persons)
    naive = threads(log, SUCCESS, within=within * HOUR)
    listed = E.need_thread_list(log, within=dt.timedelta(hours=within), success=SUCCESS)

    def shown(row: dict) -> tuple:
        times = [None if np.isnat(row[one]) else int(row[one].astype(np.int64)) for one in TIMES]
        return (row["need"], *times, row["contacts"], row["carried"], row["state"])

    assert Counter(shown(row) for row in listed.to_dicts()) == Counter(row[1:] for row in naive)
    found = E.need_threads(log, within=dt.timedelta(hours=within), success=SUCCESS)
    for row in found.to_dicts():
        mine = [one for one in naive if one[1] == row["need"]]
        weight = [1 if persons_of(one) else int(log.counts[one[0][1]]) for one in mine]
        assert row["threads"] == sum(weight)
        people = {one[0]: number for one, number in zip(mine, weight, strict=True)}
        assert row["people"] == sum(people.values())
        for state in ("met", "abandoned", "open"):
            assert row[state] == sum(
                one for one, each in zip(weight, mine, strict=True) if each[-1] == state
            )
        closed = row["met"] + row["abandoned"]
        if not row["open"] and closed:
            assert row["share"] == pytest.approx(row["met"] / closed)
            assert row["carried_share"] == pytest.approx(row["carried"] / closed)


TIMES = ("opened", "last", "closed")


def persons_of(thread: tuple) -> bool:
    """Return whether the person of a thread is known."""
    return not isinstance(thread[0], tuple)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("persons", [True, False])
def test_a_count_is_as_many_rows(seed: int, persons: bool) -> None:
    """A row of count 3 is three rows: three people, or three contacts of one at the same times."""
    log = need_log(seed, persons=persons)
    time = dt.timedelta(hours=5)
    one, other = (
        E.need_threads(each, within=time, success=SUCCESS).to_dicts()
        for each in (log, written_out(log))
    )
    assert len(one) == len(other)
    for left, right in zip(one, other, strict=True):
        assert left == pytest.approx(right, nan_ok=True)


def planted(n: int, *, seed: int) -> tp.Journeys:
    """Return questions: six in ten are answered a median hour later, three in ten asked again."""
    table = {
        "path": ["ask > answer", "ask", "ask > again > answer", "ask > again"],
        "n": [42, 28, 18, 12],
    }
    graph = tp.transition_graph(tp.from_paths(table, path="path", count="n"))
    for _, _, edge in graph.edges(data=True):
        edge["gap_median"] = 3600.0
    log = tp.simulate(graph, n=n, seed=seed, begin=dt.datetime(2026, 1, 1))
    needs = {"ask": "solve", "again": "solve", "answer": "unknown"}
    channels = {"ask": "web", "again": "phone", "answer": "phone"}
    touchpoints = [
        attrs.evolve(one, need=needs[one.key], channel=channels[one.key]) for one in log.touchpoints
    ]
    return attrs.evolve(log, touchpoints=touchpoints)


def test_planted_shares_are_recovered() -> None:
    """Six in ten are met, three in ten carried to the phone, 1.3 contacts a thread."""
    found = E.need_threads(
        planted(6000, seed=2), within=dt.timedelta(days=2), success={"solve": "answer"}
    )
    for name, ends, truth in (
        ("share", "", 0.6),
        ("carried_share", "carried_", 0.3),
        ("contacts", "contacts_", 1.3),
    ):
        low, high = (getattr(found, f"{ends}{end}")[0] for end in ("low", "high"))
        assert low < truth < high, name
        assert abs(getattr(found, name)[0] - truth) < 0.03, name


def test_the_end_of_the_log_is_no_silence() -> None:
    """Cut after six days, the share that is met stays what it is; a plain one does not."""
    log = planted(20_000, seed=5)
    cut = log.times.min() + np.timedelta64(6 * 24, "h")
    log = tp.select(log, log.times[log.offsets[:-1]] < cut)
    asked = {"within": dt.timedelta(hours=24), "success": {"solve": "answer"}}
    whole = E.need_threads(log, **asked)
    kept = log.times <= cut
    log = attrs.evolve(
        log,
        codes=log.codes[kept],
        times=log.times[kept],
        offsets=np.append(0, np.cumsum(np.add.reduceat(kept, log.offsets[:-1]))),
        observed_until=np.full(len(log), cut),
    )
    found = E.need_threads(log, **asked)

    assert found.open[0] > 200
    assert found.low[0] < 0.6 < found.high[0]
    assert abs(found.share[0] - whole.share[0]) < 0.005
    plain = found.met[0] / (found.met[0] + found.abandoned[0])
    assert plain > found.high[0]


def test_bad_input() -> None:
    """No times, no duration, no area of that name, nothing that meets a need."""
    asked = {"within": WEEK, "success": {"solve_problem": "purchase"}}
    with pytest.raises(InvalidInputError, match="times"):
        E.need_threads(attrs.evolve(DESK, times=None, observed_until=None), **asked)
    with pytest.raises(InvalidInputError, match="within must be positive"):
        E.need_threads(DESK, **asked | {"within": dt.timedelta(0)})
    with pytest.raises(NotFoundError, match="'chanel'"):
        E.need_threads(DESK, area="chanel", **asked)
    with pytest.raises(InvalidInputError, match="nothing says when a need is satisfied"):
        E.need_thread_list(DESK, within=WEEK)
    with pytest.raises(WrongKindError):
        E.need_thread_list(DESK, within=7, success={"solve_problem": "purchase"})


def test_nothing_known() -> None:
    """Without interactions there are no rows; one person has no interval of a mean."""
    asked = {"within": WEEK, "success": {"solve_problem": "purchase"}}
    assert len(E.need_threads(DESK[:0], **asked)) == 0
    assert len(E.need_thread_list(DESK[:0], **asked)) == 0
    alone = E.need_threads(DESK[:4], **asked)
    assert np.isnan(alone.contacts_low).all()
    assert "one person: somebody else may be otherwise" in repr(alone)
