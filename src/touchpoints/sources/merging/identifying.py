"""Whom ids belong to: claims followed to the person, loops refused, conflicts kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal, NamedTuple, TypeAlias

import attrs
import numpy as np

from touchpoints._core.checks import check_option, public
from touchpoints._core.columns import id_text
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, first_few, quoted, wrong_kind
from touchpoints._core.reading import table_of
from touchpoints._core.tables import Table, column
from touchpoints.errors import InvalidInputError, WrongKindError, warn

OnConflict = Literal["warn", "raise", "ignore"]

_SHOWN = 3
_MOST_STEPS = 12
_NO_IDS = (bytes, tuple, list, dict, set, frozenset)


class Id(NamedTuple):
    """An id, and the source in which alone it is meant; None: in all sources."""

    source: str | None
    text: str


Claims: TypeAlias = "dict[Id, dict[Id, None]]"
"""The ids that each id was said to belong to, in the order of the claims."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Identities(Table):
    """Whom each id belongs to, one row for each id that somebody claimed; made by `identities`.

    Attributes
    ----------
    alias : str (a,)
        The id.
    source : str (a,)
        The source in which alone the id is meant; None where it is meant in all.
    person : str (a,)
        The person: the id at the end of the chain of claims; None for a conflict.
    steps : int64 (a,)
        Number of claims followed: 1 for a direct claim, more for a chain; 0 for a conflict.
    claims : str (a,)
        For a conflict, the persons that the id was said to be, separated by commas; else empty.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.sources.identities([("device 1", "ana"), ("ana", "customer 7")])["device 1"]
    'customer 7'
    """

    alias: Array = column(object)
    source: Array = column(object)
    person: Array = column(object)
    steps: Array = column(np.int64)
    claims: Array = column(object)
    _found: Mapping[Id, str | None] = attrs.field(repr=False)

    def __getitem__(self, alias: str) -> str:
        """Return whom an id belongs to; the id itself where nobody claimed it, or several did."""
        return self.person_of(alias)

    def person_of(self, alias: str, *, source: str | None = None) -> str:
        """Return whom an id of a source belongs to; the id itself where that is not known."""
        for key in (Id(source, alias), Id(None, alias)):
            if key in self._found:
                return self._found[key] or alias
        return alias

    def of_source(self, source: str) -> Mapping[str | None, str]:
        """Return whom the ids of a source belong to, of those that are claimed."""
        everywhere = {one.text: end for one, end in self._found.items() if one.source is None}
        here = {one.text: end for one, end in self._found.items() if one.source == source}
        return {text: end or text for text, end in {**everywhere, **here}.items()}

    @property
    def conflicts(self) -> int:
        """Number of ids that were said to be several persons."""
        return int(np.count_nonzero(self.steps == 0))

    @property
    def chains(self) -> int:
        """Number of ids that belong to a person through another id."""
        return int(np.count_nonzero(self.steps > 1))


@public
def identities(
    pairs: Any,
    *,
    alias: str = "alias",
    person: str = "person",
    source: str | None = None,
    on_conflict: OnConflict = "warn",
) -> Identities:
    """Find whom ids belong to, from pairs of an id and the person it belongs to.

    Parameters
    ----------
    pairs
        A mapping of ids to persons, pairs ``(id, person)``, or a table (a dataframe or a mapping of
        columns) with the two columns: device and user, cookie and customer number, a hash of the
        e-mail and the customer.
    alias, person
        The columns of a table with the id and with the person.
    source
        The column of a table with the source in which alone the id is meant, for example where two
        systems number their customers from 1. Rows without a source are meant in all.
    on_conflict
        What becomes of an id that is said to be several persons: ``"warn"``, ``"raise"`` or
        ``"ignore"``. It is never merged: its interactions stay with the id itself.

    Returns
    -------
    Identities
        One row for each id. Claims are followed: where ``a`` is ``b``, and ``b`` is ``c``, then
        ``a`` is ``c``. Claims of several persons are no conflict where they all lead to one.

    Raises
    ------
    InvalidInputError
        When claims form a loop (``a`` is ``b`` and ``b`` is ``a``: nobody is the person), or for a
        conflict and ``on_conflict="raise"``.

    Warns
    -----
    TouchpointsWarning
        When an id is said to be several persons, and when pairs lack an id or a person: these are
        left out.

    Notes
    -----
    Ids are compared as text, exactly. O(p) for p pairs.

    See Also
    --------
    merge_sources : Bring the interactions of a person together.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.sources.identities(
    ...     {"alias": ["cookie 1", "cookie 2", "ana@x"], "person": ["ana@x", "leo@x", "C-100"]}
    ... )
    >>> found["cookie 1"], found["cookie 2"], found["cookie 3"], found.chains
    ('C-100', 'leo@x', 'cookie 3', 1)
    """
    check_option("on_conflict", on_conflict, OnConflict)
    claims, lacking = _claims(_triples(pairs, alias, person, source))
    if lacking:
        warn(f"{counted(lacking, 'pair', verb='have')} no id or no person and were left out")
    found = resolved(claims)
    conflicts = [one for one, ends in found.items() if len(ends) > 1]
    if conflicts and on_conflict != "ignore":
        _tell(conflicts, found, raising=on_conflict == "raise")
    return _table(found, _lengths(claims, found))


