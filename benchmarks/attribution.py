"""Attribution: this library and its peers, from path strings in a frame and from encoded journeys.

    python benchmarks/attribution.py --journeys 1000000 --rounds 2

Four touches to a journey in the mean, twenty touchpoints, one row per journey and aggregated to
distinct paths. Processes and environments as in `side_by_side.py`, in turn for several rounds;
within a process each question is asked up to three times and the least time counts. Heuristics and
exact removal effects must agree with this library's to 1e-9, simulated ones within their error.
Then this library alone: intervals, resamples, many touchpoints (``--alone``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from data import cache_dir
from paths_side_by_side import OURS, Peer, Runs, machine, measure, run_once
from side_by_side import interpreter

ENCODED = "touchpoints, encoded"
TOUCHPOINTS = 20
QUESTIONS = ("first, last, linear", "Markov 1", "Markov 2", "Markov 3")
SHAPES = ("raw", "aggregated")
SEPARATOR = " > "
EXACT = 1e-9
# ChannelAttribution stops simulating when effects move by less than 5 %: with three seeds it gave
# 0.137, 0.118 and 0.109 for an effect of 0.110, and 0.110 with ten times the journeys.
SIMULATED = 0.04

PEERS = {
    OURS: Peer("attribution_touchpoints.py", "touchpoints_pandas"),
    ENCODED: Peer("attribution_encoded.py", "touchpoints_pandas"),
    "channelattribution": Peer("attribution_channelattribution.py", "channelattribution"),
    "marketing-attribution-models": Peer("attribution_mam.py", "mam"),
}
SIMULATING = ("channelattribution",)


def table_file(journeys: int, shape: str) -> Path:
    """Return a Parquet file with the columns path, conversions and nulls, made when missing."""
    path = cache_dir() / f"paths_{journeys}_{shape}.parquet"
    if not path.exists():
        pq.write_table(_table(journeys, shape), path)
    return path


def _table(journeys: int, shape: str, *, seed: int = 1) -> pa.Table:
    """Draw journeys whose chance to convert depends on their touchpoints; Zipf frequencies."""
    rng = np.random.default_rng(seed)
    lengths = np.minimum(rng.geometric(0.25, journeys), 40)
    shares = 1 / np.arange(1, TOUCHPOINTS + 1)
    codes = rng.choice(TOUCHPOINTS, int(lengths.sum()), p=shares / shares.sum())
    ends = np.cumsum(lengths)
    lift = rng.uniform(0.5, 1.5, TOUCHPOINTS)
    chance = 0.05 * np.add.reduceat(lift[codes], ends - lengths) / lengths
    names = [f"channel_{code:02d}" for code in range(TOUCHPOINTS)]
    steps = [names[code] for code in codes.tolist()]
    spans = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    paths = [SEPARATOR.join(steps[low:high]) for low, high in spans]
    reached = (rng.random(journeys) < chance).astype(np.int64)
    table = pa.table({"path": paths, "conversions": reached, "nulls": 1 - reached})
    if shape == "raw":
        return table
    sums = [("conversions", "sum"), ("nulls", "sum")]
    found = table.group_by("path", use_threads=False).aggregate(sums)
    return found.rename_columns({"conversions_sum": "conversions", "nulls_sum": "nulls"})


def differences(runs: dict[str, Runs]) -> Iterator[str]:
    """Yield where a peer's numbers differ from this library's by more than their error."""
    for name, done in runs.items():
        for question, theirs in done.answers.items():
            ours = runs[OURS].answers[question]
            simulated = name in SIMULATING and question.startswith("Markov")
            if ours.keys() != theirs.keys():
                yield f"{question}, {name}: other rows"
                continue
            for label, one in ours.items():
                limit = SIMULATED if simulated else EXACT * max(1.0, abs(one))
                if abs(one - theirs[label]) > limit:
                    yield f"{question}, {name}: {label} is {theirs[label]:.6g}, not {one:.6g}"


def markdown(runs: dict[str, Runs]) -> str:
    """Return the table: CPU seconds, and how many times those of this library they are."""
    titles = ["question", "tool", "seconds", "cpu s", "× from strings", "× encoded"]
    rows = [f"| {' | '.join(titles)} |", "|---|---|--:|--:|--:|--:|"]
    for question in QUESTIONS:
        for name, done in runs.items():
            if question not in done.questions:
                continue
            cpu = done.least(question, "cpu")
            ratios = [
                f"{cpu / runs[one].least(question, 'cpu'):.1f}×" if one in runs else "–"
                for one in (OURS, ENCODED)
            ]
            seconds = f"{done.least(question, 'seconds'):.3f}"
            rows.append(f"| {' | '.join([question, name, seconds, f'{cpu:.3f}', *ratios])} |")
    return "\n".join(rows)


def compared(shape: str, options: argparse.Namespace) -> int:
    """Print the table of one shape of input; 1 when tools differ that should not."""
    path = table_file(options.journeys, shape)
    peers = {name: PEERS[name] for name in dict.fromkeys([OURS, ENCODED, *options.peers])}
    runs = measure(peers, str(path), rounds=options.rounds, answers=True)
    failures = [f"{name} failed: {done.failure}" for name, done in runs.items() if done.failure]
    if runs[OURS].failure:
        print(*failures, sep="\n", file=sys.stderr)
        return 1
    off = list(differences(runs))
    rows = f"{options.journeys:,} journeys in {pq.read_metadata(path).num_rows:,} rows ({shape})"
    print(f"\n{rows}; {machine(options.rounds)}\n\n{markdown(runs)}\n", *off, *failures, sep="\n")
    return int(bool(off))


def alone(options: argparse.Namespace) -> None:
    """Print what no peer does: intervals, resamples, many touchpoints."""
    peer = Peer("attribution_alone.py", "touchpoints_pandas")
    path = table_file(options.journeys, "raw")
    found = run_once(peer, interpreter(peer.requirements), str(path))
    print("\n| question | seconds | cpu s |\n|---|--:|--:|")
    for question, figures in found["questions"].items():
        print(f"| {question} | {figures['seconds']:.3f} | {figures['cpu']:.3f} |")


def main() -> int:
    """Run what was asked for; 1 when the tools do not agree."""
    options = _options()
    wrong = 0
    for shape in options.shapes:
        wrong |= compared(shape, options)
    if options.alone:
        alone(options)
    return wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--journeys", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--shapes", nargs="*", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--alone", action="store_true", help="this library's own questions too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
