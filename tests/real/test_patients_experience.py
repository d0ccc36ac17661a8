"""B37 to B39: patients' waits beside compassion, their stay, and returns that nobody planned."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import NotFoundError

pytestmark = pytest.mark.real

E = tp.experience
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def department(logs: Path) -> tp.Journeys:
    """The emergency department's log, with starts and ends of activities."""
    with gzip.open(logs / "patients.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tp.from_records(
        rows,
        journey="patient",
        time="time",
        touchpoint="handling",
        lifecycle="registration_type",
        instance="handling_id",
    )


@pytest.fixture(scope="module")
def encounters(logs: Path) -> list[dict[str, Any]]:
    """The encounters of ten patients."""
    with gzip.open(logs / "fhir10" / "Encounter.000.ndjson.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_waits_and_durations_are_those_between_and_within_activities(
    department: tp.Journeys,
) -> None:
    """Medians by touchpoint, counted again in plain Python; no scores, so no compassion."""
    scored = attrs.evolve(
        department, per_interaction={"empathy": np.full(len(department.codes), np.nan)}
    )
    found = E.compassion_and_efficiency(scored)
    waits: dict[str, list[float]] = {}
    lasting: dict[str, list[float]] = {}
    for one in department:
        for place, key in enumerate(one.keys):
            lasting.setdefault(key, []).append(
                (one.ends[place] - one.times[place]).item() / dt.timedelta(seconds=1)
            )
            if place:
                gap = one.times[place] - one.ends[place - 1]
                waits.setdefault(key, []).append(gap.item() / dt.timedelta(seconds=1))

    rows = {row["touchpoint"]: row for row in found.to_dicts()}
    assert rows["Triage and Assessment"]["interactions"] == 500
    for key, values in waits.items():
        assert rows[key]["wait"] == pytest.approx(np.median(values), abs=1e-6)
        assert rows[key]["waits"] == len(values)
    assert {key: row["waits"] for key, row in rows.items()} == {  # as printed, less the starts
        "Registration": 0,
        "Triage and Assessment": 500,
        "X-Ray": 261,
        "Blood test": 237,
        "MRI SCAN": 236,
        "Discuss Results": 495,
        "Check-out": 492,
    }
    assert rows["Registration"]["durations"] == len(lasting["Registration"]) == 500
    assert np.isnan(found.compassion).all()


def test_a_log_without_scores_says_so(department: tp.Journeys) -> None:
    """Compassion cannot be read from times."""
    with pytest.raises(NotFoundError, match="attach_scores"):
        E.compassion_and_efficiency(department)


def test_length_of_stay(department: tp.Journeys) -> None:
    """From the first start to the last end, as the documentation of the log counts it."""
    found = tp.paths.throughput_times(department)
    stays = [(one.ends.max() - one.times[0]).item() / dt.timedelta(seconds=1) for one in department]

    assert found.count.tolist() == [500]
    assert found.mean[0] == pytest.approx(np.mean(stays))


def test_top_boxes_of_simulated_answers(department: tp.Journeys) -> None:
    """HCAHPS asks from 0 to 10, and how often; top boxes are 9, 10 and always."""
    rng = np.random.default_rng(1)
    rating, often = rng.integers(0, 11, 500), rng.integers(1, 5, 500)
    last = department.offsets[1:] - 1
    columns = {name: np.full(len(department.codes), np.nan) for name in ("hcahps", "always")}
    columns["hcahps"][last], columns["always"][last] = rating, often
    log = attrs.evolve(department, per_interaction=columns)
    shares = [E.assessments(log, metric=one) for one in columns]

    for found, hits in zip(shares, (rating >= 9, often == 4), strict=True):
        row = found.score[~np.isnan(found.score)]
        answers = found.answers[found.answers > 0]
        assert row @ answers == pytest.approx(hits.sum())
        assert found.summary == "top_box"


def test_unplanned_returns_within_thirty_days(encounters: list[dict[str, Any]]) -> None:
    """An emergency within 30 days after an inpatient stay, counted again in plain Python."""
    rows = [
        {
            "who": one["subject"]["reference"],
            "at": one["period"]["start"],
            "end": one["period"]["end"],
            "what": one["class"]["code"],
        }
        for one in encounters
    ]
    log = tp.from_records(rows, journey="who", time="at", end="end", touchpoint="what")
    assert {
        key: int(n)
        for key, n in zip(
            *np.unique([log.touchpoints[code].key for code in log.codes], return_counts=True),
            strict=True,
        )
    } == {"AMB": 1133, "IMP": 49, "EMER": 23, "HH": 9, "VR": 1}
    marked = tp.mark(log, "return", when="EMER", after="IMP", within=30 * DAY)

    wanted = {}
    for one in log:
        stays = [at for at, key in zip(one.times, one.keys, strict=True) if key == "IMP"]
        later = [at for at, key in zip(one.times, one.keys, strict=True) if key == "EMER"]
        if stays:
            limit = stays[0] + np.timedelta64(30, "D")
            wanted[one.id] = float(any(stays[0] < at <= limit for at in later))
    got = dict(zip(marked.ids.tolist(), marked.outcomes["return"].tolist(), strict=True))
    assert {who: got[who] for who in wanted} == wanted
    assert all(np.isnan(got[who]) for who in got if who not in wanted)


def test_emergencies_are_followed_by_a_chart(encounters: list[dict[str, Any]]) -> None:
    """The share of encounters that are emergencies, year by year, in the clocks of the log."""
    rows = [
        {"id": one["id"], "at": one["period"]["start"], "what": one["class"]["code"]}
        for one in encounters
    ]
    log = tp.from_records(rows, journey="id", time="at", touchpoint="what")
    chart = E.control_chart(log, measure="reach", touchpoint="EMER", every=365 * DAY)

    assert chart.n.sum() == 1215
    assert (chart.value[chart.n > 0] @ chart.n[chart.n > 0]) == pytest.approx(23)
