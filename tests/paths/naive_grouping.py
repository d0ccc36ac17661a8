"""Measures by group, the slow way: each group taken out and measured alone."""

from __future__ import annotations

import warnings
from contextlib import contextmanager

import touchpoints as tp
from touchpoints.errors import TouchpointsWarning


@contextmanager
def warned_of_ungrouped(journeys, by):
    """Check that journeys in no group are warned of, in one warning, and only where there are."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    none = journeys.per_journey[by].codes < 0
    missing = int(none.sum())
    told = [str(one.message) for one in caught if one.category is TouchpointsWarning]
    assert len(told) == len(caught) == journeys.counts[none].any()
    assert all(f"for {missing} of {len(journeys)} rows of journeys" in one for one in told)


def each_alone(journeys, by, measure):
    """Return the rows of each group of a per-journey column of text, with its label first."""
    column = journeys.per_journey[by]
    labels = [column.categories[code] if code >= 0 else None for code in column.codes.tolist()]
    answer = []
    for label in sorted({one for one in labels if one is not None}):
        alone = measure(tp.select(journeys, [one == label for one in labels]))
        answer += [{"group": label, **row} for row in alone.to_dicts()]
    return answer
