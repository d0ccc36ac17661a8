"""Path analyses: this library and its peers, each from its own prepared log in memory.

    python benchmarks/paths_side_by_side.py --events 1000000 --rounds 3

Step matrix of ten steps, closed funnel of three, contiguous n-grams of three, median gap of each
edge; then the distances between 2,000 distinct sequences (``--distances``). Processes and
environments as in `side_by_side.py`; within a process each question is asked up to three times
and the least time counts. All answers are compared with this library's, number by number.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data import log_file
from side_by_side import HERE, OURS, interpreter

QUESTIONS = ("step matrix", "funnel", "n-grams", "n-grams, occurrences alone", "gaps")
METHODS = ("lcs", "edit", "om")
MICROSECOND = 1e-6


@dataclass(frozen=True)
class Peer:
    """A script of `peers/` and its requirements."""

    script: str
    requirements: str
    differs: tuple[str, ...] = ()  # questions that it answers differently by definition


@dataclass
class Runs:
    """What one tool reported: its preparation, and each question round by round."""

    prepare: list[float] = field(default_factory=list)
    questions: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    answers: dict[str, dict[str, float]] = field(default_factory=dict)
    failure: str = ""

    def least(self, question: str, name: str) -> float:
        """Return the least of a reported number."""
        return min(one[name] for one in self.questions[question])


PEERS = {
    OURS: Peer("paths_touchpoints.py", "touchpoints"),
    "polars": Peer("paths_polars.py", "polars"),
    "polars-sorted": Peer("paths_polars_sorted.py", "polars"),
    "polars-window": Peer("paths_polars_window.py", "polars"),
    "pm4py": Peer("paths_pm4py.py", "pm4py"),
    "retentioneering": Peer("paths_retentioneering.py", "retentioneering", differs=("gaps",)),
}
MEASURERS = {
    OURS: Peer("distances_touchpoints.py", "touchpoints"),
    "sequenzo": Peer("distances_sequenzo.py", "sequenzo"),
}


def run_once(peer: Peer, python: Path, *arguments: str) -> dict[str, Any]:
    """Run a peer's script in a process of its own and return what it reports."""
    done = subprocess.run(
        [str(python), str(HERE / "peers" / peer.script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={name: text for name, text in os.environ.items() if name != "PYTHONPATH"},
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "killed")
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def measure(peers: dict[str, Peer], *arguments: str, rounds: int, answers: bool) -> dict[str, Runs]:
    """Run all peers in turn, ``rounds`` times; each round begins with another one."""
    pythons = {name: interpreter(peer.requirements) for name, peer in peers.items()}
    runs = {name: Runs() for name in peers}
    names = list(peers)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            if runs[name].failure:
                continue
            try:
                _add_round(runs[name], peers[name], pythons[name], arguments, answers=answers)
            except RuntimeError as error:
                runs[name].failure = str(error)
    return runs


def _add_round(
    runs: Runs, peer: Peer, python: Path, arguments: tuple[str, ...], *, answers: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.json"
        report = run_once(peer, python, *arguments, *([str(file)] if answers else []))
        if answers:
            runs.answers = json.loads(file.read_text())
    runs.prepare.append(report.get("prepare", math.nan))
    for question, figures in report["questions"].items():
        print(f"{report['peer']}: {question} {figures['seconds']:.2f} s", file=sys.stderr)
        runs.questions.setdefault(question, []).append(figures)
        if "checksum" in figures:
            runs.answers[question] = {"checksum": figures["checksum"]}


def difference(ours: dict[str, float], theirs: dict[str, float]) -> str:
    """Return in how many numbers two answers differ, and by how much; empty when in none."""
    if ours.keys() != theirs.keys():
        return f"{len(ours.keys() ^ theirs.keys())} rows are in one answer only"
    pairs = [(number, theirs[name]) for name, number in ours.items()]
    apart = [
        abs(a - b) for a, b in pairs if not math.isclose(a, b, rel_tol=1e-11, abs_tol=MICROSECOND)
    ]
    if not apart:
        return ""
    return f"{len(apart):,} of {len(pairs):,} numbers, by {max(apart):.3g} at most"


def markdown(runs: dict[str, Runs], questions: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the table, this library's time being 1×, and where answers differ."""
    titles = ["question", "tool", "seconds", "cpu s", "ratio", "cpu ratio"]
    rows = [f"| {' | '.join(titles)} |", "|---|---|" + "--:|" * (len(titles) - 2)]
    notes = []
    ours = runs[OURS]
    for question in questions:
        for name, done in runs.items():
            if question not in done.questions:
                rows.append(f"| {question} | {name} | – | – | – | – |")
                continue
            numbers = {which: done.least(question, which) for which in ("seconds", "cpu")}
            ratios = [f"{one / ours.least(question, w):.1f}×" for w, one in numbers.items()]
            cells = [question, name, *(f"{one:.3f}" for one in numbers.values()), *ratios]
            rows.append(f"| {' | '.join(cells)} |")
            if off := difference(ours.answers[question], done.answers[question]):
                notes.append(f"{question}, {name}: {off}")
    return "\n".join(rows), notes


def preparations(runs: dict[str, Runs]) -> str:
    """Say how long each tool took to bring the frame into its own form, which is not compared."""
    taken = [f"{name} {min(done.prepare):.2f} s" for name, done in runs.items() if done.prepare]
    return "Prepared from a frame in: " + ", ".join(taken)


def machine(rounds: int) -> str:
    """Say where the figures are from, and how busy it was there."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    where = f"{platform.system()}, Python {platform.python_version()}"
    return f"{rounds} rounds, {os.cpu_count()} cores, {where}{load}"


def unexpected(notes: list[str], peers: dict[str, Peer]) -> list[str]:
    """Return the differences that no definition explains."""
    known = {f"{question}, {name}" for name, peer in peers.items() for question in peer.differs}
    return [note for note in notes if note.split(":")[0] not in known]


def report(
    title: str, runs: dict[str, Runs], peers: dict[str, Peer], questions: tuple[str, ...]
) -> int:
    """Print one table; 1 when answers differ that should not."""
    failures = [f"{name} failed: {done.failure}" for name, done in runs.items() if done.failure]
    if runs[OURS].failure:
        print(*failures, sep="\n", file=sys.stderr)
        return 1
    table, notes = markdown(runs, questions)
    print(f"\n{title}\n\n{table}\n", *notes, *failures, sep="\n", flush=True)
    return int(bool(unexpected(notes, peers)))


def main() -> int:
    """Run what was asked for; 1 when the tools do not agree."""
    options = _options()
    wrong = 0
    if options.peers:
        peers = {name: PEERS[name] for name in dict.fromkeys([OURS, *options.peers])}
        path = log_file(options.events, "ordered")
        runs = measure(peers, str(path), rounds=options.rounds, answers=True)
        title = f"{options.events:,} events; {machine(options.rounds)}. {preparations(runs)}"
        wrong |= report(title, runs, peers, QUESTIONS)
    if options.distances:
        asked = ("--count", str(options.distances))
        runs = measure(MEASURERS, *asked, rounds=options.rounds, answers=False)
        title = f"{options.distances:,} distinct sequences; {machine(options.rounds)}"
        wrong |= report(title, runs, MEASURERS, METHODS)
    return wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--distances", type=int, default=0, help="how many sequences; 0 for none")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
