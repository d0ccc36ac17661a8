"""Measures by group, the slow way: each group taken out and measured alone."""

from __future__ import annotations

import touchpoints as tp


def each_alone(journeys, by, measure):
    """Return the rows of each group of a per-journey column of text, with its label first."""
    column = journeys.per_journey[by]
    labels = [column.categories[code] if code >= 0 else None for code in column.codes.tolist()]
    answer = []
    for label in sorted({one for one in labels if one is not None}):
        alone = measure(tp.select(journeys, [one == label for one in labels]))
        answer += [{"group": label, **row} for row in alone.to_dicts()]
    return answer
