"""Result tables of analyses: frozen records of columns of equal length."""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from types import ModuleType
from typing import Any, ClassVar

import attrs
import numpy as np

from touchpoints._core.frozen import Array, read_only, same_array, text_array
from touchpoints._core.messages import counted, quoted
from touchpoints._core.text import printable
from touchpoints.errors import InvalidInputError, MissingPackageError

_SHOWN_ROWS = 10
_FEW = 5
_LONGEST_CELL = 2000


def column(dtype: Any = None, *, doc: str = "") -> Any:
    """Declare a field that is a column of the table."""
    convert = text_array_read_only if dtype is object else partial(read_only, dtype=dtype)
    return attrs.field(
        converter=convert,
        eq=attrs.cmp_using(eq=same_array),
        metadata={"column": True, "doc": doc},
    )


def optional_column(dtype: Any = None, *, doc: str = "") -> Any:
    """Declare an optional column: None by default, and omitted from output when None."""
    convert = text_array_read_only if dtype is object else partial(read_only, dtype=dtype)
    return attrs.field(
        default=None,
        converter=attrs.converters.optional(convert),
        eq=attrs.cmp_using(eq=same_array),
        metadata={"column": True, "doc": doc},
    )


def fact(*, of_groups: Callable[[list[Any]], Any], **how: Any) -> Any:
    """Declare a field that is no column, and what it is for a table of several groups.

    Parameters
    ----------
    of_groups
        A function of the list of what it is for each group, such as `sum` or `not_of_groups`.
    how
        As for `attrs.field`.
    """
    return attrs.field(metadata={"of_groups": of_groups}, **how)


def not_of_groups(_: list[Any]) -> None:
    """Return None: the field of a table that has no value where there are groups."""
    return


def text_array_read_only(values: Any) -> Array:
    """Return values as a read-only object array with one entry for each value."""
    if isinstance(values, np.ndarray) and values.dtype == object:
        return read_only(values)
    array = text_array(values)
    array.flags.writeable = False
    return array


def attempt_import(module: str, *, extra: str) -> ModuleType:
    """Import an optional module; raise with the package to install when it is missing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"this needs the package {module!r}, which is not installed",
            mend=f"pip install {extra}",
        ) from error


class Table:
    """Base class of result tables: length, rows, text and HTML output, conversion to dataframes.

    A subclass is a frozen attrs class whose columns are declared with `column`.
    """

    __slots__ = ()

    def __attrs_post_init__(self) -> None:
        lengths = {name: len(values) for name, values in stored_columns(self).items()}
        if len(set(lengths.values())) > 1:
            raise InvalidInputError(f"the columns of a table differ in length: {lengths}")

    def _columns(self) -> dict[str, Array]:
        """Return the columns as they are shown and converted, by name."""
        return stored_columns(self)

    def __len__(self) -> int:
        columns = stored_columns(self)
        return len(next(iter(columns.values()))) if columns else 0

    def __repr__(self) -> str:
        scalars = self._scalars()
        head = f"{type(self).__name__}: {counted(len(self), 'row')}"
        facts = "".join(f", {name} {_cell(value)}" for name, value in scalars.items())
        lines = [f"{head}{facts}", _text_table(self._columns()), *self._remarks()]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        fields = attrs.fields(type(self))  # type: ignore[arg-type]
        state = {field.alias: getattr(self, field.name) for field in fields if field.init}
        return (_rebuild, (type(self), state))  # numpy forgets read-only when unpickling

    def _repr_html_(self) -> str:
        columns = self._columns()
        rows = ([_cell(value) for value in row] for row in _rows(columns, _SHOWN_ROWS))
        more = len(self) - _SHOWN_ROWS
        shown = html_table(columns, rows, caption=counted(more, "more row") if more > 0 else "")
        return shown + "".join(f"<p>{html.escape(one)}</p>" for one in self._remarks())

    def _remarks(self) -> list[str]:
        """Return what the reader should know of the numbers, a line each."""
        return []

    def _scalars(self) -> dict[str, Any]:
        fields = attrs.fields(type(self))  # type: ignore[arg-type]
        return {
            field.name: getattr(self, field.name)
            for field in fields
            if field.repr
            and not field.metadata.get("column")
            and getattr(self, field.name) is not None
        }

    def column_names(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(self._columns())

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dict for each row, with plain Python values.

        See Also
        --------
        to_pandas : The columns as a pandas dataframe.
        to_polars : The columns as a polars dataframe.
        """
        columns = self._columns()
        return [dict(zip(columns, row, strict=True)) for row in _rows(columns, len(self))]

    def to_pandas(self) -> Any:
        """Return the columns as a ``pandas.DataFrame`` (pandas must be installed).

        See Also
        --------
        to_polars : The columns as a polars dataframe.
        to_arrow : The columns as a pyarrow table.
        """
        return attempt_import("pandas", extra="pandas").DataFrame(self._columns())

    def to_polars(self) -> Any:
        """Return the columns as a ``polars.DataFrame`` (polars must be installed).

        See Also
        --------
        to_pandas : The columns as a pandas dataframe.
        to_arrow : The columns as a pyarrow table.
        """
        polars = attempt_import("polars", extra="polars")
        return polars.DataFrame({name: _plain(values) for name, values in self._columns().items()})

    def to_arrow(self) -> Any:
        """Return the columns as a ``pyarrow.Table`` (pyarrow must be installed).

        See Also
        --------
        to_pandas : The columns as a pandas dataframe.
        to_polars : The columns as a polars dataframe.
        """
        arrow = attempt_import("pyarrow", extra="pyarrow")
        return arrow.table({name: _plain(values) for name, values in self._columns().items()})


