"""What this library does alone: intervals, resamples, leaving out, sets, many touchpoints."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from time import perf_counter, process_time

import numpy as np
import pandas as pd
from attribution_touchpoints import journeys_of

import touchpoints as tp

PATHS, RESAMPLES, MANY = 10_000, 1_000, 5_000


def wide(journeys: int, *, seed: int = 1) -> tp.Journeys:
    """Draw journeys of many touchpoints, whose frequencies fall slowly."""
    rng = np.random.default_rng(seed)
    lengths = np.minimum(rng.geometric(0.25, journeys), 40)
    shares = 1 / np.arange(1, MANY + 1) ** 0.7
    codes = rng.choice(MANY, int(lengths.sum()), p=shares / shares.sum())
    names = [f"page {code}" for code in codes.tolist()]
    ends = np.cumsum(lengths)
    spans = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    reached = (rng.random(journeys) < 0.05).astype(np.int64)
    table = {"path": [" > ".join(names[low:high]) for low, high in spans], "sale": reached}
    return tp.from_paths(table, path="path", outcome="sale")


def timed(ask: Callable[[], object]) -> dict[str, float]:
    """Return the seconds that one call takes."""
    started, cpu_started = perf_counter(), process_time()
    ask()
    return {"seconds": perf_counter() - started, "cpu": process_time() - cpu_started}


def main() -> None:
    """Measure each question once, after a small call that imports what is imported late."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    table = pd.read_parquet(parser.parse_args().path)
    journeys, models = journeys_of(table), tp.attribution
    some = tp.distinct(journeys)[:PATHS]
    tp.bootstrap(some, models.markov, seed=1, resamples=2)
    boot = partial(tp.bootstrap, some, seed=1, resamples=RESAMPLES)
    questions: dict[str, Callable[[], object]] = {
        f"{RESAMPLES:,} resamples of {PATHS:,} paths, Markov": partial(boot, models.markov),
        f"{RESAMPLES:,} resamples of {PATHS:,} paths, linear": partial(boot, models.linear),
        "Shapley, 20 touchpoints, with intervals": partial(models.shapley, journeys),
        "leave one out": partial(models.leave_one_out, journeys),
    }
    figures = {name: timed(ask) for name, ask in questions.items()}
    many = wide(len(table))
    figures[f"Markov 1, {MANY:,} touchpoints"] = timed(partial(models.markov, many))
    print(json.dumps({"peer": "touchpoints, alone", "questions": figures}))


if __name__ == "__main__":
    main()
