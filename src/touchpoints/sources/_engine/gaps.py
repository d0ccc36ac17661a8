"""Transitions and gaps of a lazy frame, counted in its engine by buckets of nearly equal gaps."""

from __future__ import annotations

import math
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from touchpoints._core.arrays.statistics.log_buckets import NOTHING, Buckets
from touchpoints._core.columns import ColumnRoles, columns_asked
from touchpoints._core.engine_errors import engine_errors
from touchpoints._core.frozen import Array
from touchpoints.journeys.meta import Report
from touchpoints.sources._assemble import Options
from touchpoints.sources._engine.options import Summary
from touchpoints.sources._engine.program import (
    PAIRS,
    TIES,
    UNDECIDED,
    Ordering,
    ordering_of,
    placed,
)
from touchpoints.sources._engine.reporting import refuse_undecided, report_of
from touchpoints.sources._engine.rows import COUNT, TIME, WHOLE, EngineRows, check_times, rows_of
from touchpoints.sources._engine.shims import collected, columns_of, with_microseconds
from touchpoints.sources._engine.totals import check_longest, usable_rows
from touchpoints.sources._engine.typed import CODE, TypedRows, typed_rows
from touchpoints.sources.gap_tables import END, START, BinnedGaps, table_of

MOMENT, BUCKET, SOURCE = "moment", "bucket", "source"
NUMBER, TOTAL, LEAST, MOST = "number", "total", "least", "most"


def binned_in_engine(
    given: nw.LazyFrame[Any],
    names: ColumnRoles,
    options: Options,
    *,
    by: tuple[str, ...],
    resolution: float,
    longest: int,
) -> BinnedGaps:
    """Return the transitions and gaps of a lazy frame, by source, target and bucket."""
    columns_asked(names.asked(), list(given.collect_schema().names()))
    with engine_errors(given, asked="looked at the columns of the frame"):
        rows = rows_of(given, names, ())
    check_times(rows, names)
    with engine_errors(given, asked="counted the gaps"):
        rows, totals = usable_rows(rows, names, options)
        check_longest(rows, totals, longest=longest)
        typed = typed_rows(rows, names, options, by)
        order = ordering_of(rows, totals, options)
        counts = _counts(_steps(typed, order), rows, resolution)
        answer = collected(counts, asked="counted the gaps")
    here = columns_of(answer, [name for name in answer.columns if name != TOTAL])
    here[TOTAL] = np.asarray(answer[TOTAL].fill_null(0.0).to_numpy(), dtype=np.float64)
    refuse_undecided(here, names)
    report = report_of(rows, totals, here, typed.tally, what="gaps")
    return _table(here, typed, resolution, report)


def _steps(typed: TypedRows, order: Ordering) -> nw.LazyFrame[Any]:
    """Return the steps of all journeys with the code and the time of the step before each."""
    frame = with_microseconds(typed.frame, TIME, name=MOMENT)
    frame = placed(frame, order, Summary(), dropping=typed.dropping, also=(CODE, MOMENT))
    return frame.filter(nw.col("in_path") == 1)


def _counts(steps: nw.LazyFrame[Any], rows: EngineRows, resolution: float) -> nw.LazyFrame[Any]:
    gap = nw.col(MOMENT) - nw.col(f"before_{MOMENT}")
    steps = steps.with_columns(
        gap=gap.cast(WHOLE), often=nw.col(COUNT).cast(WHOLE) if rows.has_count else nw.lit(1)
    )
    first, some = nw.col(f"before_{CODE}").is_null(), nw.col("gap") > 0
    steps = steps.with_columns(
        size=nw.when(some).then(nw.col("gap")).otherwise(nw.lit(1)).cast(nw.Float64)
    )
    number = (nw.col("size").log() / math.log1p(resolution)).floor().cast(WHOLE) + 1
    bucket = nw.when(some).then(number).otherwise(nw.lit(0))
    nothing = nw.lit(NOTHING).cast(WHOLE)
    steps = steps.with_columns(
        **{
            BUCKET: nw.when(first).then(nothing).otherwise(bucket).cast(WHOLE),
            SOURCE: nw.when(first).then(nothing).otherwise(nw.col(f"before_{CODE}")).cast(WHOLE),
        }
    )
    weighted = nw.col("gap").cast(nw.Float64) * nw.col("often").cast(nw.Float64)
    sums = {name: nw.col(name).sum().cast(WHOLE) for name in (TIES, UNDECIDED, PAIRS)}
    return (
        steps.with_columns(weighted=weighted)
        .group_by(SOURCE, CODE, BUCKET)
        .agg(
            nw.col("often").sum().cast(WHOLE).alias(NUMBER),
            nw.col("weighted").sum().alias(TOTAL),
            nw.col("gap").min().cast(WHOLE).alias(LEAST),
            nw.col("gap").max().cast(WHOLE).alias(MOST),
            **sums,
        )
    )


def _table(
    here: dict[str, Array], typed: TypedRows, resolution: float, report: Report
) -> BinnedGaps:
    """Return the table, with the ends of journeys: steps that no step follows."""
    k = len(typed.touchpoints)
    alive = here[NUMBER] > 0
    columns = {name: one[alive] for name, one in here.items()}
    codes, sources = columns[CODE].astype(np.int64), columns[SOURCE].astype(np.int64)
    known = sources >= 0
    came = np.bincount(codes, columns[NUMBER], k)
    ends = came - np.bincount(sources[known], columns[NUMBER][known], k)
    last = np.flatnonzero(ends > 0)
    none = np.zeros(len(last), dtype=np.int64)

    def both(name: str) -> Array:
        values = columns[name]
        filled = np.where(known, values, 0).astype(values.dtype)
        return np.concatenate([filled, none.astype(values.dtype)])

    counts = Buckets(
        group=np.concatenate([sources, none]),
        count=np.concatenate([columns[NUMBER], ends[last]]).astype(np.int64),
        total=both(TOTAL),
        least=both(LEAST),
        most=both(MOST),
    )
    keys = [*(one.key for one in typed.touchpoints), START, END]
    origins = np.concatenate([np.where(known, sources, k), last])
    targets = np.concatenate([codes, np.full(len(last), k + 1)])
    buckets = np.concatenate([columns[BUCKET].astype(np.int64), none + NOTHING])
    return table_of(
        keys,
        (origins, targets, buckets),
        counts,
        resolution=resolution,
        lens=typed.lens,
        report=report,
    )