def stored_columns(table: Table) -> dict[str, Array]:
    """Return the fields of a table that are columns and are not None, by name."""
    fields = attrs.fields(type(table))  # type: ignore[arg-type]
    return {
        field.name: getattr(table, field.name)
        for field in fields
        if field.metadata.get("column") and getattr(table, field.name) is not None
    }


@attrs.frozen(kw_only=True, repr=False)
class Labelled(Table):
    """A table with one main number for each label, and possibly other columns.

    The label of a row is the tuple of its group, where there are groups (of all its values, where
    ``by`` has several names), and of the values of its ``labels`` columns; a tuple of length 1 is
    replaced by its only member. Without groups and ``labels``, the label is the name of the
    ``main`` column.

    Attributes
    ----------
    main : str
        The column that `as_dict` returns; declared by the class.
    labels : tuple of str
        The columns that identify a row; declared by the class.
    """

    main: ClassVar[str] = ""
    labels: ClassVar[tuple[str, ...]] = ()

    def _columns(self) -> dict[str, Array]:
        shown: dict[str, Array] = {}
        for name, values in stored_columns(self).items():
            shown |= self._groups() if name == "group" else {name: values}
        return shown

    def _groups(self) -> dict[str, Array]:
        """Return the columns that the group of each row is shown in; none without groups."""
        group: Array | None = getattr(self, "group", None)
        names: tuple[str, ...] | None = getattr(self, "by", None)
        if group is None:
            return {}
        if names is None:
            return {"group": group}
        fields = attrs.fields(type(self))
        taken = {one.name for one in fields if one.metadata.get("column")} - {"group"}
        found: dict[str, Array] = {}
        for at, name in enumerate(names):
            shown = name
            while shown in taken:
                shown = f"group_{shown}"
            taken.add(shown)
            found[shown] = text_array_read_only([label[at] for label in group.tolist()])
        return found

    def as_dict(self) -> dict[Any, float]:
        """Return {label: number}: the column ``main`` by the columns ``labels``.

        See Also
        --------
        to_dicts : All columns, one dict for each row.
        to_pandas : All columns as a pandas dataframe.
        """
        columns = (getattr(self, name) for name in self.labels)
        return self._labelled(getattr(self, self.main), *columns, alone=self.main)

    def _labelled(self, numbers: Array, *columns: Array, alone: str = "") -> dict[Any, Any]:
        """Return {label: number}; without groups and columns, the only label is ``alone``.

        Where a row has several numbers, its numbers are consecutive, and each of the columns has
        an entry for every number.
        """
        each = len(numbers) // max(len(self), 1)
        groups = (np.repeat(one, each) for one in self._groups().values())
        parts = [one.tolist() for one in (*groups, *columns)]
        labels: Iterable[Any] = zip(*parts, strict=True) if parts else [alone]
        if len(parts) == 1:
            labels = parts[0]
        return dict(zip(labels, numbers.tolist(), strict=True))


@attrs.frozen(kw_only=True, repr=False)
class Grouped(Labelled):
    """A labelled table of all journeys together, or of each group of journeys in turn.

    Attributes
    ----------
    group : object, optional
        The group of each row, where ``by`` was given: a value, or a tuple of a value for each of
        several names.
    by : tuple of str, optional
        The names that ``by`` was given in a tuple or list. The table is then shown and converted
        with a column for each of them in place of ``group``; ``group_`` is put before a name that
        the table has already.
    """

    group: Array | None = optional_column(object)
    by: tuple[str, ...] | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class OfPersons(Grouped):
    """A labelled table whose intervals are of persons, where those are known.

    Attributes
    ----------
    persons : int, optional
        The number of persons with journeys, in the group with the fewest effective persons.
    effective : float, optional
        The effective number of persons: the number of persons of equal weight that carry the same
        information. Small if a few persons have most of the journeys. Below 5 a remark is printed.
    few_behind : int
        The number of rows with a share whose hits, or whose misses, come from fewer than 5
        effective persons, where persons have several journeys. Above 0 a remark is printed.
    """

    persons: int | None = attrs.field(default=None, repr=False, eq=False)
    effective: float | None = attrs.field(default=None, repr=False, eq=False)
    few_behind: int = attrs.field(default=0, repr=False, eq=False)

    def _remarks(self) -> list[str]:
        """Return a line that says how little intervals rest on, or nothing."""
        few = few_persons(self.persons, self.effective)
        if few or not self.few_behind:
            return few
        rows = counted(self.few_behind, "row")
        return [f"{rows}: the hits, or the misses, come from fewer than five persons"]


