"""The scripts that all faces share: texts, the socket's pure parts, the digits."""

import math
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from kiosk.digits import GAP, HEIGHT, STROKES, WIDTH
from queue_server.domain.phrases import needs_room_word
from queue_server.services.locales import direction_of
from queue_server.web.texts import Texts, load_texts, offered
from queue_server.web.wait_words import wait_words
from tests.display.conftest import OpenPage
from tests.display.peer import Peer, a_call
from tests.domain.test_phrases import ROOMS

Module = Callable[[str, str], Awaitable[Any]]


async def test_texts_fill_their_places_and_show_what_is_missing(module: Module) -> None:
    said = await module(
        "/static/texts.js",
        """const t = m.makeTexts({a: "Zimmer {room}", b: ["{n} Person", "{n} Personen"]}, "de");
        return [t("a", {room: "<3>"}), t("a"), t("b", {n: 1}), t("b", {n: 0}), t("c")];""",
    )
    assert said == ["Zimmer <3>", "Zimmer {room}", "1 Person", "0 Personen", "c"]


async def test_the_word_room_stands_where_the_server_puts_it(module: Module) -> None:
    """One rule: else a screen says "Trauzimmer" and the phone "Zimmer Trauzimmer"."""
    found = await module("/static/texts.js", f"return {[*ROOMS]}.map(m.needsRoomWord);")
    assert dict(zip(ROOMS, found, strict=True)) == {room: needs_room_word(room) for room in ROOMS}


async def test_a_room_with_a_name_of_its_own_has_a_text_of_its_own(module: Module) -> None:
    catalogue = {"go": "Zimmer {room}", "go_named": "{room}", "bare": "in {room}"}
    said = await module(
        "/static/texts.js",
        f"""const t = m.makeTexts({catalogue}, "de");
        return ["3", "Trauzimmer"].map((room) => [t("go", {{room}}), t("bare", {{room}})]);""",
    )
    say = Texts("de", dict(catalogue), lambda _: 0)
    assert said == [[say("go", room=one), say("bare", room=one)] for one in ("3", "Trauzimmer")]
    assert said == [["Zimmer 3", "in 3"], ["Trauzimmer", "in Trauzimmer"]]


@pytest.mark.parametrize("language", offered())
async def test_scripts_choose_the_plural_form_that_the_server_chooses(module: Module, language: str) -> None:
    form, counts = load_texts()[language].form_for, [*range(130), 200, 1000]
    forms = [*range(1 + max(map(form, counts)))]
    found = await module(
        "/static/texts.js", f"return {counts}.map((n) => m.pluralForm({forms}, n, {language!r}));"
    )
    assert dict(zip(counts, found, strict=True)) == {count: form(count) for count in counts}


async def test_scripts_know_which_way_a_languages_lines_run(module: Module) -> None:
    languages = [*offered(), "fa", "he", "pt-BR"]
    found = await module("/static/texts.js", f"return {languages}.map(m.directionOf);")
    assert found == [direction_of(one) for one in languages]


async def test_scripts_keep_together_what_the_server_keeps_together_in_arabic(module: Module) -> None:
    values = ["+49 3501 77-0", "1. Stock", "السبت، 21 نوفمبر", "https://stadt.example/t/1"]
    said = await module(
        "/static/texts.js",
        f"return {values}.map((value) => m.makeTexts({{a: '{{value}}'}}, 'ar')('a', {{value}}));",
    )
    say = Texts("ar", {"a": "{value}"}, lambda _: 0)
    assert said == [say("a", value=value) for value in values]


async def test_scripts_say_a_long_wait_as_the_server_says_it(module: Module) -> None:
    ends = [[first, last] for last in range(5, 300, 5) for first in range(0, last + 1, 5)]
    said = await module(
        "/static/waits.js",
        f"""const say = ({{ form, from, to }}) => [form, `${{from}}`, `${{to}}`];
        return {ends}.map(([from_min, to_min]) => say(m.waitWords({{ from_min, to_min }})));""",
    )
    assert said == [list(wait_words(*one)) for one in ends]


async def test_back_off_grows_is_jittered_and_ends(module: Module) -> None:
    waits = await module(
        "/static/live.js", "return [0, 1, 4, 99].map((n) => [m.backOff(n, () => 0), m.backOff(n, () => 1)]);"
    )
    assert waits == [[200, 400], [400, 800], [3200, 6400], [4000, 8000]]


async def test_the_address_carries_the_position_and_keeps_the_paths_own_query(module: Module) -> None:
    urls = await module(
        "/static/live.js",
        """return [m.socketUrl("/live/x", {epoch: null, seq: 0}, "https://town.example/display/1"),
        m.socketUrl("/live/x?agent=1", {epoch: "a b", seq: 7}, "http://town.example/")];""",
    )
    assert urls == ["wss://town.example/live/x", "ws://town.example/live/x?agent=1&epoch=a+b&since=7"]


async def test_a_line_that_swallows_everything_is_given_up_and_tried_again(
    peer: Peer, open_page: OpenPage
) -> None:
    page = await open_page(peer)
    peer.beating = False
    await page.wait_for_selector('html[data-live="lost"]')
    peer.beating = True
    await page.wait_for_selector('html[data-live="live"]', timeout=10_000)


async def test_the_screen_draws_the_digits_of_the_slip(module: Module) -> None:
    """Paper and screen show the same digits: every point of the slip's strokes lies on the screen's."""
    box, drawn = await module(
        "/static/digits.js",
        """const svg = m.digits("0123456789");
        return [svg.getAttribute("viewBox"), [...svg.children].map((path) => {
            const step = path.getTotalLength() / 1200;
            const points = Array.from({length: 1201}, (_, i) => path.getPointAtLength(step * i));
            return points.map((p) => [p.x, p.y]);
        })];""",
    )
    assert box == f"0 0 {10 * (WIDTH + GAP) - GAP} {HEIGHT}"
    for character, points in zip("0123456789", drawn, strict=True):
        for stroke in STROKES[character]:
            assert all(min(math.dist(point, other) for other in points) < 1 for point in stroke), character


async def test_the_number_is_there_for_those_who_do_not_see_the_picture(
    peer: Peer, open_page: OpenPage
) -> None:
    page = await open_page(peer)
    await peer.call(a_call(7, 417))
    await expect(page.locator(".call__number")).to_have_text("417")
