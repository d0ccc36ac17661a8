"""Sessions whose ids are unique for each device only, and the persons who log in during them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.sources._shared.tables import first_known


def sessions_of(device: Coded, session: Coded) -> Array:
    """Return a number for each row, equal in the rows of one session of one device."""
    both = (device.codes.astype(np.int64) + 1) * (len(session.categories) + 1) + session.codes + 1
    return owned(np.unique(both, return_inverse=True)[1].reshape(-1))


def persons_of_sessions(
    key: Array,
    table: Mapping[str, Any],
    *,
    user: str,
    device: str,
    session: str,
    ties: Sequence[str] = (),
) -> Coded:
    """Return the person of each row: its user, else the first user of its session, else its device.

    Rows without a session have no session to take a user from.
    """
    users = table[user]
    rows = np.flatnonzero((users.codes >= 0) & ~np.isnat(table["time"]))
    keys = (*(table[name][rows] for name in reversed(ties)), table["time"][rows], key[rows])
    rows = rows[np.lexsort(keys)]
    known, places = np.unique(key[rows], return_index=True)
    first = np.full(int(key.max()) + 1 if len(key) else 0, -1, dtype=np.int32)
    first[known] = users.codes[rows[places]]
    found = np.where(table[session].codes < 0, -1, first[key])
    of_session = Coded(owned(found), users.categories)
    return first_known(users, of_session, table[device])


def first_group(
    columns: Mapping[str, Any], groups: Sequence[str], names: Sequence[str]
) -> dict[str, Coded]:
    """Return the columns of the first group that has one of them known, row by row.

    The columns of a row are all of one group (``group.name``), so that the source of one campaign
    does not stand beside the medium of another.
    """
    chosen: list[Coded] | None = None
    for group in groups:
        these = [columns[f"{group}.{name}"] for name in names]
        if chosen is None:
            chosen = these
            continue
        decided = np.logical_or.reduce([one.codes >= 0 for one in chosen])
        hidden = [Coded(owned(np.where(decided, -1, one.codes)), one.categories) for one in these]
        chosen = [first_known(one, other) for one, other in zip(chosen, hidden, strict=True)]
    return dict(zip(names, chosen or [], strict=True))


def is_text(column: Coded, text: str) -> Array:
    """Return in which rows a column is this text, bool (m,)."""
    return np.array([*(one == text for one in column.categories), False])[column.codes]
