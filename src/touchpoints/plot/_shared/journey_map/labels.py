"""The labels of a journey map in the language of a figure."""

from __future__ import annotations

import attrs

from touchpoints.experience import JourneyMap
from touchpoints.plot._shared.look import Look, shown


@attrs.frozen
class Labels:
    """What touchpoints and terms are called: in the map, else in the taxonomy, else their keys."""

    found: JourneyMap
    look: Look

    def touchpoint(self, key: str) -> str:
        """Return the label of a touchpoint."""
        if key in self.found.labels.get("touchpoint", {}):
            return shown(self.found.label("touchpoint", key, lang=self.look.lang))
        return self.look.name(key)

    def term(self, facet: str, key: str) -> str:
        """Return the label of a term of a facet."""
        if key in self.found.labels.get(facet, {}):
            return shown(self.found.label(facet, key, lang=self.look.lang))
        return self.look.term(facet, key)
