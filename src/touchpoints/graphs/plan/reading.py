"""Plans from TOML: touchpoints, their order, what may be left out; all problems at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import attrs
import networkx as nx

from touchpoints._core.checks import (
    require_kind,
    require_path,
)
from touchpoints._core.documents import all_problems, decoded, tables_of
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    did_you_mean,
)
from touchpoints.errors import TouchpointsError
from touchpoints.graphs.plan.model import Plan, PlannedTouchpoint
from touchpoints.graphs.plan.together import (
    Together,
    check_sizes,
    check_then,
    followers,
    read_groups,
)
from touchpoints.taxonomy import (
    Taxonomy,
    Touchpoint,
    load_taxonomy,
    parse_key,
    read_taxonomy,
    untyped,
)
from touchpoints.taxonomy._fields import Fields, Table

_TOP = ("name", "version", "taxonomy", "stages", "any_order", "touchpoints")
_ONE = ("label", "stage", "optional", "repeated", "then", "failures")
_MOST = 100


def read_plan(path: str | os.PathLike[str], *, taxonomy: Taxonomy | None = None) -> Plan:
    """Return the plan of a TOML file.

    Parameters
    ----------
    path
        The file. ``name``; optionally ``version``, ``taxonomy`` (a name `load_taxonomy` knows, or
        a path that ends in ``.toml``, relative to the file), ``[stages]`` (id = label, in order)
        and ``[any_order]`` (group = [touchpoints that may come in any order among themselves, two
        to eight, next to each other in the file]); then a table ``[touchpoints.NAME]`` for each
        touchpoint, in the order meant, with any of ``label``, ``stage``, ``optional = true``,
        ``repeated = true`` (or how often in a row at most), ``then = [what may come directly
        behind it]`` and ``failures = [touchpoints that say it failed]``.
        Without ``then`` it is the next one in the file; ``then = []`` ends the journey. What leads
        to one of a group in any order, or to the name of the group, leads to all of it; what comes
        behind it comes when all of it happened.
    taxonomy
        Used in place of the one the file names.

    Returns
    -------
    Plan

    Raises
    ------
    ProblemsError
        With every problem at once: unknown types and names (with near ones), circles, groups that
        overlap, what is missing, what nothing is called so.
    FileNotFoundError
        When there is no such file.
    WrongKindError
        When it is no path, or the taxonomy no `Taxonomy`.

    Notes
    -----
    With a taxonomy every name is the id of a type, meaning any touchpoint of that type, or a key
    such as ``live_chat[channel=app]``; without one it is raw text.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = '''
    ... name = "visit"
    ... [touchpoints.book]
    ... [touchpoints.reminder]
    ... optional = true
    ... [touchpoints.see_doctor]
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "visit.toml")
    ...     written = path.write_text(text, encoding="utf-8")
    ...     plan = read_plan(path)
    >>> plan.touchpoints["book"].then
    ('reminder',)
    """
    require_path(path, mend="tp.parse_plan(text) reads a plan written as text")
    shown = os.fspath(path)
    text = decoded(Path(path).read_bytes(), where=shown)
    return _plan_of_text(text, where=shown, folder=Path(path).parent, taxonomy=taxonomy)


def parse_plan(text: str, *, taxonomy: Taxonomy | None = None, where: str = "<text>") -> Plan:
    r"""Return the plan written in a TOML text.

    Parameters
    ----------
    text
        What a file would hold: see `read_plan`.
    taxonomy
        Used in place of the one the text names.
    where
        What the text is called in messages.

    Raises
    ------
    ProblemsError
        With every problem at once.
    WrongKindError
        When it is no text, or the taxonomy no `Taxonomy`.

    Examples
    --------
    >>> plan = parse_plan("name = 'visit'\n[touchpoints.book]\n[touchpoints.see_doctor]")
    >>> plan.first, plan.last
    (('book',), ('see_doctor',))
    """
    require_kind(text, str, takes="a plan as TOML text", mend="tp.read_plan(path) reads a file")
    return _plan_of_text(text, where=where, folder=None, taxonomy=taxonomy)


def _plan_of_text(text: str, *, where: str, folder: Path | None, taxonomy: Taxonomy | None) -> Plan:
    if taxonomy is not None:
        mend = "tp.load_taxonomy(name) or tp.read_taxonomy(path) gives one"
        require_kind(taxonomy, Taxonomy, takes="a Taxonomy as taxonomy=", mend=mend)
    document = tables_of(text, where=where)
    fields = Fields()
    plan = _Reader(document, fields, folder, taxonomy).plan()
    if fields.problems:
        raise all_problems(where, fields.problems)
    return plan


@attrs.frozen
class _Reader:
    """Builds a plan from a document, and keeps a note of every problem."""

    document: Table
    fields: Fields
    folder: Path | None
    given: Taxonomy | None

    def plan(self) -> Plan:
        """Return the plan; of one with problems something."""
        fields, document = self.fields, self.document
        fields.known_keys(document, _TOP, ())
        if "name" not in document:
            fields.note(("name",), "there is none")
        name = fields.text(document.get("name", "unnamed"), ("name",))
        version = fields.text(document.get("version", "1"), ("version",))
        taxonomy = self.taxonomy()
        stages = fields.text_table(document.get("stages", {}), ("stages",))
        tables = fields.entries(document.get("touchpoints", {}), ("touchpoints",))
        if "touchpoints" not in document or document["touchpoints"] == {}:
            fields.note(("touchpoints",), "there is none")
        together = read_groups(fields, document.get("any_order", {}), list(tables))
        check_then(fields, together, tables)
        planned = {
            one: self.planned(one, tables, stages=stages, together=together, taxonomy=taxonomy)
            for one in tables
        }
        check_sizes(fields, together, planned)
        self.twice(planned)
        self.circles(planned)
        return Plan(
            name=name,
            version=version,
            stages=FrozenMap(stages),
            touchpoints=FrozenMap(planned),
            taxonomy=taxonomy,
        )

    def taxonomy(self) -> Taxonomy | None:
        """Return the taxonomy given, else the one the plan names."""
        if "taxonomy" not in self.document:
            return self.given
        name = self.fields.text(self.document["taxonomy"], ("taxonomy",))
        if self.given is not None or not name:
            return self.given
        try:
            if name.endswith(".toml"):
                return read_taxonomy(name if self.folder is None else self.folder / name)
            return load_taxonomy(name)
        except FileNotFoundError:
            self.fields.note(("taxonomy",), f"there is no file {name!r}")
        except TouchpointsError as error:
            self.fields.note(("taxonomy",), error.what)
        return None

    def planned(
        self,
        name: str,
        tables: Mapping[str, Table],
        *,
        stages: Mapping[str, str],
        together: Together,
        taxonomy: Taxonomy | None,
    ) -> PlannedTouchpoint:
        """Return one touchpoint."""
        fields, where, table = self.fields, ("touchpoints", name), tables[name]
        fields.known_keys(table, _ONE, where)
        stage = fields.text(table["stage"], (*where, "stage")) if "stage" in table else ""
        if stage and stage not in stages:
            hint = did_you_mean(stage, stages)
            fields.note((*where, "stage"), f"no stage {stage!r}{hint}")
        failures = fields.texts(table.get("failures", []), (*where, "failures"))
        for one in failures:
            if one in tables:
                fields.note((*where, "failures"), f"{one!r} is planned, so it is no failure")
            self.meaning(one, taxonomy, (*where, "failures"))
        return PlannedTouchpoint(
            name=name,
            touchpoint=self.meaning(name, taxonomy, where),
            label=fields.text(table["label"], (*where, "label")) if "label" in table else "",
            stage=stage,
            optional=fields.flag(table.get("optional", False), (*where, "optional")),
            most=self.most(table.get("repeated", False), (*where, "repeated")),
            then=self.then(name, tables, together),
            failures=failures,
            any_order=together.of.get(name, ""),
        )

    def meaning(self, name: str, taxonomy: Taxonomy | None, where: tuple[str, ...]) -> Touchpoint:
        """Return the touchpoint a name means."""
        if taxonomy is None:
            return untyped(name)
        try:
            head, facets = parse_key(name)
            return taxonomy.touchpoint(head, **facets)
        except TouchpointsError as error:
            self.fields.note(where, error.what)
        return untyped(name)

    def most(self, value: object, where: tuple[str, ...]) -> int | None:
        """Return how often in a row a touchpoint may happen."""
        if isinstance(value, bool):
            return None if value else 1
        if isinstance(value, int) and 1 <= value <= _MOST:
            return value
        self.fields.expected(f"true, false or a whole number from 1 to {_MOST}", where, value)
        return 1

    def then(self, name: str, tables: Mapping[str, Table], together: Together) -> tuple[str, ...]:
        """Return what may come behind: what is said, else the next in the file."""
        names, where = list(tables), ("touchpoints", name, "then")
        known = {*names, *together.groups}
        for one in self.fields.texts(tables[name].get("then", []), where):
            if one not in known:
                self.fields.note(where, f"no touchpoint {one!r} here{did_you_mean(one, known)}")
            elif one == name:
                self.fields.note(where, "leads to itself: write repeated = true")
        then = together.all_of(followers(together, name, tables, names))
        itself = together.all_of([name])
        return tuple(one for one in then if one in names and one not in itself)

    def twice(self, planned: Mapping[str, PlannedTouchpoint]) -> None:
        """Note failures that belong to two touchpoints, and two names of one touchpoint."""
        owners: dict[str, str] = {}
        names: dict[str, str] = {}
        for name, one in planned.items():
            first = names.setdefault(one.touchpoint.key, name)
            if first != name:
                self.fields.note(("touchpoints", name), f"is the same touchpoint as {first!r}")
            for failure in one.failures:
                first = owners.setdefault(failure, name)
                if first != name:
                    where = ("touchpoints", name, "failures")
                    self.fields.note(where, f"{failure!r} is already a failure of {first!r}")

    def circles(self, planned: Mapping[str, PlannedTouchpoint]) -> None:
        """Note each group of touchpoints that lead back to each other."""
        G = nx.DiGraph((name, two) for name, one in planned.items() for two in one.then)
        for group in nx.strongly_connected_components(G):
            if len(group) > 1:
                circle = nx.find_cycle(G, min(group, key=list(planned).index))
                shown = " > ".join([*(edge[0] for edge in circle), circle[-1][1]])
                where = ("touchpoints", circle[0][0], "then")
                said = f"goes round in a circle: {shown} (in any order? [any_order])"
                self.fields.note(where, said)
