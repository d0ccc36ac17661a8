"""Needs and stages in a hospital's log and a web shop's clickstream, against counting by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.example_scripts import load
from tests.experience.naive_needs import occurrences, satisfaction, threads
from tests.experience.need_logs import HOUR
from tests.real.ecom import TYPES, clicks, typed_sessions_of

pytestmark = pytest.mark.real

E = tp.experience
SUCCESS = {"solve_problem": "purchase", "compare": "purchase", "reassurance": "purchase"}


@pytest.fixture(scope="module")
def department(logs: Path) -> tp.Journeys:
    """Return the emergency department's log."""
    source = load("clinical").emergency_department(logs / "patients.csv.gz")
    return source.journeys(tp.load_taxonomy("patient"))


@pytest.fixture(scope="module")
def rows(logs: Path) -> list[dict[str, Any]]:
    """Return the clicks whose event has a type here."""
    return [row for row in clicks(logs) if row["event"] in TYPES]


@pytest.fixture(scope="module")
def shop(logs: Path) -> tp.Journeys:
    """Return the sessions of the users, typed by hand."""
    return typed_sessions_of(logs)


def test_needs_of_patients(department: tp.Journeys) -> None:
    """492 of 500 are checked out; the published numbers of activities are those of needs."""
    place = {one.need: "pt_check_out" for one in department.touchpoints}
    found = E.need_satisfaction(department, success=place)

    rows = {row["need"]: (row["occurrences"], row["satisfied"]) for row in found.to_dicts()}
    # 734 tests are 261 X-rays, 237 blood tests and 236 scans; 500 came, 492 left, 495 were told.
    assert rows["diagnosis"][0] == 261 + 237 + 236
    assert rows["care_access"] == (500, 492)
    assert rows["save_effort"] == (500 + 492, 492 + 492)
    assert rows["understand_care"] == (495, 492)
    assert "circular" in repr(found)


def test_stages_of_patients(department: tp.Journeys) -> None:
    """All are taken in and seen; 492 are discharged, none before the diagnosis."""
    found = E.stages(department, purchase={"stage": "pt_diagnosis"})

    rows = {row["stage"]: row for row in found.to_dicts()}
    people = {stage: row["people"] for stage, row in rows.items() if row["people"]}
    assert people == {"pt_intake": 500, "pt_diagnosis": 500, "pt_discharge": 492}
    assert rows["pt_treatment"]["interactions"] == 0
    assert found.early.sum() == 0
    coverage = E.need_coverage(department)
    assert len(coverage) - len(coverage.gaps()) == 5


def test_stages_of_a_shop(shop: tp.Journeys, rows: list[dict[str, Any]]) -> None:
    """Who never bought and asked for service, counted from the rows."""
    first: dict[str, str] = {}
    for row in rows:
        if row["event"] == "purchase":
            first[row["user_id"]] = min(first.get(row["user_id"], "9"), row["timestamp"])
    served = [row for row in rows if row["event"] == "account_page"]
    found = E.stages(shop)

    row = {row["stage"]: row for row in found.to_dicts()}["retention"]
    users = {one["user_id"] for one in served}
    assert (row["people"], row["never_bought"]) == (len(users), len(users - set(first)))
    early = sum(one["timestamp"] < first.get(one["user_id"], "9") for one in served)
    assert row["early"] == early > 0
    listed = E.stage_contradictions(shop)
    assert listed.as_dict()["account_visit", "retention", "before any purchase"] == early


def test_satisfaction_and_threads_of_a_shop(shop: tp.Journeys) -> None:
    """Against the definitions, on all sessions of all users."""
    end = shop.times.max()
    log = attrs.evolve(shop, observed_until=np.full(len(shop), end))
    found = E.need_satisfaction(log, success=SUCCESS)
    naive = satisfaction(occurrences(log, success=SUCCESS))
    for row in found.to_dicts():
        assert naive[row["need"]] == {name: row[name] for name in naive[row["need"]]}
    assert found.people.max() <= 600

    listed = E.need_thread_list(log, within=dt.timedelta(days=3), success=SUCCESS)
    told = threads(log, SUCCESS, within=72 * HOUR)
    states = zip(listed.need, listed.contacts.tolist(), listed.state, strict=True)
    assert Counter(
        (need, many, state.replace("silent", "abandoned")) for need, many, state in states
    ) == Counter((one[1], one[5], one[7]) for one in told)
    table = E.need_threads(log, within=dt.timedelta(days=3), success=SUCCESS)
    assert table.threads.sum() == len(told)
