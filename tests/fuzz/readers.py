"""One function for each kind of input: it reads the input as a caller would."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import touchpoints as tp
from touchpoints import classify
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import parse_taxonomy, untyped

HEAD = "<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
LOG: dict[str, Any] = {"id": ["a", "b"], "at": ["2026-01-01", "2026-01-02"], "what": ["x", "y"]}
NAMES = {"journey": "id", "time": "at", "touchpoint": "what"}
OPTIONS = {
    *("journey", "time", "touchpoint", "person", "end", "lifecycle", "count", "tiebreak"),
    *("per_journey", "per_interaction", "unmatched", "missing", "duplicates", "tz", "time_format"),
}


def in_file(name: str, content: str | bytes, read: Callable[[Path], Any]) -> Any:
    """Read a file with this content."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return read(path)


def sources(kind: str) -> Callable[[str | bytes], Any]:
    """Return the reader of a list of sources in a file of this kind."""
    read = classify.load_source_categories
    return lambda text: in_file(f"list.{kind}", text, lambda path: read(path, category="social"))


def graphml(inside: str | bytes) -> Any:
    """Read GraphML; text that does not begin with ``<`` or ``<?`` stands within a graph."""
    if isinstance(inside, str) and not inside.startswith(("<?", "<g", "<!")):
        inside = f"{HEAD}<graph edgedefault='directed'>{inside}</graph></graphml>"
    return in_file("graph.graphml", inside, tp.read_graphml)


def log(given: Any) -> Any:
    """Read a log of two rows in which columns are replaced, with options."""
    if not isinstance(given, dict):
        return tp.from_columns(given, **NAMES)
    options = {name: value for name, value in given.items() if name in OPTIONS}
    columns = {name: value for name, value in given.items() if name not in OPTIONS}
    return tp.from_columns({**LOG, **columns}, **{**NAMES, **options})


def paths(given: dict[str, Any]) -> Any:
    """Read a path table; what is not a list is an option."""
    columns = {name: value for name, value in given.items() if isinstance(value, list)}
    options = {name: value for name, value in given.items() if not isinstance(value, list)}
    return tp.from_paths(columns, **{"path": "path", **options})


def columns(given: dict[str, Any]) -> Any:
    """Make two journeys of three interactions, with some columns replaced."""
    usual = {"touchpoints": (untyped("x"),), "codes": [0, 0, 0], "offsets": [0, 2, 3]}
    return Journeys(**{**usual, **given})


def frame(given: dict[str, Any]) -> Any:
    """Read a frame of pandas in which columns are replaced."""
    import pandas as pd

    return tp.from_frame(pd.DataFrame({**LOG, **given}), **NAMES)


READERS: dict[str, Callable[[Any], Any]] = {
    "taxonomy": parse_taxonomy,
    "rules": lambda text: in_file("rules.toml", text, classify.rules),
    "keywords": lambda text: in_file("words.toml", text, classify.keywords),
    "plan": lambda text: in_file("plan.toml", text, tp.read_plan),
    "csv": sources("csv"),
    "json": sources("json"),
    "yaml": sources("yml"),
    "pattern": tp.pattern,
    "regex": lambda text: Pattern(text, folded=False),
    "graphml": graphml,
    "node-link": tp.from_node_link,
    "storage": lambda content: in_file("some.journeys", content, tp.read_journeys),
    "log": log,
    "paths": paths,
    "journeys": columns,
    "frame": frame,
}
