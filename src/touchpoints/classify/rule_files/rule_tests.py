"""Tests written beside the rules: an event, and the answer that is expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import quoted
from touchpoints.classify.contract.answers import NO_ANSWER, TYPE
from touchpoints.taxonomy._fields import Fields

KEYS = ("name", "event", "expect", "note")
"""The keys of a test."""

LEAVE_OUT = "leave_out"


@attrs.frozen
class RuleTest:
    """A test of a rule file.

    Attributes
    ----------
    number : int
        The number of the test in the file, from 1.
    name : str
        The name of the test; may be empty.
    event : FrozenMap of str to object
        The fields of the event.
    expected : FrozenMap of str to str
        The expected term of each facet or column, the type as ``"type"``, and the reason to leave
        the event out as ``"leave_out"``.
    """

    number: int
    name: str
    event: FrozenMap[str, Any]
    expected: FrozenMap[str, str]

    @property
    def label(self) -> str:
        """The number and the name of the test, for messages."""
        return f"test {self.number}{f' {quoted(self.name)}' if self.name else ''}"


def read_tests(entries: object, top: Fields) -> tuple[RuleTest, ...]:
    """Return the tests of a rule file; mistakes are noted with their test."""
    if not isinstance(entries, list | tuple):
        top.expected("a list of tables, each beginning with [[test]]", ("test",), entries)
        return ()
    found = []
    for number, entry in enumerate(entries, start=1):
        fields = Fields()
        found.append(_test(fields, entry, number))
        top.problems.extend(f"test {number}: {one}" for one in fields.problems)
    return tuple(found)


def _test(fields: Fields, entry: object, number: int) -> RuleTest:
    table = fields.table(entry, ())
    fields.known_keys(table, KEYS, ())
    name = fields.text(table["name"], ("name",)) if "name" in table else ""
    for key in ("event", "expect"):
        if table and key not in table:
            fields.note((key,), "it is missing")
    event = fields.table(table.get("event", {}), ("event",))
    expected = _expected(fields, table["expect"]) if "expect" in table else {}
    return RuleTest(number, name, FrozenMap(event), FrozenMap(expected))


def _expected(fields: Fields, value: object) -> dict[str, str]:
    if isinstance(value, str):
        return {TYPE: fields.text(value, ("expect",))}
    table = fields.table(value, ("expect",))
    columns = fields.text_table(table.pop("columns", {}), ("expect", "columns"))
    expected = {**fields.text_table(table, ("expect",)), **columns}
    if not expected and isinstance(value, Mapping):
        fields.note(("expect",), f"nothing is expected (write {NO_ANSWER!r} for no answer)")
    return expected
