"""Time one tool on path analyses and print one line of JSON. Standard library only.

Every script ``paths_*.py`` of this folder calls :func:`run` with its questions. What is timed is
one question, from the tool's own prepared log in memory to its result; bringing the result into
the form that is compared is not timed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from measure import peak_rss_gib

STEPS = 10
FUNNEL = ("home_page", "basket", "purchase")
NGRAM = 3
TIMES = 3  # how often a process asks a question at most; the least time counts
ENOUGH = 10.0  # seconds after which it is not asked again

Answer = dict[str, float | int]
Question = tuple[Callable[[Any], Any], Callable[[Any], Answer]]


def run(
    peer: str,
    *,
    read: Callable[[str], Any],
    prepare: Callable[[Any], Any],
    questions: Mapping[str, Question],
) -> None:
    """Measure a tool on each of its questions: what answers it, and what brings it in form."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("answers", type=Path)
    options = parser.parse_args()
    frame = read(options.path)
    started = perf_counter()
    prepared = prepare(frame)
    seconds_prepare = perf_counter() - started
    del frame
    figures: dict[str, dict[str, float]] = {}
    answers: dict[str, Answer] = {}
    for name, (ask, bring) in questions.items():
        figures[name], found = _timed(ask, prepared)
        answers[name] = bring(found)
    options.answers.write_text(json.dumps(answers))
    report = {"peer": peer, "prepare": round(seconds_prepare, 3), "peak": peak_rss_gib()}
    print(json.dumps(report | {"questions": figures}))


def _timed(ask: Callable[[Any], Any], prepared: Any) -> tuple[dict[str, float], Any]:
    seconds: list[float] = []
    cpu: list[float] = []
    found = None
    while len(seconds) < TIMES and sum(seconds) < ENOUGH:
        found = None
        started, cpu_started = perf_counter(), process_time()
        found = ask(prepared)
        seconds.append(perf_counter() - started)
        cpu.append(process_time() - cpu_started)
    return {"seconds": round(min(seconds), 4), "cpu": round(min(cpu), 4)}, found


def label(*parts: object) -> str:
    """Return the name under which a number of the answer is compared."""
    return " ".join(str(part) for part in parts)
