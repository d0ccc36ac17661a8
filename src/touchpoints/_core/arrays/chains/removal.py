"""What absorbing chains earn with and without some of their states or transitions."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.chains import Chain
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError

_DENSE = 6000
_BLOCKS = 2000
_PRECISE = 1e-13
_SWEEPS = 20_000
_ROWS = 256


@attrs.frozen(eq=False, kw_only=True)
class Removed:
    """The expected reward of a chain with all its states, and without each group of states.

    Column 0 is the chain with all its states, column 1 + g the one in which whoever comes to a
    state of group g is lost.

    Attributes
    ----------
    earned : float64 (1 + g,)
        The expected reward from the start.
    forward : float64 (S, 1 + g)
        The expected number of visits of each state, from the start; column 0 alone where the others
        were not asked for.
    ahead : float64 (S, 1 + g)
        The expected reward from each state on; column 0 alone where the others were not asked for.
    bound : float
        The largest possible error of the three, absolute; 0.0 where they were solved directly.
    killed : bool (E, 1 + g), optional
        The transitions that are removed; by default those into the states of each group.
    leaving : float64 (S+1, 1 + g), optional
        The weight that leaves each state and the start; by default that of the chain.
    reconnected : bool
        Whether removed transitions move nothing, since others take their place.
    """

    earned: Array
    forward: Array
    ahead: Array
    bound: float = 0.0
    killed: Array | None = None
    leaving: Array | None = None
    reconnected: bool = False


@attrs.frozen(eq=False, kw_only=True)
class _System:
    """A chain as linear equations: first steps, steps between states, and rewards."""

    first: Array
    inner: tuple[Array, Array, Array]
    reward: Array
    at_once: float
    size: int

    def dense(self) -> Array:
        sources, targets, shares = self.inner
        flat = np.bincount(sources * self.size + targets, shares, self.size**2)
        return flat.reshape(self.size, self.size)

    def sparse(self) -> object:
        from scipy.sparse import csr_array

        sources, targets, shares = self.inner
        return csr_array((shares, (sources, targets)), shape=(self.size, self.size))

    def earned(self, ahead: Array) -> Array:
        return np.asarray(self.at_once + self.first @ ahead)


def _system(chain: Chain, rewards: Array, shares: Array) -> _System:
    size = chain.size
    begins, ends = chain.sources == size, chain.targets > size
    inner = ~begins & ~ends
    into = begins & ~ends
    got = np.where(ends, shares * rewards, 0.0)
    return _System(
        first=np.bincount(chain.targets[into], shares[into], size),
        inner=(chain.sources[inner], chain.targets[inner], shares[inner]),
        reward=np.bincount(chain.sources, got, size + 1)[:size],
        at_once=float(got[begins].sum()),
        size=size,
    )


def without_each(
    chain: Chain, members: Array, rewards: Array, *, codes: int, earned_only: bool = False
) -> Removed:
    """Return what a chain earns with all its states, and without those of each code in turn.

    Parameters
    ----------
    members : int64 (S, order)
        The codes of each state, -1 for none.
    rewards : float64 (E,)
        What a transition into an end earns on average; not read for other transitions.
    codes
        The number of codes.
    earned_only
        Whether only ``earned`` is asked for, which takes half the time and a third of the memory
        where each state is one code.

    Notes
    -----
    Where each state is one code, all come from one inverse: with the fundamental matrix N and
    ahead h = N r, whoever avoids i earns ``h_s - N[s, i] h_i / N[i, i]``, by the rank-one update of
    the inverse. Up to 2,000 states the same by blocks. Above that all codes are solved together by
    sweeps H = A (r + Q H), which rise from 0 to the solution at a known distance from it.
    """
    system = _system(chain, rewards, chain.probabilities())
    if members.shape[1] == 1:
        if chain.size > _DENSE:
            raise InvalidInputError(
                f"removal effects take at most {_DENSE:,} touchpoints, got {chain.size:,}",
                mend="tp.collapse(journeys, by=…) groups them first",
            )
        return _earned_only(system) if earned_only else _one_by_one(system)
    inside = np.zeros((chain.size, codes), dtype=bool)
    rows, places = np.nonzero(members >= 0)
    inside[rows, members[rows, places]] = True
    return _by_blocks(system, inside) if chain.size <= _BLOCKS else _by_sweeps(system, inside)


def _one_by_one(system: _System) -> Removed:
    inverse = np.linalg.inv(np.eye(system.size) - system.dense())
    visits, own = system.first @ inverse, inverse.diagonal()
    ahead = inverse @ system.reward
    ever = visits / own
    earned = system.earned(ahead)
    lost = ever * ahead
    return Removed(
        earned=np.append(earned, earned - lost),
        forward=np.column_stack([visits, visits[:, None] - inverse.T * ever]),
        ahead=np.column_stack([ahead, ahead[:, None] - inverse * (ahead / own)]),
    )


def _earned_only(system: _System) -> Removed:
    """Return the same without the columns of codes, from the diagonal of the inverse alone."""
    from scipy.linalg import lapack

    size = system.size
    left = -system.dense().astype(np.float64, copy=False)
    left[np.arange(size), np.arange(size)] += 1.0
    # Read by columns, as LAPACK does, the matrix is its own transpose, which has the same diagonal.
    factors, pivots, _ = lapack.dgetrf(left.T, overwrite_a=1)
    ahead, _ = lapack.dgetrs(factors, pivots, system.reward, trans=1)
    visits, _ = lapack.dgetrs(factors, pivots, system.first)
    order = np.arange(size)
    for row, pivot in enumerate(pivots.tolist()):
        order[[row, pivot]] = order[[pivot, row]]
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    lower, _ = lapack.dtrtri(factors, lower=1, unitdiag=1)
    upper, _ = lapack.dtrtri(factors, overwrite_c=1)
    own = np.empty(size)
    for low in range(0, size, _ROWS):
        rows = np.arange(low, min(low + _ROWS, size))
        columns = place[rows]
        one, other = upper[rows], lower.T[columns]
        one[np.arange(size) < rows[:, None]] = 0.0
        other[np.arange(size) < columns[:, None]] = 0.0
        other[np.arange(len(rows)), columns] = 1.0
        own[rows] = np.einsum("ik,ik->i", one, other)
    earned = system.earned(ahead)
    return Removed(
        earned=np.append(earned, earned - visits / own * ahead),
        forward=visits[:, None],
        ahead=ahead[:, None],
    )


def _by_blocks(system: _System, inside: Array) -> Removed:
    inverse = np.linalg.inv(np.eye(system.size) - system.dense())
    visits, ahead = system.first @ inverse, inverse @ system.reward
    forward, onward = [visits], [ahead]
    for group in inside.T:
        block = np.linalg.solve(inverse[np.ix_(group, group)], inverse[group])
        forward.append(np.where(group, 0.0, visits - visits[group] @ block))
        back = np.linalg.solve(inverse[np.ix_(group, group)], ahead[group])
        onward.append(np.where(group, 0.0, ahead - inverse[:, group] @ back))
    ahead = np.column_stack(onward)
    return Removed(earned=system.earned(ahead), forward=np.column_stack(forward), ahead=ahead)


def _by_sweeps(system: _System, inside: Array) -> Removed:
    through: object = system.sparse()
    kept = np.column_stack([np.ones(system.size), ~inside]).astype(np.float64)
    ahead, _ = _swept(through, system.reward, kept)
    forward, bound = _swept(through.T.tocsr(), system.first, kept)  # type: ignore[attr-defined]
    return Removed(earned=system.earned(ahead), forward=forward, ahead=ahead, bound=bound)


def _swept(through: object, gains: Array, kept: Array) -> tuple[Array, float]:
    """Return the solution of ``H = kept * (gains + through @ H)``, and a bound of its error."""
    solution = np.zeros_like(kept)
    constant = kept * gains[:, None]
    for _ in range(_SWEEPS):
        update = constant + kept * (through @ solution)
        moved = float(np.abs(update - solution).max(initial=0.0))
        solution = update
        if moved <= _PRECISE:
            return solution, moved
    raise InvalidInputError(
        "the removal effects do not settle: journeys go round for too long",
        mend="a lower order=, or tp.collapse_repeats(journeys) first",
    )


def without(chain: Chain, rewards: Array, killed: Array, *, reconnect: bool = False) -> Removed:
    """Return what a chain earns as it is, and without some transitions.

    Parameters
    ----------
    killed : bool (E,)
        The transitions that are removed.
    reconnect
        Whether those who would take one take another from the same node instead, in proportion to
        the others; where there is no other, and by default, they are lost.

    Notes
    -----
    Two sparse factorisations.
    """
    shares = chain.probabilities()
    kept = np.where(killed, 0.0, chain.totals if reconnect else shares)
    leaving = chain.leaving()
    if reconnect:
        remaining = np.bincount(chain.sources, kept, chain.size + 1)
        leaving = np.where(remaining > 0, remaining, np.inf)
        kept = kept / leaving[chain.sources]
    whole = _solved(_system(chain, rewards, shares))
    less = _solved(_system(chain, rewards, kept))
    earned, forward, ahead = (np.stack(pair, axis=-1) for pair in zip(whole, less, strict=True))
    return Removed(
        earned=earned,
        forward=forward,
        ahead=ahead,
        killed=np.stack([np.zeros_like(killed), killed], axis=-1),
        leaving=np.stack([chain.leaving(), leaving], axis=-1),
        reconnected=reconnect,
    )


def _solved(system: _System) -> tuple[Array, Array, Array]:
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    if not system.size:
        return np.asarray(system.at_once), np.zeros(0), np.zeros(0)
    factors = splu(csc_array(eye_array(system.size) - system.sparse()))
    ahead = factors.solve(system.reward)
    return system.earned(ahead), factors.solve(system.first, trans="T"), ahead
