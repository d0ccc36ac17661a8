"""Whole persons of an engine's log, drawn by the hash of who they are."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from touchpoints.sources._engine.options import PARTS, Sample
from touchpoints.sources._engine.rows import JOURNEY, PERSON, WHOLE
from touchpoints.sources._engine.shims import with_hash
from touchpoints.sources._engine.totals import Totals

_OF_PERSON, _OF_JOURNEY = "hash_of_person", "hash_of_journey"
_NAMED, _DRAWN = "named", "drawn"


def with_person_number(
    frame: nw.LazyFrame[Any], totals: Totals, *, has_person: bool, name: str, modulo: int, seed: int
) -> nw.LazyFrame[Any]:
    """Add the hash of the person of each row, or of the journey where nobody is named."""
    if not has_person:
        return with_hash(frame, JOURNEY, name=name, modulo=modulo, seed=seed)
    if not totals.without_person:
        return with_hash(frame, PERSON, name=name, modulo=modulo, seed=seed)
    frame = with_hash(frame, PERSON, name=_OF_PERSON, modulo=modulo, seed=seed)
    frame = with_hash(frame, JOURNEY, name=_OF_JOURNEY, modulo=modulo, seed=seed)
    nobody = nw.when(nw.col(PERSON).is_null()).then(nw.col(_OF_JOURNEY))
    number = nobody.otherwise(nw.col(_OF_PERSON)).cast(WHOLE)
    return frame.with_columns(number.alias(name)).drop(_OF_PERSON, _OF_JOURNEY)


def sampled(
    frame: nw.LazyFrame[Any], sample: Sample, totals: Totals, *, has_person: bool
) -> nw.LazyFrame[Any]:
    """Keep the rows of a share of the persons, all journeys of each of them, whole."""
    if sample.share == 1:
        return frame
    drawn = frame
    if totals.mixed_persons:  # a journey of several persons is drawn, whole, with one of them
        first = nw.col(PERSON).min().over(JOURNEY)
        drawn = drawn.with_columns(nw.col(PERSON).alias(_NAMED), first.alias(PERSON))
    drawn = with_person_number(
        drawn, totals, has_person=has_person, name=_DRAWN, modulo=PARTS, seed=sample.seed
    )
    drawn = drawn.filter(nw.col(_DRAWN) < sample.parts).drop(_DRAWN)
    if totals.mixed_persons:
        drawn = drawn.with_columns(nw.col(_NAMED).alias(PERSON)).drop(_NAMED)
    return drawn
