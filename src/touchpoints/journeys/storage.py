"""Files of journeys: every column, exactly, without pickle."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import numpy as np

from touchpoints._core.checks import public, require_path
from touchpoints._core.frozen import Array, Coded, owned, text_array
from touchpoints._core.messages import first_few
from touchpoints._core.replacing import replacing
from touchpoints.errors import StorageError, WrongKindError
from touchpoints.journeys import stored
from touchpoints.journeys.meta import BY_TEXT, Meta, report_from_dict
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.taxonomy import FACETS, Touchpoint, taxonomy_from_dict

FORMAT, VERSION = "touchpoints.journeys", 1

_HEADER = stored.HEADER
_ZIP, _PICKLE = b"PK", b"\x80"
_MOST_NPY_HEADER = 1 << 16
_NONE, _TEXT, _INT, _FLOAT, _BOOL = range(5)
_KINDS: tuple[tuple[int, Any], ...] = (
    (_NONE, type(None)),
    (_TEXT, str),
    (_BOOL, (bool, np.bool_)),  # before int, because bool is a subclass of int
    (_INT, (int, np.integer)),
    (_FLOAT, (float, np.floating)),
)


@public
def write_journeys(
    journeys: Journeys, path: str | os.PathLike[str], *, compressed: bool = False
) -> None:
    """Write journeys to a file that `read_journeys` reads back exactly.

    Parameters
    ----------
    journeys
        All columns are written: ids, persons, counts, outcomes, values and the columns that the
        caller kept, with the touchpoints, the taxonomy, the lens, the time zone and the report.
    path
        The name of the file, used as given, without adding an extension. An existing file is
        replaced once the new file is complete.
    compressed
        Whether to compress the file, which makes it smaller and takes longer.

    Raises
    ------
    WrongKindError
        When an id or person is neither text nor a number, True, False or None.
    OSError
        When the file cannot be written.

    Notes
    -----
    The file is a zip archive of ``journeys.json`` and one ``.npy`` array for each column; text is
    kept as UTF-8 bytes with the position where each text ends. The file contains no code. Equal
    journeys give equal bytes. O(m) in the number of interactions.

    See Also
    --------
    read_journeys : Read the file back.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["search > buy", "search"]}, path="path")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "shop.journeys")
    ...     tp.write_journeys(journeys, file)
    ...     tp.read_journeys(file) == journeys
    True
    """
    checked_journeys(journeys)
    require_path(path, mend="for example tp.write_journeys(journeys, 'shop.journeys')")
    with replacing(path) as file:
        _write(journeys, file, zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED)


def _write(journeys: Journeys, file: BinaryIO, compression: int) -> None:
    columns = [(name, _kept_as(column, name)) for name, column in _columns(journeys)]
    header = {
        "format": FORMAT,
        "version": VERSION,
        "columns": [
            {"name": name, "kind": kept.kind, "entries": list(kept.arrays)}
            for name, kept in columns
        ],
        "touchpoints": [_touchpoint_fields(one) for one in journeys.touchpoints],
        "meta": _meta_fields(journeys.meta),
    }
    with zipfile.ZipFile(file, "w", compression, compresslevel=1) as archive:
        archive.writestr(zipfile.ZipInfo(_HEADER), json.dumps(header, allow_nan=False))
        for number, (_, kept) in enumerate(columns):
            for part, array in kept.arrays.items():
                with archive.open(stored.entry_name(number, part), "w", force_zip64=True) as entry:
                    np.lib.format.write_array(entry, array, version=stored.NPY, allow_pickle=False)


def _columns(journeys: Journeys) -> Iterator[tuple[list[str], Array | Coded]]:
    """Yield each column that is not None with its name: ``[field]`` or ``[field, key]``."""
    for name in stored.SINGLE:
        column = getattr(journeys, name)
        if column is not None:
            yield [name], column
    for name in stored.NAMED:
        for key, column in getattr(journeys, name).items():
            yield [name, key], column


def _touchpoint_fields(touchpoint: Touchpoint) -> dict[str, Any]:
    return {"key": touchpoint.key, "type": touchpoint.type, "facets": touchpoint.known()}


def _meta_fields(meta: Meta) -> dict[str, Any]:
    report = attrs.asdict(meta.report, recurse=False)
    return {
        "taxonomy": None if meta.taxonomy is None else meta.taxonomy.to_dict(),
        "lens": list(meta.lens),
        "timezone": meta.timezone,
        "blocks": meta.blocks,
        "defining": {name: list(keys) for name, keys in meta.defining.items()},
        "report": {**report, **{name: dict(report[name]) for name in BY_TEXT}},
    }


# ------------------------------------------------------------------------------- columns as arrays


@attrs.frozen(eq=False)
class _Kept:
    """A column as plain arrays: its kind, and its arrays by the name of the part."""

    kind: str
    arrays: Mapping[str, Array]


def _kept_as(column: Array | Coded, name: Sequence[str]) -> _Kept:
    if isinstance(column, Coded):
        return _Kept("coded", {"codes": column.codes, **_as_bytes(column.categories)})
    if column.dtype != object:
        return _Kept("array", {"values": column})
    values = column.tolist()
    if all(isinstance(one, str) for one in values):
        return _Kept("text", _as_bytes(values))
    kinds = np.fromiter((_kind_of(one) for one in values), np.int8, len(values))
    if (kinds < 0).any():
        others = [values[row] for row in np.flatnonzero(kinds < 0)[:6].tolist()]
        raise WrongKindError(
            f"{'.'.join(name)} must hold text, numbers, True, False or None: other objects cannot "
            "be written without pickle",
            where=first_few(others),
            mend="use ids that are text or integers",
        )
    return _Kept("mixed", {"kinds": kinds, **_as_bytes([_as_text(one) for one in values])})


def _kind_of(value: object) -> int:
    return next((kind for kind, types in _KINDS if isinstance(value, types)), -1)


def _as_text(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, str) else repr(value)


def _as_bytes(texts: Sequence[str]) -> dict[str, Array]:
    """Return texts as their concatenated UTF-8 bytes, and the position where each text ends."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    return {
        "bytes": np.frombuffer(b"".join(encoded) or b"\0", np.uint8)[: lengths.sum()],
        "stops": np.cumsum(lengths),
    }


