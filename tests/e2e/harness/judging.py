"""What a page must keep wherever it stands: looked at in one visit, by day and night, narrow, with wide text.

axe finds what can be read off the elements. The rest is measured here: nothing beyond the edge at 320 px
(which is 400 % of 1280, WCAG 1.4.10), also with the text spacing of 1.4.12; a focus that is seen (2.4.7), in
forced colours too, and not covered (2.4.11); targets for a finger (2.5.8, 44 px for visitors).
"""

from typing import Any

from playwright.async_api import Page

from tests.e2e.harness.axe import axe

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
VISITORS_TARGET, STAFFS_TARGET = 44, 24

IN_THE_DARK = """async () => {
    const asked = {runOnly: ["color-contrast"], resultTypes: ["violations"], preload: false};
    const found = (await axe.run(document, asked)).violations.flatMap(one => one.nodes);
    return found.map(node => `dark: contrast: ${node.html}`);
}"""
BEYOND = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [`beyond the edge by ${document.documentElement.scrollWidth - innerWidth} px`,
    ...[...document.querySelectorAll("body *")].filter(node => node.checkVisibility() &&
        (node.getBoundingClientRect().right > innerWidth + 1 || node.scrollWidth > node.clientWidth + 1
            || node.getBoundingClientRect().left < -1))
    .map(node => `beyond the edge: ${node.tagName}.${node.getAttribute("class")}`).slice(0, 5)]"""
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
# A press of Tab came before: what is focused by a script then is focused as by a key.
FOCUS = """least => {
    const found = [];
    const name = node => `${node.tagName.toLowerCase()}.${node.getAttribute("class") ?? ""} ` +
        `"${(node.textContent || node.getAttribute("name") || "").trim().slice(0, 30)}"`;
    const ring = node => {
        const style = getComputedStyle(node);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
            || style.boxShadow !== "none";
    };
    const all = [...document.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex]")]
        .filter(node => node.checkVisibility({visibilityProperty: true}) && !node.disabled
            && node.tabIndex >= 0 && node.type !== "hidden" && !node.closest("[inert], [aria-hidden=true]"));
    for (const node of all) {
        if (node.tabIndex > 0) found.push(`out of order: ${name(node)}`);
        node.focus();
        if (document.activeElement !== node) continue;
        const shown = node.closest("label") ?? node;
        const marked = [node, shown, node.nextElementSibling, node.parentElement].filter(Boolean);
        if (!marked.some(ring)) found.push(`focus is not seen: ${name(node)}`);
        const box = (node.getBoundingClientRect().width < 8 ? shown : node).getBoundingClientRect();
        const spots = [0.5, 0.1, 0.9].flatMap(x => [0.5, 0.2, 0.8].map(y =>
            [box.left + box.width * x, box.top + box.height * y]))
            .filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
        const seen = spots.some(([x, y]) => {
            const top = document.elementFromPoint(x, y);
            return top && (node.contains(top) || top.contains(node) || shown.contains(top));
        });
        if (!seen) found.push(`focus is covered: ${name(node)}`);
        const inline = getComputedStyle(node).display === "inline" && node.tagName === "A";
        const target = shown.getBoundingClientRect();
        if (!inline && (target.height < least - 0.5 || target.width < Math.min(least, 24) - 0.5))
            found.push(`target ${Math.round(target.width)} × ${Math.round(target.height)}: ${name(node)}`);
    }
    return found;
}"""


async def judge(page: Page, *, is_visitors: bool, whole: bool = True, is_screen: bool = False) -> list[str]:
    """List what is wrong with the page, which is left narrow.

    `whole` False: not what no language changes. `is_screen`: it hangs on a wall and is never narrow.
    """
    await page.emulate_media(color_scheme="light", reduced_motion="reduce", forced_colors="none")
    found = await axe(page)
    if whole:
        await page.emulate_media(color_scheme="dark")
        found += await page.evaluate(IN_THE_DARK)
    if is_screen:
        return found
    await page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    found += await page.evaluate(BEYOND)
    if whole:
        await page.keyboard.press("Tab")
        found += await page.evaluate(FOCUS, VISITORS_TARGET if is_visitors else STAFFS_TARGET)
        await page.emulate_media(forced_colors="active")
        found += [f"forced colours: {one}" for one in await focus_in(page) if "not seen" in one]
        await page.emulate_media(forced_colors="none")
    await page.evaluate(SPACED)
    found += [f"with text spacing: {one}" for one in await page.evaluate(BEYOND)]
    return found


async def focus_in(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(FOCUS, 0)
    return found


def words(address: str, found: list[Any]) -> list[str]:
    return [f"{address}: {one}" for one in found]
