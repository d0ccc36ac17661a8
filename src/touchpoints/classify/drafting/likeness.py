"""How like a name is to the names that a taxonomy gives its types: a second opinion on guesses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from touchpoints.classify.web.event_names import words_of
from touchpoints.taxonomy import Taxonomy, TouchpointType

_PART = 4
_SMOOTHING = 0.1
_MAX_PARTS = 200


def parts_of(words: Sequence[str]) -> frozenset[str]:
    """Return the parts of four letters of some words, with a space before and after each word.

    Examples
    --------
    >>> sorted(parts_of(["basket", "a"]))
    [' a ', ' bas', 'aske', 'bask', 'ket ', 'sket']
    """
    return frozenset(part for word in words for part in _parts(f" {word} "))


def _parts(word: str) -> Iterator[str]:
    for start in range(max(1, len(word) - _PART + 1)):
        yield word[start : start + _PART]


class Likeness:
    """Which types of a taxonomy have names like a given one, by parts of words.

    Parameters
    ----------
    taxonomy
        The taxonomy whose labels and aliases, in all languages, are learned.

    Notes
    -----
    Naive Bayes over the parts that a name has, each type as probable as any other, with 0.1 added
    to each count; see Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008),
    section 13.2. Parts that no label or alias has are ignored. Learning costs time linear in the
    labels and aliases, a ranking in the types times the parts of the name.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> likeness = Likeness(load_taxonomy("customer"))
    >>> likeness.rank(["basket", "added"], "cart_addition")
    0
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        types = list(taxonomy.types.values())
        self._column = {one.id: column for column, one in enumerate(types)}
        self._row: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        for column, one in enumerate(types):
            for name in _names_of(one):
                for part in parts_of(words_of(name)):
                    rows.append(self._row.setdefault(part, len(self._row)))
                    columns.append(column)
        counts = np.zeros((len(self._row), len(types)))
        np.add.at(counts, (rows, columns), 1.0)
        smooth = counts + _SMOOTHING
        self._logs = np.log(smooth / smooth.sum(axis=0, keepdims=True)).astype(np.float32)

    def rank(self, words: Sequence[str], type_id: str) -> int:
        """Return how many types have names more like these words than a type has."""
        known = [self._row[one] for one in sorted(parts_of(words)) if one in self._row]
        scores = self._logs[known[:_MAX_PARTS]].sum(axis=0)
        return int(np.count_nonzero(scores > scores[self._column[type_id]]))


def _names_of(one: TouchpointType) -> Iterator[str]:
    yield from one.labels.values()
    for names in one.aliases.values():
        yield from names
