"""Journeys as a flat table, one row for each interaction: columns, and dataframes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.tables import attempt_import
from touchpoints.journeys.checks import Columns
from touchpoints.taxonomy import FACETS, UNKNOWN, Touchpoint

_RESERVED = ("need_from", "context_from", "need_inferred", "context_inferred")
"""Columns that typing adds when a log is read, so that they cannot be asked for by name."""


@attrs.frozen(kw_only=True)
class Flat:
    """The columns of journeys with one row for each interaction, and what each of them is.

    Attributes
    ----------
    columns
        By name: arrays, or `Coded` for text.
    roles
        The columns of the roles of a log, by role.
    facets, outcomes, outcome_times, values
        The columns of each facet, outcome and value, by its name; ``type`` is among the facets.
    states
        The columns of ``began``, ``finished`` and ``observed_until``, of those that are there.
    interactions, journeys
        The columns that the caller kept, by the names that they have in the journeys.
    """

    columns: Mapping[str, Array | Coded]
    roles: Mapping[str, str]
    facets: Mapping[str, str]
    outcomes: Mapping[str, str]
    outcome_times: Mapping[str, str]
    values: Mapping[str, str]
    states: Mapping[str, str]
    interactions: Mapping[str, str]
    journeys: Mapping[str, str]

    @property
    def reserved(self) -> dict[str, str]:
        """The columns of interactions that cannot be asked for by their own name."""
        return {
            name: column
            for name, column in self.interactions.items()
            if name in _RESERVED or name != column
        }


class _Table:
    """Columns that get names of their own: a name that is taken is numbered."""

    def __init__(self) -> None:
        self.columns: dict[str, Array | Coded] = {}

    def add(self, name: str, column: Array | Coded) -> str:
        base = name.strip()
        free, number = base, 1
        while free in self.columns:
            number += 1
            free = f"{base} ({number})"
        self.columns[free] = column
        return free

    def several(self, columns: Iterable[tuple[str, str, Any]]) -> dict[str, str]:
        """Add (own name, name in the table, column) and return the names by their own."""
        return {own: self.add(name, column) for own, name, column in columns}


def flat_of(journeys: Columns) -> Flat:
    """Return the columns of journeys, given by name, with one row for each interaction."""
    rows = segments.lengths_of(journeys["offsets"])
    table = _Table()

    def spread(column: Any) -> Array | Coded:
        return repeated(column, rows)

    return Flat(
        roles=table.several(_roles(journeys, rows)),
        facets=table.several(_facets(journeys)),
        interactions=table.several(
            (one, one, col) for one, col in journeys["per_interaction"].items()
        ),
        journeys=table.several(
            (one, one, spread(col)) for one, col in journeys["per_journey"].items()
        ),
        outcomes=table.several(
            (one, f"outcome {one}", spread(col)) for one, col in journeys["outcomes"].items()
        ),
        outcome_times=table.several(
            (one, f"reached {one}", spread(col)) for one, col in journeys["outcome_times"].items()
        ),
        values=table.several(
            (one, f"value {one}", spread(col)) for one, col in journeys["values"].items()
        ),
        states=table.several((one, one, spread(col)) for one, col in _states(journeys)),
        columns=table.columns,
    )


def repeated(column: Any, rows: Array) -> Array | Coded:
    """Return a column of journeys with a value for each interaction."""
    if isinstance(column, Coded):
        return column.take(np.repeat(np.arange(len(rows)), rows))
    return owned(np.repeat(column, rows))


def _roles(journeys: Columns, rows: Array) -> Iterator[tuple[str, str, Array | Coded]]:
    yield "journey", "journey", repeated(journeys["ids"], rows)
    if journeys["persons"] is not None:
        yield "person", "person", repeated(journeys["persons"], rows)
    if journeys["times"] is not None:
        yield "time", "time", journeys["times"]
    if journeys["ends"] is not None:
        yield "end", "end", journeys["ends"]
    keys = tuple(one.key for one in journeys["touchpoints"])
    yield "touchpoint", "touchpoint", Coded(journeys["codes"], keys)
    if bool((journeys["counts"] != 1).any()):
        yield "count", "count", repeated(journeys["counts"], rows)


def _facets(journeys: Columns) -> Iterator[tuple[str, str, Coded]]:
    """Yield the type and the facets that any touchpoint has a known term of."""
    known = journeys["touchpoints"]
    others = sorted({name for one in known for name in one.facets})
    for name in ("type", *FACETS, *others):
        terms = [_term(one, name) for one in known]
        if any(terms):
            distinct = list(dict.fromkeys(filter(None, terms)))
            place = {term: code for code, term in enumerate(distinct)} | {"": -1}
            table = np.array([place[term] for term in terms], dtype=np.int32)
            yield name, name, Coded(owned(table[journeys["codes"]]), tuple(distinct))


def _term(touchpoint: Touchpoint, name: str) -> str:
    """Return the type or the known term of a facet; empty where there is none."""
    term = touchpoint.type if name == "type" else touchpoint.facet(name)
    return "" if term == UNKNOWN else term


def _states(journeys: Columns) -> Iterator[tuple[str, Array]]:
    for name in ("began", "finished"):
        if not bool(journeys[name].all()):
            yield name, journeys[name]
    if journeys["observed_until"] is not None:
        yield "observed_until", journeys["observed_until"]


def frame_of(journeys: Columns, library: str) -> Any:
    """Return journeys as a dataframe of pandas, polars or pyarrow; instants of UTC say so."""
    aware = journeys["meta"].timezone is not None
    columns = flat_of(journeys).columns
    module = attempt_import(library, extra=library)
    if library == "pandas":
        return module.DataFrame(
            {name: _for_pandas(one, module, aware=aware) for name, one in columns.items()}
        )
    if library == "polars":
        zone = "UTC" if aware else None
        found = {name: _for_polars(name, one, module, zone) for name, one in columns.items()}
        return module.DataFrame(list(found.values()))
    return module.table(
        {name: _for_arrow(one, module, aware=aware) for name, one in columns.items()}
    )


def _for_pandas(column: Array | Coded, pandas: Any, *, aware: bool) -> Any:
    if isinstance(column, Coded):
        return pandas.Categorical.from_codes(column.codes, categories=list(column.categories))
    if column.dtype.kind == "M" and aware:
        return pandas.Series(column.copy()).dt.tz_localize("UTC")
    return column.copy()


def _for_polars(name: str, column: Array | Coded, polars: Any, zone: str | None) -> Any:
    if isinstance(column, Coded):
        texts = polars.Series(list(column.categories), dtype=polars.String)
        codes = polars.Series(column.codes, dtype=polars.Int32)
        return texts.gather(polars.select(polars.when(codes >= 0).then(codes)).to_series()).alias(
            name
        )
    if column.dtype.kind == "M":
        return polars.Series(name, column).cast(polars.Datetime("us")).dt.replace_time_zone(zone)
    if column.dtype == object:
        return polars.Series(name, column.tolist(), dtype=polars.String if _blank(column) else None)
    return polars.Series(name, column)


def _for_arrow(column: Array | Coded, arrow: Any, *, aware: bool) -> Any:
    if isinstance(column, Coded):
        codes = arrow.array(column.codes, mask=column.codes < 0)
        texts = arrow.array(list(column.categories), type=arrow.string())
        return arrow.DictionaryArray.from_arrays(codes, texts).cast(arrow.string())
    if column.dtype.kind == "M":
        return arrow.array(column, type=arrow.timestamp("us", tz="UTC" if aware else None))
    if column.dtype == object:
        return arrow.array(column.tolist(), type=arrow.string() if _blank(column) else None)
    return arrow.array(column)


def _blank(column: Array) -> bool:
    """Return whether a column of ids has no value that could tell its kind: it is of text then."""
    return all(one is None for one in column.tolist())
