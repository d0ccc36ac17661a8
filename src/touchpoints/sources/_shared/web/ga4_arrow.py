"""Columns of the events of Google Analytics 4 by pyarrow, where it is installed.

Nothing is decided here: what is not as the export is documented gives None, and is then read event
by event.
"""

from __future__ import annotations

import importlib.util
import io
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np

from touchpoints._core.arrays.threads import cores
from touchpoints._core.columns import id_text
from touchpoints._core.datetimes import FIRST, LAST, NAT
from touchpoints._core.frozen import Array
from touchpoints.sources._shared.growing import Block
from touchpoints.sources._shared.web.ga4_names import (
    IDS,
    LAST_CLICK,
    LAST_CLICKS,
    NUMBERS,
    OF_TOP,
    PARAMETERS,
    STRUCTS,
    TIES,
    Names,
)

_KINDS = {"string_value": str, "int_value": int, "double_value": float, "float_value": float}
_WHOLE = r"^-?[0-9]{1,18}$"


@cache
def has_arrow() -> bool:
    """Tell whether pyarrow is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def batches_of_json(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, Any]]:
    """Yield blocks of lines of JSON, each with its events as a batch, None of other lines.

    A block is parsed while the one before it is used.
    """
    if cores() < len("ab"):
        yield from ((block, _batch_of_json(block)) for block in blocks)
        return
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[tuple[bytes, Future[Any]]] = deque()
        for block in blocks:
            waiting.append((block, pool.submit(_batch_of_json, block)))
            if len(waiting) > 1:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()


def _batch_of_json(lines: bytes) -> Any:
    """Return the events of lines of JSON as a batch of pyarrow; None of other lines."""
    import pyarrow as pa
    import pyarrow.json as pj

    try:
        lines.decode()
    except UnicodeDecodeError:
        return None
    for numbers_as_text in (True, False):
        how = pj.ParseOptions(
            explicit_schema=_schema(numbers_as_text=numbers_as_text),
            unexpected_field_behavior="ignore",
        )
        reading = pj.ReadOptions(use_threads=False, block_size=max(len(lines), 1))
        try:
            table = pj.read_json(io.BytesIO(lines), read_options=reading, parse_options=how)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        batches = table.to_batches()
        return batches[0] if len(batches) == 1 and table.num_rows == _events(lines) else None
    return None


def _events(lines: bytes) -> int:
    """Return the number of lines that are not blank."""
    return sum(map(bool, map(bytes.strip, lines.split(b"\n"))))


@cache
def _schema(*, numbers_as_text: bool) -> Any:
    """Return the columns that are read: BigQuery writes whole numbers of 64 bits as text."""
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    whole = text if numbers_as_text else pa.int64()
    kinds = {str: text, int: whole, float: number}
    value = pa.struct({name: kinds[kind] for name, kind in _KINDS.items()})
    top = {name: whole if name in (*TIES, "event_timestamp") else text for name in OF_TOP}
    structs = {
        name: pa.struct(
            {field: number if column in NUMBERS else text for field, column in fields.items()}
        )
        for name, fields in STRUCTS.items()
    }
    clicks = {kind: pa.struct(dict.fromkeys(fields, text)) for kind, fields in LAST_CLICKS.items()}
    parameters = pa.list_(pa.struct({"key": text, "value": value}))
    return pa.schema({**top, **structs, PARAMETERS: parameters, LAST_CLICK: pa.struct(clicks)})


def columns_of_batch(batch: Any, names: Names) -> dict[str, Any] | None:
    """Return the columns of nested events; None where they are of another shape."""
    import pyarrow as pa

    fields = dict(zip(batch.schema.names, batch.columns, strict=True))
    given = fields[PARAMETERS]
    if not pa.types.is_list(given.type) and not pa.types.is_large_list(given.type):
        return None
    try:
        blocks = _parameters(given, names)
        if blocks is None:
            return None
        blocks |= _structs(fields)
        for name in OF_TOP.keys() & fields.keys() - {"event_timestamp"}:
            blocks[name] = _both(_coded(fields[name]), blocks.get(name))
        found: dict[str, Any] = {
            name: _numbers(one) if name in NUMBERS else _ids(one) if name in IDS else one
            for name, one in blocks.items()
        }
        if "event_timestamp" in fields:
            times = _stamps(fields["event_timestamp"])
            if times is None:
                return None
            found["time"] = times
    except (pa.ArrowException, AttributeError, TypeError, ValueError, OverflowError):
        return None
    return found


def _coded(array: Any) -> Block:
    """Return an array of texts or numbers as codes and distinct values."""
    import pyarrow as pa

    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    codes = array.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    return Block(codes, array.dictionary.to_pylist())


def _both(first: Block, second: Block | None) -> Block:
    """Return the values of the first block, and of the second where that has none."""
    if second is None:
        return first
    moved = np.where(second.codes < 0, -1, second.codes + len(first.values))
    codes = np.where(first.codes < 0, moved, first.codes)
    return Block(codes.astype(np.int32), [*first.values, *second.values])


def _parameters(given: Any, names: Names) -> dict[str, Block] | None:
    """Return the parameters that are read, by column; None where one of them lacks its value."""
    import pyarrow.compute as pc

    pairs = pc.list_flatten(given)
    if given.null_count or pairs.null_count:
        return None
    parents = pc.list_parent_indices(given).to_numpy(zero_copy_only=False)
    keys, values = _coded(pc.struct_field(pairs, "key")), pc.struct_field(pairs, "value")
    if (keys.codes < 0).any():
        return None
    kinds = [values.type.field(i).name for i in range(values.type.num_fields)]
    blocks: dict[str, Block] = {}
    for code, key in enumerate(keys.values):
        if key not in names:
            continue
        places = np.flatnonzero(keys.codes == code)
        these = values.take(places)
        if these.null_count:
            return None
        block = _values(these, kinds)
        known = block.codes >= 0
        codes = np.full(len(given), -1, dtype=np.int32)
        codes[parents[places[known]]] = block.codes[known]
        blocks[names[key]] = Block(codes, block.values)
    return blocks


def _values(values: Any, kinds: list[str]) -> Block:
    """Return the value of each parameter: of the first kind that has one."""
    import pyarrow.compute as pc

    found: Block | None = None
    for kind, read in _KINDS.items():
        if kind not in kinds:
            continue
        block = _coded(pc.struct_field(values, kind))
        if kind != "string_value":
            block = _without_nan(block)
            block = Block(block.codes, [read(one) for one in block.values])
        found = block if found is None else _both(found, block)
    if found is None:
        raise ValueError("no kind of value is known")
    return found


def _without_nan(block: Block) -> Block:
    gone = [code for code, one in enumerate(block.values) if one != one]
    if not gone:
        return block
    values = [0 if one != one else one for one in block.values]
    return Block(np.where(np.isin(block.codes, gone), -1, block.codes).astype(np.int32), values)


def _structs(fields: Mapping[str, Any]) -> dict[str, Block]:
    """Return the fields of the records of an event that are read, by column."""
    import pyarrow.compute as pc

    found: dict[str, Block] = {}
    records = {name: (fields[name], one) for name, one in STRUCTS.items() if name in fields}
    if LAST_CLICK in fields:
        clicks = fields[LAST_CLICK]
        inner = {clicks.type.field(i).name for i in range(clicks.type.num_fields)}
        records |= {
            kind: (pc.struct_field(clicks, kind), one)
            for kind, one in LAST_CLICKS.items()
            if kind in inner
        }
    for record, columns in records.values():
        inner = {record.type.field(i).name for i in range(record.type.num_fields)}
        for field, column in columns.items():
            if field in inner:
                found[column] = _coded(pc.struct_field(record, field))
    return found


def _numbers(block: Block) -> Array:
    """Return numbers; raise for a text that is none."""
    table = np.array([*(float(one) for one in block.values), np.nan], dtype=np.float64)
    return table[block.codes]


def _ids(block: Block) -> Block:
    """Return ids as texts."""
    texts = [one if isinstance(one, str) else id_text(one) for one in block.values]
    if None in texts:
        raise ValueError("an id is missing in its own way")
    return Block(block.codes, texts)


def _stamps(array: Any) -> Array | None:
    """Return times in microseconds; None where one of them is not an integer number of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        if (
            not pc.all(pc.match_substring_regex(array, _WHOLE)).as_py()
            and len(array) > array.null_count
        ):
            return None
        array = array.cast(pa.int64())
    if not pa.types.is_integer(array.type):
        return None
    known = array.is_valid().to_numpy(zero_copy_only=False)
    stamps = array.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    if not ((stamps >= FIRST) & (stamps <= LAST)).all():
        return None
    return np.where(known, stamps, NAT)
