"""Every analysis of tp.paths as a function of a log, and logs to analyse."""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.graphs.plan import parse_plan
from touchpoints.taxonomy import Touchpoint

PLAN = parse_plan(
    "name = 'line'\n[touchpoints.b]\n[touchpoints.a]\noptional = true\n[touchpoints.c]"
)
WEEK = dt.timedelta(days=7)

# One call for each function that takes by=.
MEASURES = {
    "alone": tp.paths.alone,
    "absorption": tp.paths.absorption,
    "branches": tp.paths.branches,
    "complexity": tp.paths.complexity,
    "conformance": lambda log, **by: tp.paths.conformance(log, PLAN, **by),
    "conversion": lambda log, **by: tp.paths.conversion(log, "a", end="b", **by),
    "converted_and_dropped": lambda log, **by: tp.paths.converted_and_dropped(
        log, "a", end="b", **by
    ),
    "variant_coverage": lambda log, **by: tp.paths.variant_coverage(log, share=[0.5, 0.9], **by),
    "deciding_attributes": lambda log, **by: tp.paths.deciding_attributes(
        log, "a", seed=1, permutations=9, **by
    ),
    "decision_points": tp.paths.decision_points,
    "direct_and_indirect": tp.paths.direct_and_indirect,
    "discriminating": lambda log, by="segment": tp.paths.discriminating(log, by=by, max_length=2),
    "during": tp.paths.during,
    "fitness": lambda log, **by: tp.paths.fitness(log, PLAN, **by),
    "flow_efficiency": tp.paths.flow_efficiency,
    "funnel": lambda log, **by: tp.paths.funnel(log, ["a", "b", "a"], **by),
    "funnel_members": lambda log, **by: tp.paths.funnel_members(log, ["a", "b", "a"], **by),
    "funnel_times": lambda log, **by: tp.paths.funnel_times(log, ["a", "b", "a"], **by),
    "gaps": tp.paths.gaps,
    "idle_times": tp.paths.idle_times,
    "journey_conformance": lambda log, **by: tp.paths.journey_conformance(log, PLAN, **by),
    "journey_repeats": tp.paths.journey_repeats,
    "journey_times": tp.paths.journey_times,
    "lifecycle_states": lambda log, **by: tp.paths.lifecycle_states(log, period=WEEK / 14, **by),
    "markov_order": lambda log, **by: tp.paths.markov_order(
        log, seed=1, folds=2, max_order=2, **by
    ),
    "median_time_to": lambda log, **by: tp.paths.median_time_to(log, place="b", **by),
    "ngrams": lambda log, **by: tp.paths.ngrams(log, n=2, **by),
    "order_sensitivity": tp.paths.order_sensitivity,
    "presence": tp.paths.presence,
    "processing_times": tp.paths.processing_times,
    "rare_variants": lambda log, **by: tp.paths.rare_variants(log, share=0.5, **by),
    "repeats": tp.paths.repeats,
    "retention": lambda log, **by: tp.paths.retention(log, period=WEEK / 14, **by),
    "routes": lambda log, **by: tp.paths.routes(log, "a", end="b", **by),
    "segment_times": lambda log, **by: tp.paths.segment_times(log, start="a", end="b", **by),
    "segments_between": lambda log, **by: tp.paths.segments_between(log, start="a", end="b", **by),
    "similarity_to": lambda log, **by: tp.paths.similarity_to(log, ["a", "b"], **by),
    "step_flows": lambda log, **by: tp.paths.step_flows(log, steps=3, **by),
    "step_matrix": lambda log, **by: tp.paths.step_matrix(log, steps=3, **by),
    "subsequences": lambda log, **by: tp.paths.subsequences(log, min_support=0.2, **by),
    "survival_by_step": tp.paths.survival_by_step,
    "throughput_times": tp.paths.throughput_times,
    "time_to": lambda log, **by: tp.paths.time_to(log, place="b", **by),
    "transitions": tp.paths.transitions,
    "variants": tp.paths.variants,
}

