"""Cohesion: whether touchpoints are consistent, of one theme, sensitive to context, and smooth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, column
from touchpoints.experience._shared.fingerprints import marks_of, score_marks
from touchpoints.experience._shared.lenses import (
    TOUCHPOINT,
    Lens,
    Seen,
    next_seen,
    seen_through,
)
from touchpoints.experience._shared.metrics import Metric, Scores, scores_of
from touchpoints.graphs.flows import usual_ends
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty.jackknife import jackknifed
from touchpoints.uncertainty.units import units_of

KINDS = ("both", "direct", "indirect")
MEASURES = ("consistency", "thematic cohesion", "context sensitivity", "switch friction")


@attrs.frozen(kw_only=True, repr=False)
class Cohesion(Estimated):
    """How touchpoints fit together; one row per measure and kind (and group).

    ``as_dict()`` returns ``{(measure, kind): value}``; with groups, keys begin with the group.

    Attributes
    ----------
    measure : object
        ``"consistency"``: 1 minus the share of the variance of scores between channels, 1 where
        channels are alike. ``"thematic cohesion"``: 1 minus the mean divergence of the themes of
        two touchpoints, in [0, 1]. ``"context sensitivity"``: the share of the uncertainty of what
        follows a touchpoint that the context removes, in [0, 1]. ``"switch friction"``: how much
        more often journeys end after a change of channel than without one.
    kind : object
        ``"both"``, ``"direct"`` or ``"indirect"`` touchpoints.
    value, low, high : float64
        The measure and its interval; nan where it is not known.
    interactions : int64
        The number of interactions that it rests on.
    reason : object
        Why the value is nan; empty where it is not.
    """

    main = "value"
    labels = ("measure", "kind")

    measure: Array = column(object)
    kind: Array = column(object)
    value: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    interactions: Array = column(np.int64)
    reason: Array = column(object)


@public
def cohesion(
    journeys: Journeys,
    *,
    metric: str | Metric | None = None,
    theme: Lens = "need",
    context: Lens = "context",
    lens: Lens = TOUCHPOINT,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Cohesion:
    """Measure how touchpoints fit together: for direct and indirect ones, and for both.

    Parameters
    ----------
    metric
        The metric whose scores must be consistent across channels; without it, consistency is not
        known.
    theme, context
        The facet or column that holds the theme, and the context, of an interaction.
    lens
        What a touchpoint is, as in `touchpoints.experience`.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Cohesion
        Twelve rows, always in the same order.

    Raises
    ------
    NotFoundError
        When the metric, its column, the theme or the context does not exist.

    See Also
    --------
    alignment : Whether touchpoints keep the promise of the brand.
    collapse_loss : What grouping by channel loses.

    Notes
    -----
    Consistency is ``1 - ω²``, with ω² = (SSB - (k - 1) MSW) / (SST + MSW), SSB and SST the sums of
    squares of scores between k channels and in total, MSW the mean square within channels; below 0
    counts as 0. Thematic cohesion is 1 minus the mean Jensen-Shannon divergence, base 2, of the
    themes of all pairs of touchpoints, weighted by the product of their interactions. Context
    sensitivity is ``I(next; context | touchpoint) / H(next | touchpoint)``, less what independent
    context would give by chance, (r - 1)(c - 1) / (2 N ln 2) bits for each touchpoint with N
    interactions, r next touchpoints and c contexts (G. A. Miller 1955); below 0 counts as 0. Switch
    friction counts interactions after the first of their journey; ends that the log cuts off are
    left out. Intervals are Student's, with the variance of leaving out a thirtieth of the persons
    at a time. Themes and contexts that are only defaults of types say nothing about how they are
    lived: see `touchpoints.experience`. O(m) for each measure, and O(k²) for k touchpoints.

    References
    ----------
    C. Kuehnl, D. Jozic and C. Homburg (2019), Effective customer journey design: consumers'
    conception, measurement, and consequences, Journal of the Academy of Marketing Science 47,
    551-568, doi:10.1007/s11747-018-00625-7. J. Lin (1991), Divergence measures based on the Shannon
    entropy, IEEE Transactions on Information Theory 37(1), 145-151, doi:10.1109/18.61115. W. L.
    Hays (1963), Statistics for Psychologists, Holt, Rinehart and Winston.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(400, seed=1)
    >>> found = tp.experience.cohesion(shop)
    >>> len(found), found.reason[0]
    (12, 'metric= names the scores')
    """
    checked_journeys(journeys)
    level = checks.level(level)
    fitting = partial(_fitting, metric=metric, theme=theme, context=context, lens=lens)
    return by_group(journeys, by, partial(fitting, level=level))


@attrs.frozen(eq=False, kw_only=True)
class _Log:
    """What each interaction is, and how often it counts."""

    owners: Array
    touchpoint: Seen
    channel: Seen
    theme: Seen
    context: Seen
    following: Seen
    scores: Scores | None
    switched: Array
    ended: Array


def _fitting(
    journeys: Journeys,
    *,
    metric: str | Metric | None,
    theme: Lens,
    context: Lens,
    lens: Lens,
    level: float,
) -> Cohesion:
    log = _log(journeys, metric=metric, theme=theme, context=context, lens=lens)
    kinds = _kinds(journeys)
    calls = (_consistency, _thematic, _sensitivity, _friction)

    def every(weights: Array) -> Array:
        each = weights[log.owners]
        return np.array([call(log, each * kind)[0] for call in calls for kind in kinds.values()])

    found = jackknifed(journeys, every, also=_marks(journeys, log))
    low, high = found.bounds(level)
    counts = journeys.counts.astype(np.float64)[log.owners]
    said = [call(log, counts * kind)[1:] for call in calls for kind in kinds.values()]
    return Cohesion(
        measure=text_array([name for name in MEASURES for _ in KINDS]),
        kind=text_array([kind for _ in MEASURES for kind in KINDS]),
        value=found.value,
        low=low,
        high=high,
        interactions=np.array([number for number, _ in said], dtype=np.float64),
        reason=text_array(
            [why if np.isnan(one) else "" for one, (_, why) in zip(found.value, said, strict=True)]
        ),
        level=level,
        **units_of(journeys, None).facts(),
    )


def _log(
    journeys: Journeys, *, metric: str | Metric | None, theme: Lens, context: Lens, lens: Lens
) -> _Log:
    owners = owners_of(journeys.offsets).astype(np.int64)
    channel = _seen(journeys, "channel")
    switched = np.full(len(owners), -1, dtype=np.int64)
    inner = np.flatnonzero(owners[1:] == owners[:-1]) + 1
    before, now = channel.codes[inner - 1], channel.codes[inner]
    switched[inner] = np.where((before < 0) | (now < 0), -1, before != now)
    ended = np.zeros(len(owners), dtype=np.int64)
    lasts = journeys.offsets[1:][np.diff(journeys.offsets) > 0] - 1
    ended[lasts] = np.where(usual_ends(journeys).of[owners[lasts]] == 0, 1, -1)
    return _Log(
        owners=owners,
        touchpoint=seen_through(journeys, lens),
        channel=channel,
        theme=_seen(journeys, theme),
        context=_seen(journeys, context),
        following=next_seen(journeys, lens),
        scores=None if metric is None else scores_of(journeys, metric),
        switched=switched,
        ended=ended,
    )


def _seen(journeys: Journeys, lens: Lens) -> Seen:
    """Return what interactions are under a lens; nothing where no touchpoint has the facet."""
    known = lens if isinstance(lens, str) else ""
    lacking = known not in ("", *journeys.per_interaction) and all(
        one.facet(known) in ("", UNKNOWN) for one in journeys.touchpoints
    )
    if lacking and known in ("channel", "need", "context"):
        nothing = np.full(len(journeys.codes), -1, dtype=np.int64)
        return Seen(name=known, names=(known,), labels=(), codes=nothing)
    return seen_through(journeys, lens, unknown=False)


def _kinds(journeys: Journeys) -> dict[str, Array]:
    """Return 1 for the interactions of each kind."""
    terms = [one.facet("directness") for one in journeys.touchpoints]
    table = {
        kind: np.array([kind in ("both", term) for term in terms], dtype=np.float64)
        for kind in KINDS
    }
    return {kind: one[journeys.codes] if len(one) else one for kind, one in table.items()}


Found = tuple[float, float, str]
"""A measure, the number of interactions that it rests on, and why it is not known."""


def _consistency(log: _Log, weights: Array) -> Found:
    """Return 1 - ω² of the scores of channels."""
    if log.scores is None:
        return np.nan, 0.0, "metric= names the scores"
    rows = np.flatnonzero(log.scores.known & (log.channel.codes >= 0) & (weights > 0))
    values, weight, group = log.scores.values[rows], weights[rows], log.channel.codes[rows]
    number = np.bincount(group, weight, log.channel.k)
    used = number > 0
    k, total = int(used.sum()), float(number.sum())
    if k < 2 or total <= k:
        return np.nan, total, "fewer than two channels have scores"
    sums = np.bincount(group, weight * values, log.channel.k)
    mean = sums.sum() / total
    between = float((number[used] * (sums[used] / number[used] - mean) ** 2).sum())
    spread = float(weight @ (values - mean) ** 2)
    within = (spread - between) / (total - k)
    if spread + within <= 0:
        return 1.0, total, ""
    omega = (between - (k - 1) * within) / (spread + within)
    return 1 - max(omega, 0.0), total, ""


def _table(rows: Array, columns: Array, weights: Array, shape: tuple[int, int]) -> Array:
    cells = np.bincount(rows * shape[1] + columns, weights, shape[0] * shape[1])
    return np.asarray(cells.reshape(shape))


def _thematic(log: _Log, weights: Array) -> Found:
    """Return 1 minus the mean Jensen-Shannon divergence of the themes of two touchpoints."""
    rows = np.flatnonzero((log.theme.codes >= 0) & (weights > 0))
    shape = (log.touchpoint.k, log.theme.k)
    table = _table(log.touchpoint.codes[rows], log.theme.codes[rows], weights[rows], shape)
    number = table.sum(axis=1)
    used = number > 0
    total = float(number.sum())
    if used.sum() < 2:
        return np.nan, total, "fewer than two touchpoints have a theme"
    shares, mass = table[used] / number[used][:, None], number[used]
    entropy = _bits(shares).sum(axis=1)
    pairs = np.triu_indices(len(mass), 1)
    middle = (shares[pairs[0]] + shares[pairs[1]]) / 2
    apart = _bits(middle).sum(axis=1) - (entropy[pairs[0]] + entropy[pairs[1]]) / 2
    weight = mass[pairs[0]] * mass[pairs[1]]
    return 1 - float(weight @ np.maximum(apart, 0.0) / weight.sum()), total, ""


def _bits(shares: Array) -> Array:
    return np.asarray(-shares * np.log2(np.where(shares > 0, shares, 1.0)))


def _sensitivity(log: _Log, weights: Array) -> Found:
    """Return the share of the uncertainty of what follows that the context removes."""
    there = (log.context.codes >= 0) & (log.following.codes >= 0) & (weights > 0)
    rows = np.flatnonzero(there)
    total = float(weights[rows].sum())
    c, r = max(log.context.k, 1), log.following.k
    uncertain = known = chance = 0.0
    for code in range(log.touchpoint.k):
        here = rows[log.touchpoint.codes[rows] == code]
        if not len(here):
            continue
        table = _table(log.context.codes[here], log.following.codes[here], weights[here], (c, r))
        number = table.sum()
        contexts, nexts = table.sum(axis=1), table.sum(axis=0)
        uncertain += number * _bits(nexts / number).sum()
        each = contexts[contexts > 0]
        shares = table[contexts > 0] / each[:, None]
        known += float(each @ _bits(shares).sum(axis=1))
        chance += ((nexts > 0).sum() - 1) * ((contexts > 0).sum() - 1) / (2 * np.log(2))
    if not total or uncertain <= 0:
        return np.nan, total, "nothing that follows is uncertain, or no context is known"
    return max(uncertain - known - chance, 0.0) / uncertain, total, ""


def _friction(log: _Log, weights: Array) -> Found:
    """Return the exit rate after a change of channel minus that without one."""
    rows = np.flatnonzero((log.switched >= 0) & (log.ended >= 0) & (weights > 0))
    weight, switched = weights[rows], log.switched[rows]
    number = np.bincount(switched, weight, 2)
    if not (number > 0).all():
        return np.nan, float(number.sum()), "journeys never, or always, change the channel"
    left = np.bincount(switched, weight * log.ended[rows], 2) / number
    return float(left[1] - left[0]), float(number.sum()), ""


def _marks(journeys: Journeys, log: _Log) -> Array:
    """Return integers that differ where themes, contexts or scores of journeys do, uint64 (n,)."""
    scores = [] if log.scores is None else [score_marks(log.scores)]
    return marks_of(journeys, [log.theme.codes, log.context.codes, *scores])
