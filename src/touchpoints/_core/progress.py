"""Progress of long computations: reported to a callback, or shown as a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from touchpoints._core.tables import attempt_import

Progress = bool | Callable[[int, int], object]


@contextmanager
def reporting(progress: Progress, total: int, *, what: str) -> Iterator[Callable[[], None]]:
    """Yield a function to be called after each of ``total`` parts of the work.

    Parameters
    ----------
    progress
        A callable that is called with the number of parts done and the total; True shows a tqdm
        progress bar; False reports nothing.
    total
        The number of parts.
    what
        The label of the progress bar.
    """
    if progress is False:
        yield _silent
    elif progress is True:
        tqdm = attempt_import("tqdm", extra="'touchpoints[progress]'").tqdm
        with tqdm(total=total, desc=what) as bar:
            yield _counting(lambda done, _: bar.update(done - bar.n), total)
    else:
        yield _counting(progress, total)


def _silent() -> None:
    """Report nothing."""


def _counting(report: Callable[[int, int], object], total: int) -> Callable[[], None]:
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        report(done, total)

    return advance
