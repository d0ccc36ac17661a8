"""Records that a reader cannot read, or that are not interactions: raised or counted by reason."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import agreeing, counted, shortened
from touchpoints.errors import InvalidInputError, TouchpointsError, warn

OnError = Literal["raise", "skip"]
"""What becomes of a record that cannot be read."""

_MOST = 20
SKIP = 'pass on_error="skip" to leave such records out and count them in meta.report'
"""How to mend an error of a record that cannot be read."""


@attrs.define(kw_only=True)
class Skipped:
    """The records of a source that are in no journey, counted by reason.

    Attributes
    ----------
    on_error
        Whether the first record that cannot be read raises an error.
    called
        What the records of the source are called, in the singular: line, event, trace …
    bad, aside, noted
        Records that cannot be read, records that are not interactions, and other counts, by reason.
    """

    on_error: OnError
    called: str = "record"
    bad: Counter[str] = attrs.field(factory=Counter)
    aside: Counter[str] = attrs.field(factory=Counter)
    noted: Counter[str] = attrs.field(factory=Counter)
    _first: str = ""

    def refuse(
        self,
        reason: str,
        *,
        where: str,
        mend: str = "",
        kind: type[TouchpointsError] = InvalidInputError,
    ) -> None:
        """Raise for a record that cannot be read, or count it under its reason.

        The reason must not quote the record: it would be a reason of its own.
        """
        if self.on_error == "raise":
            raise kind(reason, where=where, mend=mend or SKIP)
        if not self.bad:
            self._first = shortened(f"{where}: {reason}")
        self.bad[reason] += 1

    def refuse_value(self, reason: str, *, where: str, mend: str) -> None:
        """Raise for a value that cannot be read, or count it as missing; its record is kept."""
        if self.on_error == "raise":
            raise InvalidInputError(reason, where=where, mend=mend)
        self.note(f"{reason}: taken as missing")

    def leave_out(self, reason: str, records: int = 1) -> None:
        """Count records that are not interactions."""
        if records:
            self.aside[reason] += records

    def note(self, sentence: str, count: int = 1) -> None:
        """Count something else that the user should know, as ``sentence: count``."""
        if count:
            self.noted[sentence] += count

    def tell(self) -> None:
        """Warn of the records that were skipped, and show the first."""
        if total := self.bad.total():
            left = f"{agreeing(total, 'were')} left out, the first: {self._first}"
            warn(f"{counted(total, self.called)} cannot be read and {left}")


def frequent(counts: Counter[str]) -> FrozenMap[str, int]:
    """Return the most frequent reasons with their counts, at most twenty."""
    return FrozenMap(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST])
