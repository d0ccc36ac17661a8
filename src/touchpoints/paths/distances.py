"""How unlike journeys are."""

from __future__ import annotations

from typing import Literal

import numpy as np

from touchpoints._core.arrays.distances.bit_distances import (
    fewest_edits,
    part_count,
    unshared_places,
)
from touchpoints._core.arrays.distances.edit_distances import (
    Padded,
    cheapest_edits,
    chunk_count,
    padded,
    positions_that_differ,
)
from touchpoints._core.arrays.segments import lengths_of, offsets_of, rows_of
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import (
    not_found,
)
from touchpoints._core.progress import Progress, reporting
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.tie_breaking import frequent_first, variants_of, ways_of
from touchpoints.paths._shared.dissimilarity import Distances, SubstitutionCosts

Method = Literal["lcs", "edit", "hamming", "om"]
Normalise = Literal["longest", "largest", "yujian_bo"]

_MOST = 20_000
_FIXED = {"lcs": 2.0, "edit": 1.0, "hamming": 1.0}


def distances(
    journeys: Journeys,
    *,
    method: Method = "lcs",
    normalise: Normalise | None = None,
    substitution: SubstitutionCosts | None = None,
    indel: float = 1.0,
    progress: Progress = False,
) -> Distances:
    """Measure how unlike each two distinct journeys are.

    Parameters
    ----------
    method
        ``"lcs"``: touchpoints of either that are not in their longest common subsequence.
        ``"edit"``: touchpoints to put in, leave out or replace (Levenshtein). ``"hamming"``:
        positions that differ, those that only the longer one has included. ``"om"``: optimal
        matching, the cheapest edits at the costs of ``substitution`` and ``indel``.
    normalise
        ``"longest"``: divided by the length of the longer journey. ``"largest"``: divided by the
        largest distance that journeys of these lengths can have, in [0, 1]. ``"yujian_bo"``:
        ``2d / (d + (l + m) × indel)``, in [0, 1], which keeps the triangle inequality; not for
        Hamming. Two empty journeys are at 0.
    substitution
        What it costs to replace one touchpoint by another; of `substitution_costs`. Only for, and
        needed by, ``"om"``.
    indel
        What it costs to put in or leave out a touchpoint; above 0. Only for ``"om"``.
    progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Distances
        One row a distinct sequence of touchpoints, with the square matrix of distances between
        them. ``of`` leads from journeys to rows:
        ``found.matrix[found.of[i], found.of[j]]`` is the distance of journeys i and j.

    Raises
    ------
    InvalidInputError
        When costs are given to a method that has none, or are missing; when there are more than
        20,000 distinct journeys.
    NotFoundError
        When the costs lack a touchpoint of the journeys.

    Notes
    -----
    Only order counts: not times, outcomes, or whether a journey is finished. An open journey is
    compared as far as it is known. Equally frequent variants are in the order of their keys.
    LCS, edit and Hamming are metrics, and stay so with ``"yujian_bo"``; OM is one when its costs
    are (`SubstitutionCosts.is_metric`); ``"longest"`` and ``"largest"`` may break the triangle.
    O(d²) memory. LCS and edit are O(d² × longest²) over the bits of a word, Hamming O(d² ×
    longest). OM is O(d² × longest²), some three times faster where costs and ``indel`` are
    multiples of one fraction, as a half.

    References
    ----------
    M. Studer and G. Ritschard (2016), What matters in differences between life trajectories,
    Journal of the Royal Statistical Society A 179(2), 481-511, doi:10.1111/rssa.12125. L. Yujian
    and L. Bo (2007), A normalized Levenshtein distance metric, IEEE Transactions on Pattern
    Analysis and Machine Intelligence 29(6), 1091-1095, doi:10.1109/TPAMI.2007.1078.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["ad > visit > buy", "ad > buy", "visit > buy", "ad > buy"]}, path="path"
    ... )
    >>> found = tp.paths.distances(journeys)
    >>> found.variant.tolist()
    [('ad', 'buy'), ('ad', 'visit', 'buy'), ('visit', 'buy')]
    >>> found.matrix.tolist()
    [[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 0.0]]
    """
    checked_journeys(journeys)
    check_option("method", method, Method)
    if normalise is not None:
        check_option("normalise", normalise, Normalise)
    _check_costs(method, normalise, substitution, indel)
    first, of = _distinct(journeys)
    used, codes = np.unique(journeys.codes[rows_of(journeys.offsets, first)], return_inverse=True)
    keys = [journeys.touchpoints[code].key for code in used.tolist()]
    sequences = padded(codes, offsets_of(lengths_of(journeys.offsets)[first]))
    given = None if substitution is None else _chosen(substitution, keys)
    matrix = _measured(sequences, method, given, indel, progress)
    if normalise is not None:
        dearest = _FIXED[method] if substitution is None else float(substitution.matrix.max())
        below = _largest(sequences.lengths, method, min(dearest, 2 * indel), indel)
        matrix = _normalised(matrix, sequences.lengths, normalise, below, indel)
    return Distances(
        variant=ways_of(journeys, first),
        journeys=np.bincount(
            of[of >= 0], journeys.counts[of >= 0].astype(np.float64), len(first)
        ).astype(np.int64),
        matrix=owned(matrix),
        of=owned(of),
        method=method,
        normalise=normalise or "",
    )


