"""Cohorts by their definition: person by person and day by day."""

from __future__ import annotations

from collections import Counter, defaultdict


def people(journeys):
    """Return (days, first day not fully observed, count) per person, and those left out."""
    last = max((time for one in journeys for time in one.times), default=None)
    days, late, alike = defaultdict(set), set(), {}
    for position, one in enumerate(journeys):
        if not one.count or not len(one):
            continue
        who = ("alone", position) if one.person is None else one.person
        alike[who] = one.count if one.person is None else 1
        days[who] |= {int(time.astype("datetime64[D]").astype(int)) for time in one.times}
        if not journeys.began[position]:
            late.add(who)
    end = None if last is None else int(last.astype("datetime64[D]").astype(int))
    kept = [(days[who], end, alike[who]) for who in days if who not in late]
    return kept, sum(alike[who] for who in late)


def retention(journeys) -> dict:
    """Return {(first day, days since): (size, watched, returned)}."""
    kept, _ = people(journeys)
    size, watched, returned = Counter(), Counter(), Counter()
    for days, end, number in kept:
        first = min(days)
        for day in range(first, end + 1):
            size[first, day - first] += number
            watched[first, day - first] += number * (day < end)
            returned[first, day - first] += number * (day < end and day in days)
    return {cell: (size[cell], watched[cell], returned[cell]) for cell in size}


def states(journeys) -> dict:
    """Return {day: numbers of new, current, returning and dormant people}."""
    kept, _ = people(journeys)
    answer = {}
    for day in range(min(min(one[0]) for one in kept), kept[0][1] + 1):
        counts = Counter()
        for days, _, number in kept:
            if min(days) == day:
                counts["new"] += number
            elif day in days:
                counts["current" if day - 1 in days else "returning"] += number
            elif min(days) < day:
                counts["dormant"] += number
        answer[day] = [counts[name] for name in ("new", "current", "returning", "dormant")]
    return answer
