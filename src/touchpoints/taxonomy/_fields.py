"""Reading of values from nested tables; every unexpected value is noted with its dotted key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from touchpoints._core.messages import did_you_mean
from touchpoints._core.text import is_blank
from touchpoints.taxonomy._checks import at

Table = dict[str, Any]
KeyPath = tuple[str, ...]

_KINDS = {bool: "", int: "the number ", float: "the number ", str: "the text ", list: "the list "}


class Fields:
    """A reader of tables that collects all problems."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def note(self, where: KeyPath, what: str) -> None:
        """Add a problem with its dotted key; without a key it is about the whole table."""
        self.problems.append(f"{at(*where)}: {what}" if where else what)

    def expected(self, wanted: str, where: KeyPath, value: object) -> None:
        """Add the problem that a value is not of the kind that was expected."""
        self.note(where, f"expected {wanted}, found {_shown(value)}")

    def table(self, value: object, where: KeyPath) -> Table:
        """Return the value if it is a table, else note the problem and return an empty table."""
        if isinstance(value, Mapping):
            return dict(value)
        self.expected("a table", where, value)
        return {}

    def entries(self, value: object, where: KeyPath) -> dict[str, Table]:
        """Return a table of tables; entries that are not tables are noted and left out."""
        table = self.table(value, where)
        found = {name: self.table(entry, (*where, name)) for name, entry in table.items()}
        return {name: entry for name, entry in found.items() if isinstance(table[name], Mapping)}

    def text(self, value: object, where: KeyPath) -> str:
        """Return the value if it is text and not blank, else note the problem and return ""."""
        if isinstance(value, str) and not is_blank(value):
            return value
        if isinstance(value, str):
            self.note(where, "the text is empty")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self.note(where, f'expected text, found the number {value} (write "{value}")')
        else:
            self.expected("text", where, value)
        return ""

    def texts(self, value: object, where: KeyPath) -> tuple[str, ...]:
        """Return a list of texts; entries that are not texts are noted and left out."""
        if not isinstance(value, list | tuple):
            self.expected("a list of texts", where, value)
            return ()
        return tuple(text for one in value if (text := self.text(one, where)))

    def flag(self, value: object, where: KeyPath) -> bool:
        """Return the value if it is a bool, else note the problem and return False."""
        if isinstance(value, bool):
            return value
        self.expected("true or false", where, value)
        return False

    def text_table(self, value: object, where: KeyPath) -> dict[str, str]:
        """Return a table of texts; entries that are not texts are noted and left out."""
        table = self.table(value, where)
        return {name: text for name in table if (text := self.text(table[name], (*where, name)))}

    def known_keys(self, table: Table, known: Collection[str], where: KeyPath) -> None:
        """Note every key of a table that is not one of the known keys."""
        for name in table:
            if name not in known:
                hint = did_you_mean(name, known) or f" (known: {', '.join(known)})"
                self.note((*where, name), f"unknown key{hint}")


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    return (
        f"{_KINDS.get(type(value), '')}{value!r}" if type(value) is not bool else str(value).lower()
    )
