"""The stage of each interaction, from where, and where it contradicts what the person bought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.checks import require_kind
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import not_found
from touchpoints.classify.typing import FROM_DATA, FROM_DEFAULT, FROM_NOTHING, FROM_RULE
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.needs import real_rows
from touchpoints.graphs.outcome import named_outcome
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty import Units

STAGE, PURCHASE = "stage", "purchase"
NOTHING, EARLY, LATE = 0, 1, 2
_NEVER = np.iinfo(np.int64).max
_UNDATED = np.iinfo(np.int64).min


@attrs.frozen(eq=False, kw_only=True)
class Staged:
    """The stage of each interaction.

    Attributes
    ----------
    labels : tuple of str
        The stages of the taxonomy in its order, then others, sorted.
    codes : int64 (m,)
        The stage of each interaction; -1 where it is not known.
    origins : int8 (m,)
        0 unknown, 1 the type, 2 a rule, 3 the data.
    """

    labels: tuple[str, ...]
    codes: Array
    origins: Array


@attrs.frozen(eq=False, kw_only=True)
class Staging:
    """Where stages come from, and what contradicts them: the arguments of `stages`."""

    column: str | None
    rules: Mapping[str, Place] | None
    purchase: Place | None
    outcome: str | None
    after: Collection[str] | None
    before: Collection[str] | None
    late: dt.timedelta

    def check(self, journeys: Journeys) -> None:
        """Raise unless these can be read from the journeys."""
        require_times(journeys, "stages")
        checks.microseconds(self.late, "late")
        if self.column is not None:
            kept = journeys.per_interaction.get(self.column)
            if kept is None:
                raise not_found("per-interaction column", self.column, journeys.per_interaction)
            if not isinstance(kept, Coded):
                raise InvalidInputError(f"the column {self.column!r} must hold text")
        if self.rules is not None:
            mend = 'rules={"advocacy": "review_written"}'
            require_kind(self.rules, Mapping, takes="a mapping of stages to places", mend=mend)
            for stage, place in self.rules.items():
                require_kind(stage, str, takes="a mapping of stages to places", mend=mend)
                rows_at(journeys, place)
        labels = self.staged(journeys).labels
        if not labels:
            raise InvalidInputError(
                "no interaction has a stage",
                mend="type the log with a taxonomy, or give column= or rules=",
            )
        for name, given in (("after", self.after), ("before", self.before)):
            for one in () if given is None else given:
                if one not in labels:
                    raise not_found("stage", one, labels, where=f"given as {name}=")
        self.bought(journeys)

    def staged(self, journeys: Journeys) -> Staged:
        """Return the stage of each interaction: the data's, else a rule's, else the type's."""
        ordered = _stages_of(journeys)
        terms = [one.facet(STAGE) for one in journeys.touchpoints]
        kept = None if self.column is None else journeys.per_interaction[self.column]
        others = {one for one in terms if one != UNKNOWN} | set(self.rules or ())
        if isinstance(kept, Coded):
            used = np.unique(kept.codes[kept.codes >= 0]).tolist()
            others |= {kept.categories[code] for code in used} - {UNKNOWN, ""}
        labels = tuple(dict.fromkeys([*ordered, *sorted(others)]))
        places = {stage: at for at, stage in enumerate(labels)}
        table = np.array([places.get(one, -1) for one in terms], dtype=np.int64)
        by_type = np.array(_origins(journeys, terms), dtype=np.int8)
        codes = table[journeys.codes] if terms else np.zeros(0, np.int64)
        origins = by_type[journeys.codes] if terms else np.zeros(0, np.int8)
        for stage, place in reversed(list((self.rules or {}).items())):  # the first rule wins
            flags = rows_at(journeys, place)
            codes[flags], origins[flags] = places[stage], FROM_RULE
        if isinstance(kept, Coded):
            told = np.array([places.get(one, -1) for one in (*kept.categories, "")], np.int64)
            data = told[kept.codes]
            codes = np.where(data >= 0, data, codes)
            origins = np.where(data >= 0, np.int8(FROM_DATA), origins)
        return Staged(labels=labels, codes=codes, origins=origins)

    def bought(self, journeys: Journeys) -> tuple[str, Array]:
        """Return what a purchase is, in words, and when each journey first had one, int64 (n,).

        In microseconds; the largest integer where it had none, the smallest where the time of its
        purchase is not known.
        """
        if self.purchase is not None and self.outcome is not None:
            raise InvalidInputError(
                "purchase= and outcome= both say what a purchase is", mend="give one of them"
            )
        taxonomy = journeys.meta.taxonomy
        place = self.purchase
        if place is None and (self.outcome is not None or len(journeys.outcomes) == 1):
            name = named_outcome(journeys, self.outcome)
            reached = journeys.outcomes[name] == 1
            times = journeys.outcome_times.get(name)
            got = np.full(len(journeys), _UNDATED)
            if times is not None:
                got = times.view(np.int64)
            return f"outcome {name}", np.where(reached, got, _NEVER)
        if place is None and taxonomy is not None and PURCHASE in taxonomy.types:
            place = PURCHASE
        if place is None:
            raise InvalidInputError(
                "nothing says what a purchase is", mend="give purchase= a place, or outcome= a name"
            )
        stamps = require_times(journeys, "stages").view(np.int64)
        first = np.full(len(journeys), _NEVER)
        rows = np.flatnonzero(rows_at(journeys, place))
        np.minimum.at(first, owners_of(journeys.offsets)[rows], stamps[rows])
        return place if isinstance(place, str) else "the given place", first

    def sides(self, journeys: Journeys, labels: tuple[str, ...]) -> tuple[Array, Array]:
        """Return which stages only follow a purchase, and which come long before, bool (s,)."""
        ordered = _stages_of(journeys)
        after, before = self.after, self.before
        if after is None:
            after = [one for one, phase in ordered.items() if phase.startswith("post")]
        if before is None:
            firsts: dict[str, str] = {}
            for one, phase in ordered.items():
                firsts.setdefault(phase, one)
            before = [one for phase, one in firsts.items() if phase.startswith("pre")]
        return (
            np.array([one in after for one in labels], dtype=bool),
            np.array([one in before for one in labels], dtype=bool),
        )


