"""The arguments that all models of attribution share."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from touchpoints._core import checks
from touchpoints.attribution._shared.evidence import Evidence, evidence_of
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.journeys.model import Journeys


@attrs.frozen(kw_only=True, eq=False)
class Asked:
    """Shared arguments: see `touchpoints.attribution`."""

    outcome: str | None
    value: str | None
    lookback: Lookback | None
    by: str | Sequence[str] | None
    level: float = attrs.field(converter=checks.level)

    def evidence(self, journeys: Journeys) -> Evidence:
        """Return the evidence of journeys, or of one group of them."""
        return evidence_of(journeys, outcome=self.outcome, value=self.value, lookback=self.lookback)
