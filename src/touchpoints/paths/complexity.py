"""The complexity index and the turbulence of each journey."""

from __future__ import annotations

from collections.abc import Sequence
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
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.tables import (
    Grouped,
    column,
)
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys


@attrs.frozen(kw_only=True, repr=False)
class Complexity(Grouped):
    """The complexity of each journey; one row per journey (and group), in the order of journeys.

    ``as_dict()`` returns ``{journey: complexity}``; with groups, the keys begin with the group.

    Attributes
    ----------
    journey : object
        The id of the journey.
    length : int64
        The number of interactions.
    touchpoints : int64
        The number of different touchpoints.
    transitions : int64
        The number of transitions to a different touchpoint; direct repeats do not count.
    entropy : float64
        The Shannon entropy of the touchpoints within the journey, in bits: 0 when all are equal.
    complexity : float64
        The complexity index: the geometric mean of the transitions and the entropy, each as a
        share of its maximum, in [0, 1].
    subsequences : float64
        log2 of the number of distinct subsequences of the journey without direct repeats.
    turbulence : float64
        ``subsequences`` plus log2 of how even the lengths of the runs of repeats are; 0 for an
        empty journey, 1 for a journey that stays at one touchpoint.
    alphabet : int
        The number of touchpoints a journey could contain, which sets the maximum of the entropy.
    """

    main = "complexity"
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


@public
def complexity(
    journeys: Journeys, *, alphabet: int | None = None, by: str | Sequence[str] | None = None
) -> Complexity:
    """Compute the complexity index and the turbulence of each journey.

    Parameters
    ----------
    alphabet
        The number of touchpoints a journey could contain; by default the number of touchpoints
        that the journeys of all groups together contain. Give the same number for journeys that
        are compared across logs.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Complexity
        One row per journey, whatever its count, because each number describes a single journey.
        Rows are in the order of the journeys (group by group); the group of a journey changes
        none of its numbers.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        When ``alphabet`` is below the number of touchpoints that the journeys contain.

    See Also
    --------
    distances : Compute the distances between journeys.
    journey_repeats : Count the loops and the rework of each journey.
    decision_points : The entropy of what comes next at each touchpoint.

    Notes
    -----
    With l interactions, q transitions, entropy h and an alphabet of k touchpoints,
    ``complexity = sqrt(q / (l − 1) × h / log2(k))``; it is 0 for journeys of at most one
    interaction. With φ distinct subsequences of the d runs, whose lengths t are in interactions,
    not in time, ``turbulence = log2(φ × (s²max + 1) / (s² + 1))``, where s² is the variance of t
    and ``s²max = (d − 1) × (1 − mean(t))²`` its maximum. Only the order in time matters, not the
    gaps. Of an open journey only the known part counts, so it looks simpler than it is.
    The cost is O(m log m) in m interactions.

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
    """Return each journey's entropy in bits and its number of different touchpoints."""
    lengths = lengths_of(journeys.offsets)
    keys = owners_of(journeys.offsets).astype(np.int64)
    size = max(len(journeys.touchpoints), 1)
    cells, totals = runs(keys * size + journeys.codes)
    owners = cells // size
    shares = totals / lengths[owners]
    bits = np.bincount(owners, -shares * np.log2(shares), len(lengths))
    return np.maximum(bits, 0.0), np.bincount(owners, minlength=len(lengths))


def _evenness(runs: Array, offsets: Array) -> Array:
    """Return log2((s²max + 1) / (s² + 1)) for s² the variance of the lengths of runs, (n,)."""
    sizes = lengths_of(offsets)
    owners = owners_of(offsets)
    below = np.maximum(sizes, 1)
    mean = np.bincount(owners, runs, len(sizes)) / below
    variance = np.bincount(owners, (runs - mean[owners]) ** 2, len(sizes)) / below
    largest = np.maximum(sizes - 1, 0) * (1 - mean) ** 2
    answer: Array = np.log2((largest + 1) / (variance + 1))
    return answer