@attrs.frozen(eq=False, kw_only=True)
class Contradicted:
    """What the purchases of people say of the stages of their interactions.

    Attributes
    ----------
    kind : int8 (m,)
        0 nothing, 1 a stage after purchase before any purchase of the person, 2 a stage before
        purchase long after the first.
    judged : bool (m,)
        Whether an interaction of such a stage could be judged; False where the person may have
        bought before the log began, or at a time that is not known.
    bought : bool (g,)
        Which units bought.
    """

    kind: Array
    judged: Array
    bought: Array


def contradicted(journeys: Journeys, how: Staging, staged: Staged, units: Units) -> Contradicted:
    """Return which interactions have a stage that contradicts the purchases of their person."""
    stamps = require_times(journeys, "stages").view(np.int64)
    real = journeys.counts > 0
    first = np.full(len(units.repeats), _NEVER)
    np.minimum.at(first, units.of[real], how.bought(journeys)[1][real])
    cut = np.zeros(len(units.repeats), dtype=bool)
    filled = real & (lengths_of(journeys.offsets) > 0)
    cut[units.of[filled & ~journeys.began]] = True
    who = units.of[owners_of(journeys.offsets)]
    after, before = how.sides(journeys, staged.labels)
    known = (staged.codes >= 0) & real_rows(journeys)
    follows = known & np.append(after, False)[staged.codes]
    precedes = known & np.append(before, False)[staged.codes]
    dated = first[who] != _UNDATED
    early = follows & dated & ~cut[who] & (stamps < first[who])
    limit = checks.microseconds(how.late, "late")
    sold = dated & (first[who] != _NEVER)
    late = precedes & sold & (stamps - np.where(sold, first[who], 0) > limit)
    unknown = follows & (~dated | (cut[who] & (stamps < first[who])))
    kind = np.where(early, EARLY, np.where(late, LATE, NOTHING)).astype(np.int8)
    return Contradicted(kind=kind, judged=~unknown, bought=first != _NEVER)


def _stages_of(journeys: Journeys) -> dict[str, str]:
    """Return the stages of the taxonomy in their order, with the phase of each."""
    taxonomy = journeys.meta.taxonomy
    if taxonomy is None or STAGE not in taxonomy.facets:
        return {}
    terms = taxonomy.facets[STAGE].terms
    return {name: str(one.attributes.get("phase", "")) for name, one in terms.items()}


def _origins(journeys: Journeys, terms: list[str]) -> list[int]:
    """Return where the stage of each touchpoint comes from: its type, or a rule."""
    taxonomy = journeys.meta.taxonomy
    found: list[int] = []
    for one, term in zip(journeys.touchpoints, terms, strict=True):
        usual: Any = None
        if taxonomy is not None and one.type in taxonomy.types:
            usual = taxonomy.types[one.type].defaults.get(STAGE, UNKNOWN)
        if term == UNKNOWN:
            found.append(FROM_NOTHING)
        else:
            found.append(FROM_DEFAULT if usual in (None, term) else FROM_RULE)
    return found
