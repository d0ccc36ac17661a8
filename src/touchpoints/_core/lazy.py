"""Lazy imports: names of a package that are imported on first access."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

Lazily: TypeAlias = "tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]"


def attach(package: str, homes: str) -> Lazily:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` for lazy imports of a package.

    Parameters
    ----------
    package
        The name of the package. No module of the package may have the same name as a lazy name:
        Python would bind the module to that name as soon as the module is imported.
    homes
        A line for each module of the package with the names that it defines:
        ``model: Journey Journeys``. A line that starts with the colon lists modules themselves.

    Returns
    -------
    tuple
        ``__getattr__``, ``__dir__`` and ``__all__``, to be bound in the package's ``__init__``.
        Type checkers read the names from the ``__init__.pyi`` next to it.
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
