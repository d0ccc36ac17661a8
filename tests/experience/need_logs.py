"""Small random logs of needs, with everything that a function of needs has to cope with."""

from __future__ import annotations

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.taxonomy import Touchpoint

NEEDS = ("learn", "buy", "help", "unknown")
CHANNELS = ("web", "shop", "phone", "unknown")
STAGES = ("before", "during", "after", "unknown")
KNOWN = [
    Touchpoint(
        type=f"t{place}",
        key=f"t{place}",
        need=NEEDS[place % 4],
        context=("hurry", "calm", "unknown")[place % 3],
        channel=CHANNELS[(place * 3 + place // 4) % 4],
        facets={} if place % 5 == 4 else {"stage": STAGES[place % 3]},
    )
    for place in range(9)
]
HOUR = 3_600_000_000
START = np.datetime64("2026-01-05", "us").astype(np.int64)


def need_log(seed: int, *, persons: bool = True, journeys: int = 12) -> tp.Journeys:
    """Return a log with persons or without, ties in time, counts, open journeys and scores."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 7, journeys)
    lengths[0] = 3
    offsets, rows = np.append(0, np.cumsum(lengths)), int(lengths.sum())
    steps = rng.choice([0, 1, 5, 30], rows) * HOUR
    begun = rng.integers(0, 60, journeys) * HOUR
    times = np.concatenate(
        [
            START + begun[one] + np.cumsum(steps[offsets[one] : offsets[one + 1]])
            for one in range(journeys)
        ]
    )
    last = int(times.max())
    ends = [int(times[offsets[one + 1] - 1]) if lengths[one] else last for one in range(journeys)]
    until = np.maximum(last + rng.integers(-40, 40, journeys) * HOUR, ends)
    some = rng.integers(0, 4, journeys)
    codes = rng.integers(0, len(KNOWN), rows)
    codes[0] = 0
    return tp.Journeys(
        touchpoints=KNOWN,
        codes=codes,
        offsets=offsets,
        times=times.view("datetime64[us]"),
        ids=np.array([f"j{one}" for one in rng.permutation(journeys)], dtype=object),
        persons=np.where(some == 3, None, some.astype(object)) if persons else None,
        counts=rng.integers(0, 4, journeys) + (np.arange(journeys) == 0),
        finished=rng.random(journeys) < 0.7,
        began=rng.random(journeys) < 0.9,
        observed_until=until.view("datetime64[us]"),
        per_interaction={
            "csat": np.where(rng.random(rows) < 0.5, np.nan, rng.integers(1, 6, rows)),
            "product": np.array(["x", "y", None], dtype=object)[rng.integers(0, 3, rows)],
            "need_from": rng.integers(0, 4, rows).astype(np.int8),
            "source": np.array(["web", "desk", "survey", None], dtype=object)[
                rng.integers(0, 4, rows)
            ],
            "seen_stage": np.array(["before", "after", None], dtype=object)[
                rng.integers(0, 3, rows)
            ],
        },
    )


def written_out(log: tp.Journeys) -> tp.Journeys:
    """Return the log with a row for each real journey."""
    times = np.repeat(np.arange(len(log)), log.counts)
    apart = tp.select(log, log.counts > 0)
    which = np.repeat(np.arange(len(apart)), apart.counts)
    single = attrs.evolve(apart, counts=np.ones(len(apart), dtype=np.int64))
    parts = [single[int(one) : int(one) + 1] for one in which]
    assert len(times) == len(parts)
    parts = [
        attrs.evolve(part, ids=np.array([f"{part.ids[0]}-{place}"], dtype=object))
        for place, part in enumerate(parts)
    ]
    return tp.concat(parts)
