"""Cohorts by their definition: person by person and day by day."""

from __future__ import annotations

from collections import Counter, defaultdict


def people(journeys):
    """Return (days, first day not fully observed, count) per person, and those left out."""
    times = [time for one in journeys for time in one.times]
    times += [time for some in journeys.outcome_times.values() for time in some if time == time]
    last = max(times, default=None)
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


def retention_between(journeys, *, start, back, kind, hours) -> dict:
    """Return {(first period, periods since): (size, watched, returned)} of periods of hours.

    Periods are counted from 1 January 1970; ``start`` and ``back`` are keys or None, and every
    journey is a person of its own, observed until the last time of the log.
    """
    width = hours * 3_600_000_000
    moments = [time.astype("datetime64[us]").astype(int) for one in journeys for time in one.times]
    moments += [
        time.astype("datetime64[us]").astype(int)
        for some in journeys.outcome_times.values()
        for time in some
        if time == time
    ]
    end = max(moments, default=0)
    size, watched, returned = Counter(), Counter(), Counter()
    for position, one in enumerate(journeys):
        times = [int(time.astype("datetime64[us]").astype(int)) for time in one.times]
        starts = [at for at, key in enumerate(one.keys) if start in (None, key)]
        if not one.count or not starts or not journeys.began[position]:
            continue
        begin = times[starts[0]]
        visits = [
            time
            for at, (key, time) in enumerate(zip(one.keys, times, strict=True))
            if time >= begin and (back is None or (key == back and at != starts[0]))
        ]
        first = begin // width
        for since in range(max([end, *moments]) // width - first + 1):
            if kind == "rolling":
                low, high = begin + since * width, begin + (since + 1) * width
            else:
                low, high = (first + since) * width, (first + since + 1) * width
            seen = end >= high
            size[first, since] += one.count
            watched[first, since] += one.count * seen
            came = any(low <= time and (kind == "unbounded" or time < high) for time in visits)
            returned[first, since] += one.count * (seen and came)
    return {cell: (size[cell], watched[cell], returned[cell]) for cell in size}
