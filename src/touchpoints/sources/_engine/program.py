"""The lazy program that an engine runs: places, packed paths, and how many journeys share one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from touchpoints.sources._assemble import Options
from touchpoints.sources._engine.options import Summary
from touchpoints.sources._engine.packing import Packing
from touchpoints.sources._engine.rows import (
    COUNT,
    JOURNEY,
    PERSON,
    TIEBREAK,
    TIME,
    WHOLE,
    EngineRows,
    numbered,
)
from touchpoints.sources._engine.shims import local_table
from touchpoints.sources._engine.totals import Totals
from touchpoints.sources._engine.typed import CODE, TIE

PLACE, LENGTH, CUT, NEXT = "place", "length", "cut", "next"
HASHES = ("hash0", "hash1")
WORD, GROUP, CONFLICT = "word", "group", "conflict"
JOURNEYS, MERGED, TIES, UNDECIDED, PAIRS = "journeys", "merged", "ties", "undecided", "pairs"
PERSONS_MIXED, KEPT_MIXED = "persons_mixed", "kept_mixed"

_P0, _P1 = 2147483647, 2147483629


@attrs.frozen(kw_only=True)
class Ordering:
    """What orders the rows of a journey: time, then what breaks ties, then the touchpoint.

    Attributes
    ----------
    timed
        Whether there are times.
    tiebreaks
        How many columns break ties.
    gappy
        Those of them with missing values, which come last.
    by_key
        Whether ties that are left go by the key of the touchpoint.
    """

    timed: bool
    tiebreaks: int
    gappy: tuple[int, ...]
    by_key: bool

    def columns(self) -> list[str]:
        """Return the columns that decide the order, but for the touchpoint."""
        found = [TIME] if self.timed else []
        for place, name in enumerate(numbered(TIEBREAK, self.tiebreaks)):
            found += [_gap(name), name] if place in self.gappy else [name]
        return found

    def prepared(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Add the columns that put missing values last."""
        for place, name in enumerate(numbered(TIEBREAK, self.tiebreaks)):
            if place in self.gappy:
                missing = nw.when(nw.col(name).is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
                frame = frame.with_columns(missing.alias(_gap(name)))
        return frame


def ordering_of(rows: EngineRows, totals: Totals, options: Options) -> Ordering:
    """Return what orders the rows of a log."""
    return Ordering(
        timed=rows.timed,
        tiebreaks=rows.tiebreaks,
        gappy=tuple(place for place, gaps in enumerate(totals.gaps) if gaps),
        by_key=options.ties_by_key,
    )


def _gap(name: str) -> str:
    return f"{name}_missing"


def placed(
    frame: nw.LazyFrame[Any],
    order: Ordering,
    summary: Summary,
    *,
    dropping: bool,
    also: Sequence[str] = (),
) -> nw.LazyFrame[Any]:
    """Add the place of each row in its path, from 1, and null where the row is not in it.

    Added are also ``merged``, the place among all rows of the journey, ``ties`` and ``undecided``,
    1 where the row ties with the one before it and where nothing decides between different
    touchpoints, ``pairs``, and ``length``, that of the path before it is cut; of ``also``, other
    columns, what the row before has, under names that begin with ``before_``.
    """
    by = [*order.columns(), TIE]
    frame = order.prepared(frame)
    if dropping:  # last, so that they are never between two others
        gone = nw.when(nw.col(CODE).is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
        frame = frame.with_columns(gone=gone, one=nw.lit(1))
        frame = frame.with_columns(_count("one", by).alias(MERGED))
        by = ["gone", *by]
    compared = [TIE, *([TIME] if order.timed else []), *numbered(TIEBREAK, order.tiebreaks)]
    compared += [CODE] if summary.collapse_repeats else []
    before = {f"before_{name}": _before(name, by) for name in (*compared, *also)}
    frame = frame.with_columns(**before)
    frame = frame.with_columns(**_ties(order), fresh=_fresh(summary))
    if dropping:
        stays = ~nw.col(CODE).is_null()
        frame = frame.with_columns(
            **{name: _flag(stays & (nw.col(name) == 1)) for name in (TIES, UNDECIDED, PAIRS)}
        )
    steps = nw.col("fresh").cum_sum().over(JOURNEY, order_by=by).cast(WHOLE)
    frame = frame.with_columns(steps.alias(PLACE))
    if not dropping:
        merged = nw.col(PLACE) if not summary.collapse_repeats else _count(CODE, by)
        frame = frame.with_columns(merged.alias(MERGED))
    return _shortened(frame.with_columns(in_path=nw.col("fresh")), summary)


def _before(name: str, by: list[str]) -> nw.Expr:
    return nw.col(name).shift(1).over(JOURNEY, order_by=by)


def _count(name: str, by: list[str]) -> nw.Expr:
    return nw.col(name).cum_count().over(JOURNEY, order_by=by).cast(WHOLE)


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(WHOLE)


def _ties(order: Ordering) -> dict[str, nw.Expr]:
    """Return what tells rows that have the time, or the whole order, of the row before them."""
    follows = ~nw.col(f"before_{TIE}").is_null()
    tied = follows
    if order.timed:
        tied = tied & (nw.col(TIME) == nw.col(f"before_{TIME}"))
    alike = tied
    for name in numbered(TIEBREAK, order.tiebreaks):
        both_missing = nw.col(name).is_null() & nw.col(f"before_{name}").is_null()
        alike = alike & ((nw.col(name) == nw.col(f"before_{name}")) | both_missing)
    undecided = alike & (nw.col(TIE) != nw.col(f"before_{TIE}"))
    if order.by_key:
        undecided = undecided & nw.lit(value=False)
    return {
        TIES: _flag(tied if order.timed else alike),
        UNDECIDED: _flag(undecided),
        PAIRS: _flag(follows),
    }


def _fresh(summary: Summary) -> nw.Expr:
    """Return 1 where a row is a step of its path."""
    known = ~nw.col(CODE).is_null()
    if summary.collapse_repeats:
        before = nw.col(f"before_{CODE}")
        known = known & (before.is_null() | (before != nw.col(CODE)))
    return _flag(known)


def _shortened(frame: nw.LazyFrame[Any], summary: Summary) -> nw.LazyFrame[Any]:
    """Keep the first or last steps of each path, and say of each journey whether it was cut."""
    within = nw.col("fresh") == 1
    if summary.first is None and summary.last is None:
        frame = frame.with_columns(nw.lit(0).cast(WHOLE).alias(CUT))
    else:
        most = summary.first or summary.last or 0
        total = nw.col("fresh").sum().over(JOURNEY).cast(WHOLE)
        frame = frame.with_columns(total.alias(LENGTH))
        frame = frame.with_columns(_flag(nw.col(LENGTH) > most).alias(CUT))
        if summary.last is not None:
            skipped = nw.when(nw.col(CUT) == 1).then(nw.col(LENGTH) - most).otherwise(nw.lit(0))
            frame = frame.with_columns((nw.col(PLACE) - skipped).alias(PLACE))
        within = within & (nw.col(PLACE) >= 1) & (nw.col(PLACE) <= most)
    return frame.with_columns(in_path=_flag(within))


def mixed(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add two numbers that depend on code and place, so that their sums differ between paths.

    Squares modulo a prime below 2**31; without them, sums of what is linear in the place would be
    equal for most paths of a length. Nothing exceeds 2**63, so no engine overflows.
    """
    first = (nw.col(CODE) * 1103515245 + nw.col(PLACE) * 1812433253 + 12345) % _P0
    frame = frame.with_columns(first.alias(HASHES[0]))
    for _ in range(5):
        square = nw.col(HASHES[0]) * nw.col(HASHES[0]) + 907633385
        frame = frame.with_columns((square % _P0).alias(HASHES[0]))
    square = nw.col(HASHES[0]) * nw.col(HASHES[0]) + 668265263
    frame = frame.with_columns((square % _P1).alias(HASHES[1]))
    square = nw.col(HASHES[1]) * nw.col(HASHES[1]) + 668265263
    return frame.with_columns((square % _P1).alias(HASHES[1]))


@attrs.frozen(kw_only=True)
class Grouping:
    """What journeys must share beside their path.

    Attributes
    ----------
    sizes
        The number of values of each column that is kept, in order; then of blocks of persons.
    has_person, has_count
        Whether there are such columns.
    several_persons
        Whether the rows of a journey may name several persons.
    tails
        Whether journeys can be longer than what is packed.
    """

    sizes: tuple[int, ...]
    has_person: bool
    several_persons: bool
    has_count: bool
    tails: bool

    def keys(self, packing: Packing) -> list[str]:
        """Return the columns that make a path distinct."""
        hashes = HASHES if self.tails else ()
        return [
            *numbered(WORD, packing.words),
            *hashes,
            LENGTH,
            CUT,
            *numbered(GROUP, len(self.sizes)),
        ]


def journeys_of(
    frame: nw.LazyFrame[Any], packing: Packing, grouping: Grouping
) -> nw.LazyFrame[Any]:
    """Return one row for each journey: its packed path, and what it must share to be merged."""
    places, words, values = packing.multipliers()
    table = {PLACE: places, "in_word": words, "worth": values}
    frame = frame.join(local_table(frame, table), on=PLACE, how="left")
    digit = (nw.col(CODE) + 1) * nw.col("worth")
    inside = nw.col("in_path") == 1
    zero = nw.lit(0).cast(WHOLE)
    asked: dict[str, nw.Expr] = {
        name: nw.when(inside & (nw.col("in_word") == word)).then(digit).otherwise(zero)
        for word, name in enumerate(numbered(WORD, packing.words))
    }
    if grouping.tails:
        frame = mixed(frame)
        tail = inside & (nw.col(PLACE) > packing.places)
        asked |= {name: nw.when(tail).then(nw.col(name)).otherwise(zero) for name in HASHES}
    asked |= {LENGTH: nw.col("in_path"), TIES: nw.col(TIES), UNDECIDED: nw.col(UNDECIDED)}
    asked[PAIRS] = nw.col(PAIRS)
    sums = {name: one.sum().cast(WHOLE) for name, one in asked.items()}
    groups = numbered(GROUP, len(grouping.sizes))
    firsts: dict[str, nw.Expr] = {CUT: nw.col(CUT).max()}
    for name, size in zip(groups, grouping.sizes, strict=True):
        known = nw.when(~nw.col(name).is_null())
        firsts[name] = (
            known.then(nw.col(MERGED) * size + nw.col(name)).otherwise(nw.lit(None)).min()
        )
        firsts[f"{CONFLICT}_{name}"] = (nw.col(name).max() - nw.col(name).min()).cast(WHOLE)
    if grouping.several_persons:
        firsts["person_most"], firsts["person_least"] = (
            nw.col(PERSON).max(),
            nw.col(PERSON).min(),
        )
    if grouping.has_count:
        firsts[COUNT] = nw.col(COUNT).max().cast(WHOLE)
    found = frame.group_by(JOURNEY).agg(**sums, **firsts)
    return _with_groups(found, grouping, groups)


def _with_groups(
    found: nw.LazyFrame[Any], grouping: Grouping, groups: list[str]
) -> nw.LazyFrame[Any]:
    """Take the first known value of each column apart from its place, and tell conflicts."""
    taken = {
        name: nw.col(name).cast(WHOLE) % size
        for name, size in zip(groups, grouping.sizes, strict=True)
    }
    persons = nw.lit(0).cast(WHOLE)
    kept = groups[:-1] if grouping.has_person else groups
    if grouping.several_persons:
        persons = _flag(nw.col("person_most") != nw.col("person_least"))
    differ = nw.lit(value=False)
    for name in kept:
        differ = differ | (nw.col(f"{CONFLICT}_{name}") > 0)
    return found.with_columns(**taken, **{PERSONS_MIXED: persons, KEPT_MIXED: _flag(differ)})


def paths_of(
    journeys: nw.LazyFrame[Any], packing: Packing, grouping: Grouping
) -> nw.LazyFrame[Any]:
    """Return one row for each distinct path and group, with its number of journeys."""
    number = nw.col(COUNT).sum() if grouping.has_count else nw.len()
    sums = {
        name: nw.col(name).sum().cast(WHOLE)
        for name in (TIES, UNDECIDED, PAIRS, PERSONS_MIXED, KEPT_MIXED)
    }
    return journeys.group_by(grouping.keys(packing)).agg(
        number.cast(WHOLE).alias(JOURNEYS), nw.len().cast(WHOLE).alias(MERGED), **sums
    )
