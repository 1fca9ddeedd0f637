"""The administration's forms as a browser without scripts fills them: read, changed, sent.

What must not live here: what a page answers; that stands in the tests.
"""

from html.parser import HTMLParser
from typing import Any

from queue_server.domain.town import Town as TownSettings
from queue_server.domain.town_edit import find
from tests.web.running import Town

Pairs = list[tuple[str, str]]


class _Forms(HTMLParser):
    """Collects what a browser would send of the forms of a page, as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Pairs] = []
        self._select = self._area = ""
        self._options: Pairs = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append([])
        elif tag == "input" and self.forms and given.get("name"):
            box = given.get("type") in {"checkbox", "radio"}
            if not box or "checked" in given:
                self.forms[-1].append((given["name"], given.get("value", "on" if box else "")))
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" if "selected" in given else ""))
        elif tag == "textarea":
            self._area, self._text = given["name"], ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self.forms:
            chosen = [value for value, is_it in self._options if is_it] or [self._options[0][0]]
            self.forms[-1].append((self._select, chosen[0]))
            self._select = ""
        elif tag == "textarea":
            self.forms[-1].append((self._area, self._text.removeprefix("\n")))
            self._area = ""


def form_in(html: str) -> Pairs:
    """Return what the longest form of a page would send: the page's own, not the one that signs out."""
    parser = _Forms()
    parser.feed(html)
    return max(parser.forms, key=len)


async def read(town: Town, path: str, who: dict[str, str] | None = None) -> str:
    answer = await town.client.get(path, headers=who or town.headers("administrator"))
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("location"))
    return answer.text


async def send(
    town: Town, path: str, who: dict[str, str] | None = None, *, page: str = "", **typed: Any
) -> Any:
    """Fill the form of a page and send it. `typed` by field, "__" for "."; lists for boxes, None: nothing."""
    who = who or town.headers("administrator")
    town.clock.forward(seconds=1)  # two changes are two moments
    pairs = form_in(page or await read(town, path, who))
    changes = {name.replace("__", "."): value for name, value in {"act": "save", **typed}.items()}
    kept = [(name, value) for name, value in pairs if name not in changes]
    for name, value in changes.items():
        kept += [(name, one) for one in (value if isinstance(value, list) else [value]) if one is not None]
    body: dict[str, list[str]] = {}
    for name, one in kept:
        body.setdefault(name, []).append(one)
    return await town.client.post(path, data=body, headers=who)


def found(town: Town, what: str, id_: str) -> Any:
    """Return a thing of the set-up that holds."""
    return find(settings(town), what, id_)


def settings(town: Town, site_id: str = "rathaus") -> TownSettings:
    return town.house.directory.sites[site_id][0]
