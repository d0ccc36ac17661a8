"""What is lost by grouping touchpoints into channels: conditional mutual information."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.blocks import Blocks, ordered_blocks
from touchpoints._core.arrays.statistics.exchanges import Exchange, Flips
from touchpoints._core.arrays.statistics.information import (
    Joint,
    bounds,
    p_of,
    scale_above_chance,
    with_all,
)
from touchpoints._core.arrays.threads import cores, in_threads
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.lenses import (
    NEXT,
    OUTCOME,
    TOUCHPOINT,
    Lens,
    Seen,
    asked_of,
    lens_names,
    seen_through,
)
from touchpoints.experience._shared.origins import circular, only_defaults
from touchpoints.journeys.groups import by_group, groups_of
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty import units_of

ALL = "(all)"
_FOR_THE_WHOLE = 99
_MOST_ROWS = 20_000_000
_SLACK = 1e-12
_FEW_MOVABLE = 0.5


def _joined(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for part in parts for name in part}))


@attrs.frozen(kw_only=True, repr=False)
class CollapseLoss(Estimated):
    """What a coarse view loses of an answer, in bits; one row for all, and one per coarse label.

    ``as_dict()`` returns ``{coarse: loss}``; with groups, the keys begin with the group. The losses
    of the coarse labels sum to that of the row ``"(all)"``. The unit is bits per interaction.

    Attributes
    ----------
    coarse : object
        ``"(all)"``, then the labels of the coarse lens.
    interactions : int64
        The number of interactions whose answer is known.
    fine : int64
        The number of labels of the fine lens that are met in these interactions.
    entropy : float64
        What the coarse label leaves open: the contribution to ``H(answer | coarse)``.
    plug_in : float64
        The contribution to ``I(answer; fine | coarse)`` as the shares in the data have it,
        uncorrected: even noise has some.
    chance : float64
        The mean of ``plug_in`` when persons exchange their answers within the coarse label.
    loss : float64
        What is above chance, ``entropy (plug_in - chance) / (entropy - chance)``; it can be below
        0, and is the entropy where the fine label determines the answer.
    low, high : float64
        The confidence interval of the loss; nan where it cannot be estimated.
    share : float64
        The share of the loss in all that the fine lens says, ``loss / I(answer; fine)``; nan where
        that is not above chance by two standard errors.
    p : float64
        The p-value of "nothing is lost"; nan with one fine label or one answer.
    movable : float64
        The share of interactions of persons who could exchange their answers with another.
    of, fine_lens, coarse_lens : str
        What is asked, and the two lenses, in words.
    left_out : int
        The number of interactions whose answer is not known.
    shared : int
        The number of fine labels that are met under several coarse labels.
    defaults : tuple of str
        The facets of the answer of which every known term is the default of the type.
    determined : bool
        Whether each fine label has one answer, in all groups.
    permutations : int
        The number of permutations.
    """

    main = "loss"
    labels = ("coarse",)

    coarse: Array = column(object)
    interactions: Array = column(np.int64)
    fine: Array = column(np.int64)
    entropy: Array = column(np.float64)
    plug_in: Array = column(np.float64)
    chance: Array = column(np.float64)
    loss: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    share: Array = column(np.float64)
    p: Array = column(np.float64)
    movable: Array = column(np.float64)
    of: str
    fine_lens: str = attrs.field(repr=False)
    coarse_lens: str = attrs.field(repr=False)
    left_out: int = fact(of_groups=sum)
    shared: int = fact(of_groups=max, repr=False)
    defaults: tuple[str, ...] = fact(of_groups=_joined, repr=False)
    determined: bool = fact(of_groups=all, repr=False)
    permutations: int

    def _remarks(self) -> list[str]:
        """Return what must be known to read the numbers: circular, below 0, not refined."""
        said = [*circular(self.defaults), *super()._remarks()]
        whole = self.coarse == ALL
        if (self.loss[whole] < 0).any():
            said.append("a loss below 0 is less than chance alone would give: nothing is lost")
        if self.shared:
            found = counted(self.shared, f"{self.fine_lens} label", verb="are")
            said.append(
                f"{found} met under several {self.coarse_lens} labels: the loss is that of "
                f"{self.coarse_lens} against both together"
            )
        if self.determined and (self.loss[whole] > 0).any():
            said.append(
                f"each {self.fine_lens} has one {self.of}: the loss is all that "
                f"{self.coarse_lens} leaves open"
            )
        if (self.movable[whole] < _FEW_MOVABLE).any():
            said.append(
                "more than half of the interactions are of persons or journeys like no other in "
                "length: what they say counts as chance, and the loss is cautious"
            )
        unknown = int(np.isnan(self.p).sum())
        if unknown:
            rows = f"{unknown:,} of {counted(len(self), 'row')}"
            said.append(f"nan: one fine label, one answer or one person in {rows}")
        return said


@public
def collapse_loss(
    journeys: Journeys,
    *,
    seed: int,
    fine: Lens = TOUCHPOINT,
    coarse: Lens = "channel",
    of: Lens = OUTCOME,
    outcome: str | None = None,
    permutations: int = 999,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    progress: Progress = False,
) -> CollapseLoss:
    """Measure what is lost by grouping into channels: conditional mutual information in bits.

    Parameters
    ----------
    seed
        The seed of the permutations.
    fine, coarse
        Two lenses: what is told apart, and what it is grouped into. See `touchpoints.experience`.
        Where a fine label occurs under several coarse ones, fine is taken to be the pair of both.
    of
        What is asked of each interaction: ``"outcome"``, whether its journey reached it;
        ``"next"``, the touchpoint that follows, or the end; or a facet or several of them, such as
        ``("context", "need")``, which are then one answer, known where one of them is.
    outcome, by, level, progress
        Shared arguments: see `touchpoints.experience`. A unit of progress is a permutation.
    permutations
        The number of permutations; the smallest p is ``1 / (permutations + 1)``.

    Returns
    -------
    CollapseLoss
        The row ``"(all)"`` first, then the coarse label that hides most; ties by label.

    Raises
    ------
    NotFoundError
        When a facet, a column or the outcome does not exist.
    InvalidInputError
        When no interaction has a known answer, ``permutations`` is below 1, ``outcome`` is given
        with another ``of``, or there are more than 20 million interactions.

    See Also
    --------
    granularity : How finely touchpoints should be defined.
    touchpoints.collapse : Group touchpoints by channel or another lens.

    Notes
    -----
    ``I(Y; T | C) = H(Y | C) - H(Y | T, C)`` of shares is above 0 even by chance, and the more so as
    interactions of a person are alike. So persons (journeys where persons are not known) exchange
    all their answers within a coarse label with persons of about as many interactions there; the
    mean is ``chance``. What is above it is scaled so that the loss is the entropy where the fine
    label determines the answer (Vinh and others). p is the larger of two: of these permutations,
    and of random signs of what each person adds to observed less expected counts, which holds if
    a person's interactions in several channels depend on each other.

    The interval is that of the delta method, by person, with Student's t for the effective number
    of persons; its variance goes down to that of random signs and permutations as the loss goes to
    0. Its lower end is without the scaling, so that it holds for either correction. Each row has
    its own interval and test, not corrected for their number. Interactions without an answer are
    left out and counted. An association need not be an effect.

    The cost is O(permutations × interactions).

    References
    ----------
    T. M. Cover and J. A. Thomas (2006), Elements of Information Theory, Wiley, section 2.5. N. X.
    Vinh, J. Epps and J. Bailey (2010), Information theoretic measures for clusterings comparison,
    Journal of Machine Learning Research 11, 2837-2854. P. Good (2005), Permutation, Parametric and
    Bootstrap Tests of Hypotheses, Springer.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": nth, "day": "2026-01-01", "what": ("sale", "news")[nth % 2], "where": "social"}
    ...     for nth in range(40)
    ... ]
    >>> rows += [
    ...     {"id": nth, "day": "2026-01-02", "what": "buy", "where": "shop"}
    ...     for nth in range(0, 40, 2)
    ... ]
    >>> log = tp.from_records(
    ...     rows, journey="id", time="day", touchpoint="what", per_interaction=["where"]
    ... )
    >>> log = tp.until(log, "buy", outcome="bought")
    >>> found = tp.experience.collapse_loss(log, coarse="where", seed=1, permutations=99)
    >>> found.coarse.tolist(), found.loss.round(2).tolist(), found.p.tolist()
    (['(all)', 'social'], [1.0, 1.0], [0.01, 0.01])
    """
    seed, level = checks.seed(seed), checks.level(level)
    permutations = checks.whole("permutations", permutations)
    parts = 1 if by is None else len(groups_of(journeys, by).labels)
    view = _View(fine=fine, coarse=coarse, of=of, outcome=outcome)
    if not len(view.rows(checked_journeys(journeys))[0]):
        raise InvalidInputError(f"no interaction has a known answer of {of!r}: nothing can be lost")
    draws = _Draws(seed=seed, permutations=permutations, level=level)
    with reporting(progress, parts * permutations, what="collapse loss") as advance:
        return by_group(journeys, by, partial(_found, view=view, draws=draws, advance=advance))


@attrs.frozen(kw_only=True)
class _Draws:
    """How much is drawn, from which seed, and the level of intervals."""

    seed: int
    permutations: int
    level: float


@attrs.frozen(eq=False)
class _Observed:
    """The interactions with a known answer, in an order that is that of no log."""

    joint: Joint
    coarse: tuple[str, ...]
    fine: int
    shared: int


@attrs.frozen(kw_only=True)
class _View:
    """Two lenses and what is asked."""

    fine: Lens
    coarse: Lens
    of: Lens
    outcome: str | None

    def asked(self, journeys: Journeys) -> Seen:
        """Return the answer of each interaction."""
        return asked_of(journeys, self.of, outcome=self.outcome)

    def rows(self, journeys: Journeys) -> tuple[Array, Array, int]:
        """Return the rows with a known answer, how often each counts, and the rest counted."""
        weights = journeys.counts[owners_of(journeys.offsets)]
        known = self.asked(journeys).codes >= 0
        rows = np.flatnonzero(known & (weights > 0))
        if float(weights[rows].sum(dtype=np.float64)) > _MOST_ROWS:
            raise InvalidInputError(
                f"collapse_loss permutes at most {_MOST_ROWS:,} interactions, got "
                f"{int(weights[rows].sum()):,}",
                mend="draw a sample of the journeys with tp.sample(journeys, n=…, seed=…)",
            )
        return rows, weights[rows], int(weights[~known].sum())

    def observed(self, journeys: Journeys, rows: Array, times: Array) -> _Observed:
        """Return rows with a known answer, each as often as its journey counts."""
        fine, coarse = seen_through(journeys, self.fine), seen_through(journeys, self.coarse)
        _, answers = np.unique(self.asked(journeys).codes[rows], return_inverse=True)
        pairs = coarse.codes[rows] * fine.k + fine.codes[rows]
        labels, kinds = np.unique(pairs, return_inverse=True)
        met, parts = np.unique(labels // fine.k, return_inverse=True)
        width = int(answers.max()) + 1
        order = _ordered(journeys, rows, times, kinds * width + answers)
        chosen = np.repeat(np.arange(len(rows)), times)[order.rows]
        joint = Joint(
            kinds[chosen], answers[chosen], parts, width, owners_of(order.offsets).astype(np.int64)
        )
        under = np.bincount(labels % fine.k)
        return _Observed(
            joint,
            coarse=tuple(coarse.labels[one] for one in met),
            fine=int((under > 0).sum()),
            shared=int((under > 1).sum()),
        )


def _ordered(journeys: Journeys, rows: Array, times: Array, content: Array) -> Blocks:
    """Return the repeated rows of each unit, units and their journeys ordered by content."""
    units = units_of(journeys, None)
    copies = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    owner = np.repeat(owners_of(journeys.offsets)[rows].astype(np.int64), times)
    most = int(times.max(initial=1))
    alone = units.repeats[units.of[owner]] > 1
    blocks = units.of[owner] * most + np.where(alone, copies, 0)
    return ordered_blocks(np.repeat(content, times), owner * most + copies, blocks)


def _found(
    journeys: Journeys, *, view: _View, draws: _Draws, advance: Callable[[], None]
) -> CollapseLoss:
    rows, times, left_out = view.rows(journeys)
    asked = view.asked(journeys)
    facets = () if asked.names in ((OUTCOME,), (NEXT,)) else asked.names
    facts: dict[str, Any] = {
        "of": asked.name,
        "fine_lens": " and ".join(lens_names(view.fine)),
        "coarse_lens": " and ".join(lens_names(view.coarse)),
        "left_out": left_out,
        "defaults": only_defaults(journeys, facets),
        "permutations": draws.permutations,
        "level": draws.level,
    }
    if not len(rows):
        for _ in range(draws.permutations):
            advance()
        return _nothing(**facts, **units_of(journeys, None).facts())
    seen = view.observed(journeys, rows, times)
    owners = np.unique(owners_of(journeys.offsets)[rows])
    facts |= units_of(journeys, None).facts(chosen=owners)
    columns: dict[str, Any] = dict(_estimated(seen.joint, seen.fine, draws, advance))
    labels = np.array([ALL, *seen.coarse], dtype=object)
    order = [0, *sorted(range(1, len(labels)), key=lambda at: (-columns["loss"][at], labels[at]))]
    cells = len(np.unique(seen.joint.cells))
    return CollapseLoss(
        coarse=labels[order],
        **{name: values[order] for name, values in columns.items()},
        shared=seen.shared,
        determined=seen.joint.width > 1 and cells == len(seen.joint.parts) < len(seen.joint.kinds),
        **facts,
    )


def _nothing(**facts: Any) -> CollapseLoss:
    """Return the table of a group without a known answer."""
    columns: dict[str, Any] = {
        one.name: [np.nan]
        for one in attrs.fields(CollapseLoss)
        if one.metadata.get("column") and one.name != "group"
    }
    columns |= {"coarse": [ALL], "interactions": [0], "fine": [0]}
    return CollapseLoss(**columns, shared=0, determined=False, **facts)


def _estimated(
    joint: Joint, labels: int, draws: _Draws, advance: Callable[[], None]
) -> dict[str, Array]:
    """Return the columns of the table, the row of all with its fine labels first."""
    from scipy.special import stdtrit

    exchange, flips = Exchange(joint), Flips(joint)
    moved = _exchanged(exchange, len(joint.kinds), draws.permutations, draws.seed, advance)
    drawn = flips.drawn(draws.permutations, np.random.default_rng([draws.seed, 1]))
    chance = moved.mean(axis=0)
    scale = scale_above_chance(chance, joint.entropy)
    above = joint.information - chance
    loss = with_all(scale * above)
    effective, tested = joint.sizes()
    t = stdtrit(np.maximum(effective - 1, 1.0), (1 + draws.level) / 2)
    p = np.maximum(p_of(moved, joint.information), p_of(drawn, flips.observed()))
    scales = (scale, np.ones_like(scale))
    ends = [bounds(joint, above, one, (moved, drawn), t) for one in scales]
    rows = with_all(joint.of_parts)
    return {
        "interactions": rows,
        "fine": np.append(labels, np.bincount(joint.parts)),
        "entropy": with_all(joint.entropy),
        "plug_in": with_all(joint.information),
        "chance": with_all(chance),
        "loss": loss,
        "low": np.where(tested, np.minimum(ends[0][0], ends[1][0]), np.nan),
        "high": np.where(tested, np.maximum(ends[0][1], ends[1][1]), np.nan),
        "share": _shares(joint, loss, float((moved @ scale).std()), draws),
        "p": np.where(tested, p, np.nan),
        "movable": with_all(exchange.movable) / rows,
    }


def _exchanged(
    exchange: Exchange, rows: int, permutations: int, seed: int, advance: Callable[[], None]
) -> Array:
    """Return the information of each part after each of several exchanges, float64 (b, parts)."""
    found: list[Array] = []
    step = 2 * cores()
    for low in range(0, permutations, step):
        seeds = [[seed, 0, nth] for nth in range(low, min(low + step, permutations))]
        calls = [partial(exchange.information, np.random.default_rng(one)) for one in seeds]
        found += in_threads(calls, rows=rows * len(calls))
        for _ in calls:
            advance()
    return np.stack(found)


def _shares(joint: Joint, loss: Array, error: float, draws: _Draws) -> Array:
    """Return the shares of losses in what kinds and parts together say of the answer.

    nan where that is less than two standard errors above chance; ``error`` is that of the loss.
    """
    whole = np.zeros(joint.size, dtype=np.int64)
    parts = Joint(joint.rows, joint.answers, whole, joint.width, joint.units)
    times = min(draws.permutations, _FOR_THE_WHOLE)
    moved = _exchanged(Exchange(parts), len(joint.rows), times, draws.seed, lambda: None)
    chance = moved.mean(axis=0)
    scale = scale_above_chance(chance, parts.entropy)
    said = float((scale * (parts.information - chance))[0])
    total = max(said, 0.0) + loss[0]
    least = 2 * np.hypot(error, float((moved * scale).std()))
    return loss / total if total > max(least, _SLACK) else np.full(len(loss), np.nan)
