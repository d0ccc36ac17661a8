"""Rows of a table with few people in them, left out before the table goes out."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import attrs

from touchpoints._core import checks
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, not_found, wrong_kind
from touchpoints._core.tables import OfPersons, Table, stored_columns
from touchpoints.errors import InvalidInputError

T = TypeVar("T", bound=Table)

Of = Literal["persons", "journeys", "interactions"]

_KNOWN: dict[str, Of] = {
    "persons": "persons",
    "people": "persons",
    "journeys": "journeys",
    "interactions": "interactions",
    "occurrences": "interactions",
    "visits": "interactions",
    "count": "interactions",
}
"""What the columns of tables count, by name; those that count most strictly first."""

_STRICT: tuple[Of, ...] = ("interactions", "journeys", "persons")


@attrs.frozen(kw_only=True)
class Suppressed:
    """A table without the rows that have few people in them.

    Attributes
    ----------
    table : Table
        The rows that may go out, a table of the same kind.
    hidden : int
        The number of rows left out.
    complementary : int
        How many of them are large enough, and are left out so that the others cannot be found by
        subtraction.
    k : int
        The threshold.
    column : str
        The column that was compared with it.
    of : str
        What the column counts: ``"persons"``, ``"journeys"`` or ``"interactions"``.
    """

    table: Any
    hidden: int
    complementary: int
    k: int
    column: str
    of: str

    def __repr__(self) -> str:
        rows = counted(self.hidden, "row")
        more = f", {self.complementary:,} of them complementary" if self.complementary else ""
        said = f"{rows} left out with fewer than {self.k} {self.of}{more}"
        if self.of != "persons":
            said += f"; {self.of} can all be of one person"
        return f"{self.table!r}\n{said}"


@public
def suppress(table: T, *, k: int = 5, count: str | None = None, of: Of | None = None) -> Suppressed:
    """Leave out the rows of a table with fewer than ``k`` persons in them.

    Parameters
    ----------
    table
        The result of an analysis.
    k
        The threshold, at least 2: a row with fewer is left out. Rows without any stay where
        the group has a row of at least ``k``.
    count
        The column to compare with ``k``. By default the first that the table has of
        ``persons``, ``people``, ``journeys``, ``interactions``, ``occurrences``, ``visits`` and
        ``count``.
    of
        What it is enough to count: ``"persons"``, ``"journeys"`` or ``"interactions"``. By default
        persons, or journeys where the table says that persons are not known (``unit``). For a
        column whose name does not say what it counts, such as ``size``, this says it.

    Returns
    -------
    Suppressed
        ``found.table`` is the table without these rows.

    Raises
    ------
    NotFoundError
        When there is no such column.
    InvalidInputError
        When the table has no column of counts, the column does not hold integers, or it counts
        journeys or interactions where persons are asked for.

    See Also
    --------
    touchpoints.pseudonymise : Replace ids, and leave out text.

    Notes
    -----
    **A row is as safe as what its column counts.** Twenty journeys can all be of one person.
    Tables that count no persons are therefore refused where persons are known, unless ``of`` says
    that journeys or interactions are enough. Where persons are not known, or only of some
    journeys, each journey of nobody known counts as a person. Other columns of a row may count
    fewer people than the one compared, such as the one of twenty who complained.

    Who knows the total of a group can find a single hidden row by subtraction. In each group of
    rows (all of them, or those with the same ``group``), the smallest row with at least ``k`` is
    therefore left out as well, or the whole group where there is none: several small rows do not
    cover each other, since they may be of the same people. This covers one table: who sees two
    tables of the same people may still subtract one from the other. Facts beside the columns,
    such as totals, stay; a remark that counts rows of few persons (``few_behind``) goes with the
    rows. O(rows).

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
    if of is not None:
        check_option("of", of, Of)
    columns = stored_columns(table)
    name = _chosen(columns, count)
    counts = _counted_by(table, name, of)
    numbers = columns[name]
    if numbers.dtype.kind not in "iu":
        raise InvalidInputError(f"the column {name!r} must hold integers, the {counts} of each row")
    group = columns.get("group")
    labels = [None] * len(numbers) if group is None else group.tolist()
    few = (numbers > 0) & (numbers < k)
    hidden = _covered(numbers, few, labels, k)
    kept: dict[str, Any] = {one: values[~hidden] for one, values in columns.items()}
    if hidden.any() and hasattr(table, "few_behind"):
        kept["few_behind"] = 0
    return Suppressed(
        table=attrs.evolve(table, **kept),  # type: ignore[misc]  # every table is an attrs class
        hidden=int(hidden.sum()),
        complementary=int((hidden & ~few).sum()),
        k=k,
        column=name,
        of=counts,
    )


def _chosen(columns: dict[str, Array], count: str | None) -> str:
    if count is not None:
        if count not in columns:
            raise not_found("column", count, columns)
        return count
    for name in _KNOWN:
        if name in columns:
            return name
    raise InvalidInputError(
        "this table has no column with the number of people of each row",
        mend=f"count= names one of its columns: {', '.join(columns)}",
    )


def _counted_by(table: Table, name: str, of: Of | None) -> Of:
    """Return what a column counts, or raise when that is less than what is asked for."""
    without_persons = isinstance(table, OfPersons) and getattr(table, "unit", None) == "journey"
    counts = _KNOWN.get(name, of)
    if counts == "persons" and without_persons:
        counts = "journeys"
    asked = of or ("journeys" if without_persons else "persons")
    if counts is not None and _STRICT.index(counts) >= _STRICT.index(asked):
        return counts
    if counts is None:
        raise InvalidInputError(
            f"the name of the column {name!r} does not say what it counts",
            mend='of="persons" if it counts persons; of="journeys" or of="interactions" if it '
            "counts those, which can all be of one person",
        )
    raise InvalidInputError(
        f"the column {name!r} counts {counts}, which can all be of one person",
        where=f"{type(table).__name__}, columns {', '.join(table.column_names())}",
        mend=f'count= with a column that counts {asked}, or of="{counts}" if {counts} are enough',
    )


def _covered(numbers: Array, few: Array, labels: list[Any], k: int) -> Array:
    """Return which rows are hidden: the few, and in each group the smallest row that is large.

    Where no row is large, the whole group is hidden.
    """
    hidden = few.copy()
    by_label: dict[Any, list[int]] = {}
    for row, label in enumerate(labels):
        by_label.setdefault(label, []).append(row)
    for rows in by_label.values():
        if not few[rows].any():
            continue
        large = [row for row in rows if numbers[row] >= k]
        covers = [min(large, key=lambda row: int(numbers[row]))] if large else rows
        hidden[covers] = True
    return hidden
