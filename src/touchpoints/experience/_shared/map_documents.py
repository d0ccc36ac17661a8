"""Journey maps as JSON text: read back, and checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.checks import public, require_kind
from touchpoints._core.documents import MOST_CHARACTERS, all_problems
from touchpoints._core.frozen import text_array
from touchpoints._core.messages import first_few, quoted
from touchpoints._core.tables import Table
from touchpoints.experience._shared.map_records import FACTS, FORMAT, TABLES, VERSION, JourneyMap

_FIELDS = ("format", "version", *FACTS, *TABLES, "labels")
_NUMBERS = ("journeys", "interactions", "level")
_SIGNED = ("valence",)
_WHERE = "<text>"


@public
def parse_journey_map(text: str) -> JourneyMap:
    """Read a journey map from the JSON text of `JourneyMap.to_dict`.

    Parameters
    ----------
    text
        The JSON text: an object with the facts of the map, a list of rows for each of its tables,
        and its labels. Maps that were not counted but planned by hand can be written so as well.

    Returns
    -------
    JourneyMap

    Raises
    ------
    ProblemsError
        When the text is not JSON or no journey map; all problems are listed, each with its place.
    WrongKindError
        When ``text`` is not a str.

    See Also
    --------
    journey_map : The map of journeys.

    Examples
    --------
    >>> import json
    >>> import touchpoints as tp
    >>> drawn = tp.experience.journey_map(tp.datasets.shop(50, seed=1))
    >>> again = tp.experience.parse_journey_map(json.dumps(drawn.to_dict()))
    >>> again == drawn
    True
    """
    require_kind(text, str, takes="a journey map as JSON text", mend="json.dumps(map.to_dict())")
    document = _document(text)
    problems = list(_problems(document))
    if problems:
        raise all_problems(_WHERE, problems)
    tables: dict[str, Any] = {name: _table(kind, document[name]) for name, kind in TABLES.items()}
    facts: dict[str, Any] = {
        name: document.get(name) for name in FACTS if document.get(name) is not None
    }
    return JourneyMap(**tables, labels=document["labels"], **facts)


def _document(text: str) -> dict[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise all_problems(_WHERE, [f"the text has more than {MOST_CHARACTERS:,} characters"])
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise all_problems(_WHERE, [f"this is not JSON: {error}"]) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise all_problems(_WHERE, [f'a journey map is an object with "format": "{FORMAT}"'])
    if found.get("version") != VERSION:
        said = f"version {quoted(found.get('version'))} is not known; this reads {VERSION}"
        raise all_problems(_WHERE, [said])
    return found


def _problems(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a document."""
    unknown = [name for name in document if name not in _FIELDS]
    if unknown:
        yield f"unknown fields: {first_few(unknown)}"
    for name in _NUMBERS:
        if not _is_number(document.get(name)) or document[name] < 0:
            yield f"{name} must be a number of at least 0, got {quoted(document.get(name))}"
    for name in ("unit", "metric", "plan"):
        if not isinstance(document.get(name, ""), str | None):
            yield f"{name} must be text, got {quoted(document[name])}"
    yield from _label_problems(document.get("labels"))
    broken = False
    for name, kind in TABLES.items():
        for problem in _table_problems(name, kind, document.get(name)):
            broken = True
            yield problem
    if not broken:
        yield from _reference_problems(document)


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)  # type: ignore[arg-type]


def _label_problems(labels: object) -> Iterator[str]:
    if not isinstance(labels, dict):
        yield f"labels must be an object, got {quoted(labels)}"
        return
    for facet, keys in labels.items():
        for key, texts in keys.items() if isinstance(keys, dict) else [("", keys)]:
            if not isinstance(texts, dict) or not all(isinstance(v, str) for v in texts.values()):
                yield f"labels.{facet}.{key} must be an object of texts by language"


def _table_problems(name: str, kind: type[Table], rows: object) -> Iterator[str]:
    if not isinstance(rows, list):
        yield f"{name} must be a list of rows, got {quoted(rows)}"
        return
    columns = attrs.fields_dict(kind)  # type: ignore[arg-type]
    for at, row in enumerate(rows):
        where = f"{name}[{at}]"
        if not isinstance(row, dict):
            yield f"{where} must be an object, got {quoted(row)}"
            continue
        lacking = [one for one in columns if one not in row]
        if lacking or len(row) != len(columns):
            unknown = [one for one in row if one not in columns]
            yield f"{where}: missing {first_few(lacking)}; unknown {first_few(unknown)}"
            continue
        for column, value in row.items():
            wanted = _wanted(column)
            if not _fits(wanted, value):
                yield f"{where}.{column} must be {_WANTED[wanted]}, got {quoted(value)}"


_WANTED = {
    "text": "text",
    "texts": "a list of texts",
    "maybe": "true, false or null",
    "flag": "true or false",
    "count": "an integer of at least 0",
    "share": "a number from 0 to 1, or null",
    "signed": "a number from -1 to 1, or null",
}


def _wanted(column: str) -> str:
    """Return what the cells of a column must be."""
    if column == "advice":
        return "texts"
    if column == "planned":
        return "maybe"
    if column in ("observed", "pain", "moment"):
        return "flag"
    if column in ("journeys", "steps", "interactions", "answers"):
        return "count"
    if column.startswith(_SIGNED):
        return "signed"
    texts = {"touchpoint", "source", "target", "facet", "term", "stage", "channel", "area"}
    texts |= {"directness", "clinicality", "need", "context"}
    return "text" if column in texts else "share"


def _fits(wanted: str, value: object) -> bool:
    if wanted == "text":
        return isinstance(value, str)
    if wanted == "texts":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if wanted in ("maybe", "flag"):
        return isinstance(value, bool) or (wanted == "maybe" and value is None)
    if wanted == "count":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    least = -1 if wanted == "signed" else 0
    return value is None or (_is_number(value) and least <= value <= 1)  # type: ignore[operator]


def _reference_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield flows between touchpoints, and stages, that the map does not have."""
    known = [row["touchpoint"] for row in document["touchpoints"]]
    if len(set(known)) < len(known):
        twice = sorted({one for one in known if known.count(one) > 1})
        yield f"touchpoints: a touchpoint has several rows: {first_few(twice)}"
    for at, row in enumerate(document["flows"]):
        lost = [row[end] for end in ("source", "target") if row[end] not in set(known)]
        if lost:
            yield f"flows[{at}]: no touchpoint {first_few(lost)}"
    stages = {row["stage"] for row in document["stages"]}
    for at, row in enumerate(document["terms"]):
        if row["stage"] not in stages:
            yield f"terms[{at}]: no stage {quoted(row['stage'])}"


def _table(kind: type[Table], rows: list[dict[str, Any]]) -> Table:
    columns: dict[str, Any] = {}
    for name in attrs.fields_dict(kind):  # type: ignore[arg-type]
        cells = [row[name] for row in rows]
        wanted = _wanted(name)
        if wanted in ("share", "signed"):
            cells = [math.nan if one is None else float(one) for one in cells]
            columns[name] = np.array(cells, dtype=np.float64)
        elif wanted == "texts":
            columns[name] = text_array([tuple(one) for one in cells])
        elif wanted in ("text", "maybe"):
            columns[name] = text_array(cells)
        else:
            columns[name] = np.array(cells, dtype=np.bool_ if wanted == "flag" else np.int64)
    return kind(**columns)
