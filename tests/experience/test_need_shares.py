"""Shares of needs nobody observed, by a few answers and inferred needs (A7, A20, B8)."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.experience.naive_need_shares import Item, selection_p, share_of
from touchpoints._core.frozen import Coded
from touchpoints.errors import InvalidInputError, NotFoundError

shares = tp.experience.need_shares
COLUMNS = ("naive", "survey", "share", "low", "high", "tuning")


class World:
    """Interactions of persons, what is inferred of each, and what some answered."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []

    def add(
        self,
        times: int,
        inferred: str | None,
        said: str | None = None,
        *,
        person: str | None = None,
        group: str = "all",
    ) -> World:
        """Add journeys of one interaction each, of a new person each or all of one."""
        for _ in range(times):
            number = len(self.rows)
            self.rows.append(
                {
                    "journey": number,
                    "person": person or f"p{number}",
                    "time": f"2026-01-01T00:00:{number % 60:02}",
                    "do": f"visit-{inferred or 'nothing'}",
                    "group": group,
                }
            )
            if said is not None:
                self.answers.append({"journey": number, "time": "2026-01-02", "need": said})
        return self

    def journeys(self, **more: Any) -> tp.Journeys:
        """Return the journeys, with needs inferred from the names of touchpoints."""
        return tp.from_records(
            self.rows,
            journey="journey",
            person="person",
            time="time",
            touchpoint=infer,
            per_journey=["group"],
            unmatched="keep",
            **more,
        )


@tp.classifier(reads=("do",))
def infer(event: dict[str, Any]) -> tp.Facets | None:
    """Return the need that the name of a touchpoint says."""
    need = event["do"].removeprefix("visit-")
    return None if need == "nothing" else tp.Facets(need=need)


def half_right() -> World:
    """Return 8 answers of 16: half are inferred to be a, three of four rightly."""
    world = World()
    for inferred, said, times in (("a", "a", 3), ("b", "a", 1), ("a", "b", 1), ("b", "b", 3)):
        world.add(times, inferred, said)
    return world.add(4, "a").add(4, "b")


def row(found: tp.experience.NeedShares, term: str) -> dict[str, Any]:
    """Return the row of a term."""
    return next(one for one in found.to_dicts() if one["term"] == term)


def published(named: Any, guessed: Any, others: Any) -> tuple[float, float]:
    """Return the mean and its standard error by PPI++ (arXiv:2311.01453) of single interactions.

    Of answers, of guesses beside them, and of the guesses without an answer.
    """
    n, rest = len(named), len(others)
    covariance = np.mean((named - named.mean()) * (guessed - guessed.mean()))
    variance = np.var(np.append(guessed, others), ddof=1)
    tuning = np.clip(covariance / ((1 + n / rest) * variance), 0, 1)
    mean = np.mean(named - tuning * guessed) + tuning * others.mean()
    spread = np.var(named - tuning * guessed) / n + tuning**2 * np.var(others) / rest
    return float(mean), float(np.sqrt(spread))


@pytest.mark.parametrize("seed", range(5))
def test_shares_of_single_interactions_are_those_of_ppi(seed: int) -> None:
    """The published estimator and its standard error, but for how the tuning is estimated.

    There the variance of all guesses is pooled, here persons with answers weigh more.
    """
    rng = np.random.default_rng(seed)
    truth = rng.random(1500) < 0.3
    guess = np.where(rng.random(1500) < 0.2, ~truth, truth)
    world = World()
    for place, (need, inferred) in enumerate(zip(truth, guess, strict=True)):
        said = ("a" if need else "b") if place < 200 else None
        world.add(1, "a" if inferred else "b", said)
    one = row(shares(world.journeys(), answers=world.answers), "a")
    mean, error = published(truth[:200], guess[:200], guess[200:])

    assert mean == pytest.approx(one["share"], abs=error / 10)
    assert error == pytest.approx(one["se"], rel=0.02)


def test_the_tuning_is_the_regression_of_answers_on_guesses() -> None:
    """Covariance 3/8 - 1/4 over variance 1/4: one half, worked out by hand."""
    world = half_right()
    found = shares(world.journeys(), answers=world.answers)

    assert ["a", "b"] == found.term.tolist()
    assert [0.5, 0.5] == pytest.approx(found.tuning.tolist())
    assert [0.5, 0.5] == pytest.approx(found.share.tolist())
    assert [8, 8] == found.inferred.tolist()
    assert [4, 4] == found.answered.tolist()
    assert (8, 16, 8.0, 0) == (
        found.answers,
        found.items,
        found.effective_answers,
        found.unknown,
    )
    assert (found.low > found.survey_low).all()
    assert (found.high < found.survey_high).all()


