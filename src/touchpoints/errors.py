"""Errors that say what went wrong, where, and how to mend it."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

_LONGEST = 4_000
# Frames of this package, and of the methods that attrs writes for its classes.
_WITHIN = (str(Path(__file__).parent) + os.sep, "<attrs generated")


def _shortened(text: str) -> str:
    """Return a part of a message, or its beginning where it quotes something very long."""
    long = len(text) > _LONGEST
    return f"{text[:_LONGEST]}… ({len(text):,} characters)" if long else text


class TouchpointsError(Exception):
    """Base class of the errors that this library raises.

    Parameters
    ----------
    what
        What is wrong, as a sentence without a final full stop.
    where
        Where it is: a file and line, a column, the first few rows.
    mend
        What the caller can do to correct it.

    Examples
    --------
    >>> error = InvalidInputError("a count is negative", where="row 3", mend="drop the row")
    >>> print(error)
    a count is negative (row 3)
    drop the row
    >>> isinstance(error, ValueError)
    True
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = map(_shortened, (what, where, mend))
        super().__init__(self.what)

    def __str__(self) -> str:
        location = f" ({self.where})" if self.where else ""
        advice = f"\n{self.mend}" if self.mend else ""
        return f"{self.what}{location}{advice}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.mend))


def _rebuild(kind: type[TouchpointsError], what: str, where: str, mend: str) -> TouchpointsError:
    return kind(what, where=where, mend=mend)


class InvalidInputError(TouchpointsError, ValueError):
    """A value passed by the caller cannot be used."""


class NotFoundError(TouchpointsError, LookupError):
    """A name passed by the caller does not exist; the message suggests similar names."""


class WrongKindError(TouchpointsError, TypeError):
    """An object has a type that the function does not accept."""


class MissingPackageError(TouchpointsError, ImportError):
    """An optional package is needed but not installed; the message names the extra to install."""


class StorageError(TouchpointsError, ValueError):
    """A stored file is damaged, of another format, or of a version this library does not read."""


class ClassifierError(TouchpointsError, RuntimeError):
    """A classifier raised an exception, or returned a value that is not a valid answer."""


class PluginError(TouchpointsError, ImportError):
    """A plug-in could not be loaded; the message names the plug-in and its distribution."""


class ProblemsError(TouchpointsError, ValueError):
    """All problems of one input, reported together.

    Parameters
    ----------
    what
        What was read, and that it has problems.
    problems
        One sentence for each problem, with its location.

    Examples
    --------
    >>> print(ProblemsError("taxonomy 'mine' has 2 problems", problems=["no name", "no types"]))
    taxonomy 'mine' has 2 problems
    - no name
    - no types
    """

    def __init__(
        self, what: str, *, problems: Sequence[str], where: str = "", mend: str = ""
    ) -> None:
        super().__init__(what, where=where, mend=mend)
        self.problems = tuple(map(_shortened, problems))

    def __str__(self) -> str:
        location = f" ({self.where})" if self.where else ""
        advice = f"\n{self.mend}" if self.mend else ""
        lines = "".join(f"\n- {problem}" for problem in self.problems)
        return f"{self.what}{location}{lines}{advice}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild_problems, (self.what, self.problems, self.where, self.mend))


def _rebuild_problems(what: str, problems: tuple[str, ...], where: str, mend: str) -> ProblemsError:
    return ProblemsError(what, problems=problems, where=where, mend=mend)


class TouchpointsWarning(UserWarning):
    """Something in the input is valid but probably not intended."""


def warn(message: str) -> None:
    """Issue a `TouchpointsWarning` that points at the caller's line.

    That is the innermost line outside this package, regardless of the number of calls inside the
    package: for example, a line of a statistic passed to `touchpoints.bootstrap`, or else the line
    that calls `touchpoints.bootstrap`.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- a public function of CPython
    level = 2
    while frame is not None and frame.f_code.co_filename.startswith(_WITHIN):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, TouchpointsWarning, stacklevel=level)
