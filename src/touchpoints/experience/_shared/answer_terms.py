"""What answers say: terms of a facet and touchpoints, by id, label or alias."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import counted, first_few, not_found
from touchpoints._core.reading import Table
from touchpoints.errors import NotFoundError
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import UNKNOWN, escape_text

Unmatched = Literal["raise", "drop"]
"""What to do with answers that name no known term or touchpoint: refuse, or leave out and count."""

ANY, UNMATCHED = -1, -2
_MEND = 'unmatched="drop" leaves such answers out and counts them in meta.report'


@attrs.frozen(eq=False, kw_only=True)
class KnownTerms:
    """The term that each answer names.

    Attributes
    ----------
    column : Coded (a,)
        The ids of terms, sorted; missing where nothing, or no known term, is named.
    unknown : bool (a,)
        Whether something is named that is no known term.
    """

    column: Coded
    unknown: Array


@attrs.frozen(eq=False, kw_only=True)
class Allowed:
    """The touchpoints that answers can be about.

    Attributes
    ----------
    of : int64 (a,)
        The place in ``masks`` of each answer; -1 for any touchpoint, -2 for one that is not known.
    masks : list of bool (k,)
    """

    of: Array
    masks: list[Array]


def known_terms(
    journeys: Journeys, column: Coded, facet: str, *, unmatched: Unmatched
) -> KnownTerms:
    """Return the terms that answers name; without a taxonomy every text is a term."""
    taxonomy = journeys.meta.taxonomy
    find: Callable[[str], str] = str
    if taxonomy is not None:
        vocabulary = taxonomy.facets[facet]

        def find(text: str) -> str:
            return vocabulary.find(text).id

    found = _found(column, lambda text: UNKNOWN if text == UNKNOWN else find(text), unmatched)
    names = sorted({one for one in found if one not in (None, UNKNOWN)} - {None})
    places = {name: place for place, name in enumerate(names)}
    codes = np.array([*(places.get(str(one), -1) for one in found), -1], dtype=np.int32)
    unknown = np.array([*(one is None for one in found), False])
    return KnownTerms(
        column=Coded(owned(codes[column.codes]), tuple(map(str, names))),
        unknown=unknown[column.codes],
    )


def allowed_touchpoints(
    journeys: Journeys, table: Table, name: str | None, *, unmatched: Unmatched
) -> Allowed:
    """Return the touchpoints that answers name by key, text, type, label or alias."""
    if name is None:
        return Allowed(of=np.full(table.rows, ANY, dtype=np.int64), masks=[])
    column = table.text(name)
    masks: list[Array] = []
    known = [(one.key, one.type) for one in journeys.touchpoints]
    taxonomy = journeys.meta.taxonomy

    def place(text: str) -> int:
        found = None if taxonomy is None else taxonomy.lookup(text)
        meant = {text, escape_text(text), *([] if found is None else [found.id])}
        mask = np.array([bool(meant.intersection(one)) for one in known], dtype=bool)
        if not mask.any() and found is None:
            types = [] if taxonomy is None else list(taxonomy.types)
            raise not_found("touchpoint", text, [*(key for key, _ in known), *types])
        masks.append(mask)
        return len(masks) - 1

    found = _found(column, place, unmatched)
    places = [UNMATCHED if one is None else int(one) for one in found]
    return Allowed(of=np.array([*places, ANY], dtype=np.int64)[column.codes], masks=masks)


def _found(
    column: Coded, find: Callable[[str], str | int], unmatched: Unmatched
) -> list[str | int | None]:
    """Return what is found of each category; None where it is not known, or raise."""
    found: list[str | int | None] = []
    missed: dict[str, NotFoundError] = {}
    for text in column.categories:
        try:
            found.append(find(text))
        except NotFoundError as error:
            missed[text] = error
            found.append(None)
    if missed and unmatched == "raise":
        raise _refused(column, list(missed), next(iter(missed.values())))
    return found


def _refused(column: Coded, texts: Iterable[str], first: NotFoundError) -> NotFoundError:
    places = [place for place, text in enumerate(column.categories) if text in set(texts)]
    rows = int(np.isin(column.codes, places).sum())
    where = f"{counted(rows, 'answer')} with {first_few(texts)}"
    mend = f"{first.mend}\n{_MEND}" if first.mend else _MEND
    return NotFoundError(first.what, where=where, mend=mend)
