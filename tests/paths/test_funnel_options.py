"""Funnels with exclusions, optional steps, held values, attempts, entries and members."""

from __future__ import annotations

import datetime as dt
import warnings

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log
from tests.paths import naive_funnels
from touchpoints._core.arrays import threads
from touchpoints._core.arrays.segments import following
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.journeys.model import take

DAY = dt.timedelta(days=1)


def shop(**paths: str) -> tp.Journeys:
    """Return journeys of one letter a day; a digit after it is the item it is about."""
    rows = []
    for name, path in paths.items():
        for day, word in enumerate(path.split()):
            at = dt.datetime(2026, 1, 1) + day * DAY
            rows.append({"id": name, "at": at, "what": word[0], "item": word[1:] or None})
    return tp.from_records(
        rows, journey="id", time="at", touchpoint="what", per_interaction=("item",)
    )


WORDS = st.tuples(st.sampled_from("abcx"), st.sampled_from(["", "1", "2"])).map("".join)
RULES = st.fixed_dictionaries(
    {
        "steps": st.text("abc", min_size=2, max_size=4).map(lambda text: "a" + text[1:]),
        "kind": st.sampled_from(["closed", "strict", "hybrid"]),
        "window": st.none() | st.integers(1, 5),
        "exclude": st.sampled_from(["", "x"]),
        "optional": st.sets(st.integers(1, 3), max_size=2),
        "held": st.booleans(),
    }
)


def asked(rule: dict) -> tuple[dict, dict]:
    """Return steps by name and the arguments of a rule, made to fit its kind."""
    if rule["kind"] != "closed":
        rule["optional"] = set()
    if rule["kind"] == "strict":
        rule["exclude"] = ""
    rule["optional"] = {one for one in rule["optional"] if one < len(rule["steps"])}
    options = {
        "kind": rule["kind"],
        "within": None if rule["window"] is None else rule["window"] * DAY,
        "exclude": list(rule["exclude"]) or None,
        "optional": [f"s{one}" for one in sorted(rule["optional"])],
        "holding": "item" if rule["held"] else None,
    }
    return {f"s{nth}": letter for nth, letter in enumerate(rule["steps"])}, options


def naive_states(path: str, rule: dict, *, finished: bool, watched: int) -> list[str]:
    """Return the state of a journey at each step; "" where it is not listed there."""
    words = path.split()
    found = naive_funnels.attempts(
        "".join(word[0] for word in words), [word[1:] or None for word in words], rule
    )
    size = len(rule["steps"])
    if not found:
        return [""] * size
    taken = max(found, key=lambda one: one[2])[0]
    still = not finished
    if rule["window"] is not None:
        still = any(not ended and watched < steps[0] + rule["window"] for steps, ended, _ in found)
    states = []
    for nth in range(size):
        needed = [at for at in range(size) if at not in rule["optional"]]
        before = max([at for at in needed if at < nth], default=None)
        after = min([at for at in needed if at > nth], default=None)
        if before is not None and before not in taken:
            states.append("")
        elif nth in taken:
            states.append("reached")
        elif nth in rule["optional"] and after in taken:
            states.append("skipped")
        else:
            states.append("open" if still else "lost")
    return states


