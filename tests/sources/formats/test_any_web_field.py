"""Whatever stands in a field, a reader answers, or says what is wrong: web analytics."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.sources.formats.test_any_field import VALUES, changed, places
from touchpoints.journeys.model import Journeys

DATA = Path(__file__).parent / "data"
SKIP: Any = {"on_error": "skip", "person_conflicts": "ignore", "unmatched": "keep"}


def lines(name: str) -> list[Any]:
    """Return the records of a file of JSON lines."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def ga4_of_a_file(events: list[Any]) -> Journeys:
    """Read events of GA4 as the lines of a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.ndjson"
        path.write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
        return tp.sources.ga4(path, journey="person", **SKIP)


def answered(read: Callable[[Any], Journeys], source: Any) -> Journeys | str:
    """Return the journeys of a source, or the kind of the error that says what is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tp.errors.TouchpointsWarning)
        try:
            return read(source)
        except tp.errors.TouchpointsError as error:
            return f"{type(error).__name__}: {error.what}"


GA4 = lines("ga4.ndjson")
READERS: dict[str, tuple[Callable[[Any], Journeys], list[Any]]] = {
    "ga4": (lambda one: tp.sources.ga4([one], journey="person", **SKIP), [GA4[0], GA4[6], GA4[8]]),
    "segment": (lambda one: tp.sources.segment([one], **SKIP), lines("segment.ndjson")[:4]),
    "alias": (lambda one: tp.sources.segment([one], **SKIP), lines("segment.ndjson")[10:11]),
    "matomo": (
        lambda one: tp.sources.matomo([one], **SKIP),
        json.loads((DATA / "matomo.json").read_text(encoding="utf-8"))[:3],
    ),
}


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
def test_any_value_of_a_field_is_read_or_refused(reader: str, data: st.DataObject) -> None:
    """No field makes a reader fail in another way than with an error that says what is wrong."""
    read, records = READERS[reader]
    record = data.draw(st.sampled_from(records))
    path = data.draw(st.sampled_from(list(places(record))))
    found = answered(read, changed(record, path, data.draw(VALUES)))

    assert found if isinstance(found, str) else len(found.codes) <= 5


@pytest.mark.parametrize("reader", READERS)
def test_every_value_can_be_missing(reader: str) -> None:
    """A field that is null is missing, and the record is read or counted."""
    read, records = READERS[reader]
    for record in records:
        for path in places(record):
            found = answered(read, changed(record, path, None))
            if isinstance(found, str):
                assert "missing" in found, (path, found)
            else:
                assert found.meta.report.rows >= len(found.codes)


@given(data=st.data())
def test_lines_of_ga4_are_read_as_their_records_are(data: st.DataObject) -> None:
    """Block by block or event by event: the same journeys and the same counts."""
    events = data.draw(st.lists(st.sampled_from(GA4[:12]), min_size=1, max_size=3))
    path = data.draw(st.sampled_from(list(places(events[0]))))
    events[0] = changed(events[0], path, data.draw(VALUES))
    written = json.loads(json.dumps(events))
    expected = answered(lambda one: tp.sources.ga4(one, journey="person", **SKIP), written)
    found = answered(ga4_of_a_file, events)

    if isinstance(expected, str) or isinstance(found, str):
        assert expected == found
    else:
        assert found.equals(expected)
        assert found.meta.report == expected.meta.report
