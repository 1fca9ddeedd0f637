"""The judge of pages: does it find what it is there to find?"""

from typing import Any

import pytest

from tests.e2e.harness.judging import VISITORS_TARGET, WIDE, judge

GOOD = """<!doctype html><html lang="de"><head><title>Seite</title>
<meta name="viewport" content="width=device-width">
<style>button:focus-visible {{ outline: 3px solid #000 }} button {{ min-height: 44px; min-width: 44px }}
{style}
</style></head><body><main><h1>Seite</h1><button>Weiter</button>{more}</main></body></html>"""


@pytest.mark.parametrize(
    ("style", "more", "expected"),
    [
        ("", "", ""),
        ("", '<img src="data:,">', "image-alt"),
        (
            "@media (prefers-color-scheme: dark) { h1 { color: #ccc; background: #ddd } }",
            "",
            "dark: contrast",
        ),
        ("", '<p style="width: 400px">breit</p>', "beyond the edge"),
        (
            "p { white-space: nowrap; font: 16px monospace }",
            "<p>Ein Satz mit Wörtern, genau</p>",
            "text spacing",
        ),
        ("button { outline: none !important }", "", "focus is not seen"),
        ("@media (forced-colors: active) { button { outline: none !important } }", "", "forced colours"),
        ("p { position: fixed; inset: 0; background: #fff }", "<p>Davor</p>", "focus is covered"),
        ("button { min-height: 30px; height: 30px }", "", "target"),
        ("", '<button tabindex="2">Zuerst</button>', "out of order"),
    ],
)
async def test_each_barrier_is_found_by_its_name(browser: Any, style: str, more: str, expected: str) -> None:
    page = await browser.new_page(viewport=WIDE)
    await page.set_content(GOOD.format(style=style, more=more))
    found = await judge(page, is_visitors=VISITORS_TARGET == 44)
    await page.close()
    assert (expected in "\n".join(found)) if expected else not found, found
