"""While nobody is called the town's texts and the waiting time take turns; a call takes their place."""

from collections.abc import Awaitable, Callable
from typing import Any

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
