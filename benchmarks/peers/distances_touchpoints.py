"""Distances of distinct journeys in touchpoints."""

from __future__ import annotations

from typing import Any

from sequences import NAMES, Matrix, costs, run

import touchpoints as tp


def prepare(codes: Any) -> tp.Journeys:
    """Make a journey of each sequence."""
    paths = [" > ".join(NAMES[code] for code in row) for row in codes.tolist()]
    return tp.from_paths({"path": paths}, path="path")


def measure(journeys: tp.Journeys, method: str) -> tp.paths.Distances:
    """Return the distances of all to all."""
    if method != "om":
        return tp.paths.distances(journeys, method=method)
    keys = [touchpoint.key for touchpoint in journeys.touchpoints]
    places = [NAMES.index(key) for key in keys]
    given = tp.paths.SubstitutionCosts(
        touchpoint=keys, matrix=costs()[places][:, places], method="constant"
    )
    return tp.paths.distances(journeys, method="om", substitution=given)


def bring(found: tp.paths.Distances) -> Matrix:
    """Return the matrix in the order of the journeys."""
    return found.matrix[found.of][:, found.of]


if __name__ == "__main__":
    run("touchpoints", prepare=prepare, measure=measure, bring=bring)
