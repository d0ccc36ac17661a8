"""A touchpoint: what happened, on which channel, in which context, for which need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from touchpoints._core.checks import built_by_name, public, require_kind
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.taxonomy._keys import (
    FACETS,
    MISSING_KEY,
    UNKNOWN,
    escape_text,
    format_key,
    parse_key,
)

if TYPE_CHECKING:
    from touchpoints.taxonomy.vocabulary import TaxonomyLike

_FIVE = frozenset(FACETS)
_NO_FACETS: FrozenMap[str, str] = FrozenMap()


def _text_map(items: Mapping[str, str]) -> FrozenMap[str, str]:
    return items if isinstance(items, FrozenMap) else FrozenMap(items)


def check_named(text: str) -> None:
    """Raise unless the text of an untyped touchpoint has a visible character."""
    if is_blank(text):
        raise _blank("the name of an event", text)


def _blank(what: str, given: str, mend: str = "") -> InvalidInputError:
    return InvalidInputError(
        f"{what} must have a visible character, got {given!r}",
        mend=mend or "tp.taxonomy.MISSING is the touchpoint of an interaction without a name",
    )


def check_one_term(facet: str, term: object) -> None:
    """Raise unless the term of a facet is a str with a visible character."""
    if not isinstance(term, str):
        raise WrongKindError(
            f"{facet} must be the id of one term (a str), got {term!r}",
            mend=f"give {facet}={UNKNOWN!r} where the term is not known" if term is None else "",
        )
    if is_blank(term):
        mend = f"give {facet}={UNKNOWN!r} where the term is not known"
        raise _blank(f"the term of {facet}", term, mend)


@built_by_name
@attrs.frozen(eq=False, repr=False, kw_only=True)
class Touchpoint:
    """A kind of interaction between a person and a brand: a type with its facets.

    Make touchpoints with `Taxonomy.touchpoint`, which fills in the defaults of the type, or with
    `untyped`. Touchpoints are equal when their keys and all their facets are equal; the hash is
    the hash of the key.

    Attributes
    ----------
    type : str
        The id of the touchpoint type; empty when untyped.
    channel, context, need, directness, clinicality : str
        One term of each of the five facets; ``"unknown"`` where the term is not known. There is at
        most one context and one need, so that grouping by either is a partition.
    facets : FrozenMap of str to str
        The known terms of the other facets of the taxonomy.
    key : str
        The type id when every facet has the type's default, else the type id with the facets that
        differ: ``flash_sale_ad_response[channel=social.organic]``. The escaped raw text when
        untyped.

    See Also
    --------
    Taxonomy.touchpoint : A touchpoint of a type.
    untyped : A touchpoint without a type.
    parse_key : The parts of a key.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> chat = load_taxonomy("customer").touchpoint("live_chat", channel="app")
    >>> chat
    Touchpoint('live_chat[channel=app]')
    >>> chat.need, chat.facet("stage"), chat.facet("weather")
    ('solve_problem', 'consideration', 'unknown')
    """

    type: str = ""
    channel: str = UNKNOWN
    context: str = UNKNOWN
    need: str = UNKNOWN
    directness: str = UNKNOWN
    clinicality: str = UNKNOWN
    facets: FrozenMap[str, str] = attrs.field(default=_NO_FACETS, converter=_text_map)
    key: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.key, str):
            raise WrongKindError(
                f"the key of a touchpoint must be text, got {quoted(self.key)}",
                mend="tp.taxonomy.untyped(text) and Taxonomy.touchpoint(type) make touchpoints",
            )
        if is_blank(self.key):
            raise _blank("the key of a touchpoint", self.key)
        for name, term in (*zip(FACETS, self._five(), strict=True), *self.facets.items()):
            check_one_term(name, term)
        if self.facets and not _FIVE.isdisjoint(self.facets):
            own = sorted(_FIVE.intersection(self.facets))
            raise InvalidInputError(
                f"facets must not contain {', '.join(own)}",
                mend=f"give {', '.join(f'{name}=...' for name in own)} as a separate argument",
            )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Touchpoint):
            return NotImplemented
        return (
            self.key == other.key
            and self.type == other.type
            and self._five() == other._five()
            and self.facets == other.facets
        )

    def __hash__(self) -> int:
        return hash(self.key)  # a str caches its hash, so it is computed once

    def __repr__(self) -> str:
        return f"Touchpoint({quoted(self.key)})"

    def _five(self) -> tuple[str, ...]:
        return (self.channel, self.context, self.need, self.directness, self.clinicality)

    def facet(self, name: str) -> str:
        """Return the term of any facet, ``"unknown"`` when the touchpoint has no known term."""
        if name in _FIVE:
            return str(getattr(self, name))
        return self.facets.get(name, UNKNOWN)

    def known(self) -> dict[str, str]:
        """Return {facet: term} of all known facets, the five first."""
        five = zip(FACETS, self._five(), strict=True)
        return {name: term for name, term in five if term != UNKNOWN} | dict(self.facets)

    def label(self, *, taxonomy: TaxonomyLike | None = None, lang: str = "en") -> str:
        """Return a readable name: the label of the type, then the labels of the terms that differ.

        Parameters
        ----------
        taxonomy
            The taxonomy that has the labels. Without it, and for a type or term that it does not
            have, ids are used.
        lang
            The language of the labels. Where a label is missing in it: the English label, else the
            first label, else the id.

        Returns
        -------
        str
            The name; for an untyped touchpoint it begins with the raw text.

        Examples
        --------
        >>> from touchpoints.taxonomy import load_taxonomy
        >>> customer = load_taxonomy("customer")
        >>> customer.touchpoint("live_chat", channel="app").label(taxonomy=customer, lang="es")
        'Chat en vivo [Aplicación móvil]'
        >>> untyped("(start)").label()
        '(start)'
        """
        head, different = parse_key(self.key)
        names = list(different.values())
        if taxonomy is not None:
            head = _type_label(taxonomy, self.type, lang) or head
            names = [_term_label(taxonomy, facet, term, lang) for facet, term in different.items()]
        return f"{head} [{', '.join(names)}]" if names else head


def _type_label(taxonomy: TaxonomyLike, type_id: str, lang: str) -> str:
    known = taxonomy.types.get(type_id)
    return known.label(lang=lang) if known else ""


def _term_label(taxonomy: TaxonomyLike, facet: str, term: str, lang: str) -> str:
    known = taxonomy.facets.get(facet)
    return known.label(term, lang=lang) if known and term in known else term


MISSING = Touchpoint(key=MISSING_KEY)
"""The touchpoint of an interaction whose name is missing."""


@public
def untyped(text: str, /, **facets: str) -> Touchpoint:
    """Return an untyped touchpoint: raw text, with the facets that are known.

    The terms are not checked; `Taxonomy.untyped` checks them.

    Parameters
    ----------
    text
        The name of the event in its source.
    **facets
        The term of each facet that is known.

    Returns
    -------
    Touchpoint
        A touchpoint whose key is the escaped text, with the known facets in brackets: the five
        first, then the others by name.

    See Also
    --------
    Taxonomy.untyped : The same, with the facets checked.
    Taxonomy.touchpoint : A touchpoint of a type.

    Examples
    --------
    >>> untyped("Payment (card)").key
    'Payment (card)'
    >>> untyped("banner 12", stage="awareness", channel="display").key
    'banner 12[channel=display,stage=awareness]'
    """
    mend = "for example untyped('Payment (card)')"
    require_kind(text, str, takes="the name of an event as text", mend=mend)
    check_named(text)
    if not facets:
        return Touchpoint(key=escape_text(text))
    others = sorted(facets.keys() - _FIVE)
    return build(escape_text(text), known_only(facets, [*FACETS, *others]))


def known_only(terms: Mapping[str, str], names: list[str]) -> dict[str, str]:
    """Return the known terms in the order of the names; raise where a value is not a term."""
    for name, term in terms.items():
        check_one_term(name, term)
    return {name: terms[name] for name in names if terms.get(name, UNKNOWN) != UNKNOWN}


def build(
    head: str,
    terms: Mapping[str, str],
    *,
    type_id: str = "",
    different: Mapping[str, str] | None = None,
) -> Touchpoint:
    """Build a touchpoint from its known terms; the key lists the terms that differ."""
    others = {name: term for name, term in terms.items() if name not in _FIVE}
    return Touchpoint(
        type=type_id,
        channel=terms.get("channel", UNKNOWN),
        context=terms.get("context", UNKNOWN),
        need=terms.get("need", UNKNOWN),
        directness=terms.get("directness", UNKNOWN),
        clinicality=terms.get("clinicality", UNKNOWN),
        facets=FrozenMap(others) if others else _NO_FACETS,
        key=format_key(head, terms if different is None else different),
    )
