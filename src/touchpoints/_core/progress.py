"""How far long work has come: told to a function of the caller's, or shown as a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from touchpoints._core.tables import attempt_import

Progress = bool | Callable[[int, int], object]


@contextmanager
def reporting(progress: Progress, total: int, *, what: str) -> Iterator[Callable[[], None]]:
    """Give a function to call after each of ``total`` steps.

    Parameters
    ----------
    progress
        A callable that is told the steps done and all steps; True for a bar of tqdm; False.
    total
        How many steps there are.
    what
        What the bar is called.
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
    """Tell nobody."""


def _counting(tell: Callable[[int, int], object], total: int) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        tell(done, total)

    return step
