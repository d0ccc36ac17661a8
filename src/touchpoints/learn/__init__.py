"""Out of the library: a row of numbers for each journey, for models of other libraries.

`touchpoints.features` makes the matrix; `JourneyFeatures` does the same as a transformer of
scikit-learn, which stands in a pipeline and in cross-validation. See `touchpoints.features` for
what each column holds and for what is refused because it would know the outcome.
"""

from touchpoints._core.lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(
    __name__,
    """
    columns: FeatureColumns
    matrix: Features
    transformer: JourneyFeatures
    """,
)
