"""Small logs that tests of every package are written in: one letter is one touchpoint."""

from __future__ import annotations

import datetime as dt

import touchpoints as tp


def log(**paths: str) -> tp.Journeys:
    """Return journeys with one single-letter touchpoint a day."""
    rows = [
        {"id": name, "at": dt.datetime(2026, 1, 1) + dt.timedelta(days=day), "what": what}
        for name, path in paths.items()
        for day, what in enumerate(path)
    ]
    return tp.from_records(rows, journey="id", time="at", touchpoint="what")


def paths_of(journeys: tp.Journeys) -> list[str]:
    """Return each journey's touchpoints as one word."""
    return ["".join(journey.keys) for journey in journeys]
