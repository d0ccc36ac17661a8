"""Errors for calls of public functions that do not fit, with what the arguments are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from types import NoneType
from typing import Any

from touchpoints._core.messages import did_you_mean, quoted
from touchpoints.errors import WrongKindError

_BY_PLACE, _OPEN = (0, 1), (2, 4)  # kinds of `inspect.Parameter`: by place, and * and **
# What other libraries call an argument, and what it is called here.
_ELSEWHERE = {
    "case": "journey",
    "case_id": "journey",
    "case_id_col": "journey",
    "case_id_key": "journey",
    "session": "journey",
    "activity": "touchpoint",
    "activity_col": "touchpoint",
    "activity_key": "touchpoint",
    "event": "touchpoint",
    "event_col": "touchpoint",
    "timestamp": "time",
    "timestamp_col": "time",
    "timestamp_key": "time",
    "event_time_col": "time",
    "timezone": "tz",
    "resource": "person",
    "user": "person",
    "user_id": "person",
    "user_col": "person",
    "n": "top",
    "k": "top",
    "limit": "top",
    "head": "top",
    "most": "top",
    "groupby": "by",
    "group_by": "by",
    "group": "by",
    "groups": "by",
    "alpha": "level",
    "confidence": "level",
    "confidence_level": "level",
    "ci": "level",
    "random_state": "seed",
    "rng": "seed",
    "n_resamples": "resamples",
    "n_boot": "resamples",
    "n_permutations": "permutations",
    "sep": "separator",
    "language": "lang",
    "window": "within",
    "horizon": "within",
    "min_support": "min_count",
    "n_clusters": "k",
}

# What the text of a parameter names, and an example.
_NAMED = {
    **dict.fromkeys(
        [
            "journey",
            "tiebreak",
            "person",
            "end",
            "lifecycle",
            "instance",
            "count",
            "converted",
            "lost",
            "value",
            "column",
        ],
        ("the name of a column", '"amount"'),
    ),
    **dict.fromkeys(
        ["per_interaction", "per_journey", "keep"], ("a sequence of column names", '["amount"]')
    ),
    "by": ("the name of one column or facet", '"channel"'),
    "lang": ("the code of a language", '"en"'),
    "outcome": ("the name of an outcome", '"sale"'),
    "tz": ("the name of a time zone", '"Europe/Madrid"'),
    "unit": ("the name of a column of units, or None", '"persons"'),
}


def wrong_argument(
    function: Callable[..., Any],
    given: Sequence[Any],
    named: Mapping[str, Any],
    name: str,
    wanted: Sequence[Any],
) -> WrongKindError:
    """Build the error for an argument of the wrong kind, or for the whole call if that misfits."""
    try:
        bound = inspect.signature(function).bind(*given, **named)
    except TypeError:
        return misfit(function, given, named)
    value = bound.arguments[name]
    parts = [one for one in wanted if one.words != "None"]
    words, example = " or ".join(one.words for one in parts), parts[0].example
    if "text" in parts[0].words and name in _NAMED:
        words, example = _NAMED[name]
        words += " or a sequence of several" if len(parts) > 1 else ""
    mend = f"for example {name}={example}"
    if isinstance(value, str) and example.startswith("["):
        mend = f"{name}=({quoted(value)},)"
    return WrongKindError(f"{name} must be {words}, got {_shown(value)}", mend=mend)


def _shown(value: Any) -> str:
    """Return a plain value as it is written, and the class of any other."""
    plain = isinstance(value, (str, bytes, int, float, list, tuple, dict, set, NoneType, tzinfo))
    return quoted(value) if plain else type(value).__name__


def misfit(
    function: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]
) -> WrongKindError:
    """Build the error for a call that does not fit, with what the arguments are called."""
    signature = inspect.signature(function)
    known = signature.parameters
    by_place = [one.name for one in known.values() if one.kind in _BY_PLACE]
    by_name = [one.name for one in known.values() if one.kind is one.KEYWORD_ONLY]
    called = function.__name__
    unknown = [name for name in named if name not in known]
    if unknown:
        what = f"{called} has no argument {unknown[0]!r}{_hint(unknown[0], list(known))}"
    elif len(given) > len(by_place):
        first = f"only {' and '.join(by_place)}" if by_place else "no argument"
        what = f"{called} takes {first} without a name, got {len(given)} values"
        more = zip(
            [one for one in by_name if one not in named], given[len(by_place) :], strict=False
        )
        named = {**named, **{name: value for name, value in more if isinstance(value, str)}}
    else:
        lacking = [
            one.name
            for place, one in enumerate(known.values())
            if one.default is one.empty
            and one.kind not in _OPEN
            and one.name not in named
            and (one.kind is one.KEYWORD_ONLY or place >= len(given))
        ]
        twice = [name for name in by_place[: len(given)] if name in named]
        what = (
            f"{called} got {twice[0]} twice, by place and by name"
            if twice
            else f"{called} needs {' and '.join(lacking)}"
        )
    return WrongKindError(what, mend=_call_of(called, signature, named))


def _hint(name: str, known: Sequence[str]) -> str:
    meant = _ELSEWHERE.get(name.casefold())
    return f" (here it is {meant}=)" if meant in known else did_you_mean(name, known)


def _call_of(called: str, signature: inspect.Signature, named: Mapping[str, Any]) -> str:
    """Write a call with what it needs, and what else it takes."""
    parts, more = [], []
    for one in signature.parameters.values():
        if one.kind is not one.KEYWORD_ONLY:
            parts.append(one.name)
        elif one.name in named:
            parts.append(f"{one.name}={quoted(named[one.name])}")
        elif one.default is one.empty:
            parts.append(f"{one.name}=…")
        else:
            more.append(f"{one.name}=")
    also = f"; it also takes {', '.join(more)}" if more else ""
    return f"call {called}({', '.join(parts)}){also}"
