"""No component of a stylesheet is missing in the style guide, and none of the states that its rules know.

What the server makes of the guide is asked in `tests/web/test_page_styleguide.py`.
"""

import re
from html.parser import HTMLParser

from queue_server.web.device_packages import DEVICE_PACKAGES
from queue_server.web.page_styleguide import EVERYWHERE, FACES, SHARED, SWITCHES, sheet
from queue_server.web.routes import templates
from tests.architecture.source import ROOT

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


def elements_of(face: str) -> list[set[str]]:
    values = {
        "_": lambda key, **_values: key,
        "language": "de",
        "theme": "",
        "look_sheet": "",
        "logo": None,
        "face": face,
        "path": "",
        "asked": "",
        "sheets": (),
        "faces_here": (),
        "switches": (),
        "here": dict.fromkeys(SWITCHES, "more"),
    }
    return Elements(templates().get_template(f"styleguide/{face}.html").render(values)).found


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


def test_no_component_is_forgotten_and_none_of_its_states() -> None:
    """A class of a stylesheet that no sample has is a component that nobody looks at."""
    pages = {face: elements_of(face) for face in FACES}
    shared = pages[SHARED]
    for face, sheets in FACES.items():
        css = "".join(sheet(name) for name in sheets or EVERYWHERE)
        # What all share may stand on any page: components.css knows some names of the faces.
        elements = pages[face] + shared if sheets else [one for page in pages.values() for one in page]
        assert missing_from(elements, css) == set(), (
            f"a sample is missing in templates/styleguide/{face}.html"
        )
    assert missing_from(shared, ".button { } .new-thing { } .badge:hover { }") == {"new-thing", "badge:hover"}
