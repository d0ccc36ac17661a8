"""Distances of distinct sequences in sequenzo (C++), which prints as it goes."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pandas as pd
from sequences import NAMES, TOUCHPOINTS, Matrix, costs, run
from sequenzo import SequenceData, get_distance_matrix


def prepare(codes: Any) -> Any:
    """Make the sequence object."""
    columns = [str(place + 1) for place in range(codes.shape[1])]
    frame = pd.DataFrame(np.array(NAMES)[codes], columns=columns)
    frame.insert(0, "id", range(len(frame)))
    with contextlib.redirect_stdout(io.StringIO()):
        return SequenceData(frame, time=columns, states=NAMES, id_col="id")


def measure(data: Any, method: str) -> Any:
    """Return the distances of all to all; `edit` is its OM with all costs 1."""
    asked: dict[str, Any] = {"method": "LCS"}
    if method != "lcs":
        between = costs() if method == "om" else 1 - np.eye(TOUCHPOINTS)
        padded = np.zeros((TOUCHPOINTS + 1,) * 2)  # its first state is the one it pads with
        padded[1:, 1:] = between
        asked = {"method": "OM", "sm": padded, "indel": 1.0}
    with contextlib.redirect_stdout(io.StringIO()):
        return get_distance_matrix(seqdata=data, as_numpy=True, quiet=True, **asked)


def bring(found: Any) -> Matrix:
    """Return the matrix."""
    return np.asarray(found)


if __name__ == "__main__":
    run("sequenzo", prepare=prepare, measure=measure, bring=bring)