def test_more_guesses_of_a_term_move_its_share_by_the_tuning() -> None:
    """The share is the survey's plus the tuning times what is guessed beyond the answers."""
    world = half_right().add(40, "a")
    one = row(shares(world.journeys(), answers=world.answers), "a")

    assert 48 / 56 == pytest.approx(one["naive"])
    assert 0.5 + one["tuning"] * (48 / 56 - 0.5) == pytest.approx(one["share"])
    assert 0.3 < one["tuning"] < 0.8


def test_right_guesses_are_taken_over_and_useless_ones_are_not() -> None:
    """Tuning 1 where answers confirm every guess; 0 where guesses are all alike."""
    right = World().add(50, "a", "a").add(50, "b", "b").add(500, "a").add(500, "b")
    found = shares(right.journeys(), answers=right.answers)
    assert [1.0, 1.0] == pytest.approx(found.tuning.tolist())
    assert (found.high - found.low < (found.survey_high - found.survey_low) / 2).all()

    alike = World().add(10, "a", "a").add(10, "a", "b").add(100, "a")
    found = shares(alike.journeys(), answers=alike.answers)
    assert [0.0, 0.0] == found.tuning.tolist()
    assert [0.5, 0.5] == found.share.tolist()
    assert found.low.tolist() == found.survey_low.tolist()
    assert found.high.tolist() == found.survey_high.tolist()


def test_without_answers_nothing_is_identified() -> None:
    """Shares are nan, and the table says why; the naive shares are shown under their name."""
    found = shares(half_right().journeys())

    assert np.isnan(found.share).all()
    assert np.isnan(found.low).all()
    assert [0.5, 0.5] == found.naive.tolist()
    assert "not identified: no answers" in repr(found)
    assert 0 == found.answers


def test_a_term_that_no_answer_names_has_the_interval_of_no_hits() -> None:
    """It is named in the repr, and inference alone does not make it certain."""
    world = World().add(50, "a", "a").add(200, "a").add(20, "rare")
    found = shares(world.journeys(), answers=world.answers)
    one = row(found, "rare")

    assert (0.0, 0.0, 0.0) == (one["share"], one["low"], one["tuning"])
    assert tp.wilson(0, 50).high == pytest.approx(one["high"])
    assert np.isnan(one["se"])
    assert "no answer names 'rare'" in repr(found)


def test_few_answers_that_happen_to_agree_do_not_make_guesses_certain() -> None:
    """One hit of 50, guessed rightly: the interval is still wide."""
    world = World().add(1, "rare", "rare").add(49, "a", "a").add(20, "rare").add(1000, "a")
    one = row(shares(world.journeys(), answers=world.answers), "rare")

    assert 1.0 == pytest.approx(one["tuning"], abs=0.01)
    assert one["high"] - one["low"] > (one["survey_high"] - one["survey_low"]) / 2


def test_selective_answers_are_noticed_and_weighted() -> None:
    """90 of a group and 10 of another, 10 answers each: shares of the groups as they are."""
    world = World()
    world.add(5, None, "x", group="many").add(5, None, "y", group="many")
    world.add(80, None, group="many").add(10, None, "x", group="few")
    journeys = world.journeys()
    plain, weighted = (
        shares(journeys, answers=world.answers),
        shares(journeys, answers=world.answers, weights="group"),
    )

    assert 0.75 == row(plain, "x")["share"]
    assert 0.9 * 0.5 + 0.1 * 1.0 == pytest.approx(row(weighted, "x")["share"])
    assert 100**2 / (10 * 9**2 + 10 * 1) == pytest.approx(weighted.effective_answers)
    assert "weighted answers: 20, 12 effective" in repr(weighted)
    assert (weighted.high - weighted.low > plain.high - plain.low).all()


def test_selection_is_said_where_guesses_show_it() -> None:
    """Only those inferred to be of a were asked, mostly."""
    world = World().add(80, "a", "a").add(20, "b", "b").add(300, "a").add(700, "b")
    found = shares(world.journeys(), answers=world.answers)

    assert found.selection_p < 1e-6
    assert "selective answers" in repr(found)
    fair = World().add(40, "a", "a").add(60, "b", "b").add(360, "a").add(540, "b")
    found = shares(fair.journeys(), answers=fair.answers)
    assert 1.0 == found.selection_p
    assert "selective" not in repr(found)


