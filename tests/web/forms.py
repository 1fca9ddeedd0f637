"""A visitor whose browser runs no scripts: it sees words, follows links, presses buttons of forms."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.web.running import Town

_FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)


@dataclass
class Form:
    """A form of a page, with what a browser would send of it."""

    method: str
    action: str
    id: str
    fields: dict[str, list[str]]
    buttons: set[tuple[str, str]]

    @classmethod
    def read(cls, head: str, body: str) -> "Form":
        of = attributes(head)
        fields: dict[str, list[str]] = {}
        for tag in re.findall(r"<input([^>]*)>", body):
            one = attributes(tag)
            if "name" in one and ("checked" in one or one.get("type") not in {"checkbox", "radio"}):
                fields.setdefault(one["name"], []).append(one.get("value", ""))
        for tag, text in re.findall(r"<textarea([^>]*)>(.*?)</textarea>", body, re.DOTALL):
            fields[attributes(tag)["name"]] = [html.unescape(text)]
        for tag, options in re.findall(r"<select([^>]*)>(.*?)</select>", body, re.DOTALL):
            chosen = re.search(r"<option([^>]*) selected>([^<]*)", options)
            found = chosen or re.search(r"<option([^>]*)>([^<]*)", options)
            if found:
                fields[attributes(tag)["name"]] = [attributes(found[1]).get("value", found[2])]
        buttons = {
            (one.get("name", ""), one.get("value", ""))
            for one in map(attributes, re.findall(r"<button([^>]*)>", body))
        }
        return cls(of.get("method", "get").upper(), of.get("action", ""), of.get("id", ""), fields, buttons)


@dataclass
class Visitor:
    """The page one is on, and every address one was led to."""

    town: Town
    page: httpx2.Response = field(init=False)
    addresses: list[str] = field(default_factory=list)

    async def open(self, path: str, status: int = 200) -> "Visitor":
        return self._at(await self.town.client.get(path, follow_redirects=True), status)

    async def follow(self, words: str, status: int = 200) -> "Visitor":
        """Follow the link with these words."""
        links = re.findall(r"<a([^>]*)>(.*?)</a>", self.page.text, re.DOTALL)
        fitting = [attributes(tag)["href"] for tag, inside in links if words in plain(inside)]
        assert fitting, f"no link {words!r} on: {self.words}"
        return await self.open(str(self.page.url.join(fitting[0])), status)

    async def press(self, name: str, value: str, /, status: int = 200, **typed: Any) -> "Visitor":
        """Press the button `name=value`, with what its form holds and what is typed into it now."""
        form = self._form_with(name, value)
        data = {**form.fields, **{key.replace("__", "-"): one for key, one in typed.items()}, name: value}
        url = self.page.url.join(form.action)
        if form.method == "GET":
            answer = await self.town.client.get(url.copy_with(params=data), follow_redirects=True)
        else:
            answer = await self.town.client.post(url, data=data, follow_redirects=True)
        return self._at(answer, status)

    @property
    def times(self) -> list[str]:
        return re.findall(r'name="at" value="([^"]+)"', self.page.text)

    @property
    def words(self) -> str:
        """What stands on the page, without markup."""
        return plain(re.sub(r"<script.*?</script>|<head.*?</head>", "", self.page.text, flags=re.DOTALL))

    def way(self, part: str) -> str:
        """Return the address on a button that leads on with everything typed on board."""
        ways = map(html.unescape, re.findall(r'name="to" value="([^"]+)"', self.page.text))
        return next(way for way in ways if part in way)

    def value(self, name: str) -> str:
        """Return what stands in a field of the page."""
        for tag in re.findall(r"<input([^>]*)>", self.page.text):
            one = attributes(tag)
            if one.get("name") == name:
                return one.get("value", "")
        raise AssertionError(f"no field {name} on: {self.words}")

    def _at(self, page: httpx2.Response, status: int) -> "Visitor":
        self.page = page
        self.addresses += [str(one.url) for one in (*page.history, page)]
        assert page.status_code == status, f"{page.status_code}: {self.words}"
        return self

    def _form_with(self, name: str, value: str) -> Form:
        found = forms(self.page.text)
        owner = next(
            (
                one["form"]
                for one in map(attributes, re.findall(r"<button([^>]*)>", self.page.text))
                if (one.get("name"), one.get("value")) == (name, value) and "form" in one
            ),
            "",
        )
        for form in found:
            if (owner and form.id == owner) or (not owner and (name, value) in form.buttons):
                return form
        raise AssertionError(f"no button {name}={value} on: {self.words}")


def forms(page: str) -> list[Form]:
    """Return the forms of a page, in order."""
    return [Form.read(found[1], found[2]) for found in _FORM.finditer(page)]


def attributes(tag: str) -> dict[str, str]:
    found = re.findall(r'([\w-]+)(?:="([^"]*)")?', tag)
    return {name: html.unescape(value) for name, value in found}


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))).strip()
