"""The picture of a journey map (B40)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.plot import drawn
from tests.plot.map_geometry import collisions
from tests.plot.maps import random_map

WIDTHS = (358, 960, 1216)


@pytest.mark.parametrize("count", [6, 15, 25, 40])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 390, 1216, 1280])
def test_nothing_touches_what_it_should_not(count: int, lang: str, width: int) -> None:
    """No label, line or touchpoint lies on another one, at any size and in both languages."""
    taxonomy = "customer" if count % 2 else "patient"
    figure = tp.plot.journey_map(
        random_map(count, count, taxonomy=taxonomy), lang=lang, width=width
    )
    assert {} == collisions(figure)
    assert set() == drawn.strange_colors(figure)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 60),
    taxonomy=st.sampled_from(["customer", "patient"]),
    lang=st.sampled_from(["en", "es"]),
    width=st.sampled_from([*WIDTHS, 280, 700, 900, 2000]),
    lanes=st.sampled_from(["channel", "directness"]),
    scored=st.booleans(),
    staged=st.booleans(),
)
def test_nothing_touches_what_it_should_not_in_any_map(
    seed: int,
    count: int,
    taxonomy: str,
    lang: str,
    width: int,
    lanes: str,
    scored: bool,
    staged: bool,
) -> None:
    """No label, line or touchpoint lies on another one, whatever the map."""
    found = random_map(seed, count, taxonomy=taxonomy, scored=scored, staged=staged)
    figure = tp.plot.journey_map(found, lanes=lanes, lang=lang, width=width)
    assert {} == collisions(figure)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 40),
    width=st.sampled_from([*WIDTHS, 280]),
    names=st.lists(st.sampled_from(drawn.HOSTILE), min_size=1, max_size=8),
)
def test_hostile_names_keep_their_place(
    seed: int, count: int, width: int, names: list[str]
) -> None:
    """Markup and very long words in names are text, and do not reach over others."""
    figure = tp.plot.journey_map(random_map(seed, count, names=names), width=width)
    assert {} == collisions(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)
