"""Where needs and contexts come from: the data, a rule, or the default of a type."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.frozen import Array
from touchpoints._core.messages import first_few
from touchpoints.classify.typing import CONTEXT_FROM, FROM_DEFAULT, FROM_NOTHING, NEED_FROM
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import FACETS, UNKNOWN

_COLUMNS = {"need": NEED_FROM, "context": CONTEXT_FROM}
_KINDS = 4


def origins_of(journeys: Journeys, facet: str) -> Array | None:
    """Return where the term of each interaction comes from, int8 (m,).

    0 unknown, 1 the type's default, 2 a rule, 3 the data. None where the journeys do not say: for
    facets other than need and context, and for logs read without a taxonomy.
    """
    column = _COLUMNS.get(facet)
    if column is None or column not in journeys.per_interaction:
        return None
    kept = journeys.per_interaction[column]
    return np.asarray(kept if isinstance(kept, np.ndarray) else kept.to_array(), dtype=np.int8)


@attrs.frozen(kw_only=True)
class Origins:
    """How many interactions have a term of a facet from where.

    Attributes
    ----------
    facet : str
        ``"need"`` or ``"context"``.
    data, rule, default, unknown : int
        The number of interactions, each as often as its journey counts.
    """

    facet: str
    data: int
    rule: int
    default: int
    unknown: int

    @classmethod
    def of(cls, journeys: Journeys, facet: str) -> Origins | None:
        """Return the origins of a facet; None where the journeys do not say."""
        origins = origins_of(journeys, facet)
        if origins is None:
            return None
        weights = journeys.counts[owners_of(journeys.offsets)].astype(np.float64)
        found = np.bincount(np.clip(origins, 0, _KINDS - 1), weights, _KINDS).astype(np.int64)
        unknown, default, rule, data = found.tolist()
        return cls(facet=facet, data=data, rule=rule, default=default, unknown=unknown)

    @property
    def known(self) -> int:
        """The number of interactions whose term is known."""
        return self.data + self.rule + self.default

    @property
    def observed(self) -> float:
        """The share of known terms that are from the data or a rule, in [0, 1]; nan without any."""
        return (self.data + self.rule) / self.known if self.known else float("nan")


def only_defaults(journeys: Journeys, facets: Iterable[str]) -> tuple[str, ...]:
    """Return the facets of which every known term follows from the type of the touchpoint.

    For need and context the journeys say so. For another facet it is so if all touchpoints with a
    known term have the term of their type in the taxonomy.
    """
    return tuple(facet for facet in facets if _only_default(journeys, facet))


def _only_default(journeys: Journeys, facet: str) -> bool:
    origins = origins_of(journeys, facet)
    if origins is not None:
        known = origins[origins != FROM_NOTHING]
        return bool(len(known)) and bool((known == FROM_DEFAULT).all())
    taxonomy = journeys.meta.taxonomy
    if taxonomy is None or facet not in FACETS:
        return False
    used = np.flatnonzero(np.bincount(journeys.codes)).tolist() if len(journeys.codes) else []
    known_ones = [
        one
        for one in (journeys.touchpoints[code] for code in used)
        if one.facet(facet) not in ("", UNKNOWN)
    ]
    return bool(known_ones) and all(
        one.type in taxonomy.types
        and taxonomy.touchpoint(one.type).facet(facet) == one.facet(facet)
        for one in known_ones
    )


def circular(facets: Iterable[str]) -> list[str]:
    """Return a line that says which facets are only defaults of types, or nothing."""
    names = list(facets)
    if not names:
        return []
    verb = "is" if len(names) == 1 else "are"
    said = f"{first_few(names)} {verb} only the default of the type, which determines it"
    return [f"circular: {said} by definition"]


def of_any(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the facets that are only defaults in any of several groups."""
    return tuple(dict.fromkeys(name for part in parts for name in part))
