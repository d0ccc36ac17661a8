"""TOML files of a draft: rules and a taxonomy, with a comment on each line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from touchpoints._core.messages import counted
from touchpoints.classify.drafting.rows import (
    KINDS,
    Decided,
    Kind,
    Row,
    page_regex,
    text_regexes,
)
from touchpoints.classify.web.event_names import words_of
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy

_BARE = re.compile(r"[A-Za-z0-9_\-]+")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_OPERATORS = ("all", "any", "not")
_MAX_SHOWN = 80

_HEAD = (
    "# Draft of classification rules, guessed from the names in a log. Please correct it:",
    "# move a wrong line to the rule of another type, or delete it. Rules are tried in this",
    "# order, and the first rule that holds decides. Each line has its reason as a comment.",
    "#",
)

_HEADS = {
    "name": "by name",
    "campaign": "by campaign, for events without a specific name",
    "page": "by page, for events without a specific name; the longest path first",
    "text": "by words in the text, for events without a specific name",
    "general": "by a name that states only that a page was seen",
}


def rules_text(
    decided: Decided,
    *,
    taxonomy: Taxonomy,
    names: str,
    called: str,
    min_count: int,
    facts: Sequence[str],
) -> str:
    """Return the rules of a draft as TOML.

    Parameters
    ----------
    names
        Field with the name of the events; empty when there is no such field.
    called
        Name of the rules.
    min_count
        Rows with fewer events get no line.
    facts
        Sentences for the head of the file.
    """
    rows = [row for row in decided.rows if row.count >= min_count]
    lines = [*_HEAD, *(f"# {one}" for one in facts), "", f"name = {quoted(called)}"]
    guard = _guard(names, decided.general)
    for kind in KINDS:
        chosen = [row for row in rows if row.decides and row.kind == kind and _writable(row)]
        if chosen:
            lines += ["", f"# {'-' * 30} {_HEADS[kind]}"]
            lines += _rules_of(kind, chosen, decided, taxonomy, guard)
    lines += _low(rows, decided, taxonomy, guard)
    lines += _without_guess(row for row in rows if row.guess.confidence == "none")
    return "\n".join(lines) + "\n"


def _rules_of(
    kind: Kind, rows: Sequence[Row], decided: Decided, taxonomy: Taxonomy, guard: Sequence[str]
) -> Iterator[str]:
    """Yield the rules of the rows of one kind."""
    if kind not in ("page", "text"):
        yield from _list_rules(rows, taxonomy, guard if kind == "campaign" else [])
        return
    for row in sorted(rows, key=_specificity, reverse=True):
        locale = row.key in decided.localised
        yield from ("", *_pattern_rule(row, taxonomy, locale=locale), *guard)


def _low(
    rows: Sequence[Row], decided: Decided, taxonomy: Taxonomy, guard: Sequence[str]
) -> Iterator[str]:
    """Yield the rules of guesses that do not decide, as comments."""
    chosen = [row for row in rows if not row.decides and row.guess.confidence != "none"]
    if not any(map(_writable, chosen)):
        return
    yield from ("", f"# {'-' * 30} guesses that are too uncertain: uncomment if right")
    for kind in KINDS:
        ones = [row for row in chosen if row.kind == kind and _writable(row)]
        if ones:
            yield from (
                f"# {one}".rstrip() for one in _rules_of(kind, ones, decided, taxonomy, guard)
            )


def _specificity(row: Row) -> tuple[int, tuple[str, ...]]:
    return row.guess.weight, row.key


def _writable(row: Row) -> bool:
    """Return whether a rule can test for the row: its folded key is not empty."""
    return bool(row.key) or row.kind == "page"


def _list_rules(rows: Sequence[Row], taxonomy: Taxonomy, extra: Sequence[str]) -> Iterator[str]:
    """Yield a rule for each type or reason to leave events out, with the list of all its names."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.guess.type, row.guess.leave_out), []).append(row)
    volume = {key: sum(row.count for row in chosen) for key, chosen in groups.items()}
    for key in sorted(groups, key=lambda one: (not one[0], -volume[one])):
        chosen = groups[key]
        shown = _label(taxonomy, key[0]) if key[0] else "no touchpoints"
        yield from ("", f"[[rule]]  # {counted(volume[key], 'event')}: {shown}")
        yield f"type = {quoted(key[0])}" if key[0] else f"leave_out = {quoted(key[1])}"
        yield f"when.{key_of(chosen[0].field)} = ["
        yield from (f"    {quoted(row.value)},  # {_remark(row)}" for row in chosen)
        yield "]"
        yield from extra


