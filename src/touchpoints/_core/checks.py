"""Validation of arguments: options, types, integers, seeds and confidence levels."""

from __future__ import annotations

import datetime as dt
import functools
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple, TypeVar, get_args

from touchpoints._core.messages import did_you_mean, quoted, wrong_kind
from touchpoints.errors import InvalidInputError, WrongKindError

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
_UNION = re.compile(r" \| (?![^\[]*\])")


_MOST = 2**31 - 1
_LONGEST = dt.datetime.max - dt.datetime.min


def whole(
    name: str, value: Any, *, least: int = 1, most: int | None = _MOST, mend: str = ""
) -> int:
    """Return an integer as a Python int; raise for other types, below ``least``, above ``most``.

    Python and numpy integers are accepted; bools, floats (including 2.0) and text are not.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InvalidInputError(
            f"{name} must be an integer of at least {least:,}, got {_shown(value)}", mend=mend
        )
    if most is not None and int(value) > most:
        raise InvalidInputError(
            f"{name} must be an integer of at most {most:,}, got {_shown(value)}", mend=mend
        )
    return int(value)


def number(name: str, value: Any, *, least: float = -math.inf, mend: str = "") -> float:
    """Return a number as a Python float, nan as well; raise for other types, below ``least``."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InvalidInputError(f"{name} must be a number, got {_shown(value)}", mend=mend)
    if value < least:
        what = f"{name} must be a number of at least {least:g}, got {_shown(value)}"
        raise InvalidInputError(what, mend=mend)
    try:
        return float(value)
    except OverflowError as error:
        raise InvalidInputError(f"{name} is too large: {quoted(value)}", mend=mend) from error


def positive(name: str, value: Any, *, mend: str = "") -> float:
    """Return a finite number above 0; raise for other values."""
    if not 0 < number(name, value, mend=mend) < math.inf:
        what = f"{name} must be finite and above 0, got {_shown(value)}"
        raise InvalidInputError(what, mend=mend)
    return float(value)


def share(name: str, value: Any, *, zero: bool = False, mend: str = "") -> float:
    """Return a share, a number above 0 and at most 1; with ``zero``, 0 is a share too."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not (is_number and (0 < value <= 1 or (zero and value == 0))):
        bounds = "in [0, 1]" if zero else "above 0 and at most 1"
        what = f"{name} must be {bounds}, got {_shown(value)}"
        raise InvalidInputError(what, mend=mend or f"write 5 % as {name}=0.05")
    return float(value)


def limit(name: str, value: Any) -> int | None:
    """Return an upper limit, an integer of at least 0; None means no limit."""
    if value is None:
        return None
    found = whole(name, value, least=0, most=None, mend="leave it out for no limit")
    return min(found, _MOST)


def finite(name: str, value: Any, *, least: float | None = None) -> float:
    """Return a finite number as a float; raise for other types and below ``least``.

    Python and numpy numbers are accepted; bools and text are not.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    found = number(name, value) if is_number else math.nan
    if not math.isfinite(found) or (least is not None and found < least):
        bound = "" if least is None else f" of at least {least:g}"
        raise InvalidInputError(f"{name} must be a finite number{bound}, got {_shown(value)}")
    return found


def seed(value: Any) -> int:
    """Return the seed of a random generator, an integer of at least 0."""
    return whole("seed", value, least=0, most=None, mend="pass seed=1, or any other integer from 0")


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
    return quoted(value) if isinstance(value, Real) else f"a {type(value).__name__}"


def check_option(name: str, value: T, literal: object) -> T:
    """Return ``value`` if it is one of the values of a ``Literal`` type; raise otherwise."""
    choices = get_args(literal)
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        hint = did_you_mean(quoted(value), [str(choice) for choice in choices])
        listed = ", ".join(repr(choice) for choice in choices)
        what = f"{name}={quoted(value)} is not an option{hint}"
        raise InvalidInputError(what, mend=f"one of {listed}")
    return value


def microseconds(duration: dt.timedelta, name: str) -> int:
    """Return a positive duration in microseconds; no more than between the years 1 and 9999.

    All instants lie within those, so that a longer duration means the same, and fits into int64.
    """
    if not isinstance(duration, dt.timedelta):
        raise WrongKindError(
            f"{name} must be a datetime.timedelta, got {type(duration).__name__}",
            mend=f"for example {name}=datetime.timedelta(minutes=30)",
        )
    if duration <= dt.timedelta(0):
        raise InvalidInputError(f"{name} must be positive, got {duration}")
    return within_years(duration)


