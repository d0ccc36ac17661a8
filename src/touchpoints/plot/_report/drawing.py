"""Sections of a report made of a record and the function that draws it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from touchpoints.experience import JourneyMap
from touchpoints.plot._report.sentences import Said, Section
from touchpoints.plot._shared.look import Look


def section_of(key: str, finding: Said, *, draw: Callable[..., Any], record: Any) -> Section:
    """Return a section whose figure and table show a record."""
    table = record.touchpoints if isinstance(record, JourneyMap) else record
    return Section(key=key, finding=finding, draw=figure_of(draw, record), table=table)


def figure_of(function: Callable[..., Any], record: Any) -> Callable[[Look], Any]:
    """Return a function that draws a record with a look."""

    def draw(look: Look) -> Any:
        return function(record, taxonomy=look.taxonomy, lang=look.lang, width=look.width)

    return draw
