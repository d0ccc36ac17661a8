"""Whether needs and contexts predict the outcome better than channels do."""

from __future__ import annotations

from touchpoints._core import checks
from touchpoints._core.checks import check_option, public
from touchpoints._core.progress import Progress
from touchpoints.experience._shared.lenses import Lens
from touchpoints.experience._shared.predicting import Of, PredictiveViews, predicted_views
from touchpoints.journeys.model import Journeys


@public
def predictive_views(
    journeys: Journeys,
    *,
    channel: Lens = "channel",
    need: Lens = ("need", "context"),
    of: Of = "presence",
    outcome: str | None = None,
    folds: int = 5,
    seed: int = 0,
    level: float = 0.95,
    progress: Progress = False,
) -> PredictiveViews:
    """Compare how well channels and needs predict the outcome of journeys of persons held out.

    Parameters
    ----------
    channel, need
        What the two views tell apart, two lenses.
    of
        What is known of a journey: whether it has each label (``"presence"``), or how often
        (``"counts"``, of which the logarithm of one more is taken).
    outcome
        Shared argument: see `touchpoints.experience`.
    folds
        The number of folds, at least 3; all journeys of a person are in one fold.
    seed
        The seed of the folds.
    level, progress
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    PredictiveViews
        A row each for nothing, channels, needs and both. A better prediction is an association: it
        does not say that needs, rather than channels, make people reach the outcome.

    Raises
    ------
    InvalidInputError, NotFoundError
        When there is no such outcome or lens, the outcome was reached by all or by none, there are
        fewer persons than folds, or a lens tells more than 500 labels apart.

    See Also
    --------
    need_lift : Which needs those who reach the outcome have more often.

    Notes
    -----
    Each view is a logistic regression with a ridge penalty, which is chosen within the training
    folds. The interval is Student's t of the mean difference per journey, clustered by person. It
    says what models fitted to so many persons do for others; that models change with the persons
    they are fitted to is not in it, and it is somewhat too narrow for few persons (S. Bates,
    T. Hastie & R. Tibshirani 2024, Cross-validation: what does it estimate and how well does it do
    it?, Journal of the American Statistical Association 119(546), 1434-1445). Both views leave
    out interactions whose ``visibility`` is ``"backstage"``. O(m log m + d f²) for d distinct
    journeys and f labels.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> found = tp.experience.predictive_views(shop)
    >>> found.view.tolist()
    ['nothing', 'channels', 'needs', 'both']
    """
    checks.level(level)
    check_option("of", of, Of)
    folds, seed = checks.whole("folds", folds, least=3), checks.seed(seed)
    return predicted_views(
        journeys,
        channel=channel,
        need=need,
        of=of,
        outcome=outcome,
        folds=folds,
        seed=seed,
        level=level,
        progress=progress,
    )