def test_strata_in_which_nobody_answered_are_refused_or_left_out_and_counted() -> None:
    """Nothing is known of them."""
    world = World().add(5, "a", "a", group="one").add(5, "b", "b", group="one")
    world.add(7, "a", group="two").add(20, "b", group="one")
    journeys = world.journeys()

    with pytest.raises(InvalidInputError, match="nobody answered in 1 stratum") as error:
        shares(journeys, answers=world.answers, weights="group")
    assert "'two'" in error.value.where
    found = shares(journeys, answers=world.answers, weights=["group"], uncovered="drop")
    assert (7, 30) == (found.left_out, found.items)
    assert "left out: 7 interactions in strata where nobody answered" in repr(found)
    assert row(found, "a")["inferred"] == 5


def test_strata_are_as_inferred_and_not_as_answered() -> None:
    """Touchpoints whose need an answer replaced stay in their stratum."""
    world = half_right()
    for lens in ("need", "touchpoint", ("need", "group")):
        found = shares(world.journeys(), answers=world.answers, weights=lens)
        assert (8, 0) == (found.answers, found.left_out)


def test_journeys_are_counted_once_however_many_interactions() -> None:
    """A need is of a journey where it is inferred of any interaction, or an answer names it."""
    rows = [
        {"journey": 1, "time": "2026-01-01", "do": "visit-a"},
        {"journey": 1, "time": "2026-01-02", "do": "visit-a"},
        {"journey": 1, "time": "2026-01-03", "do": "visit-b"},
        {"journey": 2, "time": "2026-01-01", "do": "visit-b"},
        {"journey": 3, "time": "2026-01-01", "do": "visit-a"},
    ]
    journeys = tp.from_records(
        rows, journey="journey", time="time", touchpoint=infer, unmatched="keep"
    )
    answers = [{"journey": 1, "time": "2026-01-02", "need": "c"}]
    found = shares(journeys, answers=answers, of="journeys")

    assert {"a": 2, "b": 2, "c": 0} == dict(zip(found.term, found.inferred, strict=True))
    assert {"a": 0, "b": 0, "c": 1} == dict(zip(found.term, found.answered, strict=True))
    assert (3, 1) == (found.items, found.answers)


def test_answers_are_the_same_attached_or_given() -> None:
    """With other names, attach them first."""
    world = half_right()
    given_ = shares(world.journeys(), answers=world.answers)
    attached = tp.experience.attach_answers(
        world.journeys(), world.answers, journey="journey", time="time", need="need"
    )

    assert given_ == shares(attached)
    with pytest.raises(InvalidInputError, match="answers need the columns") as error:
        shares(world.journeys(), answers=[{"id": 1, "time": "2026-01-02", "need": "a"}])
    assert "attach_answers" in error.value.mend


def test_what_became_of_other_answers_is_said() -> None:
    """Answers before everything are in no share, given as a table or attached."""
    world = half_right()
    early = [*world.answers, {"journey": 15, "time": "2025-12-31", "need": "a"}]
    found = shares(world.journeys(), answers=early)

    assert 8 == found.answers
    assert "1 of 9 answers was given before any interaction that fits" in repr(found)
    only = shares(world.journeys(), answers=early[-1:])
    assert "not identified: no answers" in repr(only)
    assert "1 of 1 answer was given before any interaction that fits" in repr(only)
    assert () == shares(world.journeys(), answers=[]).not_used


def test_a_context_is_asked_for_in_the_same_way() -> None:
    """With its own column."""
    world = half_right()
    answers = [{**one, "context": "rush"} for one in world.answers[:3]]
    found = shares(world.journeys(), answers=answers, facet="context")

    assert {"rush": 1.0} == found.as_dict()
    assert ("context", 13) == (found.facet, found.unknown - 3)
    assert "nothing is inferred of 16 of 16 interactions" in repr(found)


def test_rows_that_count_several_times_are_several_journeys() -> None:
    """As if written out; rows that count 0 times are none."""
    world = half_right()
    journeys = world.journeys()
    written = half_right().add(4, "a").add(4, "a")
    counts = [1] * 8 + [3] * 4 + [1] * 4
    counts_written = attrs.evolve(journeys, counts=counts, persons=None)
    alone = attrs.evolve(written.journeys(), persons=None)

    one, other = (
        shares(counts_written, answers=world.answers),
        shares(alone, answers=written.answers),
    )
    for name in (*COLUMNS, "inferred", "se"):
        assert getattr(other, name).tolist() == pytest.approx(getattr(one, name).tolist())
    none = attrs.evolve(journeys, counts=[1] * 12 + [0] * 4)
    assert 12 == shares(none, answers=world.answers).items


def test_groups_have_their_own_answers() -> None:
    """A group without answers is not identified; counts are added up."""
    world = World().add(4, "a", "a", group="x").add(4, "b", "b", group="x").add(5, "a", group="y")
    found = shares(world.journeys(), answers=world.answers, by="group")

    assert [("x", "a"), ("x", "b"), ("y", "a")] == list(found.as_dict())
    assert np.isnan(found.as_dict()["y", "a"])
    assert (8, 13) == (found.answers, found.items)


