"""Shares of needs nobody observed: inferred for all interactions, corrected by a few answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.powered_shares import Powered, powered_shares
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import first_few
from touchpoints._core.tables import Estimated, column, fact
from touchpoints._core.zones import HowTimes
from touchpoints.classify.typing import FROM_DEFAULT, FROM_NOTHING
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.answered import answered
from touchpoints.experience._shared.attaching import Roles, attach, table_of_answers
from touchpoints.experience._shared.origins import origins_of
from touchpoints.experience._shared.survey import (
    Of,
    Survey,
    Uncovered,
    summed,
    survey_of,
    units_asked,
)
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.meta import Report
from touchpoints.journeys.model import Journeys, checked_journeys

Asks = Literal["need", "context"]
_FEW, _SELECTED = 5, 0.01
_ROLES = ("journey", "person", "time", "touchpoint")


def _least(values: list[Any]) -> float:
    known = [one for one in values if one == one]
    return min(known) if known else float("nan")


def _first(values: list[Any]) -> Any:
    return values[0]


def _every(values: list[Any]) -> bool:
    return all(values)


@attrs.frozen(kw_only=True, repr=False)
class NeedShares(Estimated):
    """Shares of needs or contexts; one row per term (and group), sorted by term.

    ``as_dict()`` returns ``{term: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    term : object
        The need, or the context.
    inferred, answered : int64
        The number of interactions (or journeys) of which it is inferred, and the number of those
        with an answer that names it.
    naive : float64
        The share of all interactions (or journeys) of which it is inferred. It is as wrong as the
        classifier.
    survey, survey_low, survey_high : float64
        The share of the answers that name it, and its interval.
    share, low, high : float64
        The share by prediction-powered inference, in [0, 1], and its interval; nan without answers.
    se : float64
        Its standard error; nan where no answer, or every answer, names the term.
    tuning : float64
        How much what is inferred counts (λ), in [0, 1]: 0 not at all, as in the survey alone.
    facet : str
        ``"need"`` or ``"context"``.
    of : str
        What the shares are of: ``"interactions"`` or ``"journeys"``.
    answers, items : int
        The number of interactions (or journeys) with an answer, and of all of them.
    effective_answers : float
        The number of answers of equal weight that carry the same information (Kish); ``answers``
        without weights.
    unknown : int
        The number of interactions (or journeys) of which nothing is inferred.
    left_out : int
        The number in strata where nobody answered; they are in no share.
    selection_p : float
        The probability that what is inferred differs so much between interactions with an answer
        and all of them if the answers were taken at random (within strata), times the number of
        terms; nan where too few are expected. Below 0.01 a remark is printed.
    only_defaults : bool
        Whether all that is inferred is the default of a type.
    not_used : tuple of str
        What became of answers that are not used, in sentences of ``meta.report``.
    persons, effective : optional
        The number of persons who answered, and their effective number.
    """

    main = "share"
    labels = ("term",)

    term: Array = column(object)
    inferred: Array = column(np.int64)
    answered: Array = column(np.int64)
    naive: Array = column(np.float64)
    survey: Array = column(np.float64)
    survey_low: Array = column(np.float64)
    survey_high: Array = column(np.float64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    se: Array = column(np.float64)
    tuning: Array = column(np.float64)
    facet: str
    of: str
    answers: int = fact(of_groups=sum)
    items: int = fact(of_groups=sum)
    effective_answers: float = fact(of_groups=_least, repr=False)
    unknown: int = fact(of_groups=sum, repr=False)
    left_out: int = fact(of_groups=sum, repr=False)
    selection_p: float = fact(of_groups=_least, repr=False, eq=False)
    only_defaults: bool = fact(of_groups=_every, repr=False)
    not_used: tuple[str, ...] = fact(of_groups=_first, repr=False)

    def _remarks(self) -> list[str]:
        return [*self._of_answers(), *self._of_inferring(), *super()._remarks()]

    def _of_answers(self) -> list[str]:
        if not self.answers:
            said = f"not identified: no answers. naive is what was inferred, not what {self.of}"
            more = f"{said} are for; tp.experience.attach_answers adds answers"
            return [more, *self.not_used]
        lines = list(self.not_used)
        none = ~np.isnan(self.survey) & (self.answered == 0)
        if none.any():
            terms = first_few(dict.fromkeys(self.term[none].tolist()))
            lines.append(f"no answer names {terms}: there what was inferred is not confirmed")
        if self.effective_answers < self.answers - 0.5 and self.group is None:
            weighted = f"{self.effective_answers:,.0f} effective"
            lines.append(f"weighted answers: {self.answers:,}, {weighted}")
        if self.left_out:
            share = f"{self.left_out:,} {self.of}"
            lines.append(f"left out: {share} in strata where nobody answered")
        if self.selection_p < _SELECTED:
            differ = f"what is inferred differs between answers and all {self.of}"
            lines.append(f"selective answers: {differ}, p {self.selection_p:.1g}; see weights=")
        return lines

    def _of_inferring(self) -> list[str]:
        lines = []
        if self.unknown:
            lines.append(f"nothing is inferred of {self.unknown:,} of {self.items:,} {self.of}")
        if self.only_defaults:
            lines.append(f"every inferred {self.facet} is only the default of a type")
        return lines


@public
def need_shares(
    journeys: Journeys,
    *,
    answers: Any = None,
    facet: Asks = "need",
    of: Of = "interactions",
    by: str | Sequence[str] | None = None,
    weights: str | Sequence[str] | None = None,
    uncovered: Uncovered = "raise",
    level: float = 0.95,
) -> NeedShares:
    """Estimate the share of interactions with each need, from inferred needs and a few answers.

    What a classifier infers is known of all interactions and is partly wrong; what people answer is
    right but known of few. The errors of the classifier are measured where people answered, and
    the shares are corrected by them (prediction-powered inference).

    Parameters
    ----------
    answers
        By default the journeys have answers, from `attach_answers`. Else a table as it takes, with
        the columns ``"journey"`` or ``"person"``, ``"time"``, and ``"need"`` (or ``"context"``),
        and possibly ``"touchpoint"``. Times have a zone exactly if those of the log have one.
    facet
        What was asked: ``"need"`` or ``"context"``.
    of
        ``"interactions"``, or ``"journeys"``: the share of journeys with an interaction of which
        the need is inferred, corrected by the journeys in which an answer names it.
    weights
        Where answering is selective: what it depends on, as the name of a per-journey column, a
        facet, a per-interaction column or ``"type"``, or several of them. The answers of each
        stratum then stand for all its interactions (inverse probability weights, estimated in each
        stratum). Needs count as inferred, and a journey is in the stratum of its first interaction.
    uncovered
        How to treat strata in which nobody answered: ``"raise"``, or ``"drop"`` to leave them out
        of all shares and count them.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    NeedShares
        One row per term that is inferred or answered (and group). Without answers the shares are
        not identified: they are nan, and only ``naive`` is known.

    Raises
    ------
    NotFoundError
        When a column or facet does not exist.
    InvalidInputError
        When nobody answered in a stratum and ``uncovered="raise"``; and as `attach_answers`.

    See Also
    --------
    attach_answers : Attach answers to interactions, with other names of columns.

    Notes
    -----
    With the share of answers Y, and the inferred shares G of all interactions and g of those with
    an answer, the share is ``Y + λ (G - g)``. λ makes its variance least, from 0 (the survey alone)
    to 1, for each term, so that shares need not sum to exactly 1. Persons are independent of each
    other; the interval is Wilson's with an effective number of answers, as elsewhere, which grows
    by as much as what is inferred lessens the variance. It is not narrower than that of the survey
    where no answer names the term, and hardly where few do. Interactions with an answer must be a
    random sample of all, at least within strata; weights count as known. With few answers (15) of a
    rare term intervals cover less often than they say. O(m log m) for m interactions.

    References
    ----------
    A. N. Angelopoulos, S. Bates, C. Fannjiang, M. I. Jordan and T. Zrnic (2023),
    Prediction-powered inference, Science 382(6671), 669-674, doi:10.1126/science.adi6000.
    A. N. Angelopoulos, J. C. Duchi and T. Zrnic (2023), PPI++: Efficient prediction-powered
    inference, arXiv:2311.01453. W. G. Cochran (1977), Sampling Techniques, Wiley, 7.3 (the same
    estimator as a regression estimate).

    Examples
    --------
    Of 300 journeys we ask why people came; a third of the answers is "to save money", which nothing
    in the log tells:

    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(2000, seed=1)
    >>> said = [
    ...     {
    ...         "journey": one.id,
    ...         "time": f"{one.times[0]}Z",
    ...         "need": one.touchpoints[0].need if place % 3 else "save_money",
    ...     }
    ...     for place, one in enumerate(shop[:300])
    ... ]
    >>> found = tp.experience.need_shares(shop, answers=said, of="journeys")
    >>> row = found.to_dicts()[found.term.tolist().index("save_money")]
    >>> [round(row[name], 2) for name in ("naive", "survey", "low", "share", "high")]
    [0.0, 0.33, 0.28, 0.33, 0.39]

    """
    checks.level(level)
    check_option("facet", facet, Asks)
    check_option("of", of, Of)
    check_option("uncovered", uncovered, Uncovered)
    asked = checked_journeys(journeys)
    if answers is not None:
        asked = _with_answers(journeys, answers, facet)

    def shares(part: Journeys) -> NeedShares:
        survey = survey_of(part, facet, of=of, weights=weights, uncovered=uncovered)
        return _shares(part, survey, facet=facet, of=of, level=level)

    return by_group(asked, by, shares)


def _with_answers(journeys: Journeys, answers: Any, facet: str) -> Journeys:
    """Return journeys with answers attached whose columns have the names of their roles."""
    table = table_of_answers(answers, ("journey", "time", facet))
    given = {name: name for name in (*_ROLES, facet) if name in table.names}
    if not {"time", facet} <= given.keys() or not {"journey", "person"} & given.keys():
        raise InvalidInputError(
            f"answers need the columns 'journey' or 'person', 'time' and {facet!r}",
            where=f"columns are {first_few(table.names)}",
            mend="for other names, tp.experience.attach_answers(journeys, answers, journey=…, …)",
        )
    roles = Roles.of(
        journey=given.get("journey"),
        person=None if "journey" in given else given.get("person"),
        time="time",
        need=given.get("need") if facet == "need" else None,
        context=given.get("context") if facet == "context" else None,
        touchpoint=given.get("touchpoint"),
    )
    return attach(journeys, table, roles, within=None, unmatched="raise", how=HowTimes())


def _shares(journeys: Journeys, survey: Survey, *, facet: str, of: str, level: float) -> NeedShares:
    units, rows = units_asked(journeys, survey)
    asked, silent = summed(survey, units)
    found = powered_shares(asked, silent, level=level)
    amounts, size = journeys.counts[survey.owners], len(survey.labels)
    guesses, named = (
        np.bincount(terms, amounts[items], size).astype(np.int64)
        for items, terms in (survey.guesses, survey.named)
    )
    guessed = np.bincount(survey.guesses[0], minlength=len(amounts)) > 0
    heavy = survey.weights * amounts
    squares = float(heavy @ survey.weights)
    return NeedShares(
        term=text_array(survey.labels),
        inferred=guesses,
        answered=named,
        naive=found.naive,
        survey=found.survey,
        survey_low=found.survey_low,
        survey_high=found.survey_high,
        share=found.share,
        low=found.low,
        high=found.high,
        se=found.error,
        tuning=found.tuning,
        facet=facet,
        of=of,
        answers=int(amounts[survey.asked].sum()),
        items=int(amounts.sum()),
        effective_answers=float(heavy.sum() ** 2 / squares) if squares else 0.0,
        unknown=int(amounts[~guessed].sum()),
        left_out=survey.left_out,
        selection_p=_selection_p(found),
        only_defaults=_only_defaults(journeys, facet),
        not_used=_not_used(journeys),
        level=level,
        few_behind=int((found.behind < _FEW).sum()) if units.unit == "person" else 0,
        **units.facts(chosen=rows),
    )


def _selection_p(found: Powered) -> float:
    """Return the p-value of the term that differs most, times the number of terms compared."""
    from scipy.special import ndtr

    known = np.abs(found.selected[~np.isnan(found.selected)])
    return float(min(2 * ndtr(-known.max()) * len(known), 1.0)) if len(known) else float("nan")


def _not_used(journeys: Journeys) -> tuple[str, ...]:
    """Return what the report says of answers, and of nothing else."""
    counts = attrs.asdict(journeys.meta.report, recurse=False)
    return Report(**{name: one for name, one in counts.items() if "answers" in name}).sentences()


def _only_defaults(journeys: Journeys, facet: str) -> bool:
    origins = origins_of(journeys, facet)
    if origins is None:
        return False
    inferred = origins[~answered(journeys, facet) & (origins != FROM_NOTHING)]
    return bool(len(inferred)) and bool((inferred == FROM_DEFAULT).all())
