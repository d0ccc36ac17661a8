"""Keyword classifier: types, needs and contexts from words and phrases in a text.

It works for every language that separates words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from touchpoints._core import checks
from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints._core.documents import all_problems
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    counted,
    did_you_mean,
    first_few,
)
from touchpoints._core.text import fold_spaced, is_blank
from touchpoints.classify.contract.answers import TYPE, Answer, Verdict, simplest
from touchpoints.classify.contract.protocol import fields_read
from touchpoints.classify.contract.traces import ExplanationStep, Outcome
from touchpoints.classify.rule_files.documents import Source, read_document
from touchpoints.classify.text.folding import written
from touchpoints.classify.text.negation import negations_of
from touchpoints.classify.text.phrases import PhraseTree, has_star_before, words_of_phrase
from touchpoints.classify.text.words import END, Sequences, particles
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import FACETS, Taxonomy
from touchpoints.taxonomy._fields import Fields

Ties = Literal["abstain", "first", "taxonomy"]

_WEIGHTLESS = (END, "not")
_WISHES = ("need", "context")
"""Facets that a negation leaves as they are where it only regrets: "have you no discounts?"."""


@attrs.frozen
class Phrase:
    """A phrase that indicates a term.

    Attributes
    ----------
    facet, term : str
        The facet and term that the phrase indicates; the facet is ``"type"`` for touchpoint types.
    text : str
        The phrase as written.
    words : tuple of str
        The folded words that are compared; a word that ends in ``*`` matches every word with that
        beginning, an empty word stands for the end of a clause.
    """

    facet: str
    term: str
    text: str
    words: tuple[str, ...]


@attrs.frozen(repr=False)
class Keywords:
    """Classifier that looks for phrases in text; made by `keywords`."""

    name: str
    reads: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    ties: Ties = attrs.field(kw_only=True)
    negations: frozenset[str] = attrs.field(kw_only=True)
    reach: int = attrs.field(kw_only=True)
    typos: bool = attrs.field(kw_only=True)
    order: tuple[str, ...] = attrs.field(kw_only=True, repr=False)
    _negating: Sequences = attrs.field(init=False, eq=False)
    _tree: PhraseTree = attrs.field(init=False, eq=False)
    _by_words: dict[tuple[str, ...], list[Phrase]] = attrs.field(init=False, eq=False)
    _distinct: tuple[tuple[str, ...], ...] = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        by_words: dict[tuple[str, ...], list[Phrase]] = {}
        for phrase in self.phrases:
            by_words.setdefault(phrase.words, []).append(phrase)
        object.__setattr__(self, "_by_words", by_words)
        object.__setattr__(self, "_distinct", tuple(by_words))
        object.__setattr__(
            self, "_tree", PhraseTree(by_words, light=particles().light, typos=self.typos)
        )
        object.__setattr__(self, "_negating", negations_of(sorted(self.negations)))

    def __repr__(self) -> str:
        return f"<{len(self.phrases):,} keywords {self.name!r} read {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the type and facets that the text indicates; None when it indicates nothing."""
        scores, _ = self._scores(event)
        best = {facet: self._winner(terms) for facet, terms in scores.items()}
        facets = {facet: term for facet, term in best.items() if term and facet != TYPE}
        return simplest(Verdict(best.get(TYPE, ""), facets=FrozenMap(facets)))

    def steps(self, event: Mapping[str, Any]) -> tuple[ExplanationStep, ...]:
        """Return an `ExplanationStep` for each term that a phrase in the text indicates."""
        scores, negated = self._scores(event)
        steps = []
        for facet, terms in scores.items():
            winner = self._winner(terms)
            for term, phrases in sorted(terms.items(), key=lambda pair: -_weight(pair[1])):
                outcome: Outcome = "decided" if term == winner else "overruled"
                tied = "" if winner or outcome == "decided" else ", tied with another term"
                total = counted(_weight(phrases), "word")
                reason = f"{first_few(one.text for one in phrases)}, {total}{tied}"
                steps.append(self._step(facet, term, outcome=outcome, reason=reason))
        steps += [
            self._step(one.facet, one.term, outcome="silent", reason=f"{one.text!r} is negated")
            for one in negated
            if one.term not in scores.get(one.facet, {})
        ]
        return tuple(steps)

    def _step(self, facet: str, term: str, *, outcome: Outcome, reason: str) -> ExplanationStep:
        verdict = Verdict(term) if facet == TYPE else Verdict(facets=FrozenMap({facet: term}))
        return ExplanationStep(
            name=f"{facet} {term}",
            outcome=outcome,
            answer=None if outcome == "silent" else simplest(verdict),
            reason=reason,
            fields=self.reads,
        )

    def _scores(
        self, event: Mapping[str, Any]
    ) -> tuple[dict[str, dict[str, list[Phrase]]], list[Phrase]]:
        """Return {facet: {term: phrases found}}, and the phrases found only negated."""
        scores: dict[str, dict[str, list[Phrase]]] = {}
        negated: dict[Phrase, None] = {}
        text = "\n".join(filter(None, (written(event.get(name)) for name in self.reads)))
        seen = set()
        for hit in self._tree.hits(text, negations=self._negating, reach=self.reach):
            for phrase in self._by_words[self._distinct[hit.phrase]]:
                if hit.denial == "denied" or (hit.denial and phrase.facet not in _WISHES):
                    negated[phrase] = None
                elif phrase not in seen:
                    seen.add(phrase)
                    scores.setdefault(phrase.facet, {}).setdefault(phrase.term, []).append(phrase)
        return scores, [phrase for phrase in negated if phrase not in seen]

    def _winner(self, terms: Mapping[str, Sequence[Phrase]]) -> str:
        """Return the term with the most words; on a tie '', or the first term in order."""
        weights = {term: _weight(phrases) for term, phrases in terms.items()}
        best = [term for term in weights if weights[term] == max(weights.values())]
        if len(best) == 1:
            return best[0]
        if self.ties == "abstain":
            return ""
        return min(best, key=self.order.index)