@given(
    paths=st.lists(st.lists(WORDS, min_size=1, max_size=7).map(" ".join), min_size=1, max_size=5),
    rule=RULES,
    data=st.data(),
)
def test_every_option_agrees_with_walking_through_the_days(paths, rule, data) -> None:
    """Reached, skipped, lost, open, attempts and times are those of a walk day by day."""
    steps, options = asked(rule)
    paths = [*paths, "a1 b1 c1 x1"]  # so that all letters and some items are known
    n = len(paths)
    finished = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    more = data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    counts = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    watched = [len(path.split()) - 1 + extra for path, extra in zip(paths, more, strict=True)]
    journeys = attrs.evolve(
        shop(**{f"j{nth}": path for nth, path in enumerate(paths)}),
        finished=finished,
        counts=counts,
        observed_until=np.array([dt.datetime(2026, 1, 1) + day * DAY for day in watched], "M8[us]"),
    )

    found = tp.paths.funnel(journeys, steps, attempts=True, **options)
    members = tp.paths.funnel_members(journeys, steps, **options)

    states = [
        naive_states(path, rule, finished=done, watched=until)
        for path, done, until in zip(paths, finished, watched, strict=True)
    ]
    for state in ("reached", "lost", "open", "skipped"):
        expected = [
            sum(count for one, count in zip(states, counts, strict=True) if one[nth] == state)
            for nth in range(len(steps))
        ]
        column = found.journeys if state == "reached" else getattr(found, state)
        assert (column if column is not None else np.zeros(len(steps))).tolist() == expected, state
    listed = {
        (step, int(at)): state
        for step, at, state in zip(members.step, members.position, members.state, strict=True)
    }
    assert listed == {
        (step, at): one[nth]
        for at, one in enumerate(states)
        for nth, step in enumerate(steps)
        if one[nth] and counts[at]
    }
    single = [
        (count, steps_taken)
        for path, count in zip(paths, counts, strict=True)
        for steps_taken, _, _ in naive_funnels.single(
            naive_funnels.attempts(
                "".join(word[0] for word in path.split()),
                [word[1:] or None for word in path.split()],
                rule,
            ),
            rule,
        )
    ]
    expected = [sum(count for count, one in single if nth in one) for nth in range(len(steps))]
    assert found.attempts.tolist() == expected
    required = [nth for nth in range(len(steps)) if nth not in rule["optional"]]
    assert (found.attempts >= found.journeys)[required].all()


@given(
    paths=st.lists(st.lists(WORDS, min_size=1, max_size=7).map(" ".join), min_size=1, max_size=5),
    rule=RULES,
)
def test_funnel_times_are_those_of_the_best_start(paths, rule) -> None:
    """The time to each step, from the first, by the walk through the days."""
    steps, options = asked(rule)
    paths = [*paths, "a1 b1 c1 x1"]
    journeys = shop(**{f"j{nth}": path for nth, path in enumerate(paths)})

    found = tp.paths.funnel_times(journeys, steps, **options)

    expected: dict[str, list[int]] = {step: [] for step in list(steps)[1:]}
    for path in paths:
        words = path.split()
        starts = naive_funnels.attempts(
            "".join(word[0] for word in words), [word[1:] or None for word in words], rule
        )
        taken = max(starts, key=lambda one: one[2])[0] if starts else {}
        for nth, step in list(enumerate(steps))[1:]:
            if nth in taken:
                upto = [at for one, at in taken.items() if one <= nth]
                here = max(upto) if rule["kind"] == "hybrid" else taken[nth]
                expected[step].append(here - taken[0])
    for step, count, median in zip(found.target, found.count, found.median, strict=True):
        assert count == len(expected[step])
        if count:
            assert median == pytest.approx(np.median(expected[step]) * 86_400)


