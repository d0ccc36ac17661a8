"""How complex each journey is."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import (
    lengths_of,
    offsets_after,
    owners_of,
    repeats_within,
)
from touchpoints._core.arrays.sequences.subsequences import log2_distinct
from touchpoints._core.frozen import Array
from touchpoints._core.tables import (
    Grouped,
    column,
)
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys


@attrs.frozen(kw_only=True, repr=False)
class Complexity(Grouped):
    """How complex journeys are; one row a journey (and group), in their order.

    Attributes
    ----------
    journey : object
        Its id.
    length : int64
        How many interactions it has.
    touchpoints : int64
        How many different touchpoints.
    transitions : int64
        How often it passes from one touchpoint to another one; repeats are none.
    entropy : float64
        Of the touchpoints within the journey, in bits: 0 when all are the same.
    complexity : float64
        The geometric mean of the transitions and the entropy, each as a share of the most there
        can be, in [0, 1].
    subsequences : float64
        log2 of the number of distinct subsequences, of its touchpoints without repeats.
    turbulence : float64
        That, raised by how even the runs of repeats are; 0 for an empty journey, 1 for one that
        stays at one touchpoint.
    alphabet : int
        How many touchpoints a journey could have; what the entropy is a share of.
    """

    value = "complexity"
    labels = ("journey",)

    journey: Array = column(object)
    length: Array = column(np.int64)
    touchpoints: Array = column(np.int64)
    transitions: Array = column(np.int64)
    entropy: Array = column(np.float64)
    complexity: Array = column(np.float64)
    subsequences: Array = column(np.float64)
    turbulence: Array = column(np.float64)
    alphabet: int


def complexity(
    journeys: Journeys, *, alphabet: int | None = None, by: str | None = None
) -> Complexity:
    """Measure how complex each journey is.

    Parameters
    ----------
    alphabet
        How many touchpoints there are to choose from; those of the journeys by default, of all
        groups alike. Give the same for journeys that are compared across logs.
    by
        A per-journey column, facet or per-interaction column to group by. Journeys without a value
        of it are in no group, and left out.

    Returns
    -------
    Complexity
        One row a journey, whatever its count: the measures are of single journeys. In their order
        (group by group); which group a journey is in changes none of its measures.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    InvalidInputError
        When ``alphabet`` is below the number of touchpoints the journeys have.

    Notes
    -----
    With l interactions, q transitions, entropy h and an alphabet of k,
    ``complexity = sqrt(q / (l − 1) × h / log2(k))``; 0 for journeys of one interaction or none.
    With φ distinct subsequences of the d runs, t their lengths (in interactions, not in time),
    ``turbulence = log2(φ × (s²max + 1) / (s² + 1))``, where s² is the variance of t and
    ``s²max = (d − 1) × (1 − mean(t))²`` the most it can be. Order in time is all that counts: gaps
    do not. An open journey is measured as far as it is known, so it looks simpler than it is.
    O(m log m).

    References
    ----------
    A. Gabadinho, G. Ritschard, M. Studer and N. S. Müller (2010), Indice de complexité pour le tri
    et la comparaison de séquences catégorielles, Revue des nouvelles technologies de l'information
    E-19, 61-66. C. H. Elzinga and A. C. Liefbroer (2007), De-standardization of family-life
    trajectories of young adults, European Journal of Population 23, 225-250,
    doi:10.1007/s10680-007-9133-7.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > ad > ad", "ad > visit > ad > buy"]}, path="path")
    >>> found = tp.paths.complexity(journeys)
    >>> found.transitions.tolist(), found.entropy.tolist()
    ([0, 3], [0.0, 1.5])
    >>> found.turbulence.round(3).tolist()
    [1.0, 3.807]
    """
    return by_group(journeys, by, partial(_complexity, k=_alphabet(journeys, alphabet)))


def _complexity(journeys: Journeys, *, k: int) -> Complexity:
    codes, offsets = journeys.codes, journeys.offsets
    lengths = lengths_of(offsets)
    fresh = ~repeats_within(codes, offsets)
    runs = offsets_after(fresh, offsets)
    transitions = np.maximum(lengths_of(runs) - 1, 0)
    entropy, different = _entropy(journeys)
    share = transitions / np.maximum(lengths - 1, 1) * entropy / max(np.log2(max(k, 1)), 1e-300)
    subsequences = log2_distinct(codes[fresh], runs, len(journeys.touchpoints))
    starts = np.flatnonzero(fresh)
    return Complexity(
        journey=journeys.ids,
        length=lengths,
        touchpoints=different,
        transitions=transitions,
        entropy=entropy,
        complexity=np.sqrt(np.minimum(share, 1.0)),
        subsequences=subsequences,
        turbulence=subsequences + _evenness(np.diff(np.append(starts, len(codes))), runs),
        alphabet=k,
    )


def _alphabet(journeys: Journeys, alphabet: int | None) -> int:
    used = len(np.unique(checked_journeys(journeys).codes))
    return used if alphabet is None else checks.whole("alphabet", alphabet, least=used)


def _entropy(journeys: Journeys) -> tuple[Array, Array]:
    """Return the entropy in bits and the number of different touchpoints of each journey."""
    lengths = lengths_of(journeys.offsets)
    keys = owners_of(journeys.offsets).astype(np.int64)
    size = max(len(journeys.touchpoints), 1)
    pairs, often = np.unique(keys * size + journeys.codes, return_counts=True)
    owners = pairs // size
    shares = often / lengths[owners]
    bits = np.bincount(owners, -shares * np.log2(shares), len(lengths))
    return np.maximum(bits, 0.0), np.bincount(owners, minlength=len(lengths))


def _evenness(runs: Array, offsets: Array) -> Array:
    """Return log2 of how far the variance of the lengths of runs is below its largest."""
    many = lengths_of(offsets)
    owners = owners_of(offsets)
    below = np.maximum(many, 1)
    mean = np.bincount(owners, runs, len(many)) / below
    variance = np.bincount(owners, (runs - mean[owners]) ** 2, len(many)) / below
    largest = np.maximum(many - 1, 0) * (1 - mean) ** 2
    answer: Array = np.log2((largest + 1) / (variance + 1))
    return answer
