"""The touchpoints of a bakery, and classifiers for the events of its till."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import touchpoints as tp

HERE = Path(__file__).parent

raw = "a text is no classifier"


@tp.classifier(reads=("button",))
def till(event: Mapping[str, Any]) -> str | None:
    """Type what was pressed on the till."""
    return {"sold": "purchase", "tasted": "bread_tasting"}.get(event["button"])


def till_rules() -> tp.classify.Rules:
    """Read the rules of this package: only when they are asked for."""
    return tp.classify.rules(HERE / "till.toml", taxonomy=bakery())


def bakery() -> tp.Taxonomy:
    """Read the taxonomy of this package."""
    return tp.read_taxonomy(HERE / "bakery.toml")
