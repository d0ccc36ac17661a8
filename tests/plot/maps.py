"""Journey maps by hand, without journeys, for the tests of their picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.experience import JourneyMap
from touchpoints.experience._shared.map_records import (
    MapFlows,
    MapStages,
    MapTerms,
    MapTouchpoints,
)

NAN = float("nan")
_TOUCHPOINT: Mapping[str, Any] = {
    "touchpoint": "a",
    "stage": "unknown",
    "channel": "unknown",
    "area": "unknown",
    "directness": "direct",
    "clinicality": "unknown",
    "need": "unknown",
    "context": "unknown",
    "planned": None,
    "observed": True,
    "journeys": 10,
    "reach": 0.1,
    "reach_low": 0.05,
    "reach_high": 0.15,
    "position": 0.5,
    "answers": 0,
    "valence": NAN,
    "valence_low": NAN,
    "valence_high": NAN,
    "pain": False,
    "moment": False,
    "advice": (),
}
_FLOW: Mapping[str, Any] = {
    "source": "a",
    "target": "b",
    "steps": 10,
    "journeys": 10,
    "share": 0.1,
    "low": 0.05,
    "high": 0.15,
    "either": 0.1,
    "planned": None,
}
_STAGE: Mapping[str, Any] = {
    "stage": "one",
    "journeys": 50,
    "share": 0.5,
    "low": 0.4,
    "high": 0.6,
    "answers": 0,
    "valence": NAN,
    "valence_low": NAN,
    "valence_high": NAN,
}
_TERM: Mapping[str, Any] = {
    "stage": "one",
    "facet": "need",
    "term": "learn",
    "interactions": 10,
    "share": 0.5,
}
_ROOM = {"touchpoints": _TOUCHPOINT, "flows": _FLOW, "stages": _STAGE, "terms": _TERM}
_KINDS = {"touchpoints": MapTouchpoints, "flows": MapFlows, "stages": MapStages, "terms": MapTerms}


def map_of(
    touchpoints: Sequence[Mapping[str, Any]],
    flows: Sequence[Mapping[str, Any]] = (),
    *,
    stages: Sequence[Mapping[str, Any]] = (),
    terms: Sequence[Mapping[str, Any]] = (),
    labels: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    **facts: Any,
) -> JourneyMap:
    """Return a map of rows, in which what is left out has an ordinary value."""
    rows = {"touchpoints": touchpoints, "flows": flows, "stages": stages, "terms": terms}
    tables: dict[str, Any] = {name: _table(name, rows[name]) for name in rows}
    whole: dict[str, Any] = {"journeys": 100, "interactions": 300} | facts
    return JourneyMap(**tables, labels=labels or {}, **whole)


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    ordinary = _ROOM[name]
    strange = {key for row in rows for key in row} - set(ordinary)
    if strange:
        raise KeyError(strange)
    columns: dict[str, Any] = {}
    for key, value in ordinary.items():
        values = [row.get(key, value) for row in rows]
        if isinstance(value, str | tuple) or value is None:
            column = np.empty(len(values), dtype=object)
            column[:] = values
            columns[key] = column
        else:
            columns[key] = np.array(values, dtype=type(value))
    return _KINDS[name](**columns)


def random_map(
    seed: int,
    count: int,
    *,
    taxonomy: str = "customer",
    scored: bool = True,
    staged: bool = True,
    names: Sequence[str] = (),
) -> JourneyMap:
    """Return a map of touchpoint types of a taxonomy, with numbers at random.

    Parameters
    ----------
    names
        Labels that some touchpoints, stages and channels have instead of their own.
    """
    random, known = np.random.default_rng(seed), tp.load_taxonomy(taxonomy)
    types = sorted(known.types)
    keys = [types[one] for one in random.permutation(len(types))[:count]]
    keys += [f"made_up_{place}" for place in range(count - len(keys))]
    terms = {key: dict(known.types[key].defaults) if key in known.types else {} for key in keys}
    touchpoints = [
        _random_touchpoint(key, terms[key], random, scored=scored, staged=staged) for key in keys
    ]
    stages = [
        {"stage": stage, "answers": 100 * scored} | _random_valence(random, scored=scored)
        for stage in known.facets["stage"].terms
        if any(one["stage"] == stage for one in touchpoints)
    ]
    needs = [
        {"stage": stage["stage"], "facet": facet, "term": term, "share": random.random()}
        for stage in stages
        for facet in ("need", "context")
        for term in list(known.facets[facet].terms)[: random.integers(0, 5)]
    ]
    made = map_of(
        touchpoints,
        _random_flows(keys, random),
        stages=stages,
        terms=needs,
        labels=_labels(known, keys),
    )
    return renamed(made, names) if names else made


def _random_touchpoint(
    key: str, terms: Mapping[str, str], random: Any, *, scored: bool, staged: bool
) -> dict[str, Any]:
    channel = terms.get("channel", "unknown")
    observed = bool(random.random() < 0.93)
    reach = float(random.beta(0.8, 3)) if observed else 0.0
    valence = _random_valence(random, scored=scored and observed)
    return {
        "touchpoint": key,
        "stage": terms.get("stage", "unknown") if staged else "unknown",
        "channel": channel,
        "area": channel.partition(".")[0],
        "directness": terms.get("directness", "unknown"),
        "clinicality": terms.get("clinicality", "unknown"),
        "planned": [None, True, False][random.integers(3)] if observed else True,
        "observed": observed,
        "reach": reach,
        "position": float(random.random()) if observed else NAN,
        "answers": int(random.integers(5, 200)) * scored,
        "pain": bool(random.random() < 0.2),
        "moment": bool(random.random() < 0.1),
        "advice": ("Shorten the wait",) if random.random() < 0.1 else (),
    } | valence


def _random_valence(random: Any, *, scored: bool) -> dict[str, float]:
    middle, wide = float(random.uniform(-1, 1)), float(random.uniform(0, 0.3))
    if not scored:
        return {}
    low, high = max(-1.0, middle - wide), min(1.0, middle + wide)
    return {"valence": middle, "valence_low": low, "valence_high": high}


def _random_flows(keys: Sequence[str], random: Any) -> list[dict[str, Any]]:
    pairs = {
        (keys[random.integers(len(keys))], keys[random.integers(len(keys))])
        for _ in range(5 * len(keys))
    }
    return [
        {
            "source": source,
            "target": target,
            "steps": int(np.exp(random.normal(3, 1.2))) + 1,
            "planned": [None, True, False][random.integers(3)],
        }
        for source, target in sorted(pairs)
    ]


def _labels(known: Any, keys: Sequence[str]) -> dict[str, dict[str, dict[str, str]]]:
    languages = ("en", "es")
    labels = {
        facet: {
            term: {lang: known.facets[facet].label(term, lang=lang) for lang in languages}
            for term in known.facets[facet].terms
        }
        for facet in ("stage", "channel", "directness", "clinicality", "need", "context")
    }
    labels["touchpoint"] = {
        key: {lang: known.label("type", key, lang=lang) for lang in languages}
        for key in keys
        if key in known.types
    }
    return labels


def renamed(found: JourneyMap, names: Sequence[str]) -> JourneyMap:
    """Return a map in which every third key of a facet has another label."""
    labels = {facet: dict(keys) for facet, keys in found.labels.items()}
    for facet in ("touchpoint", "stage", "channel", "need", "context"):
        for place, key in enumerate(sorted(labels[facet])):
            if place % 3 == 0:
                labels[facet][key] = {"en": names[place // 3 % len(names)]}
    return attrs.evolve(found, labels=labels)
