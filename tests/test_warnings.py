"""A warning points at the caller's line, however many calls of the library lie between."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import touchpoints as tp
from tests.house_rules import source_modules
from touchpoints.errors import TouchpointsWarning

ROWS = [
    {"id": one, "t": f"2026-01-0{day}", "w": what, "who": None if one == 1 else "ab"[one % 2]}
    for one in (1, 2, 3, 4, 5, 6)
    for day, what in enumerate(("search", "buy"), 1)
]
LOG = tp.from_records(ROWS, journey="id", time="t", touchpoint="w", per_journey=["who"])
STAGES = {"id": [1, 1], "t": ["2026-01-01"] * 2, "w": ["a", "a"], "stage": ["start", "complete"]}
CUT = tp.until(LOG, "search", outcome="seen")
SHOP = tp.datasets.shop(50, seed=1)
SHADOWED = {
    "rule": [
        {"when": {"x": "a"}, "type": "purchase"},
        {"when": {"x": "a"}, "type": "product_search"},
    ]
}
ROLES = {"journey": "id", "time": "t", "touchpoint": "w"}
by_who = functools.partial(tp.paths.presence, by="who")
to_outcome = functools.partial(tp.paths.median_time_to, outcome="seen")
curve = functools.partial(tp.paths.time_to, outcome="seen")


def only_direct(journeys: tp.Journeys) -> float:
    """Return a number of a lens that breaks paths."""
    return float(len(tp.select(journeys, {"directness": "direct"}).codes))


# Each reaches a warning in another way; the whole call stands on the line of its lambda.
CALLS: dict[str, tuple[str, Callable[[], Any]]] = {
    "groups": ("no value of", lambda: tp.paths.presence(LOG, by="who")),
    "groups, deeper": ("no value of", lambda: tp.paths.variants(LOG, by="who", top=1)),
    "groups, redrawn": ("no value of", lambda: tp.bootstrap(LOG, by_who, seed=1, resamples=2)),
    "groups, compared": (
        "no value of",
        lambda: tp.compare.measured(tp.compare.pair(LOG[:3], LOG[3:]), by_who, seed=1, resamples=9),
    ),
    "groups, piped": ("no value of", lambda: LOG.pipe(tp.paths.presence, by="who")),
    "no start": ("are left out", lambda: tp.paths.time_to(CUT, outcome="seen")),
    "no start, redrawn": ("are left out", lambda: tp.bootstrap(CUT, curve, seed=1, resamples=2)),
    "directness": ("breaks the paths", lambda: tp.select(SHOP, {"directness": "direct"})),
    "directness, piped": ("breaks the", lambda: SHOP.pipe(tp.select, {"directness": "direct"})),
    "lifecycle": ("start and complete", lambda: tp.from_columns(STAGES, **ROLES)),
    "lifecycle, frame": ("start and", lambda: tp.from_frame(pd.DataFrame(STAGES), **ROLES)),
    "rules": ("", lambda: tp.classify.rules(SHADOWED, shadowed="warn")),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_warning_points_at_the_line_that_asked(name: str) -> None:
    """Its file is this one and its line the call's, directly and through calls within."""
    says, call = CALLS[name]
    lines, first = inspect.getsourcelines(call)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()

    found = [one for one in caught if one.category is TouchpointsWarning]
    assert found
    for one in found:
        assert says in str(one.message)
        assert one.filename == __file__
        assert first <= one.lineno < first + len(lines)


def test_a_warning_of_a_callers_own_function_points_into_it() -> None:
    """The innermost line outside the library: there the call is that can be mended."""
    line = inspect.getsourcelines(only_direct)[1] + 2

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tp.bootstrap(SHOP, only_direct, seed=1, resamples=2)

    assert {(one.filename, one.lineno) for one in caught} == {(__file__, line)}


def test_no_other_module_counts_stack_levels() -> None:
    """A level counted by hand is right for one way to the warning only."""
    counting = {one.path for one in source_modules() if "stacklevel" in "".join(one.lines)}

    assert counting == {"errors.py"}
