"""The rules of the linter: each yields findings about a taxonomy, without their messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.languages import language
from touchpoints._core.messages import first_few
from touchpoints._core.text import fold_spaced, is_blank
from touchpoints.taxonomy._checks import at, names_of
from touchpoints.taxonomy._lint_words import bare, business_words, channel_of, near_pairs
from touchpoints.taxonomy._words import Named
from touchpoints.taxonomy.coverage import taxonomy_coverage
from touchpoints.taxonomy.loading import load_taxonomy
from touchpoints.taxonomy.model import Taxonomy
from touchpoints.taxonomy.vocabulary import Facet, Term, TouchpointType, text_map

Texts = Mapping[str, str]
Entries = Iterable[Term | TouchpointType]

_SEVERAL = 9
"""More entries of a vocabulary that lack the same text are one finding."""


@attrs.frozen
class Finding:
    """A finding without its message.

    Attributes
    ----------
    case : str
        The code, with a suffix where the code has several messages.
    where : str
        The dotted key in the file of the taxonomy.
    facts : FrozenMap of str to str
        The values of the fields of the message.
    """

    case: str
    where: str
    facts: Texts = attrs.field(default=FrozenMap(), converter=text_map)


def findings_of(taxonomy: Taxonomy) -> Iterator[Finding]:
    """Yield all findings, in the order of the codes."""
    yield from _purposeless(taxonomy)
    yield from _bare_channels(taxonomy)
    yield from _from_the_companys_side(taxonomy)
    yield from _alike(taxonomy)
    yield from _without_touchpoint(taxonomy, facet="channel", case="TP005")
    yield from _without_touchpoint(taxonomy, facet="need", case="TP006")
    yield from _empty_areas(taxonomy)
    yield from _missing_texts(taxonomy)
    yield from _clashing(taxonomy)


def _purposeless(taxonomy: Taxonomy) -> Iterator[Finding]:
    for one in taxonomy.types.values():
        if not one.needs and not one.contexts:
            yield Finding("TP001", at("types", one.id))


def _bare_channels(taxonomy: Taxonomy) -> Iterator[Finding]:
    known = channel_names(taxonomy)
    for one in taxonomy.types.values():
        for where, text in _called(one):
            channel = channel_of(text, known)
            if channel is not None:
                yield Finding("TP002", where, {"text": text, "channel": channel})


def channel_names(taxonomy: Taxonomy) -> dict[frozenset[str], str]:
    """Return {words of a name: id} of the channels of this taxonomy and of the built-in ones."""
    known: dict[frozenset[str], str] = {}
    for facets in (taxonomy.facets, load_taxonomy("patient").facets):
        for term in facets["channel"].terms.values():
            for name in _names(term):
                if words := bare(name):
                    known.setdefault(words, term.id)
    return known


def _names(one: Named) -> Iterator[str]:
    """Yield the labels and aliases of an entry, and its id where it has no label."""
    yield from one.labels.values() if one.labels else (one.id,)
    for aliases in one.aliases.values():
        yield from aliases


def _called(one: TouchpointType) -> Iterator[tuple[str, str]]:
    """Yield the dotted key and text of each label of a type; of its id where it has no label."""
    where = at("types", one.id)
    if not one.labels:
        yield where, one.id
    for lang, label in one.labels.items():
        yield f"{where}.{at('labels', lang)}", label


def _from_the_companys_side(taxonomy: Taxonomy) -> Iterator[Finding]:
    for one in taxonomy.types.values():
        for where, text in _called(one):
            words = business_words(text)
            if words:
                yield Finding("TP003", where, {"text": text, "words": ", ".join(words)})


def _groups(taxonomy: Taxonomy) -> Iterator[tuple[tuple[str, ...], Entries]]:
    """Yield the keys and the entries of each vocabulary: the terms of each facet, the types."""
    for name, facet in taxonomy.facets.items():
        yield ("facets", name, "terms"), facet.terms.values()
    yield ("types",), taxonomy.types.values()


def _alike(taxonomy: Taxonomy) -> Iterator[Finding]:
    for within, entries in _groups(taxonomy):
        for lang in taxonomy.languages:
            labels = {one.id: one.labels[lang] for one in entries if lang in one.labels}
            texts = {one.id: one.definition[lang] for one in entries if lang in one.definition}
            yield from _near("labels", labels, within, lang)
            yield from _near("definition", texts, within, lang)


def _near(field: str, texts: Texts, within: tuple[str, ...], lang: str) -> Iterator[Finding]:
    for first, second in near_pairs(texts):
        facts = {"text": texts[second], "other": first, "other_text": texts[first]}
        yield Finding(f"TP004.{field}", at(*within, second, field, lang), facts)


def _without_touchpoint(taxonomy: Taxonomy, *, facet: str, case: str) -> Iterator[Finding]:
    found = taxonomy_coverage(taxonomy, rows=facet, columns="type")
    served = set(found.row[found.count > 0])
    for term in dict.fromkeys(found.row):
        if term not in served:
            yield Finding(case, at("facets", facet, "terms", term))


def _empty_areas(taxonomy: Taxonomy) -> Iterator[Finding]:
    if "stage" not in taxonomy.facets:
        return
    found = taxonomy_coverage(taxonomy, rows="stage", columns="area")
    empty: dict[str, list[str]] = {}
    for stage, area in found.gaps():
        empty.setdefault(stage, []).append(area)
    areas = len(set(found.column))
    for stage, missing in empty.items():
        case = "TP007.stage" if len(missing) == areas else "TP007"
        where = at("facets", "stage", "terms", stage)
        yield Finding(case, where, {"areas": ", ".join(missing)})


def _missing_texts(taxonomy: Taxonomy) -> Iterator[Finding]:
    languages = taxonomy.languages
    for name, facet in taxonomy.facets.items():
        yield from _missing("labels", facet.labels, at("facets", name), languages)
        terms = [
            one for term in facet.terms.values() for one in _missing_of_term(term, facet, languages)
        ]
        yield from _together(terms, at("facets", name, "terms"), len(facet.terms))
    types: list[Finding] = []
    for one in taxonomy.types.values():
        where = at("types", one.id)
        types += _missing("labels", one.labels, where, languages)
        types += _missing("definition", one.definition, where, languages)
    yield from _together(types, "types", len(taxonomy.types))


def _together(findings: list[Finding], where: str, size: int) -> Iterator[Finding]:
    """Yield findings of one vocabulary, with one for many entries that lack the same texts."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.case, one.facts["langs"]), []).append(one)
    many = {key: group for key, group in groups.items() if len(group) > _SEVERAL}
    for one in findings:
        group = many.get((one.case, one.facts["langs"]))
        if group is None:
            yield one
        elif one is group[0]:
            names = [each.where.removeprefix(f"{where}.").strip('"') for each in group]
            facts = {"count": f"{len(group):,}", "of": f"{size:,}", "names": first_few(names)}
            yield Finding(f"{one.case}.many", where, {**one.facts, **facts})


