"""What a customer of a bank needs, from one sentence: written words against learned ones.

    python banking77.py FOLDER

FOLDER holds train.csv.gz and test.csv.gz of the Banking77 data set (PolyAI, CC BY 4.0), with the
columns text and category. Its 77 intents are grouped into the ten needs of banking77_taxonomy.toml.
Prints how right the words of banking77_keywords.toml and a classifier learned on the train split
are about the test split, and how far the two agree. The second part needs scikit-learn:
pip install "touchpoints[learn]".
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import touchpoints as tp
from touchpoints import classify
from touchpoints.errors import TouchpointsError

HERE = Path(__file__).parent
NEED = "need"
THRESHOLD = 0.5

Example = tuple[dict[str, Any], classify.Answer]


def needs() -> tp.Taxonomy:
    """Read the ten needs, on top of the built-in taxonomy of customers."""
    return tp.read_taxonomy(HERE / "banking77_taxonomy.toml")


def read_split(path: Path, taxonomy: tp.Taxonomy) -> list[Example]:
    """Read sentences, each with the need that its intent belongs to."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = classify.by_column("category", facet=NEED, taxonomy=taxonomy).batch(rows)
    return list(zip(rows, labels, strict=True))


def written_words(taxonomy: tp.Taxonomy) -> classify.Keywords:
    """Return the classifier by words; a top-up that did not arrive is still about topping up."""
    return classify.keywords(HERE / "banking77_keywords.toml", taxonomy=taxonomy, negations=())


def learned_words(train: list[Example]) -> classify.Learned:
    """Return the classifier that learns the weights of words and pairs of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode"),
        LogisticRegression(C=10, max_iter=1000),
    )
    labelled = [(row["text"], one[NEED]) for row, one in train if isinstance(one, tp.Facets)]
    model.fit(*zip(*labelled, strict=True))
    return classify.learned(model, reads="text", labels=NEED, threshold=THRESHOLD)


def share(row: Mapping[str, Any], name: str) -> str:
    """Write a share with its 95 % interval."""
    return f"{row[name]:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"


def print_overall(found: Mapping[str, classify.Evaluation]) -> None:
    """Print one line a classifier."""
    print(f"{'':<24}{'answered':>8}{'abstained':>11}  {'accuracy':<21}  coverage")
    for name, one in found.items():
        row = one.facets.to_dicts()[0]
        counts = f"{row['answered']:>8,}{row['abstained']:>11,}"
        print(f"{name:<24}{counts}  {share(row, 'accuracy')}  {share(row, 'coverage')}")


def print_needs(name: str, one: classify.Evaluation) -> None:
    """Print one line a need."""
    print(f"\n{name:<18}{'labelled':>8}  {'precision':<21}  recall")
    for row in one.terms.to_dicts():
        shares = f"{share(row, 'precision')}  {share(row, 'recall')}"
        print(f"{row['term']:<18}{row['labelled']:>8,}  {shares}")


def print_agreement(found: classify.Agreement) -> None:
    """Print how far the two agree, and where they differ most."""
    kappa = f"{found.kappa:.3f} [{found.kappa_low:.3f}, {found.kappa_high:.3f}]"
    shared = f"{found.share:.3f} [{found.share_low:.3f}, {found.share_high:.3f}]"
    print(f"\nkeywords and learned agree on {shared}, kappa {kappa}; they differ most in")
    for row in found.disagreements()[:5]:
        print(f"{row['events']:>6,}  {row['first']} against {row['second']}")


def main() -> None:
    """Read, classify, compare, print."""
    options = argparse.ArgumentParser(description="Ten needs from the sentences of Banking77.")
    options.add_argument("folder", type=Path, help="where train.csv.gz and test.csv.gz are")
    folder = options.parse_args().folder
    taxonomy = needs()
    test = read_split(folder / "test.csv.gz", taxonomy)
    words = written_words(taxonomy)
    classifiers: dict[str, classify.Classifier] = {"keywords": words}
    if find_spec("sklearn"):
        learned = learned_words(read_split(folder / "train.csv.gz", taxonomy))
        classifiers["learned"] = learned
        classifiers["learned, else keywords"] = classify.combine(learned, words)
    found = {
        name: classify.evaluate_classifier(one, test, taxonomy=taxonomy)
        for name, one in classifiers.items()
    }
    print(f"{len(test):,} sentences, with 95 % intervals")
    print_overall(found)
    print_needs("keywords", found["keywords"])
    if "learned" not in found:
        print('\nNothing is learned without scikit-learn: pip install "touchpoints[learn]"')
        return
    print_needs("learned", found["learned"])
    print_agreement(classify.agreement(words, learned, events=[one for one, _ in test], facet=NEED))


if __name__ == "__main__":
    try:
        main()
    except (TouchpointsError, OSError) as error:
        raise SystemExit(f"banking77.py: {error}") from None
