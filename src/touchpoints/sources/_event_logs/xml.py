"""XML streamed by expat: no tree, no document type, no entities, errors with line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

from touchpoints._core.checks import require_path
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.files import blocks_of, opened

Start = Callable[[str, list[str]], None]
End = Callable[[str], None]
_OUTSIDE_ASCII = 0x80
_OF_EXPAT = ("utf-8", "utf-16", "iso-8859-1", "us-ascii")
_DAMAGED = "copy or export the file again"


class Xml:
    """A file of XML that is read from its beginning to its end, element by element.

    ``parser`` is expat's; its handlers may be exchanged while the file is read. Attributes come as
    a list of names and values in turn.
    """

    def __init__(self, path: Any) -> None:
        self.path = path
        require_path(path, mend="pass the path of the file")
        self.name = Path(path).name
        parser = self.parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.XmlDeclHandler = self._check_encoding
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_entity
        parser.ExternalEntityRefHandler = self._refuse_entity

    def where(self) -> str:
        """Return the line and column that is being read."""
        parser = self.parser
        return f"{self.name}, line {parser.CurrentLineNumber}, column " + str(
            parser.CurrentColumnNumber + 1
        )

    def read(self) -> None:
        """Read the whole file through the handlers."""
        with opened(self.path) as file:
            self._parse(blocks_of(file))

    def _parse(self, blocks: Iterator[bytes]) -> None:
        done, block = 0, b""
        try:
            for block in blocks:
                self.parser.Parse(block)
                done += len(block)
            block = b""
            self.parser.Parse(b"", True)  # noqa: FBT003 - it takes no keyword
        except expat.ExpatError as error:
            self._broken(error, block, done)

    def _broken(self, error: expat.ExpatError, block: bytes, done: int) -> NoReturn:
        place = f"{self.name}, line {error.lineno}, column {error.offset + 1}"
        byte = self.parser.ErrorByteIndex
        said = expat.ErrorString(error.code)
        if done + len(block) == 0:
            raise InvalidInputError("the file is empty", where=self.name, mend=_DAMAGED) from error
        rest = block[max(byte - done, 0) :]
        if error.code == 4 and rest and rest[0] >= _OUTSIDE_ASCII:
            raise InvalidInputError(
                "the file is not written in the encoding that it declares, UTF-8 if it declares "
                "none",
                where=f"{place}, byte {byte}",
                mend='save it as UTF-8, or declare its encoding: <?xml version="1.0" '
                'encoding="ISO-8859-1"?>',
            ) from error
        raise InvalidInputError(
            f"the XML cannot be read: {said}", where=place, mend=_DAMAGED
        ) from error

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """Refuse an encoding that is not known, or has more than a byte a character."""
        if encoding is None or encoding.casefold() in _OF_EXPAT:
            return
        try:
            known = len(bytes(range(256)).decode(encoding, "replace")) == 256
        except (LookupError, UnicodeError):
            known = False
        if not known:
            raise InvalidInputError(
                f"the file declares the encoding {quoted(encoding)}, which cannot be read",
                where=self.where(),
                mend="save it as UTF-8",
            )

    def _refuse_doctype(self, *_: Any) -> NoReturn:
        raise InvalidInputError(
            "the XML has a document type, which could define entities: it is refused",
            where=self.where(),
            mend="remove <!DOCTYPE …> from the file: event logs have none",
        )

    def _refuse_entity(self, *_: Any) -> NoReturn:
        raise InvalidInputError(
            "the XML declares or names an entity, which could stand for any file or amount of "
            "text: it is refused",
            where=self.where(),
            mend="remove the entity: event logs have none",
        )


def attributes_of(given: Sequence[str]) -> dict[str, str]:
    """Return the attributes of an element by name, of the list of names and values."""
    return dict(zip(given[::2], given[1::2], strict=True))


def prefix_of_root(tag: str, *, expected: str, xml: Xml) -> str:
    """Return the prefix of the first element (``"xes:"`` or none), or raise where it is another."""
    prefix, colon, name = tag.rpartition(":")
    if name == expected:
        return prefix + colon
    hint = (
        f"names of elements are case-sensitive: <{expected}>"
        if name.casefold() == expected
        else "pass the path of an event log in this format"
    )
    raise InvalidInputError(
        f"the first element must be <{expected}>, got <{quoted(tag)[1:-1]}>",
        where=xml.where(),
        mend=hint,
    )
