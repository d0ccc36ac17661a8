"""Importance and performance: what matters, and how well it is done, in four quadrants."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, quoted
from touchpoints._core.tables import Labelled, column
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.numbers_by_label import numbers_of

Crosshairs = Literal["means", "medians"]

QUADRANTS = ("concentrate here", "keep up the good work", "low priority", "possible overkill")


@attrs.frozen(kw_only=True, repr=False)
class ImportancePerformance(Labelled):
    """How important and how well done things are; one row each, the most urgent first.

    ``as_dict()`` returns ``{label: importance}``.

    Attributes
    ----------
    label : object
        The touchpoint or driver.
    importance, performance : float64
        As given.
    importance_low, importance_high, performance_low, performance_high : float64
        The ends of their intervals; nan where none were given.
    quadrant : object
        ``"concentrate here"``: important, and not done well; ``"keep up the good work"``: important
        and done well; ``"low priority"``: neither; ``"possible overkill"``: done well, and not
        important. Numbers at a crosshair count as high.
    sure : bool
        Whether both intervals lie on one side of their crosshair; False without intervals.
    important_from, performs_from : float
        The crosshairs.
    only_importance, only_performance : int
        The number of labels for which the other one is not known: they are in no row.
    """

    main = "importance"
    labels = ("label",)

    label: Array = column(object)
    importance: Array = column(np.float64)
    performance: Array = column(np.float64)
    importance_low: Array = column(np.float64)
    importance_high: Array = column(np.float64)
    performance_low: Array = column(np.float64)
    performance_high: Array = column(np.float64)
    quadrant: Array = column(object)
    sure: Array = column(np.bool_)
    important_from: float
    performs_from: float
    only_importance: int = attrs.field(default=0, repr=False)
    only_performance: int = attrs.field(default=0, repr=False)

    def _remarks(self) -> list[str]:
        found = []
        for number, what in (
            (self.only_importance, "importance"),
            (self.only_performance, "performance"),
        ):
            if number:
                found.append(f"{counted(number, 'label')} with a known {what} only, in no row")
        unsure = len(self) - int(self.sure.sum())
        if unsure and self.sure.any():
            found.append(f"{counted(unsure, 'row')} could be in another quadrant")
        return found


@public
def importance_performance(
    importance: Any,
    performance: Any,
    *,
    crosshairs: Crosshairs | tuple[float, float] = "means",
) -> ImportancePerformance:
    """Divide touchpoints into four quadrants by importance and performance.

    Parameters
    ----------
    importance
        What matters: the result of an analysis with one number for each touchpoint or driver, such
        as `key_drivers` or a model of `touchpoints.attribution`, or a mapping of names to numbers.
    performance
        How well it is done: for example `assessments`, or a mapping. High must be good.
    crosshairs
        Where high begins: ``"means"`` or ``"medians"`` of the rows, or two numbers, for example the
        middle of a scale.

    Returns
    -------
    ImportancePerformance
        The touchpoints that both know, first by quadrant, then by importance, ties by label.

    Raises
    ------
    WrongKindError
        When one of the two is neither a table with a label for each row nor a mapping.
    InvalidInputError
        When they have no label in common, or crosshairs are not finite.

    See Also
    --------
    key_drivers : Importance derived from judgements.
    scorecard : All measures of touchpoints side by side.

    Notes
    -----
    Quadrants depend on where the crosshairs are: with means or medians something is always in need
    of work, and something always fine. An interval that crosses its crosshair leaves the quadrant
    open, ``sure`` is False then. Rows with a missing number are in no quadrant and left out.

    References
    ----------
    J. A. Martilla and J. C. James (1977), Importance-performance analysis, Journal of Marketing
    41(1), 77-79, doi:10.1177/002224297704100112.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.importance_performance(
    ...     {"chat": 0.5, "phone": 0.4, "shop": 0.1, "app": 0.0},
    ...     {"chat": 2.0, "phone": 4.5, "shop": 2.5, "app": 4.0},
    ... )
    >>> dict(zip(found.label.tolist(), found.quadrant.tolist()))["chat"]
    'concentrate here'
    """
    one, other = (
        {name: row for name, row in numbers_of(given).items() if np.isfinite(row.value)}
        for given in (importance, performance)
    )
    names = [name for name in one if name in other]
    if not names:
        raise InvalidInputError("importance and performance must have a label in common")
    x, y = (np.array([side[name] for name in names]) for side in (one, other))
    vertical, horizontal = _crosshairs(x[:, 0], y[:, 0], crosshairs)
    important, well = x[:, 0] >= vertical, y[:, 0] >= horizontal
    quadrant = np.where(important, np.where(well, 1, 0), np.where(well, 3, 2))
    sure = _decided(x, vertical) & _decided(y, horizontal)
    order = sorted(
        range(len(names)), key=lambda row: (quadrant[row], -float(x[row, 0]), str(names[row]))
    )
    return ImportancePerformance(
        label=text_array([names[row] for row in order]),
        importance=x[order, 0],
        performance=y[order, 0],
        importance_low=x[order, 1],
        importance_high=x[order, 2],
        performance_low=y[order, 1],
        performance_high=y[order, 2],
        quadrant=text_array([QUADRANTS[quadrant[row]] for row in order]),
        sure=sure[order],
        important_from=vertical,
        performs_from=horizontal,
        only_importance=len(one) - len(names),
        only_performance=len(other) - len(names),
    )


def _crosshairs(
    x: Array, y: Array, crosshairs: Crosshairs | tuple[float, float]
) -> tuple[float, float]:
    if isinstance(crosshairs, str) and crosshairs == "means":
        return float(x.mean()), float(y.mean())
    if isinstance(crosshairs, str) and crosshairs == "medians":
        return float(np.median(x)), float(np.median(y))
    if not isinstance(crosshairs, (tuple, list)) or len(crosshairs) != 2:
        raise InvalidInputError(
            f"crosshairs must be 'means', 'medians' or two numbers, got {quoted(crosshairs)}"
        )
    return checks.finite("crosshairs", crosshairs[0]), checks.finite("crosshairs", crosshairs[1])


def _decided(numbers: Array, crosshair: float) -> Array:
    """Return whether intervals lie on one side of a crosshair."""
    return np.asarray((numbers[:, 1] >= crosshair) | (numbers[:, 2] < crosshair))
