"""Crosswalks: other standards' names of types, read, checked, written and grouped by."""

from __future__ import annotations

import pickle

import pytest

import touchpoints as tp
from touchpoints.errors import NotFoundError, ProblemsError
from touchpoints.taxonomy import (
    Crosswalk,
    Taxonomy,
    TouchpointType,
    load_taxonomy,
    parse_taxonomy,
    taxonomy_from_dict,
    types_by_crosswalk,
)

MINE = """
name = "mine"

[crosswalks.team]
source = "our own list of teams"
values = { north = "North team", south = "South team" }

[types.call]
labels.en = "A call"
attributes = { team = "south north", other = "anything goes" }

[types.visit]
labels.en = "A visit"
"""


def test_a_type_has_values_of_a_crosswalk() -> None:
    """The main value comes first; a type without the attribute has none."""
    mine = parse_taxonomy(MINE)
    team = mine.crosswalks["team"]
    assert ("our own list of teams", "North team") == (team.source, team.values["north"])
    assert ("south", "north") == team.of(mine.types["call"])
    assert () == team.of(mine.types["visit"])
    assert "Crosswalk('team', 2 values)" == repr(team)


def test_types_are_grouped_by_a_crosswalk() -> None:
    """One entry for each value, in their order, with all the types that have it."""
    mine = parse_taxonomy(MINE)
    call = mine.types["call"]
    assert {"north": (call,), "south": (call,)} == types_by_crosswalk(mine, "team")
    assert ["north", "south"] == list(types_by_crosswalk(mine, "team"))
    with pytest.raises(NotFoundError, match="no crosswalk 'teem' .did you mean 'team'"):
        types_by_crosswalk(mine, "teem")


def test_crosswalks_are_written_and_pickled() -> None:
    """A taxonomy with crosswalks comes back as it was."""
    mine = parse_taxonomy(MINE)
    assert mine == taxonomy_from_dict(mine.to_dict()) == pickle.loads(pickle.dumps(mine))
    assert mine != Taxonomy("mine", languages=mine.languages, facets=mine.facets, types=mine.types)


def test_an_extension_adds_values() -> None:
    """Values are added to a crosswalk of the base, and its source is kept or replaced."""
    mine = parse_taxonomy(
        """
        name = "mine"
        extends = "customer"
        languages = ["en"]
        [crosswalks.job.values]
        playful = "Playful job"
        [types.purchase.attributes]
        job = "playful functional"
        """
    )
    base = load_taxonomy("customer")
    assert base.crosswalks["job"].source == mine.crosswalks["job"].source
    assert [*base.crosswalks["job"].values, "playful"] == list(mine.crosswalks["job"].values)
    assert [mine.types["purchase"]] == list(types_by_crosswalk(mine, "job")["playful"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"south north"',
            '"sout"',
            "types.call.attributes.team: no team 'sout' (did you mean 'south'?)",
        ),
        ('source = "our own list of teams"\n', "", "crosswalks.team.source: missing"),
        ("north = ", '"no th" = ', "crosswalks.team.values: 'no th' is not an id"),
        ("crosswalks.team", "crosswalks.need", "crosswalks.need: a facet has this name"),
        ("source = ", "sorce = ", "crosswalks.team.sorce: unknown key"),
        ('"North team"', "3", "crosswalks.team.values.north: expected text"),
    ],
)
def test_mistakes_in_crosswalks_are_problems(old: str, new: str, expected: str) -> None:
    """A value that no crosswalk lists, a missing source and wrong kinds, each with its key."""
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy(MINE.replace(old, new))
    assert any(f"<text>: {expected}" in problem for problem in caught.value.problems)


def test_a_crosswalk_in_python_is_checked_too() -> None:
    """As in a file; a key that differs from the id is refused."""
    job = Crosswalk("job", "a source", {"done": "Done"})
    kinds = [TouchpointType("call", attributes={"job": "do"})]
    with pytest.raises(ProblemsError, match="no job 'do'"):
        Taxonomy("mine", types=kinds, crosswalks=[job])
    with pytest.raises(ProblemsError, match="the key 'work' differs from the id 'job'"):
        Taxonomy("mine", crosswalks={"work": job})


# ---------------------------------------------------------------------------- the built-in ones


@pytest.mark.parametrize(
    ("type_id", "crosswalk", "expected"),
    [
        ("search_query", "schema_action", ("SearchAction",)),
        ("purchase", "schema_action", ("BuyAction",)),
        ("review_written", "schema_action", ("ReviewAction",)),
        ("live_chat", "cjml", ("communication_point",)),
        ("product_use", "cjml", ("action",)),
        ("wom_given", "job", ("social",)),
        ("review_read", "job", ("emotional",)),
        ("pt_nursing", "hcahps", ("nurse_communication",)),
        ("pt_consultation", "hcahps", ("doctor_communication",)),
        ("pt_call_button", "hcahps", ("responsiveness",)),
        ("pt_quiet", "hcahps", ("restfulness",)),
        ("pt_discharge", "hcahps", ("discharge", "symptoms")),
        ("pt_visitors", "picker", ("family",)),
        ("pt_consent", "picker", ("decisions",)),
        ("pt_booking", "hcahps", ()),
    ],
)
def test_built_in_types_have_their_names_in_other_standards(
    type_id: str, crosswalk: str, expected: tuple[str, ...]
) -> None:
    """By the definitions of the standards; no name where none fits."""
    patient = load_taxonomy("patient")
    assert expected == patient.crosswalks[crosswalk].of(patient.types[type_id])


def test_every_measure_and_principle_has_a_type() -> None:
    """HCAHPS has eleven measures and Picker eight principles, and each has a touchpoint."""
    patient = load_taxonomy("patient")
    assert ["schema_action", "cjml", "job", "hcahps", "picker"] == list(patient.crosswalks)
    assert [11, 8] == [len(patient.crosswalks[name].values) for name in ("hcahps", "picker")]
    for name in patient.crosswalks:
        assert all(types_by_crosswalk(patient, name).values()), name
    for one in patient.types.values():
        assert {"cjml", "job"} <= set(one.attributes)
        assert ("picker" in one.attributes) == one.id.startswith("pt_")


def test_journeys_are_grouped_by_a_crosswalk() -> None:
    """Each touchpoint becomes the main value of its type; one without a value is unknown."""
    log = {
        "who": ["ana", "ana", "ana"],
        "when": ["2026-03-02", "2026-03-03", "2026-03-04"],
        "what": ["pt_discharge", "pt_booking", "pt_nursing"],
    }
    patient = load_taxonomy("patient")
    journeys = tp.from_columns(log, journey="who", time="when", touchpoint="what", taxonomy=patient)
    by = tp.collapse(journeys, by="hcahps")
    assert ("discharge", "unknown", "nurse_communication") == by[0].keys
    assert ("hcahps",) == by.meta.lens
    both = tp.collapse(journeys, by=["job", "need"])
    assert "[job=emotional,need=dignity]" == both[0].keys[-1]
    assert "dignity" == both[0].touchpoints[-1].need
    with pytest.raises(NotFoundError, match="did you mean 'hcahps'"):
        tp.collapse(journeys, by="hcaps")
