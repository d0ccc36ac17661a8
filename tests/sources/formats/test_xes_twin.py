"""Random logs of XES read as a plain tree of elements would be read (A4)."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

import pytest

import touchpoints as tp

KINDS = ("string", "int", "float", "boolean", "date", "id")
TEXTS = ("a", "b & c", "<d>", '"e"', "f'\t\n", "ñ", "日本", " ", "", "x" * 50)


def value_of(kind: str, draw: random.Random) -> str:
    """Return a value of a type."""
    if kind in {"string", "id"}:
        return draw.choice(TEXTS)
    if kind == "int":
        return str(draw.randint(-(2**40), 2**40))
    if kind == "float":
        return repr(draw.uniform(-1, 1) * 10 ** draw.randint(-9, 9))
    if kind == "boolean":
        return draw.choice(("true", "false", "1", "0", "True"))
    return time_of(draw)


def time_of(draw: random.Random) -> str:
    """Return a time with an offset, written in one of several ways."""
    zone = dt.timezone(dt.timedelta(minutes=draw.choice((-330, 0, 60, 345))))
    moment = dt.datetime(2026, 1, 1, tzinfo=zone) + dt.timedelta(
        microseconds=draw.randrange(10**6) * draw.choice((1, 1000)), seconds=draw.randrange(10**7)
    )
    unit = draw.choice(("seconds", "milliseconds", "microseconds"))
    text = moment.isoformat(timespec=unit)
    return text.replace("+00:00", draw.choice(("Z", "+00:00")))


def attribute(key: str, kind: str, draw: random.Random) -> str:
    """Return an attribute, in either order, sometimes with one nested in it."""
    pairs = [f"key={quoteattr(key)}", f"value={quoteattr(value_of(kind, draw))}"]
    if draw.random() < 0.2:
        pairs.reverse()
    nested = "<string key='n' value='o'/>" if draw.random() < 0.1 else ""
    return f"<{kind} {' '.join(pairs)}>{nested}</{kind}>"


def random_log(draw: random.Random) -> str:
    """Return a log of up to twenty traces of up to ten events."""
    keys = {f"{kind}:{number}": kind for kind in KINDS for number in range(2)}
    traces = []
    for number in range(draw.randint(0, 20)):
        inside = [f'<string key="concept:name" value="case {number}"/>']
        inside += [attribute(key, kind, draw) for key, kind in keys.items() if draw.random() < 0.4]
        for _ in range(draw.randint(0, 10)):
            parts = [
                f'<string key="concept:name" value="{draw.choice("abc")}"/>',
                f'<date key="time:timestamp" value="{time_of(draw)}"/>',
                *(attribute(key, kind, draw) for key, kind in keys.items() if draw.random() < 0.4),
                *(["<list key='l'><values><int key='m' value='1'/></values></list>"]
                  if draw.random() < 0.1 else []),
            ]  # fmt: skip
            draw.shuffle(parts)
            inside.append(f"<event>{''.join(parts)}</event>")
        traces.append(f"<trace>{''.join(inside)}</trace>")
    return f"<log>{''.join(traces)}</log>"


def read(element: ET.Element) -> dict[str, object]:
    """Return the attributes of an element of a tree; blank text is missing."""
    found: dict[str, object] = {}
    for one in element:
        key, text = one.get("key", ""), one.get("value", "")
        if one.tag in {"string", "id"} and text.strip():
            found[key] = text
        elif one.tag in {"int", "float"}:
            found[key] = float(text)
        elif one.tag == "boolean":
            found[key] = float(text.lower() in {"true", "1"})
        elif one.tag == "date":
            found[key] = dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)
    return found


def plain(value: object) -> object:
    """Return a value of a column as the tree would have it; None where it is missing."""
    if value is None or value != value:
        return None
    return value if isinstance(value, (str, dt.datetime)) else float(str(value + 0))  # type: ignore[operator]


def column_of(column: object) -> list[object]:
    """Return the values of a column."""
    values = column.to_list() if hasattr(column, "to_list") else column.tolist()  # type: ignore[attr-defined]
    return [plain(one) for one in values]


@pytest.mark.parametrize("seed", range(60))
def test_a_random_log_is_read_as_a_tree_is(tmp_path: Path, seed: int) -> None:
    """Every attribute of every event and trace, the order, and what is counted."""
    text = random_log(random.Random(seed))
    path = tmp_path / "log.xes"
    path.write_text(text, encoding="utf-8")
    journeys = tp.sources.xes(path)
    root = ET.fromstring(text)  # noqa: S314 - it was made above

    traces = root.findall("trace")
    assert journeys.ids.tolist() == [f"case {number}" for number in range(len(traces))]
    expected = []
    for trace in traces:
        events = [read(one) for one in trace.findall("event")]
        expected.append(sorted(events, key=lambda one: one["time:timestamp"]))  # type: ignore[arg-type,return-value]
    rows = [event for events in expected for event in events]
    assert [list(one.keys) for one in journeys] == [
        [event["concept:name"] for event in events] for events in expected
    ]
    assert (journeys.times.tolist() if rows else []) == [one["time:timestamp"] for one in rows]
    cases = [read(one) for one in traces]
    for columns, given in ((journeys.per_interaction, rows), (journeys.per_journey, cases)):
        keys = {key for one in given for key in one} - {"concept:name", "time:timestamp"}
        assert keys <= set(columns)
        for key, column in columns.items():
            assert column_of(column) == [one.get(key) for one in given], key
    nested = sum(len(one) for one in root.iter() if one.tag in KINDS)
    lists = sum(1 for _ in root.iter("list"))
    noted = journeys.meta.report.noted
    assert noted.get("an attribute within another attribute, left out", 0) == nested
    assert noted.get("a list or container of attributes, left out", 0) == lists
