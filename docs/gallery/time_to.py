"""How long until the results are discussed: the share of journeys still waiting, Kaplan–Meier.

Each band is the interval; dashed lines mark medians; numbers at risk stand below the axis.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    clinic = tp.datasets.clinic(400, seed=1)
    found = tp.paths.time_to(clinic, place="Results discussed", by="urgency")
    return tp.plot.time_to(found, until=dt.timedelta(weeks=8), lang=lang, dark=dark, width=width)