def within_years(duration: dt.timedelta) -> int:
    """Return a duration in microseconds, at most that between the years 1 and 9999."""
    return max(-_LONGEST, min(duration, _LONGEST)) // dt.timedelta(microseconds=1)


def require_kind(
    value: object, kind: type[Any] | tuple[type[Any], ...], *, takes: str, mend: str
) -> None:
    """Raise unless a value is an instance of the type or of one of the types."""
    if not isinstance(value, kind):
        raise wrong_kind(value, takes=takes, mend=mend)


def require_path(path: Any, *, mend: str, takes: str = "the path of a file") -> None:
    """Raise unless this is a path to a file: text or an ``os.PathLike``."""
    require_kind(path, (str, os.PathLike), takes=takes, mend=mend)
    try:
        written = os.fsencode(path)
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"{quoted(path)} is not the path of a file", mend=mend) from error
    if not written or b"\0" in written:
        raise InvalidInputError(f"{quoted(path)} is not the path of a file", mend=mend)


class Kind(NamedTuple):
    """One kind of value that an annotation allows: how to tell it, and what it is called."""

    holds: Callable[[Any], bool]
    words: str
    example: str = ""


def _of_class(*names: str) -> Callable[[Any], bool]:
    """Tell values by the names of their classes, so that no module is imported for it."""
    known = frozenset(names)
    return lambda value: any(one.__name__ in known for one in type(value).__mro__)


def _is_several(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))


def _is_iterable(value: Any) -> bool:
    return isinstance(value, Iterable)


def _has_order(value: Any) -> bool:
    """Return whether values are several in an order: that of a set differs from run to run."""
    return _is_iterable(value) and not isinstance(value, (set, frozenset))


def _is_sized(value: Any) -> bool:
    return isinstance(value, Iterable) and hasattr(value, "__len__")


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _are_texts(value: Any) -> bool:
    return _is_several(value) and all(isinstance(one, str) for one in _listed(value))


def _are_numbers(value: Any) -> bool:
    return _is_several(value) and all(map(_is_number, _listed(value)))


def _listed(value: Any) -> Iterable[Any]:
    """Return values to look at; none of an iterator, which can be read only once."""
    return value if hasattr(value, "__len__") else ()


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _are_two_texts(value: Any) -> bool:
    return isinstance(value, Sequence) and _are_texts(value) and len(value) == len("ab")


