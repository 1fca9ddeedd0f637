"""Going through a page with Tab, and seeing where one is."""

from playwright.async_api import Page, expect

FOCUS_IS_SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


async def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the focus is on what is meant, and see that it is seen there."""
    wanted = page.locator(selector).first
    await expect(wanted).to_be_visible()
    for _ in range(most):
        if await wanted.evaluate("node => node === document.activeElement"):
            assert await page.evaluate(FOCUS_IS_SEEN), f"the focus on {selector} cannot be seen"
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with Tab")


async def enter(page: Page, selector: str) -> None:
    await tab_to(page, selector)
    await page.keyboard.press("Enter")
