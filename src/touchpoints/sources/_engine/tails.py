"""The places of long journeys after those that are packed: read once for each distinct path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.sources._engine.packing import Packing
from touchpoints.sources._engine.program import HASHES, LENGTH, PLACE, Grouping
from touchpoints.sources._engine.rows import COUNT, JOURNEY, WHOLE
from touchpoints.sources._engine.shims import collected, columns_of
from touchpoints.sources._engine.typed import CODE

_LEAST, _MOST = "least", "most"


@attrs.frozen(kw_only=True, eq=False)
class Tails:
    """The further places of the long paths among d distinct ones.

    Attributes
    ----------
    path : int64 (m,)
        The position of the path that each place belongs to.
    place : int64 (m,)
        The place, from 1.
    code : int64 (m,)
        Its touchpoint.
    collided : int64 (c,)
        The positions of paths that different journeys share only by their hashes.
    """

    path: Array
    place: Array
    code: Array
    collided: Array


def tails_of(
    rows: nw.LazyFrame[Any],
    journeys: nw.LazyFrame[Any],
    found: Mapping[str, Array],
    packing: Packing,
    grouping: Grouping,
) -> Tails:
    """Read the places after the packed ones, of the paths found that are longer.

    All journeys of a path are read by the engine, and two of them that differ are noticed: the
    hashes only say which journeys may be alike.
    """
    keys = grouping.keys(packing)
    tail = _tail_rows(rows, journeys, packing, keys)
    asked = tail.group_by([*keys, PLACE]).agg(
        nw.col(CODE).min().cast(WHOLE).alias(_LEAST), nw.col(CODE).max().cast(WHOLE).alias(_MOST)
    )
    here = columns_of(
        collected(asked, asked="read the ends of long journeys"), [*keys, PLACE, _LEAST, _MOST]
    )
    long = np.flatnonzero(found[LENGTH] > packing.places)
    path = long[matched([found[key][long] for key in keys], [here[key] for key in keys])]
    return Tails(
        path=path,
        place=here[PLACE],
        code=here[_LEAST],
        collided=np.unique(path[here[_LEAST] != here[_MOST]]),
    )


def apart(
    rows: nw.LazyFrame[Any],
    journeys: nw.LazyFrame[Any],
    hashes: Sequence[int],
    packing: Packing,
    grouping: Grouping,
) -> tuple[dict[str, Array], Array]:
    """Read journeys one by one of which different ones share both hashes.

    Parameters
    ----------
    hashes
        The first hashes of those journeys.

    Returns
    -------
    columns
        The key, number, place and code of each place after the packed ones, a row for each.
    journey : int64 (m,)
        The number of the journey of each row.
    """
    keys = grouping.keys(packing)
    columns = [*keys, *([COUNT] if grouping.has_count else [])]
    some = journeys.filter(nw.col(HASHES[0]).is_in(list(hashes)))
    tail = _tail_rows(rows, some, packing, columns)
    here = collected(tail, asked="told journeys apart that share a hash")
    ids = here[JOURNEY].to_list()
    positions = {one: position for position, one in enumerate(dict.fromkeys(ids))}
    owners = np.array([positions[one] for one in ids], dtype=np.int64)
    return columns_of(here, [*columns, PLACE, CODE]), owners


def _tail_rows(
    rows: nw.LazyFrame[Any], journeys: nw.LazyFrame[Any], packing: Packing, columns: Sequence[str]
) -> nw.LazyFrame[Any]:
    inside = (nw.col("in_path") == 1) & (nw.col(PLACE) > packing.places)
    tail = rows.filter(inside).select(JOURNEY, PLACE, CODE)
    owner = nw.col(JOURNEY).alias("owner")
    long = journeys.filter(nw.col(LENGTH) > packing.places).select(owner, *columns)
    return tail.join(long, left_on=JOURNEY, right_on="owner", how="inner")


def matched(known: Sequence[Array], wanted: Sequence[Array]) -> Array:
    """Return the position among the known tuples of each wanted one; all of them are known."""
    size = len(known[0])
    codes = np.zeros(size + len(wanted[0]), dtype=np.int64)
    for left, right in zip(known, wanted, strict=True):
        column = np.unique(np.concatenate([left, right]), return_inverse=True)[1]
        pairs = codes * (int(column.max(initial=0)) + 1) + column
        codes = np.unique(pairs, return_inverse=True)[1]
    of_code = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    of_code[codes[:size]] = np.arange(size)
    return of_code[codes[size:]]
