"""Information gain of attributes about the branch."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import built
from tests.paths import naive_decisions
from tests.paths.naive_grouping import each_alone, warned_of_ungrouped
from touchpoints._core.frozen import Coded
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.model import take
from touchpoints.uncertainty.discovery import false_discovery


def answers(journeys, **more):
    """Return {attribute: row} for the touchpoint a."""
    settings = {"seed": 3, "permutations": 99, **more}
    table = tp.paths.deciding_attributes(journeys, "a", **settings)
    return {row["attribute"]: row for row in table.to_dicts()}


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("bcd")), min_size=1, max_size=12))
def test_the_gain_is_that_of_the_definition(pairs) -> None:
    """The entropy of the branch minus its conditional entropy given the attribute."""
    journeys = built([f"a{branch}" for _, branch in pairs])
    journeys = attrs.evolve(journeys, per_journey={"device": [value for value, _ in pairs]})

    found = answers(journeys, among=["device"], permutations=1)["device"]

    assert found["gain"] == pytest.approx(naive_decisions.information_gain(pairs), abs=1e-12)
    assert found["visits"] == len(pairs)


def planted(count: int = 60, seed: int = 1):
    """Return journeys whose branch depends on the device and not on a coin."""
    rng = np.random.default_rng(seed)
    device = rng.choice(["web", "app"], count)
    coin = rng.choice(["heads", "tails"], count)
    right = rng.random(count) < 0.9
    paths = [
        "xab" if (one == "web") == ok else "xac" for one, ok in zip(device, right, strict=True)
    ]
    return attrs.evolve(built(paths), per_journey={"device": list(device), "coin": list(coin)})


def test_what_decides_is_found_and_a_coin_is_not() -> None:
    """The planted attribute comes first, with a small q; the q of the coin is large."""
    found = answers(planted())

    assert next(iter(found)) == "device"
    assert found["device"]["q"] <= 0.02
    assert found["coin"]["p"] > 0.05
    assert np.isnan(found["(previous)"]["p"])


def test_the_touchpoint_before_can_decide() -> None:
    """Journeys that come from x go to b, journeys that come from y to c."""
    found = answers(built(["xab"] * 9 + ["yac"] * 9))["(previous)"]

    assert (found["gain"], found["values"], found["p"]) == (1.0, 2, 0.01)
    assert found["explained"] > 0.8


def test_a_column_of_the_interaction_can_decide() -> None:
    """The value at the visit counts, not the values of other interactions."""
    journeys = built(["ab", "ac"] * 8)
    page = [name for one in ("home", "cart") * 8 for name in (one, "other")]

    found = answers(attrs.evolve(journeys, per_interaction={"page": page}))["page"]

    assert (found["gain"], found["values"]) == (1.0, 2)


def test_numbers_are_cut_at_their_quartiles() -> None:
    """An age threshold that decides the branch is found; missing ages are left out."""
    ages = [float(age) for age in range(20, 60)]
    journeys = built(["ab" if age < 40 else "ac" for age in ages] + ["ab"])

    found = answers(attrs.evolve(journeys, per_journey={"age": [*ages, np.nan]}))["age"]

    assert (found["values"], found["visits"], found["gain"]) == (4, 40, 1.0)


def test_journeys_of_one_person_are_moved_together() -> None:
    """Forty journeys of four people who always do the same are weak evidence."""
    paths = ["ab"] * 20 + ["ac"] * 20
    device = ["web"] * 20 + ["app"] * 20
    alone = attrs.evolve(built(paths), per_journey={"device": device})
    people = attrs.evolve(alone, persons=[f"p{position // 10}" for position in range(40)])

    assert answers(alone)["device"]["p"] == 0.01
    assert answers(people)["device"]["p"] > 0.2


def test_the_test_keeps_its_level_with_persons() -> None:
    """If the attribute is independent, p is below 0.1 in about a tenth of the logs."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(120):
        person = np.repeat(np.arange(12), 5)
        lean = rng.random(12)[person]
        paths = np.where(rng.random(60) < lean, "ab", "ac").tolist()
        device = rng.choice(["web", "app"], 12)[person]
        journeys = attrs.evolve(
            built(paths), persons=person.tolist(), per_journey={"device": device.tolist()}
        )
        found.append(answers(journeys, among=["device"], permutations=49)["device"]["p"])

    assert np.mean(np.array(found) <= 0.1) < 0.2


@given(st.permutations(range(12)))
def test_shuffling_changes_nothing(order) -> None:
    """With one seed the p-values do not depend on the order of the log."""
    journeys = planted(12)

    mixed = take(journeys, np.array(order, dtype=np.int64))

    found, again = (
        tp.paths.deciding_attributes(one, "a", seed=3, permutations=19) for one in (journeys, mixed)
    )
    assert found == again


def test_the_order_of_first_appearance_changes_nothing() -> None:
    """A reversed log numbers its touchpoints differently and gives the same result."""
    found, again = (
        tp.paths.deciding_attributes(one, "a", seed=3, permutations=19)
        for one in (built(["xab", "yac", "yab"] * 3), built(["yab", "yac", "xab"] * 3))
    )
    assert found == again


def test_counts_equal_repeated_journeys() -> None:
    """A count of two equals the journey twice, also in the p-values."""
    merged = attrs.evolve(
        built(["ab", "ac", "aac"], counts=np.array([5, 3, 2])),
        per_journey={"device": ["web", "app", "web"]},
    )
    spread = attrs.evolve(
        built(["ab"] * 5 + ["ac"] * 3 + ["aac"] * 2),
        per_journey={"device": ["web"] * 5 + ["app"] * 3 + ["web"] * 2},
    )

    assert answers(merged) == answers(spread)


