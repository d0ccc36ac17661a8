"""How the times of a column are written, told by all that it holds and never by a guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import attrs

from touchpoints._core.messages import counted, first_few, quoted
from touchpoints._core.text import is_blank

ISO = "iso"
"""The name of ISO 8601, which needs no format."""

_CLOCK = (
    r"(?:(?P<gap>,? |T)(?P<hour>\d{1,2}):\d\d(?P<second>:\d\d(?P<part>\.\d{1,6})?)?"
    r"(?P<half> ?[AaPp][Mm])?)?(?P<zone> ?(?:Z|[+-]\d\d:?\d\d))?"
)
_ISO = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ]\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?(?P<zone>Z| UTC|[+-]\d\d(?::?\d\d)?)?)?"
)
_PARTS = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}")
_DAY_MONTH = re.compile(rf"\d{{1,2}}([ ./-])([A-Za-z]{{3,9}})(,?)\1(\d{{4}}|\d{{2}}){_CLOCK}")
_MONTH_DAY = re.compile(rf"([A-Za-z]{{3,9}}) \d{{1,2}}(,?) \d{{4}}{_CLOCK}")
_EPOCHS = {
    10: ("epoch_s", 1_000_000_000, 4_102_444_800),
    13: ("epoch_ms", 1_000_000_000_000, 4_102_444_800_000),
    16: ("epoch_us", 1_000_000_000_000_000, 4_102_444_800_000_000),
    19: ("epoch_ns", 1_000_000_000_000_000_000, 4_102_444_800_000_000_000),
}
_DIGITS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LONG = ["january", "february", "march", "april", "may", "june", "july", "august"]
_LONG += ["september", "october", "november", "december"]
_MOST_DATES = 100_000
_MOST_DAY, _MOST_MONTH = 31, 12
_WORDS = {"d": "day", "m": "month", "Y": "year", "y": "year"}


class Shape(NamedTuple):
    """How one time is written, but for the order of day and month.

    ``form`` has a place for each part of the date, which ``orders`` name: ``{0}/{1}/{2} %H:%M``.
    """

    form: str
    orders: tuple[str, ...] = ()
    zone: str = ""


@attrs.frozen(kw_only=True)
class TimeColumn:
    """How the times of a column are written, and what tells it.

    Attributes
    ----------
    name
        The column.
    time_format
        ``"iso"`` for ISO 8601, a ``strptime`` format, or a unit of numbers such as ``"epoch_ms"``;
        empty where the values do not decide.
    zone
        ``"UTC"`` or ``"offsets"`` where the values say it; empty where they have no zone.
    evidence
        What decides the format, or why nothing does.
    candidates
        The formats that all values fit, where there are several.
    rows
        The number of values that were looked at.
    """

    name: str
    time_format: str
    zone: str
    evidence: str
    candidates: tuple[str, ...] = ()
    rows: int

    @property
    def undecided(self) -> bool:
        """Whether the values do not decide how they are written."""
        return not self.time_format


def shape_of(text: str) -> tuple[Shape, tuple[int, ...]] | None:
    """Return how a text writes a time, and the three numbers of its date; None if it is none."""
    if text.isdecimal() and text.isascii():
        return _of_digits(text)
    if found := _ISO.fullmatch(text):
        return Shape(ISO, zone=_zone(found["zone"])), ()
    if found := _PARTS.fullmatch(text):
        return _of_parts(found)
    if (found := _DAY_MONTH.fullmatch(text)) and (month := _month(found[2])):
        year = "%Y" if len(found[4]) == 4 else "%y"
        gap = found[1]
        return Shape(f"%d{gap}{month}{found[3]}{gap}{year}{_clock(found)}", (), _zone_of(found)), ()
    if (found := _MONTH_DAY.fullmatch(text)) and (month := _month(found[1])):
        return Shape(f"{month} %d{found[2]} %Y{_clock(found)}", (), _zone_of(found)), ()
    return None


def _month(name: str) -> str:
    """Return the directive of the English name of a month, or empty text."""
    folded = name.casefold()
    return "%b" if folded in _SHORT else "%B" if folded in _LONG else ""


def _of_digits(text: str) -> tuple[Shape, tuple[int, ...]] | None:
    size, number = len(text), int(text)
    if size in _EPOCHS:
        unit, low, high = _EPOCHS[size]
        return (Shape(unit, zone="UTC"), ()) if low <= number < high else None
    if size not in _DIGITS or not 1900 <= int(text[:4]) <= 2100:
        return None
    month, day = int(text[4:6]), int(text[6:8])
    real = 1 <= month <= _MOST_MONTH and 1 <= day <= _MOST_DAY
    return (Shape(_DIGITS[size]), ()) if real else None


def _of_parts(found: re.Match[str]) -> tuple[Shape, tuple[int, ...]] | None:
    first, mark, second, third = found.group(1, 2, 3, 4)
    numbers = (int(first), int(second), int(third))
    if len(first) == 4 and len(third) == 2:
        orders: tuple[str, ...] = ("Ymd", "Ydm")
    elif len(first) <= 2 and len(third) == 4:
        orders = ("dmY", "mdY")
    elif len(first) <= 2:
        orders = ("dmy", "mdy", "ymd") if len(first) == 2 else ("dmy", "mdy")
    else:
        return None
    if not any(_fits(order, numbers) for order in orders):
        return None
    form = f"{{0}}{mark}{{1}}{mark}{{2}}{_clock(found)}"
    return Shape(form, orders, _zone_of(found)), numbers


def _fits(order: str, numbers: Iterable[int]) -> bool:
    most = {"d": _MOST_DAY, "m": _MOST_MONTH}
    return all(
        1 <= number <= most[part]
        for part, number in zip(order, numbers, strict=True)
        if part in most
    )


def _clock(found: re.Match[str]) -> str:
    """Return the format of the time of day and of the offset from UTC."""
    text = ""
    if found["gap"]:
        hour = "%I" if found["half"] else "%H"
        second = "" if not found["second"] else ":%S.%f" if found["part"] else ":%S"
        half = "" if not found["half"] else " %p" if found["half"].startswith(" ") else "%p"
        text = f"{found['gap']}{hour}:%M{second}{half}"
    if found["zone"]:
        text += " %z" if found["zone"].startswith(" ") else "%z"
    return text


def _zone_of(found: re.Match[str]) -> str:
    return _zone(found["zone"])


def _zone(written: str | None) -> str:
    text = (written or "").strip()
    return "" if not text else "UTC" if text in ("Z", "UTC") else "offsets"


class TimeEvidence:
    """What the values of a column tell of how its times are written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen = self.others = 0
        self._dates: set[str] = set()
        self._shapes: Counter[Shape] = Counter()
        self._orders: dict[tuple[str, ...], dict[str, str]] = {}
        self._fitting: dict[tuple[str, ...], Counter[str]] = {}

    def see(self, text: str) -> None:
        """Look at one value; blank ones tell nothing."""
        if is_blank(text):
            return
        self.seen += 1
        found = shape_of(text.strip())
        if found is None:
            self.others += 1
            return
        shape, numbers = found
        self._shapes[shape] += 1
        if shape.orders:
            against = self._orders.setdefault(shape.orders, {})
            for order in shape.orders:
                if order not in against and not _fits(order, numbers):
                    against[order] = text

    def see_date(self, text: str) -> None:
        """Look at one value, unless its first ten characters are those of one that was looked at.

        They hold the date, which alone tells the order of day and month.
        """
        date = text[:10]
        if date in self._dates:
            self.seen += 1
            return
        if len(self._dates) < _MOST_DATES:
            self._dates.add(date)
        self.see(text)

    @property
    def is_time(self) -> bool:
        """Whether nine of ten values look like a time."""
        return self.seen > 0 and self.others * 10 <= self.seen

    def left(self) -> tuple[str, ...]:
        """Return the orders of a date that no value contradicts; empty where all are."""
        sets = list(self._orders.items())
        if not sets:
            return ()
        orders, against = max(sets, key=lambda one: self._rows_of(one[0]))
        return tuple(one for one in orders if one not in against)

    def _rows_of(self, orders: tuple[str, ...]) -> int:
        return sum(count for shape, count in self._shapes.items() if shape.orders == orders)

    @property
    def open(self) -> bool:
        """Whether more values might decide between orders of a date."""
        left = self.left()
        return len(left) > 1 and left != ("Ymd", "Ydm")

    def result(self) -> TimeColumn:
        """Return how the times are written."""
        zones = {shape.zone for shape in self._shapes}
        zone = "" if zones == {""} else "UTC" if zones == {"UTC"} else "offsets"
        forms = self._forms()
        form, orders = forms.most_common(1)[0][0]
        said = _Said(self, zone)
        if len(forms) > 1 and forms[form, orders] * 10 < 9 * forms.total():
            shown = first_few(sorted(_readable(*one) for one in forms))
            return said.of("", f"the values are written in {len(forms)} ways: {shown}", ())
        if not orders:
            return said.of(form, _plain_evidence(form, forms[form, orders]), ())
        return self._dated(form, orders, said)

    def _forms(self) -> Counter[tuple[str, tuple[str, ...]]]:
        forms: Counter[tuple[str, tuple[str, ...]]] = Counter()
        for shape, count in self._shapes.items():
            forms[shape.form, shape.orders] += count
        return forms

    def _dated(self, form: str, orders: tuple[str, ...], said: _Said) -> TimeColumn:
        against = self._orders[orders]
        left = [one for one in orders if one not in against]
        if "Ymd" in left:
            left = ["Ymd"]
        written = tuple(_written(form, order) for order in left)
        if len(left) == 1:
            shown = [
                f"{quoted(against[one])} is no {_names(one)}" for one in orders if one in against
            ]
            why = "; ".join(shown) or "the year comes first"
            return said.of(written[0], why, ())
        if not left:
            shown = [f"{quoted(against[one])} is no {_names(one)}" for one in orders]
            return said.of("", f"the order of the dates changes: {'; '.join(shown)}", ())
        why = f"in all {counted(self.seen, 'value')} each number is at most 12"
        if len(orders) == 3:
            why = f"all {counted(self.seen, 'value')} fit {' and '.join(map(_names, left))}"
        return said.of("", why, written)


