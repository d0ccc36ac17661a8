"""What absorbing chains earn with and without some of their states or transitions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.chains import Chain
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError

_DENSE = 6000
_BLOCKS = 2000
_CELLS = 1 << 26
_PRECISE = 1e-13
_SETTLED = 1e-10
_CYCLES = 28
_STEPS = 5
_HALF = 0.5
_RIDGE = 1e-15
_ROUNDING = 4e-16
_AT_ONCE = 1 << 22
_FEWEST = 4
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
        Whether only ``earned`` is asked for, which takes half the time, and a third of the memory
        where each state is one code.

    Notes
    -----
    Where each state is one code, all come from one inverse: with the fundamental matrix N and
    ahead h = N r, whoever avoids i earns ``h_s - N[s, i] h_i / N[i, i]``, by the rank-one update of
    the inverse. Up to 2,000 states the same by blocks. Above that all codes are solved together by
    sweeps H = A (r + Q H) from 0, and those that come nearer too slowly by GMRES.
    """
    system = _system(chain, rewards, chain.probabilities())
    if members.shape[1] == 1:
        if chain.size > _DENSE:
            raise InvalidInputError(
                f"removal effects take at most {_DENSE:,} touchpoints, got {chain.size:,}",
                mend="tp.collapse(journeys, by=…) groups them first",
            )
        return _earned_only(system) if earned_only else _one_by_one(system)
    if chain.size * (codes + 1) > _CELLS:
        raise InvalidInputError(
            f"{chain.size:,} sequences of touchpoints are too many for the removal effects of "
            f"{codes:,} touchpoints at this order",
            mend="a lower order=, or tp.collapse(journeys, by=…) groups touchpoints first",
        )
    inside = np.zeros((chain.size, codes), dtype=bool)
    rows, places = np.nonzero(members >= 0)
    inside[rows, members[rows, places]] = True
    solve = _by_blocks if chain.size <= _BLOCKS else _by_sweeps
    return solve(system, inside, earned_only=earned_only)


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


def _by_blocks(system: _System, inside: Array, *, earned_only: bool) -> Removed:
    inverse = np.linalg.inv(np.eye(system.size) - system.dense())
    visits, ahead = system.first @ inverse, inverse @ system.reward
    forward, onward = [visits], [ahead]
    for group in inside.T:
        own = inverse[np.ix_(group, group)]
        if not earned_only:
            block = np.linalg.solve(own, inverse[group])
            forward.append(np.where(group, 0.0, visits - visits[group] @ block))
        back = np.linalg.solve(own, ahead[group])
        onward.append(np.where(group, 0.0, ahead - inverse[:, group] @ back))
    ahead = np.column_stack(onward)
    return Removed(earned=system.earned(ahead), forward=np.column_stack(forward), ahead=ahead)


def _by_sweeps(system: _System, inside: Array, *, earned_only: bool) -> Removed:
    through: object = system.sparse()
    kept = np.column_stack([np.ones(system.size), ~inside]).astype(np.float64)
    ahead = _swept(through, system.reward, kept)
    back, some = through.T.tocsr(), kept[:, :1] if earned_only else kept  # type: ignore[attr-defined]
    return Removed(
        earned=system.earned(ahead), forward=_swept(back, system.first, some), ahead=ahead
    )


