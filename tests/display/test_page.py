"""The waiting-area page in a real browser against a server that speaks the protocol."""

import asyncio
import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.display.conftest import OpenPage
from tests.display.peer import Peer, a_call
from tests.e2e.harness.axe import axe
from tests.web.test_page_status import PICTURES


async def numbers(page: Page, part: str = "newest") -> list[str]:
    return [
        text.strip() for text in await page.locator(f'[data-part="{part}"] .call__number').all_inner_texts()
    ]


async def played(page: Page) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = await page.evaluate("played")
    return sorted(notes, key=lambda note: note["from"])


def lengths(notes: list[dict[str, Any]]) -> list[int]:
    return [note["ms"] for note in notes]


def overlap(notes: list[dict[str, Any]]) -> bool:
    return any(later["from"] < earlier["until"] - 0.001 for earlier, later in pairwise(notes))


async def test_a_call_is_shown_spoken_and_reported_in_that_order(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    await peer.call(a_call(7, 417, "3"))
    await peer.said_that((7, "started"))
    assert await numbers(page) == ["417"]
    assert "Zimmer" in await page.locator('[data-part="newest"]').inner_text()
    kinds = peer.kinds(7)
    assert kinds[0] == "received"
    assert kinds[-1] == "started"
    assert {"shown", "queued"} < set(kinds)
    assert peer.detail(7, "started") == "spoken"


async def test_the_foot_is_as_wide_as_the_hall(peer: Peer, open_page: OpenPage) -> None:
    """The foot of other pages has the same name, and room at its sides and below."""
    page = await open_page(peer)
    await peer.call(a_call(7, 417, "3"))
    await expect(page.locator(".call")).to_have_count(1)
    edges = """names => names.map(name => {
        const one = document.querySelector(name), style = getComputedStyle(one);
        const box = one.getBoundingClientRect();
        return [box.left + parseFloat(style.paddingLeft), box.right - parseFloat(style.paddingRight)];
    })"""
    hall, foot = await page.evaluate(edges, [".hall", ".foot"])
    assert foot == hall


async def test_each_language_says_number_and_room_after_the_chime(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    await peer.call(a_call(7))
    await peer.said_that((7, "started"))
    assert lengths(await played(page)) == [200, 300, 200, 300, 200]
    assert not overlap(await played(page))
    assert "/sounds/speech/de/number/417?v=v1" in peer.asked
    assert "/sounds/speech/en/room/room-3?v=v1" in peer.asked


async def test_eight_calls_in_a_second_are_all_on_screen_and_spoken_one_after_another(
    peer: Peer, open_page: OpenPage
) -> None:
    """Failure 23: simultaneous calls queue; none is cut off, overlapped or hidden."""
    page = await open_page(peer)
    for seq in range(1, 9):
        await peer.call(a_call(seq, 100 + seq * 17, str(seq)))
    await peer.said_that(*((seq, "shown") for seq in range(1, 9)), within_s=1.5)
    assert await numbers(page) == ["236"]
    assert len(await numbers(page, "others")) == 7
    for card in await page.locator(".call").all():
        await expect(card).to_be_in_viewport(ratio=1)
    await peer.said_that(*((seq, "started") for seq in range(1, 9)), within_s=20)
    started = [report["call"] for report in peer.reports() if report["kind"] == "started"]
    assert started == list(range(1, 9))
    notes = await played(page)
    assert not overlap(notes)
    assert not any(note.get("stopped") for note in notes)
    assert lengths(notes)[-10:] == [200, 300, 200, 300, 200] * 2, "the last two are said in full again"
    assert lengths(notes)[-13:-10] == [100, 300, 200], "a crowd hears one short chime and one language"


async def test_the_announced_start_of_a_waiting_call_is_kept(peer: Peer, open_page: OpenPage) -> None:
    """Two seconds after its announced start a silent call makes the server send a clerk."""
    await open_page(peer)
    await peer.call(*(a_call(seq, 100 + seq * 17, str(seq)) for seq in range(1, 6)))
    loop, promised = asyncio.get_running_loop(), {}
    seen = 0
    async with asyncio.timeout(20):
        while len([1 for r in peer.reports() if r["kind"] == "started"]) < 5:
            for report in peer.reports()[seen:]:
                seen += 1
                if report["kind"] == "queued":
                    promised[report["call"]] = loop.time() + report["starts_in_ms"] / 1000
                if report["kind"] == "started":
                    assert abs(loop.time() - promised[report["call"]]) < 1
            await asyncio.sleep(0.02)
    assert set(promised) == {1, 2, 3, 4, 5}


async def test_a_reload_shows_the_same_picture_and_stays_silent(peer: Peer, open_page: OpenPage) -> None:
    """Failure 6: display reload: same picture, no old call spoken again."""
    page = await open_page(peer)
    await peer.call(a_call(7, 417), a_call(8, 302, "4"))
    await peer.said_that((8, "started"))
    before = await numbers(page), await numbers(page, "others")
    peer.said.clear()
    await page.reload()
    await peer.said_that((7, "shown"), (8, "shown"))
    assert (await numbers(page), await numbers(page, "others")) == before
    await peer.call(a_call(20, 555, "5"))
    await peer.said_that((20, "started"))
    assert {r["call"] for r in peer.reports() if r["kind"] in {"queued", "started"}} == {20}


async def test_a_test_says_that_it_is_one_and_a_real_call_takes_its_place(
    peer: Peer, open_page: OpenPage
) -> None:
    page = await open_page(peer)
    await peer.probe(a_call(1_000_000_000_007, 999))
    await peer.said_that((1_000_000_000_007, "shown"), (1_000_000_000_007, "started"))
    assert peer.detail(1_000_000_000_007, "started") == "spoken"
    banner = page.get_by_role("heading", name="PROBE")
    await expect(banner).to_be_visible()
    await expect(page.locator('[data-part="newest"]')).to_contain_text("999")
    assert not [one for one in await axe(page) if "region" not in one]
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / "display-test.png")
    await peer.call(a_call(8, 302, "4"))
    await peer.said_that((8, "shown"), (8, "started"))
    await expect(banner).to_be_hidden()
    assert await numbers(page) == ["302"]
    heard = [note for note in await played(page) if not note.get("stopped")]
    assert lengths(heard)[-5:] == [200, 300, 200, 300, 200], "in full: nothing waited with it"


async def test_a_chime_alone_says_nothing(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    await peer.probe(a_call(1_000_000_000_008, 999), chime_only=True)
    await peer.said_that((1_000_000_000_008, "started"))
    assert lengths(await played(page)) == [200]


async def test_recall_rings_again(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    await peer.call(a_call(7, 417))
    await peer.said_that((7, "started"))
    peer.calls = [a_call(8, 417, kind="recall")]
    await peer.show()
    await peer.said_that((8, "shown"), (8, "started"))
    assert await numbers(page) == ["417"]
    assert len(await played(page)) == 10
    assert not any(note.get("stopped") for note in await played(page)), "a recall cuts nothing off"


async def test_undo_takes_the_call_off_the_screen_and_ends_its_sound(peer: Peer, open_page: OpenPage) -> None:
    peer.lengths_ms["number"] = 4000
    page = await open_page(peer)
    await peer.call(a_call(7, 417), a_call(8, 302, "4"))
    await peer.said_that((7, "started"), (8, "queued"))
    await peer.withdraw(7, 8)
    await expect(page.locator(".call")).to_have_count(0)
    await page.wait_for_function("played.every((note) => note.stopped)")
    await peer.call(a_call(20, 555, "5"))
    await peer.said_that((20, "started"))
    assert "started" not in peer.kinds(8), "sound not yet begun is dropped"


async def test_a_call_whose_service_began_is_not_spoken_but_stays_on_screen(
    peer: Peer, open_page: OpenPage
) -> None:
    """Failure 23: each at least n seconds on screen."""
    peer.lengths_ms["number"] = 1500
    page = await open_page(peer)
    await peer.call(a_call(7, 417), a_call(8, 302, "4"))
    await peer.said_that((7, "started"), (8, "shown"))
    await peer.change(8, open=False)
    await peer.call(a_call(20, 555, "5"))
    await peer.said_that((20, "started"), within_s=15)
    assert "started" not in peer.kinds(8)
    assert "302" in await numbers(page, "others")


async def test_a_call_goes_to_the_last_ones_after_its_time(peer: Peer, open_page: OpenPage) -> None:
    peer.config_changes = {"min_on_screen_s": 1}
    page = await open_page(peer)
    await peer.call(a_call(7, 417, open=False))
    await expect(page.locator('[data-part="newest"] .call')).to_have_count(1)
    await expect(page.locator('[data-part="last"]')).to_contain_text("417")
    await expect(page.locator('[data-part="newest"] .call')).to_have_count(0)


@pytest.mark.parametrize(
    ("missing", "word", "sounds"), [("speech", "chime_only", 1), ("room", "number_only", 3)]
)
async def test_a_missing_clip_is_left_out_and_reported(
    peer: Peer, open_page: OpenPage, missing: str, word: str, sounds: int
) -> None:
    peer.missing = {missing}
    page = await open_page(peer)
    await peer.call(a_call(7))
    await peer.said_that((7, "started"))
    assert peer.detail(7, "started") == word
    assert len(await played(page)) == sounds


async def test_words_that_come_while_a_call_waits_its_turn_are_spoken(
    peer: Peer, open_page: OpenPage
) -> None:
    """Called the moment the number was drawn: the engine was not ready, and only a chime rang later."""
    await open_page(peer)
    await peer.call(a_call(7))
    await peer.said_that((7, "started"))
    peer.missing = {"speech"}
    await peer.call(a_call(8, number=528))
    await peer.said_that((8, "queued"))
    peer.missing = set()
    await peer.said_that((8, "started"), within_s=20)
    assert peer.detail(8, "started") == "spoken"


async def test_slow_clips_do_not_hold_the_chime_up(peer: Peer, open_page: OpenPage) -> None:
    peer.slow_s = {"number": 4}
    await open_page(peer)
    await peer.call(a_call(7))
    await peer.said_that((7, "started"), within_s=3)
    assert peer.detail(7, "started") == "chime_only"


async def test_without_any_sound_the_call_is_reported_failed(peer: Peer, open_page: OpenPage) -> None:
    peer.missing = {"sounds"}
    await open_page(peer)
    await peer.call(a_call(7))
    await peer.said_that((7, "failed"))
    assert "started" not in peer.kinds(7)


async def test_blocked_sound_says_so_and_a_press_brings_it_back(peer: Peer, open_page: OpenPage) -> None:
    """Failure 22: a display whose sound is blocked never looks healthy."""
    page = await open_page(peer, may_play=False)
    await expect(page.locator('[data-part="mute"]')).to_be_visible()
    await expect(page.locator('[data-mute="title"]')).to_have_text("Der Ton ist gesperrt")
    await peer.call(a_call(7))
    await peer.said_that((7, "blocked"), (7, "shown"))
    assert peer.health()["audio"]["unlocked"] is False
    assert "started" not in peer.kinds(7)
    await page.locator('[data-mute="button"]').click()
    await expect(page.locator('[data-part="mute"]')).to_be_hidden()
    await peer.said_that((7, "started"))
    assert peer.health()["audio"] == {"unlocked": True, "output": True}


async def test_no_loudspeaker_says_so_until_one_is_plugged_in(peer: Peer, open_page: OpenPage) -> None:
    """Failure 22: a running audio context proves nothing without an output device."""
    page = await open_page(peer, output=False)
    await expect(page.locator('[data-mute="title"]')).to_have_text("Kein Lautsprecher gefunden")
    await peer.call(a_call(7))
    await peer.said_that((7, "failed"))
    assert peer.detail(7, "failed") == "no_output"
    assert peer.health()["audio"]["output"] is False
    await page.evaluate("globalThis.outputs = undefined")
    await page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    await peer.said_that((7, "started"))
    await expect(page.locator('[data-part="mute"]')).to_be_hidden()


async def test_a_silent_server_greys_the_picture_within_five_seconds(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer, clock=True)
    await peer.call(a_call(7, 417))
    await peer.said_that((7, "shown"))
    peer.beating = False
    await page.clock.run_for(1000)
    assert await page.get_attribute("html", "data-live") == "live", "a second of silence is nothing"
    # As a hall's grid is left when calls were tried out for the head that opens.
    await page.evaluate("document.querySelector('.hall').style.setProperty('--columns', '9')")
    await page.clock.run_for(4000)
    columns = await page.evaluate("document.querySelector('.hall').style.getPropertyValue('--columns')")
    assert columns == "1", "the hall is laid out anew"
    assert await page.get_attribute("html", "data-live") == "lost"
    assert await numbers(page) == ["417"], "the last picture stays"
    assert re.search(r"Stand \d\d:\d\d", await page.locator(".head__lost").inner_text())


async def test_after_a_break_it_resumes_where_it_was_and_speaks_what_it_missed(
    peer: Peer, open_page: OpenPage
) -> None:
    """Failure 30: an update during opening hours: no call missed."""
    page = await open_page(peer)
    await peer.call(a_call(7, 417))
    await peer.said_that((7, "started"))
    peer.calls = [a_call(8, 302, "4"), *peer.calls]
    peer.seq = 8
    await peer.hang_up()
    await peer.said_that((8, "shown"), (8, "started"))
    assert peer.positions[-1] == ("epoch-1", 7)
    assert await numbers(page) == ["302"]
    assert peer.kinds(8).count("started") == 1


async def test_a_restarted_server_hears_again_what_is_still_true(peer: Peer, open_page: OpenPage) -> None:
    """Failure 22: the new process must not take a display for healthy, or dumb, that it knows nothing of."""
    await open_page(peer)
    await peer.call(a_call(7, 417))
    await peer.said_that((7, "started"))
    peer.said.clear()
    await peer.hang_up()
    await peer.said_that((7, "received"), (7, "shown"), (7, "started"))
    assert peer.health()["audio"] == {"unlocked": True, "output": True}
    assert "queued" not in peer.kinds(7)


async def test_an_unknown_epoch_is_adopted_in_silence(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    await peer.call(a_call(70, 417))
    await peer.said_that((70, "started"))
    peer.epoch, peer.seq, peer.calls = "epoch-2", 3, [a_call(3, 302, "4")]
    await peer.hang_up()
    await peer.said_that((3, "shown"))
    assert await numbers(page) == ["302"]
    await peer.call(a_call(4, 555, "5"))
    await peer.said_that((4, "started"))
    assert "started" not in peer.kinds(3)


async def test_a_new_program_reloads_the_page_once_and_not_while_a_call_stands(
    peer: Peer, open_page: OpenPage
) -> None:
    peer.config_changes = {"min_on_screen_s": 1, "program": "1.0.0"}
    await open_page(peer)
    await peer.call(a_call(7))
    peer.board_changes = {"program": "1.1.0"}
    await peer.show()
    await peer.said_that((7, "started"))
    assert peer.page_loads == 1, "not while a call stands"
    await peer.change(7, open=False)
    async with asyncio.timeout(8):
        while peer.page_loads < 2 or len(peer.positions) < 2:
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    assert peer.page_loads == 2, "the server still gives the old page: no circle"


async def test_a_new_set_up_reloads_the_page_when_the_hall_is_quiet(peer: Peer, open_page: OpenPage) -> None:
    peer.config_changes = {"min_on_screen_s": 1}
    await open_page(peer)
    await peer.call(a_call(7))
    peer.board_changes = {"config_version": 2}
    await peer.show()
    await peer.said_that((7, "started"))
    assert peer.page_loads == 1, "not while a call stands"
    peer.config_changes = {"config_version": 2}
    await peer.change(7, open=False)
    async with asyncio.timeout(8):
        while peer.page_loads < 2 or len(peer.positions) < 2:
            await asyncio.sleep(0.05)


async def test_quiet_times_tell_how_long_it_takes(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    quiet = page.locator('[data-part="quiet"]')
    await expect(quiet).to_contain_text("5 bis 15 Min.")
    await expect(quiet).to_contain_text("6 Personen warten")
    await expect(page.locator('[data-part="free"]')).to_be_hidden()
    peer.board_changes = {"waiting_count": 1, "issuing": False, "call_mode": "fetch"}
    await peer.show()
    for text in ("1 Person wartet", "keine Nummern mehr", "Wir holen Sie hier ab"):
        await expect(quiet).to_contain_text(text)
    peer.board_changes = {"wait": {"from_min": 0, "to_min": 3}}
    await peer.show()
    await expect(quiet).to_contain_text("unter 3 Min.")
    peer.board_changes = {"wait": {"from_min": 95, "to_min": 120}}
    await peer.show()
    await expect(quiet).to_contain_text("1½ bis 2 Std.")


async def test_a_hall_without_an_open_counter_says_so(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    words = page.locator('[data-part="quiet"]').get_by_text("Zurzeit ist kein Schalter geöffnet.")
    await expect(words).to_be_hidden()
    peer.board_changes = {"wait": None, "open_counter_count": 0}
    await peer.show()
    await expect(words).to_be_visible()


async def test_quiet_times_tell_the_next_free_time_on_the_offices_clock(
    peer: Peer, open_page: OpenPage
) -> None:
    page = await open_page(peer, timezone_id="America/New_York")
    free = page.locator('[data-part="free"]')
    for moment, words in (
        ("2026-09-21T16:40+02:00", "Nächster freier Termin: heute, 16:40 Uhr"),
        ("2026-09-22T08:00+02:00", "Nächster freier Termin: Dienstag, 22. September, 08:00 Uhr"),
    ):
        peer.board_changes = {"next_free": moment}
        await peer.show()
        await expect(free).to_have_text(words)
    peer.board_changes = {}
    await peer.show()
    await expect(free).to_be_hidden()


async def test_the_clock_is_the_offices_and_not_the_devices(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer, timezone_id="America/New_York")
    await expect(page.locator('[data-text="time"]')).to_have_text("16:13")


async def test_markup_in_a_room_name_stands_there_as_text(peer: Peer, open_page: OpenPage) -> None:
    """Failure 14: HTML in a name shows as text everywhere."""
    page = await open_page(peer)
    await peer.call(a_call(7, 417, "<b>3</b>", floor="<img src=x>"))
    await expect(page.locator('[data-part="newest"]')).to_contain_text("<b>3</b>")
    assert await page.locator('[data-part="newest"] :is(b, img)').count() == 0


async def test_screen_readers_hear_each_new_call_once(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer)
    live = page.locator('[data-part="live"][aria-live="assertive"]')
    await peer.call(a_call(7, 417, "3"))
    await expect(live).to_have_text("Nummer 4 1 7, bitte Zimmer 3.")
    await peer.call(a_call(8, 302, "4"))
    await expect(live).to_have_text("Nummer 3 0 2, bitte Zimmer 4.")
    await peer.call(a_call(9, 555, "Trauzimmer"))
    await expect(live).to_have_text("Nummer 5 5 5, bitte: Trauzimmer.")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_quiet_busy_or_blocked(
    peer: Peer, open_page: OpenPage, theme: str
) -> None:
    peer.theme = theme
    page = await open_page(peer, output=False, reduced_motion="reduce")
    assert await axe(page) == []
    await peer.call(a_call(7, 417), a_call(8, 302, "4"), a_call(9, 171, "5", open=False, age_ms=90_000))
    await peer.said_that((8, "shown"))
    assert await axe(page) == []


FITS = """[...document.querySelectorAll('.call')].map((call) => {
    const box = call.getBoundingClientRect();
    const inside = (node) => {
        const own = node.getBoundingClientRect();
        const air = 0.02 * Math.min(box.width, box.height);
        const wide = own.left >= box.left + air && own.right <= box.right - air;
        return wide && own.top >= box.top + air && own.bottom <= box.bottom - air;
    };
    const parts = [call.querySelector('.call__number .digits'), call.querySelector('.room')];
    return {whole: parts.every(inside), height: 100 * parts[0].getScreenCTM().a};
})"""


SIZES = [(1920, 1080), (3840, 2160), (1080, 1920), (1280, 720), (640, 480), (320, 640)]


async def test_every_number_is_whole_and_large_at_any_size(peer: Peer, open_page: OpenPage) -> None:
    page = await open_page(peer, reduced_motion="reduce")
    for count, least in ((1, 0.4), (3, 0.2), (8, 0.1), (12, 0.08)):
        peer.calls = [a_call(100 * count + i, 100 + i * 17, str(200 + i)) for i in range(count)]
        await peer.show()
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            await expect(page.locator("main .call")).to_have_count(count)
            await page.evaluate("() => new Promise(requestAnimationFrame)")
            boxes = await page.evaluate(FITS)
            assert all(box["whole"] for box in boxes), (count, width, height, boxes)
            smallest = min(box["height"] for box in boxes)
            assert smallest >= least * min(height, width * 9 / 16), (count, width, height)


BROKEN = """() => [...document.querySelectorAll(".hall .room__name")].filter((name) => {
    const text = document.createTreeWalker(name, NodeFilter.SHOW_TEXT).nextNode();
    return [...text.data.matchAll(/\\S+/g)].some((word) => {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return range.getClientRects().length > 1;
    });
}).length"""
DIGITS = """() => [...document.querySelectorAll(".hall .call__number > .digits")].map((picture) => {
    const box = picture.getBoundingClientRect(), { width, height } = picture.viewBox.baseVal;
    return Math.min(box.height, (box.width * height) / width);
})"""


async def test_the_words_of_a_room_are_not_broken_and_leave_the_number_its_size(
    peer: Peer, open_page: OpenPage
) -> None:
    page = await open_page(peer, reduced_motion="reduce", viewport={"width": 1920, "height": 1080})
    for seq, room in enumerate(("Trauzimmer im Alten Rathaus", "Einwohnermeldeamt und Passstelle")):
        peer.calls = [a_call(seq, 149 + seq, room)]
        await peer.show()
        await expect(page.locator(".hall .room__name")).to_have_text(room)
        assert await page.evaluate(BROKEN) == 0, room
    peer.calls = [a_call(7, 150, "Trauzimmer im Alten Rathaus"), a_call(8, 446)]
    await peer.show()
    await expect(page.locator(".hall .call")).to_have_count(2)
    other, mine = await page.evaluate(DIGITS)
    assert mine >= 0.75 * other


CUT = """() => {
    const frame = document.querySelector(".last__list").getBoundingClientRect();
    return [...document.querySelectorAll(".last__item")].map((one) => one.getBoundingClientRect())
        .filter(({ top, bottom }) => top < frame.bottom - 1 && bottom > frame.bottom + 1).length;
}"""


async def test_of_the_last_calls_none_is_cut_in_half(peer: Peer, open_page: OpenPage) -> None:
    peer.config_changes = {"min_on_screen_s": 1}
    peer.calls = [a_call(7 + n, 417 + 11 * n, open=False, age_ms=90_000) for n in range(5)]
    page = await open_page(peer, viewport={"width": 1080, "height": 1920})
    await expect(page.locator(".last__item")).to_have_count(5)
    for width, height in ((1080, 1920), (1920, 1080), (1280, 720)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate(CUT) == 0, (width, height)