@given(
    paths=st.lists(st.lists(WORDS, min_size=1, max_size=7).map(" ".join), min_size=1, max_size=5),
    rule=RULES,
)
def test_entries_are_funnels_of_the_starts_in_a_group(paths, rule) -> None:
    """A journey counts in each period, and each value, in which it has a start."""
    steps, options = asked(rule)
    paths = [*paths, "a1 b1 c1 x1"]
    journeys = shop(**{f"j{nth}": path for nth, path in enumerate(paths)})

    by_day = tp.paths.funnel(journeys, steps, every=2 * DAY, attempts=True, **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        by_item = tp.paths.funnel(journeys, steps, by_entry="item", attempts=True, **options)

    days: dict[str, list[int]] = {}
    items: dict[str, list[int]] = {}
    for path in paths:
        words = path.split()
        letters, held = "".join(one[0] for one in words), [one[1:] or None for one in words]
        found = naive_funnels.attempts(letters, held, rule)
        for groups, label in (
            (days, lambda at: str(dt.date(2026, 1, 1) + (at // 2) * 2 * DAY)),
            (items, lambda at, held=held: held[at]),
        ):
            for name in {label(one[0][0]) for one in found} - {None}:
                inside = [one for one in found if label(one[0][0]) == name]
                taken = max(inside, key=lambda one: one[2])[0]
                row = groups.setdefault(name, [0] * len(steps))
                for nth in taken:
                    row[nth] += 1
    unknown = sum(word == "a" for path in paths for word in path.split() if not rule["held"])
    assert [f"at {unknown} of" in str(one.message) for one in caught] == [True] * bool(unknown)
    for table, expected in ((by_day, days), (by_item, items)):
        got: dict[str, list[int]] = {}
        for group, number in zip(table.group, table.journeys, strict=True):
            got.setdefault(group, []).append(int(number))
        assert got == expected
    whole = tp.paths.funnel(journeys, steps, attempts=True, **options)
    assert by_day.attempts.reshape(-1, len(steps)).sum(axis=0).tolist() == whole.attempts.tolist()


@pytest.mark.parametrize("kind", ["closed", "strict", "hybrid"])
def test_blocks_of_journeys_change_nothing(kind, monkeypatch) -> None:
    """Small blocks on several cores give the same table, with every option."""
    journeys = shop(**{f"j{nth}": f"a{nth % 2} b1 {'abx'[nth % 3]}1 a1 c1 b" for nth in range(40)})
    options = {"kind": kind, "attempts": True, "holding": "item"}
    if kind == "closed":
        options |= {"exclude": "x", "optional": ["b"]}
    expected = tp.paths.funnel(journeys, ["a", "b", "c"], **options).to_dicts()

    monkeypatch.setattr(following, "_BLOCK", 7)
    monkeypatch.setattr(threads, "cores", lambda: 3)

    np.testing.assert_equal(
        tp.paths.funnel(journeys, ["a", "b", "c"], **options).to_dicts(), expected
    )


def test_an_exclusion_ends_an_attempt_and_the_next_start_begins_another() -> None:
    """An x before the start, or after the last step, ends nothing."""
    journeys = log(ended="axb", again="axab", before="xab", after="abx")

    found = tp.paths.funnel(journeys, ["a", "b"], exclude="x")

    assert found.journeys.tolist() == [4, 3]
    assert found.lost.tolist() == [0, 1]
    several = tp.paths.funnel(log(one="axb", two="ayb", three="ab"), ["a", "b"], exclude=["x", "y"])
    assert several.journeys.tolist() == [3, 1]


def test_an_exclusion_inside_a_match_counts_where_the_match_ends() -> None:
    """The time of a pattern, a step or an exclusion, is that of its last interaction."""
    journeys = log(inside="acxdb", outside="acdb", before="axcdb", end="acdxyb")
    steps = ["a", tp.pattern("c .* d"), "b"]

    assert tp.paths.funnel(journeys, steps, exclude="x").journeys.tolist() == [4, 2, 1]
    found = tp.paths.funnel(journeys, steps, exclude=tp.pattern("x y"))
    assert found.journeys.tolist() == [4, 4, 3]


def test_an_attempt_that_ended_is_not_open() -> None:
    """Ended, it is lost although its window still runs; another start may be open."""
    journeys = attrs.evolve(
        log(ended="ax", running="aw", again="axa", late="a", done="ab"),
        observed_until=np.array(["2026-01-04"] * 3 + ["2026-01-20", "2026-01-20"], "M8[us]"),
    )
    found = tp.paths.funnel_members(journeys, ["a", "b"], within=7 * DAY, exclude="x")

    second = dict(zip(found.journey[5:].tolist(), found.state[5:].tolist(), strict=True))
    assert second == {
        "ended": "lost",
        "running": "open",
        "again": "open",
        "late": "lost",
        "done": "reached",
    }


def test_optional_steps_change_nothing_of_the_others() -> None:
    """Step b can be left out: c is reached with and without it; its own denominator is a."""
    journeys = log(all="abc", without="ac", late="acb", only="ab", none="ax")

    found = tp.paths.funnel(journeys, ["a", "b", "c"], optional=["b"])

    assert found.journeys.tolist() == [5, 2, 3]
    assert found.skipped.tolist() == [0, 2, 0]
    assert found.lost.tolist() == [0, 1, 2]
    assert found.of_previous.tolist() == pytest.approx([1, 2 / 5, 3 / 5])
    plain = tp.paths.funnel(journeys, ["a", "c"])
    assert plain.journeys.tolist() == [5, 3]
    assert plain.median_time[1] == found.median_time[2]
    assert plain.skipped is None


def test_one_value_is_held_in_all_steps() -> None:
    """The cart of one item and the order of another are no way through the funnel."""
    journeys = shop(same="a1 b1", other="a1 b2", unknown="a b", later="a1 a2 b2", both="a1 b2 b1")

    found = tp.paths.funnel(journeys, ["a", "b"], holding="item")

    assert found.journeys.tolist() == [4, 3]
    assert found.median_time[1] == 86_400
    strict = tp.paths.funnel(journeys, ["a", "b"], holding="item", kind="strict")
    assert strict.journeys.tolist() == [4, 2]


def test_an_exclusion_with_a_value_ends_the_attempts_of_that_value() -> None:
    """Item 2 put back does not end the way of item 1; an exclusion of no item ends all."""
    journeys = shop(other="a1 x2 b1", same="a1 x1 b1", all="a1 x b1", none="a1 b1")

    found = tp.paths.funnel_members(journeys, ["a", "b"], holding="item", exclude="x")

    assert tp.select(journeys, found.mask(step="b", state="reached")).ids.tolist() == [
        "other",
        "none",
    ]
    assert tp.select(journeys, found.mask(step="b")).ids.tolist() == ["same", "all"]


def test_a_match_holds_a_value_when_all_its_interactions_have_it() -> None:
    """One interaction of another item, or of none, and the match is no step."""
    journeys = shop(one="a1 b1 c1", two="a1 b1 c2", three="a1 b c1")

    found = tp.paths.funnel(journeys, ["a", tp.pattern("b c")], holding="item")

    assert found.journeys.tolist() == [3, 1]


def test_no_interaction_counts_for_two_attempts() -> None:
    """Three visits and one order are three attempts, of which one gets there: the last."""
    journeys = log(one="aaab", two="abab", three="abac")

    found = tp.paths.funnel(journeys, ["a", "b"], attempts=True)

    assert found.attempts.tolist() == [7, 4]
    assert found.attempts_of_first.tolist() == pytest.approx([1, 4 / 7])
    assert found.journeys.tolist() == [3, 3]
    longer = tp.paths.funnel(log(one="abac"), ["a", "b", "c"], attempts=True)
    assert longer.attempts.tolist() == [2, 1, 1]


def test_attempts_are_open_or_ended_one_by_one() -> None:
    """The window of each attempt runs from its own start."""
    journeys = attrs.evolve(
        log(one="awwwwa", two="ab"), observed_until=np.array(["2026-01-07"] * 2, "M8[us]")
    )

    found = tp.paths.funnel(journeys, ["a", "b"], within=3 * DAY, attempts=True)

    assert found.attempts.tolist() == [3, 1]
    assert found.attempts_open.tolist() == [0, 1]


def test_attempts_of_one_person_are_not_independent() -> None:
    """Ten attempts of two people widen the interval; counts equal repeated journeys."""
    alone = log(**{f"j{nth}": "ab" if nth < 5 else "a" for nth in range(10)})
    people = attrs.evolve(alone, persons=["ana"] * 5 + ["leo"] * 5)
    narrow, wide = (tp.paths.funnel(one, ["a", "b"], attempts=True) for one in (alone, people))

    assert wide.attempts_of_first[1] == narrow.attempts_of_first[1] == 0.5
    low, high = tp.wilson(5, 10)
    assert narrow.attempts_of_first_low[1] == pytest.approx(low)
    assert narrow.attempts_of_first_high[1] == pytest.approx(high)
    assert wide.attempts_of_first_low[1] < low
    assert wide.attempts_of_first_high[1] > high
    one = attrs.evolve(log(one="aab", two="axxb"), counts=[2, 3])
    spread = log(a="aab", b="aab", c="axxb", d="axxb", e="axxb")
    first, second = (tp.paths.funnel(one, ["a", "b"], attempts=True) for one in (one, spread))
    np.testing.assert_equal(first.to_dicts(), second.to_dicts())


def test_weeks_are_those_of_the_zone_of_the_log() -> None:
    """A start on Monday at 00:30 in Madrid is in the new week, though still Sunday in UTC."""
    rows = [
        {"id": 1, "at": "2026-01-11T23:30:00+00:00", "what": "a"},
        {"id": 1, "at": "2026-01-12T10:00:00+00:00", "what": "b"},
        {"id": 2, "at": "2026-01-11T20:00:00+00:00", "what": "a"},
    ]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what", tz="Europe/Madrid")

    found = tp.paths.funnel(journeys, ["a", "b"], every="week")

    assert found.group.tolist() == ["2026-01-05"] * 2 + ["2026-01-12"] * 2
    assert found.journeys.tolist() == [1, 0, 1, 1]


def test_the_members_of_any_kind_add_up_to_the_funnel() -> None:
    """Rows of a state sum to the column of the funnel; groups and persons are columns."""
    journeys = tp.datasets.shop(300, seed=5)
    steps = ["search_query", "review_read", "purchase"]
    for kind in ("closed", "strict", "hybrid", "open"):
        found = tp.paths.funnel(journeys, steps, kind=kind, by="device")
        members = tp.paths.funnel_members(journeys, steps, kind=kind, by="device")
        for name in ("lost", "open"):
            for step, group, number in zip(
                found.step, found.group, getattr(found, name), strict=True
            ):
                rows = (members.step == step) & (members.group == group) & (members.state == name)
                assert members.count[rows].sum() == number
    assert members.reached_at is None
    assert journeys.ids[members.position].tolist() == members.journey.tolist()


def test_a_step_that_nobody_gets_near_has_no_members() -> None:
    """It is a step all the same: its mask is all False, whatever the state."""
    journeys = shop(ana="b", leo="a")
    found = tp.paths.funnel_members(journeys, ["a", "b", "a"])

    assert found.steps == ("a (1)", "b", "a (3)")
    assert found.mask(step="b", state="lost").tolist() == [False, True]
    assert found.mask(step="a (3)", state="lost").tolist() == [False, False]
    with pytest.raises(NotFoundError, match=r"no step 'a'\n.*'a \(1\)'"):
        found.mask(step="a")


@pytest.mark.parametrize("ask", [tp.paths.funnel, tp.paths.funnel_members, tp.paths.funnel_times])
def test_steps_need_an_order(ask) -> None:
    """That of a set differs from run to run; any of several places has none."""
    journeys = shop(ana="a b")
    for steps in ({"a", "b"}, frozenset({"a", "b"})):
        with pytest.raises(WrongKindError, match="steps must be a sequence of places"):
            ask(journeys, steps)
    assert len(ask(journeys, [{"a", "c"} - {"c"}, "b"])) == len(ask(journeys, ["a", "b"]))


def test_bad_options_get_clear_errors() -> None:
    """What has no meaning is refused, with what to do instead."""
    journeys = shop(one="a1 b1 x1", two="a2")

    def ask(*steps, **options):
        return tp.paths.funnel(journeys, list(steps) or ["a", "b"], **options)

    with pytest.raises(InvalidInputError, match="exclude and the step 'b' have the same place"):
        ask(exclude=["x", "b"])
    with pytest.raises(InvalidInputError, match="exclude and the step 'a b' have the same place"):
        ask("x", tp.pattern("a b"), exclude=[tp.pattern("a b"), "b"])
    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        ask(exclude="q")
    for kind, name, value in (
        ("strict", "exclude", "x"),
        ("strict", "optional", ["b"]),
        ("hybrid", "optional", ["b"]),
        ("open", "exclude", "x"),
        ("open", "holding", "item"),
        ("open", "attempts", True),
        ("open", "every", "week"),
        ("open", "by_entry", "item"),
    ):
        with pytest.raises(InvalidInputError, match=f"{name} must be left out for kind='{kind}'"):
            ask(kind=kind, **{name: value})


def test_bad_names_get_clear_errors() -> None:
    """Unknown steps, columns, periods and states, with similar names."""
    journeys = shop(one="a1 b1 x1", two="a2")

    def ask(*steps, **options):
        return tp.paths.funnel(journeys, list(steps) or ["a", "b"], **options)

    with pytest.raises(NotFoundError, match="no step 'B'"):
        ask(optional=["B"])
    with pytest.raises(InvalidInputError, match="the first step cannot be optional"):
        ask(optional=["a"])
    with pytest.raises(InvalidInputError, match="several steps are called 'b'"):
        ask("a", "b", "b", optional=["b"])
    with pytest.raises(NotFoundError, match="did you mean 'item'"):
        ask(holding="itm")
    with pytest.raises(NotFoundError, match="did you mean 'item'"):
        ask(by_entry="itm")
    with pytest.raises(InvalidInputError, match="by_entry and every cannot be given together"):
        ask(by_entry="item", every="week")
    with pytest.raises(InvalidInputError, match="did you mean 'week'"):
        ask(every="weak")
    with pytest.raises(InvalidInputError, match="needs times"):
        tp.paths.funnel(tp.distinct(journeys), ["a"], every="week")
    nothing = shop(one="a b", two="a1")[:1]
    with pytest.raises(InvalidInputError, match="no interaction has a value of 'item'"):
        tp.paths.funnel(nothing, ["a", "b"], holding="item")
    with pytest.raises(InvalidInputError, match="no interaction of the first step has a value"):
        tp.paths.funnel(nothing, ["a", "b"], by_entry="item")
    with pytest.raises(InvalidInputError, match="at least two steps"):
        tp.paths.funnel_times(journeys, ["a"])
    with pytest.raises(InvalidInputError, match="needs a first step"):
        tp.paths.funnel_times(journeys, ["a", "b"], kind="open")
    members = tp.paths.funnel_members(journeys, ["a", "b"])
    with pytest.raises(NotFoundError, match="no step 'c'"):
        members.mask(step="c")
    with pytest.raises(InvalidInputError, match="did you mean 'lost'"):
        members.mask(step="b", state="losd")


def test_an_item_that_always_differs_holds_nothing() -> None:
    """All values differ: everybody enters, nobody gets further, and no number is made up."""
    found = tp.paths.funnel(shop(one="a1 b2", two="a3 b4"), ["a", "b"], holding="item")

    assert found.journeys.tolist() == [2, 0]
    assert np.isnan(found.median_time[1])


def test_no_entries_give_no_groups() -> None:
    """An empty log, and one in which nobody enters, have no period of entry."""
    for journeys in (shop(one="a b")[:0], shop(one="b", two="a")[:1]):
        found = tp.paths.funnel(journeys, ["a", "b"], every="week", attempts=True)
        assert len(found) == 0
        assert found.group is not None
        assert len(tp.paths.funnel_members(journeys, ["a", "b"])) == 0
    alone = tp.paths.funnel(take(shop(one="a b", two="a"), np.array([], np.int64)), ["a", "b"])
    assert alone.journeys.tolist() == [0, 0]


def test_steps_at_one_instant_take_no_time() -> None:
    """An attempt that ends at the instant it began has a time of zero, and is within any window."""
    rows = [{"id": 1, "at": "2026-01-01", "what": what} for what in "ab"]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what")

    found = tp.paths.funnel(journeys, ["a", "b"], within=dt.timedelta(microseconds=1))

    assert found.journeys.tolist() == [1, 1]
    assert found.median_time[1] == 0
    assert tp.paths.funnel_times(journeys, ["a", "b"]).max.tolist() == [0.0]


def minutes(**paths: str) -> tp.Journeys:
    """Return journeys of ``what@minute`` words."""
    rows = [
        {"id": name, "at": dt.datetime(2026, 1, 1) + int(at) * DAY / 1440, "what": what}
        for name, path in paths.items()
        for what, at in (word.split("@") for word in path.split())
    ]
    return tp.from_records(rows, journey="id", time="at", touchpoint="what")


def test_the_window_case_of_mixpanel() -> None:
    """A at 1:00 and 1:30, B at 1:45, C at 2:15, one hour: converted with optimized re-entry.

    So it is here: every start has a window. Mixpanel's older count, of the first entry only, is
    that of the part of the journey before the second start.
    """
    journeys = minutes(one="a@60 a@90 b@105 c@135")

    found = tp.paths.funnel(journeys, ["a", "b", "c"], within=dt.timedelta(hours=1))

    assert found.journeys.tolist() == [1, 1, 1]
    assert found.median_time[1:].tolist() == [15 * 60, 30 * 60]  # from the second start


def test_entries_and_conversions_of_mixpanel() -> None:
    """A, A, A, B: one conversion, of the most recent entry, here as there.

    Mixpanel's totals count one entry, as a new one begins when the window is over, or the funnel
    is completed or excluded; here every start is an attempt: 3. A B A B has two of each in both.
    """
    journeys = log(waits="aaab", twice="abab")

    found = tp.paths.funnel(journeys, ["a", "b"], attempts=True)

    assert found.attempts.tolist() == [3 + 2, 1 + 2]
    week = tp.paths.funnel(log(waits="aaab"), ["a", "b"], attempts=True, every=DAY)
    converted = week.attempts.reshape(-1, 2)[:, 1].tolist()
    assert converted == [0, 0, 1]  # the entry of the third day


def test_exclusions_of_mixpanel_and_of_posthog() -> None:
    """An exclusion ends the entry, and a later one counts (Mixpanel), here as there.

    PostHog drops a person with an exclusion between two steps from the whole funnel: here, select
    the journeys without it.
    """
    journeys = log(again="axab", ended="axb", plain="ab", before="xab")
    steps = ["a", "b"]

    assert tp.paths.funnel(journeys, steps, exclude="x").journeys.tolist() == [4, 3]
    between = tp.paths.funnel_members(journeys, ["a", tp.pattern("x .* b")])
    dropped = between.mask(step="x .* b", state="reached")
    assert tp.paths.funnel(tp.select(journeys, ~dropped), steps).journeys.tolist() == [2, 2]


def test_a_property_held_constant_as_in_amplitude() -> None:
    """Steps of other sessions do not mix; Amplitude counts the pairs of user and value.

    Here journeys count once; the pairs are the attempts of one start for each value.
    """
    journeys = shop(two="a1 b1 a2 b2", mixed="a1 b2")

    found = tp.paths.funnel(journeys, ["a", "b"], holding="item", attempts=True)

    assert found.journeys.tolist() == [2, 1]
    assert found.attempts.tolist() == [3, 2]


def test_steps_that_overlap_do_not_depend_on_other_journeys() -> None:
    """In a hybrid funnel equal steps need two occurrences; steps that coincide do not."""
    rows = [("ana", "t0"), ("ana", "t2"), ("leo", "t0"), ("leo", "t1"), ("leo", "t2")]
    log = {
        "who": [who for who, _ in rows],
        "t": [f"2026-01-0{day}" for day in range(1, 6)],
        "w": [what for _, what in rows],
    }
    both = tp.from_columns(log, journey="who", time="t", touchpoint="w")
    steps = {"begin": "t0", "either": ["t1", "t2"], "second": "t2"}
    ana = both[both.ids.tolist().index("ana")].keys

    assert ana == ("t0", "t2")
    for some in (both, both[:1], both[1:]):
        found = tp.paths.funnel(some, steps, kind="hybrid")
        assert found.journeys.tolist() == [len(some)] * 3
    twice = tp.paths.funnel(both, ["t0", "t2", ["t2"]], kind="hybrid")
    assert twice.journeys.tolist() == [2, 2, 0]
