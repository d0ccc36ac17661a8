"""Records as tables of a page, and as CSV files."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import urllib.parse
from typing import Any

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.languages import FALLBACK
from touchpoints.plot._shared.data import words_of
from touchpoints.plot._shared.look import Look, has_words
from touchpoints.plot._shared.model_words import model_name
from touchpoints.plot._shared.numerals import UNKNOWN
from touchpoints.plot._shared.time_axes import instant_text
from touchpoints.plot.improvements import evidence_text

_DAYS = re.compile(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d")
MOST_ROWS = 500
"""The most rows that a table on a page has; the file has them all."""
_NAMES = frozenset({"touchpoint", "source", "target", "step", "coarse", "place"})
_WORDED = FrozenMap(
    {
        "fact": "contents",
        "deviation": "conformance",
        "lever": "improvements",
        "signal": "control_chart",
        "missing": "scorecard",
        "model": "",
        "period": "",
        "detail": "",
        "evidence": "",
    }
)
"""The columns whose values have words, and the table of words where these stand."""
_TERMS = frozenset({"stage", "need", "context", "channel", "area", "directness", "clinicality"})


def table_html(table: Any, look: Look, *, caption: str) -> str:
    """Return a table of a record in the language of the report, at most 500 rows of it."""
    columns = table.column_names()
    rows = table.to_dicts()
    heads = "".join(f'<th scope="col">{html.escape(head(one, look))}</th>' for one in columns)
    body = "".join(_row(row, look) for row in rows[:MOST_ROWS])
    more = ""
    if len(rows) > MOST_ROWS:
        said = look.say(
            "report.rows_shown",
            shown=look.numerals.whole(MOST_ROWS),
            all=look.numerals.whole(len(rows)),
        )
        more = f"<p>{html.escape(said)}</p>"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
        f'<table><caption class="hidden">{html.escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def head(column: str, look: Look) -> str:
    """Return the head of a column in the language of the report."""
    for lang in (look.lang, FALLBACK):
        known = words_of(lang).get("columns", {})
        if column in known:
            return str(known[column])
        base, _, end = column.rpartition("_")
        if end in ("low", "high") and base in known:
            return f"{known[base]}, {known[end]}"
    return column.replace("_", " ")


def _row(row: dict[str, Any], look: Look) -> str:
    cells = []
    for at, (column, value) in enumerate(row.items()):
        tag = 'th scope="row"' if at == 0 else "td"
        cells.append(f"<{tag}>{html.escape(cell(column, value, look))}</{tag[:2]}>")
    return f"<tr>{''.join(cells)}</tr>"


def cell(column: str, value: Any, look: Look) -> str:
    """Return a cell as a reader of the language expects it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return look.say("report.yes" if value else "report.no")
    if isinstance(value, int | float):
        return (
            look.numerals.whole(value) if isinstance(value, int) else look.numerals.compact(value)
        )
    if column in _WORDED:
        return _worded(column, value, look)
    if isinstance(value, tuple):
        return " > ".join(look.name(one) if column == "variant" else str(one) for one in value)
    known = look.term(column, value) if column in _TERMS else str(value)
    return look.name(value) if column in _NAMES else known


def _worded(column: str, value: Any, look: Look) -> str:
    """Return a value that has words of its own, in the language of the report."""
    if column == "evidence":
        return evidence_text(look, str(value))
    if column == "detail" and _DAYS.fullmatch(str(value)):
        first, last = map(dt.date.fromisoformat, str(value).split("/"))
        date = look.numerals.date
        return look.say("report.dates", first=date(first), last=date(last))
    if column == "model":
        return model_name(look, value)
    if column == "period":
        return instant_text(dt.datetime.fromisoformat(str(value)), look)
    if column == "detail":
        return str(value)
    names = value if isinstance(value, tuple) else str(value).split(", ")
    keys = [(f"{_WORDED[column]}.{name}", name) for name in names]
    return ", ".join(look.say(key) if has_words(key) else look.name(name) for key, name in keys)


def csv_link(table: Any, look: Look, *, name: str) -> str:
    """Return a link that downloads a record as a CSV file, without any script."""
    content = urllib.parse.quote(csv_text(table, look))
    return (
        f'<a class="csv" download="{html.escape(name)}.csv" '
        f'href="data:text/csv;charset=utf-8,{content}">{html.escape(look.say("report.csv"))}</a>'
    )


def csv_text(table: Any, look: Look) -> str:
    """Return a record as CSV as spreadsheets of the language open it; numbers are not rounded.

    All cells are quoted; lines end with CRLF, and the text begins with a byte order mark. Where the
    decimal mark is a comma, semicolons separate the cells.
    """
    mark = look.numerals.rules["decimal"]
    buffer = io.StringIO()
    writer = csv.writer(
        buffer, delimiter=";" if mark == "," else ",", quoting=csv.QUOTE_ALL, lineterminator="\r\n"
    )
    writer.writerow(table.column_names())
    for row in table.to_dicts():
        writer.writerow([_csv_cell(value, mark) for value in row.values()])
    return "\ufeff" + buffer.getvalue()


def _csv_cell(value: Any, mark: str) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return repr(value).replace(".", mark)
    text = " > ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    # A spreadsheet would compute a text that begins like a formula.
    return (
        f"'{text}" if isinstance(value, str | tuple) and text[:1] in ("=", "+", "@", "-") else text
    )
