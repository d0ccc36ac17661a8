"""The TOML data files of this package, read on first use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from touchpoints._core.documents import tables_of
from touchpoints._core.frozen import FrozenMap


@cache
def data_names(beginning: str) -> tuple[str, ...]:
    """Return the names of the files whose name begins so, such as one for each language."""
    names = (one.name for one in files("touchpoints.classify").joinpath("data").iterdir())
    return tuple(sorted(one.removesuffix(".toml") for one in names if one.startswith(beginning)))


@cache
def read_data(name: str) -> Mapping[str, Any]:
    """Return the content of ``data/<name>.toml``; it is cached, so do not change what it holds."""
    file = files("touchpoints.classify").joinpath("data", f"{name}.toml")
    return FrozenMap(tables_of(file.read_text(encoding="utf-8"), where=file.name))
