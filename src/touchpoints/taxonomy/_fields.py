"""Values taken out of nested tables; whatever is not as expected is noted, with its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from touchpoints._core.messages import did_you_mean
from touchpoints.taxonomy._checks import place

Table = dict[str, Any]
Place = tuple[str, ...]

_KINDS = {bool: "", int: "the number ", float: "the number ", str: "the text ", list: "the list "}


class Fields:
    """Reads tables and keeps a note of every problem met on the way."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def note(self, where: Place, what: str) -> None:
        """Keep a problem and its place."""
        self.problems.append(f"{place(*where)}: {what}")

    def expected(self, wanted: str, where: Place, value: object) -> None:
        """Keep a problem of kind: something else than what was wanted is there."""
        self.note(where, f"expected {wanted}, found {_shown(value)}")

    def table(self, value: object, where: Place) -> Table:
        """Return a table, an empty one in place of anything else."""
        if isinstance(value, Mapping):
            return dict(value)
        self.expected("a table", where, value)
        return {}

    def entries(self, value: object, where: Place) -> dict[str, Table]:
        """Return a table of tables, without the entries that are none."""
        table = self.table(value, where)
        found = {name: self.table(entry, (*where, name)) for name, entry in table.items()}
        return {name: entry for name, entry in found.items() if isinstance(table[name], Mapping)}

    def text(self, value: object, where: Place) -> str:
        """Return a text, an empty one in place of anything else."""
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, str):
            self.note(where, "the text is empty")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self.note(where, f'expected text, found the number {value} (write "{value}")')
        else:
            self.expected("text", where, value)
        return ""

    def texts(self, value: object, where: Place) -> tuple[str, ...]:
        """Return a list of texts, without the entries that are none."""
        if not isinstance(value, list | tuple):
            self.expected("a list of texts", where, value)
            return ()
        return tuple(text for one in value if (text := self.text(one, where)))

    def flag(self, value: object, where: Place) -> bool:
        """Return true or false, false in place of anything else."""
        if isinstance(value, bool):
            return value
        self.expected("true or false", where, value)
        return False

    def text_table(self, value: object, where: Place) -> dict[str, str]:
        """Return a table of texts, without the entries that are none."""
        table = self.table(value, where)
        return {name: text for name in table if (text := self.text(table[name], (*where, name)))}

    def known_keys(self, table: Table, known: Collection[str], where: Place) -> None:
        """Note the keys that mean nothing here."""
        for name in table:
            if name not in known:
                hint = did_you_mean(name, known) or f" (known: {', '.join(known)})"
                self.note((*where, name), f"nothing is called so here{hint}")


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    return (
        f"{_KINDS.get(type(value), '')}{value!r}" if type(value) is not bool else str(value).lower()
    )
