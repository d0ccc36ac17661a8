"""What grouping loses on two real logs (A13): a hospital's handlings, and a web shop's clicks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import touchpoints as tp
from tests import naive_information as naive

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def patients(logs: Path) -> tp.Journeys:
    """The handlings of 500 patients, each when it starts, with who did it."""
    pandas = pytest.importorskip("pandas")
    rows = pandas.read_csv(logs / "patients.csv.gz")
    rows = rows[rows["registration_type"] == "start"]
    return tp.from_frame(
        rows, journey="patient", time="time", touchpoint="handling", per_interaction=["employee"]
    )


@pytest.fixture(scope="module")
def shop(logs: Path) -> tp.Journeys:
    """The sessions of users up to a purchase, with the platform of each click."""
    pandas = pytest.importorskip("pandas")
    log = tp.from_frame(
        pandas.read_csv(logs / "ecom.csv.gz"),
        journey="session_id",
        person="user_id",
        time="timestamp",
        touchpoint="event",
        per_interaction=["platform"],
    )
    keys = [one.key for one in log.touchpoints]
    return tp.until(log, next(key for key in keys if "purchase" in key), outcome="bought")


def test_an_employee_who_does_one_thing_hides_nothing(patients: tp.Journeys) -> None:
    """Each of seven employees does one of seven handlings: grouping by employee loses 0 bits."""
    done = {
        (patients.touchpoints[code].key, who)
        for code, who in zip(
            patients.codes.tolist(), patients.per_interaction["employee"].to_list(), strict=True
        )
    }
    assert Counter(len([pair for pair in done if pair[1] == who]) for _, who in done) == {1: 7}
    found = tp.experience.collapse_loss(
        patients, coarse="employee", of="next", seed=1, permutations=19
    )
    assert found.loss.tolist() == [0.0] * 8
    assert np.isnan(found.p).all()


def test_bits_of_the_platform_are_those_of_the_definition(shop: tp.Journeys) -> None:
    """What platforms hide about the next click is far from chance; plug-in bits are the naive."""
    found = tp.experience.collapse_loss(shop, coarse="platform", of="next", seed=1, permutations=99)
    ends = set(shop.offsets[1:].tolist())
    platforms = shop.per_interaction["platform"].to_list()
    names = sorted(set(platforms))
    following = [
        99 if row + 1 in ends else int(shop.codes[row + 1]) for row in range(len(shop.codes))
    ]
    codes = shop.codes.tolist()
    rows = [
        (names.index(platform), code, then, 0)
        for platform, code, then in zip(platforms, codes, following, strict=True)
    ]
    bits = naive.information(rows)
    assert {
        name: found.plug_in[found.coarse.tolist().index(name)] for name in names
    } == pytest.approx({name: bits[at] for at, name in enumerate(names)})
    assert found.unit == "person"
    assert found.p[0] == 0.01
    assert found.low[0] > 0.1
    assert found.shared > 0


def test_clicks_say_more_of_a_purchase_than_the_platform(shop: tp.Journeys) -> None:
    """Nearly all that clicks say of a purchase is lost when they are grouped by platform."""
    found = tp.experience.collapse_loss(shop, coarse="platform", seed=1, permutations=99)
    assert found.p[0] == 0.01
    assert found.low[0] > 0
    assert found.share[0] > 0.8
