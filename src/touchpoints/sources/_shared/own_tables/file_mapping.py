"""`FileMapping`: how a table is read, saved for the next one like it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import attrs

from touchpoints._core.checks import built_by_name, require_path
from touchpoints._core.documents import all_problems, decoded, tables_of
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import did_you_mean, quoted
from touchpoints.errors import NotFoundError
from touchpoints.sources._shared.own_tables.roles import COLUMNS, OPTIONS, TIMES
from touchpoints.sources._shared.own_tables.toml_text import toml_of
from touchpoints.sources._shared.text_files.typed_columns import Type

FILE = ("separator", "quote", "encoding", "decimal", "header")
RESTORED = (
    "facets",
    "outcomes",
    "outcome_times",
    "values",
    "began",
    "finished",
    "observed_until",
    "renamed",
    "renamed_journeys",
    "lens",
    "defining",
)
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "file": FILE,
    "times": TIMES,
    "columns": COLUMNS,
    "types": (),
    "options": OPTIONS,
    "restored": RESTORED,
}
_LISTS = ("header", "per_interaction", "per_journey", "lens")
_TABLES = (
    "stages",
    "facets",
    "outcomes",
    "outcome_times",
    "values",
    "renamed",
    "renamed_journeys",
    "defining",
)
_EITHER = ("journey", "tiebreak")


def _frozen(table: Mapping[str, Any]) -> FrozenMap[str, Any]:
    found = ((name, tuple(one) if isinstance(one, list) else one) for name, one in table.items())
    return FrozenMap(found)


@built_by_name
@attrs.frozen(kw_only=True)
class FileMapping:
    """How a table is read: its file, times, columns and options, to be saved as TOML.

    Attributes
    ----------
    file
        ``separator``, ``quote``, ``encoding``, ``decimal`` and ``header`` of a text file.
    times
        ``time_format``, ``tz`` and ``ambiguous``.
    columns
        The roles of columns, as for `touchpoints.from_frame`: ``journey``, ``time``,
        ``touchpoint``, ``person`` and so on.
    types
        What columns hold: ``text``, ``number``, ``integer``, ``unsigned``, ``boolean`` or
        ``time``.
    options
        ``stages``, ``taxonomy`` (the name of one, or the path of its file), ``unmatched``,
        ``missing``, ``person_conflicts``, ``duplicates`` and ``on_error``.
    restored
        What `touchpoints.sources.write_csv` wrote beyond the roles: facets, outcomes, values,
        censoring.

    See Also
    --------
    touchpoints.sources.read_mapping : Read one from its file.
    touchpoints.sources.csv : Read a table with ``mapping=``.

    Examples
    --------
    >>> import touchpoints as tp
    >>> mapping = tp.sources.FileMapping(
    ...     file={"separator": ";"},
    ...     times={"time_format": "%d/%m/%Y", "tz": "Europe/Madrid"},
    ...     columns={"journey": "id", "time": "at", "touchpoint": "what"},
    ... )
    >>> print(mapping.text, end="")
    [file]
    separator = ";"
    <BLANKLINE>
    [times]
    time_format = "%d/%m/%Y"
    tz = "Europe/Madrid"
    <BLANKLINE>
    [columns]
    journey = "id"
    time = "at"
    touchpoint = "what"
    """

    file: FrozenMap[str, Any] = attrs.field(factory=FrozenMap, converter=_frozen)
    times: FrozenMap[str, Any] = attrs.field(factory=FrozenMap, converter=_frozen)
    columns: FrozenMap[str, Any] = attrs.field(factory=FrozenMap, converter=_frozen)
    types: FrozenMap[str, Any] = attrs.field(factory=FrozenMap, converter=_frozen)
    options: FrozenMap[str, Any] = attrs.field(factory=FrozenMap, converter=_frozen)
    restored: FrozenMap[str, Any] = attrs.field(factory=FrozenMap, converter=_frozen)

    def __attrs_post_init__(self) -> None:
        problems = _problems({name: getattr(self, name) for name in SECTIONS})
        if problems:
            raise all_problems("the mapping", problems)

    @property
    def text(self) -> str:
        """The mapping as TOML."""
        return toml_of({name: getattr(self, name) for name in SECTIONS})

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the mapping as a TOML file, in place of a file that is there."""
        require_path(path, mend='pass the path of the file, for example "shop.toml"')
        Path(path).write_text(self.text, encoding="utf-8", newline="\n")

    def roles(self) -> dict[str, Any]:
        """Return the roles and options of the mapping by name."""
        types = {"types": dict(self.types)} if self.types else {}
        return {**self.columns, **self.times, **self.options, **types}


def mapping_of(given: Any) -> FileMapping:
    """Return a mapping as given, or read from the file of this path; None is an empty one."""
    if given is None:
        return FileMapping()
    return given if isinstance(given, FileMapping) else mapping_of_file(given)


def mapping_of_file(path: Any) -> FileMapping:
    """Read a mapping; all its problems are raised together."""
    require_path(
        path, takes="the path of a TOML file, or a FileMapping", mend='mapping="shop.toml"'
    )
    place = Path(path)
    if not place.is_file():
        raise NotFoundError(
            f"the file of the mapping does not exist: {str(path)!r}",
            mend="tp.sources.FileMapping(…).write(path) writes one",
        )
    where = place.name
    tables = tables_of(decoded(place.read_bytes(), where=where), where=where)
    problems = _problems(tables)
    if problems:
        raise all_problems(where, problems)
    options = tables.get("options", {})
    taxonomy = options.get("taxonomy", "")
    if taxonomy.endswith(".toml") and not Path(taxonomy).is_absolute():
        tables["options"] = {**options, "taxonomy": str(place.parent / taxonomy)}
    return FileMapping(**tables)


def _problems(tables: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each unknown or wrong entry."""
    found = []
    for section, table in tables.items():
        if section not in SECTIONS:
            found.append(f"unknown section [{section}]{did_you_mean(section, SECTIONS)}")
        elif not isinstance(table, Mapping):
            found.append(f"{section} must be a table, got {quoted(table)}")
        else:
            known = SECTIONS[section]
            for key, value in table.items():
                if known and key not in known:
                    found.append(f"[{section}] unknown key {key!r}{_elsewhere(key, known)}")
                elif problem := _wrong(section, key, value):
                    found.append(f"[{section}] {problem}")
    return found


def _elsewhere(key: str, known: tuple[str, ...]) -> str:
    home = next((name for name, names in SECTIONS.items() if key in names), "")
    return f": it belongs to [{home}]" if home else did_you_mean(key, known)


def _wrong(section: str, key: str, value: Any) -> str:
    """Say what an entry must be where it is not; empty text where it is right."""
    texts = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    if section == "types":
        kinds = get_args(Type)
        hint = did_you_mean(str(value), kinds) if value not in kinds else ""
        return "" if value in kinds else f"{key} must be one of {', '.join(kinds)}{hint}"
    if key in _TABLES:
        return "" if isinstance(value, Mapping) else f"{key} must be a table"
    if key in _LISTS:
        return "" if texts else f"{key} must be a list of texts, got {quoted(value)}"
    if key in _EITHER:
        right = isinstance(value, str) or (texts and len(value) > 0)
        return "" if right else f"{key} must be a text or a list of texts, got {quoted(value)}"
    return "" if isinstance(value, str) else f"{key} must be text, got {quoted(value)}"
