"""Types, needs and contexts from the words of a text, in any language that writes words apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from touchpoints._core import checks
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.documents import all_problems
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    did_you_mean,
    first_few,
)
from touchpoints._core.text import fold_spaced
from touchpoints.classify.contract.answers import TYPE, Answer, Verdict, simplest
from touchpoints.classify.contract.protocol import fields_read
from touchpoints.classify.contract.traces import Outcome, Step
from touchpoints.classify.rule_files.documents import Source, read_document
from touchpoints.classify.text.folding import written
from touchpoints.classify.text.phrases import NEGATIONS, PhraseTree, words_of_phrase
from touchpoints.taxonomy import FACETS, Taxonomy
from touchpoints.taxonomy._fields import Fields

Ties = Literal["abstain", "first"]


@attrs.frozen
class Phrase:
    """A phrase that speaks for a term.

    Attributes
    ----------
    facet, term : str
        What it speaks for; the facet is ``"type"`` for touchpoint types.
    text : str
        As it was written.
    words : tuple of str
        As they are compared; one that ends in ``*`` stands for all words that begin so, an empty
        one for the end of a clause.
    """

    facet: str
    term: str
    text: str
    words: tuple[str, ...]


@attrs.frozen(repr=False)
class Keywords:
    """Phrases looked for in text; made by `keywords`."""

    name: str
    reads: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    ties: Ties = attrs.field(kw_only=True)
    negations: frozenset[str] = attrs.field(kw_only=True)
    reach: int = attrs.field(kw_only=True)
    _tree: PhraseTree = attrs.field(init=False, eq=False)
    _speaking: dict[tuple[str, ...], list[Phrase]] = attrs.field(init=False, eq=False)
    _distinct: tuple[tuple[str, ...], ...] = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        speaking: dict[tuple[str, ...], list[Phrase]] = {}
        for phrase in self.phrases:
            speaking.setdefault(phrase.words, []).append(phrase)
        object.__setattr__(self, "_speaking", speaking)
        object.__setattr__(self, "_distinct", tuple(speaking))
        object.__setattr__(self, "_tree", PhraseTree(speaking))

    def __repr__(self) -> str:
        return f"<{len(self.phrases):,} keywords {self.name!r} read {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return what the words of the text speak for, None when they speak for nothing."""
        scores, _ = self._scores(event)
        best = {facet: self._winner(terms) for facet, terms in scores.items()}
        facets = {facet: term for facet, term in best.items() if term and facet != TYPE}
        return simplest(Verdict(best.get(TYPE, ""), facets=FrozenMap(facets)))

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return a step for each term that some phrase in the text speaks for."""
        scores, denied = self._scores(event)
        steps = []
        for facet, terms in scores.items():
            winner = self._winner(terms)
            for term, said in sorted(terms.items(), key=lambda pair: -_weight(pair[1])):
                outcome: Outcome = "decided" if term == winner else "overruled"
                tied = "" if winner or outcome == "decided" else ", as strong as another"
                reason = f"{first_few(one.text for one in said)}, {_weight(said)} words{tied}"
                steps.append(self._step(facet, term, outcome=outcome, reason=reason))
        steps += [
            self._step(one.facet, one.term, outcome="silent", reason=f"{one.text!r} is denied")
            for one in denied
            if one.term not in scores.get(one.facet, {})
        ]
        return tuple(steps)

    def _step(self, facet: str, term: str, *, outcome: Outcome, reason: str) -> Step:
        verdict = Verdict(term) if facet == TYPE else Verdict(facets=FrozenMap({facet: term}))
        return Step(
            name=f"{facet} {term}",
            outcome=outcome,
            answer=None if outcome == "silent" else simplest(verdict),
            reason=reason,
            fields=self.reads,
        )

    def _scores(
        self, event: Mapping[str, Any]
    ) -> tuple[dict[str, dict[str, list[Phrase]]], list[Phrase]]:
        """Return for each facet the terms spoken for with their phrases, and what is denied."""
        scores: dict[str, dict[str, list[Phrase]]] = {}
        denied: dict[Phrase, None] = {}
        text = "\n".join(filter(None, (written(event.get(name)) for name in self.reads)))
        seen = set()
        for hit in self._tree.hits(text, negations=self.negations, reach=self.reach):
            for phrase in self._speaking[self._distinct[hit.phrase]]:
                if hit.denied:
                    denied[phrase] = None
                elif phrase not in seen:
                    seen.add(phrase)
                    scores.setdefault(phrase.facet, {}).setdefault(phrase.term, []).append(phrase)
        return scores, [phrase for phrase in denied if phrase not in seen]

    def _winner(self, terms: Mapping[str, Sequence[Phrase]]) -> str:
        """Return the term with the most words for it; of equals none, or the one written first."""
        weights = {term: _weight(said) for term, said in terms.items()}
        best = [term for term in weights if weights[term] == max(weights.values())]
        if len(best) == 1:
            return best[0]
        if self.ties == "abstain":
            return ""
        order = [phrase.term for phrase in self.phrases]
        return min(best, key=order.index)


def _weight(phrases: Sequence[Phrase]) -> int:
    return sum(sum(map(bool, phrase.words)) for phrase in phrases)


def keywords(
    source: Source,
    *,
    reads: str | Sequence[str] = "text",
    taxonomy: Taxonomy | None = None,
    ties: Ties = "abstain",
    negations: Sequence[str] | None = None,
    reach: int = 3,
) -> Keywords:
    """Make a classifier of words and phrases that speak for a type, a need, a context, any facet.

    Parameters
    ----------
    source
        The path of a TOML file, or what such a file would hold: for each facet (``type``, ``need``,
        ``context`` …) and each term of it a list of phrases, or such a list for each language.
        Case and accents do not count. A word that ends in ``*`` stands for all that begin so.
    reads
        The field with the text, or several.
    taxonomy
        Check types, facets and terms against it now.
    ties
        When two terms of a facet are equally well spoken for: ``"abstain"`` from this facet, or
        take the ``"first"`` in the file.
    negations
        Words that deny what comes after them; by default those of English and Spanish
        (not, never, without, no, sin, nunca …). Empty for none.
    reach
        How many words after such a word are denied. The end of a clause (a comma, a full stop)
        ends it.

    Returns
    -------
    Keywords
        A classifier. Each facet is decided by itself: the term with the most words of different
        phrases for it wins, so a longer phrase outweighs a shorter one. At each place of the text
        only the longest phrase counts.

    Raises
    ------
    ProblemsError
        With every problem at once: unknown facets, types and terms; a phrase without words; the
        same phrase for two terms of one facet.
    FileNotFoundError
        When there is no such file.

    Notes
    -----
    A word is a run of letters and digits, so ``venta_flash-nov`` has three; a phrase is found
    within words of scripts that write them apart only (not in Chinese or Thai). An emoji is a word.
    A phrase that begins with a negation itself ("no funciona") is found as it is written. Linear in
    the length of the text, whatever the number of phrases.

    Examples
    --------
    >>> import touchpoints as tp
    >>> words = tp.classify.keywords(
    ...     {
    ...         "need": {
    ...             "save_money": {"en": ["discount", "cheap*"], "es": ["descuento", "más barat*"]},
    ...             "solve_problem": ["does not work", "no funciona"],
    ...         },
    ...         "context": {"urgency": ["urgent*", "right now"]},
    ...     }
    ... )
    >>> words({"text": "¿Algo MÁS BARATO? ¡Urgente!"})
    Facets(need='save_money', context='urgency')
    >>> words({"text": "Me da igual, sin descuento"})
    """
    check_option("ties", ties, Ties)
    reach = checks.whole("reach", reach, least=0)
    document = read_document(source, kind="keywords")
    fields = Fields()
    phrases = _read(fields, document.tables)
    problems = fields.problems + _strange(phrases, taxonomy) + _shared(phrases)
    if not phrases and not problems:
        problems = ["there are no phrases"]
    if problems:
        raise all_problems(document.where, problems)
    denying = NEGATIONS if negations is None else frozenset(map(fold_spaced, negations))
    read = (reads,) if isinstance(reads, str) else fields_read(reads)
    return Keywords(document.name, read, phrases, ties=ties, negations=denying, reach=reach)


def _read(fields: Fields, tables: Mapping[str, Any]) -> tuple[Phrase, ...]:
    found = []
    for facet, entries in fields.table(tables, ()).items():
        for term, value in fields.table(entries, (facet,)).items():
            where = (facet, term)
            lists = value if isinstance(value, Mapping) else {"": value}
            for lang, several in lists.items():
                place = (*where, lang) if lang else where
                for text in fields.texts(several, place):
                    words = words_of_phrase(text)
                    if not words:
                        fields.note(place, f"{text!r} has no words")
                    found.append(Phrase(facet, term, text, words))
    return tuple(dict.fromkeys(found))


def _strange(phrases: Sequence[Phrase], taxonomy: Taxonomy | None) -> list[str]:
    """Return a problem for each facet and term that does not exist."""
    known = (TYPE, *(FACETS if taxonomy is None else taxonomy.facets))
    problems = []
    for facet in dict.fromkeys(phrase.facet for phrase in phrases):
        if facet not in known:
            hint = did_you_mean(facet, known)
            if hint or taxonomy is not None:
                problems.append(f"{facet}: no such facet{hint or f' (known: {first_few(known)})'}")
            continue
        if taxonomy is None:
            continue
        choices = taxonomy.types if facet == TYPE else taxonomy.facets[facet].terms
        terms = dict.fromkeys(phrase.term for phrase in phrases if phrase.facet == facet)
        kind = "touchpoint type" if facet == TYPE else f"term of {facet}"
        problems += [
            f"{facet}.{term}: no such {kind}{did_you_mean(term, choices)}"
            for term in terms
            if term not in choices
        ]
    return problems


def _shared(phrases: Sequence[Phrase]) -> list[str]:
    """Return a problem for each phrase that speaks for two terms of one facet."""
    owners: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
    for phrase in phrases:
        owners.setdefault((phrase.facet, phrase.words), {})[phrase.term] = phrase.text
    return [
        f"{facet}: {next(iter(terms.values()))!r} is given for {first_few(terms)}: it would never "
        "decide"
        for (facet, words), terms in owners.items()
        if len(terms) > 1 and words
    ]
