"""What is drawn of a journey map: its touchpoints, stages, lanes, and words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np

from touchpoints.experience import JourneyMap
from touchpoints.plot._shared.journey_map.flows import Flow, flows_of
from touchpoints.plot._shared.journey_map.labels import Labels
from touchpoints.plot._shared.journey_map.telling import stage_hover, touchpoint_hover
from touchpoints.taxonomy import UNKNOWN

Lanes = Literal["channel", "directness"]
Mark = Literal["", "pain", "moment", "opportunity", "unplanned"]
DRAWN_ALL = 60
"""A map of more touchpoints than this is drawn in part."""
DRAWN_OF_MORE = 40
MOST_LANES = 6
FEWEST_ANSWERS = 10
"""With fewer answers, no valence is drawn."""
_MOST_PAINS = 9
"""One touchpoint of so many is marked as a pain point, at most."""
_OTHER_LANE = "\0other"


@attrs.frozen(kw_only=True, eq=False)
class Node:
    """A touchpoint that is drawn.

    Attributes
    ----------
    row, key, label : object
        Its row of the map, its key, and its label.
    stage, lane : int
        The place of its stage and of its lane.
    area : str
        The label of its channel, in words as broad as those of lanes.
    reach, position : float
        Its share of journeys, 0 where it is not known, and where it usually is in a journey.
    valence, low, high : float
        The mean score and its interval; nan with fewer than ten answers.
    observed, indirect, clinical : bool
        What its shape and outline say.
    mark : str
        The badge that it carries, if any.
    hover : str
        What is said when it is pointed at.
    """

    row: int
    key: str
    label: str
    stage: int
    lane: int
    area: str
    reach: float
    position: float
    valence: float
    low: float
    high: float
    observed: bool
    indirect: bool
    clinical: bool
    mark: Mark
    hover: str


@attrs.frozen(kw_only=True, eq=False)
class Stage:
    """A stage that is drawn; nan where a number is not known."""

    key: str
    label: str
    share: float
    valence: float
    low: float
    high: float
    needs: tuple[str, ...]
    contexts: tuple[str, ...]
    hover: str


@attrs.frozen(kw_only=True, eq=False)
class Content:
    """What is drawn of a map.

    Attributes
    ----------
    nodes, stages, lanes, flows : tuple
        The touchpoints; the stages with a touchpoint; the labels of lanes; and the flows that
        could be drawn, the strongest first.
    headed : bool
        Whether any touchpoint has a stage, so that stages have headers.
    scored : bool
        Whether any touchpoint or stage has a valence to draw.
    steps, pairs : int
        The number of steps between different touchpoints, and of pairs that have one.
    pains : tuple of int
        How many pain points are marked, of how many.
    labels : Labels
        What touchpoints and terms are called.
    """

    nodes: tuple[Node, ...]
    stages: tuple[Stage, ...]
    lanes: tuple[str, ...]
    flows: tuple[Flow, ...]
    headed: bool
    scored: bool
    steps: int
    pairs: int
    pains: tuple[int, int]
    labels: Labels


def content_of(labels: Labels, *, lanes: Lanes) -> Content:
    """Return what is drawn of a journey map."""
    found = labels.found
    rows = _drawn_rows(found)
    stage_keys = _stage_keys(found, rows)
    lane_of, lane_labels = _lanes(labels, rows, lanes)
    marks, pains = _marks(found, rows)
    nodes = tuple(
        _node(labels, row, (stage_keys, lane_of[row], marks.get(row, ""))) for row in rows
    )
    places = {node.key: place for place, node in enumerate(nodes)}
    stages = tuple(_stage(labels, key) for key in stage_keys)
    between = found.flows.source != found.flows.target
    taken = between & (found.flows.steps > 0)
    return Content(
        nodes=nodes,
        stages=stages,
        lanes=tuple(lane_labels),
        flows=flows_of(found, places, [node.stage for node in nodes]),
        headed=stage_keys != [UNKNOWN],
        scored=any(value == value for value in (*_valences(nodes), *_valences(stages))),
        steps=int(found.flows.steps[taken].sum()),
        pairs=int(taken.sum()),
        pains=pains,
        labels=labels,
    )


def _valences(drawn: Sequence[Node] | Sequence[Stage]) -> list[float]:
    return [one.valence for one in drawn]


def _drawn_rows(found: JourneyMap) -> list[int]:
    """Return the rows of the touchpoints that are drawn: of very many, those with most reach."""
    count = len(found.touchpoints)
    if count <= DRAWN_ALL:
        return list(range(count))
    reach = np.nan_to_num(found.touchpoints.reach)
    return sorted(np.argsort(-reach, kind="stable")[:DRAWN_OF_MORE].tolist())


def _stage_keys(found: JourneyMap, rows: Sequence[int]) -> list[str]:
    """Return the stages with a drawn touchpoint in order; those without a stage come last."""
    used = [str(found.touchpoints.stage[row]) for row in rows]
    order = dict.fromkeys([*map(str, found.stages.stage), *used])
    keys = [key for key in order if key in set(used) and key != UNKNOWN]
    return [*keys, UNKNOWN] if UNKNOWN in used or not keys else keys


def _lanes(labels: Labels, rows: Sequence[int], lanes: Lanes) -> tuple[dict[int, int], list[str]]:
    """Return the lane of each row, and the labels of lanes: what is indirect comes first."""
    table = labels.found.touchpoints
    facet, terms = (
        ("channel", table.area) if lanes == "channel" else ("directness", table.directness)
    )
    key_of = {row: str(terms[row]) for row in rows}
    weight: defaultdict[str, float] = defaultdict(float)
    indirect: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        reach = max(float(np.nan_to_num(table.reach[row])), 1e-9)
        weight[key_of[row]] += reach
        indirect[key_of[row]] += reach * (table.directness[row] == "indirect")
    if len(weight) > MOST_LANES:
        kept = sorted(weight, key=lambda key: (-weight[key], key))[: MOST_LANES - 1]
        key_of = {row: key if key in kept else _OTHER_LANE for row, key in key_of.items()}
    share = {key: round(indirect[key] / weight[key], 1) for key in weight}
    order = sorted(
        set(key_of.values()),
        key=lambda key: (key == _OTHER_LANE, key == UNKNOWN, -share.get(key, 0), -weight[key], key),
    )
    said = {_OTHER_LANE: "map.other_channels", UNKNOWN: f"map.no_{facet}"}
    names = [
        labels.look.say(said[key]) if key in said else labels.term(facet, key) for key in order
    ]
    if order == [UNKNOWN]:
        names = [""]  # a lane of everything has no name
    return {row: order.index(key) for row, key in key_of.items()}, names


def _marks(found: JourneyMap, rows: Sequence[int]) -> tuple[dict[int, Mark], tuple[int, int]]:
    """Return the badge of each row that has one, and how many pain points are marked, of all."""
    table = found.touchpoints
    marks: dict[int, Mark] = {}
    for row in rows:
        if table.planned[row] is not None and not table.planned[row] and table.observed[row]:
            marks[row] = "unplanned"
        if len(table.advice[row] or ()):
            marks[row] = "opportunity"
        if table.moment[row]:
            marks[row] = "moment"
    pains = [row for row in rows if table.pain[row]]
    weight = np.nan_to_num(table.valence) * np.sqrt(np.nan_to_num(table.reach))
    pains.sort(key=lambda row: (weight[row], row))
    most = max(1, len(rows) // _MOST_PAINS)
    marks.update(dict.fromkeys(pains[:most], "pain"))
    return marks, (min(most, len(pains)), len(pains))


def _node(labels: Labels, row: int, where: tuple[list[str], int, Mark]) -> Node:
    table, (stages, lane, mark) = labels.found.touchpoints, where
    key = str(table.touchpoint[row])
    enough = bool(table.observed[row]) and table.answers[row] >= FEWEST_ANSWERS
    scores = (table.valence[row], table.valence_low[row], table.valence_high[row])
    valence, low, high = (float(one) if enough else np.nan for one in scores)
    position = float(table.position[row])
    area = str(table.area[row])
    return Node(
        row=row,
        key=key,
        label=labels.touchpoint(key),
        stage=stages.index(str(table.stage[row])),
        lane=lane,
        area="" if area == UNKNOWN else labels.term("channel", area),
        reach=float(np.nan_to_num(table.reach[row])),
        position=position if position == position else 0.5,
        valence=valence,
        low=low if low == low else valence,
        high=high if high == high else valence,
        observed=bool(table.observed[row]),
        indirect=bool(table.directness[row] == "indirect"),
        clinical=bool(table.clinicality[row] == "clinical"),
        mark=mark,
        hover=touchpoint_hover(labels, row),
    )


def _stage(labels: Labels, key: str) -> Stage:
    table = labels.found.stages
    rows = np.flatnonzero(table.stage == key)
    row = int(rows[0]) if len(rows) else None
    enough = row is not None and table.answers[row] >= FEWEST_ANSWERS
    valence, low, high = (
        float(getattr(table, name)[row]) if enough else np.nan
        for name in ("valence", "valence_low", "valence_high")
    )
    label = labels.look.say("map.no_stage") if key == UNKNOWN else labels.term("stage", key)
    needs, contexts = (_terms(labels, key, facet) for facet in ("need", "context"))
    return Stage(
        key=key,
        label=label,
        share=np.nan if row is None else float(table.share[row]),
        valence=valence,
        low=low if low == low else valence,
        high=high if high == high else valence,
        needs=needs,
        contexts=contexts,
        hover=stage_hover(labels, row, (label, needs, contexts)),
    )


def _terms(labels: Labels, stage: str, facet: str) -> tuple[str, ...]:
    """Return the terms of a facet at a stage with their shares, the most frequent first."""
    terms = labels.found.terms
    rows = np.flatnonzero((terms.stage == stage) & (terms.facet == facet))
    shares = np.nan_to_num(terms.share)
    rows = rows[np.argsort(-shares[rows], kind="stable")]
    numerals = labels.look.numerals
    return tuple(
        f"{labels.term(facet, str(terms.term[row]))} {numerals.share(terms.share[row])}"
        for row in rows
        if terms.term[row] != UNKNOWN
    )
