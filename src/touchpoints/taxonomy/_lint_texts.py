"""The messages of the linter, one file for each language: the finding, and how to mend it."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple

from touchpoints._core.documents import tables_of
from touchpoints._core.messages import did_you_mean
from touchpoints.errors import InvalidInputError

Severity = Literal["error", "warning", "note"]

SEVERITIES: dict[str, Severity] = {
    "TP001": "warning",
    "TP002": "warning",
    "TP003": "warning",
    "TP004": "warning",
    "TP005": "note",
    "TP006": "note",
    "TP007": "note",
    "TP008": "warning",
    "TP009": "error",
    "TP010": "warning",
}


class Text(NamedTuple):
    """The message of a finding and its mend, with the names of the facts in braces."""

    what: str
    mend: str


@cache
def spoken() -> tuple[str, ...]:
    """Return the languages in which there are messages."""
    return tuple(sorted(one.name.removesuffix(".toml") for one in _folder().iterdir()))


@cache
def texts_in(lang: str) -> dict[str, Text]:
    """Return the messages in a language, by code, with a suffix where a code has several."""
    if lang not in spoken():
        known = ", ".join(map(repr, spoken()))
        hint = did_you_mean(str(lang), spoken())
        raise InvalidInputError(f"lang={lang!r} is not an option{hint}", mend=f"one of {known}")
    name = f"{lang}.toml"
    tables = tables_of(_folder().joinpath(name).read_text(encoding="utf-8"), where=name)
    return {case: Text(**table) for case, table in tables.items()}


def _folder() -> Any:
    from importlib.resources import files

    return files("touchpoints.taxonomy").joinpath("data", "lint")


def code_of(case: str) -> str:
    """Return the code of a case such as ``"TP004.labels"``."""
    return case.partition(".")[0]
