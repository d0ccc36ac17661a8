"""The words for metrics of scores, and for what is asked of interactions."""

from __future__ import annotations

from touchpoints.experience import METRICS
from touchpoints.plot._shared.look import Look, has_words, shown

_OUTCOME = "outcome "


def metric_name(look: Look, metric: str) -> str:
    """Return the name of a metric in the language; that of one of your own as it is."""
    return look.say(f"metrics.{metric}") if metric in METRICS else look.name(metric)


def lens_name(look: Look, lens: str) -> str:
    """Return the name of a lens in the language; others as they are."""
    return look.say(f"lenses.{lens}") if has_words(f"lenses.{lens}") else look.name(lens)


def asked(look: Look, of: str) -> str:
    """Return what is asked of interactions in the language: the outcome, what follows, a facet."""
    if of == "next touchpoint":
        return look.say("metrics.next")
    if of.startswith(_OUTCOME):
        return look.say("metrics.outcome", name=shown(of.removeprefix(_OUTCOME)))
    return look.name(of)
