"""Clinical or not: hospital logs, FHIR encounters and office records, typed by rules.

    python clinical.py
    python clinical.py FOLDER

Types the appointments, claims and portal messages of patient_records.csv and compares the rules
with the labels that a person gave each record. FOLDER may hold patients.csv.gz (the emergency
department of the bupaR documentation) and fhir10/Encounter.000.ndjson.gz (Synthea): they are typed
and compared as well. Prints which touchpoints around care a source says nothing of.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

import touchpoints as tp
from touchpoints import classify
from touchpoints.errors import TouchpointsError

HERE = Path(__file__).parent
CLINICALITY = "clinicality"
KINDS = ("clinical", "non_clinical")


@attrs.frozen(kw_only=True)
class Source:
    """Events of one kind, the rules that type them, and what a person says of them."""

    name: str
    events: list[dict[str, Any]]
    rules: str
    person: str
    time: str
    labels: Mapping[str, classify.Classifier]

    def journeys(self, taxonomy: tp.Taxonomy) -> tp.Journeys:
        """Return the journeys of patients, typed; what no rule catches is left out."""
        return tp.from_records(
            self.events,
            journey=self.person,
            time=self.time,
            touchpoint=self.classifier(taxonomy),
            taxonomy=taxonomy,
            unmatched="drop",
        )

    def classifier(self, taxonomy: tp.Taxonomy) -> classify.Rules:
        """Return the rules."""
        return classify.rules(HERE / self.rules, taxonomy=taxonomy)

    def agreements(self, taxonomy: tp.Taxonomy) -> dict[str, classify.Agreement]:
        """Compare the rules with the labels, for each facet that is labelled."""
        rules = self.classifier(taxonomy)
        return {
            facet: classify.agreement(
                label, rules, events=self.events, facet=facet, taxonomy=taxonomy
            )
            for facet, label in self.labels.items()
        }


def judged(column: str, kind: str) -> classify.ByColumn:
    """Return the labels given to each kind of event, as a classifier."""
    with (HERE / "clinical_labels.toml").open("rb") as file:
        said = tomllib.load(file)[kind]
    terms = {value: term for term, values in said.items() for value in values}
    return classify.by_column(column, facet=CLINICALITY, terms=terms)


def office_records(taxonomy: tp.Taxonomy) -> Source:
    """Read the appointments, claims and messages, each labelled by a person."""
    with (HERE / "patient_records.csv").open(newline="", encoding="utf-8") as file:
        events = list(csv.DictReader(file))
    labels = {
        facet: classify.by_column(facet, facet=facet, taxonomy=taxonomy)
        for facet in ("type", CLINICALITY)
    }
    return Source(
        name="office records",
        events=events,
        rules="record_rules.toml",
        person="person",
        time="time",
        labels=labels,
    )


def emergency_department(path: Path) -> Source:
    """Read the beginnings of the activities in an emergency department."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        events = [row for row in csv.DictReader(file) if row["registration_type"] == "start"]
    return Source(
        name="emergency department",
        events=events,
        rules="emergency_rules.toml",
        person="patient",
        time="time",
        labels={CLINICALITY: judged("handling", "emergency")},
    )


def encounters(path: Path) -> Source:
    """Read FHIR encounters: patient, class, kind and beginning."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        resources = [json.loads(line) for line in file]
    events = [
        {
            "patient": one["subject"]["reference"],
            "class": one["class"]["code"],
            "kind": one["type"][0]["text"],
            "start": one["period"]["start"],
        }
        for one in resources
    ]
    return Source(
        name="FHIR encounters",
        events=events,
        rules="fhir_rules.toml",
        person="patient",
        time="start",
        labels={CLINICALITY: judged("kind", "fhir")},
    )


def types_around_care(taxonomy: tp.Taxonomy) -> dict[str, list[str]]:
    """Return the types of patients that are clinical by default, and the others."""
    added = [one for one in taxonomy.types.values() if one.id.startswith("pt_")]
    return {kind: [one.id for one in added if one.defaults[CLINICALITY] == kind] for kind in KINDS}


def print_content(source: Source, taxonomy: tp.Taxonomy) -> None:
    """Print how many interactions are of each kind, and how many of the types occur."""
    journeys = source.journeys(taxonomy)
    happened = [one for journey in journeys for one in journey.touchpoints]
    types = {one.type for one in happened}
    left = journeys.meta.report.unmatched
    print(f"\n{source.name}: {len(source.events):,} events, {left} that no rule catches")
    for kind, known in types_around_care(taxonomy).items():
        count = sum(one.clinicality == kind for one in happened)
        seen = [name for name in known if name in types]
        print(f"  {kind:<13}{count:>6,} interactions, {len(seen):>2} of {len(known)} types")
        if kind == "non_clinical" and len(seen) < len(known) / 2:
            print(listed("nothing of", [one for one in known if one not in types]))


def listed(what: str, names: Iterable[str]) -> str:
    """Return a list of names, in lines that fit a page."""
    return textwrap.fill(
        f"{what}: {', '.join(names)}", 88, initial_indent=" " * 4, subsequent_indent=" " * 6
    )


def print_agreement(source: Source, taxonomy: tp.Taxonomy) -> None:
    """Print how far the rules agree with the labels, and where they do not."""
    for facet, found in source.agreements(taxonomy).items():
        share = f"{found.share:.3f} [{found.share_low:.3f}, {found.share_high:.3f}]"
        kappa = f"{found.kappa:z.3f} [{found.kappa_low:z.3f}, {found.kappa_high:z.3f}]"
        print(f"  {facet}: as labelled in {share}, kappa {kappa}")
        for row in found.disagreements():
            print(f"    {row['events']:>3}  {row['first']}, taken for {row['second']}")


def main() -> None:
    """Read, type, compare, print."""
    options = argparse.ArgumentParser(description="What is clinical in logs and records, and not.")
    options.add_argument("folder", nargs="?", type=Path, help="where the logs are")
    folder = options.parse_args().folder
    taxonomy = tp.load_taxonomy("patient")
    sources = [office_records(taxonomy)]
    if folder:
        sources.append(emergency_department(folder / "patients.csv.gz"))
        sources.append(encounters(folder / "fhir10" / "Encounter.000.ndjson.gz"))
    for source in sources:
        print_content(source, taxonomy)
        print_agreement(source, taxonomy)


if __name__ == "__main__":
    try:
        main()
    except (TouchpointsError, OSError) as error:
        raise SystemExit(f"clinical.py: {error}") from None
