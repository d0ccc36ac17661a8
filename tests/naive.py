"""Slow, obvious twins of the kernels and of reading a log: lists and dicts, and scipy's quantiles.

A journey is a list, a log a list of dicts. Where a kernel is clever, its twin is not, so that the
two can only agree when both are right.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scipy import stats

Row = dict[str, Any]


# ------------------------------------------------------------------------------------- segments


def offsets_of(segments: Sequence[Sequence[Any]]) -> list[int]:
    """Return where each segment begins in the flat list, and where the last one ends."""
    offsets = [0]
    for segment in segments:
        offsets.append(offsets[-1] + len(segment))
    return offsets


def flat(segments: Iterable[Sequence[Any]]) -> list[Any]:
    """Return the rows of all segments, one behind the other."""
    return [one for segment in segments for one in segment]


def owners_of(segments: Sequence[Sequence[Any]]) -> list[int]:
    """Return the segment of each row."""
    return [place for place, segment in enumerate(segments) for _ in segment]


def rows_where(segments: Sequence[Sequence[Any]], *, last: bool) -> list[int]:
    """Return each segment's first (or last) row that is true, -1 without one."""
    answer = []
    for start, segment in zip(offsets_of(segments), segments, strict=False):
        rows = [start + place for place, flag in enumerate(segment) if flag]
        answer.append(-1 if not rows else rows[-1] if last else rows[0])
    return answer


def rows_like_the_one_before(segments: Sequence[Sequence[Any]], *, falls: bool) -> list[int]:
    """Return the rows equal to (or less than) the row before them in their segment."""
    rows = []
    for start, segment in zip(offsets_of(segments), segments, strict=False):
        for place in range(1, len(segment)):
            before, here = segment[place - 1], segment[place]
            if here < before if falls else here == before:
                rows.append(start + place)
    return rows


# -------------------------------------------------------------------------------------- ordering


def group_rows(ids: Sequence[Hashable]) -> list[list[int]]:
    """Return the rows of each id, ids in the order in which they first appear."""
    groups: dict[Hashable, list[int]] = {}
    for row, one in enumerate(ids):
        groups.setdefault(one, []).append(row)
    return list(groups.values())


def order_log(ids: Sequence[Hashable], times: Sequence[int]) -> list[list[int]]:
    """Return the rows of each id in time order, equal times in the order of the rows."""
    return [sorted(rows, key=lambda row: (times[row], row)) for rows in group_rows(ids)]


