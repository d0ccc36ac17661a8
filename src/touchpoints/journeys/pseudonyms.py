"""Pseudonyms: ids that only the owner of a key can trace back, and no free text."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, Coded, is_missing, owned, text_array
from touchpoints._core.messages import not_found, quoted
from touchpoints.classify.typing import CONTEXT_INFERRED, NEED_INFERRED
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.converters import Column
from touchpoints.journeys.meta import BY_TEXT
from touchpoints.journeys.model import Journeys, checked_journeys, derive

_TERMS = (NEED_INFERRED, CONTEXT_INFERRED)
"""Columns of text that hold terms of touchpoints."""

_SHORTEST = 16
_LETTERS = 32


@public
def pseudonymise(journeys: Journeys, *, key: str | bytes, keep: Collection[str] = ()) -> Journeys:
    """Replace the ids of journeys and persons by pseudonyms, and leave out columns of text.

    Parameters
    ----------
    key
        A secret of at least 16 bytes, text is encoded as UTF-8: for example
        ``secrets.token_bytes(32)``. The same key gives the same pseudonyms, so that logs can still
        be joined; who has the key can find out whose journey it is.
    keep
        The columns of text to keep, of journeys and of interactions: those that hold categories,
        such as a segment. All others are left out, since free text can name people; terms that
        answers replaced (``need_inferred``, ``context_inferred``) stay.

    Returns
    -------
    Journeys
        Ids and persons are texts of 32 hexadecimal digits. Columns of numbers and times stay, as do
        times, outcomes, values and counts. ``meta.report`` keeps its counts, and no texts.

    Raises
    ------
    NotFoundError
        When a column to keep does not exist.
    InvalidInputError
        When the key is shorter than 16 bytes, which could be guessed.

    See Also
    --------
    touchpoints.experience.suppress : Leave out rows of a table with few people in them.
    concat : Put logs together that have the same pseudonyms.

    Notes
    -----
    Pseudonyms are HMAC-SHA-256 of the id, cut to 128 bits: two of 10¹⁵ ids are the same with a
    probability below 10⁻⁸. The number 7 and the text "7" have different ones, 7 and 7.0 the same.
    Missing persons stay missing. Touchpoints keep their keys: of an untyped log, these are the
    texts of its events.
    Pseudonymous data are still personal data (Regulation (EU) 2016/679, article 4(5)): times and
    rare paths can tell who somebody is. O(n + p) for p persons.

    References
    ----------
    H. Krawczyk, M. Bellare and R. Canetti (1997), HMAC: keyed-hashing for message authentication,
    RFC 2104, doi:10.17487/RFC2104.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.pseudonymise(tp.datasets.shop(100, seed=1), key="a secret of the shop")
    >>> len(shop[0].id), list(shop.per_journey), list(shop.per_interaction)
    (32, [], ['need_from', 'context_from'])
    """
    checked_journeys(journeys)
    secret = _secret(key)
    if isinstance(keep, str):
        keep = (keep,)
    known = [*journeys.per_journey, *journeys.per_interaction]
    for name in keep:
        if name not in known:
            raise not_found("column", name, known, where="given as keep=")
    without: Any = {name: {} for name in BY_TEXT}
    report = attrs.evolve(journeys.meta.report, **without)
    return derive(
        journeys,
        ids=_pseudonyms(journeys.ids, secret),
        persons=None if journeys.persons is None else _pseudonyms(journeys.persons, secret),
        per_journey=_without_text(journeys.per_journey, keep),
        per_interaction=_without_text(journeys.per_interaction, keep),
        meta=attrs.evolve(journeys.meta, report=report),
    )


def _secret(key: object) -> bytes:
    if not isinstance(key, (str, bytes)):
        raise WrongKindError(
            f"key must be text or bytes, got {quoted(key)}",
            mend="secrets.token_bytes(32) makes one",
        )
    secret = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key
    if len(secret) < _SHORTEST:
        raise InvalidInputError(
            f"key must have at least {_SHORTEST} bytes, got {len(secret)}",
            mend="secrets.token_bytes(32) makes one that cannot be guessed",
        )
    return secret


def _pseudonyms(values: Array, secret: bytes) -> Array:
    """Return the pseudonym of each id, as texts; the same for the same id; None stays."""
    known: dict[Any, str | None] = {}
    for one in values.tolist():
        if one not in known:
            known[one] = None if is_missing(one) else _pseudonym(one, secret)
    return owned(text_array([known[one] for one in values.tolist()]))


def _pseudonym(value: Any, secret: bytes) -> str:
    kind = type(value).__name__
    if isinstance(value, (int, float, np.number)):
        kind, value = "number", int(value) if float(value).is_integer() else value
    message = f"{kind}:{value}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:_LETTERS]


def _without_text(columns: Mapping[str, Column], keep: Collection[str]) -> dict[str, Column]:
    return {
        name: column
        for name, column in columns.items()
        if name in keep or name in _TERMS or not isinstance(column, Coded)
    }
