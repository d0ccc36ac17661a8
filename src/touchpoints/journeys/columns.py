"""Journeys as columns, one row for each interaction."""

from __future__ import annotations

import attrs

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, Coded
from touchpoints.journeys.flat import Flat, flat_of
from touchpoints.journeys.model import Journeys, checked_journeys


def flat(journeys: Journeys) -> Flat:
    """Return the columns of journeys and what each of them is."""
    state = checked_journeys(journeys)
    return flat_of({one.name: getattr(state, one.name) for one in attrs.fields(Journeys)})


@public
def to_columns(journeys: Journeys) -> dict[str, Array | Coded]:
    """Return journeys as columns by name, with one row for each interaction.

    Parameters
    ----------
    journeys
        The journeys; those without an interaction have no row.

    Returns
    -------
    dict
        ``journey``, ``person``, ``time``, ``end``, ``touchpoint`` (the key) and ``count``; the
        ``type`` and the facets of the touchpoint; the columns kept of interactions and of
        journeys, by their names; ``outcome NAME``, ``reached NAME`` (when it was reached) and
        ``value NAME``; ``began``, ``finished`` and ``observed_until``. Columns that would say
        nothing are left out: a count of 1 everywhere, a facet that is nowhere known, an end of the
        log that cuts nothing. What belongs to a journey is repeated in each of its rows. Text is
        `Coded`; times are ``datetime64[us]``, in UTC if ``meta.timezone`` is known.

    Notes
    -----
    Where a kept column has the name of another, it gets a number: ``time (2)``. O(m) in the number
    of interactions for each column.

    See Also
    --------
    Journeys.to_pandas, Journeys.to_polars, Journeys.to_arrow : The same as a dataframe.
    touchpoints.sources.write_csv : The same as a file.
    write_journeys : A file that loses nothing, for this library alone.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = {"id": [7, 7], "day": ["2026-01-01", "2026-01-03"], "what": ["search", "visit"]}
    >>> columns = tp.to_columns(tp.from_columns(log, journey="id", time="day", touchpoint="what"))
    >>> list(columns), columns["journey"].tolist(), columns["touchpoint"].to_list()
    (['journey', 'time', 'touchpoint'], [7, 7], ['search', 'visit'])
    """
    return dict(flat(journeys).columns)
