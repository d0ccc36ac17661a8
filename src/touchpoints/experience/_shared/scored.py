"""Tables about the scores of a metric."""

from __future__ import annotations

import attrs

from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, fact


@attrs.frozen(kw_only=True, repr=False)
class OfScores(Estimated):
    """A table about the scores of a metric, with confidence intervals.

    Attributes
    ----------
    metric : str
        The name of the metric.
    outside : int
        The number of scores outside the scale, which are left out and never clipped.
    """

    metric: str
    outside: int = fact(of_groups=sum)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if self.outside:
            scores = counted(self.outside, "score")
            found.append(f"{scores} outside the scale of {self.metric} left out, not clipped")
        return found
