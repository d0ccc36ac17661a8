"""Read mentions on social networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from touchpoints._core.checks import public
from touchpoints.sources._shared import fields
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.fields import Unreadable, finished, needed, rows_in
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.skipped import Skipped

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_NAME, _SHARED = "social_mention", "content_shared"
_SHARES = frozenset(
    {"retweet", "retweeted", "share", "shared", "repost", "reposted", "reblog", "boost"}
)
_WORDS = {
    "positive": 1.0,
    "neutral": 0.0,
    "mixed": 0.0,
    "negative": -1.0,
    "positivo": 1.0,
    "neutro": 0.0,
    "mixto": 0.0,
    "negativo": -1.0,
}
_TEXTS = {
    "network": ("network", "platform"),
    "text": ("text", "full_text", "message", "content"),
    "url": ("url", "permalink", "permalink_url"),
}
_NUMBERS = {
    "reach": ("reach", "public_metrics.impression_count", "impressions"),
    "likes": ("likes", "public_metrics.like_count", "like_count"),
}
_OUTSIDE = "a sentiment must be from -1 to 1, or a word such as negative"
_MEND = "rescale other scales, for example stars from 1 to 5 by (stars - 3) / 2"


@public
def social(source: Any, **options: Unpack[ReadOptions]) -> Journeys:
    """Read mentions on social networks, one journey for each author.

    Parameters
    ----------
    source
        The mentions: a file (CSV, JSON, JSON lines, Parquet), records, columns or a dataframe, one
        row for each post. Needed: ``created_at``. Read as well: ``author_id`` (or ``author``),
        ``network`` (or ``platform``), ``text``, ``sentiment``, ``url``, ``reach``, ``likes``,
        ``id`` and ``type``; and the fields of posts of X (``public_metrics``,
        ``referenced_tweets``).
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"person"`` (the default) or
        ``"account"``: an author on one network.

    Returns
    -------
    Journeys
        The person is the author. The name is ``social_mention``, or ``content_shared`` where the
        type of the post says that it only repeats another one. Kept: ``network``, ``text``,
        ``sentiment`` in [-1, 1], ``url``, ``reach``, ``likes`` and ``event_id``.

    Raises
    ------
    InvalidInputError
        When a post has no time, a sentiment is on another scale, or a field cannot be read, and
        ``on_error="raise"``.

    Notes
    -----
    The words positive, neutral, mixed and negative, also in Spanish, are 1, 0, 0 and -1. Author ids
    are unique on their network only: the report counts those that several networks have. Posts that
    repeat an ``id`` on their network are left out and counted. Times without an offset are read as
    UTC and counted.

    See Also
    --------
    touchpoints.classify.keywords : Types by the words of ``text``.
    touchpoints.experience.assessments : Summaries of ``sentiment``.

    Examples
    --------
    >>> import touchpoints as tp
    >>> post = {
    ...     "author": "leo",
    ...     "created_at": "2026-03-05T19:45:00Z",
    ...     "network": "x",
    ...     "text": "The sole came off after one week!",
    ...     "sentiment": "negative",
    ... }
    >>> journeys = tp.sources.social([post])
    >>> journeys[0].keys, journeys.per_interaction["sentiment"].tolist()
    (('social_mention',), [-1.0])
    """
    skipped = skipping(options, called="post")
    rows = Growing(times=("time",), numbers=("sentiment", *_NUMBERS))
    seen: set[tuple[str | None, str]] = set()
    networks: dict[str, set[str | None]] = {}
    for where, record in rows_in(source, skipped, within=("data", "posts")):
        try:
            found = _post(record, skipped)
        except Unreadable as error:
            error.refuse(skipped, where=where, mend=_MEND if error.reason == _OUTSIDE else "")
            continue
        id_, author, network = found["event_id"], found["person"], found["network"]
        if id_ is not None and (network, id_) in seen:
            skipped.leave_out("a post that an earlier row has")
            continue
        if id_ is not None:
            seen.add((network, id_))
        if author is not None:
            networks.setdefault(author, set()).add(network)
        rows.add_row(found)
    several = sum(len(one) > 1 for one in networks.values())
    skipped.note("author ids that several networks have, read as one person each", several)
    kept = (*_TEXTS, "sentiment", *_NUMBERS, "event_id")
    events = Events(
        table=finished(rows, "name", "person", *kept),
        journeys={"person": ("person",), "account": ("network", "person")},
        person="person",
        kept=kept,
        tz="UTC",
    )
    return journeys_of(events, skipped, options)


def _post(record: Mapping[str, Any], skipped: Skipped) -> dict[str, Any]:
    time = fields.instant(record, "created_at", skipped=skipped)
    kind = fields.text(record, "type", "kind", "referenced_tweets.0.type") or ""
    again = kind.strip().casefold() in _SHARES or fields.truth(record, "is_retweet", "is_share")
    return {
        "time": needed(time, "a post has no created_at"),
        "name": _SHARED if again else _NAME,
        "person": fields.text(record, "author_id", "author", "user_id"),
        "event_id": fields.text(record, "id", "post_id"),
        "sentiment": sentiment_of(fields.field(record, "sentiment", "sentiment_score")),
        **{name: fields.text(record, *of) for name, of in _TEXTS.items()},
        **{name: fields.number(record, *of, least=0) for name, of in _NUMBERS.items()},
    }


def sentiment_of(said: Any) -> float | None:
    """Return a sentiment in [-1, 1] of a number or a word, None where it is missing."""
    if said is None:
        return None
    if isinstance(said, str) and said.strip().casefold() in _WORDS:
        return _WORDS[said.strip().casefold()]
    try:
        found = fields.number({"sentiment": said}, "sentiment", least=-1)
    except Unreadable as error:
        raise Unreadable(_OUTSIDE, said) from error
    if found is None or found > 1:
        raise Unreadable(_OUTSIDE, said)
    return found
