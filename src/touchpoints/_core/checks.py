"""Validation of arguments: options, types, integers, seeds and confidence levels."""

from __future__ import annotations

import math
import os
from numbers import Integral, Real
from typing import Any, TypeVar, get_args

from touchpoints._core.messages import did_you_mean, wrong_kind
from touchpoints.errors import InvalidInputError

T = TypeVar("T")


def whole(name: str, value: Any, *, least: int = 1, mend: str = "") -> int:
    """Return an integer as a Python int; raise for other types and below ``least``.

    Python and numpy integers are accepted; bools, floats (including 2.0) and text are not.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InvalidInputError(
            f"{name} must be an integer of at least {least:,}, got {_shown(value)}", mend=mend
        )
    return int(value)


def limit(name: str, value: Any) -> int | None:
    """Return an upper limit, an integer of at least 0; None means no limit."""
    if value is None:
        return None
    return whole(name, value, least=0, mend="leave it out for no limit")


def number(name: str, value: Any, *, least: float | None = None) -> float:
    """Return a finite number as a float; raise for other types and below ``least``.

    Python and numpy numbers are accepted; bools and text are not.
    """
    good = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(float(value))
    if not good or (least is not None and float(value) < least):
        bound = "" if least is None else f" of at least {least:g}"
        raise InvalidInputError(f"{name} must be a finite number{bound}, got {_shown(value)}")
    return float(value)


def seed(value: Any) -> int:
    """Return the seed of a random generator, an integer of at least 0."""
    return whole("seed", value, least=0, mend="pass seed=1, or any other integer from 0")


def level(value: Any) -> float:
    """Return a confidence level; raise when it does not lie strictly between 0 and 1."""
    if not isinstance(value, Real) or not 0 < float(value) < 1:
        raise InvalidInputError(
            f"level must lie between 0 and 1, got {_shown(value)}",
            mend="write 95 % as level=0.95",
        )
    return float(value)


def _shown(value: Any) -> str:
    """Return the repr of None, a bool or text, a number as text, or the name of any other type."""
    if value is None or isinstance(value, (bool, str)):
        return repr(value)
    return str(value) if isinstance(value, Real) else f"a {type(value).__name__}"


def check_option(name: str, value: T, literal: object) -> T:
    """Return ``value`` if it is one of the values of a ``Literal`` type; raise otherwise."""
    choices = get_args(literal)
    if value not in choices:
        hint = did_you_mean(str(value), [str(choice) for choice in choices])
        listed = ", ".join(repr(choice) for choice in choices)
        raise InvalidInputError(f"{name}={value!r} is not an option{hint}", mend=f"one of {listed}")
    return value


def require_kind(
    value: object, kind: type[Any] | tuple[type[Any], ...], *, takes: str, mend: str
) -> None:
    """Raise unless a value is an instance of the type or of one of the types."""
    if not isinstance(value, kind):
        raise wrong_kind(value, takes=takes, mend=mend)


def require_path(path: object, *, mend: str) -> None:
    """Raise unless this is a path to a file: text or an ``os.PathLike``."""
    require_kind(path, (str, os.PathLike), takes="the path of a file", mend=mend)
