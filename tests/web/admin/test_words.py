"""The administration's pages in German: no key of a catalogue and no unfilled place is left to read."""

import re
from html.parser import HTMLParser

from queue_server.web.admin.ways import WAYS
from tests.web.admin.setup import read
from tests.web.running import Town

UNFILLED = re.compile(r"\{[a-z_]+\}")
KEY = re.compile(r"(?<![/\w{])(?:[a-z]+\.)?[a-z]+(?:_[a-z0-9]+)+\b")
"""Such as `doctor.todo_display_gone`, or a code without its words, as `display_gone`."""


class Read(HTMLParser):
    """Collects what is read on a page; what stands in <code> is meant as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style", "code", "textarea"}
        self.words += [
            value for name, value in attrs if value and name in {"aria-label", "title", "placeholder"}
        ]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "code", "textarea"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def wrong_in(html: str) -> list[str]:
    parser = Read()
    parser.feed(html)
    text = "\n".join(parser.words)
    return [one for pattern in (UNFILLED, KEY) for one in pattern.findall(text)]


def test_what_must_not_be_read_is_seen() -> None:
    html = '<p aria-label="doctor.what_display_gone">Am {when}</p><p>display_gone</p><code>{when}</code>'
    assert wrong_in(html) == ["{when}", "doctor.what_display_gone", "display_gone"]


async def test_no_key_and_no_unfilled_place_is_left_to_read(town: Town) -> None:
    new = {f"/admin/setup/{kind}/_new" for kind in ("area", "room", "counter", "display", "kiosk")}
    new |= {f"/admin/setup/{kind}/_new" for kind in ("site", "department", "category", "service", "clerk")}
    one = {"/admin/setup/site/rathaus", "/admin/setup/town/musterstadt", "/department/buergerbuero"}
    paths = sorted(({way.path for way in WAYS} | new | one) - {"/admin/setup/town", "/department"})
    found: dict[str, list[str]] = {}
    for path in paths:
        if wrong := wrong_in(await read(town, path)):
            found[path] = wrong
    assert found == {}
