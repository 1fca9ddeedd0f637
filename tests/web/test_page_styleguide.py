"""The style guide: no component of a stylesheet is missing, each state is the product's own rule."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from queue_server.web.device_packages import DEVICE_PACKAGES
from queue_server.web.page_styleguide import EVERYWHERE, FACES, PATH, SHARED, sheet
from tests.web.running import Town

ROOT = Path(__file__).parents[2]
DEMO = pytest.mark.parametrize(
    "changes", [{"demo": True, "demo_password": "rathaus", "public_url": ""}], indirect=True
)
OF_THE_GUIDE = {"styleguide.css"}
CLASS = r"\.(-?[_a-zA-Z][\w-]*)"


class Elements(HTMLParser):
    """The classes of each element of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[set[str]] = []
        self.feed(html)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(set((dict(attrs).get("class") or "").split()))


def classes_in(css: str) -> set[str]:
    """Return the classes for which a stylesheet has rules, without those that only scripts make."""
    plain = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", css, flags=re.DOTALL)
    return {name for prelude in re.findall(r"([^{}]+)\{", plain) for name in re.findall(CLASS, prelude)}


def touched_in(css: str, state: str) -> set[str]:
    """Return the classes that look otherwise under a pointer, in focus or pressed."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    several = re.findall(rf":is\(([^()]*)\):{state}\b", plain)
    return {
        *re.findall(rf"{CLASS}:{state}\b", plain),
        *(name for group in several for name in re.findall(CLASS, group)),
    }


async def page_of(town: Town, face: str, asked: str = "") -> list[set[str]]:
    answer = await town.ask(None, "GET", f"{PATH}/{face}{asked}" if face != SHARED else PATH + asked)
    assert answer.status_code == 200, answer.text
    return Elements(answer.text).found


def missing_from(elements: list[set[str]], css: str) -> set[str]:
    found = set().union(*elements)
    gone = classes_in(css) - found
    for state in ("hover", "active"):
        shown = set().union(*(one for one in elements if f"is-{state}" in one))
        gone |= {f"{name}:{state}" for name in touched_in(css, state) - shown}
    return gone


def test_every_stylesheet_is_shown_by_one_page_of_the_guide() -> None:
    folders = {"": "queue_server/web", **{f"{one}/": package for one, package in DEVICE_PACKAGES.items()}}
    every = {
        f"{at}{one.name}" for at, where in folders.items() for one in (ROOT / where / "static").glob("*.css")
    }
    shown = [*EVERYWHERE, *(name for sheets in FACES.values() for name in sheets)]
    assert sorted(shown) == sorted(every - OF_THE_GUIDE)


@DEMO
async def test_no_component_is_forgotten_and_none_of_its_states(town: Town) -> None:
    """A class of a stylesheet that no sample has is a component that nobody looks at."""
    pages = {face: await page_of(town, face) for face in FACES}
    shared = pages[SHARED]
    for face, sheets in FACES.items():
        css = "".join(sheet(name) for name in sheets or EVERYWHERE)
        # What all share may stand on any page: components.css knows some names of the faces.
        elements = pages[face] + shared if sheets else [one for page in pages.values() for one in page]
        assert missing_from(elements, css) == set(), (
            f"a sample is missing in templates/styleguide/{face}.html"
        )
    assert missing_from(shared, ".button { } .new-thing { } .badge:hover { }") == {"new-thing", "badge:hover"}


@DEMO
async def test_how_the_page_stands_is_asked_for_by_links(town: Town) -> None:
    answer = await town.ask(None, "GET", f"{PATH}/kiosk?scheme=dark&contrast=more&dir=rtl&motion=x")
    assert '<html lang="de" dir="rtl" data-theme="dark">' in answer.text
    assert 'data-contrast="high"' in answer.text
    assert "/styleguide/desk?scheme=dark&amp;contrast=more&amp;dir=rtl" in answer.text
    assert (await town.ask(None, "GET", f"{PATH}/nobody")).status_code == 404
    assert (await town.ask(None, "GET", f"{PATH}/states.css?face=nobody")).status_code == 404


@DEMO
async def test_the_states_are_the_rules_of_the_product(town: Town) -> None:
    answer = await town.ask(None, "GET", f"{PATH}/states.css?face=visitors&contrast=more")
    assert answer.headers["content-type"].startswith("text/css")
    assert ".button--primary.is-hover{" in answer.text
    assert ".day--free.is-hover{" in answer.text
    assert "prefers-contrast" not in answer.text
    plain: Any = await town.ask(None, "GET", f"{PATH}/states.css")
    assert ".day--free" not in plain.text


async def test_outside_the_demo_there_is_no_guide(town: Town) -> None:
    assert (await town.ask(None, "GET", PATH)).status_code == 404