# Functions that take journeys and no by=.
WHOLE = {
    "distances": tp.paths.distances,
    "plan_against": lambda log: tp.paths.plan_against(log, PLAN),
    "substitution_costs": tp.paths.substitution_costs,
}

# The order of a log could matter where there are ties, so some calls list few rows.
TOPPED = {
    "discriminating": lambda log: tp.paths.discriminating(log, by="segment", max_length=2, top=3),
    "fastest": lambda log: tp.paths.routes(log, "a", end="b", first="fastest", top=1),
    "gaps": lambda log: tp.paths.gaps(log, start={"a", "c"}, end="b", level=0.9),
    "hierarchical": lambda log: tp.paths.hierarchical(tp.paths.distances(log), 2),
    "k_medoids": lambda log: tp.paths.k_medoids(tp.paths.distances(log), 2, seed=1),
    "ngrams": lambda log: tp.paths.ngrams(log, n=1, top=2),
    "rare_variants": lambda log: tp.paths.rare_variants(log, share=0.3, top=1),
    "steps_from_the_end": lambda log: tp.paths.step_matrix(log, steps=2, side="end"),
    "subsequences": lambda log: tp.paths.subsequences(log, min_support=0.1, gap=1, top=3),
    "transitions": lambda log: tp.paths.transitions(log, top=3),
    "variants": lambda log: tp.paths.variants(log, top=2),
}


def drawn_log(seed: int, *, groups: tuple[str | None, ...] = ("new", "old")) -> tp.Journeys:
    """Return a small log with all columns an analysis can need, and many ties."""
    rng = np.random.default_rng(seed)
    keys = ["d", "b", "a > x", "a", "c", "'e'"]
    kinds = ["direct", "indirect", "unknown", "direct", "indirect", "direct"]
    lengths = np.append(rng.integers(0, 6, 14), [3, 3])
    codes = rng.integers(0, len(keys), lengths.sum())
    codes[-6:] = [3, 1, 4, 3, 4, 1]  # each group has a journey from a to b
    offsets = np.append(0, np.cumsum(lengths))
    steps = rng.choice([0, 3_600, 40_000, 86_400], lengths.sum())
    days = np.concatenate([np.cumsum(steps[start:stop]) for start, stop in pairwise(offsets)])
    times = np.datetime64("2026-01-05", "us") + days.astype("timedelta64[s]")
    n, some = len(lengths), rng.random(len(lengths)) < 0.8
    segment = [*rng.choice(np.array(groups, dtype=object), n - 2).tolist(), "new", "old"]
    return tp.Journeys(
        touchpoints=[
            Touchpoint(type="", key=key, directness=kind)
            for key, kind in zip(keys, kinds, strict=True)
        ],
        codes=codes,
        offsets=offsets,
        times=times,
        ends=times + rng.integers(0, 3_600, len(times)).astype("timedelta64[s]"),
        ids=[f"j{position}" for position in range(n)],
        persons=None if seed % 2 else rng.choice(["ana", "leo", "eva"], n).tolist(),
        counts=np.append(rng.integers(0, 3, n - 2), [1, 1]),
        began=np.append(some[:-2], [True, True]),
        finished=np.append(rng.random(n - 2) < 0.8, [True, True]),
        outcomes={"sale": rng.integers(0, 2, n).astype(np.float64)},
        per_journey={"segment": segment},
    )


def shuffled(log: tp.Journeys, seed: int) -> tp.Journeys:
    """Return the log in another order, with its touchpoints renumbered."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(log)).tolist()
    mixed = tp.concat([log[row : row + 1] for row in rows])
    order = rng.permutation(len(mixed.touchpoints))
    known = [mixed.touchpoints[code] for code in order.tolist()]
    return attrs.evolve(mixed, touchpoints=known, codes=np.argsort(order)[mixed.codes])


def alike(one: object, other: object) -> bool:
    """Return whether two results are equal up to rounding of numbers."""
    if isinstance(one, float) and isinstance(other, float):
        both = math.isnan(one) and math.isnan(other)
        return both or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, np.datetime64) and isinstance(other, np.datetime64):
        return bool(np.isnat(one) and np.isnat(other)) or bool(one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)