def _weight(phrases: Sequence[Phrase]) -> int:
    """Return the number of words in some phrases; "does not" counts as one word, as "doesn't"."""
    return sum(max(1, sum(word not in _WEIGHTLESS for word in one.words)) for one in phrases)


@public
def keywords(
    source: Source,
    *,
    reads: str | Sequence[str] = "text",
    taxonomy: Taxonomy | None = None,
    ties: Ties = "abstain",
    negations: Sequence[str] | None = None,
    reach: int = 3,
    typos: bool = True,
) -> Keywords:
    """Make a keyword classifier: words and phrases that indicate a type, need or other facet.

    Parameters
    ----------
    source
        Path of a TOML file, or a mapping with the same content: for each facet (``type``,
        ``need``, ``context`` …) and each of its terms a list of phrases, or a list of phrases per
        language. Case and accents do not count. A word that ends in ``*`` matches every word with
        that beginning.
    reads
        Name of the field with the text, or names of several fields.
    taxonomy
        If given, types, facets and terms are checked against it.
    ties
        What to do when two terms of a facet have equal numbers of words: ``"abstain"`` from this
        facet, take the ``"first"`` of them in the file, or the first in the order of the
        ``"taxonomy"``.
    negations
        Words that negate the words after them; by default a list of English and Spanish negations
        (not, never, without, no, sin, nunca …). An empty list switches negation off.
    reach
        Number of words after a negation that are negated; articles, pronouns and the like do not
        count. The end of a clause (a comma, a full stop, *but*, *sino*) ends the negation.
    typos
        Whether a word of at least 6 letters with one letter wrong counts as the word of a phrase:
        ``dicsount``, ``warrenty``. The first letter must be right. Real words that come near to
        others (*contract* to *contact*) are left as they are.

    Returns
    -------
    Keywords
        A classifier. Each facet is decided separately: the term with the most words in distinct
        phrases wins, so a longer phrase outweighs a shorter one. Where phrases overlap, only the
        longest phrase that begins at a word counts.

    Raises
    ------
    ProblemsError
        With all problems together: unknown facets, types and terms; a phrase without words; the
        same phrase for two terms of one facet.
    FileNotFoundError
        When the file does not exist.
    InvalidInputError
        When an option has an unknown value, or ``ties="taxonomy"`` comes without a taxonomy.

    See Also
    --------
    learned : A classifier from labelled examples.
    rules : A classifier from conditions on the fields of an event.
    evaluate_classifier : Compare the answers with labels.

    Notes
    -----
    A word is a run of letters and digits, so ``venta_flash-nov`` has three words. Phrases are found
    only in scripts that separate words (not in Chinese or Thai). An emoji is a word. *Doesn't* and
    *doesnt* are *does not*, which weighs as one word. Up to two words without weight may stand
    between two words of a phrase: "no funciona" is found in "no me funciona". A phrase that begins
    with a negation is found as written. The cost is linear in the length of the text, whatever the
    number of phrases.

    A negation can leave a wish as it is. For needs and contexts, these do not deny: a question
    ("have you no discounts?"), a condition ("without a discount I will not buy", "if there is no
    discount"), a failure ("I cannot find the discount", "I have not received it"); a refusal always
    denies ("I do not want", "can you not send me offers?"). "Not only cheap" denies nothing. For
    types and other facets every other negation denies. The words by which this is told, in English
    and Spanish, are in ``classify/data/text-en.toml`` and ``text-es.toml``.

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
    >>> words({"text": "Sin descuento no compro"}), words({"text": "It realy doesnt work"})
    (Facets(need='save_money'), Facets(need='solve_problem'))
    """
    check_option("ties", ties, Ties)
    reach = checks.whole("reach", reach, least=0)
    if ties == "taxonomy" and taxonomy is None:
        raise InvalidInputError(
            "ties='taxonomy' needs a taxonomy", mend="keywords(..., taxonomy=load_taxonomy(...))"
        )
    document = read_document(source, kind="keywords")
    fields = Fields()
    phrases = _read(fields, document.tables)
    problems = fields.problems + _unknown_names(phrases, taxonomy) + _ambiguous(phrases)
    if not phrases and not problems:
        problems = ["there are no phrases"]
    if problems:
        raise all_problems(document.where, problems)
    chosen = particles().negations if negations is None else map(fold_spaced, negations)
    return Keywords(
        document.name,
        (reads,) if isinstance(reads, str) else fields_read(reads),
        phrases,
        ties=ties,
        negations=frozenset(chosen),
        reach=reach,
        typos=typos,
        order=_order(phrases, taxonomy if ties == "taxonomy" else None),
    )


