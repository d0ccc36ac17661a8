"""Rules that turn findings about touchpoints into levers, read from TOML."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs

from touchpoints._core.documents import tables_of
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import not_found, quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, WrongKindError

LEVERS = (
    *("training", "website_optimisation", "personalisation"),
    *("feedback", "quality_advertising", "incentive"),
)
TYPICAL = ("mean", "median")
STAKES = ("interactions", "journeys")

Bound = float | str
"""A number, or ``"mean"`` or ``"median"`` of all touchpoints."""


@attrs.frozen(kw_only=True)
class Rule:
    """One rule: which touchpoints, which findings, which lever."""

    id: str
    lever: str
    facets: FrozenMap[str, tuple[str, ...]]
    below: FrozenMap[str, Bound]
    above: FrozenMap[str, Bound]
    sure: bool
    stake: str
    say: FrozenMap[str, str]

    def measures(self) -> tuple[str, ...]:
        """Return the names of the measures that the rule asks for."""
        return (*self.below, *self.above)


def rules_of(source: Any) -> tuple[Rule, ...]:
    """Read rules from a TOML file, or from a mapping of the same shape; None for the built-in ones.

    Raises
    ------
    InvalidInputError
        When a rule lacks its id, its lever or a condition, or has what no rule has.
    """
    if source is None:
        return _built_in()
    if isinstance(source, Mapping):
        return _read(source, "rules")
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise InvalidInputError(
                f"the rules cannot be read: {error}", mend="rules= is the path of a TOML file"
            ) from error
        return _read(tables_of(text, where=path.name), path.name)
    raise WrongKindError(
        f"rules must be a TOML file or a mapping, got {quoted(source)}",
        mend='{"rule": [{"id": "…", "lever": "training", "below": {"score": 3}}]}',
    )


@cache
def _built_in() -> tuple[Rule, ...]:
    file = files("touchpoints.experience").joinpath("data", "improvement_rules.toml")
    return _read(tables_of(file.read_text(encoding="utf-8"), where=file.name), file.name)


def _read(document: Mapping[str, Any], where: str) -> tuple[Rule, ...]:
    rules = document.get("rule", [])
    if set(document) - {"rule"} or not isinstance(rules, (list, tuple)) or not rules:
        raise InvalidInputError(
            "rules must be one or more tables [[rule]], and nothing else", where=where
        )
    found = tuple(_rule(one, f"{where}, rule {number}") for number, one in enumerate(rules, 1))
    ids = [one.id for one in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise InvalidInputError(f"ids of rules must differ, got {twice[0]!r} twice", where=where)
    return found


def _rule(table: Any, where: str) -> Rule:
    if not isinstance(table, Mapping):
        raise InvalidInputError(f"a rule must be a table, got {quoted(table)}", where=where)
    known = [field.name for field in attrs.fields(Rule)]
    for name in table:
        if name not in known:
            raise not_found("field of a rule", name, known, where=where)
    lever = table.get("lever")
    if lever not in LEVERS:
        raise not_found("lever", lever, LEVERS, where=where)
    name = table.get("id")
    if not isinstance(name, str) or is_blank(name):
        raise InvalidInputError("a rule must have an id", where=where)
    below, above = (_bounds(table.get(one, {}), where) for one in ("below", "above"))
    if not below and not above:
        raise InvalidInputError(
            "a rule must have a condition", where=where, mend="below = { score = 3 }"
        )
    stake = table.get("stake", "")
    if stake not in ("", *STAKES):
        raise not_found("stake", stake, STAKES, where=where)
    sure = table.get("sure", True)
    if not isinstance(sure, bool):
        raise InvalidInputError(f"sure must be true or false, got {quoted(sure)}", where=where)
    return Rule(
        id=name,
        lever=str(lever),
        facets=_facets(table.get("facets", {}), where),
        below=below,
        above=above,
        sure=sure,
        stake=stake,
        say=_texts(table.get("say", {}), where),
    )


def _bounds(table: Any, where: str) -> FrozenMap[str, Bound]:
    if not isinstance(table, Mapping):
        raise InvalidInputError(
            f"conditions must be a table of measures, got {quoted(table)}", where=where
        )
    for name, bound in table.items():
        number = isinstance(bound, (int, float)) and not isinstance(bound, bool)
        if not (math.isfinite(bound) if number else bound in TYPICAL):
            raise InvalidInputError(
                f"the bound of {name!r} must be a number, 'mean' or 'median', got {quoted(bound)}",
                where=where,
            )
    return FrozenMap(table)


def _facets(table: Any, where: str) -> FrozenMap[str, tuple[str, ...]]:
    if not isinstance(table, Mapping):
        raise InvalidInputError(f"facets must be a table, got {quoted(table)}", where=where)
    found = {}
    for name, terms in table.items():
        listed = (terms,) if isinstance(terms, str) else terms
        if not isinstance(listed, Iterable) or not all(isinstance(one, str) for one in listed):
            raise InvalidInputError(
                f"the terms of {name!r} must be texts, got {quoted(terms)}", where=where
            )
        found[name] = tuple(listed)
    return FrozenMap(found)


def _texts(table: Any, where: str) -> FrozenMap[str, str]:
    if not isinstance(table, Mapping) or not all(isinstance(one, str) for one in table.values()):
        raise InvalidInputError(
            f"say must be a table of texts by language, got {quoted(table)}", where=where
        )
    return FrozenMap(table)
