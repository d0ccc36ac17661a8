"""Any-order groups: planned touchpoints that may come in any order among themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from touchpoints._core.messages import did_you_mean
from touchpoints.graphs.plan.model import PlannedTouchpoint
from touchpoints.taxonomy._fields import Fields, Table

_MOST = 8
_MOST_STATES = 4096
_WHERE = "any_order"


@attrs.frozen
class Together:
    """The any-order groups of a plan by name."""

    groups: Mapping[str, tuple[str, ...]]

    @property
    def of(self) -> dict[str, str]:
        """The group name of each touchpoint that belongs to a group."""
        return {one: name for name, group in self.groups.items() for one in group}

    def all_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names, with each group or member of a group replaced by all of its touchpoints."""
        of = self.of
        found = [self.groups.get(of.get(one, one), (one,)) for one in names]
        return tuple(dict.fromkeys(one for group in found for one in group))


def read_groups(fields: Fields, value: object, names: list[str]) -> Together:
    """Return the any-order groups of a plan, and note every problem."""
    if not isinstance(value, Mapping):
        fields.expected('a table of groups, like tests = ["blood", "x_ray"]', (_WHERE,), value)
        return Together({})
    groups: dict[str, tuple[str, ...]] = {}
    for name, listed in value.items():
        group = _group(fields, name, listed, names, groups)
        if len(group) > 1:
            groups[name] = group
    return Together(groups)


def _group(
    fields: Fields, name: str, listed: object, names: list[str], others: Mapping[str, Iterable[str]]
) -> tuple[str, ...]:
    """Return the touchpoints of one group, in the order of the file."""
    where = (_WHERE, name)
    if name in names:
        fields.note(where, "is the name of a touchpoint: rename the group")
    texts = fields.texts(listed, where)
    taken = {one: other for other, group in others.items() for one in group}
    for one in dict.fromkeys(texts):
        if one not in names:
            fields.note(where, f"no touchpoint {one!r} in this plan{did_you_mean(one, names)}")
        if one in taken:
            fields.note(where, f"{one!r} is already in the group {taken[one]!r}")
        if texts.count(one) > 1:
            fields.note(where, f"{one!r} occurs twice: write repeated = true in its table")
    positions = sorted({names.index(one) for one in texts if one in names and one not in taken})
    if isinstance(listed, list) and len(set(texts)) < 2:
        fields.note(where, "a group must have at least two touchpoints")
    if len(positions) > _MOST:
        what = f"a group must have at most {_MOST} touchpoints, got {len(positions)}"
        fields.note(where, what)
        positions = positions[:_MOST]
    elif positions and positions[-1] - positions[0] >= len(positions):
        gaps = (one for one in range(positions[0], positions[-1]) if one not in positions)
        between = names[next(gaps)]
        fields.note(where, f"{between!r} stands between its touchpoints: put them side by side")
    return tuple(names[position] for position in positions)


def check_then(fields: Fields, together: Together, tables: Mapping[str, Table]) -> None:
    """Note each ``then`` that names its own group or contradicts another ``then`` of the group."""
    of = together.of
    after: dict[str, tuple[str, set[str]]] = {}
    for name, table in tables.items():
        if name not in of or not isinstance(table.get("then"), list):
            continue
        where = ("touchpoints", name, "then")
        texts = [one for one in table["then"] if isinstance(one, str)]
        inside = [one for one in texts if one != name and of[name] in (one, of.get(one))]
        for one in inside:
            fields.note(where, f"{one!r} is in the same group any_order.{of[name]}: leave it out")
        following = set(together.all_of(one for one in texts if one not in (name, *inside)))
        first, others = after.setdefault(of[name], (name, following))
        if following != others:
            fields.note(
                where,
                f"differs from that of {first!r} in the same group any_order.{of[name]}: "
                "what follows a group follows all of its touchpoints",
            )


def followers(
    together: Together, name: str, tables: Mapping[str, Table], names: list[str]
) -> list[str]:
    """Return what may follow a touchpoint: ``then`` of its group, else the next in the file."""
    group = together.groups.get(together.of.get(name, ""), (name,))
    for one in (name, *group):
        then = tables[one].get("then")
        if isinstance(then, list):
            return [one for one in then if isinstance(one, str)]
    return names[max(names.index(one) for one in group) + 1 :][:1]


def check_sizes(
    fields: Fields, together: Together, planned: Mapping[str, PlannedTouchpoint]
) -> None:
    """Note groups whose alignment graph would have too many nodes."""
    for name, group in together.groups.items():
        states = sum(planned[one].max_occurrences or 1 for one in group) * 2 ** (len(group) - 1)
        if states > _MOST_STATES:
            what = f"its {len(group)} touchpoints with their repetitions have too many orders"
            fields.note((_WHERE, name), f"{what}: write repeated = true for any number")
