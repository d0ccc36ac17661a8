"""Strategies for hypothesis: journeys, logs and taxonomies, small and nasty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from touchpoints._core.frozen import Coded
from touchpoints._core.text import is_blank
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import Facet, Taxonomy, Term, TouchpointType, untyped

Row = dict[str, Any]

START = dt.datetime(2026, 1, 1)
# Ids that tools mistake for numbers, for nothing, or for one another.
IDS = (
    "a",
    "b",
    "NA",
    "nan",
    "None",
    "0",
    "00",
    "é",
    "e\u0301",
    "日本",
    "\U0001f6d2",
    " a",
    "A",
    "a\n",
)
TEXTS = ("search", "Payment (card)", "50% [new]", "(start)", "NA", "café", "x" * 30)


def visible(letters: Any = None, *, max_size: int | None = None) -> st.SearchStrategy[str]:
    """Return texts with a visible character: all others are missing."""
    some = st.text(max_size=max_size) if letters is None else st.text(letters, max_size=max_size)
    return some.filter(lambda text: not is_blank(text))


def examples(count: int) -> settings:
    """Ask for so many examples where the profile asks for a hundred; a nightly run draws more."""
    return settings(max_examples=max(count * settings().max_examples // 100, 1))


@st.composite
def journeys(
    draw: st.DrawFn,
    *,
    most: int = 6,
    longest: int = 5,
    keys: str = "abcd",
    timed: bool = True,
    counted: bool = True,
    columns: bool = True,
) -> Journeys:
    """Draw journeys of untyped touchpoints, empty ones and none at all among them.

    ``counted`` allows counts other than 1, ``columns`` adds persons, censoring, an outcome, a value
    and a kept column of each kind.
    """
    paths = draw(st.lists(st.lists(st.sampled_from(keys), max_size=longest), max_size=most))
    n, rows = len(paths), [key for path in paths for key in path]
    known = list(dict.fromkeys(rows))
    more: dict[str, Any] = {}
    if timed:
        more["times"] = np.array(
            [moment for path in paths for moment in draw(_moments(len(path)))], "datetime64[us]"
        )
    if counted:
        more["counts"] = draw(_several(st.integers(0, 4), n))
    if columns:
        more |= draw(_columns(n, len(rows)))
    return Journeys(
        touchpoints=tuple(untyped(key) for key in known),
        codes=np.array([known.index(key) for key in rows], dtype=np.int32),
        offsets=np.cumsum([0, *map(len, paths)]),
        ids=np.array([f"j{place}" for place in range(n)], dtype=object),
        **more,
    )


def _several(one: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(one, min_size=count, max_size=count)


@st.composite
def _moments(draw: st.DrawFn, count: int) -> list[dt.datetime]:
    """Draw times that never fall; equal ones and ones 50 ms apart are common."""
    gaps = st.sampled_from([0, 0, 50_000, 1_000_000, 3_600_000_000, 86_400_000_000])
    moment = START + dt.timedelta(microseconds=draw(gaps))
    moments = []
    for _ in range(count):
        moments.append(moment)
        moment += dt.timedelta(microseconds=draw(gaps))
    return moments


@st.composite
def _columns(draw: st.DrawFn, n: int, m: int) -> dict[str, Any]:
    outcome = np.array(draw(_several(st.sampled_from([0.0, 1.0, np.nan]), n)), dtype=np.float64)
    reached = np.where(outcome == 1, np.datetime64("2026-03-01", "us"), np.datetime64("NaT", "us"))
    persons = draw(_several(st.sampled_from(["ana", "leo", None]), n))
    return {
        "persons": np.array([*persons, None], dtype=object)[:-1],
        "began": np.array(draw(_several(st.booleans(), n)), dtype=bool),
        "finished": np.array(draw(_several(st.booleans(), n)), dtype=bool),
        "outcomes": {"purchase": outcome},
        "outcome_times": {"purchase": reached.astype("datetime64[us]")},
        "values": {"revenue": draw(_several(st.integers(0, 50).map(float), n))},
        "per_interaction": {
            "page": Coded(draw(_several(st.integers(-1, 2), m)), ("home", "cart", "help")),
            "score": draw(_several(st.sampled_from([0.0, 1.5, np.nan]), m)),
        },
        "per_journey": {"segment": Coded(draw(_several(st.integers(-1, 1), n)), ("old", "new"))},
    }


def moments() -> st.SearchStrategy[dt.datetime]:
    """Draw one of few times, so that ties are common; some lie 50 ms apart."""
    steps = st.sampled_from([0, 1, 50_000, 999_999, 1_000_000, 60_000_000, 86_400_000_000])
    return steps.map(lambda step: START + dt.timedelta(microseconds=step))


@st.composite
def logs(
    draw: st.DrawFn,
    *,
    most: int = 12,
    gaps: bool = True,
    stages: bool = False,
    ids: tuple[str, ...] = IDS,
) -> list[Row]:
    """Draw rows ``id, at, what, page, score``: unordered, with ties, duplicates and gaps.

    ``gaps`` allows missing ids, times and touchpoints; ``stages`` adds ``stage`` and ``instance``.
    """
    nothing = st.sampled_from([None, ""]) if gaps else st.nothing()
    columns: dict[str, st.SearchStrategy[Any]] = {
        "id": st.sampled_from(ids) | nothing,
        "at": moments() | (st.none() if gaps else st.nothing()),
        "what": st.sampled_from(TEXTS[: draw(st.integers(2, len(TEXTS)))]) | nothing,
    }
    if stages:
        columns["stage"] = st.sampled_from(["start", "Complete", "COMPLETE ", "suspend", None])
        columns["instance"] = st.sampled_from(["i1", "i2", "i3"])
    else:
        columns["page"] = st.sampled_from(["/", "/cart"])
        columns["score"] = st.sampled_from([1.0, 2.5])
    rows = draw(st.lists(st.fixed_dictionaries(columns), max_size=most))
    again = draw(st.lists(st.integers(0, len(rows) - 1), max_size=3)) if rows else []
    return draw(st.permutations([*rows, *(dict(rows[place]) for place in again)]))


def columns_of(rows: list[Row], names: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Return the columns of rows; of no rows, the columns named, empty."""
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else names)}


@st.composite
def taxonomies(draw: st.DrawFn) -> Taxonomy:
    """Draw a small taxonomy: a channel with levels, needs, a facet of its own, types."""
    channels = [Term("web"), Term("social.paid"), Term("social.organic"), Term("phone")]
    needs = [Term("learn"), Term("save_money")]
    stage = Facet("stage", terms=[Term("before"), Term("after")], ordered=True)
    names = draw(st.lists(st.sampled_from(["ad", "chat", "order", "visit"]), unique=True))
    types = [
        TouchpointType(
            name,
            {"en": name.title(), "es": f"{name} (es)"},
            defaults=draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "channel": st.sampled_from([term.id for term in channels]),
                        "need": st.sampled_from([term.id for term in needs]),
                        "stage": st.sampled_from(["before", "after"]),
                    },
                )
            ),
        )
        for name in names
    ]
    facets = [Facet("channel", terms=channels), Facet("need", terms=needs), stage]
    return Taxonomy("drawn", facets=facets, types=types)
