"""Reading of one entry of a document: a term or a touchpoint type, new or overriding another."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from touchpoints.taxonomy._checks import TYPE_FIELDS
from touchpoints.taxonomy._fields import Fields, KeyPath, Table
from touchpoints.taxonomy._order import OFFSETS
from touchpoints.taxonomy.vocabulary import TYPICAL, Facet, Term, TouchpointType

_TERM_FIELDS = ("labels", "aliases", "broader", "definition", "attributes", *OFFSETS)


@attrs.frozen
class Entries:
    """A reader of terms and types.

    Attributes
    ----------
    fields : Fields
        Reads values and collects the problems.
    languages : tuple of str
        The languages that labels may have; empty for any.
    wanted : tuple of str
        The languages in which every new entry must have a label.
    based : bool
        Whether the extended taxonomy could be read, so that all facets are known.
    """

    fields: Fields
    languages: tuple[str, ...]
    wanted: tuple[str, ...]
    based: bool

    def term(self, table: Table, where: KeyPath, *, base: Term | None) -> Term:
        """Return the term of a table, on top of the term that it overrides, if any."""
        self.fields.known_keys(table, _TERM_FIELDS, where)
        kept = base or Term(where[-1])
        broader = table.get("broader", kept.broader)
        if broader != "":
            broader = self.fields.text(broader, (*where, "broader"))
        return attrs.evolve(kept, broader=broader, **self._common(table, where, base))

    def type(
        self,
        table: Table,
        where: KeyPath,
        *,
        base: TouchpointType | None,
        facets: Mapping[str, Facet],
        usual: Mapping[str, str],
    ) -> TouchpointType:
        """Return the touchpoint type of a table; ``usual`` are the defaults of a new type."""
        if self.based:
            self.fields.known_keys(table, (*TYPE_FIELDS, *facets), where)
        kept = base or TouchpointType(where[-1], defaults=usual)
        own = {one: self._one_term(table[one], (*where, one)) for one in facets if one in table}
        basis = kept.directness_basis
        if "directness_basis" in table:
            basis = self.fields.text(table["directness_basis"], (*where, "directness_basis"))
        return attrs.evolve(
            kept,
            defaults={**kept.defaults, **_given(own)},
            directness_basis=basis,
            needs=self._typical(table, where, "needs") or kept.needs,
            contexts=self._typical(table, where, "contexts") or kept.contexts,
            channels=self._typical(table, where, "channels") or kept.channels,
            **self._common(table, where, base),
        )

    def labels(self, table: Table, where: KeyPath, *, base: Mapping[str, str] | None) -> Table:
        """Return the labels; a new entry must have a label in every language wanted."""
        given = table.get("labels", {})
        missing = [lang for lang in self.wanted if isinstance(given, Mapping) and lang not in given]
        if missing and base is None:
            self.fields.note((*where, "labels"), f"no label in {' and '.join(missing)}")
        return {**(base or {}), **self._texts_by_language(table, where, "labels")}

    def _one_term(self, value: object, where: KeyPath) -> str:
        plural = TYPICAL.get(where[-1])
        if isinstance(value, list) and plural:
            self.fields.note(
                where, f"expected one term, found a list (list typical terms in {plural})"
            )
            return ""
        return self.fields.text(value, where)

    def _typical(self, table: Table, where: KeyPath, field: str) -> tuple[str, ...]:
        return self.fields.texts(table.get(field, []), (*where, field))

    def _common(self, table: Table, where: KeyPath, base: Term | TouchpointType | None) -> Table:
        """Return the fields of both terms and types: labels, aliases, definition, attributes."""
        aliases = dict(base.aliases) if base else {}
        for lang, names in self._by_language(table, where, "aliases").items():
            new = self.fields.texts(names, (*where, "aliases", lang))
            aliases[lang] = tuple(dict.fromkeys((*aliases.get(lang, ()), *new)))
        definition = self._texts_by_language(table, where, "definition")
        attributes = self.fields.text_table(table.get("attributes", {}), (*where, "attributes"))
        return {
            "labels": self.labels(table, where, base=base.labels if base else None),
            "aliases": aliases,
            "definition": {**(base.definition if base else {}), **definition},
            "attributes": {**(base.attributes if base else {}), **attributes},
        }

    def _texts_by_language(self, table: Table, where: KeyPath, field: str) -> dict[str, str]:
        found = self._by_language(table, where, field)
        texts = {lang: self.fields.text(found[lang], (*where, field, lang)) for lang in found}
        return _given(texts)

    def _by_language(self, table: Table, where: KeyPath, field: str) -> Table:
        found = self.fields.table(table.get(field, {}), (*where, field))
        if self.languages:
            self.fields.known_keys(found, self.languages, (*where, field))
        return found


def _given(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
