"""Classifiers that installed packages offer; nothing of them is imported before it is asked for."""

from __future__ import annotations

from touchpoints._core import plugins
from touchpoints._core.checks import (
    require_kind,
)
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.errors import WrongKindError


def available() -> tuple[str, ...]:
    """Return the names of the classifiers that installed packages offer, importing none.

    A package offers one by an entry point in the group ``touchpoints.classifiers``. There is no
    other registry. Cost: one look at the metadata of every installed distribution.

    Examples
    --------
    >>> "no_such_classifier" in available()
    False
    """
    return plugins.available(plugins.CLASSIFIERS)


def load(name: str) -> Classifier:
    """Return the classifier that an installed package offers under this name.

    Parameters
    ----------
    name
        One of `available`. The entry point is a classifier, or a function without arguments that
        makes one (to read a rule file of the package, say).

    Raises
    ------
    NotFoundError
        When no package offers it; the message proposes near names.
    PluginError
        When importing it fails, or it is no classifier; the message names the package. Other
        plug-ins are not touched.

    Examples
    --------
    >>> load("no_such_classifier")
    Traceback (most recent call last):
    touchpoints.errors.NotFoundError: no plug-in in touchpoints.classifiers 'no_such_classifier'
    """
    mend = "touchpoints.classify.available() lists the names"
    require_kind(name, str, takes="the name of an installed classifier", mend=mend)
    plugin = plugins.find(plugins.CLASSIFIERS, name)
    found = plugin.load()
    if callable(found) and not hasattr(found, "reads"):
        try:
            found = found()
        except Exception as error:
            raise plugin.failed(f"{type(error).__name__}: {error}") from error
    try:
        check_classifier_object(found)
    except WrongKindError as error:
        raise plugin.failed(error.what) from error
    classifier: Classifier = found
    return classifier
