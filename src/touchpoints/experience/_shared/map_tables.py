"""What a journey map counts: touchpoints, flows, stages and terms of journeys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.counting import inner_boundaries
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.frozen import Array, text_array
from touchpoints.experience._shared.map_records import MapFlows, MapStages, MapTerms
from touchpoints.experience._shared.metrics import Scores
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty import Units
from touchpoints.uncertainty.cell_shares import CellShares, presence_shares
from touchpoints.uncertainty.ratios import means_of

Valences = tuple[Array, Array, Array, Array]
"""The number of scores of each cell, their mean from -1 to 1, and the ends of its interval."""


@attrs.frozen(eq=False, kw_only=True)
class Counted:
    """Journeys, and what every table of a map needs of them.

    Attributes
    ----------
    owners : int64 (m,)
        The journey of each interaction.
    weights : float64 (m,)
        How many real journeys each interaction is in.
    """

    journeys: Journeys
    units: Units
    scores: Scores | None
    level: float
    owners: Array
    weights: Array

    @classmethod
    def of(cls, journeys: Journeys, units: Units, scores: Scores | None, level: float) -> Counted:
        """Return journeys with the journey and the weight of each interaction."""
        owners = owners_of(journeys.offsets).astype(np.int64)
        return cls(
            journeys=journeys,
            units=units,
            scores=scores,
            level=level,
            owners=owners,
            weights=journeys.counts[owners].astype(np.float64),
        )

    def seen(self) -> list[int]:
        """Return the codes of the touchpoints that a real journey has."""
        visits = np.bincount(self.journeys.codes, self.weights, len(self.journeys.touchpoints))
        return [int(code) for code in np.flatnonzero(visits)]

    def present(self, owners: Array, cells: Array, *, size: int) -> CellShares:
        """Return the share of journeys with each cell."""
        wide = max(size, 1)
        keys = runs(owners * wide + cells)[0]
        pairs = (keys // wide, keys % wide)
        return presence_shares(self.units, self.journeys.counts, pairs, size=size, level=self.level)

    def valences(self, cells: Array, *, size: int) -> Valences:
        """Return the mean score of the interactions of each cell; cells of -1 are left out."""
        if self.scores is None:
            unknown = np.full(size, np.nan)
            return np.zeros(size, dtype=np.int64), unknown, unknown, unknown
        rows = np.flatnonzero(self.scores.known & (cells >= 0) & (self.weights > 0))
        found = means_of(
            self.units,
            self.owners[rows],
            cells[rows],
            values=self.scores.values[rows],
            size=size,
            level=self.level,
        )
        mean, *ends = (2 * self.scores.metric.rescaled(one) - 1 for one in found)
        low, high = (np.clip(one, -1, 1) for one in (np.minimum(*ends), np.maximum(*ends)))
        number = np.bincount(cells[rows], self.weights[rows], size)
        return np.rint(number).astype(np.int64), mean, low, high

    def positions(self) -> Array:
        """Return the mean place of each touchpoint in its journeys, from 0 to 1."""
        journeys = self.journeys
        last = (lengths_of(journeys.offsets) - 1)[self.owners]
        at = np.arange(len(self.owners)) - journeys.offsets[self.owners]
        place = np.where(last > 0, at / np.maximum(last, 1), 0.5)
        size = len(journeys.touchpoints)
        with np.errstate(divide="ignore", invalid="ignore"):
            totals = np.bincount(journeys.codes, self.weights, size)
            return np.asarray(np.bincount(journeys.codes, place * self.weights, size) / totals)


def flow_table(counted: Counted, planned: Callable[[str, str], bool | None]) -> MapFlows:
    """Return the steps from each touchpoint to the next, the most frequent first."""
    journeys, size = counted.journeys, max(len(counted.journeys.touchpoints), 1)
    inner = np.ones(max(len(journeys.codes) - 1, 0), dtype=bool)
    inner[inner_boundaries(journeys.offsets)] = False
    at = np.flatnonzero(inner)
    at = at[counted.weights[at] > 0]
    codes = journeys.codes.astype(np.int64)
    sources, targets, owners = codes[at], codes[at + 1], counted.owners[at]
    pairs, cells = np.unique(sources * size + targets, return_inverse=True)
    source, target = pairs // size, pairs % size
    shares = counted.present(owners, cells, size=len(pairs))
    either, both = np.unique(
        np.minimum(source, target) * size + np.maximum(source, target), return_inverse=True
    )
    any_way = counted.present(owners, both[cells], size=len(either)).share[both]
    steps = np.rint(np.bincount(cells, counted.weights[at], len(pairs))).astype(np.int64)
    keys = [one.key for one in journeys.touchpoints]
    names = [(keys[a], keys[b]) for a, b in zip(source.tolist(), target.tolist(), strict=True)]
    order = sorted(range(len(names)), key=lambda row: (-steps[row], names[row]))
    return MapFlows(
        source=text_array([names[row][0] for row in order]),
        target=text_array([names[row][1] for row in order]),
        steps=steps[order],
        journeys=shares.totals[order],
        **shares.take(np.array(order, dtype=np.int64)).columns("share", ends=""),
        either=any_way[order],
        planned=text_array([planned(*names[row]) for row in order]),
    )


def stage_table(counted: Counted, stages: list[str], of_touchpoint: list[str]) -> MapStages:
    """Return how many journeys are at each stage, and how they score it."""
    codes = _codes(of_touchpoint, stages)[counted.journeys.codes]
    rows = np.flatnonzero((codes >= 0) & (counted.weights > 0))
    shares = counted.present(counted.owners[rows], codes[rows], size=len(stages))
    answers, valence, low, high = counted.valences(codes, size=len(stages))
    return MapStages(
        stage=text_array(stages),
        journeys=shares.totals,
        **shares.columns("share", ends=""),
        answers=answers,
        valence=valence,
        valence_low=low,
        valence_high=high,
    )


def term_table(counted: Counted, stages: list[str], of_touchpoint: list[str]) -> MapTerms:
    """Return how often each need and context occurs at each stage."""
    journeys = counted.journeys
    visits = np.bincount(journeys.codes, counted.weights, len(journeys.touchpoints))
    rows: list[tuple[str, str, str, float, float]] = []
    for stage in stages:
        here = [code for code, one in enumerate(of_touchpoint) if one == stage]
        for facet in ("need", "context"):
            rows += _terms(journeys, facet, stage, here=here, visits=visits)
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 5
    names = ("stage", "facet", "term")
    return MapTerms(
        **{name: text_array(values) for name, values in zip(names, columns, strict=False)},
        interactions=np.rint(np.array(columns[3], dtype=np.float64)).astype(np.int64),
        share=np.array(columns[4], dtype=np.float64),
    )


def _terms(
    journeys: Journeys, facet: str, stage: str, *, here: list[int], visits: Array
) -> list[tuple[str, str, str, float, float]]:
    totals: dict[str, float] = {}
    for code in here:
        term = journeys.touchpoints[code].facet(facet)
        if term != UNKNOWN and visits[code] > 0:
            totals[term] = totals.get(term, 0.0) + float(visits[code])
    whole = sum(totals.values())
    ordered = sorted(totals, key=lambda term: (-totals[term], term))
    return [(stage, facet, term, totals[term], totals[term] / whole) for term in ordered]


def _codes(values: list[str], among: list[str]) -> Array:
    place = {name: at for at, name in enumerate(among)}
    return np.array([place.get(one, -1) for one in values] or [-1], dtype=np.int64)
