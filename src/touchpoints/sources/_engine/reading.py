"""A lazy frame as its engine summarises it, or as a sample of its persons."""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw

from touchpoints._core.columns import ColumnRoles, columns_asked
from touchpoints._core.engine_errors import engine_errors, engine_of
from touchpoints._core.frames import Frame
from touchpoints._core.messages import first_few
from touchpoints._core.zones import HowTimes
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, derive
from touchpoints.sources._assemble import Options, assemble
from touchpoints.sources._columns import check_ordered, log_of
from touchpoints.sources._engine.options import Sample, Summary
from touchpoints.sources._engine.paths import distinct_paths
from touchpoints.sources._engine.rows import (
    JOURNEY,
    WHOLE,
    EngineRows,
    check_times,
    rows_of,
)
from touchpoints.sources._engine.sampling import sampled
from touchpoints.sources._engine.shims import collected
from touchpoints.sources._engine.totals import Totals, usable_rows

_OTHERS = "column"
"""The name of the columns of a sample, with a number."""


def read_sample(
    given: nw.LazyFrame[Any], names: ColumnRoles, options: Options, how: HowTimes, sample: Sample
) -> Journeys:
    """Return the journeys of a sample of the persons of a lazy frame."""
    found, totals = _sampled_rows(given, names, options, sample)
    drawn = Frame(found.to_native())
    drawn.load(names.asked())
    log = attrs.evolve(log_of(drawn, names, how), row_order=False)
    journeys = assemble(log, names, options)
    report = attrs.evolve(
        journeys.meta.report,
        rows=drawn.rows + totals.without_journey + totals.without_time,
        without_journey=totals.without_journey,
        without_time=totals.without_time,
    )
    return _with_sample(
        derive(journeys, meta=attrs.evolve(journeys.meta, report=report)),
        totals,
        sample,
        engine_of(given),
    )


def read_distinct(
    given: nw.LazyFrame[Any],
    names: ColumnRoles,
    options: Options,
    how: HowTimes,
    *,
    summary: Summary,
    sample: Sample | None,
) -> Journeys:
    """Return the distinct paths of a lazy frame, or of a sample of its persons."""
    _refuse_what_needs_rows(names, options, how, summary)
    columns_asked([*names.asked(), *(("distinct", name) for name in summary.keep)], _names(given))
    with engine_errors(given, asked="looked at the columns of the frame"):
        rows = rows_of(given, names, summary.keep)
    check_times(rows, names)
    with engine_errors(given, asked="counted the paths"):
        rows, totals = usable_rows(rows, names, options)
        if sample is None:
            return distinct_paths(rows, totals, names, options, summary)
        drawn, left = _drawn(rows, totals, sample)
        journeys = distinct_paths(drawn, left, names, options, summary)
    return _with_sample(journeys, totals, sample, engine_of(given))


def _names(given: nw.LazyFrame[Any]) -> list[str]:
    return list(given.collect_schema().names())


def _drawn(rows: EngineRows, totals: Totals, sample: Sample) -> tuple[EngineRows, Totals]:
    """Return the rows of a sample of the persons, and counts of them."""
    frame = sampled(rows.frame, sample, totals, has_person=rows.has_person)
    sizes = frame.group_by(JOURNEY).agg(nw.len().cast(WHOLE).alias("rows"))
    found = collected(
        sizes.select(
            journeys=nw.len().cast(WHOLE),
            total=nw.col("rows").sum().cast(WHOLE),
            longest=nw.col("rows").max().cast(WHOLE),
        ),
        asked="counted the rows of the sample",
    )
    journeys, total, longest = (int(found[name][0] or 0) for name in found.columns)
    left = attrs.evolve(
        totals,
        rows=total + totals.without_journey + totals.without_time,
        journeys=journeys,
        longest=longest,
    )
    return attrs.evolve(rows, frame=frame), left


def _with_sample(journeys: Journeys, totals: Totals, sample: Sample, drawn_by: str) -> Journeys:
    """Say in the report what the sample left out."""
    left = totals.rows - journeys.meta.report.rows
    report = sample.noted(journeys.meta.report, left, "rows", drawn_by)
    return derive(journeys, meta=attrs.evolve(journeys.meta, report=report))


def _sampled_rows(
    given: nw.LazyFrame[Any], names: ColumnRoles, options: Options, sample: Sample
) -> tuple[nw.DataFrame[Any], Totals]:
    """Return the rows of a sample of the persons, with the columns that are asked for."""
    asked = columns_asked(names.asked(), _names(given))
    reading = "read a sample of the persons"
    with engine_errors(given, asked=reading):
        others = {f"{_OTHERS}{place}": name for place, name in enumerate(asked)}
        renamed = rows_of(given, names, (), others=others)
        rows, totals = usable_rows(renamed, names, options)
        frame = sampled(rows.frame, sample, totals, has_person=rows.has_person)
        return collected(frame.select(*others), asked=reading).rename(others), totals


def _refuse_what_needs_rows(
    names: ColumnRoles, options: Options, how: HowTimes, summary: Summary
) -> None:
    """Raise for arguments that say something of single rows, which stay in the engine."""
    given = {
        "end=": names.end is not None,
        "lifecycle=": names.lifecycle is not None,
        "per_interaction=": bool(names.per_interaction),
        'duplicates="drop"': options.duplicates == "drop",
        "time_format=": how.time_format is not None,
        "tz=": how.tz is not None,
        'bad_times="drop"': how.bad_times != "raise",
    }
    if wrong := [name for name, one in given.items() if one]:
        raise InvalidInputError(
            f"distinct= counts paths in the engine and brings no single row or time here, as "
            f"{first_few(wrong)} would need",
            mend="leave it out, or do it in the lazy frame: convert the times, remove duplicates "
            "with unique(); for analyses of times read a sample of the persons: sample=(0.01, 7)",
        )
    if lost := [name for name in names.per_journey if name not in summary.keep]:
        raise InvalidInputError(
            f"distinct= merges journeys whose {first_few(lost)} differ, so that per_journey= "
            "cannot keep it",
            mend=f"name it in distinct= as well: distinct={(*summary.keep, *lost)!r}",
        )
    if len(names.time) > 1:
        raise InvalidInputError(
            "distinct= needs one column of times in the engine, got a date and a time",
            mend="join them in the lazy frame",
        )
    check_ordered(names)
