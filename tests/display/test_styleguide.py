"""The style guide shows every component, narrow and wide, in both themes, with large enough targets."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.display.conftest import OpenPage
from tests.display.peer import ROOT, Peer, texts
from tests.e2e.harness.axe import axe

SMALL_TARGETS = """[...document.querySelectorAll(
        'button, a, summary, select, .input, .check, .switch, .choice, .segments label')]
    .filter((node) => node.offsetParent !== null && !node.closest('dialog'))
    .map((node) => [node.textContent.trim() || node.id, node.getBoundingClientRect()])
    .filter(([, box]) => box.width < 43.9 || box.height < 43.9)
    .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""


async def styleguide(peer: Peer, open_page: OpenPage, **options: object) -> Page:
    page = await open_page(peer, **options)
    await page.goto(peer.url.replace("/display/eg", "/styleguide"))
    return page


@pytest.mark.parametrize("width", [320, 1280])
async def test_nothing_is_wider_than_the_window_and_every_target_is_44_pixels(
    peer: Peer, open_page: OpenPage, width: int
) -> None:
    """Failure 26: everything usable at 400 % zoom and at 320 px."""
    page = await styleguide(peer, open_page, viewport={"width": width, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate(SMALL_TARGETS) == []


async def test_the_theme_follows_the_device_and_can_be_chosen(peer: Peer, open_page: OpenPage) -> None:
    peer.theme = ""
    page = await styleguide(peer, open_page, color_scheme="dark")
    body = page.locator("body")
    await expect(body).to_have_css("background-color", "rgb(5, 24, 29)")
    await page.locator('input[name="theme"][value="light"]').check()
    await expect(body).to_have_css("background-color", "rgb(237, 242, 242)")


async def test_axe_finds_nothing_wrong_in_either_theme(peer: Peer, open_page: OpenPage) -> None:
    """Failure 26: usable by keyboard and by screen reader."""
    for theme in ("light", "dark"):
        peer.theme = theme
        assert await axe(await styleguide(peer, open_page)) == []


async def test_focus_is_seen(peer: Peer, open_page: OpenPage) -> None:
    page = await styleguide(peer, open_page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    outline = await page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "3px" in outline
    assert "solid" in outline


async def test_every_class_that_is_documented_has_a_style() -> None:
    css = (ROOT / "queue_server/web/static/components.css").read_text()
    head, rules = css.split("*/", 1)
    for name in set(re.findall(r"(?<![\w/])\.([a-z][a-z_]+(?:--[a-z]+)?)", head)) - {"css", "js"}:
        assert f".{name}" in rules, name


@pytest.mark.parametrize("face", ["display", "styleguide"])
async def test_german_and_english_say_the_same_things(face: str) -> None:
    german, english = texts("de", face), texts("en", face)
    assert german.keys() == english.keys()
    for key, text in german.items():
        places = [set(re.findall(r"\{\w+\}", str(one))) for one in (text, english[key])]
        assert places[0] == places[1], key
