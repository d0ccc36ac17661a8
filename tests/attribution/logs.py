"""Logs of attribution tests, from rows of paths."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution.naive_attribution import Row
from touchpoints.journeys.model import Journeys

KEYS = "abcd"

ROWS = st.lists(
    st.builds(
        Row,
        st.lists(st.sampled_from(KEYS), max_size=5).map(tuple),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=8,
)


def journeys_of(rows: Sequence[Row], separator: str = " > ") -> Journeys:
    """Return the journeys of path rows; at least one sold, and one touchpoint was met."""
    assume(any(row.sales for row in rows))
    assume(any(row.path and row.sales + row.lost for row in rows))
    table = {
        "path": [separator.join(row.path) for row in rows],
        "sales": [row.sales for row in rows],
        "lost": [row.lost for row in rows],
    }
    return tp.from_paths(
        table, path="path", separator=separator, converted="sales", lost="lost", outcome="sale"
    )


def single_journeys(rows: Sequence[Row]) -> list[tuple[tuple[str, ...], bool]]:
    """Return the path of each journey, and whether it sold, in the order of the rows."""
    return [
        (row.path, sold)
        for row in rows
        for sold, often in ((True, row.sales), (False, row.lost))
        for _ in range(int(often))
    ]


def one_by_one(
    journeys: Sequence[tuple[Sequence[str], float]],
    *,
    persons: Sequence[str] | None = None,
    values: Sequence[float] | None = None,
    segment: Sequence[str] | None = None,
) -> Journeys:
    """Return journeys with an outcome, a row for each."""
    log = tp.from_paths(
        {"path": [" > ".join(path) for path, _ in journeys]}, path="path", separator=" > "
    )
    more: dict[str, object] = {
        "outcomes": {"sale": np.array([float(sold) for _, sold in journeys])}
    }
    if persons is not None:
        more["persons"] = list(persons)
    if values is not None:
        more["values"] = {"sale": np.asarray(values, dtype=np.float64)}
    if segment is not None:
        more["per_journey"] = {"segment": list(segment)}
    return attrs.evolve(log, **more)  # type: ignore[arg-type]
