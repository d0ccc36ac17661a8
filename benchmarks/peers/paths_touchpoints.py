"""What is being compared: four questions to one `Journeys`."""

from __future__ import annotations

import polars as pl
from measure import COLUMNS
from measure_paths import FUNNEL, NGRAM, STEPS, Answer, label, run

import touchpoints as tp


def read(path: str) -> pl.DataFrame:
    """Read the three columns."""
    return pl.read_parquet(path, columns=COLUMNS)


def prepare(log: pl.DataFrame) -> tp.Journeys:
    """Place every event in its journey."""
    return tp.from_frame(log, journey="journey", time="time", touchpoint="touchpoint")


def step_matrix(journeys: tp.Journeys) -> tp.paths.StepMatrix:
    """Say where journeys are at each step."""
    return tp.paths.step_matrix(journeys, steps=STEPS)


def funnel(journeys: tp.Journeys) -> tp.paths.Funnel:
    """Say how many journeys get how far."""
    return tp.paths.funnel(journeys, FUNNEL)


def ngrams(journeys: tp.Journeys) -> tp.paths.Ngrams:
    """Count the contiguous sequences, and the journeys that have them."""
    return tp.paths.ngrams(journeys, n=NGRAM)


def gaps(journeys: tp.Journeys) -> tp.paths.Durations:
    """Measure the time between two touchpoints."""
    return tp.paths.gaps(journeys)


def positions(found: tp.paths.StepMatrix) -> Answer:
    """Return the journeys at each step, terminals left out."""
    rows = zip(found.step.tolist(), found.touchpoint, found.journeys.tolist(), strict=True)
    return {label(step, name): number for step, name, number in rows if name[0] != "("}


def reached(found: tp.paths.Funnel) -> Answer:
    """Return the journeys that reach each step."""
    return dict(zip(FUNNEL, found.journeys.tolist(), strict=True))


def occurrences(found: tp.paths.Ngrams) -> Answer:
    """Return how often each n-gram occurs."""
    rows = zip(found.ngram, found.occurrences.tolist(), strict=True)
    return {label(*names): number for names, number in rows}


def supported(found: tp.paths.Ngrams) -> Answer:
    """Return how often each n-gram occurs and in how many journeys."""
    rows = zip(found.ngram, found.journeys.tolist(), strict=True)
    return occurrences(found) | {label(*names, "journeys"): number for names, number in rows}


def medians(found: tp.paths.Durations) -> Answer:
    """Return the median seconds of each edge."""
    rows = zip(found.source, found.target, found.median.tolist(), strict=True)
    return {label(source, target): seconds for source, target, seconds in rows}


if __name__ == "__main__":
    run(
        "touchpoints",
        read=read,
        prepare=prepare,
        questions={
            "step matrix": (step_matrix, positions),
            "funnel": (funnel, reached),
            "n-grams": (ngrams, supported),
            "n-grams, occurrences alone": (ngrams, occurrences),
            "gaps": (gaps, medians),
        },
    )