def _pattern_rule(row: Row, taxonomy: Taxonomy, *, locale: bool) -> list[str]:
    head = f"[[rule]]  # {_remark(row)}: {_label(taxonomy, row.guess.type)}"
    lines = [head, f"type = {quoted(row.guess.type)}"]
    field = key_of(row.field)
    if row.kind == "page":
        regex = quoted(page_regex(row.key, locale=locale))
        return [*lines, f"when.{field}.regex = {regex}  # {plain(row.value)}"]
    parts = [f"{{ {field}.regex = {quoted(one)} }}" for one in text_regexes(row.key)]
    return [*lines, f"when.all = [{', '.join(parts)}]"]


def _guard(names: str, general: Sequence[str | None]) -> list[str]:
    """Return the condition that the name of an event is missing or general."""
    listed = [quoted(one) for one in general if one is not None]
    if not names or not general:
        return []
    field = key_of(names)
    given = f"{field} = [{', '.join(listed)}]"
    if None not in general:
        return [f"when.{given}"]
    if not listed:
        return [f"when.{field}.missing = true"]
    return [f"when.any = [{{ {field}.missing = true }}, {{ {given} }}]"]


def _without_guess(rows: Iterable[Row]) -> Iterator[str]:
    chosen = [row for row in rows if row.field]
    if chosen:
        yield from ("", f"# {'-' * 30} without a guess, by volume")
        yield "# Move the lines that matter into the list of their type."
        for row in chosen:
            field = "" if row.kind == "name" else f"{plain(row.field)} with "
            yield f"#     {field}{quoted(row.value)},  # {_remark(row)}"


def _remark(row: Row) -> str:
    events = counted(row.count, "event")
    if row.guess.confidence == "none":
        return f"{events}: {plain(row.guess.reason)}"
    return f"{events}, {row.guess.confidence}: {plain(row.guess.reason)}"


def _label(taxonomy: Taxonomy, type_: str) -> str:
    return plain(taxonomy.label("type", type_))


def taxonomy_text(decided: Decided, *, taxonomy: Taxonomy, extends: str, called: str) -> str:
    """Return a taxonomy as TOML, with a proposed type for each name without a guess."""
    languages = ", ".join(quoted(one) for one in taxonomy.languages)
    lines = [
        "# Draft of a taxonomy. It has all types of the taxonomy it extends. Write missing types",
        "# below, and use them in the rules.",
        "",
        f"name = {quoted(called)}",
        'version = "0.1"',
        f"extends = {quoted(extends)}",
        f"languages = [{languages}]",
    ]
    rows = [
        row
        for row in decided.rows
        if row.guess.confidence == "none" and row.kind == "name" and not row.guess.channel
    ]
    if rows:
        lines += [
            "",
            "# Names without a guessed type, by volume. Where a name needs a new type, uncomment",
            "# its line and fill it in.",
        ]
    taken = {*taxonomy.types, *taxonomy.facets["channel"].terms}
    lines += [_proposal(row, taxonomy, taken) for row in rows]
    return "\n".join(lines) + "\n"


def _proposal(row: Row, taxonomy: Taxonomy, taken: set[str]) -> str:
    words = [word for word in words_of(row.value[:_MAX_SHOWN]) if word.isascii()]
    stem = "_".join(words) or "touchpoint"
    name = next(one for one in _numbered(stem) if one not in taken)
    taken.add(name)
    label = quoted(" ".join(words).capitalize() or "Touchpoint")
    labels = ", ".join(f"{key_of(lang)} = {label}" for lang in taxonomy.languages)
    unknown = 'need = "unknown", context = "unknown"'
    kind = f"types.{key_of(name)} = {{ labels = {{ {labels} }}, {unknown} }}"
    return f"# {kind}  # {quoted(row.value[:_MAX_SHOWN])}, {_remark(row)}"


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}_{number}"
        number += 1


def quoted(text: str) -> str:
    """Return a text as a TOML string."""
    shown = json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)
    return _INVISIBLE.sub(lambda found: "".join(f"\\u{ord(one):04x}" for one in found[0]), shown)


def plain(text: str) -> str:
    """Return a text for a comment: on one line, without invisible characters."""
    return _INVISIBLE.sub(" ", " ".join(text.split()))


def key_of(name: str) -> str:
    """Return the name of a field as a TOML key."""
    if name in _OPERATORS:
        raise InvalidInputError(
            f"rules cannot refer to a column named {name!r}", mend="rename the column"
        )
    return name if _BARE.fullmatch(name) else quoted(name)
