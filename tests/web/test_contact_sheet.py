"""Every visitors' page in every language, side by side: docs/contact-sheet, made by `--long --screenshots`.

One picture for each state, its languages from left to right. They are there to be looked at: cut words, lines
that run the wrong way, arrows that point back.
"""

import re
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from queue_server.web.texts import offered
from tests.web.every_page import STATES, Stage, State, pages_of, set_the_stage
from tests.web.running import Town

ROOT: Final = Path(__file__).parents[2]
PHONE: Final = {"width": 360, "height": 760}
SHOWN: Final = 240
"""So many pixels are left of a phone's width: sixteen pictures of six languages in a megabyte."""


def side_by_side(pictures: list[bytes]) -> Image.Image:
    """Return the pictures in one row, made smaller."""
    opened = [Image.open(BytesIO(one)).convert("RGB") for one in pictures]
    height = SHOWN * PHONE["height"] // PHONE["width"]
    sheet = Image.new("RGB", (len(opened) * (SHOWN + 8) - 8, height), "white")
    for number, one in enumerate(opened):
        sheet.paste(one.resize((SHOWN, height), Image.Resampling.LANCZOS), (number * (SHOWN + 8), 0))
    return sheet


def name_of(state: State) -> str:
    return re.sub(r"[^a-z]+", "-", state.path.lower()).strip("-") or "start"


async def row_of(stage: Stage, browser: Any, state: State) -> list[bytes]:
    """Photograph a state in each language, and see that it is in that language and its direction."""
    pictures = []
    for language in offered():
        page, _ = await stage.go(browser, state, language)
        await page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        root = page.locator("html")
        assert await root.get_attribute("lang") == language, (state.path, language)
        assert await root.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        pictures.append(await page.screenshot(animations="disabled", caret="hide"))
    return pictures


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("changes", [{"public_url": ""}], indirect=True)
async def test_every_visitors_page_stands_in_every_language(
    served_town: Town, browser: Any, request: pytest.FixtureRequest
) -> None:
    """Issue "for every visitor", done when 5."""
    kept = request.config.getoption("--screenshots")
    folder = ROOT / ("docs/contact-sheet" if kept else "build/contact-sheet")
    folder.mkdir(parents=True, exist_ok=True)
    stage = await set_the_stage(served_town, offered())
    # The demo's own pages, and one that looks like the portal's question for the town.
    left_out = {"/styleguide", "/demo/mails", "/demo/paper/rathaus-kiosk", "/barrierefreiheit"}
    for state in pages_of("ar", STATES):
        if state.path not in left_out:
            sheet = side_by_side(await row_of(stage, browser, state))
            assert sheet.width > SHOWN * len(offered())
            sheet.save(folder / f"{name_of(state)}.webp", quality=55, method=6)
    await stage.close()
