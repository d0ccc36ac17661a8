"""Read the ``when`` of a rule from the tables of the file, and note every mistake in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from touchpoints._core.messages import did_you_mean, quoted
from touchpoints._core.text import fold_spaced, is_blank
from touchpoints.classify.rule_files.beside import lines_beside
from touchpoints.classify.rule_files.comparisons import (
    Among,
    Bound,
    Comparison,
    Contains,
    HasWords,
    Matches,
    Missing,
    Verb,
    Within,
)
from touchpoints.classify.rule_files.conditions import Clause, Condition, Either, Every, Not
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.classify.text.folding import Notation, instant_in
from touchpoints.classify.text.phrases import has_star_before, words_of_phrase
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy._fields import Fields, KeyPath

"""The keys that join conditions."""

COMPARING = (
    *("equals", "in", "contains", "starts", "ends", "words", "regex", "min", "max", "missing"),
    "not",
)
"""The keys that compare a field."""

LISTING = ("in", "contains", "starts", "ends", "words")
"""The comparisons whose values may stand in a file."""

SEARCHING = ("contains", "starts", "ends")
"""The comparisons with parts of a text."""

MAX_SEARCHED = 10_000
"""How many texts of a file may be searched for in each value; ``in`` has no such limit."""

_MEANT = {
    **dict.fromkeys(["exists", "present", "known"], "missing = false"),
    **dict.fromkeys(["null", "empty", "absent"], "missing = true"),
    **dict.fromkeys(["eq", "is", "==", "="], "equals"),
    **dict.fromkeys(["one_of", "among", "any_of", "isin"], "in"),
    **dict.fromkeys(["has", "includes", "like"], "contains"),
    **dict.fromkeys(["in_file", "file", "list"], 'in = { file = "values.txt" }'),
    **dict.fromkeys(["word", "phrase", "phrases"], "words"),
    **dict.fromkeys(["startswith", "starts_with", "prefix"], "starts"),
    **dict.fromkeys(["endswith", "ends_with", "suffix"], "ends"),
    **dict.fromkeys(["matches", "match", "pattern", "regexp", "re"], "regex"),
    **dict.fromkeys(["gte", "ge", "gt", "at_least", "from", ">="], "min"),
    **dict.fromkeys(["lte", "le", "lt", "at_most", "to", "<="], "max"),
    **dict.fromkeys(["between", "range"], "min and max"),
    **dict.fromkeys(["ne", "not_equals", "!="], "not.equals"),
    "not_in": "not.in",
}
_MAX_DEPTH = 20
_NEVER = Either(())


class ConditionReader:
    """Reads conditions and notes every mistake.

    Parameters
    ----------
    fields
        Where mistakes are noted.
    folded
        Whether texts are compared without case and accents.
    notation
        How the log writes numbers and dates.
    folder
        The folder of the rule file, for lists of values in files; None for a mapping.
    """

    def __init__(
        self, fields: Fields, *, folded: bool, notation: Notation, folder: Path | None
    ) -> None:
        self._fields = fields
        self._folded = folded
        self._notation = notation
        self._folder = folder

    def condition(self, value: object, where: KeyPath) -> Condition:
        """Return the condition of a table: the conjunction of its entries."""
        if len(where) > _MAX_DEPTH:
            self._fields.note(where, "conditions are nested too deeply")
            return _NEVER
        table = self._fields.table(value, where)
        parts = [self._part(str(key), table[key], (*where, str(key))) for key in table]
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _part(self, key: str, value: object, where: KeyPath) -> Condition:
        if key == "not":
            return Not(self._some(value, where))
        if key in ("all", "any"):
            parts = self._several(value, where)
            return Every(parts) if key == "all" else Either(parts)
        return self._field(key, value, where)

    def _some(self, value: object, where: KeyPath) -> Condition:
        """Return the condition of a table that must not be empty."""
        if isinstance(value, Mapping) and not value:
            self._fields.note(where, "the condition is empty")
        return self.condition(value, where)

    def _several(self, value: object, where: KeyPath) -> tuple[Condition, ...]:
        if not isinstance(value, list | tuple) or not value:
            self._fields.expected("a list of tables, each a condition", where, value)
            return ()
        return tuple(
            self._some(one, (*where, str(number))) for number, one in enumerate(value, start=1)
        )

    def _field(self, name: str, value: object, where: KeyPath) -> Condition:
        if isinstance(value, list | tuple):
            return Clause(name, self._among(value, where))
        if not isinstance(value, Mapping):
            return Clause(name, self._among([value], where))
        if not value:
            self._fields.note(where, "the field has no comparison")
        known = {key: value[key] for key in value if self._is_known(str(key), value[key], where)}
        parts: list[Condition] = [
            self._compared(name, key, operand=known[key], where=(*where, key))
            for key in known
            if key not in ("min", "max")
        ]
        if "min" in known or "max" in known:
            parts.append(Clause(name, self._within(known, where)))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _is_known(self, key: str, operand: object, where: KeyPath) -> bool:
        if key in COMPARING:
            return True
        if isinstance(operand, Mapping):
            name = f"{where[-1]}.{key}"
            hint = f' (quote the name of a field that has a dot: "{name}")'
        elif key in _MEANT:
            hint = f" (write {_MEANT[key]})"
        else:
            hint = did_you_mean(key, COMPARING) or f" (known: {', '.join(COMPARING)})"
        self._fields.note((*where, key), f"no such comparison{hint}")
        return False

    def _compared(self, name: str, key: str, *, operand: Any, where: KeyPath) -> Condition:
        if key == "not":
            inner = operand if isinstance(operand, Mapping | list) else [operand]
            return Not(self._field(name, inner, where))
        if key == "missing":
            missing = Clause(name, Missing())
            return missing if self._fields.flag(operand, where) else Not(missing)
        operand = self._listed(operand, key, where)
        if operand is None:
            return _NEVER
        if key == "in" and not isinstance(operand, list | tuple):
            self._fields.expected("a list", where, operand)
            return _NEVER
        if key in ("equals", "in"):
            values = operand if key == "in" else [operand]
            return Clause(name, self._among(values, where))
        comparison = self._regex(operand, where) if key == "regex" else None
        if key == "words":
            comparison = self._words(operand, where)
        if key in ("contains", "starts", "ends"):
            comparison = self._contains(operand, cast("Verb", key), where=where)
        return _NEVER if comparison is None else Clause(name, comparison)

    def _listed(self, operand: Any, key: str, where: KeyPath) -> Any:
        """Return an operand; of ``{ file = "…" }`` the values in the file, None for a mistake."""
        if not isinstance(operand, Mapping) or key not in LISTING:
            return operand
        table = self._fields.table(operand, where)
        self._fields.known_keys(table, ("file",), where)
        name = self._fields.text(table.get("file", ""), (*where, "file"))
        if not name:
            return None
        try:
            found = lines_beside(self._folder, name)
        except InvalidInputError as error:
            self._fields.note((*where, "file"), error.what)
            return None
        if key != "in" and len(found) > MAX_SEARCHED:
            self._fields.note(
                (*where, "file"),
                f"{key} searches for at most {MAX_SEARCHED:,} texts, the file has {len(found):,}",
            )
            return None
        return found

    def _among(self, values: Any, where: KeyPath) -> Among:
        if not values:
            self._fields.note(where, "the list is empty, so the condition can never hold")
        texts: set[str] = set()
        numbers: set[float] = set()
        flags: set[bool] = set()
        for one in values:
            if isinstance(one, bool):
                flags.add(one)
            elif isinstance(one, int | float):
                numbers.add(one)
            elif isinstance(one, dt.date | dt.time):
                self._fields.note(where, "a date is compared with min and max")
            elif text := self._text(one, where):
                texts.add(text)
        return Among(
            frozenset(texts),
            frozenset(numbers),
            frozenset(flags),
            notation=self._notation,
            shown=tuple(values),
        )

    def _contains(self, operand: Any, verb: Verb, *, where: KeyPath) -> Comparison | None:
        given = list(operand) if isinstance(operand, list | tuple) else [operand]
        if not given:
            self._fields.note(where, "the list is empty, so the condition can never hold")
        texts = tuple(text for one in given if (text := self._text(one, where)))
        return Contains(texts, verb) if texts else None

    def _words(self, operand: Any, where: KeyPath) -> Comparison | None:
        given = self._fields.texts(
            operand if isinstance(operand, list | tuple) else [operand], where
        )
        if isinstance(operand, list | tuple) and not operand:
            self._fields.note(where, "the list is empty, so the condition can never hold")
        found = {text: words_of_phrase(text) for text in given}
        for text, words in found.items():
            if not words:
                self._fields.note(where, f"{quoted(text)} has no words")
            elif has_star_before(text):
                self._fields.note(
                    where,
                    f"{quoted(text)} has a star that is not at the end of a word: "
                    f"write regex = {quoted(_pattern(text))}",
                )
        return HasWords(tuple(filter(None, found.values())), shown=given) if any(found) else None

    def _text(self, value: object, where: KeyPath) -> str:
        """Return a text in the form in which it is compared; note a mistake when it is empty."""
        if isinstance(value, str) and is_blank(value):
            self._fields.note(where, "the text is empty (write missing = true for no value)")
            return ""
        text = self._fields.text(value, where)
        if "*" in text:
            self._fields.note(where, _star_problem(text, str(where[-1])))
        plain = self._plain(text)
        if text and not plain:
            self._fields.note(where, f"{text!r} is empty without its accents and spaces")
        return plain

    def _plain(self, text: str) -> str:
        return fold_spaced(text) if self._folded else text

    def _regex(self, operand: object, where: KeyPath) -> Comparison | None:
        text = self._fields.text(operand, where)
        if not text:
            return None
        try:
            return Matches(Pattern(text, folded=self._folded))
        except InvalidInputError as error:
            at = f" ({error.where})" if error.where else ""
            caret = f"\n{error.mend}" if error.mend else ""
            self._fields.note(where, f"{error.what}{at}{caret}")
            return None

    def _within(self, table: Mapping[str, Any], where: KeyPath) -> Within:
        given = [self._bound(table.get(key), (*where, key)) for key in ("min", "max")]
        lower, upper = given
        types = [type(one).__name__ for one in given if one is not None]
        if len(set(types)) > 1:
            self._fields.note(
                where, f"min and max must be of the same type, got {' and '.join(types)}"
            )
            return Within()
        if lower is not None and upper is not None and cast("Any", lower) > upper:
            self._fields.note(
                where, f"min {lower} is above max {upper}, so the condition can never hold"
            )
        return Within(lower, upper, notation=self._notation)

    def _bound(self, value: object, where: KeyPath) -> Bound | None:
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
            return value
        if isinstance(value, dt.date):
            return instant_in(value)
        self._fields.expected(f"a number or a date{self._bound_hint(value)}", where, value)
        return None

    def _bound_hint(self, value: object) -> str:
        """Return how to write a bound that is given as text."""
        if not isinstance(value, str):
            return ""
        number, instant = self._notation.number(value), self._notation.instant(value)
        meant = number if number is not None else instant and instant.date()
        if meant is not None:
            return f" without quotation marks ({meant})"
        dated = any(one.isdigit() for one in value)
        return ", without quotation marks, such as 200 or 2026-11-25" if dated else ""


def _pattern(text: str) -> str:
    """Return the regular expression of a text in which stars stand for anything."""
    return ".*".join(map(re.escape, text.strip("*").split("*")))


def _star_problem(text: str, key: str) -> str:
    """Return what to write instead of a text with a star, in the comparison with this key."""
    inner = text.strip("*")
    if key in SEARCHING and inner:
        open_end = {"starts": text.startswith("*"), "ends": text.endswith("*")}.get(key, False)
        part = f"{'contains' if open_end else key} = {quoted(inner)}"
        meant = f"regex = {quoted(_pattern(text))}" if "*" in inner else part
    elif not inner or "*" in inner:
        pattern = ".*".join(map(re.escape, text.split("*")))
        meant = f"regex = '^{pattern}$'"
    else:
        verb = {(False, True): "starts", (True, False): "ends"}.get(
            (text.startswith("*"), text.endswith("*")), "contains"
        )
        meant = f"{verb} = {quoted(inner)}"
    return (
        f"{quoted(text)} has a star, which stands for any ending only in words: write {meant}, "
        r"or regex = '\*' for a star itself"
    )
