"""A log of XES with as many events as asked for, made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from data import TOUCHPOINTS, cache_dir

RESOURCES = 200
EVENTS_PER_TRACE = 10
SECONDS = 300 * 24 * 3600


def xes_file(events: int) -> Path:
    """Return the path of a log of events with five attributes each, ten to a trace."""
    path = cache_dir() / f"log_{events}.xes"
    if path.exists():
        return path
    rng = np.random.default_rng(1)
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016">\n')
        for number in range(events // EVENTS_PER_TRACE):
            file.write(_trace(number, rng))
        file.write("</log>\n")
    unfinished.replace(path)
    return path


def _trace(number: int, rng: np.random.Generator) -> str:
    gaps = rng.integers(1, 10**7, EVENTS_PER_TRACE)
    start = np.datetime64("2026-01-01T00:00:00.000") + int(rng.integers(SECONDS)) * 1000
    times = np.datetime_as_string(start + np.cumsum(gaps)).tolist()
    names = rng.integers(0, len(TOUCHPOINTS), EVENTS_PER_TRACE).tolist()
    people = rng.integers(0, RESOURCES, EVENTS_PER_TRACE).tolist()
    costs = rng.integers(0, 1000, EVENTS_PER_TRACE).tolist()
    events = "".join(
        f'    <event>\n      <string key="concept:name" value="{TOUCHPOINTS[name]}"/>\n'
        f'      <string key="org:resource" value="user {person}"/>\n'
        '      <string key="lifecycle:transition" value="complete"/>\n'
        f'      <date key="time:timestamp" value="{time}+01:00"/>\n'
        f'      <int key="cost" value="{cost}"/>\n    </event>\n'
        for name, person, time, cost in zip(names, people, times, costs, strict=True)
    )
    return (
        f'  <trace>\n    <string key="concept:name" value="case {number}"/>\n'
        f'    <float key="amount" value="{rng.random() * 100:.2f}"/>\n{events}  </trace>\n'
    )
