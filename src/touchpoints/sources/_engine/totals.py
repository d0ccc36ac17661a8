"""How many rows and journeys an engine holds, asked without an ordered window."""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw

from touchpoints._core.columns import ColumnRoles, check_not_empty_column, named_columns
from touchpoints._core.messages import counted, first_few
from touchpoints.errors import InvalidInputError
from touchpoints.sources._assemble import Options, refuse_missing
from touchpoints.sources._engine.rows import (
    COUNT,
    ID,
    JOURNEY,
    PERSON,
    TIEBREAK,
    TIME,
    WHOLE,
    EngineRows,
    key_of,
    numbered,
    without_value,
)
from touchpoints.sources._engine.shims import collected

_LAST_YEAR = 9999
_NUMBER = r"^\s*[-+]?[0-9]+(\.[0-9]*)?\s*$"


@attrs.frozen(kw_only=True)
class Totals:
    """How many rows and journeys there are, asked without an ordered window.

    Attributes
    ----------
    rows, without_journey, without_time
        Rows of the log, those without an id, and those with an id and without a time.
    journeys, longest
        Journeys with a row that has a time, and the rows of the longest of them.
    mixed_persons
        Journeys of which some rows name no person, or another one.
    without_person
        Journeys with a row that names no person.
    gaps
        Rows without a value of each column that breaks ties.
    """

    rows: int
    without_journey: int
    without_time: int
    journeys: int
    longest: int
    mixed_persons: int
    without_person: int
    gaps: tuple[int, ...] = ()


def totals_of(rows: EngineRows, names: ColumnRoles) -> Totals:
    """Count the rows and journeys; raise where every row lacks an id or a time."""
    found = _sums(_journeys(rows), rows)
    ties = numbered(TIEBREAK, rows.tiebreaks)
    totals = Totals(
        **{name: found[name] for name in attrs.fields_dict(Totals) if name in found},
        gaps=tuple(found[f"{name}_gaps"] for name in ties),
    )
    check_not_empty_column(names.journey, totals.rows, totals.without_journey, "journey")
    check_not_empty_column(names.time, totals.rows, totals.without_time, "time")
    for name, column in zip(ties, names.tiebreak, strict=True):
        if totals.journeys and not found.get(f"{name}_words", 1):
            raise InvalidInputError(
                f"column {column!r} of tiebreak= holds numbers as text, which the engine would "
                "order as text: '10' before '9'",
                mend="cast it to a number in the lazy frame",
            )
    if odd := max(found.get("earliest_odd", 0), found.get("latest_odd", 0)):
        raise InvalidInputError(
            f"{counted(odd, 'journey', verb='have')} times outside the years 1 to {_LAST_YEAR}",
            where=named_columns(names.time),
            mend="leave them out, or make them null, in the lazy frame",
        )
    if found.get("miscounted"):
        raise InvalidInputError(
            f"count must be an integer of at least 0, equal in all rows of a journey: it is not in "
            f"{counted(found['miscounted'], 'journey')}",
            where=f"column {names.count!r}",
        )
    return totals


def _journeys(rows: EngineRows) -> nw.LazyFrame[Any]:
    """Return one row for each id, with its numbers of rows and whether it is no id."""
    ids = numbered(ID, rows.ids)
    timed = ~nw.col(TIME if rows.timed else "one").is_null()
    asked = {"rows": nw.len(), "timed": _number(timed)}
    if rows.timed:
        asked |= {"earliest": nw.col(TIME).min(), "latest": nw.col(TIME).max()}
    if rows.has_person:
        asked["named"] = _number(~nw.col(PERSON).is_null())
        asked |= {"least": nw.col(PERSON).min(), "most": nw.col(PERSON).max()}
    for name in numbered(TIEBREAK, rows.tiebreaks):
        asked[f"{name}_gaps"] = _number(nw.col(name).is_null())
        if rows.schema[name] == nw.String:
            asked[f"{name}_words"] = _number(~nw.col(name).str.contains(_NUMBER))
    if rows.has_count:
        asked["counted"] = _number(~nw.col(COUNT).is_null())
        asked |= {"fewest": nw.col(COUNT).min(), "highest": nw.col(COUNT).max()}
    journeys = rows.frame.with_columns(one=nw.lit(1)).group_by(ids).agg(**asked)
    gone = nw.lit(value=False)
    for name in ids:
        gone = gone | without_value(name, rows.schema[name])
    journeys = journeys.with_columns(gone=gone)
    unknown = nw.when(nw.col("gone").is_null()).then(nw.lit(value=True))
    return journeys.with_columns(gone=unknown.otherwise(nw.col("gone")))


