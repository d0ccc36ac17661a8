"""The distinct paths of a log that an engine holds, with the journeys that take each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from touchpoints._core.columns import ColumnRoles, named_columns
from touchpoints._core.frozen import Array, Coded
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys
from touchpoints.sources._assemble import Options, tell_of_several_persons
from touchpoints.sources._engine.answer import (
    Paths,
    decoded,
    frequent_first,
    journeys_from,
    told_apart,
)
from touchpoints.sources._engine.options import Sample, Summary
from touchpoints.sources._engine.packing import Packing, packing_for
from touchpoints.sources._engine.program import (
    GROUP,
    HASHES,
    JOURNEYS,
    KEPT_MIXED,
    LENGTH,
    MERGED,
    PAIRS,
    PERSONS_MIXED,
    TIES,
    UNDECIDED,
    Grouping,
    Ordering,
    journeys_of,
    ordering_of,
    paths_of,
    placed,
)
from touchpoints.sources._engine.reporting import refuse_undecided, report_of
from touchpoints.sources._engine.rows import (
    JOURNEY,
    KEPT,
    KEPT_NAME,
    WHOLE,
    EngineRows,
    key_of,
    numbered,
)
from touchpoints.sources._engine.sampling import sampled, with_person_number
from touchpoints.sources._engine.shims import collected, columns_of
from touchpoints.sources._engine.small_tables import distinct_values, numbered_values, with_answers
from touchpoints.sources._engine.tails import apart, matched, tails_of
from touchpoints.sources._engine.totals import Totals, check_longest
from touchpoints.sources._engine.typed import TypedRows, typed_rows

_SEED = 0
_ASKED_FIRST = Sample(share=0.01, seed=_SEED)
"""The persons of whom the number of distinct paths is asked first."""


@attrs.frozen(kw_only=True, eq=False)
class _Program:
    """What the engine is asked.

    Attributes
    ----------
    rows
        The rows with their places.
    journeys
        The journeys with their packed paths.
    packing, grouping
        How paths are packed, and what journeys must share to be merged.
    """

    rows: nw.LazyFrame[Any]
    journeys: nw.LazyFrame[Any]
    packing: Packing
    grouping: Grouping


@attrs.frozen(kw_only=True, eq=False)
class _Setting:
    """What is known of the log before its paths are asked for."""

    rows: EngineRows
    totals: Totals
    typed: TypedRows
    kept: Mapping[str, Coded | Array]
    order: Ordering
    summary: Summary


def distinct_paths(
    rows: EngineRows, totals: Totals, names: ColumnRoles, options: Options, summary: Summary
) -> Journeys:
    """Return the distinct paths of an engine's log with their numbers of journeys.

    Parameters
    ----------
    rows, totals
        The rows that have an id and a time, and what was counted of them.
    """
    check_longest(rows, totals, longest=summary.longest)
    typed = typed_rows(rows, names, options, summary.collapse)
    frame, kept = _with_kept(typed.frame, rows, summary)
    setting = _Setting(
        rows=rows,
        totals=totals,
        typed=attrs.evolve(typed, frame=frame),
        kept=kept,
        order=ordering_of(rows, totals, options),
        summary=summary,
    )
    _check_number(setting)
    program = _program(setting, frame)
    found = _found(program, summary)
    refuse_undecided(found, names)
    paths = _paths(setting, program, found)
    several, where = int(found[PERSONS_MIXED].sum()), named_columns(names.journey)
    tell_of_several_persons(several, names, options, where=where)
    report = report_of(
        rows,
        totals,
        found,
        typed.tally,
        what="paths",
        person_conflicts=several,
        journey_conflicts=int(found[KEPT_MIXED].sum()),
    )
    return journeys_from(
        paths,
        typed.touchpoints,
        kept,
        Meta(
            taxonomy=options.taxonomy,
            lens=typed.lens,
            timezone=rows.timezone,
            blocks=summary.blocks if rows.has_person else None,
            report=report,
        ),
        last=summary.last is not None,
    )


def _with_kept(
    frame: nw.LazyFrame[Any], rows: EngineRows, summary: Summary
) -> tuple[nw.LazyFrame[Any], dict[str, Coded | Array]]:
    """Give the values of the columns that are kept numbers, and join these to the rows."""
    kept = {}
    for place, (own, name) in enumerate(zip(numbered(KEPT, rows.kept), summary.keep, strict=True)):
        values = distinct_values(
            frame,
            [own],
            called=[name],
            schema=rows.schema,
            mend="distinct= keeps columns of few values: group numbers and times in the lazy frame",
        )
        numbers, kept[name] = numbered_values(values, name)
        key = f"{KEPT_NAME}{place}"
        frame = frame.with_columns(key_of([own], rows.schema).alias(key))
        frame = with_answers(frame, key, values, {f"{GROUP}{place}": numbers})
    return frame, kept


def _program(setting: _Setting, frame: nw.LazyFrame[Any]) -> _Program:
    """Return what to ask of these rows: all of them, or those of some persons."""
    summary, rows = setting.summary, setting.rows
    sizes = [len(one) for one in setting.kept.values()]
    if rows.has_person:
        frame = with_person_number(
            frame,
            setting.totals,
            has_person=True,
            name=f"{GROUP}{len(sizes)}",
            modulo=summary.blocks,
            seed=_SEED,
        )
        sizes.append(summary.blocks)
    longest = min(setting.totals.longest, summary.first or summary.last or setting.totals.longest)
    packing = packing_for(len(setting.typed.touchpoints), longest)
    grouping = Grouping(
        sizes=tuple(sizes),
        has_person=rows.has_person,
        several_persons=setting.totals.mixed_persons > 0,
        has_count=rows.has_count,
        tails=longest > packing.places,
    )
    placed_rows = placed(frame, setting.order, summary, dropping=setting.typed.dropping)
    journeys = journeys_of(placed_rows, packing, grouping)
    return _Program(rows=placed_rows, journeys=journeys, packing=packing, grouping=grouping)


def _check_number(setting: _Setting) -> None:
    """Raise where the paths of some persons show that there are more than the limit."""
    if setting.totals.journeys <= setting.summary.limit:
        return
    rows, limit = setting.rows, setting.summary.limit
    some = sampled(setting.typed.frame, _ASKED_FIRST, setting.totals, has_person=rows.has_person)
    program = _program(setting, some)
    counts = paths_of(program.journeys, program.packing, program.grouping)
    once = nw.when(nw.col(MERGED) == 1).then(nw.lit(1)).otherwise(nw.lit(0)).sum().cast(WHOLE)
    here = collected(
        counts.select(paths=nw.len().cast(WHOLE), once=once),
        asked="counted the distinct paths of 1 % of the persons",
    )
    paths, single = int(here["paths"][0]), int(here["once"][0] or 0)
    if paths > limit:
        _refuse_number(f"{paths:,} among 1 % of the persons", limit)
    estimate = paths - single + int(single / _ASKED_FIRST.share)
    if estimate > limit:
        _refuse_number(f"up to about {estimate:,}, by 1 % of the persons", limit)


def _refuse_number(shown: str, limit: int) -> None:
    raise InvalidInputError(
        f"the log has more distinct paths than limit={limit:,} ({shown})",
        mend="shorten them in the engine with collapse=, collapse_repeats=True, first= or last=, "
        "keep fewer columns, take a sample of the persons with sample=, or pass a higher limit=",
    )


def _found(program: _Program, summary: Summary) -> dict[str, Array]:
    """Ask for the paths, and return the columns of the answer, the most frequent path first."""
    packing, grouping = program.packing, program.grouping
    paths = paths_of(program.journeys, packing, grouping).head(summary.limit + 1)
    here = collected(paths, asked="counted the paths")
    if len(here) > summary.limit:
        _refuse_number(f"at least {len(here):,}", summary.limit)
    sums = (JOURNEYS, MERGED, TIES, UNDECIDED, PAIRS, PERSONS_MIXED, KEPT_MIXED)
    found: dict[str, Array] = frequent_first(
        columns_of(here, [*grouping.keys(packing), *sums]), packing, grouping
    )
    return found


def _paths(setting: _Setting, program: _Program, found: Mapping[str, Array]) -> Paths:
    """Return the paths; those of long journeys with what is not packed."""
    packing, grouping = program.packing, program.grouping
    if not grouping.tails or not bool((found[LENGTH] > packing.places).any()):
        return decoded(found, packing, grouping, None)
    long = _program(setting, _of_long_journeys(setting.typed.frame, packing))
    tails = tails_of(long.rows, long.journeys, found, packing, grouping)
    paths = decoded(found, packing, grouping, tails)
    if not len(tails.collided):
        return paths
    hashes = np.unique(found[HASHES[0]][tails.collided]).tolist()
    rows, owners = apart(long.rows, long.journeys, hashes, packing, grouping)
    keys = grouping.keys(packing)
    of_row = matched([found[key] for key in keys], [rows[key] for key in keys])
    return told_apart(paths, tails.collided, of_row, rows, owners)


def _of_long_journeys(frame: nw.LazyFrame[Any], packing: Packing) -> nw.LazyFrame[Any]:
    """Keep the rows of journeys with more of them than are packed, found without a window."""
    sizes = frame.group_by(JOURNEY).agg(nw.len().cast(WHOLE).alias("rows_of_it"))
    long = sizes.filter(nw.col("rows_of_it") > packing.places).select(JOURNEY)
    return frame.join(long, on=JOURNEY, how="semi")
