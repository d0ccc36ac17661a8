"""How many names of strangers' logs `draft` types right, list by list.

    python benchmarks/typing_names.py names.tsv

The file has the columns list, taxonomy, field, name, count and right, separated by tabs. `right`
holds the right types of a name, separated by `/`; `-` stands for no touchpoint. What *decides* is
what is an active line of the drafted rules: guesses of high or medium confidence.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import touchpoints as tp
from touchpoints._core.text import fold_spaced

# Types that are younger than many lists, with what such lists could only say instead.
NARROWER = {
    "account_transaction": {"product_use", "purchase", "renewal"},
    "bill_paid": {"checkout", "purchase", "renewal", "account_visit", "pt_billing"},
    "bill_received": {"account_visit", "email_reminder", "letter_read", "notification_read"},
    "boarding": {"product_use"},
    "check_in": {"product_use", "account_signup"},
    "delivery_problem": {"error_met", "complaint", "order_tracking"},
    "insurance_claim": {"complaint", "customer_service"},
    "plan_change": {"purchase", "renewal"},
    "reservation": {"purchase", "information_request"},
    "reservation_change": {"cancellation", "purchase", "product_use"},
    "service_visit": {"customer_service", "delivery_received"},
    "stay": {"product_use"},
    "pt_ambulance": {"pt_registration"},
    "pt_birth": {"pt_procedure"},
    "pt_consent": {"pt_registration", "pt_procedure"},
    "pt_intensive_care": {"pt_admission", "pt_procedure", "pt_nursing"},
    "pt_medication_advice": {"pt_medication", "pt_prescription_pickup"},
    "pt_monitoring": {"pt_test", "pt_telehealth"},
    "pt_nurse_line": {"customer_service", "pt_telehealth"},
    "pt_preop": {"pt_consultation", "pt_test"},
    "pt_screening": {"pt_consultation"},
    "pt_transfer": {"pt_admission"},
}
DECIDING = ("high", "medium")
NONE = "-"
# Names without a guess that differ only in numbers share a row, under another value.
UNKNOWN = {"type": "", "confidence": "none"}
ENOUGH = 0.95


@dataclass(frozen=True)
class Name:
    """A name, its events, its right types, and what the draft says of it."""

    name: str
    count: int
    right: frozenset[str]
    guess: str
    confidence: str
    strict: bool = True

    @property
    def is_right(self) -> bool:
        """Return whether the guess is right; being known as no touchpoint is a guess as well."""
        if (self.guess or NONE) in self.right:
            return True
        return not self.strict and not self.right.isdisjoint(NARROWER.get(self.guess, ()))

    @property
    def decides(self) -> bool:
        """Return whether the guess is an active line of the rules."""
        return self.confidence in DECIDING

    @property
    def needs_a_type(self) -> bool:
        """Return whether the name is certainly a touchpoint."""
        return NONE not in self.right

    @property
    def ends_right(self) -> bool:
        """Return whether the drafted rules, unedited, answer rightly."""
        return self.is_right if self.decides else NONE in self.right


@dataclass
class Tally:
    """The names of a list, and the shares that are printed of it."""

    names: list[Name] = field(default_factory=list)

    def precision(self, *confidences: str) -> float:
        """Return the share of right guesses among those of these confidences."""
        return share(one.is_right for one in self.names if one.confidence in confidences)

    @property
    def right_of_need(self) -> float:
        """Return the share of names that need a type and get a right one from what decides."""
        return share(one.decides and one.is_right for one in self.names if one.needs_a_type)

    @property
    def volume_right(self) -> float:
        """Return the share of events that the unedited rules answer rightly."""
        total = sum(one.count for one in self.names)
        right = sum(one.count for one in self.names if one.ends_right)
        return right / total if total else float("nan")

    @property
    def edits(self) -> int:
        """Return how many lines must be edited, by volume, until 95 % of the events are right."""
        total = sum(one.count for one in self.names)
        right = sum(one.count for one in self.names if one.ends_right)
        wrong = sorted((one.count for one in self.names if not one.ends_right), reverse=True)
        edited = 0
        while wrong and right < ENOUGH * total:
            right += wrong.pop(0)
            edited += 1
        return edited


def share(flags: Iterable[bool]) -> float:
    """Return the share of true values; nan of none."""
    values = list(flags)
    return sum(values) / len(values) if values else float("nan")


def read_lists(path: Path) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """Yield the name, the taxonomy and the rows of each list of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for one, taxonomy in dict.fromkeys((row["list"], row["taxonomy"]) for row in rows):
        yield one, taxonomy, [row for row in rows if row["list"] == one]


def typed(taxonomy: str, rows: list[dict[str, str]], *, strict: bool = True) -> list[Name]:
    """Return the names of a list with the guesses of the draft.

    Unless `strict`, a type that is younger than the list is right where the list could only give
    the wider one.
    """
    log = {"name": [row["name"] for row in rows], "n": [int(row["count"]) for row in rows]}
    found = tp.classify.draft(log, name="name", count="n", taxonomy=taxonomy)
    guesses = {fold_spaced(row["value"]): row for row in found.to_dicts()}
    names = []
    for row in rows:
        guess = guesses.get(fold_spaced(row["name"]), UNKNOWN)
        names.append(
            Name(
                row["name"],
                int(row["count"]),
                frozenset(row["right"].split("/")),
                guess["type"],
                guess["confidence"],
                strict,
            )
        )
    return names


def line_of(label: str, tally: Tally) -> str:
    """Return a row of the table."""
    shares = [
        tally.precision(*DECIDING),
        *(tally.precision(one) for one in ("high", "medium", "low")),
        tally.right_of_need,
        tally.volume_right,
    ]
    deciding = sum(one.decides for one in tally.names)
    figures = " ".join(f"{one:8.2f}" for one in shares)
    return f"{label:22}{len(tally.names):6}{deciding:9} {figures} {tally.edits:6}"


def table_of(path: Path, *, wrong: bool, strict: bool) -> Iterator[str]:
    """Yield the lines of the table, and of the wrong guesses."""
    heads = ("decided", "high", "medium", "low", "of need", "volume")
    yield f"{'list':22}{'names':>6}{'deciding':>9} {' '.join(f'{one:>8}' for one in heads)}  edits"
    every = Tally()
    notes = []
    for label, taxonomy, rows in read_lists(path):
        names = typed(taxonomy, rows, strict=strict)
        every.names.extend(names)
        yield line_of(label, Tally(names))
        notes += [f"{label:18} {note}" for one in names if (note := note_of(one))]
    yield line_of("all", every)
    yield from notes if wrong else ()


def note_of(one: Name) -> str:
    """Return what is wrong with a guess, or ""."""
    right = "/".join(sorted(one.right))
    if one.decides and not one.is_right:
        return f"WRONG  {one.name!r}: {one.guess or NONE} ({one.confidence}), right: {right}"
    if not one.decides and one.needs_a_type:
        return f"missed {one.name!r}: {one.guess or NONE} ({one.confidence}), right: {right}"
    return ""


def main() -> None:
    """Print the table of a file of lists."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path, help="lists of names, separated by tabs")
    parser.add_argument("--wrong", action="store_true", help="list wrong and missed guesses too")
    parser.add_argument(
        "--narrower",
        action="store_true",
        help="types that are younger than the lists are right where the wider type was",
    )
    options = parser.parse_args()
    lines = table_of(options.file, wrong=options.wrong, strict=not options.narrower)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
