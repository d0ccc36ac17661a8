"""The interactions of several sources as one table, with the person of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import require_kind
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import first_few, not_found, quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.combining import filled, mapped_columns, recoded, united
from touchpoints.journeys.model import Journeys, assembled, checked_journeys, take_rows
from touchpoints.sources.merging.identifying import Identities, persons_of
from touchpoints.taxonomy import Touchpoint

Name: TypeAlias = "str | tuple[str]"
"""The id of a person, or in a tuple that of a journey of nobody known."""
SOURCE, JOURNEY = "source", "journey"
_MEND_NAMES = "rename the column when reading, or leave it out of per_interaction="


@attrs.frozen(eq=False, kw_only=True)
class Stack:
    """The interactions of all sources, one source after the other.

    Attributes
    ----------
    people : int64 (m,)
        The person of each interaction, a position in ``names``.
    names, known
        The id of each person, or of a journey of nobody known; and whether it is a person.
    of_journeys : list of int64 (n of the source,)
        The person of each journey of each source.
    touchpoints, codes, times, ends, columns
        As in `Journeys`; ``columns`` are those of interactions.
    """

    people: Array
    names: list[str]
    known: Array
    of_journeys: list[Array]
    touchpoints: tuple[Touchpoint, ...]
    codes: Array
    times: Array
    ends: Array | None
    columns: Mapping[str, Any]


def checked_sources(
    sources: Mapping[str, Journeys], as_persons: Sequence[str]
) -> dict[str, Journeys]:
    """Return the sources by name, or raise for sources that cannot be merged."""
    mend = 'for example tp.sources.merge_sources({"web": a, "shop": b})'
    require_kind(sources, Mapping, takes="a mapping of names to Journeys", mend=mend)
    if not sources:
        raise InvalidInputError("there is no source to merge", mend=mend)
    for name, part in sources.items():
        if not isinstance(name, str) or is_blank(name):
            raise InvalidInputError(f"a source must have a name, got {quoted(name)}", mend=mend)
        checked_journeys(part)
        _check_source(name, part)
        if part.persons is None and name not in as_persons:
            raise InvalidInputError(
                f"the source {name!r} has no persons, so that it cannot be merged by person",
                mend=f"read it with person=, or pass ids_as_persons=({name!r},) where each journey "
                "is a person",
            )
    for name in as_persons:
        if name not in sources:
            raise not_found("source", name, list(sources), where="given as ids_as_persons=")
    found = dict(sources)
    _check_alike(found)
    return found


def _check_source(name: str, part: Journeys) -> None:
    if part.times is None:
        raise InvalidInputError(f"the source {name!r} has no times")
    if bool((part.counts != 1).any()):
        raise InvalidInputError(
            f"the source {name!r} has rows that stand for several journeys, not single ones"
        )
    if part.outcomes or part.values:
        raise InvalidInputError(
            f"the source {name!r} has outcomes or values",
            where=first_few([*part.outcomes, *part.values]),
            mend="merge first, then mark outcomes with tp.mark or tp.until",
        )
    taken = [one for one in (*part.per_interaction, *part.per_journey) if one in (SOURCE, JOURNEY)]
    if taken:
        raise InvalidInputError(
            f"the source {name!r} has a column {taken[0]!r}, which merging adds", mend=_MEND_NAMES
        )


def _check_alike(parts: Mapping[str, Journeys]) -> None:
    naive = [name for name, part in parts.items() if len(part.codes) and part.meta.timezone is None]
    aware = [name for name, part in parts.items() if len(part.codes) and part.meta.timezone]
    if naive and aware:
        raise InvalidInputError(
            f"the times of {first_few(naive)} have no zone, those of {first_few(aware)} have one",
            mend="read the former with tz= and the zone of its clock",
        )
    taxonomies = [part.meta.taxonomy for part in parts.values()]
    if any(one != taxonomies[0] for one in taxonomies):
        names = [None if one is None else one.name for one in taxonomies]
        raise InvalidInputError(
            "all sources must have the same taxonomy",
            where=", ".join(f"{name}: {one}" for name, one in zip(parts, names, strict=True)),
            mend="read all with taxonomy=, or type them after merging with tp.retype",
        )
    lenses = {part.meta.lens for part in parts.values()}
    if len(lenses) > 1:
        raise InvalidInputError("all sources must have the same lens", where=first_few(lenses))
    for name in {
        one for part in parts.values() for one in (*part.per_interaction, *part.per_journey)
    }:
        kinds = _kinds_of(parts, name)
        if len(kinds) > 1:
            where = "; ".join(f"{kind} in {first_few(one)}" for kind, one in kinds.items())
            raise InvalidInputError(f"the column {name!r} holds {where}", mend=_MEND_NAMES)


def _kinds_of(parts: Mapping[str, Journeys], name: str) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for source, part in parts.items():
        for columns in (part.per_interaction, part.per_journey):
            if (found := columns.get(name)) is not None:
                times = not isinstance(found, Coded) and found.dtype.kind == "M"
                kind = "text" if isinstance(found, Coded) else "times" if times else "numbers"
                kinds.setdefault(kind, []).append(source)
    return kinds


def stacked_sources(
    parts: Mapping[str, Journeys], identity: Identities, as_persons: Sequence[str]
) -> Stack:
    """Return the interactions of all sources, one source after the other."""
    names: dict[Name, int] = {}
    people = [
        _people(part, (source, identity), names, use_ids=source in as_persons)
        for source, part in parts.items()
    ]
    whole = [_widened(source, part) for source, part in parts.items()]
    touchpoints = united(whole)
    codes_of = {one.key: code for code, one in enumerate(touchpoints)}
    sizes = [len(part.codes) for part in whole]
    lengths = [segments.lengths_of(part.offsets) for part in whole]
    return Stack(
        people=np.concatenate([np.repeat(*one) for one in zip(people, lengths, strict=True)]),
        names=[one if isinstance(one, str) else _apart(one[0], names) for one in names],
        known=np.array([isinstance(one, str) for one in names], dtype=bool),
        of_journeys=people,
        touchpoints=touchpoints,
        codes=np.concatenate([recoded(part, codes_of) for part in whole]),
        times=np.concatenate([part.times for part in whole if part.times is not None]),
        ends=filled([part.ends for part in whole], sizes, np.datetime64("NaT", "us")),
        columns=mapped_columns(whole, "per_interaction", np.nan, per_interaction=True),
    )


def _people(
    part: Journeys,
    called: tuple[str, Identities],
    names: dict[Name, int],
    *,
    use_ids: bool,
) -> Array:
    """Return the number of the person of each journey; one of nobody known has its own."""
    source, identity = called
    labels = part.ids if part.persons is None and use_ids else part.persons
    found = [None] * len(part) if labels is None else persons_of(labels, identity, source)
    codes = [-1 if one is None else names.setdefault(one, len(names)) for one in found]
    for position, person in enumerate(found):
        if person is None:
            codes[position] = names.setdefault((f"{source}/{part.ids[position]}",), len(names))
    return np.array(codes, dtype=np.int64)


def _apart(text: str, names: Mapping[Name, int]) -> str:
    """Return the id of a journey of nobody known, changed if it is the id of a person."""
    while text in names:
        text += "/"
    return text


def _widened(source: str, part: Journeys) -> Journeys:
    """Return a source with its name, its ids and its per-journey columns by interaction."""
    owners = segments.owners_of(part.offsets)
    ids = [str(one) for one in part.ids.tolist()]
    if len(set(ids)) < len(ids):  # 7 and "7"
        ids = [repr(one) for one in part.ids.tolist()]
    of_journeys = {name: take_rows(one, owners) for name, one in part.per_journey.items()}
    columns = {
        **part.per_interaction,
        **of_journeys,
        SOURCE: Coded(owned(np.zeros(len(owners), dtype=np.int32)), (source,)),
        JOURNEY: Coded(owned(owners.astype(np.int32)), tuple(ids)),
    }
    return assembled(
        touchpoints=part.touchpoints,
        codes=part.codes,
        offsets=part.offsets,
        times=part.times,
        ends=part.ends,
        ids=part.ids,
        counts=part.counts,
        per_interaction=columns,
        meta=part.meta,
    )
