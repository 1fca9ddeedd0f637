"""Judging a page by axe-core, the accessibility checker; a development tool, no part of the product."""

import functools
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page

# WCAG 2.2 A and AA, which EN 301 549 asks for, and axe's own advice (landmarks, headings, regions).
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
RUN = """async tags => {
    const asked = {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false};
    const result = await axe.run(document, asked);
    return result.violations;
}"""


@functools.cache
def script() -> str:
    """Return axe-core's source, which script/test put beside the virtual environment."""
    found = sorted(Path(sys.prefix).glob("axe-core-*/node_modules/axe-core/axe.min.js"))
    if not found:
        pytest.fail("axe-core is missing: script/test installs it", pytrace=False)
    return found[-1].read_text(encoding="utf-8")


async def axe(page: Page) -> list[str]:
    """List what axe finds wrong, one readable line for each element; `assert not await axe(page)`.

    Evaluated through the debugger and not by a script element, so that the page's own
    Content-Security-Policy stays as it is.
    """
    if await page.evaluate("typeof axe === 'undefined'"):  # half a megabyte of script, once for each page
        await page.evaluate(script())
    violations: list[dict[str, Any]] = await page.evaluate(RUN, TAGS)
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['html']}"
        for violation in violations
        for node in violation["nodes"]
    ]


async def axe_by_day_and_night(page: Page) -> list[str]:
    """List what axe finds wrong in the light and in the dark scheme, with nothing moving."""
    found = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {one}" for one in await axe(page)]
    return found
