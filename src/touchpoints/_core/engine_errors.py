"""What the engine of a lazy frame says when a query fails, in one kind of error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import narwhals.stable.v2 as nw

from touchpoints.errors import InvalidInputError, TouchpointsError

_LINES, _LETTERS = 3, 600
_REOPEN = "its session or connection is closed: open one, and build the frame from it again"
_LOOK = "the frame's own query may fail: collect its first rows without this library to see"
ENGINES = "polars, DuckDB, Spark (PySpark) and ibis"
_CLOSED = (
    "already closed",
    "already been closed",
    "connection is closed",
    "connection closed",
    "connection refused",
    "sparkcontext was shut down",
    "session_closed",
    "session_changed",
    "no_active_session",
)
"""Parts of what engines say, in small letters, when their session or connection is gone."""


def engine_of(frame: nw.LazyFrame[Any]) -> str:
    """Return the engine of a frame and its version, such as ``"duckdb 2.0.1"``."""
    found = frame.implementation
    if found.is_ibis():
        return f"ibis-{backend_of(frame.to_native())} {_version('ibis-framework')}"
    package = "pyspark" if found.is_spark_like() and not found.is_sqlframe() else str(found)
    return f"{found} {_version(package)}"


def backend_of(table: Any) -> str:
    """Return the name of what runs an expression of ibis; "none" for one that has no backend."""
    found, _ = table._find_backends()  # noqa: SLF001 -- ibis has no public name for it
    return str(found[0].name) if found else "none"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # Databricks and the like install it under a name of their own
        return "of unknown version"


@contextlib.contextmanager
def asking(frame: Any, asked: str) -> Iterator[None]:
    """Do the same as `engine_errors` where a frame is lazy, and nothing where it is not."""
    if not isinstance(frame, nw.LazyFrame):
        yield
        return
    with engine_errors(frame, asked=asked):
        yield


@contextlib.contextmanager
def engine_errors(frame: nw.LazyFrame[Any], *, asked: str) -> Iterator[None]:
    """Raise whatever the engine of a frame raises as an error that says what was asked of it.

    Engines check columns and types when a query is built, so that this stands around both the
    building and the running of one.
    """
    try:
        yield
    except (TouchpointsError, nw.exceptions.DuplicateError):
        raise
    except NotImplementedError as error:
        raise InvalidInputError(
            f"the engine ({engine_of(frame)}) lacks what is needed: {_said(error)}",
            where=f"while it {asked}",
            mend=f"{ENGINES} have ordered windows; or collect the frame first",
        ) from error
    except Exception as error:
        # Each engine has exceptions of its own, none of which can be named without importing it.
        said = _said(error)
        closed = any(part in str(error).casefold() for part in _CLOSED) or _is_stopped(frame)
        raise InvalidInputError(
            f"the engine ({engine_of(frame)}) failed while it {asked}: {said}",
            mend=_REOPEN if closed else _LOOK,
        ) from error


def _is_stopped(frame: nw.LazyFrame[Any]) -> bool:
    """Tell whether the context of Spark is stopped: it fails in many ways that do not say so."""
    if not frame.implementation.is_pyspark():
        return False
    return getattr(frame.to_native().sparkSession.sparkContext, "_jsc", frame) is None


def _said(error: Exception) -> str:
    """Return the first lines of what an engine says, and the cause that Java gives last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines[_LINES:] if line.startswith("Caused by: ")]
    text = " ".join([*lines[:_LINES], *causes[-1:]]) or type(error).__name__
    return text if len(text) <= _LETTERS else text[:_LETTERS] + "…"