def test_visits_cut_off_by_the_log_are_left_out() -> None:
    """The branch is unknown there."""
    journeys = attrs.evolve(
        built(["ab", "ac", "a"], finished=[True, True, False]),
        per_journey={"device": ["web", "app", "web"]},
    )

    assert 2 == answers(journeys)["device"]["visits"]


def test_benjamini_and_hochberg_as_published() -> None:
    """Table 1 of their paper: four of fifteen hypotheses are rejected at 0.05."""
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip

    q = false_discovery(np.array([*p, np.nan]))

    assert 4 == int((q <= 0.05).sum())
    assert np.isnan(q[-1])
    assert q[3] == pytest.approx(0.0095 * 15 / 4)


def test_progress_is_reported() -> None:
    """A callable is called after every permutation of each of the three attributes."""
    reports = []

    answers(planted(), permutations=4, progress=lambda *done: reports.append(done))

    assert reports == [(done, 12) for done in range(1, 13)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["ab", "ac", "xab", "xac", "yaab"]), st.sampled_from("uv")),
        min_size=2,
        max_size=8,
    ),
    st.data(),
)
def test_groups_are_what_each_group_is_alone(rows, data) -> None:
    """The group comes first and is not tested; journeys without a group are left out."""
    some = st.lists(st.integers(-1, 1), min_size=len(rows), max_size=len(rows))
    codes = data.draw(some)
    assume(max(codes) >= 0)
    journeys = attrs.evolve(
        built([path for path, _ in rows]),
        per_journey={"device": [device for _, device in rows]},
    )
    grouped = attrs.evolve(
        journeys, per_journey={**journeys.per_journey, "segment": Coded(codes, ("old", "new"))}
    )
    names = ["device", "(previous)"]

    def analysed(log, **more):
        return tp.paths.deciding_attributes(log, "a", seed=3, permutations=9, **more)

    with warned_of_ungrouped(grouped, "segment"):
        found = analysed(grouped, by="segment").to_dicts()

    alone = each_alone(grouped, "segment", lambda one: analysed(one, among=names))
    assert [pytest.approx(row, nan_ok=True) for row in alone] == found
    assert next(iter(found[0])) == "group"
    assert analysed(grouped).group is None


def test_a_group_that_never_visits_the_touchpoint_has_0_visits() -> None:
    """It is listed without a result; an error is raised when no group has visits."""
    journeys = attrs.evolve(
        built(["xab", "yac", "xx"] * 4), per_journey={"device": ["web", "web", "app"] * 4}
    )

    found = tp.paths.deciding_attributes(journeys, "a", seed=3, permutations=9, by="device")

    assert found.group.tolist() == ["app", "web"]
    assert (found.visits.tolist(), found.gain.tolist()) == ([0, 8], [0.0, 1.0])
    assert np.isnan(found.p[0])
    with pytest.raises(InvalidInputError, match="at must match a visit with a known branch"):
        tp.paths.deciding_attributes(journeys[2:3], "a", seed=3, by="device")


def test_the_grouping_column_is_not_tested() -> None:
    """A per-journey value is constant within its group; a per-interaction value need not be."""
    journeys = attrs.evolve(
        built(["xab", "xac"] * 8),
        per_journey={"device": ["web", "app"] * 8},
        per_interaction={"page": ["home", "home", "end", "home", "cart", "end"] * 8},
    )

    by_device = tp.paths.deciding_attributes(journeys, "a", seed=3, permutations=9, by="device")
    by_page = tp.paths.deciding_attributes(journeys, "a", seed=3, permutations=9, by="page")

    assert set(by_device.attribute) == {"page", "(previous)"}
    assert dict(zip(by_page.attribute, by_page.gain, strict=True))["page"] == 1.0
    with pytest.raises(
        InvalidInputError, match="among must not contain 'device'.* one value in each"
    ):
        answers(journeys, among=["page", "device"], by="device")
    with pytest.raises(NotFoundError, match="did you mean 'device'"):
        answers(journeys, by="devise")
    with pytest.raises(InvalidInputError, match="no journey has a value"):
        answers(journeys[:0], by="device")


def test_progress_counts_the_attributes_of_all_groups() -> None:
    """Two groups with two attributes each share one progress bar, tested or not."""
    reports = []

    answers(planted(), permutations=3, by="device", progress=lambda *done: reports.append(done))

    assert reports == [(done, 12) for done in range(1, 13)]


def test_bad_questions_get_clear_errors() -> None:
    """Unknown touchpoints and attributes, no permutations, an invalid seed, no visits."""
    journeys = planted()

    with pytest.raises(NotFoundError, match="did you mean 'device'"):
        answers(journeys, among=["devise"])
    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.paths.deciding_attributes(journeys, "q", seed=1)
    with pytest.raises(InvalidInputError, match="permutations must be an integer of at least 1"):
        answers(journeys, permutations=0)
    with pytest.raises(InvalidInputError, match="seed must be an integer of at least 0, got -1"):
        answers(journeys, seed=-1)
    with pytest.raises(InvalidInputError, match="at must match a visit with a known branch"):
        answers(journeys[:0])
    with pytest.raises(InvalidInputError, match="among must name at least one attribute, got none"):
        answers(journeys, among=[])
    with pytest.raises(InvalidInputError, match="permutes at most 20,000,000 visits, got"):
        answers(built(["ab"], counts=np.array([10**9])))
