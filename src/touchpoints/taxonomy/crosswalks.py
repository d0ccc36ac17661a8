"""Touchpoint types by the names that other standards have for them."""

from __future__ import annotations

from touchpoints._core.checks import public, require_kind
from touchpoints._core.messages import not_found
from touchpoints.taxonomy.model import Taxonomy
from touchpoints.taxonomy.vocabulary import TouchpointType


@public
def types_by_crosswalk(taxonomy: Taxonomy, crosswalk: str) -> dict[str, tuple[TouchpointType, ...]]:
    """Return the touchpoint types of each value of a crosswalk.

    Parameters
    ----------
    taxonomy
        The taxonomy, such as `load_taxonomy` returns.
    crosswalk
        The id of one of its crosswalks.

    Returns
    -------
    dict of str to tuple of TouchpointType
        One entry for each value, in the order of the crosswalk; an empty tuple is a value that no
        type has. A type with several values is in several entries.

    Raises
    ------
    NotFoundError
        When the taxonomy has no such crosswalk.

    See Also
    --------
    touchpoints.collapse : Journeys grouped by a crosswalk.

    Notes
    -----
    Cost: linear in the number of types.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> found = types_by_crosswalk(load_taxonomy("patient"), "hcahps")
    >>> [one.id for one in found["medicines"]]
    ['pt_medication', 'pt_medication_advice']
    """
    mend = "tp.load_taxonomy(name) or tp.read_taxonomy(path) returns a taxonomy"
    require_kind(taxonomy, Taxonomy, takes="a Taxonomy", mend=mend)
    require_kind(crosswalk, str, takes="the id of a crosswalk", mend='for example "hcahps"')
    if crosswalk not in taxonomy.crosswalks:
        raise not_found("crosswalk", crosswalk, tuple(taxonomy.crosswalks))
    known = taxonomy.crosswalks[crosswalk]
    found: dict[str, list[TouchpointType]] = {value: [] for value in known.values}
    for one in taxonomy.types.values():
        for value in dict.fromkeys(known.of(one)):
            found[value].append(one)
    return {value: tuple(types) for value, types in found.items()}
