"""Marking outcomes: until, mark, mark_open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log, paths_of
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError


def test_until_cuts_at_the_first_purchase_and_marks_the_outcome() -> None:
    """Journeys are cut before a purchase, or after it; without one they stay whole (A1)."""
    journeys = log(one="abpcp", two="ab", three="p")

    before = tp.until(journeys, "p", outcome="purchase")

    assert paths_of(before) == ["ab", "ab", ""]
    assert before.outcomes["purchase"].tolist() == [1, 0, 1]
    assert str(before.outcome_times["purchase"][0])[:10] == "2026-01-03"
    assert np.isnat(before.outcome_times["purchase"][1])
    assert paths_of(tp.until(journeys, "p", outcome="purchase", include=True)) == ["abp", "ab", "p"]


def test_a_journey_cut_off_by_the_log_has_an_unknown_outcome() -> None:
    """Not reached and not finished is not known; reached is reached, and then finished."""
    journeys = attrs.evolve(log(one="ap", two="ab", three="ab"), finished=[False, False, True])

    marked = tp.until(journeys, "p", outcome="purchase")

    assert marked.outcomes["purchase"].tolist()[0] == 1
    assert np.isnan(marked.outcomes["purchase"][1])
    assert marked.outcomes["purchase"][2] == 0
    assert marked.finished.tolist() == [True, False, True]


def test_a_type_of_the_taxonomy_that_does_not_occur_gives_zeros() -> None:
    """No purchase at all is an answer when the taxonomy knows purchases."""
    journeys = tp.from_records(
        [{"id": 1, "at": "2026-01-01", "what": "live_chat"}],
        journey="id",
        time="at",
        touchpoint="what",
        taxonomy=tp.load_taxonomy("customer"),
    )

    assert tp.until(journeys, "purchase", outcome="purchase").outcomes["purchase"].tolist() == [0]
    with pytest.raises(NotFoundError, match="did you mean 'purchase'"):
        tp.until(journeys, "purchas", outcome="purchase")


@pytest.mark.parametrize("name", ["start", "end", "open", "missing", "no luck"])
def test_names_that_graphs_use_are_no_outcomes(name: str) -> None:
    """A terminal of a graph and an outcome of the same name could not be distinguished."""
    with pytest.raises(InvalidInputError, match="must not be named .*: graphs use"):
        tp.until(log(one="ab"), "a", outcome=name)


def test_an_outcome_needs_a_name() -> None:
    """Neither empty text nor None names an outcome."""
    with pytest.raises(WrongKindError, match="the name of an outcome must be non-empty text"):
        tp.until(log(one="ab"), "a", outcome="")


def test_mark_leaves_the_journeys_whole() -> None:
    """Marking adds outcome, time and value, and cuts nothing."""
    journeys = log(one="abp", two="ab")

    marked = tp.mark(journeys, "sale", when="p")

    assert paths_of(marked) == ["abp", "ab"]
    assert marked.outcomes["sale"].tolist() == [1, 0]


def test_a_window_counts_from_the_first_interaction_and_waits_for_those_watched_too_short() -> None:
    """On the last day of the window it counts; before the window is over one cannot know."""
    journeys = log(one="abp", two="abbp", three="ab")

    marked = tp.mark(journeys, "sale", when="p", within=dt.timedelta(days=2))

    assert marked.outcomes["sale"].tolist() == [1, 0, 0]

    early = attrs.evolve(
        journeys, observed_until=np.array(["2026-01-03", "2026-01-04", "2026-01-02"], "M8[us]")
    )
    waiting = tp.mark(early, "sale", when="p", within=dt.timedelta(days=2)).outcomes["sale"]

    assert waiting[:2].tolist() == [1, 0]
    assert np.isnan(waiting[2])


def test_values_are_summed_over_the_occurrences_and_the_count() -> None:
    """A row that stands for three journeys has three times its amount as value."""
    rows = [
        {"id": 1, "at": f"2026-01-0{day}", "what": what, "paid": paid}
        for day, (what, paid) in enumerate([("p", 10.0), ("a", 99.0), ("p", 5.0), ("p", None)], 1)
    ]
    journeys = tp.from_records(
        rows, journey="id", time="at", touchpoint="what", per_interaction=["paid"]
    )

    thrice = attrs.evolve(journeys, counts=[3])

    assert tp.mark(thrice, "sale", when="p", value="paid").values["sale"].tolist() == [45]
    with pytest.raises(NotFoundError, match="per-interaction column 'pay'"):
        tp.mark(journeys, "sale", when="p", value="pay")


def test_recent_journeys_stay_open() -> None:
    """A journey is open while too little time has passed since its last interaction."""
    rows = [{"id": day, "at": f"2026-01-{day:02}", "what": "a"} for day in (1, 13, 20)]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what")

    opened = tp.mark_open(journeys, within=dt.timedelta(days=7))

    assert opened.finished.tolist() == [True, True, False]


# --------------------------------------------------------------- the touchpoint that is the outcome


def marked_variously() -> dict[str, tp.Journeys]:
    """Return an outcome of another name than its touchpoint, marked in every how."""
    journeys = log(one="abp", two="apc", three="ac")
    return {
        "mark": tp.mark(journeys, "sale", when="p"),
        "within": tp.mark(journeys, "sale", when="p", within=dt.timedelta(days=1)),
        "include": tp.until(journeys, "p", outcome="sale", include=True),
        "pattern": tp.mark(journeys, "sale", when=tp.pattern(". p")),
        "anchor": tp.mark(journeys, "sale", when=tp.Anchor(pattern="p")),
        "include a pattern": tp.until(journeys, tp.pattern("a .* p"), outcome="sale", include=True),
    }


@pytest.mark.parametrize("how", marked_variously())
@pytest.mark.parametrize("analysis", [tp.outcome_graph, tp.paths.absorption])
def test_an_outcome_of_another_name_than_its_touchpoint_is_no_less_a_leak(
    how: str, analysis: Callable[..., object]
) -> None:
    """The touchpoint that defines an outcome is refused, whatever the outcome's name."""
    with pytest.raises(InvalidInputError, match="'p' that defines the outcome 'sale'") as caught:
        analysis(marked_variously()[how])
    assert "tp.before_first(journeys, 'p')" in str(caught.value)