def _sums(journeys: nw.LazyFrame[Any], rows: EngineRows) -> dict[str, int]:
    """Return sums over the journeys of a log, each given by its numbers of rows."""
    kept = ~nw.col("gone") & (nw.col("timed") > 0)
    one = nw.lit(1)
    asked = {
        "rows": nw.col("rows"),
        "without_journey": _where(nw.col("gone"), nw.col("rows")),
        "without_time": _where(~nw.col("gone"), nw.col("rows") - nw.col("timed")),
        "journeys": _where(kept, one),
    }
    for name in numbered(TIEBREAK, rows.tiebreaks):
        asked[f"{name}_gaps"] = _where(kept, nw.col(f"{name}_gaps"))
        if rows.schema[name] == nw.String:
            asked[f"{name}_words"] = _where(kept, nw.col(f"{name}_words"))
    asked |= {name: _where(kept & wrong, one) for name, wrong in _flaws(rows).items()}
    spread = journeys.select(
        longest=_where(kept, nw.col("timed")),
        **{name: value.cast(WHOLE) for name, value in asked.items()},
    )
    sums = {name: nw.col(name).sum().cast(WHOLE) for name in asked}
    found = collected(
        spread.select(longest=nw.col("longest").max().cast(WHOLE), **sums),
        asked="counted the rows of the journeys",
    )
    answer = {name: int(found[name][0] or 0) for name in ("longest", *asked)}
    return {"mixed_persons": 0, "without_person": 0} | answer


def _flaws(rows: EngineRows) -> dict[str, nw.Expr]:
    """Return what is to be known of the persons and counts of a journey."""
    flaws: dict[str, nw.Expr] = {}
    if rows.timed:
        for name in ("earliest", "latest"):
            year = nw.col(name).dt.year()  # null where it is an infinity
            flaws[f"{name}_odd"] = year.is_null() | (year < 1) | (year > _LAST_YEAR)
    if rows.has_person:
        dtype = rows.schema[PERSON]
        unnamed = without_value("least", dtype) | without_value("most", dtype)
        unnamed = unnamed | (nw.col("named") < nw.col("rows"))
        mixed = unnamed | (nw.col("least") != nw.col("most"))
        flaws |= {"mixed_persons": (nw.col("named") > 0) & mixed, "without_person": unnamed}
    if rows.has_count:
        flaws["miscounted"] = (
            (nw.col("counted") < nw.col("rows"))
            | (nw.col("fewest") != nw.col("highest"))
            | (nw.col("fewest") < 0)
            | (nw.col("fewest") != nw.col("fewest").cast(WHOLE))
        )
    return flaws


def _number(condition: nw.Expr) -> nw.Expr:
    """Return for how many rows a condition holds; PostgreSQL casts no condition to a number."""
    return _where(condition, nw.lit(1)).sum()


def _where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(value.cast(WHOLE)).otherwise(nw.lit(0).cast(WHOLE))


def usable_rows(
    rows: EngineRows, names: ColumnRoles, options: Options
) -> tuple[EngineRows, Totals]:
    """Return the rows with an id and a time, persons without a name null, and counts of the log."""
    totals = totals_of(rows, names)
    rows = _usable(rows, totals, names, missing=options.missing)
    if totals.without_person:
        known = nw.when(~without_value(PERSON, rows.schema[PERSON])).then(nw.col(PERSON))
        frame = rows.frame.with_columns(known.otherwise(nw.lit(None)).alias(PERSON))
        rows = attrs.evolve(rows, frame=frame)
    return rows, totals


def _usable(rows: EngineRows, totals: Totals, names: ColumnRoles, *, missing: str) -> EngineRows:
    """Return the rows with an id and a time, with the id as one column; or raise for the others."""
    ids = numbered(ID, rows.ids)
    frame = rows.frame
    for count, what, columns in (
        (totals.without_journey, "journey", names.journey),
        (totals.without_time, "time", names.time),
    ):
        if count and missing == "raise":
            refuse_missing(count, what, where=named_columns(columns))
    if totals.without_journey:
        for name in ids:
            frame = frame.filter(~without_value(name, rows.schema[name]))
    if totals.without_time:
        frame = frame.filter(~nw.col(TIME).is_null())
    whole_id = nw.col(ids[0]) if len(ids) == 1 else key_of(ids, rows.schema)
    return attrs.evolve(rows, frame=frame.with_columns(whole_id.alias(JOURNEY)))


def check_longest(rows: EngineRows, totals: Totals, *, longest: int) -> None:
    """Raise where one journey would be more than one worker should order."""
    if totals.longest <= longest:
        return
    sizes = rows.frame.group_by(JOURNEY).agg(rows=nw.len().cast(WHOLE))
    found = collected(
        sizes.filter(nw.col("rows") > longest).head(5), asked="looked for long journeys"
    )
    raise InvalidInputError(
        f"a journey has {totals.longest:,} rows, which one worker would have to order; more than "
        f"{longest:,} are refused",
        where=f"journeys {first_few(found[JOURNEY].to_list())}",
        mend="it may be a robot, or an id that stands for a missing one: filter it out of the lazy "
        "frame, or pass a higher longest=",
    )
