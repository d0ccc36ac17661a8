"""The distinct values of columns of an engine: brought here once, and answered by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from touchpoints._core.columns import named_columns
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.reading import Table, table_of
from touchpoints.errors import InvalidInputError
from touchpoints.sources._engine.rows import WHOLE, key_of
from touchpoints.sources._engine.shims import collected, local_table

_MOST = 1_000_000
_ROWS, _KEY = "rows of it", "key of it"


@attrs.frozen(kw_only=True, eq=False)
class DistinctValues:
    """The distinct tuples of some columns of an engine.

    Attributes
    ----------
    keys
        What is equal where the values are equal, one for each tuple; None where all are missing.
    table
        The values, by the names that the caller's columns have.
    rows : int64 (d,)
        How many rows have each tuple.
    """

    keys: list[Any]
    table: Table
    rows: Array


def distinct_values(
    frame: nw.LazyFrame[Any],
    columns: Sequence[str],
    *,
    called: Sequence[str],
    schema: Mapping[str, Any],
    mend: str,
) -> DistinctValues:
    """Bring the distinct tuples of some columns here, with their numbers of rows.

    Parameters
    ----------
    columns, called
        The columns of the frame, and the caller's names of them.
    """
    found = frame.group_by(list(columns)).agg(nw.len().cast(WHOLE).alias(_ROWS))
    found = found.with_columns(key_of(columns, schema).alias(_KEY)).head(_MOST + 1)
    here = collected(found, asked=f"looked for the distinct values of {named_columns(called)}")
    if len(here) > _MOST:
        raise InvalidInputError(
            f"{named_columns(called)} hold more than {_MOST:,} distinct values, which would come "
            "to this machine",
            mend=mend,
        )
    names = dict(zip(columns, called, strict=True))
    table = table_of(here.select(*columns).rename(names).to_native())
    table.load([("column", name) for name in called])
    return DistinctValues(
        keys=here[_KEY].to_list(), table=table, rows=np.asarray(here[_ROWS].to_numpy())
    )


def with_answers(
    frame: nw.LazyFrame[Any], key: str, values: DistinctValues, answers: Mapping[str, Array]
) -> nw.LazyFrame[Any]:
    """Join integers to the rows by the key of their tuple; -1 becomes null.

    The tuple that is missing altogether has no key to join by, and is answered where it is null.
    """
    known = np.array([place for place, one in enumerate(values.keys) if one is not None], dtype=int)
    nothing = nw.lit(None).cast(WHOLE)
    if len(known):
        table: dict[str, Any] = {key: [values.keys[place] for place in known]}
        table |= {name: one[known] for name, one in answers.items()}
        frame = frame.join(local_table(frame, table), on=key, how="left")
    else:
        frame = frame.with_columns(**dict.fromkeys(answers, nothing))
    found = {name: nw.col(name) for name in answers}
    if len(known) < len(values.keys):
        place = values.keys.index(None)
        for name, one in answers.items():
            missing = nw.when(nw.col(key).is_null()).then(nw.lit(int(one[place])).cast(WHOLE))
            found[name] = missing.otherwise(found[name])
    frame = frame.with_columns(**found)
    some_missing = {
        name: nw.when(nw.col(name) >= 0).then(nw.col(name)).otherwise(nothing)
        for name, one in answers.items()
        if bool((one < 0).any())
    }
    return frame.with_columns(**some_missing) if some_missing else frame


def numbered_values(values: DistinctValues, name: str) -> tuple[Array, Coded | Array]:
    """Return the number of each value of a column that is kept, and the values by number.

    Values that the library holds equal, such as 0.0 and -0.0, have one number. It is -1 where the
    value is missing, and so is the last of the values, which -1 takes. The numbers go by the order
    of the values, whatever the order in which the engine gives them.
    """
    column = values.table.kept(name)
    if isinstance(column, Coded):
        known = sorted(set(column.categories))
        places = {one: place for place, one in enumerate(known)}
        table = np.array([*(places[one] for one in column.categories), -1], dtype=np.int64)
        by_number = np.append(np.arange(len(known), dtype=np.int32), np.int32(-1))
        return table[column.codes], Coded(owned(by_number), tuple(known))
    missing = column != column
    taken, codes = np.unique(column[~missing], return_inverse=True)
    numbers = np.full(len(column), -1, dtype=np.int64)
    numbers[~missing] = codes
    if taken.dtype.kind in "fM":  # the others have no missing values
        nothing: Any = "NaT" if taken.dtype.kind == "M" else np.nan
        taken = np.append(taken, np.array([nothing], dtype=taken.dtype))
    return numbers, owned(taken)