@pytest.mark.parametrize("how", marked_variously())
def test_cut_before_it_the_outcome_can_be_analysed(how: str) -> None:
    """As it was marked."""
    cut = tp.before_first(marked_variously()[how], "p")

    assert ("b", "(sale)") in tp.paths.absorption(cut).as_dict()
    assert {"sale": ("p",)} == dict(cut.meta.defining)


def test_cutting_before_a_match_leaves_its_touchpoints_elsewhere() -> None:
    """Of a pattern only what occurs nowhere else is the outcome."""
    cut = tp.until(log(one="apxap", two="ab"), tp.pattern("x a p"), outcome="again")

    assert {} == dict(cut.meta.defining)
    assert 1.0 == tp.paths.absorption(cut).as_dict()["p", "(again)"]


def test_what_defines_an_outcome_survives_other_transforms(tmp_path: Path) -> None:
    """Choosing, merging, joining, storing; under its new name where it gets one."""
    journeys = tp.mark(log(one="abp", two="apc", three="ac"), "sale", when="p")
    other = tp.mark(attrs.evolve(log(one="q"), ids=["four"]), "sale", when="q")
    tp.write_journeys(journeys, tmp_path / "kept.zip")
    read = tp.read_journeys(tmp_path / "kept.zip")

    assert journeys == read
    assert {"sale": ("p",)} == dict(read.meta.defining)
    for one in (journeys[:2], tp.distinct(journeys), tp.select(journeys, ["a", "p"])):
        assert {"sale": ("p",)} == dict(one.meta.defining)
    assert {"sale": ("p", "q")} == dict(tp.concat([journeys, other]).meta.defining)
    assert {"sale": ("z",)} == dict(tp.relabel(journeys, {"p": "z", "a": "p"}).meta.defining)
    shops = [attrs.evolve(one, channel="shop") for one in journeys.touchpoints]
    lens = tp.collapse(attrs.evolve(journeys, touchpoints=shops), by="channel")
    with pytest.raises(InvalidInputError, match="'shop' that defines") as caught:
        tp.outcome_graph(lens)
    assert "then tp.collapse" in str(caught.value)
    assert {"sale": ("c",)} == dict(tp.mark(journeys, "sale", when="c").meta.defining)
    assert "meta.defining" in tp.first_difference(
        journeys, attrs.evolve(journeys, meta=attrs.evolve(journeys.meta, defining={}))
    )


def test_retyped_touchpoints_still_define_the_outcome() -> None:
    """The defining touchpoints follow their new names after `retype`."""

    @tp.classifier(reads=("touchpoint",))
    def shouted(event):
        return event["touchpoint"].upper()

    journeys = tp.mark(log(one="abp", two="ac"), "sale", when="p")

    assert {"sale": ("P",)} == dict(tp.retype(journeys, shouted).meta.defining)