TEXT = Kind(lambda value: isinstance(value, str), "text", '"…"')
_FUNCTION = Kind(callable, "a function", "tp.paths.presence")
# Parameters of which the functions that read them say more.
_CHECKED_THERE = {
    "float": {"level"},
    "float | None": {"level"},
    "str | None": {"by", "time_format"},
    "str | Sequence[str]": {"journey"},
    "str | Sequence[str] | None": {"by", "tiebreak", "time"},
}
# Annotations that are checked on entry, part by part; what is not listed, functions check.
_KINDS = {
    "None": Kind(lambda value: value is None, "None"),
    "str": TEXT,
    "bool": Kind(_of_class("bool", "bool_"), "True or False", "True"),
    "float": Kind(_is_number, "a number", "0.95"),
    "dt.timedelta": Kind(
        _of_class("timedelta"), "a datetime.timedelta", "datetime.timedelta(days=7)"
    ),
    "tuple[str, str]": Kind(_are_two_texts, "two texts", '("before", "after")'),
    "Sequence[str]": Kind(
        lambda value: _has_order(value) and _are_texts(value), "a sequence of texts", '["…"]'
    ),
    "Collection[str]": Kind(_are_texts, "a sequence of texts", '["…"]'),
    "Iterable[str]": Kind(_are_texts, "a sequence of texts", '["…"]'),
    "Sequence[float]": Kind(_are_numbers, "a sequence of numbers", "[0.25, 0.75]"),
    "Mapping[str, str | Touchpoint]": Kind(
        _is_mapping, "a mapping of names to new names", '{"checkout": "purchase"}'
    ),
    "Sequence[Selector]": Kind(_is_sized, "a sequence of touchpoints", '["search", "purchase"]'),
    "Steps": Kind(
        _has_order,
        "a sequence of places, or a mapping of names to places",
        '["search", "purchase"]',
    ),
    "Mapping[str, str]": Kind(_is_mapping, "a mapping", '{"…": "…"}'),
    "Mapping[str, float]": Kind(_is_mapping, "a mapping", '{"…": 1}'),
    "Lens": Kind(
        lambda value: isinstance(value, str) or (_has_order(value) and _are_texts(value)),
        "a facet, a column or a sequence of them",
        '"channel"',
    ),
    "Sequence[Lens]": Kind(_is_sized, "a sequence of facets or columns", '["channel", "type"]'),
    "Progress": Kind(
        lambda value: value is True or value is False or callable(value),
        "True, False or a function of the parts done and their total",
        "True",
    ),
    "Statistic": _FUNCTION,
    "Measure": _FUNCTION,
    "Features": _FUNCTION,
    "OpeningHours": Kind(
        _of_class("OpeningHours"),
        "OpeningHours",
        'tp.OpeningHours(week={"mon-fri": "09:00-17:00"})',
    ),
    "Taxonomy": Kind(_of_class("Taxonomy"), "a Taxonomy", 'tp.load_taxonomy("customer")'),
    "SourceList": Kind(
        _of_class("SourceList"), "a SourceList", 'tp.classify.load_source_categories("sources.csv")'
    ),
    "SubstitutionCosts": Kind(
        _of_class("SubstitutionCosts"),
        "SubstitutionCosts",
        "tp.paths.substitution_costs(journeys)",
    ),
}


def public(function: F) -> F:
    """Check the calls of a public function against its signature; the signature stays visible.

    A call that does not fit raises a `WrongKindError` that says what the arguments are called, and
    so does an argument of a kind that its annotation excludes. A call that fits costs some
    microseconds more; nothing is prepared before the first call.
    """
    code = function.__code__
    by_place = code.co_varnames[: code.co_argcount]
    kinds: dict[str, tuple[Kind, ...]] = {}

    @functools.wraps(function)
    def checked(*given: Any, **named: Any) -> Any:
        if not kinds:
            kinds.update(_kinds_of(function))
        for name, value in (*zip(by_place, given, strict=False), *named.items()):
            wanted = kinds.get(name, ())
            if wanted and not any(one.holds(value) for one in wanted):
                from touchpoints._core.calls import wrong_argument

                raise wrong_argument(function, given, named, name, wanted)
        try:
            return function(*given, **named)
        except TypeError as error:
            inside = error.__traceback__ is None or error.__traceback__.tb_next is not None
            if inside:
                raise
            from touchpoints._core.calls import misfit

            raise misfit(function, given, named) from None

    return checked  # type: ignore[return-value]


def built_by_name(kind: type[T]) -> type[T]:
    """Check the calls that build a record against its fields; those that fit cost no more."""
    build = kind.__init__

    @functools.wraps(build)
    def checked(self: Any, *given: Any, **named: Any) -> None:
        try:
            build(self, *given, **named)
        except TypeError as error:
            inside = error.__traceback__ is None or error.__traceback__.tb_next is not None
            if inside:
                raise
            from touchpoints._core.calls import misfit

            raise misfit(kind, given, named) from None

    kind.__init__ = checked  # type: ignore[method-assign]
    return kind


def _kinds_of(function: Callable[..., Any]) -> dict[str, tuple[Kind, ...]]:
    """Return what to check of each parameter; a required text or object the function checks."""
    optional = {*(function.__kwdefaults__ or ()), *_with_default(function)}
    found: dict[str, tuple[Kind, ...]] = {"": ()}
    for name, annotation in function.__annotations__.items():
        parts = _UNION.split(str(annotation))
        if name in _CHECKED_THERE.get(str(annotation), ()):
            continue
        if all(part in _KINDS for part in parts) and (
            name in optional or len(parts) > 1 or parts[0] not in ("str", "Taxonomy")
        ):
            found[name] = tuple(_KINDS[part] for part in parts)
    return found


def _with_default(function: Callable[..., Any]) -> tuple[str, ...]:
    code, defaults = function.__code__, function.__defaults__ or ()
    return code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
