"""B40, B41: every measure of every touchpoint, and what to improve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
NAN = float("nan")


def small() -> tp.Journeys:
    """Return four journeys by hand: a and b, of which two are sold."""
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("a"), tp.taxonomy.untyped("b")],
        codes=[0, 1, 0, 0, 1, 1],
        offsets=[0, 2, 4, 5, 6],
        finished=[True, True, True, False],
        outcomes={"sale": np.array([1.0, 0, 1, NAN])},
    )


def test_a_card_by_hand() -> None:
    """Reach, exits, conversions and the removal effect of two touchpoints."""
    found = E.scorecard(small())
    a, b = found.to_dicts()

    assert (a["touchpoint"], a["interactions"], a["journeys"]) == ("b", 3, 3)
    assert a["reach"] == pytest.approx(3 / 4)
    assert (a["low"], a["high"]) == pytest.approx(tp.wilson(3, 4))
    assert a["exit"] == 1  # the one that the log cuts off is left out
    assert a["conversion"] == 1  # of two with a known outcome
    assert a["lift"] == pytest.approx(1 - 0)
    assert b["exit"] == pytest.approx(1 / 3)
    assert b["conversion"] == pytest.approx(1 / 2)
    assert b["lift"] == pytest.approx(1 / 2 - 1)
    credit = tp.attribution.markov(small())
    assert found.measure("effect")["a"].value == credit.as_dict()["a"] or np.isfinite(a["effect"])


def test_effects_and_reach_are_those_of_other_functions() -> None:
    """The card computes nothing of its own."""
    shop = tp.until(tp.datasets.shop(500, seed=3), "purchase", outcome="purchase")
    found = E.scorecard(shop)
    reach = tp.paths.presence(shop).as_dict()
    credit = tp.attribution.markov(shop)

    assert found.as_dict() == reach
    effects = dict(zip(credit.touchpoint.tolist(), credit.effect.tolist(), strict=True))
    assert {key: one.value for key, one in found.measure("effect").items()} == pytest.approx(
        effects
    )
    assert found.persons is not None


def scored(seed: int = 1) -> tp.Journeys:
    """Return journeys of the shop with scores and a judgement."""
    shop = tp.until(tp.datasets.shop(400, seed=seed), "purchase", outcome="purchase")
    rng = np.random.default_rng(seed)
    rows = len(shop.codes)
    chat = np.array(["live_chat" in one.key for one in shop.touchpoints])[shop.codes]
    csat = np.where(chat, rng.integers(1, 3, rows), rng.integers(4, 6, rows)).astype(float)
    return attrs.evolve(
        shop,
        per_interaction={**shop.per_interaction, "csat": csat, "empathy": csat, "trust": csat},
        per_journey={**shop.per_journey, "overall": rng.normal(size=len(shop))},
    )


def test_results_that_are_given_stand_beside_each_other() -> None:
    """Scores, drivers and the promise; what is missing is said."""
    log = scored()
    found = E.scorecard(
        log,
        assessments=E.assessments(log, metric="csat"),
        drivers=E.key_drivers(log, overall="overall", metric="csat"),
        alignment=E.alignment(log, {"trust": 1}),
        more={"empathy": E.alignment(log, {"empathy": 1})},
    )
    row = next(one for one in found.to_dicts() if one["touchpoint"] == "live_chat")

    assert row["score"] == 0
    assert row["dissatisfied"] == 1
    assert row["answers"] == row["interactions"]
    assert 0 < row["alignment"] < 0.3
    assert row["missing"] == ()
    assert found.measure("empathy")["live_chat"].value == row["alignment"]
    assert "empathy" in found.measures()
    assert found.facets["live_chat"]["channel"] == "chat"
    assert not found.why


def test_what_is_not_known_has_a_reason() -> None:
    """Without an outcome, scores, a judgement and needs."""
    found = E.scorecard(attrs.evolve(small(), outcomes={}))

    assert np.isnan(found.conversion).all()
    assert set(found.missing[0]) >= {"conversion", "effect", "score", "importance", "observed"}
    assert found.why["effect"] == "the journeys have no outcome: tp.until marks one"
    assert "assessments= gives the scores" in repr(found)
    assert found.outcome is None


def test_an_outcome_that_nobody_reached_has_no_effects() -> None:
    """The other measures stay."""
    found = E.scorecard(attrs.evolve(small(), outcomes={"sale": np.zeros(4)}))

    assert np.isnan(found.effect).all()
    assert found.conversion.tolist() == [0, 0]
    assert found.why["effect"] == "no journey reached the outcome sale"


def test_needs_say_where_they_come_from() -> None:
    """A7: the share of needs that is not only the default of the type."""
    found = E.scorecard(tp.datasets.shop(300, seed=1)).as_dict()
    observed = E.scorecard(tp.datasets.shop(300, seed=1)).measure("observed")

    assert len(found) == len(observed)
    assert observed["search_query[need=compare]"].value == 1
    assert 0 < observed["review_read"].value < 0.5


def test_one_touchpoint_and_none() -> None:
    """Small logs have small cards."""
    one = tp.from_paths({"path": ["a", "a > a"]}, path="path")

    assert len(E.scorecard(one)) == 1
    assert len(E.scorecard(one[:0])) == 0


def test_names_of_columns_are_taken() -> None:
    """A further measure cannot be called reach."""
    with pytest.raises(InvalidInputError, match="name of a column"):
        E.scorecard(small(), more={"exit": {"a": 1.0}})
    with pytest.raises(WrongKindError, match="result of an analysis or a mapping"):
        E.scorecard(small(), more={"x": 3})
    with pytest.raises(NotFoundError, match="sale"):
        E.scorecard(small(), outcome="sales")


def card(more: dict[str, Any] | None = None, **facets: str) -> E.Scorecard:
    """Return a card of one touchpoint x with these facets among four others, in 400 journeys."""
    known = [
        tp.taxonomy.untyped("x", **facets),
        *(tp.taxonomy.untyped(one) for one in "pqrs"),
    ]
    rng = np.random.default_rng(1)
    codes = np.concatenate([np.append(rng.permutation([1, 2, 3, 4]), 0) for _ in range(400)])
    log = tp.Journeys(touchpoints=known, codes=codes, offsets=np.arange(0, 2001, 5))
    keyed = {
        name: {known[0].key if key == "x" else key: one for key, one in numbers.items()}
        for name, numbers in (more or {}).items()
    }
    return E.scorecard(log, more=keyed)


MANY = {"p": 0.9, "q": 0.9, "r": 0.9, "s": 0.9}


@pytest.mark.parametrize(
    ("rule", "lever", "more", "facets"),
    [
        ("unkind_staff", "training", {"empathy": {"x": 0.2}}, {"nature": "human"}),
        (
            "unsolved_at_first_contact",
            "training",
            {"first_contact": {"x": 0.2} | MANY},
            {"nature": "human"},
        ),
        ("people_leave_the_site", "website_optimisation", {}, {"channel": "website"}),
        ("blind_to_context", "personalisation", {"context_sensitivity": {"x": 0.0}}, {}),
        ("nobody_was_asked", "feedback", {}, {}),
        ("nobody_followed_up", "feedback", {"follow_up": {"x": 0.1}}, {}),
    ],
)
def test_each_rule_is_reached_by_a_fixture(
    rule: str, lever: str, more: dict[str, Any], facets: dict[str, str]
) -> None:
    """B28 to B32: a finding about x calls for its lever."""
    table = card(more, **facets)
    if rule == "nobody_was_asked":
        own = {
            "rule": [{"id": rule, "lever": lever, "above": {"reach": 0.5}, "below": {"answers": 1}}]
        }
        found = E.improvements(table, rules=own)
    else:
        found = E.improvements(table)

    assert (rule, lever) in set(zip(found.rule.tolist(), found.lever.tolist(), strict=True))


def dissatisfied(channel: str, media: str) -> E.Improvements:
    """Return what to improve at a touchpoint of which everybody is dissatisfied."""
    known = [tp.taxonomy.untyped("x", channel=channel, media=media), tp.taxonomy.untyped("y")]
    n = 60
    log = tp.Journeys(
        touchpoints=known,
        codes=np.tile([0, 1], n),
        offsets=np.arange(0, 2 * n + 1, 2),
        per_interaction={"csat": np.tile([1.0, 5.0], n), "trust": np.tile([1.0, 5.0], n)},
        outcomes={"sale": (np.arange(n) % 2).astype(np.float64)},
    )
    table = E.scorecard(
        log,
        assessments=E.assessments(log, metric="csat"),
        alignment=E.alignment(log, {"trust": 1}),
    )
    return E.improvements(table)


@pytest.mark.parametrize(
    ("channel", "media", "rules"),
    [
        ("website", "owned", {"dissatisfied_on_the_site"}),
        ("email", "owned", {"messages_that_do_not_fit"}),
        ("display", "paid", {"advertising_off_promise", "annoying_advertising"}),
    ],
)
def test_dissatisfaction_calls_for_the_lever_of_its_channel(
    channel: str, media: str, rules: set[str]
) -> None:
    """B29, B30, B33: websites, messages and advertisements."""
    found = dissatisfied(channel, media)

    assert set(found.rule.tolist()) == rules
    assert {one.split("[")[0] for one in found.touchpoint.tolist()} == {"x"}


def test_incentives_bring_people_to_what_works() -> None:
    """B22: journeys with it convert more often, and few people come."""
    n = 200
    paths = ["xyz" if at % 10 == 0 else "yz" for at in range(n)]
    log = tp.from_paths({"path": [" > ".join(one) for one in paths]}, path="path")
    sold = np.array([at % 10 == 0 or at % 4 == 0 for at in range(n)], dtype=np.float64)
    found = E.improvements(E.scorecard(attrs.evolve(log, outcomes={"sale": sold})))

    assert ("x", "incentive") in set(
        zip(found.touchpoint.tolist(), found.lever.tolist(), strict=True)
    )


def test_no_finding_no_advice() -> None:
    """Satisfied people, and measures that noise could explain, give no row."""
    log = tp.from_paths({"path": ["a > b", "b > a"] * 20}, path="path")
    found = E.improvements(E.scorecard(log))

    assert len(found) == 0
    assert "no finding, no advice" in repr(found)
    assert "unkind_staff" in found.unasked


def test_rules_that_can_never_fire_are_said() -> None:
    """Bounds are finite; a misspelt facet is no reason for silence; no interval, no ends."""
    for wrong in (float("nan"), float("inf")):
        own = {"rule": [{"id": "r", "lever": "training", "above": {"exit": wrong}}]}
        with pytest.raises(InvalidInputError, match="bound of 'exit' must be a number"):
            E.improvements(card(), rules=own)
    rule = {"id": "r", "lever": "training", "above": {"interactions": 1}}
    found = E.improvements(card(), rules={"rule": [{**rule, "facets": {"chanel": ["web"]}}]})
    assert found.unasked == ("r",)
    assert "1 rule not asked, for lack of a measure or a facet: 'r'" in repr(found)

    found = E.improvements(card(), rules={"rule": [{**rule, "sure": False}]})
    assert (found.stake > 0).all()
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()


def test_the_stake_by_hand() -> None:
    """60 interactions, an exit rate of 1 against .25: 45 exits are at stake."""
    table = card()
    own = {"rule": [{"id": "r", "lever": "training", "above": {"exit": 0.25}}]}
    found = E.improvements(table, rules=own)

    assert found.touchpoint.tolist() == ["x"]
    assert found.stake.tolist() == pytest.approx([400 * 0.75])
    low, high = tp.wilson(400, 400)
    assert (found.low[0], found.high[0]) == pytest.approx((400 * (low - 0.25), 400 * (high - 0.25)))
    assert found.evidence[0].startswith("exit 1 [0.99")
    assert found.evidence[0].endswith("above 0.25")


def test_findings_are_told_in_the_language_asked() -> None:
    """Spanish, and English where a language is missing."""
    table = card({"empathy": {"x": 0.1}}, nature="human")

    assert E.improvements(table, lang="es").finding[0].startswith("Las personas")
    assert E.improvements(table, lang="eu").finding[0].startswith("People feel")


def test_rules_come_from_a_file(tmp_path: Path) -> None:
    """A team can replace them."""
    file = tmp_path / "own.toml"
    file.write_text('[[rule]]\nid = "x"\nlever = "feedback"\nabove = { reach = "mean" }\n')
    found = E.improvements(card(), rules=file)

    assert set(found.lever.tolist()) <= {"feedback"}


RULE = {"id": "r", "lever": "training", "above": {"exit": 0.25}}


@pytest.mark.parametrize(
    ("rules", "error", "said"),
    [
        ({"rule": [RULE | {"above": {"exits": 0.2}}]}, NotFoundError, "no measure 'exits'"),
        ({"rule": [RULE | {"lever": "trainning"}]}, NotFoundError, "training"),
        ({"rule": [RULE | {"when": 1}]}, NotFoundError, "field of a rule"),
        ({"rule": [RULE | {"above": {}}]}, InvalidInputError, "must have a condition"),
        ({"rule": [RULE | {"above": {"exit": "usual"}}]}, InvalidInputError, "'mean' or 'median'"),
        ({"rule": [RULE | {"id": ""}]}, InvalidInputError, "must have an id"),
        ({"rule": [RULE | {"sure": "yes"}]}, InvalidInputError, "true or false"),
        ({"rule": [RULE | {"stake": "money"}]}, NotFoundError, "stake"),
        ({"rule": [RULE | {"facets": {"nature": [1]}}]}, InvalidInputError, "must be texts"),
        ({"rule": [RULE | {"say": "Go"}]}, InvalidInputError, "texts by language"),
        ({"rule": [RULE, RULE]}, InvalidInputError, "must differ"),
        ({"rule": ["r"]}, InvalidInputError, "must be a table"),
        ({"rules": []}, InvalidInputError, "one or more tables"),
        ("missing.toml", InvalidInputError, "cannot be read"),
        (7, WrongKindError, "TOML file or a mapping"),
    ],
)
def test_rules_that_cannot_be_read(rules: Any, error: type[Exception], said: str) -> None:
    """With the place, and similar names."""
    with pytest.raises(error, match=said):
        E.improvements(card(), rules=rules)


def test_only_cards_are_improved() -> None:
    """Other results have no facets."""
    with pytest.raises(WrongKindError, match="takes a Scorecard"):
        E.improvements(tp.paths.presence(small()))


def test_measures_of_other_touchpoints_are_named() -> None:
    """A misspelt touchpoint, or a result about something else, is no missing measure."""
    table = card()
    key = table.touchpoint[0]
    log = tp.from_paths({"path": [key] * 30}, path="path")
    with pytest.raises(NotFoundError, match=r"(?s)no touchpoint .*given in drivers="):
        E.scorecard(log, drivers={key: 0.3, f"{key}{key}": 0.2})
    with pytest.raises(NotFoundError, match="given in kindness="):
        E.scorecard(log, more={"kindness": {"nowhere": 0.3}})
    judged = attrs.evolve(
        log, per_journey={"speed": np.arange(30.0), "overall": np.arange(30.0) % 7}
    )
    drivers = E.key_drivers(judged, overall="overall", drivers=["speed"])
    with pytest.raises(
        InvalidInputError, match=r"(?s)drivers= says nothing of a touchpoint.*speed"
    ):
        E.scorecard(log, drivers=drivers)
    assert E.scorecard(log, drivers={key: 0.3}).importance.tolist() == [0.3]
