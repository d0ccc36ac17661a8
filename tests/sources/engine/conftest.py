"""The engines a lazy frame can lie in, each started once; skipped with the reason where absent."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.sources import postgresql

NEEDED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
ENGINES = ("polars", "duckdb", "ibis-duckdb", "ibis-postgres", "spark")


HERE = Path(__file__).parent
# What engines say of their own sockets, and of releases of theirs and of others.
OWN_WARNINGS = (
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let engines warn: a test here fails of a wrong number, not of another package's release."""
    for item in items:
        if item.path.is_relative_to(HERE):
            for one in OWN_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(one))


class Engine(NamedTuple):
    """An engine: its name, and how a frame gets into it."""

    name: str
    frame: Callable[[pl.DataFrame], Any]
    session: Any = None

    @property
    def slow(self) -> bool:
        """Whether a query takes seconds, so that properties draw few examples."""
        return self.name.startswith(("spark", "ibis-postgres"))


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Engine]:
    """Yield each engine, one after the other: a process has one session of Spark at a time.

    A cluster of Spark, where a query takes seconds, is for the tests that name it.
    """
    with started(request.param, tmp_path_factory.mktemp("engine")) as found:
        yield found


@contextlib.contextmanager
def started(name: str, folder: Path) -> Iterator[Engine]:
    """Start an engine."""
    with _STARTERS[name](folder) as found:
        yield found


def need(*names: str) -> None:
    """Skip a test where a package is absent, or older than the extra `engines` allows."""
    known = {one.name: one for one in map(Requirement, NEEDED["engines"])}
    for name in ("narwhals", *names):
        try:
            found = version(name)
        except PackageNotFoundError:
            pytest.skip(f"{name} is absent")
        if name in known and not known[name].specifier.contains(found, prereleases=True):
            pytest.skip(f"{name} {found} is older than the extra `engines` allows")


@contextlib.contextmanager
def _polars(_folder: Path) -> Iterator[Engine]:
    need("polars")
    yield Engine("polars", pl.DataFrame.lazy)


@contextlib.contextmanager
def _duckdb(_folder: Path) -> Iterator[Engine]:
    need("duckdb", "pyarrow")
    import duckdb

    with contextlib.closing(duckdb.connect()) as link:
        link.execute("SET TimeZone = 'America/New_York'")
        yield Engine("duckdb", lambda frame: link.from_arrow(frame.to_arrow()), link)


@contextlib.contextmanager
def _ibis_duckdb(folder: Path) -> Iterator[Engine]:
    need("ibis-framework", "duckdb", "pyarrow")
    import ibis

    link = ibis.duckdb.connect()
    link.raw_sql("SET TimeZone = 'America/New_York'")
    numbers = count()

    def frame(given: pl.DataFrame) -> Any:
        return link.read_parquet(written(given, folder / f"{next(numbers)}.parquet"))

    yield Engine("ibis-duckdb", frame, link)
    link.disconnect()


@contextlib.contextmanager
def _ibis_postgres(_folder: Path) -> Iterator[Engine]:
    need("ibis-framework", "psycopg", "pyarrow")
    import ibis

    with postgresql.started() as address:
        link = ibis.connect(address)
        numbers = count()

        def frame(given: pl.DataFrame) -> Any:
            return link.create_table(f"log{next(numbers)}", given.to_arrow(), temp=True)

        yield Engine("ibis-postgres", frame, link)
        link.disconnect()


@contextlib.contextmanager
def _spark(folder: Path, master: str = "local[2]") -> Iterator[Engine]:
    need("pyspark", "pyarrow")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("no Java on this machine, which Spark needs")
    from pyspark import sql

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    builder = sql.SparkSession.builder.master(master).appName("tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    numbers = count()

    def frame(given: pl.DataFrame) -> Any:
        return session.read.parquet(written(given, folder / f"{next(numbers)}.parquet"))

    try:
        yield Engine("spark" if master.startswith("local[") else "spark-cluster", frame, session)
    finally:
        session.stop()


def _cluster(folder: Path) -> contextlib.AbstractContextManager[Engine]:
    return _spark(folder, "local-cluster[2,1,1024]")


def written(given: pl.DataFrame, path: Path) -> str:
    """Write a frame as Parquet, times without a zone as such, and return its path."""
    from pyarrow import parquet

    parquet.write_table(given.to_arrow(), path)
    return str(path)


_STARTERS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Engine]]] = {
    "polars": _polars,
    "duckdb": _duckdb,
    "ibis-duckdb": _ibis_duckdb,
    "ibis-postgres": _ibis_postgres,
    "spark": _spark,
    "spark-cluster": _cluster,
}
