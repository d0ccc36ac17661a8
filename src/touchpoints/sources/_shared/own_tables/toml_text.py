"""TOML text of plain values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from touchpoints._core.messages import quoted
from touchpoints.errors import WrongKindError

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_of(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Return tables as TOML, those without an entry left out."""
    parts = []
    for name, table in tables.items():
        if table:
            lines = [f"{key_of(key)} = {value_of(value)}" for key, value in table.items()]
            parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"


def key_of(name: str) -> str:
    """Return a key, quoted where TOML needs it."""
    return name if _BARE.fullmatch(name) else value_of(name)


def value_of(value: Any) -> str:
    """Return a text, truth value, number, list or mapping as TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        inside = (f"{key_of(key)} = {value_of(one)}" for key, one in value.items())
        return f"{{ {', '.join(inside)} }}" if value else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(value_of, value))}]"
    raise WrongKindError(f"a mapping cannot hold {quoted(value)}", mend="use text")
