"""Records that are built by name say so, and a journey says what it can be piped into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

import touchpoints as tp
from touchpoints.errors import WrongKindError
from touchpoints.journeys.meta import Meta, Report
from touchpoints.taxonomy import Touchpoint

EMPTY = {"touchpoints": (), "codes": [], "offsets": [0]}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: tp.Journeys(1, 2), "Journeys takes no argument without a name, got 2 values"),
        (tp.Journeys, "Journeys needs touchpoints and codes and offsets"),
        (lambda: tp.Journeys(**EMPTY, time=[]), r"no argument 'time' \(did you mean 'times'"),
        (lambda: Meta("en"), "Meta takes no argument without a name"),
        (lambda: Meta(zone="UTC"), "Meta has no argument 'zone'"),
        (lambda: Report(5), "Report takes no argument without a name"),
        (lambda: Report(row=5), r"no argument 'row' \(did you mean 'rows'"),
        (lambda: Touchpoint("buy"), "Touchpoint takes no argument without a name"),
        (lambda: Touchpoint(type="buy"), "Touchpoint needs key"),
        (lambda: attrs.evolve(tp.Journeys(**EMPTY), id=[]), "Journeys has no argument 'id'"),
    ],
)
def test_a_record_that_is_not_built_by_its_names(build: Callable[[], Any], message: str) -> None:
    """The error says what the arguments are called."""
    with pytest.raises(WrongKindError, match=message):
        build()


def test_an_error_inside_a_record_stays_what_it_is() -> None:
    """Only calls that do not fit are reworded."""
    with pytest.raises(WrongKindError, match="touchpoints must be a sequence"):
        tp.Journeys(touchpoints=5, codes=[], offsets=[0])


@pytest.mark.parametrize("given", [3, None, "collapse", tp.Journeys(**EMPTY)])
def test_journeys_are_piped_into_functions_only(given: Any) -> None:
    """What cannot be called is refused by name."""
    with pytest.raises(WrongKindError, match="pipe takes a function of journeys, got"):
        tp.Journeys(**EMPTY).pipe(given)


@pytest.mark.parametrize("key", [None, 5, b"buy", ("buy",)])
def test_the_key_of_a_touchpoint_is_text(key: Any) -> None:
    """Another kind would fail far from where it was made."""
    with pytest.raises(WrongKindError, match="the key of a touchpoint must be text, got"):
        Touchpoint(key=key)
