"""Names of a package that are imported when they are first asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

Lazily: TypeAlias = "tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]"


def attach(package: str, homes: str) -> Lazily:
    """Return what a package needs to import its names lazily, to be bound in its ``__init__``.

    Parameters
    ----------
    package
        The name of the package. None of its modules may be called like one of the names: Python
        would put the module in the place of the name as soon as it is imported.
    homes
        A line for each module, below the package, with the names that live there:
        ``model: Journey Journeys``. A line that starts with the colon names modules themselves.

    Returns
    -------
    tuple
        ``__getattr__``, ``__dir__`` and ``__all__``. Type checkers read the names in the
        ``__init__.pyi`` beside.
    """
    lines = (line.partition(":") for line in homes.splitlines())
    home_of = {name: home.strip() for home, _, names in lines for name in names.split()}

    def load(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = importlib.import_module(f"{package}.{home_of[name] or name}")
        value = getattr(found, name) if home_of[name] else found
        setattr(sys.modules[package], name, value)
        return value

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home_of})

    return load, listed, sorted(home_of)
