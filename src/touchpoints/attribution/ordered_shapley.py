"""Shapley credit by the position of a touchpoint in the journey."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Grouped, column, fact
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.splitting import evenly_distinct
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks


@attrs.frozen(kw_only=True, repr=False)
class OrderedCredit(Grouped):
    """Credit per touchpoint and position; positions in order, touchpoints by total credit.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    position : int64
        The 1-based position in the journey; the last holds all later positions too.
    credit : float64
        The number of outcomes credited to the touchpoint at this position. Summed over positions
        it is the Shapley value of the game of subsets.
    share : float64
        The credit as a share of all outcomes of journeys with interactions.
    outcome : str
        The name of the outcome.
    outcomes : int
        The number of outcomes, those of journeys without interactions included.
    """

    main = "credit"
    labels = ("touchpoint", "position")

    touchpoint: Array = column(object)
    position: Array = column(np.int64)
    credit: Array = column(np.float64)
    share: Array = column(np.float64)
    outcome: str
    outcomes: int = fact(of_groups=sum)


@public
def ordered_shapley(
    journeys: Journeys,
    *,
    max_position: int = 10,
    outcome: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
) -> OrderedCredit:
    """Credit touchpoints at each position by the ordered Shapley value.

    Parameters
    ----------
    max_position
        Positions beyond this are counted at it.
    outcome, lookback, by
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    OrderedCredit
        One row per touchpoint and position at which it has credit.

    Raises
    ------
    NotFoundError
        When the outcome or the column does not exist.
    InvalidInputError
        As `linear`; also when ``max_position`` is not an integer of at least 1.

    See Also
    --------
    shapley : With ``game="subsets"`` the sums over positions, with intervals.

    Notes
    -----
    A journey with the distinct touchpoints C gives ``1 / (|C| × occurrences)`` of its outcome to
    each occurrence. O(m).

    References
    ----------
    K. Zhao, S. H. Mahboobi and S. R. Bagheri (2018), Shapley value methods for attribution modeling
    in online advertising, arXiv:1804.05327.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > mail > ad"], "n": [8]}, path="path", converted="n")
    >>> tp.attribution.ordered_shapley(journeys).as_dict()
    {('ad', 1): 2.0, ('ad', 3): 2.0, ('mail', 2): 4.0}
    """
    last = checks.whole("max_position", max_position)
    asked = Asked(outcome=outcome, value=None, lookback=lookback, by=by, level=0.95)
    return by_group(journeys, by, partial(_credit, last=last, asked=asked))


def _credit(journeys: Journeys, *, last: int, asked: Asked) -> OrderedCredit:
    evidence = asked.evidence(journeys)
    lengths, k = segments.lengths_of(evidence.offsets), evidence.k
    place = np.arange(len(evidence.codes)) - np.repeat(evidence.offsets[:-1], lengths)
    place = np.minimum(place, last - 1)
    weights = evenly_distinct(evidence) * np.repeat(evidence.conversions, lengths)
    cells = np.bincount(evidence.codes.astype(np.int64) * last + place, weights, k * last)
    credit = cells.reshape(k, last)
    ranks = key_ranks(evidence.journeys)
    order = np.lexsort([ranks, -np.round(credit.sum(axis=1), 9)])
    rows, places = np.nonzero(credit[order] > 0)
    codes = order[rows]
    keys = text_array([one.key for one in evidence.journeys.touchpoints])
    found = credit[codes, places]
    return OrderedCredit(
        touchpoint=keys[codes],
        position=places + 1,
        credit=found,
        share=found / (found.sum() or 1.0),
        outcome=evidence.outcome,
        outcomes=int(evidence.conversions.sum()),
    )