def _check_costs(
    method: str, normalise: str | None, substitution: SubstitutionCosts | None, indel: float
) -> None:
    if substitution is not None and not isinstance(substitution, SubstitutionCosts):
        raise WrongKindError(
            f"substitution must be SubstitutionCosts, not {type(substitution).__name__}",
            mend="make them with tp.paths.substitution_costs(journeys, method=…)",
        )
    if method == "om" and substitution is None:
        raise InvalidInputError(
            "optimal matching needs the costs of substitutions",
            mend="substitution=tp.paths.substitution_costs(journeys, method='facets')",
        )
    if method != "om" and (substitution is not None or indel != 1.0):
        raise InvalidInputError(f"{method!r} has fixed costs", mend="method='om' takes costs")
    if not 0 < indel < np.inf:
        raise InvalidInputError(f"indel={indel!r} must be a finite cost above 0")
    if method == "hamming" and normalise == "yujian_bo":
        raise InvalidInputError("yujian_bo is for distances by edits, not for Hamming")


def _distinct(journeys: Journeys) -> tuple[Array, Array]:
    """Return the first journey of each variant that occurs, and the variant of each journey."""
    found = variants_of(journeys)
    totals = found.totals(journeys.counts)
    kept = np.flatnonzero(totals > 0)
    if len(kept) > _MOST:
        raise InvalidInputError(
            f"{len(kept):,} distinct journeys make a matrix too large; {_MOST:,} are the most",
            mend="draw some with tp.sample, or merge touchpoints with tp.collapse",
        )
    order = kept[frequent_first(totals[kept], journeys, rows=found.first[kept])]
    table = np.full(len(totals), -1, dtype=np.int64)
    table[order] = np.arange(len(order))
    return found.first[order], table[found.of]


def _chosen(substitution: SubstitutionCosts, keys: list[str]) -> Array:
    """Return the costs of these touchpoints, float64 (k, k)."""
    places = {key: place for place, key in enumerate(substitution.touchpoint.tolist())}
    for key in keys:
        if key not in places:
            raise not_found("touchpoint", key, list(places), where="in the substitution costs")
    chosen = np.array([places[key] for key in keys], dtype=np.int64)
    costs: Array = substitution.matrix[np.ix_(chosen, chosen)]
    return costs


def _measured(
    sequences: Padded, method: str, given: Array | None, indel: float, progress: Progress
) -> Array:
    if given is not None:
        parts = chunk_count(sequences, given, indel=indel)
        with reporting(progress, parts, what="distances") as step:
            return cheapest_edits(sequences, given, indel=indel, step=step)
    parts = 1 if method == "hamming" else part_count(sequences)
    with reporting(progress, parts, what="distances") as step:
        if method == "hamming":
            answer = positions_that_differ(sequences)
            step()
            return answer
        return (unshared_places if method == "lcs" else fewest_edits)(sequences, step=step)


def _largest(lengths: Array, method: str, dearest: float, indel: float) -> Array:
    """Return the largest distance that two journeys of such lengths can have, float64 (d, d)."""
    sizes = lengths.astype(np.float64)
    longer, shorter = np.maximum.outer(sizes, sizes), np.minimum.outer(sizes, sizes)
    answer: Array = (indel if method == "om" else 1.0) * (longer - shorter) + dearest * shorter
    return answer


def _normalised(matrix: Array, lengths: Array, how: str, largest: Array, indel: float) -> Array:
    sizes = lengths.astype(np.float64)
    below = largest
    if how == "longest":
        below = np.maximum.outer(sizes, sizes)
    elif how == "yujian_bo":
        below = (matrix + indel * np.add.outer(sizes, sizes)) / 2
    answer = np.zeros_like(matrix)
    np.divide(matrix, below, out=answer, where=below > 0)
    return answer
