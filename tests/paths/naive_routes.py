"""Routes, conversion and similarity by brute force, on journeys of one letter per day."""

from __future__ import annotations

from functools import cache


def route(path, start, end):
    """Return the part from the first start to the first end after it, or nothing."""
    for position, one in enumerate(path):
        if one == start:
            stop = path.find(end, position + 1)
            return path[position : stop + 1] if stop >= 0 else ""
    return ""


def converts(path, start, end, days=None):
    """Return whether any start has an end after it, in time; a letter is a day."""
    return any(
        path[first] == start and path[last] == end and (days is None or last - first <= days)
        for first in range(len(path))
        for last in range(first + 1, len(path))
    )


def reaches(path, end, days=None):
    """Return whether the journey has the end, in time from its beginning."""
    return any(
        one == end and (days is None or position <= days) for position, one in enumerate(path)
    )


def met(path, start, end, days=None):
    """Return the letters between the first start that converts and its end, or after the start."""
    for first, one in enumerate(path):
        last = path.find(end, first + 1)
        if one == start and last >= 0 and (days is None or last - first <= days):
            return set(path[first + 1 : last])
    return set(path[path.find(start) + 1 :]) if start in path else set()


def similarity(path, ideal, measure):
    """Return the similarity by the recursive definitions."""

    @cache
    def common(left, right):
        if not left or not right:
            return 0
        if path[left - 1] == ideal[right - 1]:
            return common(left - 1, right - 1) + 1
        return max(common(left - 1, right), common(left, right - 1))

    @cache
    def distance(left, right):
        if not left or not right:
            return left + right
        swap = path[left - 1] != ideal[right - 1]
        return min(
            distance(left - 1, right) + 1,
            distance(left, right - 1) + 1,
            distance(left - 1, right - 1) + swap,
        )

    longer = max(len(path), len(ideal))
    if measure == "lcs":
        return common(len(path), len(ideal)) / longer
    return 1 - distance(len(path), len(ideal)) / longer