def visits(*journeys: tuple[str, ...], until: int = 200) -> tp.Journeys:
    """Return journeys of interactions written ``day:touchpoint``, watched until some day."""
    start = np.datetime64("2026-01-01", "us")
    rows = [
        {"id": place, "t": start + np.timedelta64(int(one.split(":")[0]), "D"), "w": one[-1]}
        for place, journey in enumerate(journeys)
        for one in journey
    ]
    made = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    end = np.full(len(made), start + np.timedelta64(until, "D"))
    return attrs.evolve(made, observed_until=end)


WITHIN = dt.timedelta(days=60)


def test_bought_again_within_sixty_days() -> None:
    """Of those who bought: 1 in time, 0 too late or never, nan where 60 days are not over."""
    journeys = visits(
        ("0:a", "5:p", "65:p"),  # on the last day
        ("0:a", "5:p", "66:p"),  # a day too late
        ("0:p", "9:a"),  # never
        ("0:a", "9:a"),  # did not buy at all
        ("0:a", "150:p", "160:a"),  # watched for 50 days only
        ("0:p", "1:p", "2:p"),
    )
    marked = tp.mark(journeys, "again", when="p", after="p", within=WITHIN)

    assert marked.outcomes["again"].tolist() == pytest.approx(
        [1.0, 0.0, 0.0, np.nan, np.nan, 1.0], nan_ok=True
    )
    when = marked.outcome_times["again"]
    assert [str(one)[:10] for one in when[[0, 5]]] == ["2026-03-07", "2026-01-02"]
    assert np.isnat(when[[1, 2, 3, 4]]).all()


def test_no_visit_for_sixty_days_is_churn() -> None:
    """1 where nothing came in time, at the day the time was over; the rest as for what came."""
    journeys = visits(
        ("0:a", "5:p", "65:a"),
        ("0:a", "5:p", "66:a"),
        ("0:a", "5:p"),
        ("0:a", "9:a"),
        ("0:a", "150:p"),
        ("0:a", "150:p", "160:a"),
    )
    marked = tp.mark(journeys, "churn", when="a", after="p", within=WITHIN, absent=True)

    assert marked.outcomes["churn"].tolist() == pytest.approx(
        [0.0, 1.0, 1.0, np.nan, np.nan, 0.0], nan_ok=True
    )
    assert [str(one)[:10] for one in marked.outcome_times["churn"][[1, 2]]] == ["2026-03-07"] * 2


def test_absence_without_a_limit_waits_for_the_end() -> None:
    """A journey that goes on may still have it; a finished one has not."""
    journeys = attrs.evolve(visits(("0:a",), ("0:a",), ("0:p",)), finished=[True, False, False])
    marked = tp.mark(journeys, "none", when="p", absent=True)
    assert marked.outcomes["none"].tolist() == pytest.approx([1.0, np.nan, 0.0], nan_ok=True)
    assert np.isnat(marked.outcome_times["none"]).all()
    with pytest.raises(InvalidInputError, match="absence has no value"):
        tp.mark(journeys, "none", when="p", absent=True, value="paid")


def test_a_column_marks_an_outcome() -> None:
    """1 where it has the value, 0 where it has another, nan where it has none."""
    journeys = attrs.evolve(
        visits(("0:a",), ("0:a",), ("0:a",)), per_journey={"again": ["yes", None, "no"]}
    )
    marked = tp.mark_by(journeys, "back", column="again", equals="yes")
    assert marked.outcomes["back"].tolist() == pytest.approx([1.0, np.nan, 0.0], nan_ok=True)
    either = tp.mark_by(journeys, "back", column="again", equals=["yes", "no"])
    assert either.outcomes["back"].tolist() == pytest.approx([1.0, np.nan, 1.0], nan_ok=True)
    with pytest.raises(InvalidInputError, match="values are 'yes', 'no'"):
        tp.mark_by(journeys, "back", column="again", equals="maybe")
    with pytest.raises(NotFoundError, match="did you mean 'again'"):
        tp.mark_by(journeys, "back", column="agian")


def test_an_outcome_read_from_a_column_forgets_the_touchpoint_of_the_old_one() -> None:
    """A sale that is known from the till is no leak of the touchpoint it was marked by before."""
    journeys = tp.mark(visits(("0:a", "1:p"), ("0:a",)), "sale", when="p")
    journeys = attrs.evolve(journeys, per_journey={"till": ["yes", "no"]})
    marked = tp.mark_by(journeys, "sale", column="till", equals="yes")
    assert tp.attribution.linear(marked).as_dict() == {"a": 0.5, "p": 0.5}
    assert "sale" not in marked.outcome_times


