"""One journey in time by lanes: which touchpoint is in which lane, when, and how long."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints._core.messages import not_found, quoted
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journey, Journeys, checked_journeys
from touchpoints.journeys.periods import clock_of
from touchpoints.journeys.places.selectors import facet_names
from touchpoints.plot._shared.look import Look
from touchpoints.taxonomy import FACETS, UNKNOWN

MOST_LANES = 8
_MISSING = np.iinfo(np.int64).min
_FIRST = ("clinical", "non_clinical")


@attrs.frozen(kw_only=True, eq=False)
class Lanes:
    """The interactions of one journey.

    Attributes
    ----------
    keys : list of str
        The touchpoint of each interaction.
    starts, ends : int64 (m,)
        When each began and ended, in microseconds of the time zone of the log; an end is the start
        where it is not known.
    lasting : bool (m,)
        Whether the end is known.
    lane : list of int
        The lane of each interaction.
    names, colors : list of str
        The lanes.
    """

    keys: list[str]
    starts: Array
    ends: Array
    lasting: Array
    lane: list[int]
    names: list[str]
    colors: list[str]


def lanes_of(journeys: Journeys | Journey, journey: Any, *, by: str, look: Look) -> Lanes:
    """Return the interactions of a journey, or of one of several by its id, by lanes of a facet."""
    one, starts, ends = _one(journeys, journey, by=by)
    keys = [touchpoint.key for touchpoint in one.touchpoints]
    terms = [touchpoint.facet(by) for touchpoint in one.touchpoints]
    lanes = _terms(terms, by, look)
    if len(lanes) > MOST_LANES:
        usual = sorted(lanes, key=lambda term: -terms.count(term))[: MOST_LANES - 1]
        lanes = [term for term in lanes if term in usual]
    place = {term: at for at, term in enumerate(lanes)}
    names = [look.term(by, term) for term in lanes]
    colors = [_color(term, by, at, look) for at, term in enumerate(lanes)]
    if any(term not in place for term in terms):
        names.append(look.say("plot.other"))
        colors.append(look.palette.edge)
    return Lanes(
        keys=keys,
        starts=starts,
        ends=np.where(ends == _MISSING, starts, ends),
        lasting=ends != _MISSING,
        lane=[place.get(term, len(lanes)) for term in terms],
        names=names,
        colors=colors,
    )


def _one(journeys: Journeys | Journey, journey: Any, *, by: str) -> tuple[Journey, Array, Array]:
    """Return the journey that is meant, and when its interactions began and ended."""
    if isinstance(journeys, Journey):
        others = [name for one in journeys.touchpoints for name in one.facets]
        _check_facet(by, [*FACETS, *others])
        return journeys, *_stamps(_timed(journeys.times), journeys.ends)
    checked_journeys(journeys)
    _check_facet(by, facet_names(journeys))
    times = require_times(journeys, "timeline")
    at = _position(journeys, journey)
    clock = clock_of(journeys, "day", name="timeline")
    part = slice(int(journeys.offsets[at]), int(journeys.offsets[at + 1]))
    ends = None if journeys.ends is None else journeys.ends[part]
    starts, ended = _stamps(times[part], ends)
    known = ended != _MISSING
    local = np.where(known, clock.shown(np.where(known, ended, starts)), _MISSING)
    return journeys[at], clock.shown(starts), local


def _stamps(times: Array, ends: Array | None) -> tuple[Array, Array]:
    starts = times.astype("datetime64[us]").astype(np.int64)
    if ends is None:
        return starts, np.full(len(starts), _MISSING)
    return starts, ends.astype("datetime64[us]").astype(np.int64)


def _timed(times: Array | None) -> Array:
    if times is None:
        raise InvalidInputError(
            "timeline needs times, and this journey has none",
            mend="read the log with tp.from_frame(…, time=…): distinct, from_paths keep no times",
        )
    return times


def _check_facet(by: str, known: Any) -> None:
    if by not in known:
        raise not_found("facet", by, list(dict.fromkeys(known)))


def _position(journeys: Journeys, journey: Any) -> int:
    """Return the place of a journey by its id; of a single one without."""
    if journey is None and len(journeys) == 1:
        return 0
    if journey is None:
        raise WrongKindError(
            f"a timeline is of one journey, and these are {len(journeys):,}",
            mend="name it by its id: journey=…, one of journeys.ids",
        )
    if not isinstance(journey, Hashable) or isinstance(journey, slice):
        raise WrongKindError(f"journey must be the id of a journey, got {quoted(journey)}")
    ids = journeys.ids.tolist()
    found = [at for at, one in enumerate(ids) if one == journey]
    if not found:
        raise not_found("journey", journey, [str(one) for one in ids[:10_000]])
    return found[0]


def _terms(terms: list[str], by: str, look: Look) -> list[str]:
    """Return the terms that occur, in the order of the taxonomy; the unknown one last."""
    facet = None if look.taxonomy is None else look.taxonomy.facets.get(by)
    known = [*_FIRST, *([] if facet is None else facet.terms)]
    rank = {term: place for place, term in reversed(list(enumerate(known)))}
    return sorted(
        dict.fromkeys(terms),
        key=lambda term: (term == UNKNOWN, rank.get(term, len(known)), term),
    )


def _color(term: str, by: str, place: int, look: Look) -> str:
    palette = look.palette
    if term == UNKNOWN:
        return palette.edge
    if by == "clinicality":
        return {"clinical": palette.clinical, "non_clinical": palette.other}.get(term, palette.edge)
    return palette.category(place)
