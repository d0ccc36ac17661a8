"""Costs against credit: cost per outcome and return per touchpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import require_kind
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.reading import table_of
from touchpoints._core.tables import Labelled, column, optional_column
from touchpoints.attribution._shared.credit import NONE, Credit
from touchpoints.errors import InvalidInputError, WrongKindError


@attrs.frozen(kw_only=True, repr=False)
class CostReturns(Labelled):
    """Cost per outcome and return per touchpoint; the most costly first.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    cost : float64
        What it cost; nan where no cost is given.
    credit : float64
        The outcomes credited to it; 0.0 for a touchpoint with a cost that got none.
    cost_per_outcome : float64
        ``cost / credit``; infinite where there is a cost and no credit, nan where there is neither.
    low, high : float64
        The ends of its interval, those of the credit carried through.
    value : float64, optional
        The value credited to it.
    profit : float64, optional
        ``value - cost``.
    returned : float64, optional
        ``value / cost``, the return on what was spent; infinite where it cost nothing and has
        value, nan where there is neither.
    returned_low, returned_high : float64, optional
        The ends of its interval.
    outcome : str
        The name of the outcome.
    level : float
        The confidence level of the intervals.
    """

    main = "cost_per_outcome"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    cost: Array = column(np.float64)
    credit: Array = column(np.float64)
    cost_per_outcome: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    value: Array | None = optional_column(np.float64)
    profit: Array | None = optional_column(np.float64)
    returned: Array | None = optional_column(np.float64)
    returned_low: Array | None = optional_column(np.float64)
    returned_high: Array | None = optional_column(np.float64)
    outcome: str
    level: float


def returns(
    credit: Credit, costs: Any, *, touchpoint: str = "touchpoint", cost: str = "cost"
) -> CostReturns:
    """Compute the cost per outcome and the return of each touchpoint.

    Parameters
    ----------
    credit
        The credit of any model, without groups.
    costs
        What touchpoints cost in the period of the journeys: a mapping of keys to costs, or a table
        with a column of keys and one of costs, whose rows are added up.
    touchpoint, cost
        The names of these columns.

    Returns
    -------
    CostReturns
        One row for each touchpoint with credit or a cost.

    Raises
    ------
    NotFoundError
        When the table has no such column.
    InvalidInputError
        When a cost is negative or not finite, or the credit has groups.

    See Also
    --------
    calibrate : Replace credit by effects where experiments measured them.

    Notes
    -----
    The return is that of credit, an association: it is not what one more unit spent would bring.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > mail"], "n": [8]}, path="path", converted="n")
    >>> found = tp.attribution.returns(tp.attribution.linear(journeys), {"ad": 20.0, "poster": 5.0})
    >>> found.as_dict()["ad"], found.as_dict()["poster"]
    (5.0, inf)
    """
    require_kind(credit, Credit, takes="a Credit", mend="tp.attribution.linear(journeys)")
    if credit.group is not None:
        raise InvalidInputError(
            "returns takes credit without groups", mend="select one group of journeys first"
        )
    spent = _costs(costs, touchpoint, cost)
    known = {key: row for row, key in enumerate(credit.touchpoint.tolist()) if key != NONE}
    keys = [*known, *(key for key in spent if key not in known)]
    amounts = np.array([spent.get(key, np.nan) for key in keys])
    order = np.lexsort([-_picked(credit.credit, known, keys), -np.nan_to_num(amounts, nan=-1.0)])
    keys = [keys[row] for row in order.tolist()]
    amounts = amounts[order]
    got = {
        name: _picked(getattr(credit, name), known, keys)
        for name in ("credit", "low", "high", "value", "value_low", "value_high")
        if getattr(credit, name) is not None
    }
    more: dict[str, Array] = {}
    if "value" in got:
        more = {
            "value": got["value"],
            "profit": got["value"] - amounts,
            "returned": _ratio(got["value"], amounts),
            "returned_low": _ratio(got["value_low"], amounts),
            "returned_high": _ratio(got["value_high"], amounts),
        }
    return CostReturns(
        touchpoint=text_array(keys),
        cost=amounts,
        credit=got["credit"],
        cost_per_outcome=_ratio(amounts, got["credit"]),
        low=_ratio(amounts, got["high"]),
        high=_ratio(amounts, got["low"]),
        outcome=credit.outcome,
        level=credit.level,
        **more,
    )


def _picked(values: Array, rows: dict[Any, int], keys: list[Any]) -> Array:
    """Return the values of keys, 0 for those that have none."""
    return np.array([values[rows[key]] if key in rows else 0.0 for key in keys])


def _ratio(over: Array, under: Array) -> Array:
    """Return a ratio: infinite over 0, nan for 0 over 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(over / under)


def _costs(costs: Any, touchpoint: str, cost: str) -> dict[str, float]:
    """Return what each touchpoint cost, the rows of a table added up."""
    plain = isinstance(costs, Mapping) and not {touchpoint, cost} <= set(costs)
    if plain:
        pairs = list(costs.items())
    else:
        table = table_of(costs)
        table.load([("touchpoint", touchpoint), ("cost", cost)])
        pairs = list(zip(table.values(touchpoint), table.numbers(cost).tolist(), strict=True))
    spent: dict[str, float] = {}
    for key, amount in pairs:
        if not isinstance(key, str):
            raise WrongKindError(f"costs must be those of keys of touchpoints as text, got {key!r}")
        number = checks.number(f"the cost of {key!r}", amount, least=0)
        spent[key] = spent.get(key, 0.0) + number
    return spent