def by_appearance(codes: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return codes numbered by first appearance, and the old code of each new one."""
    order = list(dict.fromkeys(codes))
    return [order.index(code) for code in codes], order


# -------------------------------------------------------------------------------------- counting


def pairs_of(journeys: Sequence[Sequence[int]], counts: Sequence[int]) -> Counter[tuple[int, int]]:
    """Return how often each code is followed by each other."""
    totals: Counter[tuple[int, int]] = Counter()
    for journey, count in zip(journeys, counts, strict=True):
        for place in range(1, len(journey)):
            totals[journey[place - 1], journey[place]] += count
    return +totals


def journeys_with(journeys: Sequence[Sequence[int]], counts: Sequence[int]) -> Counter[int]:
    """Return in how many journeys each code occurs at least once."""
    totals: Counter[int] = Counter()
    for journey, count in zip(journeys, counts, strict=True):
        for code in set(journey):
            totals[code] += count
    return +totals


def gaps_by_pair(
    journeys: Sequence[Sequence[int]], times: Sequence[Sequence[int]], counts: Sequence[int]
) -> dict[tuple[int, int], float]:
    """Return the median time between each pair of neighbours, each repeated by its count."""
    gaps: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for journey, at, count in zip(journeys, times, counts, strict=True):
        for place in range(1, len(journey)):
            gaps[journey[place - 1], journey[place]] += [at[place] - at[place - 1]] * count
    return {pair: median(values) for pair, values in gaps.items() if values}


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the middle two."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def median_by_group(
    values: Sequence[int], groups: Sequence[int], weights: Sequence[int]
) -> dict[int, float]:
    """Return the median of each group, each value repeated by its weight."""
    repeated: defaultdict[int, list[int]] = defaultdict(list)
    for value, group, weight in zip(values, groups, weights, strict=True):
        repeated[group] += [value] * weight
    return {group: median(found) for group, found in repeated.items() if found}


# ------------------------------------------------------------------------------ alike and distinct


def first_of_each(values: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """Return a number for each value by first appearance, and where each number first appears."""
    numbers: dict[Hashable, int] = {}
    codes = [numbers.setdefault(value, len(numbers)) for value in values]
    return codes, [codes.index(number) for number in range(len(numbers))]


def last_codes(journeys: Sequence[Sequence[int]], order: int) -> list[tuple[int, ...]]:
    """Return of each row its code and those of up to ``order - 1`` rows before it."""
    return [
        tuple(journey[max(0, place - order + 1) : place + 1])
        for journey in journeys
        for place in range(len(journey))
    ]


# -------------------------------------------------------------------------------- reading a log


@dataclass
class Reading:
    """A log as read: journeys by id, each a list of rows, and what was counted."""

    journeys: dict[Hashable, list[Row]] = field(default_factory=dict)
    report: Counter[str] = field(default_factory=Counter)

    def sequences(self) -> list[list[Any]]:
        """Return the touchpoints of each journey."""
        return [[row["what"] for row in rows] for rows in self.journeys.values()]

    def times(self) -> list[list[dt.datetime]]:
        """Return the times of each journey."""
        return [[row["at"] for row in rows] for rows in self.journeys.values()]

    def ends(self) -> list[list[dt.datetime | None]]:
        """Return when the interactions of each journey ended."""
        return [[row.get("end") for row in rows] for rows in self.journeys.values()]


def read(
    rows: Sequence[Row],
    *,
    duplicates: str = "keep",
    tiebreak: str | None = None,
    named: bool = True,
) -> Reading:
    """Read rows with ``id``, ``at`` and ``what``; ``named`` drops those without a touchpoint."""
    reading = Reading()
    for number, row in enumerate(rows):
        reading.report["rows"] += 1
        if row["id"] in (None, ""):
            reading.report["without_journey"] += 1
        elif row["at"] is None:
            reading.report["without_time"] += 1
        else:
            reading.journeys.setdefault(row["id"], []).append({**row, "row": number})
    for journey in reading.journeys.values():
        journey.sort(key=lambda row: (row["at"], row[tiebreak] if tiebreak else 0, row["row"]))
        if named:
            unnamed = sum(row["what"] in (None, "") for row in journey)
            reading.report["without_touchpoint"] += unnamed
            journey[:] = [row for row in journey if row["what"] not in (None, "")]
        _mark_duplicates(journey, reading, drop=duplicates == "drop")
        _count_ties(journey, reading, tiebreak)
    return reading


def _mark_duplicates(journey: list[Row], reading: Reading, *, drop: bool) -> None:
    seen: list[Row] = []
    kept = []
    for row in journey:
        content = {name: value for name, value in row.items() if name != "row"}
        if content in seen:
            reading.report["duplicates"] += 1
            if drop:
                reading.report["duplicates_dropped"] += 1
                continue
        seen.append(content)
        kept.append(row)
    journey[:] = kept


def _count_ties(journey: list[Row], reading: Reading, tiebreak: str | None = None) -> None:
    for before, here in itertools.pairwise(journey):
        reading.report["pairs"] += 1
        reading.report["ties"] += before["at"] == here["at"]
        reading.report["ties_that_matter"] += (
            before["at"] == here["at"]
            and before["what"] != here["what"]
            and (tiebreak is None or before[tiebreak] == here[tiebreak])
        )


def paired(rows: Sequence[Row], *, by: str) -> Reading:
    """Make one interaction of a complete and the oldest start of its ``by`` still open."""
    reading = Reading()
    for number, row in enumerate(rows):
        stage = (row["stage"] or "").strip().casefold()
        if stage not in {"start", "complete"}:
            reading.report["lifecycle_ignored"] += 1
            continue
        reading.journeys.setdefault(row["id"], []).append({**row, "row": number, "stage": stage})
    for journey in reading.journeys.values():
        journey.sort(key=lambda row: (row["at"], row["row"]))
        journey[:] = _pair(journey, by, reading)
    return reading


def _pair(journey: list[Row], by: str, reading: Reading) -> list[Row]:
    kept: list[Row] = []
    still_open: dict[Any, list[Row]] = {}
    for row in journey:
        queue = still_open.setdefault(row[by], [])
        if row["stage"] == "complete" and queue:
            queue.pop(0)["end"] = row["at"]
            reading.report["paired"] += 1
            continue
        kept.append({**row, "end": None})
        if row["stage"] == "start":
            queue.append(kept[-1])
        else:
            reading.report["unpaired_completes"] += 1
    reading.report["unpaired_starts"] += sum(map(len, still_open.values()))
    return sorted(kept, key=lambda row: (row["at"], row["row"]))


# --------------------------------------------------------------------------- shares of clusters


def design_effect(hits: Sequence[float], sizes: Sequence[float]) -> float:
    """Return the design effect of a share: ``hits[i]`` of the ``sizes[i]`` choices of person i."""
    persons, total, hit = len(sizes), sum(sizes), sum(hits)
    alike = sum(m * m for m in sizes) / total
    if persons < 2 or hit in {0, total}:
        return alike
    share = hit / total
    moved = sum(((y - share * m) / (1 - m / total)) ** 2 for y, m in zip(hits, sizes, strict=True))
    jackknife = (persons - 1) / persons * moved / total**2
    found = jackknife / (share * (1 - share) / (total - 1))
    behind_hits = hit**2 / sum(y * y for y in hits)
    missed = [m - y for y, m in zip(hits, sizes, strict=True)]
    behind_misses = sum(missed) ** 2 / sum(one * one for one in missed)
    both = 4 * behind_hits * behind_misses / (behind_hits + behind_misses)
    seen = min(known_differences(sizes), both)
    drawn = max(1.0, (seen * found + alike / 4) / (seen + 1 / 4))
    if seen < 20:
        return drawn
    return min(drawn, max(found, 1.0) * seen / float(stats.chi2.ppf(0.05, seen)))


def known_differences(sizes: Sequence[float]) -> float:
    """Return the effective number of persons less one, at least 1."""
    weights = [m * (1 + (m - 1) / 3) for m in sizes]
    return max(sum(weights) ** 2 / sum(one * one for one in weights) - 1, 1.0)


def degrees_of_freedom(sizes: Sequence[float]) -> float:
    """Return the degrees of freedom of the design effect."""
    excess = sum(m * m for m in sizes) / sum(sizes) - 1
    return known_differences(sizes) * (1 + excess) / excess if excess > 1e-9 else math.inf


def widened(effect: float, sizes: Sequence[float], freedom: float, level: float = 0.95) -> float:
    """Return the design effect with t for z, and bounded."""
    alike = sum(m * m for m in sizes) / sum(sizes)
    z = stats.norm.ppf((1 + level) / 2)
    t = stats.t.ppf((1 + level) / 2, freedom) if math.isfinite(freedom) else z
    return float(min(effect * (t / z) ** 2, max(alike, effect**2 / alike)))


def effective_trials(hits: Sequence[float], sizes: Sequence[float], level: float = 0.95) -> float:
    """Return how many independent choices tell as much; nan without choices."""
    asked = [(y, m) for y, m in zip(hits, sizes, strict=True) if m]
    if not asked:
        return math.nan
    done, tried = [y for y, _ in asked], [m for _, m in asked]
    effect = design_effect(done, tried)
    return sum(tried) / widened(effect, tried, degrees_of_freedom(tried), level)


def quantile_interval(
    persons: Sequence[Sequence[float]], share: float, level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of a quantile of the values of persons; nan at an end not known."""
    held = [list(one) for one in persons if len(one)]
    values = sorted(value for one in held for value in one)
    if len(held) < 2:
        return math.nan, math.nan
    sizes, number = [len(one) for one in held], len(values)
    place = (number - 1) * share
    at = math.floor(place)
    middle = values[at]
    if values[min(at + 1, number - 1)] > middle:
        middle += (place - at) * (values[at + 1] - middle)
    reached = []
    for hits in (
        [sum(value <= middle for value in one) for one in held],
        [sum(value < middle for value in one) for one in held],
    ):
        effect = widened(design_effect(hits, sizes), sizes, degrees_of_freedom(sizes), level)
        z = stats.norm.ppf((1 + level) / 2)
        reached.append(z * math.sqrt(share * (1 - share) * effect / number))
    low = math.ceil((share - reached[0]) * number) - 1
    high = math.floor((share + reached[1]) * number)
    return (
        values[low] if low >= 0 else math.nan,
        values[high] if high < number else math.nan,
    )


def fewest_behind(hits: Sequence[float], sizes: Sequence[float]) -> float:
    """Return how many equal persons have the hits, or the misses if fewer."""
    asked = [(y, m) for y, m in zip(hits, sizes, strict=True) if m]
    missed = [m - y for y, m in asked]
    hit = [y for y, _ in asked]
    if all(m <= 1 for _, m in asked) or not sum(hit) or not sum(missed):
        return math.inf
    return min(sum(one) ** 2 / sum(y * y for y in one) for one in (hit, missed))


def shortened(sequences: Sequence[tuple[int, ...]]) -> list[int]:
    """Return the place of the sequence that each row leaves behind when taken out; -1 for none."""
    places = {one: place for place, one in enumerate(sequences)}
    return [
        places.get(one[:row] + one[row + 1 :], -1) for one in sequences for row in range(len(one))
    ]


def split_texts(
    texts: Sequence[bytes], separator: bytes
) -> tuple[list[list[int]], dict[bytes, tuple[int, int]]]:
    """Return the numbers of each text's pieces, and where each piece first is, with its size."""
    numbers: dict[bytes, int] = {}
    places: dict[bytes, tuple[int, int]] = {}
    answer, start = [], 0
    for text in texts:
        pieces, place = text.split(separator), start
        for piece in pieces:
            places.setdefault(piece, (place, len(piece)))
            place += len(piece) + len(separator)
        answer.append([numbers.setdefault(piece, len(numbers)) for piece in pieces])
        start += len(text)
    return answer, places


def windows(codes: Sequence[int], order: int) -> list[tuple[int, ...]]:
    """Return the states of a segment: its windows, none equal to the one before it, or itself."""
    if 0 < len(codes) < order:
        return [tuple(codes)]
    every = [tuple(codes[at : at + order]) for at in range(len(codes) - order + 1)]
    return [one for at, one in enumerate(every) if order == 1 or not at or one != every[at - 1]]


def transitions(
    segments: Sequence[Sequence[int]], ends: Sequence[int], weights: Sequence[float], order: int
) -> Counter[tuple[Any, Any]]:
    """Return the weight of each transition between states; "start" and ("end", e) are nodes too."""
    totals: Counter[tuple[Any, Any]] = Counter()
    for codes, end, weight in zip(segments, ends, weights, strict=True):
        nodes = ["start", *windows(codes, order), ("end", end)]
        for pair in itertools.pairwise(nodes):
            totals[pair] += weight
    return totals


def cheapest_mergers(counts: Sequence[Sequence[float]]) -> list[tuple[int, int, float]]:
    """Return which two rows are merged in turn, and the bits about the columns that it loses."""

    def uncertain(row: Sequence[float]) -> float:
        total = sum(row)
        return -sum(one * math.log2(one / total) for one in row if one)

    rows = {at: list(row) for at, row in enumerate(counts) if sum(row)}
    answer = []
    while len(rows) > 1:
        pairs = []
        for one, other in itertools.combinations(sorted(rows), 2):
            both = [a + b for a, b in zip(rows[one], rows[other], strict=True)]
            loss = uncertain(both) - uncertain(rows[one]) - uncertain(rows[other])
            pairs.append((round(loss, 9), one, other, both))
        loss, kept, gone, both = min(pairs, key=lambda pair: pair[:3])
        rows[kept] = both
        del rows[gone]
        answer.append((kept, gone, loss))
    return answer
