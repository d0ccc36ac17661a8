"""Times to event by their definition: journey by journey."""

from __future__ import annotations


def waits(journeys, key: str, start: str | None = None):
    """Return (microseconds, reached, count, person) per journey, and those without a start."""
    last = max((time for one in journeys for time in one.times), default=None)
    rows, left_out = [], 0
    for position, one in enumerate(journeys):
        first = 0 if start is None else one.keys.index(start) if start in one.keys else None
        if first is None or not len(one) or (start is None and not journeys.began[position]):
            left_out += one.count
            continue
        after = first if start is None else first + 1
        hits = [one.times[nth] for nth in range(after, len(one)) if one.keys[nth] == key]
        until = hits[0] if hits else last
        taken = int((until - one.times[first]).astype(int))
        if one.count:
            rows.append((taken, bool(hits), one.count, one.person))
    return rows, left_out
