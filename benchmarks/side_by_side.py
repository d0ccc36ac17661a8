"""From a log to transition counts: this library and its peers, side by side.

    python benchmarks/side_by_side.py --events 1000000 --rounds 3

Each tool runs in its own process, from its own virtual environment (made the first time, under
TOUCHPOINTS_BENCH_DIR), in turn for several rounds: a noisy machine is noisy for all. The least
time of the rounds is compared. All must give the same counts, or nothing is printed but who
does not.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data import IDS, ORDERS, Ids, Order, cache_dir, log_file

HERE = Path(__file__).parent
ROOT = HERE.parent
OURS = "touchpoints"


@dataclass(frozen=True)
class Peer:
    """A script of `peers/` and the requirements it runs with."""

    name: str
    script: str
    requirements: str
    trusts_order: bool = False  # wrong on a file that is not in order of time


@dataclass
class Runs:
    """What one tool reported, round by round."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    failure: str = ""

    def least(self, name: str) -> float:
        """Return the least of a reported number."""
        return float(min(line[name] for line in self.lines))

    def median(self, name: str) -> float:
        """Return the median of a reported number."""
        return float(statistics.median(line[name] for line in self.lines))


PEERS = {
    peer.name: peer
    for peer in (
        Peer(OURS, "count_touchpoints.py", "touchpoints"),
        Peer("polars", "count_polars.py", "polars"),
        Peer("polars-window", "count_polars_window.py", "polars"),
        Peer("polars-told", "count_polars_told.py", "polars", trusts_order=True),
        Peer("duckdb", "count_duckdb.py", "duckdb"),
        Peer("pandas", "count_pandas.py", "pandas"),
        Peer("pm4py", "count_pm4py.py", "pm4py"),
        Peer("pm4py-polars", "count_pm4py_polars.py", "pm4py"),
        Peer("r4pm", "count_r4pm.py", "r4pm"),
    )
}


def interpreter(requirements: str) -> Path:
    """Return the Python of a virtual environment with these requirements, made when missing."""
    folder = cache_dir() / "environments" / requirements
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = HERE / "peers" / f"{requirements}.txt"
    stamp = folder / "installed"
    state = _state(wanted)
    if stamp.exists() and stamp.read_text() == state:
        return python
    print(f"installing {wanted.name} ...", file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([str(python), *quiet, "-r", str(wanted)], check=True, cwd=ROOT)
    stamp.write_text(state)
    return python


def _state(requirements: Path) -> str:
    """Return a digest of the requirements and, where the project is one of them, of its source."""
    digest = hashlib.sha256(requirements.read_bytes())
    if "." in requirements.read_text().splitlines():
        for path in sorted([ROOT / "pyproject.toml", *(ROOT / "src").rglob("*.*")]):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.read_bytes())
    return digest.hexdigest()


def run_once(peer: Peer, python: Path, path: Path, *, events: int, source: str) -> dict[str, Any]:
    """Run a peer's script in a process of its own and return what it reports."""
    script = HERE / "peers" / peer.script
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [
            *(str(python), str(script), str(path)),
            *("--events", str(events), "--source", source),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "killed")
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def measure(
    peers: dict[Peer, Path], path: Path, *, events: int, rounds: int, source: str
) -> dict[str, Runs]:
    """Run all peers in turn, ``rounds`` times; each round begins with another one.

    ``peers`` gives the Python of each: installed before the first round and never during one, so
    that all rounds measure the same code.
    """
    runs = {peer.name: Runs() for peer in peers}
    names = list(peers)
    for turn in range(rounds):
        first = turn % len(names)
        for peer in names[first:] + names[:first]:
            if runs[peer.name].failure:
                continue
            try:
                report = run_once(peer, peers[peer], path, events=events, source=source)
            except RuntimeError as error:
                runs[peer.name].failure = str(error)
                continue
            runs[peer.name].lines.append(report)
            total = report["seconds_total"]
            print(f"round {turn + 1}: {peer.name} {total:.2f} s", file=sys.stderr)
    return runs


def disagreements(runs: dict[str, Runs]) -> list[str]:
    """Return a line for each tool when not all gave the same counts."""
    found = {
        name: sorted({line["checksum"] for line in done.lines})
        for name, done in runs.items()
        if done.lines
    }
    if len({checksum for each in found.values() for checksum in each}) <= 1:
        return []
    return [f"{name}: {', '.join(checksums)}" for name, checksums in found.items()]


def markdown(runs: dict[str, Runs]) -> str:
    """Return the table, the fastest tool first, this library's time being 1×."""
    finished = {name: done for name, done in runs.items() if done.lines}
    ranked = sorted(finished, key=lambda name: finished[name].least("seconds_total"))
    base = finished.get(OURS) or finished[ranked[0]]
    titles = [
        "tool",
        "read s",
        "prepare s",
        "count s",
        "total s",
        "median s",
        "cpu s",
        "peak GiB",
        "ratio",
    ]
    rows = [f"| {' | '.join(titles)} |", "|---|" + "--:|" * (len(titles) - 1)]
    for name in ranked:
        done = finished[name]
        names = ("seconds_read", "seconds_prepare", "seconds_count", "seconds_total")
        numbers = [f"{done.least(each):.2f}" for each in names]
        ratio = done.least("seconds_total") / base.least("seconds_total")
        peak = done.least("peak_rss_gib")
        times = [f"{done.median('seconds_total'):.2f}", f"{done.least('seconds_cpu'):.2f}"]
        cells = [name, *numbers, *times, f"{peak:.2f}", f"{ratio:.1f}×"]
        rows.append(f"| {' | '.join(cells)} |")
    rows += [f"| {name} | failed: {done.failure} |" for name, done in runs.items() if done.failure]
    return "\n".join(rows)


def heading(options: argparse.Namespace, order: Order, ids: Ids) -> str:
    """Say what was run, and where."""
    start = "Parquet file" if options.source == "parquet" else "frame in memory"
    log = f"{options.events:,} events, {order}, {ids} ids, {start} → counts"
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"{log}; {options.rounds} rounds, {machine}{_load()}"


def _load() -> str:
    """Say how busy the machine was: beyond its cores, tools with threads look slower than ours."""
    return f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def main() -> int:
    """Run what was asked for; 1 when the tools do not agree."""
    options = _options()
    installed = {PEERS[name]: interpreter(PEERS[name].requirements) for name in options.peers}
    for order, ids in itertools.product(options.order, options.ids):
        chosen = {
            peer: python
            for peer, python in installed.items()
            if order == "ordered" or not peer.trusts_order
        }
        path = log_file(options.events, order, seed=options.seed, ids=ids)
        runs = measure(
            chosen, path, events=options.events, rounds=options.rounds, source=options.source
        )
        if lines := disagreements(runs):
            print("the tools disagree on the counts:", *lines, sep="\n", file=sys.stderr)
            return 1
        print(f"\n{heading(options, order, ids)}\n\n{markdown(runs)}", flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--order", nargs="+", choices=ORDERS, default=list(ORDERS))
    parser.add_argument("--ids", nargs="+", choices=IDS, default=["text"])
    parser.add_argument("--source", choices=["parquet", "memory"], default="parquet")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
