"""The summary and the sample of a log that is here: what an engine does for a lazy frame."""

from __future__ import annotations

import hashlib

import attrs
import numpy as np

from touchpoints._core.frozen import Array, owned
from touchpoints.journeys.combining import distinct
from touchpoints.journeys.cutting import cut
from touchpoints.journeys.model import Journeys, derive, take
from touchpoints.journeys.relabelling import collapse, collapse_repeats
from touchpoints.sources._engine.answer import block_labels
from touchpoints.sources._engine.options import PARTS, Sample, Summary


def summarised(journeys: Journeys, summary: Summary | None, sample: Sample | None) -> Journeys:
    """Return a sample of the persons, the distinct paths with their counts, or both."""
    if sample is not None:
        drawn = _person_numbers(journeys, PARTS, sample.seed) < sample.parts
        report = sample.noted(journeys.meta.report, int((~drawn).sum()), "journeys", "this machine")
        journeys = take(journeys, np.flatnonzero(drawn))
        journeys = derive(journeys, meta=attrs.evolve(journeys.meta, report=report))
    return journeys if summary is None else _distinct(journeys, summary)


def _distinct(journeys: Journeys, summary: Summary) -> Journeys:
    if summary.collapse:
        journeys = collapse(journeys, by=summary.collapse)
    if summary.collapse_repeats:
        journeys = collapse_repeats(journeys)
    journeys = _shortened(journeys, summary)
    if journeys.persons is None:
        return distinct(journeys, keep=summary.keep)
    blocks = _person_numbers(journeys, summary.blocks, 0)
    meta = attrs.evolve(journeys.meta, blocks=summary.blocks)
    journeys = derive(journeys, persons=block_labels(blocks, summary.blocks), meta=meta)
    return distinct(journeys, keep=summary.keep, within_persons=True)


def _shortened(journeys: Journeys, summary: Summary) -> Journeys:
    """Keep the first or last interactions; a journey that is cut there is open at that end."""
    most = summary.first or summary.last
    if most is None:
        return journeys
    starts, stops = journeys.offsets[:-1], journeys.offsets[1:]
    whole = owned(stops - starts <= most)
    if summary.first is not None:
        finished = owned(journeys.finished & whole)
        return cut(journeys, starts, np.minimum(starts + most, stops), finished=finished)
    began = owned(journeys.began & whole)
    return cut(journeys, np.maximum(stops - most, starts), stops, began=began)


def _person_numbers(journeys: Journeys, modulo: int, seed: int) -> Array:
    """Return a number below ``modulo`` for the person of each journey, or for who has none."""
    ids = journeys.ids.tolist()
    persons = [None] * len(ids) if journeys.persons is None else journeys.persons.tolist()
    names = [
        f"id {one}" if who is None else f"{who}" for one, who in zip(ids, persons, strict=True)
    ]
    known = {name: _number(name, seed) % modulo for name in dict.fromkeys(names)}
    return np.array([known[name] for name in names], dtype=np.int64)


def _number(name: str, seed: int) -> int:
    text = f"{seed} {name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
