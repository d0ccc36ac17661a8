"""How much pairs of touchpoints add together beyond what they add apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.coalitions import Rates, interactions
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Grouped, column
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.sets import EXACT, bits_of, players_of
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks


@attrs.frozen(kw_only=True, repr=False)
class Interactions(Grouped):
    """What two touchpoints add together beyond what they add apart; one row per pair.

    Attributes
    ----------
    first, second : object
        The keys of the touchpoints.
    interaction : float64
        The interaction index, in the unit of the game: above 0 where the two help each other, below
        0 where one can stand for the other.
    journeys : int64
        The journeys with a known outcome that contain both.
    outcome : str
        The name of the outcome.
    """

    main = "interaction"
    labels = ("first", "second")

    first: Array = column(object)
    second: Array = column(object)
    interaction: Array = column(np.float64)
    journeys: Array = column(np.int64)
    outcome: str


@public
def synergies(
    journeys: Journeys,
    *,
    prior: float = 0.0,
    outcome: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
) -> Interactions:
    """Compute how much pairs of touchpoints add together beyond what they add apart.

    Parameters
    ----------
    prior
        As for `shapley`, of the game of rates.
    outcome, lookback, by
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Interactions
        One row per pair, the largest first. For direct and indirect touchpoints, apply
        ``tp.collapse(journeys, by="directness")`` first.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `shapley`; also when there are more than 24 touchpoints.

    See Also
    --------
    shapley : What single touchpoints add.

    References
    ----------
    M. Grabisch and M. Roubens (1999), An axiomatic approach to the concept of interaction among
    players in cooperative games, International Journal of Game Theory 28(4), 547-565,
    doi:10.1007/s001820050125.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad", "mail", "ad > mail"], "sales": [1, 2, 6], "lost": [9, 8, 4]}
    >>> journeys = tp.from_paths(table, path="path", converted="sales", lost="lost")
    >>> found = tp.attribution.synergies(journeys)
    >>> found.to_dicts()[0]["journeys"]
    10
    """
    asked = Asked(outcome=outcome, value=None, lookback=lookback, by=by, level=0.95)
    return by_group(
        journeys,
        by,
        partial(_interactions, prior=checks.finite("prior", prior, least=0), asked=asked),
    )


def _interactions(journeys: Journeys, *, prior: float, asked: Asked) -> Interactions:
    evidence = asked.evidence(journeys)
    players = players_of(evidence)
    p = len(players)
    if p > EXACT:
        raise InvalidInputError(
            f"{p:,} touchpoints are too many for interactions, which take up to {EXACT}",
            mend="tp.collapse(journeys, by=…) groups touchpoints",
        )
    ranks = key_ranks(evidence.journeys)
    players = players[np.argsort(ranks[players])]
    sets = bits_of(evidence, players)
    rates = Rates.of(
        sets[sets != 0],
        evidence.conversions[sets != 0],
        evidence.counts[sets != 0],
        players=p,
        prior=prior,
    )
    index = interactions(rates.game, p) if p > 1 else np.zeros((p, p))
    left, right = np.triu_indices(p, 1)
    both = [
        evidence.counts[(sets >> one & sets >> two & 1) == 1].sum()
        for one, two in zip(left.tolist(), right.tolist(), strict=True)
    ]
    numbers = index[left, right]
    order = np.argsort(-np.round(numbers, 12), kind="stable")
    keys = text_array([evidence.journeys.touchpoints[code].key for code in players.tolist()])
    return Interactions(
        first=keys[left[order]],
        second=keys[right[order]],
        interaction=numbers[order] + 0.0,
        journeys=np.array(both, dtype=np.int64)[order],
        outcome=evidence.outcome,
    )
