"""B11: what scores mean, built in or of one's own, with scale and direction."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.experience._shared.metrics import metric_of, scores_of

KIND = {"name": "kindness", "low": 1, "high": 5, "satisfied": 4, "dissatisfied": 2}


def log(scores: Any) -> tp.Journeys:
    """Return a journey of interactions with these scores."""
    rows = [{"id": 1, "at": f"2026-01-{day + 1:02d}", "do": "a"} for day in range(len(scores))]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="do")
    return attrs.evolve(journeys, per_interaction={"nps": np.array(scores)})


def test_the_two_effort_scores_point_in_opposite_directions() -> None:
    """CES 1 is good when low, CES 2 when high."""
    old, new = tp.experience.METRICS["ces1"], tp.experience.METRICS["ces2"]

    assert old.rescaled(np.array([1.0, 3.0, 5.0])).tolist() == [1, 0.5, 0]
    assert new.rescaled(np.array([1.0, 4.0, 7.0])).tolist() == [0, 0.5, 1]
    assert old.is_satisfied(np.array([1.0, 2.0, 3.0, np.nan])).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert new.is_dissatisfied(np.array([3.0, 4.0, np.nan])).tolist() == [True, False, False]


def test_scores_outside_the_scale_are_told_apart_and_not_clipped() -> None:
    """An 11 on a scale from 0 to 10 is no score."""
    found = scores_of(log([0.0, 11.0, np.nan, 10.0, -1.0]), "nps")

    assert found.outside.tolist() == [False, True, False, False, True]
    np.testing.assert_array_equal(found.values, [0, np.nan, np.nan, 10, np.nan])
    assert found.known.tolist() == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"satisfied": 2, "dissatisfied": 4}, InvalidInputError, "low <= dissatisfied < satisfied"),
        ({"better": "low"}, InvalidInputError, "low <= satisfied < dissatisfied"),
        ({"satisfied": 6}, InvalidInputError, "on its scale"),
        ({"low": float("nan")}, InvalidInputError, "low must be a finite number"),
        ({"high": "5"}, InvalidInputError, "high must be a finite number"),
        ({"better": "up"}, InvalidInputError, "better"),
        ({"summary": "median"}, InvalidInputError, "summary"),
        ({"name": " "}, WrongKindError, "name must be text"),
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(
    change: dict[str, Any], error: type[Exception], said: str
) -> None:
    """Thresholds lie on the scale in the order of its direction."""
    with pytest.raises(error, match=said):
        tp.experience.Metric(**KIND | change)


def test_unknown_metrics_and_columns_are_named() -> None:
    """With similar names, and what to do about a column that is not there."""
    with pytest.raises(NotFoundError, match="csat"):
        metric_of("csta")
    with pytest.raises(WrongKindError, match="name or a Metric"):
        metric_of(7)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="attach"):
        scores_of(log([1.0]), "csat")
    with pytest.raises(InvalidInputError, match="must hold numbers"):
        scores_of(log(np.array(["9"], dtype=object)), "nps")
