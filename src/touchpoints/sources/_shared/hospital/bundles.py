"""Where FHIR resources stand: in lines, files, folders and Bundles; and what refers to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import first_few
from touchpoints.errors import NotFoundError
from touchpoints.sources._shared.fields import Pages, Unreadable, field, text
from touchpoints.sources._shared.files import is_path
from touchpoints.sources._shared.records import records_of
from touchpoints.sources._shared.skipped import Skipped

DELETED = "deleted"

_ENDINGS = (".ndjson", ".jsonl", ".json", ".ndjson.gz", ".jsonl.gz", ".json.gz")
_HISTORY = re.compile(r"/_history/[^/]*$")
_TYPED = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)[/?]")


@attrs.frozen(eq=False)
class Resource:
    """A resource, where it stands, its own reference, and the names of those beside it.

    Attributes
    ----------
    of
        The resource as its JSON object.
    where
        The file and line, or the entry of the Bundle.
    key
        What refers to it, such as ``Encounter/1``; None if nothing can.
    updated
        When the server stored this version, as text; None if it is not known.
    local
        The references of the same Bundle by their full URL.
    """

    of: Mapping[str, Any]
    where: str
    key: str | None
    updated: Any
    local: Mapping[str, str]

    def reference(self, *paths: str) -> str | None:
        """Return whom or what the first reference found names.

        Versions of a reference are one. A reference by an identifier is ``system|value``, and so
        is one to a resource that is contained, whose own id means nothing outside.
        """
        found = field(self.of, *paths)
        if found is None:
            return None
        if not isinstance(found, Mapping):
            raise Unreadable(f"{paths[0]} must be a Reference", found)
        written = text(found, "reference")
        if written is None:
            return _identified(found, "identifier")
        if written.startswith("#"):
            contained = field(self.of, "contained")
            inside = contained if isinstance(contained, list) else []
            for one in inside:
                if isinstance(one, Mapping) and one.get("id") == written[1:]:
                    return _identified(one, "identifier.0")
            return None
        plain = _HISTORY.sub("", written)
        return self.local.get(plain, plain)


def _identified(record: Mapping[str, Any], path: str) -> str | None:
    system, value = (text(record, f"{path}.{one}") for one in ("system", "value"))
    return None if value is None else f"{system or ''}|{value}"


def type_of(reference: str) -> str | None:
    """Return the type of resource that a reference names, None if it does not say: urn:uuid:…."""
    path, asked, _ = reference.partition("?")
    found = [] if "|" in path else _TYPED.findall(path + asked)
    return found[-1] if found else None


def resources_in(source: Any, skipped: Skipped) -> Iterator[Resource]:
    """Yield the resources of files, folders, Bundles or records, in their order."""
    pages = Pages()
    for named, part in _parts(source):
        for where, record in records_of(part, skipped):
            place = f"{named}, {where}" if named else where
            if record.get("resourceType") == "Bundle":
                pages.see(goes_on=_goes_on(record))
            yield from _unpacked(record, place, skipped)
    pages.tell(skipped)


def _goes_on(bundle: Mapping[str, Any]) -> bool:
    links = bundle.get("link")
    known = links if isinstance(links, list) else []
    return any(isinstance(one, Mapping) and one.get("relation") == "next" for one in known)


def _parts(source: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(source, Mapping):
        yield "", [source]
        return
    several = isinstance(source, (list, tuple)) and bool(source) and all(map(is_path, source))
    if not several and not is_path(source):
        yield "", source
        return
    for path in source if several else [source]:
        if not Path(path).is_dir():
            yield Path(path).name if several else "", path
            continue
        files = sorted(one for one in Path(path).iterdir() if one.name.endswith(_ENDINGS))
        if not files:
            raise NotFoundError(
                f"the folder {str(path)!r} has no file of resources",
                mend=f"files end with {first_few(_ENDINGS)}",
            )
        for file in files:
            yield file.name, file


def _unpacked(record: Mapping[str, Any], where: str, skipped: Skipped) -> Iterator[Resource]:
    if record.get("resourceType") != "Bundle":
        yield _resource(record, where, FrozenMap(), {})
        return
    entries = record.get("entry") or []
    if not isinstance(entries, list) or not all(isinstance(one, Mapping) for one in entries):
        skipped.refuse("the entries of a Bundle must be a list of objects", where=where)
        return
    local = {
        full: key
        for one in entries
        if isinstance(full := one.get("fullUrl"), str) and (key := _key_of(one)) is not None
    }
    numbered = list(enumerate(entries))
    if record.get("type") == "history":  # the newest version is first
        numbered.reverse()
    for position, entry in numbered:
        place = f"{where}, entry {position}"
        found = entry.get("resource")
        if isinstance(found, Mapping):
            if found.get("resourceType") == "Bundle":
                yield from _unpacked(found, place, skipped)
            else:
                yield _resource(found, place, local, entry)
        elif (gone := _deleted(entry)) is not None:
            yield _resource(gone, place, local, entry)
        else:
            skipped.leave_out("an entry of a Bundle without a resource")


def _key_of(entry: Mapping[str, Any]) -> str | None:
    found = entry.get("resource")
    return _own_key(found) if isinstance(found, Mapping) else None


def _own_key(resource: Mapping[str, Any]) -> str | None:
    kind, id_ = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{id_}" if isinstance(kind, str) and isinstance(id_, (str, int)) else None


def _resource(
    of: Mapping[str, Any], where: str, local: Mapping[str, str], entry: Mapping[str, Any]
) -> Resource:
    full = entry.get("fullUrl")
    key = _own_key(of) or (full if isinstance(full, str) else None)
    updated = field(of, "meta.lastUpdated") or field(entry, "response.lastModified")
    return Resource(of, where, key, updated, local)


def _deleted(entry: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what stands for a resource that a history says was deleted."""
    if field(entry, "request.method") != "DELETE":
        return None
    url = field(entry, "request.url")
    parts = url.split("/") if isinstance(url, str) else []
    if len(parts) < len(("type", "id")):
        return None
    return {"resourceType": parts[-2], "id": parts[-1], "status": DELETED}