def test_nothing_to_infer_from_and_nothing_at_all() -> None:
    """Empty logs give empty tables; answers alone give the survey."""
    empty = half_right().journeys()[:0]
    assert 0 == len(shares(empty))
    world = World().add(6, None, "a").add(2, None, "b").add(30, None)
    found = shares(world.journeys(), answers=world.answers)
    assert {"a": 0.75, "b": 0.25} == found.as_dict()
    assert [0.0, 0.0] == found.tuning.tolist()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"facet": "channel"}, "facet='channel' is not an option"),
        ({"of": "persons"}, "of='persons' is not an option"),
        ({"uncovered": "keep"}, "uncovered='keep' is not an option"),
        ({"weights": "grop"}, "no facet or per-interaction column 'grop'"),
    ],
)
def test_options_are_checked(more: dict[str, Any], says: str) -> None:
    """With what may have been meant."""
    world = half_right()
    with pytest.raises((InvalidInputError, NotFoundError), match=says):
        shares(world.journeys(), answers=world.answers, **more)


ITEMS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from(["a", "b", "d", None, None]),
        st.sampled_from(["x", "y"]),
    ),
    min_size=2,
    max_size=60,
)


@given(ITEMS, st.booleans(), st.sampled_from([0.8, 0.95]))
def test_shares_are_those_of_the_naive_twin(drawn: list[Any], weighted: bool, level: float) -> None:
    """Of persons of several sizes, with and without weights."""
    world = World()
    for person, inferred, said, group in drawn:
        world.add(1, inferred, said, person=f"p{person}", group=group)
    strata = {group for *_, said, group in drawn if said is not None}
    kept = [one for one in drawn if not weighted or not strata or one[3] in strata]
    items = [
        Item(
            person,
            frozenset({inferred} - {None}),
            None if said is None else frozenset({said}),
            group if weighted else None,
        )
        for person, inferred, said, group in kept
    ]
    found = shares(
        world.journeys(),
        answers=world.answers,
        weights="group" if weighted else None,
        uncovered="drop",
        level=level,
    )
    if not world.answers:
        assert np.isnan(found.share).all()
        return
    expected = [share_of(items, term, level=level) for term in found.term.tolist()]
    for twin, one in zip(expected, found.to_dicts(), strict=True):
        numbers = [one[name] for name in (*COLUMNS, "se")]
        assert list(twin[:-1]) == pytest.approx(numbers, abs=1e-6, nan_ok=True)
    assert selection_p(expected) == pytest.approx(found.selection_p, abs=1e-6, nan_ok=True)


def of_many(seed: int, *, wrong: float, answers: int) -> tuple[tp.Journeys, dict[str, float]]:
    """Return journeys of persons with tastes, needs inferred wrongly in part, and some answers."""
    rng = np.random.default_rng(seed)
    persons, needs = 400, np.array(["a", "b", "c"])
    sizes = rng.geometric(0.2, persons)
    owners = np.repeat(np.arange(persons), sizes)
    tastes = rng.dirichlet([3.0, 1.5, 0.5], persons)
    truth = (rng.random(len(owners))[:, None] > tastes[owners].cumsum(axis=1)).sum(axis=1)
    inferred = np.where(rng.random(len(owners)) < wrong, 2, truth)  # what is wrong is called c
    asked = np.zeros(len(owners), dtype=bool)
    asked[rng.choice(len(owners), answers, replace=False)] = True
    now = np.where(asked, truth, inferred)
    journeys = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("visit", need=need) for need in needs],
        codes=now,
        offsets=np.arange(len(owners) + 1),
        persons=owners,
        per_interaction={
            "need_inferred": Coded(np.where(asked, inferred, -1), tuple(needs)),
        },
    )
    return journeys, dict(zip(needs.tolist(), (0.6, 0.3, 0.1), strict=True))


def test_naive_shares_miss_the_truth_and_these_cover_it() -> None:
    """Wrong on 30 %, with 200 answers of 2,000: so few would cover once in a thousand times."""
    from scipy.stats import binom

    worlds, covered, wider, missed = 120, 0, 0, 0
    for seed in range(worlds):
        journeys, truth = of_many(seed, wrong=0.3, answers=200)
        found = shares(journeys)
        one = row(found, "a")
        covered += one["low"] <= truth["a"] <= one["high"]
        missed += abs(one["naive"] - truth["a"]) > 0.1
        wider += one["high"] - one["low"] > (one["survey_high"] - one["survey_low"]) * 1.02
    assert binom.cdf(covered, worlds, 0.95) > 1e-3
    assert worlds == missed
    assert 0 == wider
