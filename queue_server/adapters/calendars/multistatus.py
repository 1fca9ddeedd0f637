"""What a WebDAV server answers to a question about many things (RFC 4918 section 13), read with care.

What must not live here: what is asked (`caldav`). A document type is refused: with it come entities, which
blow a small answer up or fetch files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from queue_server.adapters.calendars.web_client import CalendarTrouble, Trouble

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element, XMLParser

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
SERVER = "{http://calendarserver.org/ns/}"
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the answer. `status` is its own, 200 when only its properties have one."""

    href: str
    status: int
    etag: str = ""
    data: bytes | None = None
    properties: "tuple[Element, ...]" = ()

    def text(self, name: str) -> str:
        """Return the text of a property; empty without one."""
        found = next((one for one in self.properties if one.tag == name), None)
        return "" if found is None else (found.text or "").strip()

    def has(self, *path: str) -> bool:
        """Say whether an element stands in a property, at this path from it."""
        return any(
            one.tag == path[0] and (len(path) == 1 or one.find("/".join(path[1:])) is not None)
            for one in self.properties
        )


def entries(root: "Element") -> Iterator[Entry]:
    """Return what an answer tells of, in its order."""
    if root.tag != f"{DAV}multistatus":
        raise CalendarTrouble(Trouble.NONSENSE)
    for response in root.iterfind(f"{DAV}response"):
        properties: list[Element] = []
        for part in response.iterfind(f"{DAV}propstat"):
            if _status(part) == 200:
                properties.extend(part.find(f"{DAV}prop") or ())
        own = response.find(f"{DAV}status")
        values = {one.tag: one.text or "" for one in properties}
        data = values.get(f"{CALDAV}calendar-data")
        yield Entry(
            href=(response.findtext(f"{DAV}href") or "").strip(),
            status=200 if own is None else _status(response),
            etag=values.get(f"{DAV}getetag", "").strip(),
            data=None if data is None else data.encode(),
            properties=tuple(properties),
        )


def parse(body: bytes) -> "Element":
    """Return the root of an XML document. Raises `CalendarTrouble` for all that is none, or is dangerous."""
    try:
        text = body.decode("utf-8-sig")
        parser = _parser()
        # In pieces: what stands before the first element is refused before the rest is looked at.
        for start in range(0, len(text), _PIECE):
            parser.feed(text[start : start + _PIECE])
        found: Element | None = parser.close()
    except (SyntaxError, UnicodeDecodeError) as error:  # the parser's own error is a SyntaxError
        raise CalendarTrouble(Trouble.NONSENSE) from error
    if found is None:
        raise CalendarTrouble(Trouble.NONSENSE)
    return found


def _parser() -> "XMLParser":
    from xml.etree import ElementTree as Xml  # only where a calendar is linked

    class Plain(Xml.TreeBuilder):
        def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
            raise CalendarTrouble(Trouble.NONSENSE)

    return Xml.XMLParser(target=Plain())  # noqa: S314 - see there


def _status(element: "Element") -> int:
    """Read "HTTP/1.1 404 Not Found"."""
    words = (element.findtext(f"{DAV}status") or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
