"""Inferred terms of all items beside the answers about some of them, summed by person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.arrays.statistics.cluster_variance import summed_runs
from touchpoints._core.arrays.statistics.powered_shares import Asked, Silent
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, first_few
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.answered import answered, as_inferred
from touchpoints.experience._shared.lenses import Lens, lens_names, seen_through
from touchpoints.journeys.groups import groups_of
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty import Units, units_of

Of = Literal["interactions", "journeys"]
Uncovered = Literal["raise", "drop"]
"""What to do with strata in which nobody answered: refuse, or leave out and count."""

Pairs = tuple[Array, Array]
"""Items and their terms, int64 (p,) each; an item can have several terms."""


@attrs.frozen(eq=False, kw_only=True)
class Survey:
    """Items, what was inferred of them, and what the answers say of some.

    Attributes
    ----------
    labels : tuple of str, c
        The terms that were inferred or answered, sorted.
    owners : int64 (i,)
        The journey of each item: of each interaction, or each journey with interactions.
    asked : bool (i,)
        Whether it has an answer.
    weights : float64 (i,)
        How many items each item with an answer stands for, in proportion; 0 without an answer.
    guesses, named : Pairs
        The terms that are inferred of items, and those that answers name.
    left_out : int
        The number of items in strata without answers.
    """

    labels: tuple[str, ...]
    owners: Array
    asked: Array
    weights: Array
    guesses: Pairs
    named: Pairs
    left_out: int = 0


def survey_of(
    journeys: Journeys, facet: str, *, of: Of, weights: Lens | None, uncovered: Uncovered
) -> Survey:
    """Return the items of journeys with their inferred terms, answers and weights."""
    before, has = as_inferred(journeys), answered(journeys, facet)
    owners = owners_of(journeys.offsets).astype(np.int64)
    real = np.flatnonzero(journeys.counts[owners] > 0)
    inferred, said = _terms(before, facet), _terms(journeys, facet)
    told = np.where(has, journeys.codes, -1)[real]
    met = {*inferred[np.unique(before.codes[real])], *said[np.unique(told[told >= 0])]}
    labels = tuple(sorted(met - {UNKNOWN}))
    guess = _codes(inferred, labels)[before.codes[real]]
    told = _codes(said, labels)[told]
    items, asked, owners = np.arange(len(real)), has[real], owners[real]
    stratum, called = _strata(before, weights)
    stratum = stratum[real]
    if of == "journeys":
        begins = np.diff(owners, prepend=-1) != 0
        items, firsts = np.cumsum(begins) - 1, np.flatnonzero(begins)
        asked = np.bincount(items[asked], minlength=len(firsts)) > 0
        owners, stratum = owners[firsts], stratum[firsts]
    whole = Survey(
        labels=labels,
        owners=owners,
        asked=asked,
        weights=asked.astype(np.float64),
        guesses=_pairs(items, guess, len(labels), of=of),
        named=_pairs(items, told, len(labels), of=of),
    )
    if weights is None:
        return whole
    amounts = journeys.counts[owners].astype(np.float64)
    return _weighted(whole, amounts, stratum, called, uncovered)


def _terms(journeys: Journeys, facet: str) -> Array:
    """Return the term of each touchpoint, object (k,)."""
    return text_array([one.facet(facet) for one in journeys.touchpoints])


def _codes(terms: Array, labels: Sequence[str]) -> Array:
    """Return the place of each term among the labels; -1 for a missing or unknown one."""
    places = {label: place for place, label in enumerate(labels)}
    return np.array([*(places.get(term, -1) for term in terms.tolist()), -1], dtype=np.int64)


def _pairs(items: Array, codes: Array, size: int, *, of: Of) -> Pairs:
    """Return each (item, term) once, for known terms."""
    known = codes >= 0
    if of == "interactions":  # each is an item of its own, with one term
        return items[known], codes[known]
    keys = np.unique(items[known] * max(size, 1) + codes[known])
    return keys // max(size, 1), keys % max(size, 1)


def _strata(journeys: Journeys, weights: Lens | None) -> tuple[Array, tuple[str, ...]]:
    """Return the stratum of each interaction, and what the strata are called."""
    if weights is None:
        return np.zeros(len(journeys.codes), dtype=np.int64), ("all",)
    if not (names := lens_names(weights)):
        raise InvalidInputError("weights must name at least one column or facet, got none")
    owners, parts, labels = owners_of(journeys.offsets), [], []
    for name in names:
        if name in journeys.per_journey:
            groups = groups_of(journeys, name)
            parts.append(groups.of[owners])
            labels.append([*map(str, groups.labels), UNKNOWN])
        else:
            seen = seen_through(journeys, name)
            parts.append(seen.codes)
            labels.append([*seen.labels, UNKNOWN])
    rows, codes = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)
    called = tuple(
        ", ".join(own[place] for own, place in zip(labels, row, strict=True))
        for row in rows.tolist()
    )
    return codes.ravel().astype(np.int64), called


def _weighted(
    whole: Survey, amounts: Array, stratum: Array, called: Sequence[str], uncovered: Uncovered
) -> Survey:
    """Return a survey in which the answers of each stratum stand for all of its items."""
    size = len(called)
    every = np.bincount(stratum, amounts, size)
    some = np.bincount(stratum[whole.asked], amounts[whole.asked], size)
    empty = np.flatnonzero((every > 0) & (some == 0))
    if len(empty) and some.any() and uncovered == "raise":
        raise InvalidInputError(
            f"nobody answered in {counted(len(empty), 'stratum').replace('stratums', 'strata')}",
            where=first_few([called[place] for place in empty.tolist()]),
            mend='name coarser strata, or uncovered="drop" to leave those interactions out',
        )
    kept = some[stratum] > 0 if some.any() else np.ones(len(stratum), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(whole.asked, every[stratum] / some[stratum], 0.0)
    scale = float(amounts[whole.asked].sum() / (own @ amounts)) if some.any() else 1.0
    weighted = attrs.evolve(whole, weights=own * scale)
    return weighted if kept.all() else _part(weighted, kept, int(amounts[~kept].sum()))


def _part(whole: Survey, kept: Array, left_out: int) -> Survey:
    numbers = np.cumsum(kept) - 1
    guesses, named = (
        (numbers[items[kept[items]]], terms[kept[items]])
        for items, terms in (whole.guesses, whole.named)
    )
    return attrs.evolve(
        whole,
        owners=whole.owners[kept],
        asked=whole.asked[kept],
        weights=whole.weights[kept],
        guesses=guesses,
        named=named,
        left_out=left_out,
    )


def summed(survey: Survey, units: Units) -> tuple[Asked, Silent]:
    """Return the sums over units that answered, and those over the others."""
    of, within = units.of[survey.owners], units.within[survey.owners].astype(np.float64)
    size, repeats = len(survey.labels), units.repeats.astype(np.float64)
    number = len(repeats)
    who = np.flatnonzero(np.bincount(of[survey.asked], minlength=number))
    place = np.full(number, -1, dtype=np.int64)
    place[who] = np.arange(len(who))

    def added(pairs: Pairs, amounts: Array) -> Array:
        items, terms = pairs
        mine = place[of[items]] >= 0
        keys = place[of[items[mine]]] * size + terms[mine]
        return np.bincount(keys, amounts[items[mine]], len(who) * size).reshape(len(who), size)

    heavy, items = within * survey.weights, np.bincount(of, within, number)
    asked = Asked(
        repeats=repeats[who],
        items=items[who],
        guesses=added(survey.guesses, within),
        answers=np.bincount(of, heavy, number)[who],
        named=added(survey.named, heavy),
        guessed=added(survey.guesses, heavy),
    )
    keys, amounts = summed_runs(
        of[survey.guesses[0]] * max(size, 1) + survey.guesses[1], within[survey.guesses[0]]
    )
    unit, term = keys // max(size, 1), keys % max(size, 1)
    still = place[unit] < 0
    unit, term, amounts = unit[still], term[still], amounts[still]
    rest = np.flatnonzero(place < 0)
    times = repeats[unit]
    return asked, Silent(
        items=float(repeats[rest] @ items[rest]),
        squares=float(repeats[rest] @ items[rest] ** 2),
        guesses=np.bincount(term, times * amounts, size),
        guesses_squared=np.bincount(term, times * amounts**2, size),
        products=np.bincount(term, times * amounts * items[unit], size),
    )


def units_asked(journeys: Journeys, survey: Survey) -> tuple[Units, Array]:
    """Return the units of journeys, and the rows of those with an answer."""
    rows = np.zeros(len(journeys), dtype=bool)
    rows[survey.owners[survey.asked]] = True
    return units_of(journeys, None), np.flatnonzero(rows & (lengths_of(journeys.offsets) > 0))
