"""A journey map as a value: touchpoints, flows, stages and terms, with their labels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, FrozenMap
from touchpoints._core.languages import FALLBACK
from touchpoints._core.tables import Table, column

FORMAT = "journey map"
VERSION = 1

Labels = Mapping[str, Mapping[str, Mapping[str, str]]]


@attrs.frozen(kw_only=True, repr=False)
class MapTouchpoints(Table):
    """The touchpoints of a journey map; one row per touchpoint, the most frequent first.

    Attributes
    ----------
    touchpoint, stage, channel, area, directness, clinicality, need, context : object
        The key of the touchpoint and its terms; ``area`` is the broadest channel that its channel
        belongs to. ``"unknown"`` where a term is not known.
    planned : object
        Whether it is planned; None where there is no plan.
    observed : bool
        Whether a journey has it; False for what is only planned.
    journeys : int64
        The number of journeys that contain it.
    reach, reach_low, reach_high : float64
        Their share of all journeys, and its interval.
    position : float64
        Where it usually is in a journey: the mean of 0 for the first interaction to 1 for the last;
        0.5 in a journey of one. nan where it is not observed.
    answers : int64
        The number of its scores.
    valence, valence_low, valence_high : float64
        Their mean from -1, the worst end of the scale, to 1, the best, and its interval; nan
        without scores.
    pain : bool
        Whether it is a pain point: the whole interval of the valence is below 0.
    moment : bool
        Whether it is a moment of truth.
    advice : object
        What could be improved, in words, as a tuple; empty where nothing was found.
    """

    touchpoint: Array = column(object)
    stage: Array = column(object)
    channel: Array = column(object)
    area: Array = column(object)
    directness: Array = column(object)
    clinicality: Array = column(object)
    need: Array = column(object)
    context: Array = column(object)
    planned: Array = column(object)
    observed: Array = column(np.bool_)
    journeys: Array = column(np.int64)
    reach: Array = column(np.float64)
    reach_low: Array = column(np.float64)
    reach_high: Array = column(np.float64)
    position: Array = column(np.float64)
    answers: Array = column(np.int64)
    valence: Array = column(np.float64)
    valence_low: Array = column(np.float64)
    valence_high: Array = column(np.float64)
    pain: Array = column(np.bool_)
    moment: Array = column(np.bool_)
    advice: Array = column(object)


@attrs.frozen(kw_only=True, repr=False)
class MapFlows(Table):
    """The steps from one touchpoint to the next; one row per pair, the most frequent first.

    Attributes
    ----------
    source, target : object
        The keys of the touchpoints. Steps from a touchpoint to itself have a row as well.
    steps : int64
        How often the step is taken.
    journeys : int64
        The number of journeys that take it at least once.
    share, low, high : float64
        Their share of all journeys, and its interval.
    either : float64
        The share of journeys that take the step, or the step back, at least once.
    planned : object
        Whether the step is planned; None where there is no plan.
    """

    source: Array = column(object)
    target: Array = column(object)
    steps: Array = column(np.int64)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    either: Array = column(np.float64)
    planned: Array = column(object)


@attrs.frozen(kw_only=True, repr=False)
class MapStages(Table):
    """The stages of a journey map, in the order of the taxonomy.

    Attributes
    ----------
    stage : object
        The term of the stage.
    journeys : int64
        The number of journeys with an interaction at the stage.
    share, low, high : float64
        Their share of all journeys, and its interval.
    answers : int64
        The number of scores at the stage.
    valence, valence_low, valence_high : float64
        Their mean from -1 to 1, and its interval; nan without scores.
    """

    stage: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    answers: Array = column(np.int64)
    valence: Array = column(np.float64)
    valence_low: Array = column(np.float64)
    valence_high: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class MapTerms(Table):
    """The needs and contexts at each stage; the most frequent of a stage first.

    Attributes
    ----------
    stage, facet, term : object
        The stage, ``"need"`` or ``"context"``, and its term.
    interactions : int64
        The interactions of the stage with this term.
    share : float64
        Their share of the interactions of the stage whose term is known.
    """

    stage: Array = column(object)
    facet: Array = column(object)
    term: Array = column(object)
    interactions: Array = column(np.int64)
    share: Array = column(np.float64)


def frozen_labels(labels: Labels) -> FrozenMap[str, FrozenMap[str, FrozenMap[str, str]]]:
    """Return labels by facet, key and language that cannot be changed."""
    return FrozenMap(
        {
            facet: FrozenMap({key: FrozenMap(texts) for key, texts in keys.items()})
            for facet, keys in labels.items()
        }
    )


@attrs.frozen(kw_only=True, repr=False)
class JourneyMap:
    """What a journey map shows: touchpoints by stage, the flows between them, and experience.

    Attributes
    ----------
    touchpoints : MapTouchpoints
        The touchpoints, observed and planned.
    flows : MapFlows
        The steps from one touchpoint to the next.
    stages : MapStages
        The stages; empty where no touchpoint has one.
    terms : MapTerms
        The needs and contexts at each stage.
    labels : mapping
        The label of each key by facet and language: ``labels["stage"]["purchase"]["es"]``. Labels
        of touchpoints are those of the facet ``"touchpoint"``, labels of areas those of
        ``"channel"``.
    journeys, interactions : int
        The number of journeys and of interactions.
    persons : int, optional
        The number of persons, where they are known.
    level : float
        The confidence level of the intervals.
    unit : str
        The unit that is assumed to be independent: ``"person"`` or ``"journey"``.
    metric : str, optional
        The name of the metric whose scores give the valence.
    plan : str, optional
        The name of the plan.
    """

    touchpoints: MapTouchpoints
    flows: MapFlows
    stages: MapStages
    terms: MapTerms
    labels: Mapping[str, Mapping[str, Mapping[str, str]]] = attrs.field(converter=frozen_labels)
    journeys: int
    interactions: int
    persons: int | None = None
    level: float = 0.95
    unit: str = "journey"
    metric: str | None = None
    plan: str | None = None

    def __repr__(self) -> str:
        seen = int(self.touchpoints.observed.sum())
        unseen = len(self.touchpoints) - seen
        parts = [
            f"{seen:,} touchpoints",
            f"{len(self.flows):,} flows",
            f"{len(self.stages)} stages",
        ]
        parts += [f"{unseen:,} planned but not seen"] if unseen else []
        return f"<JourneyMap of {self.journeys:,} journeys: {', '.join(parts)}>"

    def label(self, facet: str, key: str, *, lang: str = "en") -> str:
        """Return the label of a key: in the language, else in English, else any, else the key.

        Examples
        --------
        >>> import touchpoints as tp
        >>> drawn = tp.experience.journey_map(tp.datasets.shop(50, seed=1))
        >>> drawn.label("stage", "purchase", lang="es")
        'Compra'
        """
        texts = self.labels.get(facet, {}).get(key, {})
        return texts.get(lang) or texts.get(FALLBACK) or next(iter(texts.values()), key)

    def to_dict(self) -> dict[str, Any]:
        """Return the map as plain data for JSON; numbers that are not known are None.

        Examples
        --------
        >>> import touchpoints as tp
        >>> tp.experience.journey_map(tp.datasets.shop(50, seed=1)).to_dict()["journeys"]
        50
        """
        tables = {name: _rows(getattr(self, name)) for name in TABLES}
        facts = {name: getattr(self, name) for name in FACTS}
        labels = {
            facet: {key: dict(texts) for key, texts in keys.items()}
            for facet, keys in self.labels.items()
        }
        return {"format": FORMAT, "version": VERSION, **facts, **tables, "labels": labels}


TABLES: Mapping[str, type[Table]] = FrozenMap(
    {
        "stages": MapStages,
        "touchpoints": MapTouchpoints,
        "flows": MapFlows,
        "terms": MapTerms,
    }
)
"""The tables of a map, by the name of the field."""
FACTS = ("journeys", "interactions", "persons", "level", "unit", "metric", "plan")
"""The fields of a map that are neither tables nor labels."""


def _rows(table: Table) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_dicts()]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return list(value) if isinstance(value, tuple) else value
