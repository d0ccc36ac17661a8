"""`FileFormat`: how a text file is written, and what tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import attrs

from touchpoints._core.checks import built_by_name
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import counted, first_few, not_found, quoted
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.own_tables.file_mapping import FileMapping
from touchpoints.sources._shared.own_tables.roles import COLUMNS, OPTIONS, TIMES, LogOptions
from touchpoints.sources._shared.text_files.dialects import SEPARATORS
from touchpoints.sources._shared.text_files.separated_rows import Dialect
from touchpoints.sources._shared.text_files.time_formats import TimeColumn


def _by_name(texts: Mapping[str, str]) -> FrozenMap[str, str]:
    return FrozenMap(texts)


@built_by_name
@attrs.frozen(kw_only=True, repr=False)
class FileFormat:
    r"""How a text file with separators is written, as `touchpoints.sources.sniff` told it.

    Attributes
    ----------
    name
        The name of the file.
    encoding, separator, quote
        The encoding, and the characters between and around cells.
    decimal
        The mark before decimals, ``"."`` or ``","``; None where the numbers do not decide.
    header
        Whether the first row names the columns.
    columns
        The names of the columns; empty texts in a file without names.
    numbers
        The columns whose values, of those looked at, are all numbers.
    times
        The columns that look like times; ``time_format`` is empty where it is undecided.
    rows
        The number of rows that were looked at.
    whole
        Whether those were all rows of the file.
    evidence
        What tells the encoding, the separator, the quote, the decimal mark and the header.

    See Also
    --------
    touchpoints.sources.sniff : Tell the format of a file.
    touchpoints.sources.csv : Read a file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import touchpoints as tp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "visits.csv")
    >>> _ = path.write_text("id;at;what\n7;13/01/2026;search\n")
    >>> found = tp.sources.sniff(path)
    >>> found.separator, found.times[0].time_format
    (';', '%d/%m/%Y')
    """

    name: str
    encoding: str
    separator: str
    quote: str = '"'
    decimal: str | None = "."
    header: bool = True
    columns: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    times: tuple[TimeColumn, ...] = ()
    rows: int = 0
    whole: bool = True
    evidence: FrozenMap[str, str] = attrs.field(factory=FrozenMap, converter=_by_name)
    _before: int = attrs.field(default=0, alias="before")

    @property
    def undecided(self) -> tuple[str, ...]:
        """What the file does not decide, each with the argument that does."""
        found = [f"column {one.name!r}: {_mend(one)}" for one in self.times if one.undecided]
        if self.decimal is None:
            found.append('the decimal mark: pass decimal="." or decimal=","')
        if not self.header:
            found.append("the names of the columns: pass header=[…]")
        return tuple(found)

    @property
    def text(self) -> str:
        """What was told, and why, a line each."""
        names = f": {first_few(self.columns, most=12)}" if self.header else ", without names"
        separator = SEPARATORS.get(self.separator, quoted(self.separator))
        whole = ", all of them" if self.whole else ""
        said = self.evidence
        decimal = "undecided" if self.decimal is None else quoted(self.decimal)
        lines = [
            f"{self.name}: {counted(self.rows, 'row')} looked at{whole}",
            f"  encoding   {self.encoding} ({said.get('encoding', 'given')})",
            f"  separator  {separator} ({said.get('separator', 'given')})",
            f"  quote      {self.quote} ({said.get('quote', 'given')})",
            f"  decimal    {decimal} ({said.get('decimal', 'given')})",
            f"  header     {'yes' if self.header else 'no'} ({said.get('header', 'given')})",
            f"  columns    {len(self.columns)}{names}",
            *map(_line_of, self.times),
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.text

    @property
    def dialect(self) -> Dialect:
        """How the cells of the file are written."""
        return Dialect(
            encoding=self.encoding,
            separator=self.separator,
            quote=self.quote,
            before=self._before,
        )

    def mapping(self, **options: Unpack[LogOptions]) -> FileMapping:
        """Return what reads this file and the next like it, with the roles of its columns.

        Parameters
        ----------
        **options
            The roles and options of `touchpoints.sources.csv`; ``taxonomy`` is the name of one.

        Returns
        -------
        FileMapping

        Raises
        ------
        NotFoundError
            When the file has no such column.
        InvalidInputError
            When its values do not decide how times are written, and ``time_format`` is not given.
        """
        given: dict[str, Any] = {name: one for name, one in options.items() if one is not None}
        if "time_format" not in given:
            forms = {self.format_of(given[one]) for one in ("time", "end") if one in given}
            given |= {"time_format": forms.pop()} if len(forms) == 1 else {}
        file = {"separator": self.separator, "quote": self.quote, "encoding": self.encoding}
        file |= {} if self.decimal is None else {"decimal": self.decimal}
        parts = {"times": TIMES, "columns": COLUMNS, "options": OPTIONS}
        placed = {
            part: {name: given.pop(name) for name in names if name in given}
            for part, names in parts.items()
        }
        types = dict(given.pop("types", {}))
        if given:
            raise InvalidInputError(f"a mapping does not hold {first_few(given)}", where=self.name)
        return FileMapping(file=file, types=types, **placed)

    def format_of(self, name: str) -> str:
        """Return how the times of a column are written; ISO 8601 where they look like no times.

        Raises
        ------
        NotFoundError
            When the file has no such column.
        InvalidInputError
            When its values do not decide between several formats.
        """
        if name not in self.columns:
            raise not_found("column", name, self.columns, where=self.name)
        known = next((one for one in self.times if one.name == name), None)
        if known is not None and known.undecided:
            raise undecided_times(known, where=self.name)
        return "iso" if known is None else known.time_format


def undecided_times(column: TimeColumn, *, where: str) -> InvalidInputError:
    """Build the error for a column whose values do not decide how they are written."""
    looked = f"{where}, {counted(column.rows, 'value')} looked at"
    return InvalidInputError(
        f"the file does not decide how the times of column {column.name!r} are written: "
        f"{column.evidence}",
        where=looked,
        mend=_mend(column),
    )


def _mend(column: TimeColumn) -> str:
    if not column.candidates:
        return (
            'pass time_format= with the format of the rows to keep, and on_error="skip" to leave '
            "the others out"
        )
    return f"pass {' or '.join(f'time_format={one!r}' for one in column.candidates)}"


def _line_of(column: TimeColumn) -> str:
    zone: Any = {"": "no zone, tz= names it", "UTC": "in UTC"}.get(column.zone, "offsets from UTC")
    form = column.time_format or f"undecided, {_mend(column)}"
    return f"  time       {column.name!r}: {form}; {zone} ({column.evidence})"
