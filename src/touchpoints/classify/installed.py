"""Classifiers of installed packages, found by entry points and imported on request."""

from __future__ import annotations

from touchpoints._core import plugins
from touchpoints._core.checks import (
    public,
    require_kind,
)
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.errors import WrongKindError


@public
def available() -> tuple[str, ...]:
    """Return the names of the classifiers of installed packages, without importing them.

    A package offers a classifier by an entry point in the group ``touchpoints.classifiers``; there
    is no other registry. Cost: one read of the metadata of every installed distribution.

    See Also
    --------
    load : Import a classifier by its name.
    touchpoints.available_taxonomies : The names of installed taxonomies.

    Examples
    --------
    >>> "no_such_classifier" in available()
    False
    """
    return plugins.available(plugins.CLASSIFIERS)


@public
def load(name: str) -> Classifier:
    """Import the classifier that an installed package offers under a name.

    Parameters
    ----------
    name
        A name from `available`. The entry point is a classifier, or a function without arguments
        that returns a classifier (for example, one that reads a rule file of the package).

    Raises
    ------
    NotFoundError
        When no package offers the name; the message proposes near names.
    PluginError
        When the import fails, or what is imported is not a classifier; the message names the
        package. Other plug-ins are not affected.

    See Also
    --------
    available : The names that can be loaded.
    touchpoints.load_taxonomy : Load a built-in or installed taxonomy.
    touchpoints.testing.check_classifier : Check a classifier before publishing it.

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
