"""What the questions of an engine report alike: the rows that were left out, and ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from touchpoints._core.columns import ColumnRoles
from touchpoints._core.engine_errors import engine_of
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.meta import Report
from touchpoints.sources._engine.program import PAIRS, TIES, UNDECIDED
from touchpoints.sources._engine.rows import EngineRows
from touchpoints.sources._engine.totals import Totals


def refuse_undecided(found: Mapping[str, Array], names: ColumnRoles) -> None:
    """Raise for interactions that nothing puts in an order."""
    if undecided := int(found[UNDECIDED].sum()):
        raise InvalidInputError(
            f"{counted(undecided, 'interaction', verb='share')} journey and time with another, and "
            "a lazy table has no order of rows to decide which came first",
            where=f"column {names.time[0]!r}" if names.time else "",
            mend='pass tiebreak= with columns that order them; tiebreak="touchpoint" orders them '
            "by key, which is an invention",
        )


def report_of(
    rows: EngineRows,
    totals: Totals,
    found: Mapping[str, Array],
    tally: Mapping[str, Any],
    *,
    what: str,
    person_conflicts: int = 0,
    journey_conflicts: int = 0,
) -> Report:
    """Return the report of a question; ``what`` of the journeys it was that the engine counted."""
    return Report(
        rows=totals.rows,
        without_journey=totals.without_journey,
        without_time=totals.without_time,
        pairs=int(found[PAIRS].sum()),
        ties=int(found[TIES].sum()),
        person_conflicts=person_conflicts,
        journey_conflicts=journey_conflicts,
        noted={f"journeys whose {what} {engine_of(rows.frame)} counted": totals.journeys},
        **tally,
    )
