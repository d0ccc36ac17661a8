"""Whole persons of an engine's log, drawn by the hash of who they are."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from touchpoints.sources._engine.options import PARTS, Sample
from touchpoints.sources._engine.rows import JOURNEY, PERSON, WHOLE
from touchpoints.sources._engine.shims import with_hash
from touchpoints.sources._engine.totals import Totals

_OF_PERSON, _OF_JOURNEY = "hash_of_person", "hash_of_journey"


def with_person_number(
    frame: nw.LazyFrame[Any],
    *,
    name: str,
    modulo: int,
    seed: int,
    has_person: bool,
    everybody: bool,
) -> nw.LazyFrame[Any]:
    """Add the hash of the person of each row, or of the journey where nobody is named."""
    if not has_person:
        return with_hash(frame, JOURNEY, name=name, modulo=modulo, seed=seed)
    frame = with_hash(frame, PERSON, name=_OF_PERSON, modulo=modulo, seed=seed)
    named = nw.col(_OF_PERSON)
    if not everybody:
        frame = with_hash(frame, JOURNEY, name=_OF_JOURNEY, modulo=modulo, seed=seed)
        named = nw.when(nw.col(PERSON).is_null()).then(nw.col(_OF_JOURNEY)).otherwise(named)
        frame = frame.with_columns(named.cast(WHOLE).alias(name))
        return frame.drop(_OF_PERSON, _OF_JOURNEY)
    return frame.with_columns(named.cast(WHOLE).alias(name)).drop(_OF_PERSON)


def sampled(
    frame: nw.LazyFrame[Any], sample: Sample, totals: Totals, *, has_person: bool
) -> nw.LazyFrame[Any]:
    """Keep the rows of a share of the persons, all journeys of each of them, whole."""
    if sample.share == 1:
        return frame
    drawn = with_person_number(
        frame,
        name="drawn",
        modulo=PARTS,
        seed=sample.seed,
        has_person=has_person,
        everybody=not totals.without_person,
    )
    if totals.mixed_persons:  # a journey of several persons is drawn whole, or not at all
        drawn = drawn.with_columns(nw.col("drawn").min().over(JOURNEY).alias("drawn"))
    return drawn.filter(nw.col("drawn") < sample.parts).drop("drawn")
