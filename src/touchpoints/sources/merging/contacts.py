"""Where and how contacts arise: interactions by channel and source."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.messages import first_few, not_found
from touchpoints._core.tables import Table, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.relabelling import collapse
from touchpoints.sources.merging.stacking import SOURCE

UNKNOWN = "unknown"


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Contacts(Table):
    """Interactions by channel and source, one row for each pair; made by `contacts`.

    Attributes
    ----------
    contact : str (r,)
        The channel, or the term of another lens.
    source : str (r,)
        The source; ``unknown`` where an interaction has none.
    interactions : int64 (r,)
        Number of interactions; 0 where the source saw none there.
    share : float64 (r,)
        Share of all interactions, in [0, 1]; nan without interactions.
    journeys : int64 (r,)
        Number of journeys with such an interaction.
    first : int64 (r,)
        Number of journeys that begin with such an interaction: where contact arises.
    without_data : tuple of str
        The terms of the taxonomy of which no source has an interaction, broadest first: neither of
        the term nor of a narrower one.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.sources.contacts(tp.datasets.shop(50, seed=1)).without_data[:3]
    ('search.paid', 'ai_assistant', 'social')
    """

    main = "interactions"
    labels = ("contact", "source")

    contact: Array = column(object)
    source: Array = column(object)
    interactions: Array = column(np.int64)
    share: Array = column(np.float64)
    journeys: Array = column(np.int64)
    first: Array = column(np.int64)
    without_data: tuple[str, ...]


@public
def contacts(
    journeys: Journeys, *, lens: str | Sequence[str] = "channel", source: str = SOURCE
) -> Contacts:
    """Count where and how contacts arise: interactions by channel and source.

    Parameters
    ----------
    journeys
        Typed journeys, mostly of `merge_sources`. Counts are honoured.
    lens
        What to count by: a facet, a per-interaction column, or several of them, as for
        `touchpoints.collapse`. ``("channel", "type")`` also says how: by which touchpoints.
    source
        The per-interaction column with the source. Journeys of one source that lack it count as
        ``unknown``.

    Returns
    -------
    Contacts
        One row for each term that occurs and each source, terms by their number of interactions.
        Of a single facet of the taxonomy, ``without_data`` names the terms that no source has: a
        channel in use that stands there is not measured.

    Raises
    ------
    NotFoundError
        When the lens is neither a facet nor a per-interaction column.

    Notes
    -----
    These are counts of what the sources recorded, not of what happened. O(m).

    See Also
    --------
    merge_sources : Bring the interactions of each person together.
    touchpoints.taxonomy_coverage : The touchpoints that a taxonomy has in each channel.

    Examples
    --------
    >>> import touchpoints as tp
    >>> web = tp.from_records(
    ...     [{"who": "ana", "t": "2026-03-02", "w": "purchase"}],
    ...     journey="who",
    ...     person="who",
    ...     time="t",
    ...     touchpoint="w",
    ...     taxonomy=tp.load_taxonomy("customer"),
    ... )
    >>> merged = tp.sources.merge_sources({"web": web})
    >>> found = tp.sources.contacts(merged, lens="type")
    >>> found.contact[0], found.source[0], int(found.interactions[0]), int(found.first[0])
    ('purchase', 'web', 1, 1)
    """
    checked_journeys(journeys)
    if source in ((lens,) if isinstance(lens, str) else lens):
        raise InvalidInputError(f"lens= and source= are both {source!r}")
    seen = collapse(journeys, lens)
    sources = _sources(journeys, source)
    k, names = len(seen.touchpoints), (*sources.categories, UNKNOWN)
    where = np.where(sources.codes < 0, len(names) - 1, sources.codes).astype(np.int64)
    cells = seen.codes.astype(np.int64) * len(names) + where
    weights = journeys.counts[segments.owners_of(journeys.offsets)]
    size = k * len(names)
    found = np.bincount(cells, weights, minlength=size).astype(np.int64)
    begins = journeys.offsets[:-1][np.diff(journeys.offsets) > 0]
    first = np.bincount(cells[begins], weights[begins], minlength=size).astype(np.int64)
    in_journeys = _journeys_with(journeys, cells, size)
    used = found.reshape(k, len(names)).sum(axis=0) > 0
    order = np.argsort(-found.reshape(k, len(names)).sum(axis=1), kind="stable")
    rows = (order[:, None] * len(names) + np.flatnonzero(used)[None, :]).ravel()
    total = int(found.sum())
    return Contacts(
        contact=text_array([seen.touchpoints[row // len(names)].key for row in rows.tolist()]),
        source=text_array([names[row % len(names)] for row in rows.tolist()]),
        interactions=found[rows],
        share=found[rows] / total if total else np.full(len(rows), np.nan),
        journeys=in_journeys[rows],
        first=first[rows],
        without_data=_without_data(journeys, lens),
    )


def _sources(journeys: Journeys, name: str) -> Coded:
    columns = journeys.per_interaction
    if name not in columns:
        if name != SOURCE:
            raise not_found("per-interaction column", name, list(columns), where="given as source=")
        return Coded(np.full(len(journeys.codes), -1, dtype=np.int32), ())
    found = columns[name]
    if not isinstance(found, Coded):
        raise InvalidInputError(
            f"the column {name!r} holds numbers or times, not names of sources",
            where=f"columns of text: {first_few(_texts(journeys))}",
        )
    return found


def _texts(journeys: Journeys) -> list[str]:
    return [name for name, one in journeys.per_interaction.items() if isinstance(one, Coded)]


def _journeys_with(journeys: Journeys, cells: Array, size: int) -> Array:
    """Return the number of journeys with an interaction in each cell."""
    owners = segments.owners_of(journeys.offsets).astype(np.int64)
    pairs = np.unique(owners * size + cells)
    return np.bincount(
        pairs % max(size, 1), journeys.counts[pairs // max(size, 1)], minlength=size
    ).astype(np.int64)


def _without_data(journeys: Journeys, lens: str | Sequence[str]) -> tuple[str, ...]:
    """Return the broadest terms of a facet of which nothing was met."""
    taxonomy = journeys.meta.taxonomy
    name = lens if isinstance(lens, str) else lens[0] if len(lens) == 1 else ""
    if taxonomy is None or name not in taxonomy.facets:
        return ()
    facet = taxonomy.facets[name]
    counts = np.bincount(journeys.codes, minlength=len(journeys.touchpoints))
    met = {
        one.facet(name)
        for one, count in zip(journeys.touchpoints, counts.tolist(), strict=True)
        if count
    }
    inside = [one for one in met if one in facet]
    silent = [term for term in facet.terms if not any(facet.is_within(one, term) for one in inside)]
    return tuple(term for term in silent if facet.terms[term].broader not in silent)
