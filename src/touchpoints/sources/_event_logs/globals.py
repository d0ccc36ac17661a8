"""Attributes that a log of XES declares global: their defaults fill in what elements lack."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.sources._event_logs.attributes import Attributes, Problems, texts_of
from touchpoints.sources._event_logs.times import Parsed
from touchpoints.sources._event_logs.xes_parser import TYPES
from touchpoints.sources._shared.skipped import Skipped

# What tools write as the default of everything, because the standard asks for one.
_PLACEHOLDERS = {"", "unknown", "__invalid__", "default", "none", "null", "nan"}
_NO_DATE = "1970-01-01"
_FILLED = "an attribute that lacks, filled in with the default that the log declares"


def fill_defaults(
    columns: dict[str, Coded | Array | Parsed],
    rows: int,
    defaults: Mapping[str, tuple[str, str]],
    *,
    but: Collection[str],
    skipped: Skipped,
) -> None:
    """Fill missing values of columns with the defaults of global attributes, and count them.

    Placeholders such as UNKNOWN and 1970 are not values, and what identifies or places an element
    (``but``) cannot be a default.
    """
    for key, (tag, text) in defaults.items():
        placeholder = text.strip().casefold() in _PLACEHOLDERS or (
            tag == "date" and text.startswith(_NO_DATE)
        )
        if key in but or not rows or placeholder:
            continue
        aside = Skipped(on_error="skip")
        one = Attributes(Problems(aside, str), TYPES, called="a default")
        one.new(tag, key, name=key)(0, text)
        default = one.finish(1, aside)[key]
        if texts_of(default).codes[0] < 0:  # it cannot be read
            continue
        column = columns.get(key)
        if column is None:
            columns[key], count = _repeated(default, rows), rows
        else:
            columns[key], count = _filled(column, default)
        skipped.note(_FILLED, count)


def _repeated(default: Coded | Array | Parsed, rows: int) -> Coded | Array | Parsed:
    places = np.zeros(rows, dtype=np.int64)
    if isinstance(default, Coded):
        return default.take(places)
    if isinstance(default, Parsed):
        return Parsed(default.stamps[places], default.naive[places], None, [])
    return owned(default[places])


def _filled(column: Coded | Array | Parsed, default: Any) -> tuple[Coded | Array | Parsed, int]:
    """Return a column with its missing values filled in, and how many they are."""
    if isinstance(column, Coded) and isinstance(default, Coded):
        gone = column.codes < 0
        if not gone.any():
            return column, 0
        known = list(dict.fromkeys((*column.categories, *default.categories)))
        codes = np.where(gone, known.index(default.categories[0]), column.codes)
        return Coded(owned(codes.astype(np.int32)), tuple(known)), int(gone.sum())
    if isinstance(column, Parsed) and isinstance(default, Parsed):
        gone = column.stamps == NAT
        stamps = np.where(gone, default.stamps[0], column.stamps)
        naive = np.where(gone, default.naive[0], column.naive)
        return Parsed(stamps, naive, None, []), int(gone.sum())
    if isinstance(column, np.ndarray) and isinstance(default, np.ndarray):
        gone = np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)
        if gone.any():
            return owned(np.where(gone, float(default[0]), column)), int(gone.sum())
    return column, 0
