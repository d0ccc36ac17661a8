"""Logs larger than the memory of an engine, and a cluster that loses workers."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp
from tests.sources.engine.conftest import Engine, need
from tests.sources.engine.test_distinct_paths import ROLES, check_law, many, told

LIMIT = 120_000_000
LOG = """
COPY (
    SELECT md5(j::VARCHAR) AS visit, md5((j * 9 + place)::VARCHAR) AS unread,
        TIMESTAMP '2026-01-01' + to_minutes(place * 600 + j % 600) AS moment,
        'touchpoint ' || hash(j % 50, place) % 7 AS what
    FROM range({first}, {last}) AS t(j), range(9) AS p(place)
    ORDER BY moment, hash(j)
) TO '{path}' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 20000)
"""
EXPECTED = """
SELECT path, count(*) FROM (
    SELECT list(what ORDER BY moment) AS path FROM '{folder}/*.parquet' GROUP BY visit
) GROUP BY path
"""


@pytest.mark.slow
def test_a_folder_larger_than_the_memory_of_duckdb(tmp_path: Path) -> None:
    """What does not fit goes to disk; the numbers are those of a query without a limit."""
    need("duckdb", "pyarrow")
    import duckdb

    folder = tmp_path / "log"
    folder.mkdir()
    files = [folder / f"{number}.parquet" for number in range(3)]
    with contextlib.closing(duckdb.connect()) as link:
        for number, path in enumerate(files):
            first, last = number * 130_000, (number + 1) * 130_000
            link.execute(LOG.format(first=first, last=last, path=path))
        rows = link.execute(EXPECTED.format(folder=folder)).fetchall()
    expected = {tuple(path): count for path, count in rows}
    assert sum(path.stat().st_size for path in files) > LIMIT

    with contextlib.closing(duckdb.connect()) as link:
        link.execute(f"SET memory_limit = '{LIMIT}B'")
        link.execute(f"SET temp_directory = '{tmp_path / 'spilled'}'")
        link.execute("SET preserve_insertion_order = false")
        found = tp.from_frame(
            link.read_parquet(f"{folder}/*.parquet"),
            journey="visit",
            time="moment",
            touchpoint="what",
            distinct=True,
        )
    keys = [journey.keys for journey in found]
    assert dict(zip(keys, found.counts.tolist(), strict=True)) == expected
    assert found.meta.report.rows == 3 * 130_000 * 9


def workers(session: Any) -> list[int]:
    """Return the processes of a session's executors."""
    application = session.sparkContext.applicationId.encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended
            said = path.read_bytes()
            if b"CoarseGrainedExecutorBackend" in said and application in said:
                found.append(int(path.parent.name))
    return found


class Killer(threading.Thread):
    """Kills one executor after another while stages run, a few seconds apart."""

    def __init__(self, session: Any, *, most: int) -> None:
        super().__init__(daemon=True)
        self.session, self.most = session, most
        self.killed: list[int] = []
        self.done = threading.Event()

    def run(self) -> None:
        """Kill until the query is done."""
        tracker = self.session.sparkContext.statusTracker()
        while not self.done.wait(0.02) and len(self.killed) < self.most:
            alive = [one for one in workers(self.session) if one not in self.killed]
            if alive and tracker.getActiveStageIds():
                os.kill(alive[0], signal.SIGKILL)
                self.killed.append(alive[0])
                self.done.wait(4)


@pytest.mark.parametrize("engine", ["spark-cluster"], indirect=True)
def test_a_cluster_counts_as_this_machine_does(engine: Engine) -> None:
    """In full, and with what shortens the paths."""
    check_law(engine, many(), ("segment",))
    check_law(engine, many(), ("segment",), first=3, collapse_repeats=True)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for executors in /proc")
@pytest.mark.parametrize("engine", ["spark-cluster"], indirect=True)
def test_executors_that_die_change_no_number(engine: Engine) -> None:
    """Two are killed while they work; Spark repeats what they had done."""
    frame = many(4_000, seed=9)
    lazy = engine.frame(frame)
    expected = told(tp.from_frame(frame, **ROLES, distinct=("segment",)), "segment")
    killer = Killer(engine.session, most=2)
    killer.start()
    try:
        found = tp.from_frame(lazy, **ROLES, distinct=("segment",))
    finally:
        killer.done.set()
        killer.join()

    assert len(killer.killed) >= 1
    assert not any(Path(f"/proc/{one}").exists() for one in killer.killed)
    assert Counter(told(found, "segment")) == expected
    # The cluster replaces them, for the tests after this one.
    deadline = time.monotonic() + 60
    while len(workers(engine.session)) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(workers(engine.session)) == 2
