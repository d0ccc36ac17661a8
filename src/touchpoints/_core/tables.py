"""Frozen records of equal-length columns: what every analysis that answers with a table returns."""

from __future__ import annotations

import html
import importlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from types import ModuleType
from typing import Any, ClassVar

import attrs
import numpy as np

from touchpoints._core.frozen import Array, read_only, same_array, text_array
from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError, MissingPackageError

_SHOWN_ROWS = 10
_FEW = 5


def column(dtype: Any = None, *, doc: str = "") -> Any:
    """Declare a field that is a column of the table."""
    convert = text_array_read_only if dtype is object else partial(read_only, dtype=dtype)
    return attrs.field(
        converter=convert,
        eq=attrs.cmp_using(eq=same_array),
        metadata={"column": True, "doc": doc},
    )


def optional_column(dtype: Any = None, *, doc: str = "") -> Any:
    """Declare a column that a table may lack: None by default, and then it is not shown."""
    convert = text_array_read_only if dtype is object else partial(read_only, dtype=dtype)
    return attrs.field(
        default=None,
        converter=attrs.converters.optional(convert),
        eq=attrs.cmp_using(eq=same_array),
        metadata={"column": True, "doc": doc},
    )


def text_array_read_only(values: Any) -> Array:
    """Return values as a read-only object array, each value one entry."""
    if isinstance(values, np.ndarray) and values.dtype == object:
        return read_only(values)
    array = text_array(values)
    array.flags.writeable = False
    return array


def attempt_import(module: str, *, extra: str) -> ModuleType:
    """Import an optional module, or say which package to install."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"this needs the package {module!r}, which is not installed",
            mend=f"pip install {extra}",
        ) from error


class Table:
    """The shared behaviour of tables: length, rows, reading well, and the way to dataframes.

    A subclass is a frozen attrs class whose columns are declared with `column`.
    """

    __slots__ = ()

    def __attrs_post_init__(self) -> None:
        lengths = {name: len(values) for name, values in self._columns().items()}
        if len(set(lengths.values())) > 1:
            raise InvalidInputError(f"the columns of a table differ in length: {lengths}")

    def _columns(self) -> dict[str, Array]:
        fields = attrs.fields(type(self))  # type: ignore[arg-type]
        return {
            field.name: getattr(self, field.name)
            for field in fields
            if field.metadata.get("column") and getattr(self, field.name) is not None
        }

    def __len__(self) -> int:
        columns = self._columns()
        return len(next(iter(columns.values()))) if columns else 0

    def __repr__(self) -> str:
        scalars = self._scalars()
        head = f"{type(self).__name__}: {counted(len(self), 'row')}"
        facts = "".join(f", {name} {_cell(value)}" for name, value in scalars.items())
        return f"{head}{facts}\n{_text_table(self._columns())}"

    def __reduce__(self) -> tuple[Any, ...]:
        fields = attrs.fields(type(self))  # type: ignore[arg-type]
        state = {field.alias: getattr(self, field.name) for field in fields if field.init}
        return (_rebuild, (type(self), state))  # numpy forgets read-only when unpickling

    def _repr_html_(self) -> str:
        columns = self._columns()
        rows = ([_cell(value) for value in row] for row in _rows(columns, _SHOWN_ROWS))
        more = len(self) - _SHOWN_ROWS
        return html_table(columns, rows, caption=counted(more, "more row") if more > 0 else "")

    def _scalars(self) -> dict[str, Any]:
        fields = attrs.fields(type(self))  # type: ignore[arg-type]
        return {
            field.name: getattr(self, field.name)
            for field in fields
            if field.repr and not field.metadata.get("column")
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dict a row, with plain Python values."""
        columns = self._columns()
        return [dict(zip(columns, row, strict=True)) for row in _rows(columns, len(self))]

    def to_pandas(self) -> Any:
        """Return the columns as a ``pandas.DataFrame`` (pandas must be installed)."""
        return attempt_import("pandas", extra="pandas").DataFrame(self._columns())

    def to_polars(self) -> Any:
        """Return the columns as a ``polars.DataFrame`` (polars must be installed)."""
        polars = attempt_import("polars", extra="polars")
        return polars.DataFrame({name: _plain(values) for name, values in self._columns().items()})

    def to_arrow(self) -> Any:
        """Return the columns as a ``pyarrow.Table`` (pyarrow must be installed)."""
        arrow = attempt_import("pyarrow", extra="pyarrow")
        return arrow.table({name: _plain(values) for name, values in self._columns().items()})


