"""Attribution by what a path loses when one of its touchpoints is left out."""

from __future__ import annotations

from collections.abc import Sequence

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.by_rule import by_all
from touchpoints.attribution._shared.credit import Credit
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.attribution._shared.marginals import Marginals
from touchpoints.attribution._shared.recounting import by_marginals
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.recounting import recountable


@recountable(by_marginals)
@public
def leave_one_out(
    journeys: Journeys,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
) -> Credit:
    """Credit interactions by how much the rate of their path exceeds that of the path without them.

    Parameters
    ----------
    outcome, value, lookback, by
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs. There are no intervals: `touchpoints.bootstrap` gives
        them.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `first_touch`.

    See Also
    --------
    shapley : All sets of touchpoints, not only the path without one.

    Notes
    -----
    The rate of a path is the share of its journeys that reached the outcome. The marginal of an
    interaction is the rate of its path minus that of the same path without it, 0 for a path that
    nobody took, and at least 0. The outcomes of a path are split in proportion to the marginals of
    its interactions, and equally where all are 0. Rates of rare paths are noisy. O(sum of squared
    lengths of the distinct paths).

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad", "mail", "ad > mail"], "sales": [2, 0, 6], "lost": [8, 5, 4]}
    >>> journeys = tp.from_paths(table, path="path", converted="sales", lost="lost")
    >>> found = tp.attribution.leave_one_out(journeys)
    >>> {key: round(credit, 2) for key, credit in found.as_dict().items()}
    {'ad': 5.6, 'mail': 2.4}
    """
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=0.95)
    return by_all(journeys, _marginals, model="leave one out", asked=asked, sure=False)


def _marginals(evidence: Evidence) -> Array:
    return Marginals.of(evidence).weights(evidence.conversions, evidence.counts)
