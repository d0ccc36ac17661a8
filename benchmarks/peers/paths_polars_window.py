"""Polars as most people write it: windows over each journey of a sorted frame."""

from __future__ import annotations

from typing import Any

import polars as pl
from measure_paths import FUNNEL, NGRAM, STEPS, Answer, label, run
from paths_polars import read

touchpoint, time = pl.col("touchpoint"), pl.col("time")
STEP_NAMES = [f"step{n}" for n in range(NGRAM)]


def prepare(log: pl.DataFrame) -> pl.LazyFrame:
    """Sort by journey and time; touchpoints as Categorical."""
    coded = log.with_columns(touchpoint.cast(pl.Categorical))
    return coded.sort("journey", "time").lazy()


def step_matrix(log: pl.LazyFrame) -> pl.DataFrame:
    """Count the rows of each journey up."""
    step = pl.int_range(1, pl.len() + 1).over("journey")
    placed = log.with_columns(step=step).filter(pl.col("step") <= STEPS)
    return placed.group_by("step", "touchpoint").len().collect(engine="streaming")


def funnel(log: pl.LazyFrame) -> list[int]:
    """Take the first time of each step behind that of the step before."""
    got = log.filter(touchpoint == FUNNEL[0]).group_by("journey").agg(since=time.min())
    reached = [got]
    for name in FUNNEL[1:]:
        behind = log.filter(touchpoint == name).join(reached[-1], on="journey")
        behind = behind.filter(time > pl.col("since"))
        reached.append(behind.group_by("journey").agg(since=time.min()))
    counts = [one.select(pl.len()) for one in reached]
    return [one.item() for one in pl.collect_all(counts, engine="streaming")]


def _runs(log: pl.LazyFrame) -> pl.LazyFrame:
    shifted = {
        name: touchpoint.shift(-n).over("journey") if n else touchpoint
        for n, name in enumerate(STEP_NAMES)
    }
    return log.select("journey", **shifted).drop_nulls()


def ngrams(log: pl.LazyFrame) -> pl.DataFrame:
    """Shift twice over each journey, count rows and journeys."""
    counted = _runs(log).group_by(STEP_NAMES).agg(pl.len(), journeys=pl.col("journey").n_unique())
    return counted.collect(engine="streaming")


def occurrences(log: pl.LazyFrame) -> pl.DataFrame:
    """Shift twice over each journey and count rows."""
    return _runs(log).group_by(STEP_NAMES).len().collect(engine="streaming")


def gaps(log: pl.LazyFrame) -> pl.DataFrame:
    """Shift times and touchpoints over each journey and take the median edge by edge."""
    edges = log.select(
        source=touchpoint,
        target=touchpoint.shift(-1).over("journey"),
        gap=(time.shift(-1).over("journey") - time).dt.total_microseconds(),
    ).drop_nulls()
    medians = edges.group_by("source", "target").agg(pl.col("gap").median() / 1e6)
    return medians.collect(engine="streaming")


def positions(found: pl.DataFrame) -> Answer:
    """Return the journeys at each step, or the median of each edge."""
    return {label(*parts): number for *parts, number in found.iter_rows()}


def reached(found: list[int]) -> Answer:
    """Return the journeys that reach each step."""
    return dict(zip(FUNNEL, found, strict=True))


def counted(found: pl.DataFrame) -> Answer:
    """Return the occurrences of each n-gram and, if counted, its journeys."""
    answer: Answer = {}
    for row in found.iter_rows():
        name = label(*row[:NGRAM])
        answer[name] = row[NGRAM]
        answer |= {label(name, "journeys"): number for number in row[NGRAM + 1 :]}
    return answer


QUESTIONS: dict[str, Any] = {
    "step matrix": (step_matrix, positions),
    "funnel": (funnel, reached),
    "n-grams": (ngrams, counted),
    "n-grams, occurrences alone": (occurrences, counted),
    "gaps": (gaps, positions),
}

if __name__ == "__main__":
    run("polars window", read=read, prepare=prepare, questions=QUESTIONS)
