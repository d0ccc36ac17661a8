"""What answers say: terms of a facet and touchpoints, by id, label or alias."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    vocabulary = None if taxonomy is None else taxonomy.facets[facet]

    def find(text: str) -> str | None:
        if vocabulary is None or text == UNKNOWN:
            return text
        term = vocabulary.lookup(text)
        return None if term is None else term.id

    found = [find(text) for text in column.categories]
    if unmatched == "raise" and vocabulary is not None and None in found:
        _refuse(column, found, vocabulary.find)
    names = sorted({one for one in found if one is not None} - {UNKNOWN})
    places = {name: place for place, name in enumerate(names)}
    codes = np.array([*(places.get(one or "", -1) for one in found), -1], dtype=np.int32)
    unknown = np.array([*(one is None for one in found), False])
    return KnownTerms(
        column=Coded(owned(codes[column.codes]), tuple(names)),
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

    def place(text: str) -> int | None:
        found = None if taxonomy is None else taxonomy.lookup(text)
        meant = {text, escape_text(text), *([] if found is None else [found.id])}
        mask = np.array([bool(meant.intersection(one)) for one in known], dtype=bool)
        if not mask.any() and found is None:
            return None
        masks.append(mask)
        return len(masks) - 1

    def refuse(text: str) -> None:
        types = [] if taxonomy is None else list(taxonomy.types)
        raise not_found("touchpoint", text, [*(key for key, _ in known), *types])

    found = [place(text) for text in column.categories]
    if unmatched == "raise" and None in found:
        _refuse(column, found, refuse)
    places = [UNMATCHED if one is None else one for one in found]
    return Allowed(of=np.array([*places, ANY], dtype=np.int64)[column.codes], masks=masks)


def _refuse(column: Coded, found: Sequence[object], find: Callable[[str], object]) -> None:
    """Raise for the texts of which nothing is found, with what ``find`` says of the first."""
    missed = [place for place, one in enumerate(found) if one is None]
    texts = [column.categories[place] for place in missed]
    try:
        find(texts[0])
    except NotFoundError as error:
        where = f"{counted(int(np.isin(column.codes, missed).sum()), 'answer')} with "
        mend = f"{error.mend}\n{_MEND}" if error.mend else _MEND
        raise NotFoundError(error.what, where=where + first_few(texts), mend=mend) from error
