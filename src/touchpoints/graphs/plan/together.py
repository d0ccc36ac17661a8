"""Groups of planned touchpoints that may come in any order among themselves."""

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
    """The groups of a plan by name, and which group each touchpoint belongs to."""

    groups: Mapping[str, tuple[str, ...]]

    @property
    def of(self) -> dict[str, str]:
        """The group of each touchpoint that has one."""
        return {one: name for name, group in self.groups.items() for one in group}

    def all_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names, in place of a group and of one of a group all of the group."""
        of = self.of
        found = [self.groups.get(of.get(one, one), (one,)) for one in names]
        return tuple(dict.fromkeys(one for group in found for one in group))


def read_groups(fields: Fields, value: object, names: list[str]) -> Together:
    """Return the groups written down, and note every problem of them."""
    if not isinstance(value, Mapping):
        fields.expected('a table of groups, such as tests = ["blood", "x_ray"]', (_WHERE,), value)
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
        fields.note(where, "is the name of a touchpoint: call the group something else")
    texts = fields.texts(listed, where)
    taken = {one: other for other, group in others.items() for one in group}
    for one in dict.fromkeys(texts):
        if one not in names:
            fields.note(where, f"no touchpoint {one!r} here{did_you_mean(one, names)}")
        if one in taken:
            fields.note(where, f"{one!r} is already in the group {taken[one]!r}")
        if texts.count(one) > 1:
            fields.note(where, f"{one!r} is there twice: write repeated = true for it")
    places = sorted({names.index(one) for one in texts if one in names and one not in taken})
    if isinstance(listed, list) and len(set(texts)) < 2:
        fields.note(where, "a group is of two touchpoints or more")
    if len(places) > _MOST:
        fields.note(where, f"{len(places)} touchpoints in any order: at most {_MOST} can be")
        places = places[:_MOST]
    elif places and places[-1] - places[0] >= len(places):
        between = names[next(one for one in range(places[0], places[-1]) if one not in places)]
        fields.note(where, f"{between!r} stands between them: put them next to each other")
    return tuple(names[place] for place in places)


def check_then(fields: Fields, together: Together, tables: Mapping[str, Table]) -> None:
    """Note where ``then`` says what a group already says, or two things behind one group."""
    of = together.of
    said: dict[str, tuple[str, set[str]]] = {}
    for name, table in tables.items():
        if name not in of or not isinstance(table.get("then"), list):
            continue
        where = ("touchpoints", name, "then")
        texts = [one for one in table["then"] if isinstance(one, str)]
        inside = [one for one in texts if one != name and of[name] in (one, of.get(one))]
        for one in inside:
            fields.note(where, f"{one!r} is of the same group any_order.{of[name]}: leave it out")
        behind = set(together.all_of(one for one in texts if one not in (name, *inside)))
        first, others = said.setdefault(of[name], (name, behind))
        if behind != others:
            fields.note(
                where,
                f"leads elsewhere than {first!r} of the same group any_order.{of[name]}: "
                "what comes behind a group comes behind all of it",
            )


def followers(
    together: Together, name: str, tables: Mapping[str, Table], names: list[str]
) -> list[str]:
    """Return what may come behind a touchpoint: what is said of it or its group, else the next."""
    group = together.groups.get(together.of.get(name, ""), (name,))
    for one in (name, *group):
        then = tables[one].get("then")
        if isinstance(then, list):
            return [one for one in then if isinstance(one, str)]
    return names[max(names.index(one) for one in group) + 1 :][:1]


def check_sizes(
    fields: Fields, together: Together, planned: Mapping[str, PlannedTouchpoint]
) -> None:
    """Note groups that have too many orders to be told apart."""
    for name, group in together.groups.items():
        states = sum(planned[one].most or 1 for one in group) * 2 ** (len(group) - 1)
        if states > _MOST_STATES:
            what = f"{len(group)} touchpoints that may come so often have too many orders"
            fields.note((_WHERE, name), f"{what}: write repeated = true for any number")
