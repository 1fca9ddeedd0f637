"""What a browser without scripts would send of a page's forms, as they are."""

from html.parser import HTMLParser

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
