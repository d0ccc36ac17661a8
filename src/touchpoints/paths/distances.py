"""Distances between journeys: LCS, edit, Hamming and optimal matching."""

from __future__ import annotations

from typing import Literal

import numpy as np

from touchpoints._core.arrays.distances.bit_distances import (
    fewest_edits,
    lcs_distances,
    part_count,
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
    positive,
    public,
)
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import (
    not_found,
)
from touchpoints._core.progress import Progress, reporting
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.tie_breaking import frequent_first, variant_keys, variants_of
from touchpoints.paths._shared.dissimilarity import Distances, SubstitutionCosts

Method = Literal["lcs", "edit", "hamming", "om"]
Normalise = Literal["longest", "largest", "yujian_bo"]

_MOST = 20_000
_FIXED = {"lcs": 2.0, "edit": 1.0, "hamming": 1.0}


@public
def distances(
    journeys: Journeys,
    *,
    method: Method = "lcs",
    normalise: Normalise | None = None,
    substitution: SubstitutionCosts | None = None,
    indel: float = 1.0,
    progress: Progress = False,
) -> Distances:
    """Compute distances between journeys: LCS, edit, Hamming or optimal matching.

    Parameters
    ----------
    method
        ``"lcs"``: the number of touchpoints of both journeys outside their longest common
        subsequence. ``"edit"``: the number of insertions, deletions and substitutions
        (Levenshtein). ``"hamming"``: the number of positions that differ, including the positions
        that only the longer journey has. ``"om"``: optimal matching, the smallest summed cost of
        edits at the costs of ``substitution`` and ``indel``.
    normalise
        ``"longest"``: divided by the length of the longer journey. ``"largest"``: divided by the
        largest distance that journeys of these lengths can have, in [0, 1]. ``"yujian_bo"``:
        ``2d / (d + (l + m) × indel)`` for lengths l and m, in [0, 1], which keeps the triangle
        inequality; not for Hamming. Two empty journeys have distance 0.
    substitution
        The cost of substituting one touchpoint for another, from `substitution_costs`. Required
        for ``"om"``, and only allowed there.
    indel
        The cost of inserting or deleting a touchpoint, above 0. Only for ``"om"``.
    progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Distances
        One row per variant, with the square matrix of distances between variants. ``of`` maps
        journeys to rows: ``found.matrix[found.of[i], found.of[j]]`` is the distance between
        journeys i and j.

    Raises
    ------
    InvalidInputError
        When costs are given for a method with fixed costs, or are missing for ``"om"``; when there
        are more than 20,000 distinct journeys.
    NotFoundError
        When a touchpoint of the journeys is missing from the costs.

    See Also
    --------
    substitution_costs : Compute the costs for optimal matching.
    hierarchical, k_medoids : Find clusters of similar journeys from the distances.
    similarity_to : The similarity of each journey to one given path.

    Notes
    -----
    Only the order of touchpoints counts, not times, outcomes, or whether a journey is finished. Of
    an open journey the known part is compared. Equally frequent variants are in the order of their
    keys. LCS, edit and Hamming distances are metrics, and remain metrics with ``"yujian_bo"``;
    optimal matching is a metric when its costs are (`SubstitutionCosts.is_metric`). ``"longest"``
    and ``"largest"`` may violate the triangle inequality. Memory is O(d²) in d distinct journeys.
    Time is O(d² × longest²) divided by the bits of a machine word for LCS and edit distances,
    O(d² × longest) for Hamming, and O(d² × longest²) for optimal matching, which is about three
    times faster where the costs and ``indel`` are multiples of one fraction, for example of 0.5.

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
    matrix = _unnormalised(sequences, method, given, indel, progress)
    if normalise is not None:
        dearest = _FIXED[method] if substitution is None else float(substitution.matrix.max())
        below = _largest(sequences.lengths, method, min(dearest, 2 * indel), indel)
        matrix = _normalised(matrix, sequences.lengths, normalise, below, indel)
    return Distances(
        variant=variant_keys(journeys, first),
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
            f"substitution must be SubstitutionCosts, got {type(substitution).__name__}",
            mend="compute them with tp.paths.substitution_costs(journeys, method=…)",
        )
    if method == "om" and substitution is None:
        raise InvalidInputError(
            "substitution must be SubstitutionCosts for method='om', optimal matching, got None",
            mend="substitution=tp.paths.substitution_costs(journeys, method='facets')",
        )
    if method != "om" and (substitution is not None or indel != 1.0):
        raise InvalidInputError(
            f"substitution and indel must be left out for method={method!r}, which has fixed costs",
            mend="use method='om' for other costs",
        )
    positive("indel", indel)
    if method == "hamming" and normalise == "yujian_bo":
        raise InvalidInputError(
            "normalise='yujian_bo' must be used with an edit distance, got method='hamming'",
            mend="use normalise='longest', or another method",
        )


def _distinct(journeys: Journeys) -> tuple[Array, Array]:
    """Return the first journey of each observed variant, and the variant of each journey."""
    found = variants_of(journeys)
    totals = found.totals(journeys.counts)
    kept = np.flatnonzero(totals > 0)
    if len(kept) > _MOST:
        raise InvalidInputError(
            f"distances takes at most {_MOST:,} distinct journeys, got {len(kept):,}",
            mend="draw a sample with tp.sample, or merge touchpoints with tp.collapse",
        )
    order = kept[frequent_first(totals[kept], journeys, rows=found.first[kept])]
    table = np.full(len(totals), -1, dtype=np.int64)
    table[order] = np.arange(len(order))
    return found.first[order], table[found.of]


def _chosen(substitution: SubstitutionCosts, keys: list[str]) -> Array:
    """Return the costs of the given touchpoints, float64 (k, k)."""
    rows = {key: row for row, key in enumerate(substitution.touchpoint.tolist())}
    for key in keys:
        if key not in rows:
            raise not_found("touchpoint", key, list(rows), where="in the substitution costs")
    chosen = np.array([rows[key] for key in keys], dtype=np.int64)
    costs: Array = substitution.matrix[np.ix_(chosen, chosen)]
    return costs


def _unnormalised(
    sequences: Padded, method: str, given: Array | None, indel: float, progress: Progress
) -> Array:
    if given is not None:
        parts = chunk_count(sequences, given, indel=indel)
        with reporting(progress, parts, what="distances") as advance:
            return cheapest_edits(sequences, given, indel=indel, advance=advance)
    parts = 1 if method == "hamming" else part_count(sequences)
    with reporting(progress, parts, what="distances") as advance:
        if method == "hamming":
            answer = positions_that_differ(sequences)
            advance()
            return answer
        return (lcs_distances if method == "lcs" else fewest_edits)(sequences, advance=advance)


def _largest(lengths: Array, method: str, dearest: float, indel: float) -> Array:
    """Return the largest possible distance of two journeys with these lengths, float64 (d, d)."""
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