@attrs.frozen(kw_only=True, repr=False)
class Estimated(OfPersons):
    """A labelled table with confidence intervals from ``low`` to ``high``.

    Attributes
    ----------
    level : float
        The confidence level of the intervals: the share of intervals that cover the true value,
        in (0, 1).
    unit : str
        The unit that is assumed to be independent: ``"person"``, or ``"journey"`` where persons
        are not known.
    persons, effective, few_behind : optional
        As in `OfPersons`.
    """

    level: float
    unit: str


def few_persons(persons: int | None, effective: float | None, *, of: str = "") -> list[str]:
    """Return a line that says how few persons intervals rest on, or nothing."""
    if persons is None or effective is None or not 0 < effective < _FEW:
        return []
    where = f" in {printable(of)}" if of else ""
    if persons == 1:
        return [f"one person{where}: somebody else may be otherwise"]
    few = f"{persons:,}, {effective:.1f} effective"
    return [f"few persons{where} ({few}): one not seen may change the intervals"]


def unknown_ends(missing: Array, what: str) -> list[str]:
    """Return a line that says why ends of intervals are nan in some rows, or nothing."""
    if not missing.any():
        return []
    rows = f"{int(missing.sum()):,} of {counted(len(missing), 'row')}"
    return [f"nan: the interval of the median reaches beyond {what} in {rows}"]


def without_width(low: Array, high: Array) -> list[str]:
    """Return a line that says in how many rows an interval has no width, or nothing."""
    alike = int(np.count_nonzero(low == high))
    if not alike:
        return []
    rows = f"{alike:,} of {counted(len(low), 'row')}"
    said = "all values seen are alike, and the interval has no width; others may differ"
    return [f"{rows}: {said}"]


def html_table(head: Iterable[str], rows: Iterable[Iterable[str]], *, caption: str = "") -> str:
    """Return an HTML table, with all text escaped."""

    def line(tag: str, cells: Iterable[str]) -> str:
        shown = (html.escape(printable(cell, most=_LONGEST_CELL)) for cell in cells)
        return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in shown)}</tr>"

    body = "".join(line("td", row) for row in rows)
    title = html.escape(printable(caption, most=_LONGEST_CELL))
    top = f"<caption>{title}</caption>" if title else ""
    return f"<table>{top}<thead>{line('th', head)}</thead><tbody>{body}</tbody></table>"


def apart(names: Sequence[str]) -> list[str]:
    """Make names unique: append the 1-based position to every repeated name."""
    numbered = enumerate(names, 1)
    return [name if names.count(name) == 1 else f"{name} ({at})" for at, name in numbered]


def _rebuild(kind: Any, state: dict[str, Any]) -> Any:
    return kind(**state)


def _plain(values: Array) -> Any:
    return values.tolist() if values.dtype == object else values


def _rows(columns: dict[str, Array], most: int) -> Iterator[tuple[Any, ...]]:
    lists = [_as_python(values[:most]) for values in columns.values()]
    return zip(*lists, strict=True)


def _as_python(values: Array) -> list[Any]:
    if values.dtype.kind in "mM":
        return list(values)
    return list(values.tolist())


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 or value != value else f"{value:,.1f}"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple):
        return _sequence(value)
    return printable(str(value))


def _sequence(steps: tuple[Any, ...]) -> str:
    """Return the members of a sequence, as many as a cell holds."""
    cells: list[str] = []
    room = _LONGEST_CELL // 2
    for step in steps:
        cells.append(_quoted(str(step)))
        room -= len(cells[-1])
        if room < 0 and len(cells) < len(steps):
            return " > ".join([*cells, f"… {len(steps) - len(cells):,} more"])
    return " > ".join(cells)


def _quoted(text: str) -> str:
    """Quote a member of a sequence when it is empty, contains ``>`` or starts with a quote."""
    if not text or ">" in text or text[0] in "'\"":
        return quoted(text)
    return printable(text)


def _text_table(columns: dict[str, Array]) -> str:
    rows = [[_cell(value) for value in row] for row in _rows(columns, _SHOWN_ROWS)]
    numeric = [values.dtype.kind in "iufb" for values in columns.values()]
    heads = [printable(name) for name in columns]
    widths = [max([len(name), *(len(row[at]) for row in rows)]) for at, name in enumerate(heads)]

    def line(cells: list[str]) -> str:
        parts = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        ]
        return "  ".join(parts).rstrip()

    more = len(next(iter(columns.values()), ())) - len(rows)
    lines = [line(heads), *(line(row) for row in rows)]
    if more > 0:
        lines.append(f"… {counted(more, 'more row')}")
    return "\n".join(lines)
