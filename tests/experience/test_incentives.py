"""Outcomes with and without an incentive: differences, overlap, and random assignment."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from coverage_cells.deterrence import Cell, uplifts
from scipy.stats import binom

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError

E = tp.experience


def log_of(rows: dict[str, tuple[int, int]]) -> tp.Journeys:
    """Return a log of paths, each with how many bought and how many did not."""
    table = {
        "path": list(rows),
        "sales": [one for one, _ in rows.values()],
        "lost": [other for _, other in rows.values()],
    }
    return tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")


def test_uplift_by_hand() -> None:
    """B22: from an ad 6 of 10 against 4 of 20, from the web 1 of 5 against 2 of 40."""
    log = log_of(
        {"ad > coupon": (6, 4), "ad > visit": (4, 16), "web > coupon": (1, 4), "web": (2, 38)}
    )
    one = E.uplift(log, incentive="coupon").to_dicts()[0]

    assert (one["journeys"], one["others"], one["hits"], one["other_hits"]) == (15, 60, 7, 6)
    assert one["share"] == pytest.approx(7 / 15)
    assert one["other_share"] == pytest.approx(10 / 15 * 0.2 + 5 / 15 * 0.05)
    assert one["crude"] == pytest.approx(7 / 15 - 6 / 60)
    assert one["low"] < one["difference"] < one["high"]


def test_the_incentive_is_not_its_own_stratum() -> None:
    """Where the coupon comes first, the touchpoint after it counts."""
    log = log_of({"coupon > ad": (6, 4), "ad": (4, 16)})
    found = E.uplift(log, incentive="coupon")

    assert found.difference.tolist() == pytest.approx([0.4])
    assert found.one_sided == ()


def test_everybody_has_it() -> None:
    """Nobody to compare with: no number, and the reason; or an error."""
    log = log_of({"ad > coupon": (6, 4), "web > coupon": (1, 4)})
    found = E.uplift(log, incentive="coupon")

    assert np.isnan(found.difference[0])
    assert found.reason[0] == "every journey has it, or every journey of its strata"
    with pytest.raises(InvalidInputError, match="without anybody to compare with"):
        E.uplift(log, incentive="coupon", overlap="refuse")


def test_a_stratum_in_which_everybody_has_it_is_named() -> None:
    """All from the web have a coupon: they are left out."""
    log = log_of({"ad > coupon": (6, 4), "ad": (2, 8), "web > coupon": (1, 4)})
    found = E.uplift(log, incentive="coupon")

    assert found.one_sided == ("first web",)
    assert found.left_out.tolist() == [5]
    assert "5 journeys left out" in repr(found)
    with pytest.raises(InvalidInputError, match="first web"):
        E.uplift(log, incentive="coupon", overlap="refuse")


def test_nobody_has_it() -> None:
    """The incentive is known and occurs in no journey that counts."""
    log = log_of({"ad": (2, 8), "ad > coupon": (1, 0)})
    counts = np.where(np.diff(log.offsets) == 2, 0, log.counts)
    found = E.uplift(attrs.evolve(log, counts=counts), incentive="coupon")

    assert found.reason[0] == "no journey has it"


def test_an_incentive_after_the_outcome_does_not_count() -> None:
    """A coupon that thanks for the purchase did not bring it about."""
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(key) for key in ("ad", "coupon")],
        codes=[0, 1, 0, 1, 0, 0, 0, 1],
        offsets=[0, 2, 4, 5, 6, 8],
        times=np.array([f"2026-01-0{day}" for day in (1, 2, 1, 2, 1, 1, 1, 2)], "M8[us]"),
        outcomes={"order": [1, 0, 0, 0, 1]},
        outcome_times={"order": np.array(["2026-01-01", *["NaT"] * 3, "2026-01-02"], "M8[us]")},
    )
    found = E.uplift(log, incentive="coupon", outcome="order", adjust=())

    assert (found.journeys[0], found.others[0], found.after[0]) == (2, 3, 1)
    assert found.difference.tolist() == pytest.approx([1 / 2 - 1 / 3])


def test_what_is_not_known_is_censored() -> None:
    """Open journeys, and those that began before the log."""
    log = log_of({"ad > coupon": (2, 2), "ad": (2, 2)})
    began = np.ones(len(log), dtype=bool)
    began[0] = False
    found = E.uplift(attrs.evolve(log, began=began), incentive="coupon")

    assert found.censored.tolist() == [int(log.counts[0])]


@pytest.mark.parametrize("random", [True, False])
def test_uplift_is_unbiased(random: bool) -> None:
    """B22: as planted by random assignment, and where the column that decided it is known."""
    found = uplifts(Cell(200, "fives"), random=random, worlds=200, seed=3)
    error = found.difference.std(ddof=1) / np.sqrt(200)

    assert abs(found.difference.mean() - 0.2) < 3.3 * error
    assert random == (abs(found.crude.mean() - 0.2) < 0.02)


@pytest.mark.parametrize("random", [True, False])
@pytest.mark.parametrize("sizes", ["ones", "fives", "tail"])
@pytest.mark.parametrize("persons", [15, 30, 200])
def test_intervals_cover_what_is_planted(persons: int, sizes: str, random: bool) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    found = uplifts(Cell(persons, sizes), random=random, worlds=100, seed=3)
    known = int((~np.isnan(found.covered)).sum())

    assert binom.cdf(int(np.nansum(found.covered)), known, 0.95) > 1e-3


def test_words_are_of_association_unless_assigned() -> None:
    """Only the caller can know that chance decided."""
    log = log_of({"ad > coupon": (6, 4), "ad": (2, 8)})

    assert "an association, not an effect" in repr(E.uplift(log, incentive="coupon"))
    assert "association" not in repr(E.uplift(log, incentive="coupon", assigned=True))


def test_bad_input() -> None:
    """What is wrong is said."""
    log = log_of({"ad > coupon": (6, 4), "ad": (2, 8)})
    with pytest.raises(NotFoundError, match="cupon"):
        E.uplift(log, incentive="cupon")
    with pytest.raises(NotFoundError, match="segment"):
        E.uplift(log, incentive="coupon", adjust=["segment"])
    with pytest.raises(NotFoundError, match="order"):
        E.uplift(log, incentive="coupon", outcome="order")
    with pytest.raises(InvalidInputError, match="overlap"):
        E.uplift(log, incentive="coupon", overlap="keep")
    with pytest.raises(InvalidInputError, match="twice"):
        E.uplift(log, incentive="coupon", adjust=["first", "first"])
