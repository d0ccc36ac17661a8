"""What people write to a shop: how many needs the keywords find, and how many they make up."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import touchpoints as tp
from touchpoints.classify.contract.answers import verdict_of

HERE = Path(__file__).parent
LISTS = tomllib.loads((HERE / "need_sentences.toml").read_text(encoding="utf-8"))
TAXONOMY = tp.load_taxonomy("customer")


def counted(name: str, **options: str) -> tuple[int, int, int]:
    """Return how many sentences state a need, and how many answers are right and wrong."""
    words = tp.classify.keywords(HERE / "need_words.toml", taxonomy=TAXONOMY, **options)
    stated = right = wrong = 0
    for text, needs in LISTS[name]["sentences"]:
        found = verdict_of(words({"text": text})).facets.get("need", "")
        stated += bool(needs)
        right += found in needs.split("/") and bool(found)
        wrong += bool(found) and found not in needs.split("/")
    return stated, right, wrong


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_sentences_with_and_without_a_need(name: str) -> None:
    """Forty-five sentences each, eleven of them without a need, none twice."""
    texts = [text for text, _ in LISTS[name]["sentences"]]
    needs = [needs for _, needs in LISTS[name]["sentences"]]
    assert (45, 45, 11) == (len(texts), len(set(texts)), needs.count(""))
    assert set() == {one for several in needs for one in several.split("/") if one} - set(
        TAXONOMY.facets["need"].terms
    )


@pytest.mark.parametrize(
    ("name", "least"),
    [("first", 33), ("second", 31), ("third", 28), ("fourth", 26), ("fifth", 30), ("sixth", 30)],
)
def test_most_needs_are_found_and_none_is_made_up(name: str, least: int) -> None:
    """Of 34 needs at least so many, and no answer is wrong."""
    stated, right, wrong = counted(name)
    assert (34, 0) == (stated, wrong)
    assert right >= least


@pytest.mark.parametrize("name", LISTS)
def test_ties_by_the_taxonomy_lose_no_precision(name: str) -> None:
    """Where needs tie, the one that the taxonomy has first is one that the sentence states."""
    _, right, wrong = counted(name, ties="taxonomy")
    assert 0 == wrong
    assert right >= counted(name)[1]