def _triples(
    pairs: Any, alias: str, person: str, source: str | None
) -> Iterable[tuple[Any, Any, Any]]:
    """Return (id, person, source or None) of each pair."""
    if isinstance(pairs, Mapping) and not (alias in pairs and person in pairs):
        return [(one, two, None) for one, two in pairs.items()]
    if isinstance(pairs, Mapping) or hasattr(pairs, "columns"):
        table = table_of(pairs)
        table.load((name, one) for name, one in _asked(alias, person, source))
        sources = [None] * table.rows if source is None else table.values(source)
        return zip(table.values(alias), table.values(person), sources, strict=True)
    pairs = pairs.tolist() if isinstance(pairs, np.ndarray) else pairs
    if isinstance(pairs, (str, bytes)) or not isinstance(pairs, (Sequence, Iterator, AbstractSet)):
        mend = "for example tp.sources.identities({'device 1': 'ana'})"
        raise wrong_kind(pairs, takes="pairs of an id and a person", mend=mend)
    found = []
    for position, pair in enumerate(pairs):
        if isinstance(pair, str) or not isinstance(pair, (tuple, list)) or len(pair) != len("ab"):
            raise WrongKindError(
                f"a pair must be an id and a person, got {quoted(pair)}",
                where=f"pair {position}",
                mend="for example ('device 1', 'ana')",
            )
        found.append((*pair, None))
    return found


def _asked(alias: str, person: str, source: str | None) -> Iterable[tuple[str, str]]:
    yield from (("alias", alias), ("person", person))
    if source is not None:
        yield "source", source


def _claims(triples: Iterable[tuple[Any, Any, Any]]) -> tuple[Claims, int]:
    """Return the claims, and the number of pairs that lack an id or a person."""
    claims: Claims = {}
    lacking = 0
    for position, (one, two, where) in enumerate(triples):
        for value in (one, two):
            if isinstance(value, _NO_IDS):
                raise WrongKindError(
                    f"an id must be a text or a number, got {quoted(value)}",
                    where=f"pair {position}",
                    mend="ids of one source alone are named by source= in tp.sources.identities",
                )
        alias, person = id_text(one), id_text(two)
        if alias is None or person is None:
            lacking += 1
        elif alias != person:
            claims.setdefault(Id(id_text(where), alias), {})[Id(None, person)] = None
    return claims, lacking


def resolved(claims: Claims) -> dict[Id, frozenset[str]]:
    """Return the persons at the ends of the claims of each id; raise for a loop."""
    ends: dict[Id, frozenset[str]] = {}
    for start in claims:
        if start in ends:
            continue
        path, inside = [(start, iter(claims[start]))], {start}
        while path:
            here, left = path[-1]
            following = next((one for one in left if one in claims and one not in ends), None)
            if following is None:
                found = (ends[one] if one in claims else {one.text} for one in claims[here])
                ends[here] = frozenset().union(*found)
                inside.discard(path.pop()[0])
            elif following in inside:
                steps = [one for one, _ in path]
                raise _loop(steps[steps.index(following) :])
            else:
                path.append((following, iter(claims[following])))
                inside.add(following)
    return ends


def _loop(path: list[Id]) -> InvalidInputError:
    shown = [one.text for one in path[:_MOST_STEPS]] + ["…"] * (len(path) > _MOST_STEPS)
    return InvalidInputError(
        f"the claims form a loop of {counted(len(path), 'id')}, so that none is the person",
        where=" → ".join([*shown, path[0].text]),
        mend="leave one of these pairs out: each pair says which person an id belongs to",
    )


def _lengths(claims: Claims, found: Mapping[Id, frozenset[str]]) -> dict[Id, int]:
    """Return the number of claims to the person along the first claim of each id; 0: conflict."""
    steps: dict[Id, int] = {}
    for one in found:  # an id comes after those that its claims lead through
        following = next(iter(claims[one]))
        steps[one] = 0 if len(found[one]) > 1 else 1 + steps.get(following, 0)
    return steps


def _table(found: Mapping[Id, frozenset[str]], steps: Mapping[Id, int]) -> Identities:
    persons = {one: next(iter(ends)) if len(ends) == 1 else None for one, ends in found.items()}
    return Identities(
        alias=text_array([one.text for one in found]),
        source=text_array([one.source for one in found]),
        person=text_array(list(persons.values())),
        steps=np.fromiter(steps.values(), dtype=np.int64, count=len(found)),
        claims=text_array(
            [", ".join(sorted(one)) if len(one) > 1 else "" for one in found.values()]
        ),
        found=persons,
    )


def _tell(conflicts: list[Id], found: Mapping[Id, frozenset[str]], *, raising: bool) -> None:
    shown = [f"{one.text} is {' and '.join(sorted(found[one]))}" for one in conflicts[:_SHOWN]]
    what = f"{counted(len(conflicts), 'id', verb='are')} said to be several persons"
    if raising:
        raise InvalidInputError(
            what, where=first_few(shown), mend='on_conflict="warn" keeps such ids apart'
        )
    warn(f"{what}, and kept apart: {'; '.join(shown)}")


def persons_of(labels: Array, identity: Identities, source: str) -> list[str | None]:
    """Return the person of each id of a source; None for a missing id."""
    if labels.dtype.kind in "iu":
        texts: list[str | None] = list(map(str, labels.tolist()))
    else:
        texts = [one if type(one) is str else id_text(one) for one in labels.tolist()]
    known = identity.of_source(source)
    if not known:
        return texts
    return [known.get(one, one) for one in texts]
