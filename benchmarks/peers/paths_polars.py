"""Polars: the fastest of several queries tried for each question, on a frame made for them.

The frame is sorted by journey and time, journeys and rows are numbered and touchpoints coded, so
that neighbours are found by shifting whole columns and edges are counted as one number. It is
nearly what `Journeys` is inside. ``paths_polars_window.py`` is what most people would write.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from measure import COLUMNS
from measure_paths import FUNNEL, NGRAM, STEPS, Answer, label, run

BASE = 64  # more than there are touchpoints
journey, row, code = pl.col("journey"), pl.col("row"), pl.col("code")
Prepared = tuple[pl.LazyFrame, list[str]]
Found = tuple[pl.DataFrame, list[str]]


def read(path: str) -> pl.DataFrame:
    """Read the three columns."""
    return pl.read_parquet(path, columns=COLUMNS)


def prepare(log: pl.DataFrame) -> Prepared:
    """Sort by journey and time, number and code."""
    names = log["touchpoint"].unique().sort().to_list()
    coded = log.lazy().with_columns(pl.col("touchpoint").cast(pl.Enum(names)))
    return numbered(coded.sort("journey", "time")).collect().lazy(), names


def numbered(log: pl.LazyFrame) -> pl.LazyFrame:
    """Add row numbers to a sorted log, and make numbers of journeys and touchpoints."""
    codes = pl.col("touchpoint").to_physical().cast(pl.UInt32)
    return log.with_row_index("row").select("row", "time", journey.rle_id(), code=codes)


def step_matrix(log: Prepared) -> Found:
    """Find the step of each row: its distance from the last row that began one."""
    frame, names = log
    begins = journey != journey.shift(1, fill_value=2**32 - 1)
    step = row - pl.when(begins).then(row).forward_fill()
    cells = frame.select(key=step * BASE + code).filter(pl.col("key") < STEPS * BASE)
    return cells.group_by("key").len().collect(engine="streaming"), names


def funnel(log: Prepared) -> Found:
    """Among the rows of the three touchpoints: is the last row that got so far of this journey."""
    frame, names = log
    first, second, third = (code == names.index(name) for name in FUNNEL)

    def behind(rows: pl.Expr) -> pl.Expr:
        return (pl.when(rows).then(journey).forward_fill() == journey).fill_null(value=False)

    found = (
        frame.filter(first | second | third)
        .with_columns(second=second & behind(first))
        .with_columns(third=third & behind(pl.col("second")))
        .select(
            journey.filter(first).rle_id().max().alias(FUNNEL[0]) + 1,
            journey.filter("second").rle_id().max().alias(FUNNEL[1]) + 1,
            journey.filter("third").rle_id().max().alias(FUNNEL[2]) + 1,
        )
    )
    return found.collect(engine="streaming"), names


def _runs(frame: pl.LazyFrame) -> pl.LazyFrame:
    key = sum((code.shift(-n) * BASE ** (NGRAM - 1 - n) for n in range(1, NGRAM)), code * BASE**2)
    inside = journey == journey.shift(1 - NGRAM)
    return frame.select("journey", key=key, inside=inside).filter("inside")


def ngrams(log: Prepared) -> Found:
    """Count each run of codes, and the journeys that have it."""
    counted = _runs(log[0]).group_by("key").agg(pl.len(), journeys=journey.n_unique())
    return counted.collect(engine="streaming"), log[1]


def occurrences(log: Prepared) -> Found:
    """Count each run of codes alone."""
    return _runs(log[0]).group_by("key").len().collect(engine="streaming"), log[1]


def gaps(log: Prepared) -> Found:
    """Subtract from the time of the next row, and take the median edge by edge."""
    frame, names = log
    time = pl.col("time").to_physical()
    between = frame.select(
        key=code * BASE + code.shift(-1),
        gap=time.shift(-1) - time,
        inside=journey == journey.shift(-1),
    )
    medians = between.filter("inside").group_by("key").agg(pl.col("gap").median() / 1e6)
    return medians.collect(engine="streaming"), names


def _spelled(key: int, names: list[str], parts: int) -> list[str]:
    return [names[key // BASE**place % BASE] for place in reversed(range(parts))]


def positions(found: Found) -> Answer:
    """Return the journeys at each step."""
    frame, names = found
    return {label(key // BASE + 1, names[key % BASE]): n for key, n in frame.iter_rows()}


def reached(found: Found) -> Answer:
    """Return the journeys that reach each step."""
    return dict(found[0].row(0, named=True))


def counted(found: Found) -> Answer:
    """Return the occurrences of each n-gram and, if counted, its journeys."""
    frame, names = found
    answer: Answer = {}
    for key, times, *journeys in frame.iter_rows():
        name = label(*_spelled(key, names, NGRAM))
        answer[name] = times
        answer |= {label(name, "journeys"): number for number in journeys}
    return answer


def medians(found: Found) -> Answer:
    """Return the median seconds of each edge."""
    frame, names = found
    return {label(*_spelled(key, names, 2)): seconds for key, seconds in frame.iter_rows()}


QUESTIONS: dict[str, Any] = {
    "step matrix": (step_matrix, positions),
    "funnel": (funnel, reached),
    "n-grams": (ngrams, counted),
    "n-grams, occurrences alone": (occurrences, counted),
    "gaps": (gaps, medians),
}

if __name__ == "__main__":
    run("polars", read=read, prepare=prepare, questions=QUESTIONS)
