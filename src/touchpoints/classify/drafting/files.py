"""The files of a draft: rules and a taxonomy as TOML, a comment beside each line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from touchpoints.classify.drafting.rows import KINDS, Decided, Row, page_regex, text_regexes
from touchpoints.classify.web.event_names import words_of
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy

_BARE = re.compile(r"[A-Za-z0-9_\-]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_JOINING = ("all", "any", "not")
_MOST_SHOWN = 80

_HEADS = {
    "name": "by name",
    "campaign": "by campaign, of events whose name says nothing",
    "page": "by page, of events whose name says nothing; the longest path first",
    "text": "by words in the text, of events whose name says nothing",
    "general": "by a name that says no more than that a page was seen",
}


def rules_text(
    decided: Decided, *, taxonomy: Taxonomy, names: str, called: str, min_count: int
) -> str:
    """Return the rules of a draft as TOML.

    Parameters
    ----------
    names
        The field with the name of events, empty when there is none.
    called
        The name of the rules.
    min_count
        Rows of fewer events get no line.
    """
    rows = [row for row in decided.rows if row.count >= min_count]
    typed = [row for row in rows if row.guess.type and _writable(row)]
    lines = [*_rules_head(decided.rows), f"name = {quoted(called)}"]
    lines += _not_guessed(row for row in rows if row.guess.confidence == "none")
    lines += _left_out(row for row in rows if row.guess.confidence != "none" and not row.guess.type)
    guard = _guard(names, decided.general)
    for kind in KINDS:
        chosen = [row for row in typed if row.kind == kind]
        if chosen:
            lines += ["", f"# {'-' * 30} {_HEADS[kind]}"]
        if kind in ("page", "text"):
            for row in sorted(chosen, key=_telling, reverse=True):
                locale = row.key in decided.localised
                lines += ["", *_pattern_rule(row, taxonomy, locale=locale), *guard]
        else:
            extra = guard if kind == "campaign" else []
            lines += _list_rules(chosen, taxonomy, extra)
    return "\n".join(lines) + "\n"


def _telling(row: Row) -> tuple[int, tuple[str, ...]]:
    return row.guess.weight, row.key


def _writable(row: Row) -> bool:
    """Tell whether a rule can ask for the row: something of it is left when it is folded."""
    return bool(row.key) or row.kind == "page"


def _rules_head(rows: Sequence[Row]) -> list[str]:
    total = sum(row.count for row in rows)
    typed = sum(row.count for row in rows if row.guess.type)
    none = sum(row.count for row in rows if not row.guess.type and row.guess.confidence != "none")
    share = f" ({typed / total:.1%})" if total else ""
    return [
        "# A draft of rules, made from the names in a log: guesses for you to correct.",
        "# Move a line that is wrong to the rule of another type, or take it out. Rules are asked",
        "# in this order and the first that holds decides. Each line has its reason beside it.",
        "#",
        f"# Of {total:,} events {typed:,} get a type{share}; {none:,} are no touchpoints.",
        "",
    ]


def _list_rules(rows: Sequence[Row], taxonomy: Taxonomy, extra: Sequence[str]) -> Iterator[str]:
    """Yield a rule for each type, with the list of all names of it."""
    types = dict.fromkeys(row.guess.type for row in rows)
    volume = {one: sum(row.count for row in rows if row.guess.type == one) for one in types}
    for one in sorted(types, key=lambda type_: -volume[type_]):
        chosen = [row for row in rows if row.guess.type == one]
        yield from ("", f"[[rule]]  # {volume[one]:,} events: {_label(taxonomy, one)}")
        yield f"type = {quoted(one)}"
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
    """Return the condition that an event has no name, or one that says nothing."""
    said = [quoted(one) for one in general if one is not None]
    if not names or not general:
        return []
    field = key_of(names)
    given = f"{field} = [{', '.join(said)}]"
    if None not in general:
        return [f"when.{given}"]
    if not said:
        return [f"when.{field}.missing = true"]
    return [f"when.any = [{{ {field}.missing = true }}, {{ {given} }}]"]


def _not_guessed(rows: Iterable[Row]) -> Iterator[str]:
    chosen = [row for row in rows if row.field]
    if chosen:
        yield from ("", f"# {'-' * 30} not guessed, by volume")
        yield "# Write the type of those that matter and take the marks away."
    for row in chosen:
        yield from ("#", f"# [[rule]]  # {_remark(row)}", '# type = ""')
        asked = ".contains" if row.kind == "none" else ""
        yield f"# when.{key_of(row.field)}{asked} = {quoted(row.value)}"


def _left_out(rows: Iterable[Row]) -> Iterator[str]:
    chosen = list(rows)
    if chosen:
        yield from ("", f"# {'-' * 30} known to be no touchpoint")
        yield "# They stay without a type: leave them out with unmatched='drop'."
        yield from (f"#     {quoted(row.value)}  # {_remark(row)}" for row in chosen)


def _remark(row: Row) -> str:
    noun = "event" if row.count == 1 else "events"
    if row.guess.confidence == "none":
        return f"{row.count:,} {noun}: {plain(row.guess.reason)}"
    return f"{row.count:,} {noun}, {row.guess.confidence}: {plain(row.guess.reason)}"


def _label(taxonomy: Taxonomy, type_: str) -> str:
    return plain(taxonomy.label("type", type_))


def taxonomy_text(decided: Decided, *, taxonomy: Taxonomy, extends: str, called: str) -> str:
    """Return a taxonomy to extend, with a proposal for each name no type was found for."""
    languages = ", ".join(quoted(one) for one in taxonomy.languages)
    lines = [
        "# A draft of a taxonomy. All types of the one it extends are there; what is missing is",
        "# written below and used in the rules.",
        "",
        f"name = {quoted(called)}",
        'version = "0.1"',
        f"extends = {quoted(extends)}",
        f"languages = [{languages}]",
    ]
    rows = [row for row in decided.rows if row.guess.confidence == "none" and row.kind == "name"]
    if rows:
        lines += [
            "",
            "# Names of which no type was guessed, by volume. Where one is a touchpoint of a",
        ]
        lines += ["# new type, take the marks away and say what it is."]
    taken = {*taxonomy.types, *taxonomy.facets["channel"].terms}
    for row in rows:
        lines += _proposal(row, taxonomy, taken)
    return "\n".join(lines) + "\n"


def _proposal(row: Row, taxonomy: Taxonomy, taken: set[str]) -> list[str]:
    words = [word for word in words_of(row.value[:_MOST_SHOWN]) if word.isascii()]
    stem = "_".join(words) or "touchpoint"
    name = next(one for one in _numbered(stem) if one not in taken)
    taken.add(name)
    label = quoted(" ".join(words).capitalize() or "Touchpoint")
    labels = ", ".join(f"{key_of(lang)} = {label}" for lang in taxonomy.languages)
    return [
        "#",
        f"# [types.{key_of(name)}]  # {quoted(row.value[:_MOST_SHOWN])}, {_remark(row)}",
        f"# labels = {{ {labels} }}",
        '# need = "unknown"',
        '# context = "unknown"',
    ]


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}_{number}"
        number += 1


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    shown = json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)
    return _UNSEEN.sub(lambda found: "".join(f"\\u{ord(one):04x}" for one in found[0]), shown)


def plain(text: str) -> str:
    """Return a text for a comment: on one line, without characters one cannot see."""
    return _UNSEEN.sub(" ", " ".join(text.split()))


def key_of(name: str) -> str:
    """Return the name of a field as a key of TOML."""
    if name in _JOINING:
        raise InvalidInputError(
            f"a column named {name!r} cannot be asked for in rules", mend="rename the column"
        )
    return name if _BARE.fullmatch(name) else quoted(name)
