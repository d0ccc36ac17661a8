"""Features of journeys as a transformer of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import attempt_import
from touchpoints.journeys.model import Journeys
from touchpoints.learn.columns import KINDS, FeatureColumns, Kind
from touchpoints.learn.evidence import Until
from touchpoints.learn.matrix import Features, features

_base: Any = attempt_import("sklearn.base", extra="'touchpoints[learn]'")
_validation: Any = attempt_import("sklearn.utils.validation", extra="'touchpoints[learn]'")


class JourneyFeatures(_base.TransformerMixin, _base.BaseEstimator):  # type: ignore[misc]
    """Transformer from journeys to features, for pipelines and cross-validation of scikit-learn.

    Fitting learns which touchpoints and transitions have columns. Interactions and transitions that
    fitting has not met are counted in the columns that begin with ``other:``.

    Parameters
    ----------
    of, first, positions, min_journeys, until, outcome
        As for `touchpoints.features`.
    sparse_output
        Whether `transform` returns a ``scipy.sparse.csr_matrix``; False for a numpy array, which
        ``set_output(transform="pandas")`` needs.

    Attributes
    ----------
    columns_ : FeatureColumns
        What the columns are, learned by `fit`.

    See Also
    --------
    touchpoints.features : The same as a function; says what each column holds.

    Notes
    -----
    Needs scikit-learn, the extra ``learn``. The input are `Journeys`, no arrays: the estimator tags
    say so (``two_d_array`` is False), and scikit-learn's ``check_estimator`` leaves out the checks
    that fit arrays. Pass ``groups`` to a splitter such as ``GroupKFold``, so that no person is both
    learned from and predicted: `Features.groups` has them.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(50, seed=1), "purchase", outcome="purchase")
    >>> made = tp.learn.JourneyFeatures(of="count", first=3).fit(shop[:40])
    >>> made.transform(shop[40:]).shape == (10, len(made.get_feature_names_out()))
    True
    """

    def __init__(
        self,
        *,
        of: Kind | Sequence[Kind] = KINDS,
        first: int | None = None,
        positions: int = 1,
        min_journeys: int = 1,
        until: Until = None,
        outcome: str | None = None,
        sparse_output: bool = True,
    ) -> None:
        self.of = of
        self.first = first
        self.positions = positions
        self.min_journeys = min_journeys
        self.until = until
        self.outcome = outcome
        self.sparse_output = sparse_output

    def fit(self, X: Journeys, y: Any = None) -> JourneyFeatures:  # noqa: ARG002 -- passed by pipelines
        """Learn the columns from journeys; ``y`` is not read."""
        self.columns_: FeatureColumns = features(
            X,
            of=self.of,
            first=self.first,
            positions=self.positions,
            min_journeys=self.min_journeys,
            until=self.until,
            outcome=self.outcome,
        ).columns
        return self

    def transform(self, X: Journeys) -> Any:
        """Return the features of journeys, a row each."""
        matrix = self.features(X).matrix.copy()
        return matrix if self.sparse_output else matrix.toarray()

    def features(self, X: Journeys) -> Features:
        """Return the features of journeys with their names, ids, groups and outcomes."""
        _validation.check_is_fitted(self)
        return features(X, like=self.columns_)

    def get_feature_names_out(
        self,
        input_features: Any = None,  # noqa: ARG002 -- passed by pipelines
    ) -> Array:
        """Return the names of the columns; ``input_features`` is not read."""
        _validation.check_is_fitted(self)
        return text_array(self.columns_.names)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.sparse = False
        tags.no_validation = True
        return tags

    def _more_tags(self) -> dict[str, Any]:
        """Say the same to scikit-learn before 1.6."""
        return {"X_types": ["journeys"], "no_validation": True}
