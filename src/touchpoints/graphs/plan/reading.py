"""Reading plans from TOML: touchpoints, order and options; all problems are reported together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import attrs
import networkx as nx

from touchpoints._core.checks import (
    public,
    require_kind,
    require_path,
)
from touchpoints._core.documents import all_problems, decoded, tables_of
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    did_you_mean,
)
from touchpoints._core.text import is_blank
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
    MISSING,
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


@public
def read_plan(path: str | os.PathLike[str], *, taxonomy: Taxonomy | None = None) -> Plan:
    """Read a plan from a TOML file.

    Parameters
    ----------
    path
        The path of the file. It contains ``name``; optionally ``version``, ``taxonomy`` (a name
        known to `load_taxonomy`, or a path that ends in ``.toml``, relative to the file),
        ``[stages]`` (id = label, in order) and ``[any_order]`` (group = [two to eight touchpoints,
        next to each other in the file, that may come in any order among themselves]); then a table
        ``[touchpoints.NAME]`` for each touchpoint, in the planned order. Each table may have
        ``label``, ``stage``, ``optional = true``, ``repeated = true`` (or the largest number of
        times in a row), ``then = [touchpoints that may directly follow]`` and ``failures =
        [touchpoints that mean that this one failed]``. By default ``then`` is the next touchpoint
        in the file; ``then = []`` ends the journey. What leads to one touchpoint of an any-order
        group, or to the name of the group, leads to all of them; what follows the group comes
        after all of them.
    taxonomy
        A taxonomy to use instead of the one named in the file.

    Returns
    -------
    Plan

    Raises
    ------
    ProblemsError
        With all problems together: unknown types and names (with similar ones), cycles,
        overlapping groups, missing entries, unknown keys.
    FileNotFoundError
        When the file does not exist.
    WrongKindError
        When ``path`` is not a path, or ``taxonomy`` is not a `Taxonomy`.

    See Also
    --------
    parse_plan : The same from a text.
    plan_graph : The plan as a graph.
    tp.paths.conformance : Where journeys deviate from the plan.
    tp.paths.fitness : How well journeys fit the plan.

    Notes
    -----
    With a taxonomy each name is the id of a type, meaning any touchpoint of that type, or a key,
    for example ``live_chat[channel=app]``. Without a taxonomy names are raw text.

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


