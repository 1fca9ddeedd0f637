"""While nobody is called the town's texts and the waiting time take turns; a call takes their place."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import expect

from tests.display.conftest import OpenPage
from tests.display.peer import Peer, a_call
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.test_page_status import PICTURES

Module = Callable[[str, str], Awaitable[Any]]
TEXTS = [
    [
        {"language": "de", "text": "Am 24. Dezember ist geschlossen."},
        {"language": "en", "text": "Closed on 24 December."},
    ]
]


async def test_texts_take_turns_after_a_while_and_begin_anew_after_each_call(module: Module) -> None:
    asked = """
      const q = m.makeQuiet({afterMs: 60000, eachMs: 10000, count: 2});
      const at = (on, times) => times.map((now) => q.shown(on, now));
      return [at(0, [0, 59999, 60000, 70000, 80000, 90000]), at(1, [90100]), at(0, [90200, 150199, 150200]),
        m.makeQuiet({count: 0}).shown(0, 1e9)];"""
    assert await module("/static/display/quiet.js", asked) == [
        [None, None, 0, 1, None, 0],
        [None],
        [None, None, 0],
        None,
    ]


async def test_texts_and_pictures_take_turns(module: Module) -> None:
    asked = "return [m.inTurn([1, 2], ['a']), m.inTurn([], ['a', 'b']), m.inTurn([1], ['a', 'b'])];"
    assert await module("/static/display/quiet.js", asked) == [[1, "a", 2], ["a", "b"], [1, "a", "b"]]


@pytest.mark.parametrize("shape", [(1920, 1080), (1080, 1920)])
async def test_a_picture_is_shown_whole_and_a_call_takes_its_place(
    peer: Peer, open_page: OpenPage, shape: tuple[int, int]
) -> None:
    peer.pictures["christmas"] = a_picture()
    shown = {"url": "/pictures/christmas", "text": "Weihnachtsmarkt bis 23. Dezember"}
    peer.config_changes = {"quiet": {"after_s": 0.1, "each_ms": 600_000, "texts": [], "pictures": [shown]}}
    page = await open_page(peer)
    await page.set_viewport_size({"width": shape[0], "height": shape[1]})
    picture = page.get_by_role("img", name="Weihnachtsmarkt bis 23. Dezember")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_css("object-fit", "contain")
    hall, box = await page.locator(".hall").bounding_box(), await picture.bounding_box()
    assert hall is not None
    assert box is not None
    assert box["y"] + box["height"] <= hall["y"] + hall["height"]
    assert box["height"] > hall["height"] * 0.9
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"display-picture-{shape[0]}.png", animations="disabled")
    await peer.call(a_call(7, 417))
    await peer.said_that((7, "shown"))
    await expect(picture).to_be_hidden()


async def test_a_picture_that_cannot_be_had_leaves_the_waiting_time(peer: Peer, open_page: OpenPage) -> None:
    gone = {"url": "/pictures/0", "text": "Weg"}
    peer.config_changes = {"quiet": {"after_s": 0.1, "each_ms": 600_000, "texts": [], "pictures": [gone]}}
    page = await open_page(peer)
    await expect(page.locator(".town__picture")).to_have_count(1)
    await expect(page.locator('[data-part="quiet"]')).to_be_visible()
    await expect(page.locator('[data-part="town"]')).to_be_hidden()


def a_picture() -> bytes:
    drawn = Image.new("RGB", (800, 450), "#f4d9a0")
    ImageDraw.Draw(drawn).rectangle((0, 0, 799, 449), outline="#a01515", width=20)
    target = BytesIO()
    drawn.save(target, "PNG")
    return target.getvalue()


async def test_a_text_is_shown_in_quiet_times_and_a_call_takes_its_place(
    peer: Peer, open_page: OpenPage
) -> None:
    peer.config_changes = {"quiet": {"after_s": 0.1, "each_ms": 600_000, "texts": TEXTS}}
    page = await open_page(peer)
    text = page.get_by_text("Am 24. Dezember ist geschlossen.")
    await expect(text).to_be_visible()
    assert await text.get_attribute("lang") == "de"
    await expect(page.get_by_text("Closed on 24 December.")).to_be_visible()
    await expect(page.locator(".foot__wait")).to_be_visible()
    assert not await axe_by_day_and_night(page)
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / "display-quiet.png", animations="disabled")
    await peer.call(a_call(7, 417))
    await peer.said_that((7, "shown"))
    await expect(text).to_be_hidden()
    await expect(page.locator('[data-part="newest"]')).to_contain_text("417")