def _swept(through: object, gains: Array, kept: Array) -> Array:
    """Return the solution of ``H = kept * (gains + through @ H)``, column by column."""
    width, most = max(_AT_ONCE // max(len(kept), 1), _FEWEST), _largest(through, len(kept))
    parts = [
        _some_swept(through, gains, np.ascontiguousarray(kept[:, low : low + width]), most)
        for low in range(0, kept.shape[1], width)
    ]
    return np.concatenate(parts, axis=1)


def _largest(through: object, size: int) -> float:
    """Return how many times what a last sweep moved a solution can be wrong by, or infinity.

    That is the largest entry of ``h = 1 + through @ h``, the norm of the inverse of a matrix
    without entries below 0; of an h that a sweep moves by d it is at most ``h / (1 - d)``.
    """
    ones, solution = np.ones((size, 1)), np.zeros((size, 1))
    for _ in range(_CYCLES):
        solution, moved = _cycle(through, ones[:, 0], ones, solution)
        if moved[0] <= _HALF:
            return float(solution.max(initial=0.0) / (1 - moved[0]))
    return np.inf


def _some_swept(through: object, gains: Array, kept: Array, most: float) -> Array:
    """Return some columns of the solution.

    By sweeps, of which every few lead to the combination of them that the next one would move
    least. Columns that have settled are swept no further, and those that come nearer too slowly are
    solved by `_by_krylov`.
    """
    answer, left = np.empty_like(kept), np.arange(kept.shape[1])
    solution = np.zeros_like(kept)
    for _ in range(_CYCLES):
        solution, moved = _cycle(through, gains, kept, solution)
        scale = np.maximum(np.abs(solution).max(axis=0, initial=0.0), 1.0)
        done = moved <= scale * max(_PRECISE / most, _ROUNDING)
        if done.any():
            answer[:, left[done]] = solution[:, done]
            left, solution, kept = left[~done], solution[:, ~done], kept[:, ~done]
        if not len(left):
            break
    for place, column in enumerate(left.tolist()):
        answer[:, column] = _by_krylov(through, gains, kept[:, place], solution[:, place])
    return answer


def _cycle(through: Any, gains: Array, kept: Array, solution: Array) -> tuple[Array, Array]:
    """Sweep some times, extrapolate, sweep once more; return also by how much that moved columns.

    Notes
    -----
    Reduced rank extrapolation of all columns together: D. A. Smith, W. F. Ford and A. Sidi (1987),
    Extrapolation methods for vector sequences, SIAM Review 29(2), 199-233, doi:10.1137/1029042.
    Columns that it leads astray go on from their last sweep.
    """
    swept = np.empty((_STEPS + 2, *kept.shape))
    swept[0] = solution
    for before, after in itertools.pairwise(swept):
        np.multiply(kept, gains[:, None] + through @ before, out=after)
    steps = np.diff(swept, axis=0)
    plain = np.abs(steps[-1]).max(axis=0, initial=0.0)
    if not plain.any():
        return swept[-1], plain
    flat = steps.reshape(_STEPS + 1, -1)
    products = flat @ flat.T
    products /= products.trace() or 1.0
    products += _RIDGE * np.eye(_STEPS + 1)
    weights = np.linalg.solve(products, np.ones(_STEPS + 1))
    guess = np.tensordot(weights / weights.sum(), swept[1:], axes=1)
    found = kept * (gains[:, None] + through @ guess)
    moved = np.abs(found - guess).max(axis=0, initial=0.0)
    astray = ~(moved <= plain)
    found[:, astray], moved[astray] = swept[-1][:, astray], plain[astray]
    return found, moved


def _by_krylov(through: Any, gains: Array, kept: Array, begin: Array) -> Array:
    """Return the solution of ``h = kept * (gains + through @ h)`` by GMRES, from a first guess.

    Y. Saad and M. H. Schultz (1986), GMRES: a generalized minimal residual algorithm for solving
    nonsymmetric linear systems, SIAM Journal on Scientific and Statistical Computing 7(3), 856-869,
    doi:10.1137/0907058.
    """
    from scipy.sparse.linalg import LinearOperator, gmres

    size, wanted = len(kept), kept * gains
    matrix = LinearOperator((size, size), matvec=lambda one: one - kept * (through @ one))
    most = float(np.abs(wanted).max(initial=0.0))
    found, _ = gmres(matrix, wanted, x0=begin, rtol=_PRECISE, atol=0.0, restart=100, maxiter=10)
    if np.abs(wanted - matrix @ found).max(initial=0.0) > _SETTLED * max(most, _PRECISE):
        raise InvalidInputError(
            "the removal effects do not settle: journeys go round for too long",
            mend="a lower order=, or tp.collapse_repeats(journeys) first",
        )
    return np.asarray(found)


def without(chain: Chain, rewards: Array, killed: Array, *, reconnect: bool = False) -> Removed:
    """Return what a chain earns as it is, and without some transitions: see `without_several`."""
    return next(without_several(chain, rewards, [killed], reconnect=reconnect))


def without_several(
    chain: Chain, rewards: Array, groups: Iterable[Array], *, reconnect: bool = False
) -> Iterator[Removed]:
    """Yield what a chain earns as it is, and without each of several groups of transitions.

    Parameters
    ----------
    groups : iterable of bool (E,)
        The transitions that are removed together.
    reconnect
        Whether those who would take one take another from the same node instead, in proportion to
        the others; where there is no other, or none that leads to an end, and by default, they are
        lost.

    Notes
    -----
    One sparse factorisation of the whole chain, and one for each group.
    """
    shares = chain.probabilities()
    whole = _solved(_system(chain, rewards, shares))
    for killed in groups:
        kept, leaving = _remaining(chain, shares, killed, reconnect=reconnect)
        less = _solved(_system(chain, rewards, kept))
        both = zip(whole, less, strict=True)
        earned, forward, ahead = (np.stack(pair, axis=-1) for pair in both)
        yield Removed(
            earned=earned,
            forward=forward,
            ahead=ahead,
            killed=np.stack([np.zeros_like(killed), killed], axis=-1),
            leaving=np.stack([chain.leaving(), leaving], axis=-1),
            reconnected=reconnect,
        )


def _remaining(
    chain: Chain, shares: Array, killed: Array, *, reconnect: bool
) -> tuple[Array, Array]:
    """Return the probability of each transition without some, (E,), and the weights that leave."""
    kept = np.where(killed, 0.0, chain.totals if reconnect else shares)
    leaving = chain.leaving()
    if reconnect:
        remaining = np.bincount(chain.sources, kept, chain.size + 1)
        leaving = np.where(remaining > 0, remaining, np.inf)
        kept = kept / leaving[chain.sources]
        kept = np.where(_leads_out(chain, kept > 0)[chain.sources], kept, 0.0)
    return kept, leaving


def _leads_out(chain: Chain, kept: Array) -> Array:
    """Return from which nodes an end can be reached by the transitions kept, bool (nodes,)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    size = chain.size + 1 + chain.ends
    ends = np.arange(chain.size + 1, size)
    back = np.append(chain.targets[kept], np.full(len(ends), size))
    forth = np.append(chain.sources[kept], ends)
    graph = csr_array((np.ones(len(back)), (back, forth)), shape=(size + 1, size + 1))
    found = np.zeros(size + 1, dtype=bool)
    found[breadth_first_order(graph, size, return_predecessors=False)] = True
    return found[:size]


def _solved(system: _System) -> tuple[Array, Array, Array]:
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    if not system.size:
        return np.asarray(system.at_once), np.zeros(0), np.zeros(0)
    factors = splu(csc_array(eye_array(system.size) - system.sparse()))
    ahead = factors.solve(system.reward)
    return system.earned(ahead), factors.solve(system.first, trans="T"), ahead
