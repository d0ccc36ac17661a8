"""What typing events costs beside coding their columns: the ratio, and the seconds of each part.

    python benchmarks/classification.py --events 10000000

Visits with a source, a medium and a campaign, text in a polars frame, in up to 50,000 different
combinations. A rule, a function or an estimator is asked once for each combination, so what counts
is how fast the combinations are found and the answers spread. *Coding* is what any tool does first:
each column of text as numbers and its distinct texts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from scaling import least_seconds

import touchpoints as tp
from touchpoints._core.reading import table_of
from touchpoints.classify.typing import match_events

FIELDS = ("source", "medium", "campaign")
MOST_TUPLES = 50_000
NETWORKS = ("twitter", "twitter.com", "t.co", "x", "x.com")

RULES = {
    "name": "visits",
    "rule": [
        {
            "name": "flash sale",
            "when": {
                "source": list(NETWORKS),
                "campaign": {"regex": "flash.?sale|(venta|oferta).?(flash|relampago)"},
            },
            "type": "flash_sale_ad_response",
            "need": "save_money",
            "context": "curiosity",
        },
        {"when": {"medium": "email"}, "type": "email_campaign"},
        {"when": {"medium": ["display", "push"]}, "type": "ad_exposure"},
        {
            "when": {"source": {"starts": "source1"}, "medium": {"not": "cpc"}},
            "type": "website_visit",
            "channel": "website",
        },
        {"when": {"campaign": {"contains": "_7"}}, "type": "review_read"},
        {"when": {"any": [{"medium": "organic"}, {"source": "google"}]}, "type": "search_query"},
        {"when": {}, "type": "website_navigation"},
    ],
}


@tp.classifier(reads=FIELDS)
def by_function(event: Mapping[str, Any]) -> str:
    """Type a visit as a plain function does."""
    if event["source"] in NETWORKS and "flash" in event["campaign"]:
        return "flash_sale_ad_response"
    return "email_campaign" if event["medium"] == "email" else "website_navigation"


@dataclass(frozen=True)
class Visits:
    """A frame of visits, and how many different ones are in it."""

    frame: pl.DataFrame
    tuples: int
    taxonomy: tp.Taxonomy
    rules: tp.classify.Rules

    @classmethod
    def make(cls, events: int, *, seed: int = 1) -> Visits:
        """Draw visits; same numbers in, same visits out."""
        rng = np.random.default_rng(seed)
        names = {
            "source": [*NETWORKS, "google", "bing", *(f"source{one}.com" for one in range(193))],
            "medium": [
                "cpc",
                "organic",
                "email",
                "display",
                "push",
                *map("medium{}".format, range(15)),
            ],
            "campaign": [f"venta flash {one}" for one in range(20)]
            + [f"campaign_{one}" for one in range(280)],
        }
        size = np.prod([len(several) for several in names.values()])
        tuples = min(MOST_TUPLES, max(events // 20, 1))
        chosen = rng.choice(int(size), size=tuples, replace=False)
        chosen[:1] = 0
        picked = chosen[rng.integers(0, tuples, size=events)]
        places = np.unravel_index(picked, [len(several) for several in names.values()])
        columns = {
            name: pl.Series(name, names[name]).gather(pl.Series(place))
            for name, place in zip(names, places, strict=True)
        }
        taxonomy = tp.load_taxonomy("customer")
        rules = tp.classify.rules(RULES, taxonomy=taxonomy)
        return cls(pl.DataFrame(columns), len(np.unique(picked)), taxonomy, rules)

    def coded(self) -> dict[str, Any]:
        """Code each column."""
        table = table_of(self.frame)
        table.load(("reads", name) for name in FIELDS)
        return {name: table.kept(name) for name in FIELDS}

    def typed(self, classifier: Any) -> Any:
        """Code each column and type every visit."""
        codes, matched = match_events(self.coded(), classifier, self.taxonomy)
        return codes, matched

    def steps(self) -> dict[str, Callable[[], Any]]:
        """Return what is measured, ready to be called."""
        return {
            "coding": self.coded,
            "rules": partial(self.typed, self.rules),
            "function": partial(self.typed, by_function),
        }


def main() -> None:
    """Print one line a step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    visits = Visits.make(options.events)
    seconds = {
        name: least_seconds(call, rounds=options.rounds) for name, call in visits.steps().items()
    }
    print(f"{options.events:,} events, {visits.tuples:,} distinct")
    print("| step | seconds | times coding |")
    print("|---|--:|--:|")
    for name, value in seconds.items():
        print(f"| {name} | {value:.3f} | {value / seconds['coding']:.2f} |")


if __name__ == "__main__":
    main()
