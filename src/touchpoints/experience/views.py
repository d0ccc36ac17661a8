"""The business view of journeys and the view of customers, side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs

from touchpoints._core import checks
from touchpoints._core.checks import check_option, public
from touchpoints._core.progress import Progress, reporting
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.experience._shared.flowing import NeedFlow, flow_of
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens, lens_names, seen_through
from touchpoints.experience._shared.lifting import NeedLift, lift_of
from touchpoints.experience._shared.mixing import NeedMix, mix_of
from touchpoints.experience._shared.predicting import PredictiveViews, predicted_views
from touchpoints.experience._shared.preferring import PreferredChannels, preferred_of
from touchpoints.experience._shared.rolling_ratio import (
    Step,
    TouchpointRatio,
    ratio_of_windows,
)
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty import units_of

_MAY_LACK = ("mix", "flow")  # not every log has stages and contexts


@attrs.frozen(kw_only=True, repr=False)
class Views:
    """The business view and the view of customers: result tables, each usable alone.

    Attributes
    ----------
    ratio : TouchpointRatio, optional
        The business view: touchpoints per purchase, in a window that moves along the log.
    lift : NeedLift, optional
        Which needs those who reach the outcome have more often.
    mix : NeedMix, optional
        Which needs people have at each stage.
    flow : NeedFlow, optional
        Which need follows which, by context.
    preferred : PreferredChannels, optional
        Which channel people prefer, in all and for each need.
    predictive : PredictiveViews, optional
        Whether needs predict the outcome better than channels.
    missing : dict of str to str
        Why a table is None: what these journeys lack, and the call that gives it.
    """

    ratio: TouchpointRatio | None
    lift: NeedLift | None
    mix: NeedMix | None
    flow: NeedFlow | None
    preferred: PreferredChannels | None
    predictive: PredictiveViews | None
    missing: dict[str, str]

    def __repr__(self) -> str:
        tables = {field.name: getattr(self, field.name) for field in attrs.fields(type(self))[:-1]}
        parts = [f"{name}: {one!r}" for name, one in tables.items() if one is not None]
        return "\n\n".join(
            [*parts, *(f"{name}: none. {why}" for name, why in self.missing.items())]
        )


@public
def compare_views(
    journeys: Journeys,
    *,
    window: dt.timedelta,
    step: Step = "day",
    outcome: str | None = None,
    channel: Lens = "channel",
    need: Lens = "need",
    context: Lens = "context",
    stage: Lens = "stage",
    folds: int = 5,
    seed: int = 0,
    level: float = 0.95,
    progress: Progress = False,
) -> Views:
    """Put the business view of journeys beside the view of their customers.

    Parameters
    ----------
    window, step
        Of the ratio of touchpoints to purchases: see `touchpoint_ratio`.
    outcome
        Shared argument: see `touchpoints.experience`.
    channel, need, context, stage
        What is told apart, four lenses. Without contexts, needs alone are compared with channels.
    folds, seed
        Of the cross-validation: see `predictive_views`.
    level, progress
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Views
        Six tables. One that these journeys cannot give is None, and ``missing`` says why.

    Raises
    ------
    InvalidInputError, NotFoundError
        When there is no such outcome or no such channel or need, or journeys still
        contain what defines the outcome.

    See Also
    --------
    touchpoint_ratio, need_lift, need_mix, need_flow, preferred_channels, predictive_views
        The tables one by one; most of them can be grouped with ``by``.

    Notes
    -----
    The view of customers leaves out interactions whose ``visibility`` is ``"backstage"``, which
    the business view counts. People who never bought are in every table: they are the other side
    of the lift and of the prediction. The cost is that of the tables.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> views = tp.experience.compare_views(shop, window=dt.timedelta(days=28), step="week")
    >>> len(views.lift), views.missing
    (6, {})
    """
    level = checks.level(level)
    width = checks.microseconds(window, "window")
    check_option("step", step, Step)
    folds, seed = checks.whole("folds", folds, least=3), checks.seed(seed)
    chosen = chosen_outcome(checked_journeys(journeys), outcome)
    shared: dict[str, Any] = {"level": level, "units": units_of(journeys, None)}
    known = {"outcome": chosen, **shared}
    both = _needs_in_contexts(journeys, need, context)
    asked: dict[str, Callable[[], Any]] = {
        "ratio": lambda: ratio_of_windows(journeys, width=width, step=step, lens=channel, **known),
        "lift": lambda: lift_of(journeys, need=need, **known),
        "mix": lambda: mix_of(journeys, need=need, stage=stage, **shared),
        "flow": lambda: flow_of(journeys, need=need, context=context, **shared),
        "preferred": lambda: preferred_of(journeys, channel=channel, need=need, **shared),
        "predictive": lambda: predicted_views(
            journeys, channel=channel, need=both, of="presence", folds=folds, seed=seed, **known
        ),
    }
    found, missing = {}, {}
    with reporting(progress, len(asked), what="views") as advance:
        for name, call in asked.items():
            try:
                found[name] = call()
            except (InvalidInputError, NotFoundError) as error:
                if isinstance(error, NotFoundError) and name not in _MAY_LACK:
                    raise
                found[name], missing[name] = None, str(error)
            advance()
    return Views(**found, missing=missing)


def _needs_in_contexts(journeys: Journeys, need: Lens, context: Lens) -> tuple[str, ...]:
    """Return the names of both lenses; of the first alone where contexts cannot be added."""
    names = lens_names(need)
    more = tuple(name for name in lens_names(context) if name not in names)
    if TOUCHPOINT in (*names, *more):
        return names
    try:
        seen_through(journeys, more or names)
    except (InvalidInputError, NotFoundError):
        return names
    return (*names, *more)
