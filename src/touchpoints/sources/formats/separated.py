"""Read CSV and other text files with separators."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

from touchpoints._core.checks import public, require_path
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.own_tables.file_mapping import FileMapping, mapping_of
from touchpoints.sources._shared.own_tables.logs import (
    columns_of_roles,
    journeys_of_table,
    wanted_columns,
)
from touchpoints.sources._shared.own_tables.roles import LogOptions, Roles, roles_of
from touchpoints.sources._shared.text_files.file_format import FileFormat
from touchpoints.sources._shared.text_files.separated import columns_of_file, places_of
from touchpoints.sources._shared.text_files.sniffer import Given, sniffed
from touchpoints.sources._shared.text_files.typed_columns import NotNumbersError

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys


@public
def csv(
    path: str | os.PathLike[str],
    *,
    mapping: FileMapping | str | os.PathLike[str] | None = None,
    separator: str | None = None,
    quote: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    header: Sequence[str] | None = None,
    **options: Unpack[LogOptions],
) -> Journeys:
    r"""Read a text file with separators: CSV with commas, semicolons, tabs or vertical bars.

    Parameters
    ----------
    path
        The file, plain or compressed by gzip.
    mapping
        How files like this one are read: a `FileMapping`, or the path of its TOML file. What is
        given in the call wins over it.
    separator, quote, encoding, decimal
        The characters between and around cells, the encoding, and the mark before decimals
        (``"."`` or ``","``). What is not given is told by `sniff`.
    header
        The names of the columns of a file whose first row holds data.
    **options
        The roles of columns and the options of `touchpoints.from_frame`: ``journey``, ``time``
        and ``touchpoint``, which a mapping can name too, and ``person``, ``end``, ``lifecycle``,
        ``instance``, ``stages``, ``count``, ``taxonomy``, ``per_interaction``, ``per_journey``,
        ``unmatched``, ``missing``, ``person_conflicts``, ``tiebreak``, ``duplicates``, ``tz``,
        ``ambiguous`` and ``time_format``, which can be ``"iso"`` too. ``on_error="skip"`` leaves
        out and counts rows that cannot be read. ``types`` says what columns hold, for example
        ``types={"zip": "text"}``: text, number, integer, unsigned, boolean or time.
        ``observed_until`` is the time of the export.

    Returns
    -------
    Journeys
        Ids, persons and names are text. Columns to keep are numbers if all their values are, in
        the decimal mark of the file; texts such as ``007`` and numbers of 16 digits or more are
        ids, and stay text.

    Raises
    ------
    NotFoundError
        When the file, or a column of it, does not exist.
    InvalidInputError
        When what the file does not decide is not given: the order of day and month, the decimal
        mark of a column that is kept, or the names of columns; when rows have more or fewer cells
        than there are columns, or times or numbers cannot be read, and ``on_error="raise"``; when
        the file is not of its encoding, with the byte where it is not.

    Notes
    -----
    The file is read in blocks of rows, of which only the columns needed are kept: numbers as
    numbers, times as instants and equal texts once. Cells are read as RFC 4180 has them: a quote
    in a quoted cell is written twice. An empty cell is missing, quoted or not: the two cannot be
    told apart in what most programs write.

    See Also
    --------
    sniff : The format of a file, and the evidence for it.
    read_mapping : Read a mapping.
    write_csv : The inverse.
    touchpoints.from_frame : Describes the roles and options.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import touchpoints as tp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "visits.csv")
    >>> _ = path.write_text("id;at;what;paid\n7;13/02/2026;search;\n7;14/02/2026;buy;9,90\n")
    >>> journeys = tp.sources.csv(
    ...     path, journey="id", time="at", touchpoint="what", per_interaction=("paid",)
    ... )
    >>> journeys
    <Journeys: 1 journey, 2 interactions, 2 touchpoints, 2026-02-13 to 2026-02-14>
    >>> journeys.per_interaction["paid"].tolist()
    [nan, 9.9]
    """
    require_path(path, mend='for example tp.sources.csv("log.csv", mapping="log.toml")')
    saved = mapping_of(mapping)
    said = {"separator": separator, "quote": quote, "encoding": encoding, "decimal": decimal}
    file = {**saved.file, **{name: one for name, one in said.items() if one is not None}}
    names = saved.file.get("header") if header is None else tuple(header)
    roles = roles_of(options, saved.roles(), saved.restored)
    times = tuple(roles.times()) if roles["time_format"] is None else ()
    told = Given(
        encoding=file.get("encoding"),
        separator=file.get("separator"),
        quote=file.get("quote"),
        decimal=file.get("decimal"),
        header=names,
        times=times,
        named=frozenset(columns_of_roles(roles)),
    )
    known = sniffed(path, told)
    if not known.header:
        raise _no_header(known)
    return _read(path, known, roles, named=names is None)


def _read(path: Any, known: FileFormat, roles: Roles, *, named: bool) -> Journeys:
    places_of(known, columns_of_roles(roles))
    texts: frozenset[str] = frozenset()
    while True:
        wanted = wanted_columns(roles, known, texts=texts)
        if known.decimal is None:
            _check_decimal(known, [one.name for one in wanted if one.kind == "number"])
        skipped = roles.skipping()
        try:
            table = columns_of_file(path, known, wanted, skipped, named=named)
        except NotNumbersError as error:
            texts |= {error.name}
            continue
        return journeys_of_table(table, roles, skipped, times_read=True)


def _check_decimal(known: FileFormat, numbers: list[str]) -> None:
    if numbers:
        raise InvalidInputError(
            f"the decimal mark of the file cannot be told: {known.evidence.get('decimal', '')}",
            where=f"{known.name}, column {numbers[0]!r}",
            mend=f'pass decimal="." or decimal=",", or types={{{numbers[0]!r}: "text"}}',
        )


def _no_header(known: FileFormat) -> InvalidInputError:
    return InvalidInputError(
        f"the file has no row with the names of its {len(known.columns)} columns: "
        f"{known.evidence.get('header', '')}",
        where=known.name,
        mend="pass header=[…] with the names, in the order of the columns",
    )
