"""docs/security.md speaks for every requirement of ASVS 5.0.0 at levels 1 and 2, by things that exist."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "security.md"
STATES = {"held", "partly", "open", "yours"}
LEVELS_1_AND_2 = {
    1: {1: "1-2", 2: "1-9", 3: "1-11", 4: "1-3", 5: "1-2"},
    2: {1: "1-3", 2: "1-3", 3: "1-4", 4: "1"},
    3: {2: "1-2", 3: "1-4", 4: "1-6", 5: "1-5", 7: "1-2"},
    4: {1: "1-3", 2: "1", 3: "1-2", 4: "1-4"},
    5: {1: "1", 2: "1-3", 3: "1-2", 4: "1-3"},
    6: {1: "1-3", 2: "1-12", 3: "1-4", 4: "1-4", 5: "1-5", 6: "1-3", 8: "1-4"},
    7: {1: "1-3", 2: "1-4", 3: "1-2", 4: "1-5", 5: "1-2", 6: "1-2"},
    8: {1: "1-2", 2: "1-3", 3: "1", 4: "1"},
    9: {1: "1-3", 2: "1-4"},
    10: {1: "1-2", 2: "1-2", 3: "1-4", 4: "1-11", 5: "1-5", 6: "1-2", 7: "1-3"},
    11: {1: "1-2", 2: "1-3", 3: "1-3", 4: "1-4", 5: "1", 6: "1"},
    12: {1: "1-3", 2: "1-2", 3: "1-4"},
    13: {1: "1", 2: "1-5", 3: "1-2", 4: "1-5"},
    14: {1: "1-2", 2: "1-4", 3: "1-3"},
    15: {1: "1-3", 2: "1-3", 3: "1-7"},
    16: {1: "1", 2: "1-5", 3: "1-4", 4: "1-3", 5: "1-3"},
    17: {1: "1", 2: "1-4", 3: "1-2"},
}
"""Chapter, section, first and last number there: those of levels 1 and 2 run without a gap."""


def demanded() -> Iterator[str]:
    for chapter, sections in LEVELS_1_AND_2.items():
        for section, span in sections.items():
            first, _, last = span.partition("-")
            yield from (f"{chapter}.{section}.{n}" for n in range(int(first), int(last or first) + 1))


@cache
def rows() -> dict[str, tuple[str, str]]:
    """Return number → (state, by what) of all tables."""
    found: dict[str, tuple[str, str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and re.fullmatch(r"\d+\.\d+\.\d+", cells[0]):
            assert cells[0] not in found, cells[0]
            found[cells[0]] = (cells[2], cells[3])
    return found


def not_applicable() -> list[str]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return re.findall(
        r"\d+\.\d+\.\d+", " ".join(line for line in lines if line.startswith("*Not applicable"))
    )


def test_no_requirement_is_left_out_and_none_is_named_twice() -> None:
    named = [*rows(), *not_applicable()]
    assert sorted(named) == sorted(demanded())
    assert len(named) == 253


def test_each_has_a_state_and_says_why() -> None:
    assert {no: state for no, (state, _) in rows().items() if state not in STATES} == {}
    assert [no for no, (_, why) in rows().items() if len(why) < 10] == []


def missing(reference: str) -> bool:
    """Tell whether a test, a file or a folder that the page names is not there."""
    path, _, test = reference.partition("::")
    if test:
        file = ROOT / "tests" / f"{path}.py"
        return not file.is_file() or not re.search(rf"def {test}\b", file.read_text(encoding="utf-8"))
    return not any((folder / path).exists() for folder in (ROOT, ROOT / "tests", ROOT / "docs"))


REFERENCE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+(?:::\w+)?)`|\]\(([\w./-]+)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("no", [no for no, (state, _) in rows().items() if state == "held"])
def test_what_holds_it_exists(no: str) -> None:
    references = [code or link for code, link in REFERENCE.findall(rows()[no][1])]
    assert [reference for reference in references if missing(reference)] == []


def test_what_is_held_names_what_holds_it() -> None:
    """A few are held by what no single line shows: a rule of the linter, a thing that is not there."""
    by_words = [no for no, (state, by) in rows().items() if state == "held" and not REFERENCE.search(by)]
    assert len(by_words) <= 15, by_words


def scripts() -> Iterator[tuple[str, str]]:
    for package in ("queue_server", "display", "counter_client", "kiosk"):
        for file in sorted((ROOT / package).rglob("*.js")):
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


def test_scripts_set_text_as_text() -> None:
    dangerous = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function)\b")
    assert {name for name, text in scripts() if dangerous.search(text)} == set()


def test_browsers_keep_switches_alone() -> None:
    """What is stored: "on", "off", "1", which set-up and program a page was renewed for."""
    stored = {
        value.strip()
        for _, text in scripts()
        for value in re.findall(r"(?:[sS]torage|store)\.setItem\([^,]+,(.+?)\);", text)
    }
    assert stored <= {'"1"', 'on ? "on" : "off"', "wanted"}