def _as_texts(arrays: Mapping[str, Array]) -> list[str]:
    data = arrays["bytes"].tobytes()
    bounds = [0, *arrays["stops"].tolist()]
    if bounds[-1] != len(data) or any(stop < start for start, stop in pairwise(bounds)):
        raise ValueError("the ends of texts do not match their bytes")
    if data.isascii():
        text = data.decode("ascii")
        return [text[start:stop] for start, stop in pairwise(bounds)]
    return [data[start:stop].decode("utf-8", "surrogatepass") for start, stop in pairwise(bounds)]


def _column_of(kind: str, arrays: Mapping[str, Array]) -> Array | Coded:
    if kind == "array":
        return arrays["values"]
    texts = _as_texts(arrays)
    if kind == "coded":
        return Coded(arrays["codes"], texts)
    if kind == "text":
        return owned(text_array(texts))
    if kind != "mixed":
        raise ValueError(f"the kind of a column must be array, text, coded or mixed, got {kind!r}")
    read: dict[int, Callable[[str], Any]] = {
        _NONE: lambda _: None,
        _TEXT: str,
        _INT: int,
        _FLOAT: float,
        _BOOL: "True".__eq__,
    }
    kinds = arrays["kinds"].tolist()
    return owned(text_array([read[one](text) for one, text in zip(kinds, texts, strict=True)]))


# ---------------------------------------------------------------------------------------- and back


@public
def read_journeys(path: str | os.PathLike[str]) -> Journeys:
    """Read journeys from a file that `write_journeys` wrote.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Journeys
        Equal to the journeys written, with all their columns.

    Raises
    ------
    StorageError
        When the file is damaged or truncated, is not a file of journeys, or was written by a newer
        version of this library in a format that this version cannot read.
    FileNotFoundError
        When the file does not exist.

    Notes
    -----
    Reading executes nothing from the file, which contains no pickle. Every byte of the columns is
    verified by a checksum. The fields of the header, and the types and lengths of all columns, are
    checked before any column is unpacked.

    See Also
    --------
    write_journeys : Write the file.
    from_frame, from_paths : Read logs and path tables.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import touchpoints as tp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "notes.txt")
    ...     _ = file.write_text("search, buy")
    ...     tp.read_journeys(file)
    Traceback (most recent call last):
    touchpoints.errors.StorageError: notes.txt is not a file of journeys
    tp.write_journeys writes these files; tp.from_frame reads logs, tp.from_paths path tables
    """
    require_path(path, mend="tp.from_frame and tp.from_columns read objects in memory")
    file = Path(path)
    with file.open("rb") as opened:
        head = opened.read(2)
        opened.seek(0)
        try:
            archive = zipfile.ZipFile(opened)
        except Exception as error:
            if head == _ZIP:
                raise _damaged(file, "its end is missing or unreadable") from error
            raise _foreign(file, head) from error
        with archive:
            if _HEADER not in archive.namelist():
                raise _foreign(file, head)
            return _read(archive, file)


