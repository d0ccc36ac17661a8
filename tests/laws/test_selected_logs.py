"""What is said of experience and credit in a selection does not depend on how it was selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.experience_measures import MEASURES, WHOLE, log_of
from tests.laws.path_measures import alike
from tests.laws.test_attribution import MODELS
from tests.laws.test_attribution import WHOLE as OTHERS
from tests.laws.test_attribution import log_of as log_of_credit
from tests.laws.test_paths import tables_of
from touchpoints._core.frozen import Coded
from touchpoints.journeys.outcomes import watched_until

CALLS: dict[str, tuple[Callable[[tp.Journeys], Any], tp.Journeys]] = {
    **{f"experience.{name}": (call, log_of(4)) for name, call in (MEASURES | WHOLE).items()},
    **{f"attribution.{name}": (call, log_of_credit(4)) for name, call in (MODELS | OTHERS).items()},
}


def rebuilt(log: tp.Journeys, rows: list[int]) -> tp.Journeys:
    """Build the log of some journeys by hand: what they had, and how long they were watched."""
    spans = [np.arange(log.offsets[row], log.offsets[row + 1]) for row in rows]
    places = np.concatenate([*spans, np.zeros(0, np.int64)])

    def taken(columns: Any, at: Any) -> dict[str, Any]:
        return {
            name: Coded([one.codes[row] for row in at], one.categories)
            if isinstance(one, Coded)
            else one[at]
            for name, one in columns.items()
        }

    return tp.Journeys(
        touchpoints=log.touchpoints,
        codes=log.codes[places],
        offsets=np.append(0, np.cumsum([len(one) for one in spans])),
        times=log.times[places],
        ends=None if log.ends is None else log.ends[places],
        ids=[log.ids[row] for row in rows],
        persons=None if log.persons is None else [log.persons[row] for row in rows],
        counts=log.counts[rows],
        began=log.began[rows],
        finished=log.finished[rows],
        observed_until=watched_until(log)[rows],
        outcomes=taken(log.outcomes, rows),
        outcome_times=taken(log.outcome_times, rows),
        values=taken(log.values, rows),
        per_journey=taken(log.per_journey, rows),
        per_interaction=taken(log.per_interaction, places),
        meta=log.meta,
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_selections_made_in_any_way_say_the_same(name: str) -> None:
    """By a mask, a slice, piece by piece, by what they contain, and built by hand."""
    call, log = CALLS[name]
    met = log.touchpoints[int(np.bincount(log.codes).argmax())]
    rows = [row for row in range(3, len(log)) if met in log[row].touchpoints]
    mask = np.isin(np.arange(len(log)), rows)
    expected = [one.to_dicts() for one in tables_of(call(rebuilt(log, rows)))]

    assert 3 < len(rows) < len(log) - 3
    for part in (
        tp.select(log, mask),
        tp.containing(log[3:], met),
        tp.select(log[3:], mask[3:]),
        tp.concat([log[row : row + 1] for row in rows]),
        attrs.evolve(tp.select(log, mask)),
    ):
        assert part.ids.tolist() == [log.ids[row] for row in rows]
        assert alike(expected, [one.to_dicts() for one in tables_of(call(part))])
