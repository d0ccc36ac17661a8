"""Features of journeys: a sparse matrix with named columns, one row a journey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import public, require_kind, whole
from touchpoints._core.frozen import Array, FrozenMap, owned, read_only, same_array
from touchpoints._core.messages import counted, first_few, not_found
from touchpoints._core.tables import attempt_import
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.learn.blocks import matrix_of, own_columns
from touchpoints.learn.columns import (
    KINDS,
    FeatureColumns,
    Kind,
    asked_columns,
    columns_of,
)
from touchpoints.learn.evidence import Until, known_before
from touchpoints.uncertainty.units import units_of

_UNASKED = asked_columns(of=KINDS, first=None, positions=1, until=None, outcome=None)


def _frozen_matrix(matrix: Any) -> Any:
    """Return a sparse matrix whose arrays cannot be written to."""
    for one in (matrix.data, matrix.indices, matrix.indptr):
        owned(one)
    return matrix


def _same_matrix(left: Any, right: Any) -> bool:
    return bool(left.shape == right.shape and (left != right).nnz == 0)


def _same_columns(left: Mapping[str, Array], right: Mapping[str, Array]) -> bool:
    return left.keys() == right.keys() and all(same_array(left[one], right[one]) for one in left)


def _read_only(values: Array | None) -> Array | None:
    return None if values is None else read_only(values)


def _by_name(columns: Mapping[str, Array]) -> FrozenMap[str, Array]:
    return FrozenMap({name: read_only(one) for name, one in columns.items()})


@attrs.frozen(kw_only=True, repr=False)
class Features:
    """Features of journeys, one row a journey; made by `touchpoints.features`.

    Attributes
    ----------
    matrix : scipy.sparse.csr_matrix of float64 (n, c)
        The features. It holds no nan.
    names : tuple of str, c
        The names of the columns.
    ids : (n,)
        The ids of the journeys.
    persons : (n,), optional
        Whose journey it is, as in `Journeys`.
    groups : int64 (n,)
        A number for each person, and one for each journey of nobody known: what splitters such as
        ``GroupKFold`` take as ``groups``, so that nobody is both learned from and predicted.
    sample_weight : float64 (n,)
        How many real journeys each row stands for: the counts of the journeys.
    outcomes : mapping of name to float64 (n,)
        1 reached, 0 not reached, nan not known (yet).
    others : int64 (n,)
        How many interactions of each journey are of touchpoints without a column of their own.
    columns : FeatureColumns
        What the columns are; pass it as ``like=`` to give other journeys the same ones.

    See Also
    --------
    touchpoints.features : Makes it, and says what each column holds.
    """

    matrix: Any = attrs.field(converter=_frozen_matrix, eq=attrs.cmp_using(eq=_same_matrix))
    ids: Array = attrs.field(converter=_read_only, eq=attrs.cmp_using(eq=same_array))
    persons: Array | None = attrs.field(converter=_read_only, eq=attrs.cmp_using(eq=same_array))
    groups: Array = attrs.field(converter=_read_only, eq=attrs.cmp_using(eq=same_array))
    sample_weight: Array = attrs.field(converter=_read_only, eq=attrs.cmp_using(eq=same_array))
    outcomes: FrozenMap[str, Array] = attrs.field(
        converter=_by_name, eq=attrs.cmp_using(eq=_same_columns)
    )
    others: Array = attrs.field(converter=_read_only, eq=attrs.cmp_using(eq=same_array))
    columns: FeatureColumns

    __hash__ = None  # type: ignore[assignment]  # compares by content, like an array

    def __reduce__(self) -> tuple[Any, ...]:
        state = {field.name: getattr(self, field.name) for field in attrs.fields(Features)}
        return (_restored, (state,))  # numpy forgets read-only when unpickling

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.columns.names

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        kinds = ", ".join(self.columns.of)
        lost = int(self.others.sum())
        facts = [
            counted(len(self), "journey"),
            f"{counted(self.matrix.shape[1], 'column')} ({kinds})",
            *([f"{counted(lost, 'interaction')} without a column of its touchpoint"] * bool(lost)),
        ]
        return f"<Features: {', '.join(facts)}>"

    def target(self, outcome: str) -> Array:
        """Return an outcome as numbers: 1 reached, 0 not reached, nan not known (yet).

        Most models refuse nan: leave those rows out, ``known = ~np.isnan(target)``.

        See Also
        --------
        touchpoints.mark : Marks an outcome.
        """
        if outcome not in self.outcomes:
            raise not_found("outcome", outcome, list(self.outcomes))
        return self.outcomes[outcome]

    def to_pandas(self) -> Any:
        """Return a ``pandas.DataFrame`` of sparse columns, with the ids as index.

        See Also
        --------
        touchpoints.features : What each column holds.
        """
        pandas = attempt_import("pandas", extra="pandas")
        index = pandas.Index(self.ids, name="journey", tupleize_cols=False)
        frame = pandas.DataFrame.sparse
        return frame.from_spmatrix(self.matrix, index=index, columns=list(self.names))


def _restored(state: dict[str, Any]) -> Features:
    return Features(**state)


@public
def features(
    journeys: Journeys,
    *,
    of: Kind | Sequence[Kind] = KINDS,
    first: int | None = None,
    positions: int = 1,
    min_journeys: int = 1,
    until: Until = None,
    outcome: str | None = None,
    like: FeatureColumns | None = None,
) -> Features:
    """Turn journeys into a sparse matrix of features, for models of other libraries.

    To have features of channels, needs or other facets, apply `tp.collapse` first.

    Parameters
    ----------
    of
        Which features, in the order of their columns: ``"presence"`` (1 where the journey has the
        touchpoint), ``"count"`` (how often), ``"last"`` (1 for the touchpoint at the end),
        ``"transitions"`` (how often a touchpoint directly follows another), and ``"gaps"``
        (log(1 + seconds) from interaction to interaction: the median, the longest, the last, and
        the total from the first interaction to the last).
    first
        How many interactions of each journey are read, counted from its beginning; all by default.
    positions
        How many positions, counted from the end, ``"last"`` encodes.
    min_journeys
        In how many real journeys a touchpoint or transition must occur to have columns of its own.
        All others share the columns that begin with ``other:``.
    until
        A touchpoint, or another place as for `tp.before_first`: only what comes before its first
        occurrence is read. True: only what comes before the time of the outcome.
    outcome
        The outcome that the features are to predict; by default all outcomes of the journeys are
        guarded.
    like
        The ``columns`` of other features: the journeys are read in the same way, ``until`` and
        ``outcome`` included, and the matrix gets the same columns. What those do not know goes to
        the columns that begin with ``other:``.

    Returns
    -------
    Features
        The matrix, the names of its columns, and beside it ids, groups of persons, weights and
        outcomes.

    Raises
    ------
    InvalidInputError
        When an interaction defines the outcome or comes after it, when gaps are asked of journeys
        without times, when ``of`` names no kind of features or one twice, or when ``like`` is
        given with another argument or is of journeys with another lens.
    NotFoundError
        When there is no such outcome or place. With ``like`` there need not be: the journeys may
        not have got so far.

    See Also
    --------
    until : Cut journeys before an outcome, and mark it.
    tp.learn.JourneyFeatures : The same as a transformer of scikit-learn.

    Notes
    -----
    Journeys are not left out: one without interactions is a row of zeros, and one whose outcome is
    not known has features as well. Nothing is lost in a block either: the columns of ``"count"``
    sum to the number of interactions read, those of ``"transitions"`` to one less. A journey with
    fewer than two interactions has no gap: ``gap:known`` is 0 there, and so are the other columns
    of gaps, never nan. Columns are sorted by key, and depend only on what is read. O(m log m).

    Features say what a journey looked like; that they predict an outcome does not say that they
    cause it.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > search", "ad > ad"], "sales": [3, 0], "lost": [1, 6]}
    >>> journeys = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")
    >>> found = tp.features(journeys, of=["count", "last"], outcome="sale")
    >>> found.names
    ('count:ad', 'count:search', 'other:count', 'last:ad', 'last:search', 'other:last')
    >>> found.matrix.toarray()[0].tolist()
    [1.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    >>> found.target("sale").tolist(), found.sample_weight.tolist()
    ([1.0, 0.0, 0.0], [3.0, 1.0, 6.0])
    """
    checked_journeys(journeys)
    asked = asked_columns(of=of, first=first, positions=positions, until=until, outcome=outcome)
    least = whole("min_journeys", min_journeys)
    if like is not None:
        _check_like(journeys, like, alone=asked == _UNASKED and least == 1)
        asked = like
    part = known_before(
        journeys,
        until=asked.until,
        outcome=asked.outcome,
        first=asked.first,
        fitted=like is not None,
    )
    return _described(part, asked if like is not None else columns_of(part, asked, least=least))


def _described(part: Journeys, columns: FeatureColumns) -> Features:
    """Return the features of journeys that hold only what may be read."""
    lost = own_columns(part, columns) == len(columns.touchpoints)
    others = segments.sum_by_segment(lost[part.codes].view(np.int8), part.offsets, dtype=np.int64)
    return Features(
        matrix=matrix_of(part, columns),
        ids=part.ids,
        persons=part.persons,
        groups=owned(units_of(part, None).of.astype(np.int64)),
        sample_weight=owned(part.counts.astype(np.float64)),
        outcomes={name: _known(part, name) for name in part.outcomes},
        others=owned(others),
        columns=columns,
    )


def _known(journeys: Journeys, outcome: str) -> Array:
    """Return an outcome, nan also where a journey without it is not finished."""
    marks = journeys.outcomes[outcome]
    return owned(np.where((marks == 1) | journeys.finished, marks, np.nan))


def _check_like(journeys: Journeys, like: object, *, alone: bool) -> None:
    mend = "like=tp.features(training).columns"
    require_kind(like, FeatureColumns, takes="the columns of features as like=", mend=mend)
    if not alone:
        raise InvalidInputError(
            "like= already says what is read and what the columns are",
            mend="leave out of=, first=, positions=, min_journeys=, until= and outcome=",
        )
    lens: tuple[str, ...] = getattr(like, "lens", ())
    if journeys.meta.lens != lens:
        raise InvalidInputError(
            f"the columns are of journeys collapsed by {first_few(lens) or 'nothing'}, these are "
            f"collapsed by {first_few(journeys.meta.lens) or 'nothing'}",
            mend="collapse both in the same way, with tp.collapse",
        )
