"""Mentions on social networks: sentiment, shares, authors of several networks (A4, B20)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from tests.sources import story

FIXTURE = Path(__file__).parent / "data" / "social.ndjson"


def post(**more: Any) -> dict[str, Any]:
    """Return a post of Ana."""
    return {"author": "ana", "created_at": "2026-03-02T09:00:00Z", **more}


def test_the_story_is_read() -> None:
    """A4: who said what, where, and in which mood."""
    journeys = tp.sources.social(FIXTURE)
    kept = journeys.per_interaction

    assert story.told(journeys) == story.expected([[one] for one in story.SOCIAL])
    assert kept["network"].to_list() == ["x", "x"]
    assert kept["sentiment"].tolist() == [0, -0.8]
    assert kept["likes"].tolist() == [2, 14]
    assert kept["reach"].tolist() == [310, 2100]
    assert kept["url"].to_list() == ["https://x.example/900", "https://x.example/901"]


def test_mentions_are_typed_by_their_words() -> None:
    """The text is what keyword rules read, and the taxonomy knows the names of the reader."""
    taxonomy = tp.load_taxonomy("customer")
    words = tp.classify.keywords(
        {
            "type": {
                "complaint": ["came off", "says nothing"],
                "information_request": ["which trail shoes"],
            }
        }
    )
    typed = tp.sources.social(FIXTURE, touchpoint=words, taxonomy=taxonomy)

    assert [one.keys for one in typed] == [("information_request",), ("complaint",)]
    named = tp.sources.social([post(), post(type="share")], taxonomy=taxonomy)
    assert [one.type for one in named[0].touchpoints] == ["social_mention", "content_shared"]


def test_sentiment_is_summed_up() -> None:
    """B20: the column is that of the built-in metric."""
    rows = [post(author=str(one), sentiment=one) for one in (1, 0.5, -0.9)]
    found = tp.experience.assessments(tp.sources.social(rows), metric="sentiment")

    assert found.as_dict()["social_mention"] == pytest.approx(0.2)
    assert found.outside == 0


@pytest.mark.parametrize(
    ("said", "sentiment"),
    [
        ("positive", 1), ("Negative ", -1), ("neutral", 0), ("mixed", 0), ("negativo", -1),
        ("0.25", 0.25), (-1, -1), (np.float32(0.5), 0.5), (1, 1),
    ],
)  # fmt: skip
def test_words_and_numbers_are_sentiments(said: object, sentiment: float) -> None:
    """In English and Spanish."""
    journeys = tp.sources.social([post(sentiment=said)])

    assert journeys.per_interaction["sentiment"].tolist() == [sentiment]


@pytest.mark.parametrize("said", [5, -1.01, "4 stars", "angry", True, "nan?", {"score": 1}])
def test_other_scales_are_refused_with_the_mend(said: object) -> None:
    """Stars are no sentiment until they are rescaled."""
    rows = [post(sentiment=said), post(author="leo")]

    with pytest.raises(tp.errors.InvalidInputError, match="from -1 to 1") as error:
        tp.sources.social(rows)
    assert "(stars - 3) / 2" in error.value.mend
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 post cannot be read"):
        assert tp.sources.social(rows, on_error="skip").ids.tolist() == ["leo"]


def test_shares_have_their_own_name() -> None:
    """A repeat of another post is no new opinion; a quote and a reply are."""
    kinds = ["retweeted", "quoted", "replied_to"]
    rows = [post(referenced_tweets=[{"type": kind, "id": "1"}]) for kind in kinds]
    rows += [post(type="Share"), post(is_retweet="true"), post(is_retweet=0), post()]

    assert tp.sources.social(rows)[0].keys == (
        "content_shared",
        "social_mention",
        "social_mention",
        "content_shared",
        "content_shared",
        "social_mention",
        "social_mention",
    )


def test_an_author_of_two_networks_may_be_two_people() -> None:
    """The ids are counted; journeys of accounts keep them apart."""
    rows = [post(network="x"), post(network="instagram"), post(author="leo", network="x")]
    journeys = tp.sources.social(rows)

    assert journeys.ids.tolist() == ["ana", "leo"]
    assert list(journeys.meta.report.noted.values()) == [1]
    assert tp.sources.social(rows, journey="account").ids.tolist() == [
        "x/ana",
        "instagram/ana",
        "x/leo",
    ]


def test_repeated_posts_are_counted() -> None:
    """An id is of its network."""
    rows = [post(id=7, network="x"), post(id="7", network="x"), post(id=7, network="y"), post()]
    journeys = tp.sources.social(rows)

    assert len(journeys.codes) == 3
    assert journeys.meta.report.left_out_reasons == {"a post that an earlier row has": 1}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"created_at": None}, "a post has no created_at"),
        ({"created_at": "yesterday"}, "created_at must be a time"),
        ({"likes": "many"}, "likes must be a number"),
        ({"reach": -3}, "reach must be a number of at least 0"),
        ({"text": ["a"]}, "text must be text"),
        ({"is_retweet": "perhaps"}, "is_retweet must be true or false"),
    ],
)
def test_a_post_that_cannot_be_read_is_refused_or_counted(
    change: dict[str, Any], says: str
) -> None:
    """The message says which field."""
    rows = [post(), {**post(), **change}]

    with pytest.raises(tp.errors.InvalidInputError, match=says):
        tp.sources.social(rows)
    with pytest.warns(tp.errors.TouchpointsWarning, match=says):
        assert tp.sources.social(rows, on_error="skip").meta.report.skipped == 1


def test_posts_of_nobody_known_are_counted() -> None:
    """A deleted account is null."""
    journeys = tp.sources.social({"data": [post(), post(author=None)]})

    assert len(journeys) == 1
    assert journeys.meta.report.without_journey == 1


def test_a_folder_or_nothing_is_refused(tmp_path: Path) -> None:
    """What is no file says so; an empty one has no posts."""
    (tmp_path / "empty").touch()

    with pytest.raises(tp.errors.NotFoundError, match="is a folder"):
        tp.sources.social(tmp_path)
    assert len(tp.sources.social(tmp_path / "empty")) == 0
