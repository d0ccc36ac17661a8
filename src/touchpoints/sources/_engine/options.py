"""What is asked of an engine: the columns to keep, what shortens the paths, limits, a sample."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from touchpoints._core.checks import share, whole
from touchpoints._core.messages import first_few, quoted
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.meta import Report

LIMIT, LONGEST, BLOCKS = 10_000_000, 1_000_000, 200
"""Most distinct paths, most rows of one journey, and groups of persons, by default."""

PARTS = 2**31 - 1
"""One more than the largest hash by which persons are drawn."""


@attrs.frozen(kw_only=True)
class Sample:
    """A share of the persons, in (0, 1], and the seed that says which."""

    share: float
    seed: int

    @property
    def parts(self) -> int:
        """The hashes below which a person is drawn, of `PARTS`."""
        return PARTS if self.share == 1 else int(self.share * PARTS)

    def noted(self, report: Report, left: int, what: str, drawn_by: str) -> Report:
        """Return the report with what the sample left out."""
        said = (
            f"{what} of persons who are not in the sample of {self.share:.4g} of them with the "
            f"seed {self.seed}, drawn by {drawn_by}"
        )
        return attrs.evolve(report, noted={**report.noted, said: left})


@attrs.frozen(kw_only=True)
class Summary:
    """How journeys are summarised, as documented at `from_frame`."""

    keep: tuple[str, ...] = ()
    collapse: tuple[str, ...] = ()
    collapse_repeats: bool = False
    first: int | None = None
    last: int | None = None
    limit: int = LIMIT
    longest: int = LONGEST
    blocks: int = BLOCKS


def summary_of(
    *,
    distinct: bool | Sequence[str],
    collapse: str | Sequence[str] | None,
    collapse_repeats: bool,
    first: int | None,
    last: int | None,
    limit: int,
    longest: int,
    blocks: int,
) -> Summary | None:
    """Return what ``distinct=`` and what belongs to it ask for; None without ``distinct=``."""
    limit, longest = whole("limit", limit), whole("longest", longest)
    blocks = whole("blocks", blocks, least=2)
    keep = () if isinstance(distinct, bool) else tuple(dict.fromkeys(distinct))
    if distinct is False:
        given = {
            "collapse": collapse is not None,
            "collapse_repeats": collapse_repeats,
            "first": first is not None,
            "last": last is not None,
        }
        if ignored := [name for name, one in given.items() if one]:
            raise InvalidInputError(
                f"{first_few([f'{name}=' for name in ignored])} shortens the paths that distinct= "
                "brings back, but distinct= is not given",
                mend="pass distinct=True, or shorten the journeys after they are read: tp.collapse",
            )
        return None
    if first is not None and last is not None:
        raise InvalidInputError("first= and last= both shorten the paths", mend="pass one of them")
    return Summary(
        keep=keep,
        collapse=() if collapse is None else _names(collapse),
        collapse_repeats=collapse_repeats,
        first=None if first is None else whole("first", first),
        last=None if last is None else whole("last", last),
        limit=limit,
        longest=longest,
        blocks=blocks,
    )


def sample_of(sample: tuple[float, int] | None) -> Sample | None:
    """Return a share and a seed, or raise for what is no such pair."""
    if sample is None:
        return None
    if not isinstance(sample, (tuple, list)) or len(sample) != 2:
        raise WrongKindError(
            f"sample must be a share and a seed, got {quoted(sample)}",
            mend="for example sample=(0.01, 7)",
        )
    part = share("the share of sample", sample[0], mend="write 1 % as sample=(0.01, 7)")
    return Sample(share=part, seed=whole("the seed of sample", sample[1], least=0, most=2**31 - 1))


def _names(collapse: str | Sequence[str]) -> tuple[str, ...]:
    return (collapse,) if isinstance(collapse, str) else tuple(collapse)
