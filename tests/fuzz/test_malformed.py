"""Every malformed input of the table is answered with an error that says what is wrong with it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.fuzz.malformed import MALFORMED
from tests.fuzz.readers import READERS
from touchpoints import errors

CASES = [
    pytest.param(reader, given, kind, part, id=f"{reader}: {part}")
    for reader, kinds in MALFORMED.items()
    for kind, cases in kinds.items()
    for given, part in cases
]


@pytest.mark.parametrize(("reader", "given", "kind", "part"), CASES)
def test_a_malformed_input_is_refused(reader: str, given: Any, kind: str, part: str) -> None:
    """By an error of this library, of the class given; the message is short and comes soon."""
    began = time.process_time()
    with pytest.raises(errors.TouchpointsError) as caught:
        READERS[reader](given)
    assert 5 > time.process_time() - began
    assert kind == type(caught.value).__name__
    assert part in str(caught.value)
    assert len(str(caught.value)) < 20_000


def test_the_table_is_long() -> None:
    """It has two hundred inputs at least, and a message for each."""
    assert len(CASES) >= 200
    assert all(part for kinds in MALFORMED.values() for some in kinds.values() for _, part in some)