def _order(phrases: Sequence[Phrase], taxonomy: Taxonomy | None) -> tuple[str, ...]:
    """Return the terms in the order in which the first decides: the taxonomy's, or the file's."""
    terms = dict.fromkeys(phrase.term for phrase in phrases)
    if taxonomy is None:
        return tuple(terms)
    known = [*taxonomy.types, *(term for facet in taxonomy.facets.values() for term in facet.terms)]
    return tuple(dict.fromkeys(term for term in known if term in terms))


def _read(fields: Fields, tables: Mapping[str, Any]) -> tuple[Phrase, ...]:
    found = []
    for facet, entries in fields.table(tables, ()).items():
        for term, value in fields.table(entries, (facet,)).items():
            where = (facet, term)
            if is_blank(facet) or is_blank(term):
                fields.note(where, "the name of the facet or term is empty")
            lists = value if isinstance(value, Mapping) else {"": value}
            for lang, several in lists.items():
                at = (*where, lang) if lang else where
                for text in fields.texts(several, at):
                    words = words_of_phrase(text)
                    if not words:
                        fields.note(at, f"{text!r} has no words")
                    elif has_star_before(text):
                        fields.note(at, f"{text!r} has a star that is not at the end of a word")
                    found.append(Phrase(facet, term, text, words))
    return tuple(dict.fromkeys(found))


def _unknown_names(phrases: Sequence[Phrase], taxonomy: Taxonomy | None) -> list[str]:
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


def _ambiguous(phrases: Sequence[Phrase]) -> list[str]:
    """Return a problem for each phrase that is listed for two terms of one facet."""
    owners: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
    for phrase in phrases:
        owners.setdefault((phrase.facet, phrase.words), {})[phrase.term] = phrase.text
    return [
        f"{facet}: {next(iter(terms.values()))!r} is listed for {first_few(terms)}, so it could "
        "never decide between them"
        for (facet, words), terms in owners.items()
        if len(terms) > 1 and words
    ]
