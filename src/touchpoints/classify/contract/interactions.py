"""What classifiers read of journeys, which are built on top of them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from touchpoints._core.frozen import Array
from touchpoints.taxonomy import Touchpoint


@runtime_checkable
class InteractionColumns(Protocol):
    """The interactions of journeys; `touchpoints.Journeys` has these attributes.

    Classifiers do not import journeys, which are built on top of them.
    """

    @property
    def touchpoints(self) -> tuple[Touchpoint, ...]:
        """The distinct touchpoints."""

    @property
    def codes(self) -> Array:
        """The touchpoint of each interaction, as a position in ``touchpoints``."""

    @property
    def offsets(self) -> Array:
        """The positions at which journeys begin and end."""

    @property
    def counts(self) -> Array:
        """The number of real journeys that each journey stands for."""