class _Said(NamedTuple):
    evidence: TimeEvidence
    zone: str

    def of(self, time_format: str, why: str, candidates: tuple[str, ...]) -> TimeColumn:
        return TimeColumn(
            name=self.evidence.name,
            time_format=time_format,
            zone=self.zone,
            evidence=why,
            candidates=candidates,
            rows=self.evidence.seen,
        )


def _written(form: str, order: str) -> str:
    return form.format(*(f"%{part}" for part in order))


def _readable(form: str, orders: tuple[str, ...]) -> str:
    return _written(form, orders[0]) if orders else form


def _names(order: str) -> str:
    return "/".join(_WORDS[one] for one in order)


def _plain_evidence(form: str, rows: int) -> str:
    if form == ISO:
        return f"{counted(rows, 'value')} of ISO 8601"
    if form.startswith("epoch"):
        return f"{counted(rows, 'number')} that count from 1970 to a year between 2001 and 2100"
    return f"{counted(rows, 'value')} written in this way"


def look(
    columns: Iterable[TimeEvidence],
    rows: Iterable[Sequence[str]],
    names: list[str],
    *,
    dates: bool = False,
) -> int:
    """Show rows to columns until none of them is open any more; return how many were looked at.

    With ``dates``, values that begin with the same ten characters are looked at once, and rows are
    shown only until the order of all dates is decided.
    """
    places: list[tuple[int, Callable[[str], Any], TimeEvidence]] = [
        (names.index(one.name), one.see_date if dates else one.see, one) for one in columns
    ]
    looked = 0
    for row in rows:
        looked += 1
        for place, see, _ in places:
            if place < len(row):
                see(row[place])
        if dates and looked % 1024 == 0 and not any(one.open for *_, one in places):
            break
    return looked