CONDITIONS = [
    {"after": "p", "within": WITHIN},
    {"after": "p"},
    {"within": WITHIN},
    {"after": "b", "within": WITHIN, "absent": True},
    {"absent": True},
]


@pytest.mark.parametrize("given_", CONDITIONS)
@pytest.mark.parametrize("when", ["p", "a"])
def test_cut_or_not_an_outcome_with_conditions_is_the_same(
    given_: dict[str, object], when: str
) -> None:
    """``until`` marks what ``mark`` does, and keeps what came before it was decided."""
    journeys = visits(
        ("0:a", "5:p", "9:b", "65:p", "66:a"),
        ("0:a", "5:p", "66:p"),
        ("0:p", "9:a", "70:b"),
        ("0:b", "61:a", "61:p"),
        ("0:a", "150:p", "160:a"),
        ("0:p", "1:p", "2:p"),
        ("0:b", "1:b"),
    )
    journeys = attrs.evolve(journeys, finished=np.arange(7) != 3)
    whole = tp.mark(journeys, "it", when=when, **given_)  # type: ignore[arg-type]
    part = tp.until(journeys, when, outcome="it", **given_)  # type: ignore[arg-type]

    assert np.array_equal(part.outcomes["it"], whole.outcomes["it"], equal_nan=True)
    assert np.array_equal(part.outcome_times["it"], whole.outcome_times["it"], equal_nan=True)
    assert part.finished[~np.isnan(part.outcomes["it"])].all()
    for short, long in zip(part, whole, strict=True):
        assert long.keys[: len(short.keys)] == short.keys


def test_what_leads_to_a_second_purchase_can_be_attributed() -> None:
    """The first purchase is what came before, not a leak; what comes after 60 days is not known."""
    journeys = visits(
        ("0:a", "5:p", "9:b", "65:p", "66:a"),  # again, by way of b
        ("0:a", "5:p", "66:b", "67:p"),  # too late
        ("0:a", "9:a"),  # never bought
    )
    again = tp.until(journeys, "p", outcome="again", after="p", within=WITHIN)

    assert [one.keys for one in again] == [("a", "p", "b"), ("a", "p"), ("a", "a")]
    found = tp.attribution.markov(again)
    assert dict(zip(found.touchpoint, found.effect, strict=True)) == {"a": 1.0, "b": 1.0, "p": 1.0}
    assert (found.outcomes, found.unknown, found.probability) == (1, 1, 0.5)
    with pytest.raises(InvalidInputError, match="after=, within= and absent="):
        tp.attribution.markov(tp.mark(journeys, "again", when="p", after="p", within=WITHIN))


def test_what_leads_to_churn_is_what_came_before_the_silence() -> None:
    """Journeys end where the silence begins: later visits would give the answer away."""
    journeys = visits(("0:a", "5:b", "65:a"), ("0:b", "70:a"), ("0:a", "1:a", "2:b"))
    churn = tp.until(journeys, "a", outcome="churn", after="b", within=WITHIN, absent=True)

    assert [one.keys for one in churn] == [("a", "b"), ("b",), ("a", "a", "b")]
    assert churn.outcomes["churn"].tolist() == [0.0, 1.0, 1.0]
    assert tp.attribution.linear(churn).as_dict() == pytest.approx({"b": 4 / 3, "a": 2 / 3})
    with pytest.raises(InvalidInputError, match="absence has no occurrence to keep"):
        tp.until(journeys, "a", outcome="churn", absent=True, include=True)


@given(
    days=st.lists(
        st.lists(st.integers(0, 200), min_size=1, max_size=4, unique=True).map(sorted),
        min_size=1,
        max_size=5,
    )
)
def test_churn_is_silence_after_the_last_visit(days: list[list[int]]) -> None:
    """Sixty days without a visit; not known where the log ends before they are over."""
    start, limit = dt.datetime(2026, 1, 1), 60
    rows = [
        {"id": who, "t": start + dt.timedelta(days=day), "w": "visit"}
        for who, found in enumerate(days)
        for day in found
    ]
    journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    churn = tp.until(
        journeys,
        "visit",
        outcome="churn",
        after=tp.Anchor(pattern="visit", occurrence="last"),
        within=dt.timedelta(days=limit),
        absent=True,
    )
    end = max(found[-1] for found in days)
    expected = [1.0 if end - found[-1] >= limit else np.nan for found in days]

    np.testing.assert_array_equal(churn.outcomes["churn"], expected)
    assert np.diff(churn.offsets).tolist() == [len(found) for found in days]
