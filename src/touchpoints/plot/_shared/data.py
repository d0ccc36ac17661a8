"""The data files of this package: widths of text, and words by language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from touchpoints._core.documents import tables_of
from touchpoints._core.frozen import FrozenMap


@cache
def read_data(name: str) -> Mapping[str, Any]:
    """Return the content of ``data/<name>.toml``; it is cached, so do not change what it holds."""
    file = files("touchpoints.plot").joinpath("data", f"{name}.toml")
    return FrozenMap(tables_of(file.read_text(encoding="utf-8"), where=file.name))


@cache
def languages_of_words() -> frozenset[str]:
    """Return the codes of the languages that have a file of words."""
    folder = files("touchpoints.plot").joinpath("data", "words")
    return frozenset(
        one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")
    )


@cache
def words_of(lang: str) -> Mapping[str, Any]:
    """Return the tables of words of a language; ``es-MX`` takes those of ``es``, else none."""
    code = lang
    while code and code not in languages_of_words():
        code = code.rpartition("-")[0]
    return read_data(f"words/{code}") if code else FrozenMap()
