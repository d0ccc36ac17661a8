"""Rows of a table that few people are behind, left out before the table goes out."""

from __future__ import annotations

from typing import Any, TypeVar

import attrs

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, not_found, wrong_kind
from touchpoints._core.tables import Table
from touchpoints.errors import InvalidInputError

T = TypeVar("T", bound=Table)

_COUNTS = ("persons", "journeys", "people", "units", "count", "interactions", "visits", "n")


@attrs.frozen(kw_only=True)
class Suppressed:
    """A table without the rows that few people are behind.

    Attributes
    ----------
    table : Table
        The rows that may go out, a table of the same kind.
    hidden : int
        The number of rows left out.
    complementary : int
        How many of them have enough people, and are left out so that the others cannot be found by
        subtraction.
    k : int
        The threshold.
    column : str
        The column that was compared with it.
    """

    table: Any
    hidden: int
    complementary: int
    k: int
    column: str

    def __repr__(self) -> str:
        rows = counted(self.hidden, "row")
        more = f", {self.complementary:,} of them complementary" if self.complementary else ""
        return f"{self.table!r}\n{rows} left out with fewer than {self.k} {self.column}{more}"


@public
def suppress(table: T, *, k: int = 5, count: str | None = None) -> Suppressed:
    """Leave out the rows of a table with fewer than ``k`` persons, or else journeys, in them.

    Parameters
    ----------
    table
        The result of an analysis.
    k
        The threshold, at least 2: a row with fewer is left out. Rows without any stay, unless they
        are needed to cover others.
    count
        The column with the number of people behind each row; by default the first of ``persons``,
        ``journeys``, ``people``, ``units``, ``count``, ``interactions``, ``visits`` and ``n`` that
        the table has.

    Returns
    -------
    Suppressed
        ``found.table`` is the table without these rows.

    Raises
    ------
    NotFoundError
        When there is no such column.
    InvalidInputError
        When the table has no column of counts, or the column does not hold integers.

    See Also
    --------
    touchpoints.pseudonymise : Replace ids, and leave out text.

    Notes
    -----
    **A row is as safe as what its column counts.** Only a column of persons counts people: in a
    table of journeys, ``k`` journeys can all be of one person. ``found.column`` says what was
    compared; where persons have several journeys, choose a table with a column of persons.

    Who knows the total of a group can find a single hidden row by subtraction. In each group of
    rows (all of them, or those with the same ``group``), the smallest other rows are therefore
    left out as well until at least two are hidden and at least ``k`` people are behind them
    together. This covers one table: who sees two tables of the same people may still subtract one
    from the other. Facts beside the columns, such as totals, stay. O(rows log rows).

    References
    ----------
    A. Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4,
    doi:10.1002/9781118348239.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = tp.from_paths({"path": ["a", "b", "c"], "n": [40, 9, 2]}, path="path", count="n")
    >>> found = tp.experience.suppress(tp.paths.variants(log), k=5)
    >>> found.table.journeys.tolist(), found.hidden, found.complementary
    ([40], 2, 1)
    """
    if not isinstance(table, Table):
        raise wrong_kind(
            table, takes="the result of an analysis", mend="for example tp.paths.variants(journeys)"
        )
    k = checks.whole("k", k, least=2)
    columns = {name: getattr(table, name) for name in table.column_names()}
    name = _chosen(columns, count)
    numbers = columns[name]
    if numbers.dtype.kind not in "iu":
        raise InvalidInputError(
            f"the column {name!r} must hold integers, the number of people of each row"
        )
    group = columns.get("group")
    labels = [None] * len(numbers) if group is None else group.tolist()
    few = (numbers > 0) & (numbers < k)
    hidden = _covered(numbers, few, labels, k)
    kept = {one: values[~hidden] for one, values in columns.items()}
    return Suppressed(
        table=attrs.evolve(table, **kept),  # type: ignore[misc]  # every table is an attrs class
        hidden=int(hidden.sum()),
        complementary=int((hidden & ~few).sum()),
        k=k,
        column=name,
    )


def _chosen(columns: dict[str, Array], count: str | None) -> str:
    if count is not None:
        if count not in columns:
            raise not_found("column", count, columns)
        return count
    for name in _COUNTS:
        if name in columns:
            return name
    raise InvalidInputError(
        "this table has no column with the number of people of each row",
        mend=f"count= names one of its columns: {', '.join(columns)}",
    )


def _covered(numbers: Array, few: Array, labels: list[Any], k: int) -> Array:
    """Return which rows are hidden: the few, and others that cover them, group by group."""
    hidden = few.copy()
    by_label: dict[Any, list[int]] = {}
    for row, label in enumerate(labels):
        by_label.setdefault(label, []).append(row)
    for rows in by_label.values():
        some = [row for row in rows if few[row]]
        if not some:
            continue
        others = sorted((row for row in rows if not few[row]), key=lambda row: int(numbers[row]))
        total = int(numbers[some].sum())
        for row in others:
            if len(some) >= 2 and total >= k:
                break
            some.append(row)
            total += int(numbers[row])
        hidden[some] = True
    return hidden