def _read(archive: zipfile.ZipFile, file: Path) -> Journeys:
    try:
        stored.check_entries(archive)
        header = json.loads(archive.read(_HEADER), object_pairs_hook=stored.unlike)
        version = header["version"]
        if header["format"] == FORMAT and version == VERSION and type(version) is int:
            stored.check_header(header, archive.namelist())
            stored.check_sizes(archive, header["columns"])
            return Journeys(**_fields(archive, header))
    except MemoryError:
        raise
    except Exception as error:
        raise _damaged(file, f"{type(error).__name__}: {error}") from error
    if header["format"] != FORMAT or type(version) is not int:
        raise _foreign(file, _ZIP)
    raise StorageError(
        f"{file.name} has version {version} of the format, but this library reads {VERSION}",
        mend="install a newer version of touchpoints",
    )


def _damaged(file: Path, where: str) -> StorageError:
    return StorageError(
        f"{file.name} is damaged or truncated", where=where, mend="use a backup, or write it again"
    )


def _foreign(file: Path, head: bytes) -> StorageError:
    known = {_ZIP: "a zip archive of another kind", b"": "an empty file"}
    pickle = "a pickle, which could execute any code" if head[:1] == _PICKLE else ""
    return StorageError(
        f"{file.name} is not a file of journeys",
        where=known.get(head, pickle),
        mend="tp.write_journeys writes these files; tp.from_frame reads logs, tp.from_paths path "
        "tables",
    )


def _fields(archive: zipfile.ZipFile, header: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: {} for name in stored.NAMED}
    for number, column in enumerate(header["columns"]):
        arrays = _arrays(archive, number, column["entries"])
        field, *key = column["name"]
        found = _column_of(column["kind"], arrays)
        if key:
            fields[field][key[0]] = found
        else:
            fields[field] = found
    fields["touchpoints"] = tuple(_touchpoint(one) for one in header["touchpoints"])
    fields["meta"] = _meta(header["meta"])
    return fields


def _arrays(archive: zipfile.ZipFile, number: int, parts: Sequence[str]) -> dict[str, Array]:
    """Return the arrays of a column; the bytes of texts are read once their ends are known."""
    names = {part: stored.entry_name(number, part) for part in parts}
    arrays = {part: _array(archive, name) for part, name in names.items() if part != "bytes"}
    if "bytes" in parts:
        size = archive.getinfo(names["bytes"]).file_size
        last = int(arrays["stops"][-1]) if len(arrays["stops"]) else 0
        if not 0 <= size - last <= _MOST_NPY_HEADER:
            raise ValueError("the ends of texts do not match their bytes")
        arrays["bytes"] = _array(archive, names["bytes"])
    return arrays


def _array(archive: zipfile.ZipFile, name: str) -> Array:
    """Return an array as a read-only view of the bytes read."""
    content = archive.read(name)
    stream = io.BytesIO(content)
    np.lib.format.read_magic(stream)
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    return np.ndarray(shape, dtype, buffer=content, offset=stream.tell())


def _touchpoint(fields: Mapping[str, Any]) -> Touchpoint:
    facets = dict(fields["facets"])
    five = {name: facets.pop(name) for name in FACETS if name in facets}
    return Touchpoint(key=fields["key"], type=fields["type"], facets=facets, **five)


def _meta(fields: Mapping[str, Any]) -> Meta:
    taxonomy = fields["taxonomy"]
    return Meta(
        taxonomy=None if taxonomy is None else taxonomy_from_dict(taxonomy),
        lens=tuple(fields["lens"]),
        timezone=fields["timezone"],
        blocks=fields.get("blocks"),  # missing in files of earlier versions
        defining=fields.get("defining", {}),  # as blocks
        report=report_from_dict(fields["report"]),
    )
