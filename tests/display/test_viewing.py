"""Done is what is measured: how high numbers and words really are on six screens, in millimetres."""

from typing import Any

import pytest

from queue_server.domain.viewing import Viewing, most_at_once
from tests.display.conftest import OpenPage
from tests.display.peer import Peer, a_call

SCREENS = [
    ((1280, 720), Viewing(3, 32)),
    ((1920, 1080), Viewing(5, 55)),
    ((1920, 1080), Viewing(8, 75)),
    ((2160, 3840), Viewing(6, 65, upright=True)),
    ((3840, 2160), Viewing(10, 98)),
    ((1080, 1920), Viewing(4, 43, upright=True)),
]
"""As they hang in halls: 720p to 4K, landscape and portrait. docs/operators/devices.md has the figures."""

MEASURE = """() => {
  const whole = (call) => {
    const frame = call.getBoundingClientRect();
    const parts = [...call.querySelectorAll('.digits, .room__word, .arrow')];
    const boxes = parts.map((one) => one.getBoundingClientRect());
    return boxes.every((one) => one.left >= frame.left && one.right <= frame.right
      && one.top >= frame.top && one.bottom <= frame.bottom);
  };
  const letters = (node) => {
    const pen = document.createElement('canvas').getContext('2d');
    const {fontWeight, fontSize, fontFamily} = getComputedStyle(node);
    pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    return pen.measureText('H').actualBoundingBoxAscent;
  };
  const seen = (node) => node.offsetParent !== null && node.textContent.trim() !== '';
  const words = [...document.querySelectorAll('.room__word, .room__floor, .head__site, .head__time, '
    + '.foot__label, .foot__value, .last__room')].filter(seen);
  const calls = [...document.querySelectorAll('main .call')];
  return {
    whole: calls.every(whole),
    pages: document.querySelectorAll('.turning__page').length,
    seqs: calls.map((call) => Number(call.dataset.seq)),
    numbers: calls.map((call) => 100 * call.querySelector('.call__number .digits').getScreenCTM().a),
    words: words.map(letters),
  };
}"""


@pytest.mark.timeout(120)
async def test_numbers_and_words_read_from_the_last_seat_and_eight_calls_lose_none(
    peer: Peer, open_page: OpenPage
) -> None:
    """35 mm a metre for the number, 12 mm for other text; 720p to 4K, landscape and portrait."""
    page = await open_page(peer, reduced_motion="reduce")
    for screen, viewing in SCREENS:
        peer.calls = [a_call(1, 417)]
        peer.config_changes = {"viewing": {"distanceM": viewing.distance_m, "inches": viewing.diagonal_in}}
        await page.set_viewport_size({"width": screen[0], "height": screen[1]})
        await page.goto(peer.url)
        await page.wait_for_selector("main .call")
        for count in (1, 3, 8):
            if count > 1:
                peer.calls = [a_call(100 * count + i, 234 + 89 * i, str(i + 1)) for i in range(count)]
                await peer.show()
                await page.wait_for_selector(f'main .call[data-seq^="{count}0"]')
            _is_read(await page.evaluate(MEASURE), screen, viewing, count)
    await peer.said_that(*((800 + i, "shown") for i in range(8)))


def _is_read(seen: dict[str, Any], screen: tuple[int, int], viewing: Viewing, count: int) -> None:
    mm = viewing.diagonal_in * 25.4 / (screen[0] ** 2 + screen[1] ** 2) ** 0.5
    at_once, where = len(seen["seqs"]), f"{viewing}, {count} calls, {seen}"
    assert seen["whole"], where
    assert mm * min(seen["numbers"]) >= viewing.number_mm - 1, where
    assert mm * min(seen["words"]) >= viewing.text_mm - 1, where
    assert at_once * seen["pages"] >= count, where
    # What the set-up page says beforehand is never more than what hangs in the hall.
    assert at_once >= min(count, most_at_once(viewing)), where
