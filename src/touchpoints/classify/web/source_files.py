"""Readers of lists of sources: Google's table, Matomo's YAML or JSON, this library's TOML."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import attrs

from touchpoints._core.documents import decoded, tables_of
from touchpoints._core.messages import did_you_mean
from touchpoints._core.tables import attempt_import
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, ProblemsError

CATEGORIES = ("search", "social", "video", "shopping", "email", "ai_assistant", "other")

_GOOGLE = re.compile(r"(?i)^source_category_")
_MATOMO_FILES = {"searchengines": "search", "socials": "social", "aiassistants": "ai_assistant"}
_COLUMNS = {"source": 0, "domain": 0, "category": 1, "source_category": 1, "source category": 1}
_MAX_LETTERS = 1_000_000
_MAX_DEPTH = 10


class Line(NamedTuple):
    """A name of a site in logs, with the name and category of the site."""

    written: str
    name: str
    category: str


@attrs.frozen
class Lines:
    """The entries of a file and its problems; with ``exact``, hosts do not cover subdomains."""

    lines: tuple[Line, ...]
    problems: tuple[str, ...] = ()
    exact: bool = False


def read_lines(path: Path, *, category: str | None) -> Lines:
    """Return the sources in a file in any of the known formats."""
    try:
        text = decoded(path.read_bytes(), where=str(path))
    except ProblemsError as error:
        return Lines((), tuple(one.removeprefix(f"{path}: ") for one in error.problems))
    kind = path.suffix.lower()
    if kind in {".yml", ".yaml"}:
        return _of_sites(*_parse_yaml(text), category=_category_of(path, category))
    if kind in {".json", ".toml"}:
        return _of_document(path, text, category=category)
    return _of_table(text)


def _category_of(path: Path, category: str | None) -> str:
    found = category or _MATOMO_FILES.get(re.sub(r"[^a-z]", "", path.stem.lower()))
    if found is None:
        raise InvalidInputError(
            "the file does not state the category of its sources",
            where=str(path),
            mend="pass it: load_source_categories(path, category='social')",
        )
    return found


# ----------------------------------------------------------------------------------- Google's table


def _of_table(text: str) -> Lines:
    rows = [line for line in text.splitlines() if not is_blank(line) and not line.startswith("#")]
    if not rows:
        return Lines(())
    separator = max(";,\t|", key=rows[0].count)
    try:
        cells = [[cell.strip() for cell in row] for row in csv.reader(rows, delimiter=separator)]
    except csv.Error as error:
        return Lines((), (f"the table cannot be read: {error}",))
    roles = [_COLUMNS.get(name.lower()) for name in cells[0]]
    twice = [name for name, role in zip(cells[0], roles, strict=True) if role is not None]
    headed = {0, 1} <= set(roles)
    if headed and len(twice) > len({0, 1}):
        return Lines((), (f"row 1: several columns are sources or categories: {twice}",))
    source, category = (roles.index(0), roles.index(1)) if headed else (0, 1)
    lines: list[Line] = []
    problems: list[str] = []
    for number, row in enumerate(cells[headed:], start=1 + headed):
        shown = f"row {number}: {separator.join(row)[:60]!r}"
        if len(row) > len(cells[0]):
            problems.append(
                f"{shown} has {len(row)} cells, and the first row {len(cells[0])}: a cell that "
                "holds the separator needs quotes"
            )
            continue
        if len(row) <= max(source, category) or is_blank(row[source]):
            problems.append(f"{shown} must have a source and a category")
            continue
        kind = re.sub(r"[\s\-]+", "_", _GOOGLE.sub("", row[category]).strip().lower())
        if kind not in CATEGORIES:
            problems.append(f"{shown}: unknown category {kind!r}{did_you_mean(kind, CATEGORIES)}")
            continue
        lines.append(Line(row[source].lower(), row[source].lower(), kind))
    return Lines(tuple(lines), tuple(problems), exact=True)


# ------------------------------------------------------------------------------- documents of sites


def _of_document(path: Path, text: str, *, category: str | None) -> Lines:
    try:
        is_json = path.suffix.lower() == ".json"
        document = json.loads(text) if is_json else tables_of(text, where=str(path))
    except ProblemsError as error:
        return Lines((), tuple(one.removeprefix(f"{path}: ") for one in error.problems))
    except (ValueError, RecursionError) as error:
        return Lines((), (f"the file cannot be read: {error}",))
    if not isinstance(document, Mapping):
        return Lines((), ("expected a mapping from sites to their hosts",))
    tables = {name: sites for name, sites in document.items() if isinstance(sites, Mapping)}
    if tables and set(tables) <= set(CATEGORIES):
        parts = [_of_sites(sites, [], category=name) for name, sites in tables.items()]
        lines = tuple(line for part in parts for line in part.lines)
        return Lines(lines, tuple(problem for part in parts for problem in part.problems))
    return _of_sites(document, [], category=_category_of(path, category))


def _of_sites(sites: Mapping[str, Any], problems: list[str], *, category: str) -> Lines:
    lines: list[Line] = []
    for name, hosts in sites.items():
        found = list(_hosts(hosts))
        odd = list(_no_hosts(hosts))
        if not found:
            problems = [*problems, f"{name}: no hosts"]
        elif odd:
            problems = [*problems, f"{name}: {odd[0]!r} is no host"]
        elif is_blank(name):
            problems = [*problems, "a site has no name"]
        called = name.strip().lower()
        lines.extend(Line(written, called, category) for written in (called, *found))
    return Lines(tuple(lines), tuple(problems))


def _hosts(value: Any) -> Iterator[str]:
    """Yield the hosts of a site, from strings or from the ``urls`` of tables."""
    if isinstance(value, str):
        plain = "" if is_blank(value) else value.strip().lower().partition("/")[0]
        if plain.startswith("{}."):
            yield plain.removeprefix("{}.")
        elif plain:
            yield plain.replace(".{}", ".*")
    elif isinstance(value, Mapping):
        yield from _hosts(value.get("urls", ()))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _hosts(one)


def _no_hosts(value: Any) -> Iterator[Any]:
    """Yield what a list of hosts holds beside text."""
    some = value if isinstance(value, (list, tuple)) else ()
    for one in some:
        if isinstance(one, (list, tuple)):
            yield from _no_hosts(one)
        elif not isinstance(one, (str, Mapping)) or (isinstance(one, str) and is_blank(one)):
            yield one


# ------------------------------------------------------------------------------------------- YAML


def _parse_yaml(text: str) -> tuple[dict[str, list[Any]], list[str]]:
    """Return the values of each site, and the problems of lines that cannot be read."""
    yaml = attempt_import("yaml", extra="'touchpoints[yaml]'")
    if len(text) > _MAX_LETTERS:
        return {}, [f"the file must have at most {_MAX_LETTERS:,} characters, got {len(text):,}"]
    loader = getattr(
        yaml, "CBaseLoader", yaml.BaseLoader
    )  # every scalar is text: "no" is not a bool
    try:
        problem = _refused(yaml, yaml.parse(text, Loader=loader))
        root = None if problem else yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1} cannot be read" if mark else "the file cannot be read"
        return {}, [f"{line}: {getattr(error, 'problem', None) or error}"]
    if problem or root is None:
        return {}, [problem] if problem else []
    if not isinstance(root, yaml.MappingNode):
        return {}, ["expected a mapping from sites to their hosts"]
    sites: dict[str, list[Any]] = {}
    problems: list[str] = []
    for key, value in root.value:
        if isinstance(key, yaml.ScalarNode) and (value.value == "" or value.id != "scalar"):
            sites.setdefault(key.value, []).append(_plain(value))
        else:
            line = value.start_mark.line + 1
            problems.append(f"line {line} cannot be read: expected a site and a list of its hosts")
    return sites, problems


def _refused(yaml: ModuleType, events: Iterable[Any]) -> str:
    """Return why a YAML file is refused: deep nesting, or aliases, which can multiply in size."""
    depth = 0
    for event in events:
        line = f"line {event.start_mark.line + 1} cannot be read"
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            return f"{line}: aliases such as '*{event.anchor[:20]}' are not supported"
        if depth > _MAX_DEPTH:
            return f"{line}: it is nested more than {_MAX_DEPTH} levels deep"
    return ""


def _plain(node: Any) -> Any:
    """Return a YAML node as a string, list or dict."""
    if node.id == "mapping":
        return {key.value: _plain(value) for key, value in node.value if key.id == "scalar"}
    return [_plain(one) for one in node.value] if node.id == "sequence" else node.value
