"""Metadata of journeys: the taxonomy, the lens, the time zone, and the report of reading them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from touchpoints._core.checks import built_by_name
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import quoted
from touchpoints._core.zones import is_zone, zone_of
from touchpoints.errors import WrongKindError
from touchpoints.journeys.report import Report

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy, Touchpoint


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return _texts(names, "lens")


def _texts(values: Iterable[str], what: str) -> tuple[str, ...]:
    """Return texts as a tuple; a single text would be taken apart into its letters."""
    texts = (None,) if isinstance(values, str) else tuple(values)
    if not all(isinstance(one, str) for one in texts):
        raise WrongKindError(
            f"{what} must be a sequence of texts, got {quoted(values)}",
            mend=f"for example {what}=('need',)",
        )
    return tuple(str(one) for one in texts)


def _zone(name: str | None) -> str | None:
    """Return the name of a time zone, or raise when there is no such zone."""
    if name is not None and not (isinstance(name, str) and is_zone(name)):
        zone_of(name)
    return name


def _keys_by_outcome(keys: Mapping[str, Iterable[str]]) -> FrozenMap[str, tuple[str, ...]]:
    found = {name: tuple(sorted(_texts(some, "defining"))) for name, some in keys.items()}
    return FrozenMap({name: some for name, some in found.items() if some})


@built_by_name
@attrs.frozen(kw_only=True)
class Meta:
    """Metadata that journeys carry beside their columns.

    Attributes
    ----------
    taxonomy
        The vocabulary the touchpoints come from, or None.
    lens
        The facets or columns that `collapse` grouped by; empty without a collapse.
    timezone
        The zone of the input's times; None when they were naive and are kept as written.
    defining
        The keys of the touchpoints that define each outcome set by `until` or `mark`. Analyses of
        an outcome refuse journeys that contain them.
    report
        Counts of what reading the log dropped, merged or could not order.

    Examples
    --------
    >>> Meta(timezone="Europe/Madrid").lens
    ()
    """

    taxonomy: Taxonomy | None = None
    lens: tuple[str, ...] = attrs.field(default=(), converter=_names)
    timezone: str | None = attrs.field(default=None, converter=_zone)
    defining: FrozenMap[str, tuple[str, ...]] = attrs.field(
        factory=FrozenMap, converter=_keys_by_outcome
    )
    report: Report = attrs.field(factory=Report)

    def label(self, touchpoint: Touchpoint, *, lang: str = "en") -> str:
        """Return a readable name of a touchpoint; after a collapse, the labels of its terms."""
        facets = {} if self.taxonomy is None else self.taxonomy.facets
        if not self.lens or touchpoint.type or self.taxonomy is None:
            return touchpoint.label(taxonomy=self.taxonomy, lang=lang)
        named = [
            self.taxonomy.label(name, touchpoint.facet(name), lang=lang)
            for name in self.lens
            if name in facets
        ]
        return " · ".join(named) if len(named) == len(self.lens) else touchpoint.label()


def checked_meta(meta: Any) -> Meta:
    """Return metadata as given, or raise when it is of another kind."""
    if not isinstance(meta, Meta):
        raise WrongKindError(f"meta must be a Meta, got {quoted(meta)}")
    return meta
