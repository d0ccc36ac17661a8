"""How journeys deviate from a plan: bars are shares of journeys, lines their intervals."""

from __future__ import annotations

from typing import Any

import touchpoints as tp
from touchpoints.graphs.plan import parse_plan

_PLAN = """
name = "care"
[touchpoints."Appointment booked (phone)"]
[touchpoints."Reminder sent"]
[touchpoints.Consultation]
[touchpoints."Blood test"]
[touchpoints."Results discussed"]
[touchpoints.Treatment]
"""


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of a simulated clinic."""
    found = tp.paths.conformance(tp.datasets.clinic(1000, seed=1), parse_plan(_PLAN))
    return tp.plot.conformance(found, lang=lang, dark=dark, width=width)
