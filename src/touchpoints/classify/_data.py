"""The TOML data files of this package, read on first use."""

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
    file = files("touchpoints.classify").joinpath("data", f"{name}.toml")
    return FrozenMap(tables_of(file.read_text(encoding="utf-8"), where=file.name))
