"""Conversion of documents (TOML files, dicts) to taxonomies, with all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from touchpoints._core.messages import counted, did_you_mean
from touchpoints.errors import ProblemsError, TouchpointsError
from touchpoints.taxonomy._checks import at
from touchpoints.taxonomy._entries import Entries
from touchpoints.taxonomy._fields import Fields, Table
from touchpoints.taxonomy._order import reordered
from touchpoints.taxonomy._words import folded
from touchpoints.taxonomy.builtin import the_five
from touchpoints.taxonomy.model import Taxonomy
from touchpoints.taxonomy.vocabulary import Crosswalk, Facet, Term, TouchpointType

BaseOf = Callable[[str, Sequence[str]], Taxonomy]

_TOP = ("name", "version", "languages", "extends", "defaults", "facets", "crosswalks", "types")
_FACET = ("labels", "ordered", "terms")
_CROSSWALK = ("source", "values")
# The keys of an entry that is only translated, and how near its id is to the one that was meant.
_NAMING = frozenset({"labels", "aliases", "definition"})
_NEAR = 0.85

Entry = TypeVar("Entry", bound=Term | TouchpointType)


def taxonomy_of(
    document: Mapping[str, Any], *, where: str, base_of: BaseOf, complete: bool = True
) -> Taxonomy:
    """Return the taxonomy that a document describes.

    Parameters
    ----------
    document
        The tables of a TOML file, or the result of `Taxonomy.to_dict`.
    where
        The name of the document in messages.
    base_of
        A function that returns the taxonomy that ``extends`` names, with its labels in the given
        languages where it has them.
    complete
        Whether labels are required in every language that the document declares, and refused in
        any other.

    Raises
    ------
    ProblemsError
        With every problem of the extended document, then of this document, each in its order.
    """
    fields = Fields()
    taxonomy: Taxonomy | None = None
    found: list[str] = []
    try:
        base = _base(fields, document, base_of)
    except ProblemsError as error:
        found.extend(error.problems)
        base = None
    except (TouchpointsError, OSError) as error:
        fields.note(("extends",), _reason(error))
        base = None
    try:
        taxonomy = _Reader.of(document, base, fields=fields, complete=complete).taxonomy()
    except ProblemsError as error:
        fields.problems.extend(error.problems)
    found.extend(f"{where}: {problem}" for problem in _in_order(fields.problems, document))
    if taxonomy is None or found:
        raise ProblemsError(f"{where} has {counted(len(found), 'problem')}", problems=found)
    return taxonomy


def _base(fields: Fields, document: Mapping[str, Any], base_of: BaseOf) -> Taxonomy | None:
    if "extends" not in document:
        return None
    name = fields.text(document["extends"], ("extends",))
    languages = document.get("languages", ())
    spoken = [lang for lang in languages if isinstance(lang, str)] if _is_list(languages) else []
    return base_of(name, spoken) if name else None


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file {str(error.filename)!r}"
    if isinstance(error, TouchpointsError):
        return " ".join(part for part in (error.what, error.mend and f"({error.mend})") if part)
    return str(error)


def _in_order(problems: list[str], document: Mapping[str, Any]) -> list[str]:
    """Return the problems in the order of the document; missing keys of the header come first."""
    if not problems:
        return []
    order = {where: number for number, where in enumerate(_dotted_keys(document, ()))}

    def position(problem: str) -> int:
        where = problem.partition(": ")[0]
        nearest = max((one for one in order if _leads_to(one, where)), key=len, default="")
        return order.get(nearest, -1)

    return sorted(problems, key=position)


def _leads_to(above: str, where: str) -> bool:
    return where == above or where.startswith(f"{above}.")


def _dotted_keys(table: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[str]:
    for name, value in table.items():
        yield at(*above, str(name))
        if isinstance(value, Mapping):
            yield from _dotted_keys(value, (*above, str(name)))


@attrs.frozen
class _Reader:
    """A reader that builds a taxonomy from a document and the taxonomy that it extends."""

    document: Table
    base: Taxonomy | None
    fields: Fields
    entries: Entries
    languages: tuple[str, ...]

    @classmethod
    def of(
        cls,
        document: Mapping[str, Any],
        base: Taxonomy | None,
        *,
        fields: Fields,
        complete: bool,
    ) -> _Reader:
        """Return the reader of a document, with the languages resolved."""
        based = base is not None or "extends" not in document
        inherited = base.languages if base else ()
        wanted = inherited or ("en",)
        if "languages" in document:
            wanted = fields.texts(document["languages"], ("languages",))
            if document["languages"] == []:
                fields.note(("languages",), "the list is empty")
        every = (*inherited, *(lang for lang in wanted if lang not in inherited)) or ("en",)
        entries = Entries(
            fields=fields,
            languages=every if complete and based and wanted else (),
            wanted=wanted if complete else (),
            based=based,
        )
        return cls(dict(document), base, fields, entries, every)

    def taxonomy(self) -> Taxonomy | None:
        """Return the taxonomy, or None when the taxonomy that it extends could not be read."""
        self.fields.known_keys(self.document, _TOP, ())
        name, version = self.header()
        facets = self.facets()
        crosswalks = self.crosswalks()
        types = self.types(facets)
        if not self.entries.based:
            return None
        return Taxonomy(name, version, self.languages, facets, types, crosswalks=crosswalks)

    def header(self) -> tuple[str, str]:
        """Return the name and the version."""
        if "name" not in self.document:
            self.fields.note(("name",), "missing")
        name = self.fields.text(self.document.get("name", "unnamed"), ("name",))
        return name or "unnamed", self.fields.text(self.document.get("version", "1"), ("version",))

    def facets(self) -> dict[str, Facet]:
        """Return all facets: those of the base, overridden and extended."""
        known = dict(self.base.facets if self.base else the_five())
        tables = self.fields.entries(self.document.get("facets", {}), ("facets",))
        for name, table in tables.items():
            known[name] = self.facet(name, table, base=known.get(name))
        return known

    def facet(self, name: str, table: Table, *, base: Facet | None) -> Facet:
        """Return the facet of a table, on top of the facet that it overrides, if any."""
        where = ("facets", name)
        self.fields.known_keys(table, _FACET, where)
        terms = dict(base.terms) if base else {}
        tables = self.fields.entries(table.get("terms", {}), (*where, "terms"))
        self.check_translated(tables, terms, (*where, "terms"))
        for key, entry in tables.items():
            terms[key] = self.entries.term(entry, (*where, "terms", key), base=terms.get(key))
        ordered = base.ordered if base else False
        if "ordered" in table:
            ordered = self.fields.flag(table["ordered"], (*where, "ordered"))
        labels = self.entries.labels(table, where, base=base.labels if base else None)
        moved = _aliases_moved(terms, tables) if base else terms
        in_order = reordered(moved, tables, fields=self.fields, where=where)
        return Facet(name, labels, in_order, ordered=ordered)

    def crosswalks(self) -> dict[str, Crosswalk]:
        """Return all crosswalks: those of the base, with other sources and further values."""
        known = dict(self.base.crosswalks if self.base else {})
        tables = self.fields.entries(self.document.get("crosswalks", {}), ("crosswalks",))
        for name, table in tables.items():
            where = ("crosswalks", name)
            self.fields.known_keys(table, _CROSSWALK, where)
            source = known[name].source if name in known else ""
            if "source" in table:
                source = self.fields.text(table["source"], (*where, "source"))
            values = self.fields.text_table(table.get("values", {}), (*where, "values"))
            kept = known[name].values if name in known else {}
            known[name] = Crosswalk(name, source, {**kept, **values})
        return known

    def types(self, facets: Mapping[str, Facet]) -> dict[str, TouchpointType]:
        """Return all types: those of the base, overridden and extended."""
        known = dict(self.base.types if self.base else {})
        usual = self.usual(facets)
        tables = self.fields.entries(self.document.get("types", {}), ("types",))
        self.check_translated(tables, known, ("types",))
        for name, table in tables.items():
            known[name] = self.entries.type(
                table, ("types", name), base=known.get(name), facets=facets, usual=usual
            )
        return _aliases_moved(known, tables) if self.base else known

    def check_translated(
        self, tables: Mapping[str, Table], known: Collection[str], where: tuple[str, ...]
    ) -> None:
        """Note misspelt ids of entries that are only translated: they would be new entries."""
        if self.base is None:
            return
        from difflib import get_close_matches

        main = self.base.languages[0]
        for name, table in tables.items():
            labels = table.get("labels", {})
            if name in known or not set(table) <= _NAMING:
                continue
            if not isinstance(labels, Mapping) or main in labels:
                continue
            if near := get_close_matches(name, known, n=1, cutoff=_NEAR):
                self.fields.note(
                    (*where, name),
                    f"not in the taxonomy {self.base.name!r} (did you mean {near[0]!r}? a new "
                    f"entry has a label in {main!r}, too)",
                )

    def usual(self, facets: Mapping[str, Facet]) -> dict[str, str]:
        """Return the defaults that this document sets for all its new types."""
        table = self.fields.text_table(self.document.get("defaults", {}), ("defaults",))
        if not self.entries.based:
            return {}
        self.fields.known_keys(table, facets, ("defaults",))
        found = {name: term for name, term in table.items() if name in facets}
        wrong = {name: term for name, term in found.items() if term not in facets[name]}
        for name, term in wrong.items():
            hint = did_you_mean(term, facets[name].terms)
            self.fields.note(("defaults", name), f"no {name} {term!r}{hint}")
        return {name: term for name, term in found.items() if name not in wrong}


def _aliases_moved(known: dict[str, Entry], tables: Mapping[str, Table]) -> dict[str, Entry]:
    """Remove inherited aliases that the document uses as the name of another entry."""
    owners: dict[tuple[str, str], set[str]] = {}
    for own, table in tables.items():
        names: list[tuple[str, str]] = [("", own), *_own_aliases(table)]
        for lang, phrase in (*names, *known[own].labels.items()):
            owners.setdefault((lang, folded(phrase)), set()).add(own)
    return {name: _without(one, owners) for name, one in known.items()}


def _without(one: Entry, owners: Mapping[tuple[str, str], set[str]]) -> Entry:
    """Return an entry without the aliases that only other entries own."""
    kept = {
        lang: tuple(alias for alias in aliases if one.id in _owners(owners, lang, alias, one.id))
        for lang, aliases in one.aliases.items()
    }
    return one if kept == one.aliases else attrs.evolve(one, aliases=kept)


def _owners(
    owners: Mapping[tuple[str, str], set[str]], lang: str, alias: str, default: str
) -> set[str]:
    name = folded(alias)
    found = owners.get((lang, name), set()) | owners.get(("", name), set())
    return found or {default}


def _own_aliases(table: Table) -> Iterator[tuple[str, str]]:
    aliases = table.get("aliases", {})
    for lang, names in aliases.items() if isinstance(aliases, Mapping) else ():
        if isinstance(names, list | tuple):
            yield from ((lang, alias) for alias in names if isinstance(alias, str))
