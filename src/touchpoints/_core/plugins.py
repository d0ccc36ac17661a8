"""Plug-ins of other packages: found by their entry points, imported only when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from touchpoints._core.messages import not_found
from touchpoints.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

CLASSIFIERS = "touchpoints.classifiers"
TAXONOMIES = "touchpoints.taxonomies"


@attrs.frozen
class Plugin:
    """An entry point declared by an installed distribution; it has not been imported yet.

    Attributes
    ----------
    group : str
        The group of entry points: ``touchpoints.classifiers`` or ``touchpoints.taxonomies``.
    name : str
        The name of the plug-in.
    value : str
        Its location: ``package.module:object``.
    distribution : str
        The distribution that declares it, with its version.
    """

    group: str
    name: str
    value: str
    distribution: str

    def load(self) -> Any:
        """Import the plug-in and return the object that its entry point names.

        Raises
        ------
        PluginError
            When importing it fails, for whatever reason.
        """
        from importlib.metadata import EntryPoint

        try:
            return EntryPoint(self.name, self.value, self.group).load()
        except (Exception, SystemExit) as error:
            raise self.failed(f"{type(error).__name__}: {error}") from error

    def failed(self, reason: str) -> PluginError:
        """Build the error for this plug-in not being usable, with the reason."""
        return PluginError(
            f"the plug-in {self.name!r} of {self.distribution} could not be loaded: {reason}",
            where=f"entry point {self.value!r} in {self.group}",
            mend=f"update or uninstall {self.distribution.partition(' ')[0]}",
        )


def available(group: str) -> tuple[str, ...]:
    """Return the sorted names of the plug-ins of a group, without importing them.

    Cost: the metadata of every installed distribution is read once.

    Examples
    --------
    >>> "no_such_plugin" in available("touchpoints.taxonomies")
    False
    """
    return tuple(sorted({plugin.name for plugin in _declared(group)}))


def find(group: str, name: str) -> Plugin:
    """Return the plug-in with this name, without importing it.

    Raises
    ------
    NotFoundError
        When no installed distribution declares it.
    PluginError
        When more than one distribution declares it.
    """
    found = [plugin for plugin in _declared(group) if plugin.name == name]
    if not found:
        raise not_found(f"plug-in in {group}", name, available(group))
    if len(found) > 1:
        owners = " and ".join(sorted(plugin.distribution for plugin in found))
        raise PluginError(
            f"two distributions declare the plug-in {name!r}: {owners}",
            where=group,
            mend="uninstall one of them, or import the object and pass it yourself",
        )
    return found[0]


def load(group: str, name: str) -> Any:
    """Import and return the plug-in with this name.

    Raises
    ------
    NotFoundError
        When no installed distribution declares it.
    PluginError
        When more than one distribution declares it, or when importing it fails; other plug-ins
        are not affected.
    """
    return find(group, name).load()


def _declared(group: str) -> list[Plugin]:
    from importlib.metadata import entry_points

    # A distribution that is on the path twice (an editable install, for example) declares each
    # entry point twice.
    return list(dict.fromkeys(_plugin(entry) for entry in entry_points(group=group)))


def _plugin(entry: EntryPoint) -> Plugin:
    owner = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed distribution"
    return Plugin(entry.group, entry.name, entry.value, owner)