@public
def parse_plan(text: str, *, taxonomy: Taxonomy | None = None, where: str = "<text>") -> Plan:
    r"""Parse a plan from a TOML text.

    Parameters
    ----------
    text
        The text in the format of the file of `read_plan`.
    taxonomy
        A taxonomy to use instead of the one named in the text.
    where
        The name of the text in error messages.

    Returns
    -------
    Plan

    Raises
    ------
    ProblemsError
        With all problems together.
    WrongKindError
        When ``text`` is not a str, or ``taxonomy`` is not a `Taxonomy`.

    See Also
    --------
    read_plan : The same from a file.
    plan_graph : The plan as a graph.

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
        mend = "tp.load_taxonomy(name) or tp.read_taxonomy(path) returns one"
        require_kind(taxonomy, Taxonomy, takes="a Taxonomy as taxonomy=", mend=mend)
    document = tables_of(text, where=where)
    fields = Fields()
    plan = _Reader(document, fields, folder, taxonomy).plan()
    if fields.problems:
        raise all_problems(where, fields.problems)
    return plan


@attrs.frozen
class _Reader:
    """Build a plan from a parsed document and collect every problem."""

    document: Table
    fields: Fields
    folder: Path | None
    given: Taxonomy | None

    def plan(self) -> Plan:
        """Return the plan; if problems were noted, an arbitrary one."""
        fields, document = self.fields, self.document
        fields.known_keys(document, _TOP, ())
        if "name" not in document:
            fields.note(("name",), "is missing")
        name = fields.text(document.get("name", "unnamed"), ("name",))
        version = fields.text(document.get("version", "1"), ("version",))
        taxonomy = self.taxonomy()
        stages = fields.text_table(document.get("stages", {}), ("stages",))
        for stage in stages:
            if is_blank(stage):
                fields.note(("stages", stage), "the id of the stage is empty")
        tables = fields.entries(document.get("touchpoints", {}), ("touchpoints",))
        if "touchpoints" not in document or document["touchpoints"] == {}:
            fields.note(("touchpoints",), "must contain at least one touchpoint")
        together = read_groups(fields, document.get("any_order", {}), list(tables))
        check_then(fields, together, tables)
        planned = {
            one: self.planned(one, tables, stages=stages, together=together, taxonomy=taxonomy)
            for one in tables
        }
        check_sizes(fields, together, planned)
        self.duplicates(planned)
        self.cycles(planned)
        return Plan(
            name=name,
            version=version,
            stages=FrozenMap(stages),
            touchpoints=FrozenMap(planned),
            taxonomy=taxonomy,
        )

    def taxonomy(self) -> Taxonomy | None:
        """Return the taxonomy passed in, else the one named in the plan."""
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
            self.fields.note(("taxonomy",), f"the file {name!r} does not exist")
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
        """Return the planned touchpoint of a name."""
        fields, where, table = self.fields, ("touchpoints", name), tables[name]
        if is_blank(name):
            fields.note(where, "the name of the touchpoint is empty")
        fields.known_keys(table, _ONE, where)
        stage = fields.text(table["stage"], (*where, "stage")) if "stage" in table else ""
        if stage and stage not in stages:
            hint = did_you_mean(stage, stages)
            fields.note((*where, "stage"), f"no stage {stage!r}{hint}")
        failures = fields.texts(table.get("failures", []), (*where, "failures"))
        for one in failures:
            if one in tables:
                fields.note(
                    (*where, "failures"),
                    f"{one!r} is a planned touchpoint, so it cannot be a failure",
                )
            self.meaning(one, taxonomy, (*where, "failures"))
        return PlannedTouchpoint(
            name=name,
            touchpoint=self.meaning(name, taxonomy, where),
            label=fields.text(table["label"], (*where, "label")) if "label" in table else "",
            stage=stage,
            optional=fields.flag(table.get("optional", False), (*where, "optional")),
            max_occurrences=self.occurrences(table.get("repeated", False), (*where, "repeated")),
            then=self.then(name, tables, together),
            failures=failures,
            any_order=together.of.get(name, ""),
        )

    def meaning(self, name: str, taxonomy: Taxonomy | None, where: tuple[str, ...]) -> Touchpoint:
        """Return the touchpoint that a name means; a blank name, noted already, means none."""
        if is_blank(name):
            return MISSING
        if taxonomy is None:
            return untyped(name)
        try:
            head, facets = parse_key(name)
            return taxonomy.touchpoint(head, **facets)
        except TouchpointsError as error:
            self.fields.note(where, error.what)
        return untyped(name)

    def occurrences(self, value: object, where: tuple[str, ...]) -> int | None:
        """Return how often in a row a touchpoint may happen, None for any number."""
        if isinstance(value, bool):
            return None if value else 1
        if isinstance(value, int) and 1 <= value <= _MOST:
            return value
        self.fields.expected(f"true, false or an integer from 1 to {_MOST}", where, value)
        return 1

    def then(self, name: str, tables: Mapping[str, Table], together: Together) -> tuple[str, ...]:
        """Return the touchpoints that may directly follow: ``then``, else the next in the file."""
        names, where = list(tables), ("touchpoints", name, "then")
        known = {*names, *together.groups}
        for one in self.fields.texts(tables[name].get("then", []), where):
            if one not in known:
                self.fields.note(
                    where, f"no touchpoint {one!r} in this plan{did_you_mean(one, known)}"
                )
            elif one == name:
                self.fields.note(where, "leads to itself: write repeated = true")
        then = together.all_of(followers(together, name, tables, names))
        itself = together.all_of([name])
        return tuple(one for one in then if one in names and one not in itself)

    def duplicates(self, planned: Mapping[str, PlannedTouchpoint]) -> None:
        """Note failures of more than one touchpoint, and touchpoints with more than one name."""
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

    def cycles(self, planned: Mapping[str, PlannedTouchpoint]) -> None:
        """Note the cycles: touchpoints that lead back to each other."""
        G = nx.DiGraph((name, two) for name, one in planned.items() for two in one.then)
        for group in nx.strongly_connected_components(G):
            if len(group) > 1:
                cycle = nx.find_cycle(G, min(group, key=list(planned).index))
                shown = " > ".join([*(edge[0] for edge in cycle), cycle[-1][1]])
                where = ("touchpoints", cycle[0][0], "then")
                what = f"forms a cycle: {shown} (use [any_order] for touchpoints in any order)"
                self.fields.note(where, what)