def _missing_of_term(term: Term, facet: Facet, languages: tuple[str, ...]) -> Iterator[Finding]:
    """Yield missing labels of a term, and missing definitions where it has one in any language."""
    where = at("facets", facet.id, "terms", term.id)
    yield from _missing("labels", term.labels, where, languages)
    if term.definition:
        yield from _missing("definition", term.definition, where, languages)


def _missing(field: str, texts: Texts, where: str, languages: tuple[str, ...]) -> Iterator[Finding]:
    missing = [lang for lang in languages if is_blank(texts.get(lang, ""))]
    if missing:
        example = ", ".join(f'{lang} = "…"' for lang in missing)
        facts = {"langs": ", ".join(missing), "example": example}
        yield Finding(f"TP008.{field}", where, facts)


def _clashing(taxonomy: Taxonomy) -> Iterator[Finding]:
    """Yield names that mean two things: in two languages, or in two forms of one language."""
    for within, entries in _groups(taxonomy):
        names: dict[str, tuple[str, str]] = {}
        forms: dict[tuple[str, tuple[str, ...]], tuple[str, str]] = {}
        for one in entries:
            for field, lang, text in names_of(one):
                where = at(*within, one.id, field, lang)
                other, spoken = names.setdefault(fold_spaced(text), (one.id, lang))
                form = (lang, language(lang).fold(text))
                owner, written = forms.setdefault(form, (one.id, text))
                facts = {"text": text, "lang": lang}
                if other != one.id:
                    more = {"other": other, "other_lang": spoken}
                    yield Finding("TP010.languages", where, facts | more)
                elif owner != one.id:
                    more = {"other": owner, "other_text": written}
                    yield Finding("TP010.forms", where, facts | more)