@attrs.frozen(kw_only=True, repr=False)
class Labelled(Table):
    """A table that has one number for each label, and may have others beside it.

    The label of a row is what its ``labels`` columns say, after its group where there are groups: a
    tuple unless that is one thing only. Without either, the label is the name of the number.

    Attributes
    ----------
    value : str
        The column that `as_dict` answers with; declared by the class.
    labels : tuple of str
        The columns that say what a row is about; declared by the class.
    """

    value: ClassVar[str] = ""
    labels: ClassVar[tuple[str, ...]] = ()

    def as_dict(self) -> dict[Any, float]:
        """Return the number of each label: the column ``value`` by the columns ``labels``."""
        columns = (getattr(self, name) for name in self.labels)
        return self._labelled(getattr(self, self.value), *columns, alone=self.value)

    def _labelled(self, numbers: Array, *columns: Array, alone: str = "") -> dict[Any, Any]:
        """Return the numbers by label; without group and columns, the label is ``alone``.

        Where a row has several numbers, they follow each other, and the columns are as long.
        """
        group: Array | None = getattr(self, "group", None)
        if group is not None:
            group = np.repeat(group, len(numbers) // max(len(group), 1))
        parts = [one.tolist() for one in (group, *columns) if one is not None]
        labels: Iterable[Any] = zip(*parts, strict=True) if parts else [alone]
        if len(parts) == 1:
            labels = parts[0]
        return dict(zip(labels, numbers.tolist(), strict=True))


@attrs.frozen(kw_only=True, repr=False)
class Grouped(Labelled):
    """A labelled table of all journeys, or of groups of them one after the other.

    Attributes
    ----------
    group : object, optional
        The group of each row, where ``by`` was given.
    """

    group: Array | None = optional_column(object)


@attrs.frozen(kw_only=True, repr=False)
class Estimated(Grouped):
    """A labelled table with intervals: ``low`` and ``high`` are the ends of each.

    Attributes
    ----------
    level : float
        The level of the intervals: how often such intervals cover the truth, in (0, 1).
    unit : str
        What is taken to be independent: ``"person"``, or ``"journey"`` where persons are not known.
    persons : int, optional
        How many persons have journeys, in the group with the fewest effective ones.
    effective : float, optional
        As many persons of equal weight would weigh as much; few where a few have most of the
        journeys. Below 5 a remark is printed.
    """

    level: float
    unit: str
    persons: int | None = attrs.field(default=None, repr=False, eq=False)
    effective: float | None = attrs.field(default=None, repr=False, eq=False)

    def __repr__(self) -> str:
        return f"{super().__repr__()}{self._remark()}"

    def _remark(self) -> str:
        """Return a line that says how little intervals rest on, or nothing."""
        if self.effective is None or not 0 < self.effective < _FEW:
            return ""
        if self.persons == 1:
            return "\none person: somebody else may be otherwise"
        few = f"{self.effective:.1f} effective"
        return f"\nfew persons ({self.persons:,}, {few}): one not seen may change the intervals"


def html_table(head: Iterable[str], rows: Iterable[Iterable[str]], *, caption: str = "") -> str:
    """Return a table in HTML, every text escaped."""

    def line(tag: str, cells: Iterable[str]) -> str:
        return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"

    body, said = "".join(line("td", row) for row in rows), html.escape(caption)
    foot = f"<caption>{said}</caption>" if said else ""
    return f"<table>{foot}<thead>{line('th', head)}</thead><tbody>{body}</tbody></table>"


def apart(names: Sequence[str]) -> list[str]:
    """Return names that differ: what is there several times gets its place, from 1, behind it."""
    places = enumerate(names, 1)
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in places]


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
        return " > ".join(_step(str(part)) for part in value)
    return str(value)


def _step(text: str) -> str:
    """Return one step of a way; in quotes where it could be taken for several, or for a quote."""
    return repr(text) if not text or ">" in text or text[0] in "'\"" else text


def _text_table(columns: dict[str, Array]) -> str:
    rows = [[_cell(value) for value in row] for row in _rows(columns, _SHOWN_ROWS)]
    numeric = [values.dtype.kind in "iufb" for values in columns.values()]
    widths = [
        max([len(name), *(len(row[place]) for row in rows)]) for place, name in enumerate(columns)
    ]

    def line(cells: list[str]) -> str:
        parts = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        ]
        return "  ".join(parts).rstrip()

    more = len(next(iter(columns.values()), ())) - len(rows)
    lines = [line(list(columns)), *(line(row) for row in rows)]
    if more > 0:
        lines.append(f"… {counted(more, 'more row')}")
    return "\n".join(lines)
