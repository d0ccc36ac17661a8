"""Funnels: which journeys, and which attempts, reach each of several steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.arrays.segments.bitmaps import bitmap_of, bitmap_of_rows, bitmaps_where
from touchpoints._core.arrays.segments.following import (
    Enders,
    Followed,
    Hits,
    Rules,
    Starts,
    best_starts,
    every_start,
    followed,
)
from touchpoints._core.checks import check_option, microseconds
from touchpoints._core.frozen import Array
from touchpoints._core.messages import first_few, not_found
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.places.anchors import (
    Place,
    has_place,
    is_plain,
    quickest_spans,
    rows_at,
    spans,
)
from touchpoints.journeys.places.between import place_name
from touchpoints.journeys.places.selectors import meant
from touchpoints.paths._shared.funnel_lanes import (
    Lanes,
    held_values,
    lanes_of,
    of_one_value,
)

Kind = Literal["closed", "strict", "hybrid", "open"]
Steps = Sequence[Place] | Mapping[str, Place]


@attrs.frozen(eq=False, kw_only=True)
class Question:
    """What a funnel asks: its steps, and when a journey reaches one.

    Attributes
    ----------
    names, places
        The name and the place of each step.
    kind
        The kind of funnel.
    limit
        The window in microseconds.
    exclude
        The place that ends an attempt between two steps.
    optional
        The positions of optional steps.
    holding
        The per-interaction column that has one value in all steps.
    """

    names: list[str]
    places: list[Place]
    kind: Kind
    limit: int | None = None
    exclude: Place | None = None
    optional: frozenset[int] = frozenset()
    holding: str | None = None

    def previous(self, step: int) -> int:
        """Return the position of the last step before this one that is not optional."""
        return max(at for at in range(step) if at not in self.optional)

    def following(self, step: int) -> int | None:
        """Return the position of the next step that is not optional, or None."""
        later = range(step + 1, len(self.names))
        return next((at for at in later if at not in self.optional), None)


def question(
    journeys: Journeys,
    steps: Steps,
    *,
    kind: Kind,
    within: dt.timedelta | None = None,
    exclude: Place | None = None,
    optional: Collection[str] = (),
    holding: str | None = None,
) -> Question:
    """Return what a funnel asks, or raise the errors of `touchpoints.paths.funnel`."""
    check_option("kind", kind, Kind)
    left_out = tuple(optional)
    named = _named(steps)
    names, places = [name for name, _ in named], [place for _, place in named]
    limit = None if within is None else microseconds(within, "within")
    if limit is not None:
        require_times(journeys, "funnel(within=…)")
    refuse_for_kind(
        kind, within=within, exclude=exclude, optional=left_out or None, holding=holding
    )
    if exclude is not None:
        _check_apart(checked_journeys(journeys), exclude, named)
    if holding is not None and len(journeys.codes) and (held_values(journeys, holding) < 0).all():
        raise InvalidInputError(f"no interaction has a value of {holding!r}")
    return Question(
        names=names,
        places=places,
        kind=kind,
        limit=limit,
        exclude=exclude,
        optional=_positions(left_out, names),
        holding=holding,
    )


def refuse_for_kind(kind: Kind, **given: Any) -> None:
    """Raise when an argument has no meaning for this kind of funnel."""
    why = "a funnel without a first step to start at"
    refused = {"open": [*given], "strict": ["exclude", "optional"], "hybrid": ["optional"]}
    if kind != "open":
        why = "in which each step directly follows the previous one"
        why = why if kind == "strict" else "in which the steps after the first have no order"
    for name in refused.get(kind, ()):
        if given.get(name) is not None:
            raise InvalidInputError(f"{name} must be left out for kind={kind!r}, {why}")


def _named(steps: Steps) -> list[tuple[str, Place]]:
    """Return the (name, place) of each step; without a given name, the place as text."""
    if isinstance(steps, str):
        raise InvalidInputError(
            f"steps must be a sequence or mapping of places, got the text {steps!r}",
            mend=f"put it into a list: steps=[{steps!r}, …]",
        )
    if isinstance(steps, Mapping):
        named = [(str(name), place) for name, place in steps.items()]
    else:
        named = [(place_name(place), place) for place in steps]
    if not named:
        raise InvalidInputError("steps must contain at least one step, got none")
    return named


def _positions(optional: Sequence[str], names: list[str]) -> frozenset[int]:
    """Return the positions of optional steps by their names."""
    found = set()
    for name in optional:
        if name not in names:
            raise not_found("step", name, names, where="given as optional=")
        if names.count(name) > 1:
            raise InvalidInputError(
                f"several steps are called {name!r}, so that optional= can mean any of them",
                mend="name the steps with a mapping of names to places",
            )
        found.add(names.index(name))
    if 0 in found:
        raise InvalidInputError(
            f"the first step cannot be optional, because attempts begin there: {names[0]!r}"
        )
    return frozenset(found)


def _check_apart(journeys: Journeys, exclude: Place, named: list[tuple[str, Place]]) -> None:
    """Raise when a place that ends attempts is a place of a step."""
    ending = list(_single(exclude))
    for name, place in named:
        for step in _single(place):
            for one in ending:
                shared = step == one
                both: Array | None = None
                if is_plain(step) and is_plain(one):
                    both = np.flatnonzero(meant(journeys, step) & meant(journeys, one))
                    shared = bool(len(both))
                if shared:
                    keys = [] if both is None else [journeys.touchpoints[at].key for at in both]
                    raise InvalidInputError(
                        f"exclude and the step {name!r} have the same place",
                        where=first_few(keys) if keys else "",
                        mend="a place is either a step or ends an attempt: leave it out of one",
                    )


def _single(place: Place) -> Iterator[Any]:
    """Return the places in a collection that holds patterns or anchors, or the place itself."""
    if is_plain(place) or not isinstance(place, Collection):
        yield place
        return
    for one in place:
        yield from _single(one)


@attrs.frozen(eq=False)
class Search:
    """Where to look for the steps of a funnel: occurrences, segments and conditions.

    ``lanes`` are the segments of one value each, where a value is held; else they are journeys.
    """

    hits: list[Hits]
    offsets: Array
    rules: Rules
    lanes: Lanes | None = None

    def best(self, size: int) -> Followed:
        """Return the steps that each of ``size`` journeys reaches from its best start."""
        found = followed(self.hits, self.offsets, self.rules)
        return found if self.lanes is None else self._of_journeys(found, self.lanes, size)

    def starts(self) -> Starts:
        """Return the steps that are reached from every start, sorted by journey and row."""
        found = every_start(self.hits, self.offsets, self.rules)
        return found if self.lanes is None else self.lanes.of_rows(found)

    def _of_journeys(self, found: Followed, lanes: Lanes, size: int) -> Followed:
        """Return the best of the lanes of each journey."""
        some = np.flatnonzero(found.depth > 0)
        nobody = np.zeros(len(some), dtype=bool)
        starts = lanes.of_rows(Starts(some, found.depth[some], found.rows[:, some], nobody))
        best = best_starts(starts, size, self.rules)
        if best.latest is not None and found.latest is not None:
            some = np.flatnonzero(found.latest >= 0)
            np.maximum.at(best.latest, lanes.owners[some], lanes.rows[found.latest[some]])
        return best


def _alike(journeys: Journeys, places: Sequence[Place]) -> tuple[int, ...]:
    """Return for each place the first that means the same, whatever occurs in these journeys."""
    known = [meant(journeys, one).tobytes() if is_plain(one) else one for one in places]
    return tuple(known.index(one) for one in known)


def search_of(journeys: Journeys, asked: Question) -> Search:
    """Return where to look for the steps of a funnel, which is not an open one."""
    stamps = stamps_of(journeys)
    rules = Rules(
        strict=asked.kind == "strict",
        hybrid=asked.kind == "hybrid",
        alike=_alike(journeys, asked.places) if asked.kind == "hybrid" else (),
        limit=asked.limit,
        stamps=stamps,
        optional=asked.optional,
    )
    ending = None if asked.exclude is None else rows_at(journeys, asked.exclude)
    if asked.holding is None:
        if ending is not None:
            rules = attrs.evolve(rules, enders=(Enders(bitmap_of(ending)),))
        return Search(_hits(journeys, asked.places, rules), journeys.offsets, rules)
    held = held_values(journeys, asked.holding)
    found = [spans(journeys, place) for place in asked.places]
    if rules.strict:
        rules = attrs.evolve(rules, held=held)
        return Search([_held_hits(one, held) for one in found], journeys.offsets, rules)
    lanes = lanes_of(journeys, found, held=held, ending=ending)
    moved = None if stamps is None else stamps[lanes.rows]
    rules = attrs.evolve(rules, stamps=moved, enders=lanes.enders)
    hits = [lanes.hits(one, every=not at) for at, one in enumerate(found)]
    return Search(hits, lanes.offsets, rules, lanes)


def _hits(journeys: Journeys, steps: list[Place], rules: Rules) -> list[Hits]:
    """Return the occurrences of each step."""
    masks = [meant(journeys, step) for step in steps if is_plain(step)]
    plain = iter(bitmaps_where(journeys.codes, masks))
    every = (not rules.earliest, *(rules.strict for _ in steps[1:]))
    return [
        Hits(next(plain)) if is_plain(step) else _long_hits(journeys, step, every=each)
        for step, each in zip(steps, every, strict=True)
    ]


def _long_hits(journeys: Journeys, step: Place, *, every: bool) -> Hits:
    """Return the occurrences of a step that spans several interactions.

    An occurrence that ends after another one that begins later matters only where every start is
    tried, or where a step must begin at a given interaction.
    """
    starts, stops = (spans if every else quickest_spans)(journeys, step)
    return Hits(bitmap_of_rows(starts, len(journeys.codes)), (starts, stops))


def _held_hits(found: tuple[Array, Array], held: Array) -> Hits:
    """Return the occurrences of a step that have one value throughout."""
    kept = of_one_value(*found, held)
    starts, stops = found[0][kept], found[1][kept]
    return Hits(bitmap_of_rows(starts, len(held)), (starts, stops))


def credited(starts: Starts, rules: Rules, ranks: Array) -> Starts:
    """Return attempts that share no interaction as the same step, except the first.

    Where several attempts take one interaction as the same step, it is that of the attempt with the
    highest rank, and among those of the latest; the others end before it, or go on without it
    where the step is optional.
    """
    rows, depth, going = starts.rows.copy(), starts.depth.copy(), starts.going.copy()
    alive = np.ones(len(depth), dtype=bool)
    needed = 1
    for step in range(1, len(rows)):
        optional = step in rules.optional
        there = np.flatnonzero(alive & (rows[step] >= 0) & (optional | (depth > needed)))
        order = there[np.lexsort((there, ranks[there], rows[step][there]))]
        taken = rows[step][order]
        loses = order[:-1][taken[1:] == taken[:-1]]
        if optional:
            rows[step][loses] = -1
            continue
        rows[step:, loses] = -1
        depth[loses] = needed
        alive[loses] = going[loses] = False
        needed += 1
    return Starts(starts.owners, depth, rows, going)


@attrs.frozen(eq=False, kw_only=True)
class Reached:
    """Which journeys reach each step.

    Attributes
    ----------
    steps : bool (s, n)
        Whether each journey reaches each step.
    over : bool (n,)
        Whether a journey can reach no further step.
    found
        The rows of the steps; None in an open funnel.
    """

    steps: Array
    over: Array
    found: Followed | None = None

    def standing(self, step: int, asked: Question) -> dict[str, Array]:
        """Return which journeys that get to the previous step reach or skip this one, or do not.

        The states ``reached``, ``skipped``, ``lost`` and ``open``, bool (n,) each; of the first
        step only those that reach it.
        """
        here = self.steps[step]
        nobody = np.zeros_like(here)
        if step == 0:
            return {"reached": here, "skipped": nobody, "lost": nobody, "open": nobody}
        before = self.steps[asked.previous(step)]
        missed = before & ~here
        after = asked.following(step) if step in asked.optional else None
        skipped = nobody if after is None else missed & self.steps[after]
        missed &= ~skipped
        return {
            "reached": before & here,
            "skipped": skipped,
            "lost": missed & self.over,
            "open": missed & ~self.over,
        }


def reached(journeys: Journeys, asked: Question) -> Reached:
    """Return which journeys reach each step of a funnel."""
    if asked.kind == "open":
        steps = [has_place(journeys, place) for place in asked.places]
        return Reached(steps=np.stack(steps), over=journeys.finished)
    found = search_of(journeys, asked).best(len(journeys))
    return judged(journeys, found, stamps=stamps_of(journeys))


def stamps_of(journeys: Journeys) -> Array | None:
    """Return the times in microseconds, int64 (m,), where there are any."""
    return None if journeys.times is None else journeys.times.view(np.int64)


def judged(journeys: Journeys, found: Followed, *, stamps: Array | None) -> Reached:
    """Return which journeys reach each step, by rows of a log with these stamps."""
    steps = np.stack([found.reached(step) for step in range(len(found.rows))])
    over = journeys.finished
    if found.latest is not None:
        over = found.latest < 0
        some = np.flatnonzero(~over)
        limit = found.rules.limit
        over[some] = over_after(journeys, some, found.latest[some], stamps=stamps, limit=limit)
    return Reached(steps=steps, over=over, found=found)


def over_after(
    journeys: Journeys, owners: Array, rows: Array, *, stamps: Array | None, limit: int | None
) -> Array:
    """Return whether these journeys were watched for the whole window after these rows, bool (h,).

    Without a limit those that are finished.
    """
    if limit is None or stamps is None:
        return journeys.finished[owners]
    watched = watched_until(journeys).view(np.int64)[owners]
    ended: Array = watched >= stamps[rows] + limit
    return ended
