"""What a draft says of its log as a whole: how much is known, and whether names are names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from touchpoints._core.messages import counted, first_few
from touchpoints.classify.drafting.guessing import CONFIDENCES
from touchpoints.classify.drafting.rows import Row
from touchpoints.errors import InvalidInputError

_MANY = 5
_SAMPLE = 1_000
_NUMBER = re.compile(r"\s*[-+]?[\d.,]*\d[\d.,]*\s*%?\s*")
_TIME = re.compile(r"\s*\d{4}-\d\d?-\d\d?(?:[T ][\d:.,+Z\- ]*)?\s*|\s*\d\d?[/.]\d\d?[/.]\d{4}.*")
# A hexadecimal number of at least eight digits (or a UUID), or a few letters before a long number.
_ID = re.compile(
    r"\s*(?:(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|[a-z]{0,6}[-_#:]?\d{3,}[a-z]?)\s*",
    re.IGNORECASE,
)


_EMAIL = re.compile(r"\s*[^\s@]+@[^\s@]+\.[a-z]{2,}\s*", re.IGNORECASE)
_PHONE = re.compile(r"\s*(?:\+|00)\d[\d\s().-]{6,}\s*")
# One word before numbers: of one letter or of capitals a key, of small letters perhaps a page.
_KEY = re.compile(r"\s*(?:[A-Za-z]|[A-Z]{2,8})[-_#: ]?\d[-_/.\d]*\s*")
_NUMBERED = re.compile(r"\s*([a-z]{2,12})[-_#: ]?\d[-_/.\d]*\s*", re.IGNORECASE)
_FEW_KEYS, _MANY_NUMBERED = 20, 200


def check_names(field: str, values: Sequence[str | None], *, rows: int) -> None:
    """Raise when the distinct values of a column cannot be names of events.

    Parameters
    ----------
    field
        Name of the column.
    values
        Its distinct values, or more of them.
    rows
        Number of rows of the table.
    """
    texts = list(dict.fromkeys(one for one in values if one))
    sample = texts[:_SAMPLE]
    if len(texts) < _MANY:
        return
    kinds = {
        "numbers": _NUMBER,
        "times": _TIME,
        "e-mail addresses": _EMAIL,
        "phone numbers": _PHONE,
    }
    for kind, pattern in kinds.items():
        if all(pattern.fullmatch(one[:_SAMPLE]) for one in sample):
            raise _unsuitable(field, kind, texts)
    if 2 * len(texts) > rows and _are_ids([one[:_SAMPLE] for one in sample], len(texts)):
        raise _unsuitable(field, "ids", texts)


def _are_ids(sample: Sequence[str], number: int) -> bool:
    """Return whether texts that hardly ever repeat are keys of something, and no names."""
    if all(_ID.fullmatch(one) for one in sample):
        return True
    if number >= _FEW_KEYS and all(_KEY.fullmatch(one) for one in sample):
        return True
    words = {found[1].casefold() for one in sample if (found := _NUMBERED.fullmatch(one))}
    alike = all(_NUMBERED.fullmatch(one) for one in sample) and len(words) == 1
    return number >= _MANY_NUMBERED and alike


def _unsuitable(field: str, kind: str, texts: Sequence[str]) -> InvalidInputError:
    return InvalidInputError(
        f"the values look like {kind}, not like names of events ({first_few(texts)})",
        where=f"column {field!r}",
        mend="pass the column that says what happened as name=",
    )


def remarks_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return sentences on how much of a log is known, and how certainly."""
    total = sum(row.count for row in rows)
    typed = sum(row.count for row in rows if row.is_typed)
    left_out = sum(row.count for row in rows if row.is_left_out)
    shown = f"{typed:,} of {total:,}{_share(typed, total)}"
    said = [f"Events with a type: {shown}. Not touchpoints: {left_out:,}."]
    parts = [_of_confidence(rows, one, total) for one in CONFIDENCES]
    said.append(f"By confidence: {'; '.join(parts)}.")
    unsure = sum(row.guess.confidence in ("low", "none") and not row.guess.channel for row in rows)
    if len(rows) >= _MANY and 2 * unsure > len(rows):
        said.append(
            f"{unsure:,} of {counted(len(rows), 'name')} are unknown or uncertain: "
            "these names look like steps of work, not of people."
        )
    return tuple(said)


def _of_confidence(rows: Sequence[Row], confidence: str, total: int) -> str:
    chosen = [row for row in rows if row.guess.confidence == confidence]
    events = sum(row.count for row in chosen)
    return f"{confidence} {counted(len(chosen), 'name')}{_share(events, total)}"


def _share(events: int, total: int) -> str:
    return f" ({events / total:.1%})" if total else ""
