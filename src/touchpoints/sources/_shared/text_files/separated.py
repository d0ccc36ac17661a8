"""The columns of a text file with separators, read block by block in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.text_files.file_format import FileFormat
from touchpoints.sources._shared.text_files.separated_rows import (
    Block,
    blocks_of_rows,
    cells_by_column,
    whole_rows,
)
from touchpoints.sources._shared.text_files.typed_columns import (
    Column,
    Wanted,
    add_rows,
    reading_of,
)


def columns_of_file(
    path: Any, known: FileFormat, wanted: Sequence[Wanted], skipped: Skipped, *, named: bool
) -> dict[str, Column]:
    """Return columns of a file by name; rows that cannot be read are raised or counted.

    Parameters
    ----------
    named
        Whether the first row of the file holds names.
    """
    places = places_of(known, [one.name for one in wanted])
    decimal: Any = known.decimal or "."
    columns = [reading_of(one, decimal) for one in wanted]
    name = Path(path).name
    for number, block in enumerate(blocks_of_rows(path, known.dialect, skipped)):
        if named and number == 0:
            block = block.without({0})  # noqa: PLW2901
        usable = whole_rows(block, len(known.columns), skipped, name=name)
        if usable.rows:
            refuse = _refusing(usable, places, wanted, skipped, name)
            add_rows(columns, cells_by_column(usable.rows, places), refuse)
    return {one.name: column.finish() for one, column in zip(wanted, columns, strict=True)}


def places_of(known: FileFormat, names: Iterable[str]) -> list[int]:
    """Return the places of columns; raise where the file lacks one, or has two of a name."""
    places = []
    for name in names:
        if name not in known.columns:
            where = f"{known.name}, {known.encoding}, separator {known.separator!r}"
            raise not_found("column", name, known.columns, where=where)
        if known.columns.count(name) > 1:
            raise InvalidInputError(
                f"two columns of the file are called {name!r}",
                where=known.name,
                mend="rename one of them in the file",
            )
        places.append(known.columns.index(name))
    return places


def _refusing(
    block: Block, places: Sequence[int], wanted: Sequence[Wanted], skipped: Skipped, name: str
) -> Callable[[int, int, str], None]:
    """Return what is done with a row of a block of which a cell cannot be read."""

    def refuse(at: int, place: int, why: str) -> None:
        one, cell = wanted[place], block.read[block.places[at]][places[place]]
        skipped.refuse(
            f"column {one.name!r}: {why}",
            where=f"{name}, line {block.line(at):,}: {cell!r}",
            mend=_mend(one),
        )

    return refuse


def _mend(one: Wanted) -> str:
    skip = 'on_error="skip" leaves such rows out and counts them'
    if one.kind == "time":
        form = one.time_format or "iso"
        return f"they were read as {form}: pass time_format= if that is wrong; {skip}"
    return f'pass types={{{one.name!r}: "text"}} to keep it as text; {skip}'
