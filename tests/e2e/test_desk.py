"""The reception desk as clerks use it: a whole booking by keyboard, with a telephone at the ear."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import SILENT, Screenshot, a_demo
from tests.e2e.faces.desk import DeskPage
from tests.e2e.faces.town import Town
from tests.e2e.harness.axe import axe
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server

SIZES = [
    (320, 640),
    pytest.param(390, 844, marks=pytest.mark.long),
    (1280, 800),
    pytest.param(1920, 1080, marks=pytest.mark.long),
]


@pytest.fixture(scope="module")
async def server(new_town: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One for all: there are more free times than these tests book, and more signing in than is allowed."""
    async with a_demo(new_town, tmp_path_factory.mktemp("desk"), SILENT, "--no-rate-limits") as running:
        yield running


async def test_a_booking_takes_five_keys_and_a_few_letters(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    """P10, and failure 26: by keyboard alone, for somebody without contact, far below thirty seconds."""
    desk = await DeskPage.open(browsers, browser, server.url)
    begun = time.monotonic()
    reference = await desk.book("perso")
    assert time.monotonic() - begun < 10
    assert re.fullmatch(r"[A-Z0-9]{6}", reference)
    assert 100 <= await desk.number() <= 999

    await desk.press("n")
    await desk.is_at("find")
    assert await desk.book("reisep", "Erika Mustermann") != reference
    await expect(desk.page.locator("main")).to_contain_text("Erika Mustermann")
    await desk.press("Escape")
    await desk.is_at("find")


async def test_counts_and_several_services_by_key(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    desk = await DeskPage.open(browsers, browser, server.url)
    await desk.type("perso 2")
    await desk.press("Enter")
    await desk.has_chosen(id_card=2)
    await desk.press("+")
    await desk.has_chosen(id_card=3)
    await desk.press("1")
    await desk.has_chosen(id_card=1)
    await desk.type("reisep")
    await desk.press("Enter")
    await expect(desk.page.locator(".wanted")).to_have_count(2)
    await desk.press("Backspace")
    await desk.has_chosen(id_card=1)
    await desk.is_at("find")


async def test_arrows_choose_among_services_and_days(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    desk = await DeskPage.open(browsers, browser, server.url)
    await desk.type("perso")
    first = await desk.page.locator("[role=option][aria-selected=true]").inner_text()
    await desk.press("ArrowDown")
    assert await desk.page.locator("[role=option][aria-selected=true]").inner_text() != first
    await desk.press("ArrowUp", "Enter", "Enter")
    await desk.is_at("at")
    at = await desk.focused.input_value()
    await desk.press("ArrowDown")
    another_day = await desk.focused.input_value()
    assert another_day[:10] > at[:10]
    await desk.press("ArrowRight")
    assert await desk.focused.input_value() > another_day
    chosen = await desk.focused.get_attribute("data-long")
    await expect(desk.page.locator("[data-part=summary]")).to_have_text(str(chosen))


async def test_escape_steps_back_and_loses_nothing(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    desk = await DeskPage.open(browsers, browser, server.url)
    await desk.choose("perso")
    await desk.press("ArrowRight")
    at = await desk.focused.input_value()
    await desk.press("Enter")
    await desk.type("Erika")
    await desk.press("Escape")
    await desk.is_at("at")
    assert await desk.focused.input_value() == at
    await desk.press("Escape")
    await desk.is_at("find")
    await expect(desk.page.locator("#name")).to_have_value("Erika")
    await desk.press("+")
    await desk.has_chosen(id_card=2)
    await expect(desk.page.locator("#name")).to_have_value("Erika")


async def test_another_day_by_key_shows_all_of_it(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    desk = await DeskPage.open(browsers, browser, server.url)
    await desk.choose("perso")
    await desk.press("d")
    await desk.is_at("day")
    days = desk.page.locator(".day__title span:first-child")
    second = await desk.page.locator(".day").nth(1).locator("a[data-day]").get_attribute("data-day")
    title = await days.nth(1).inner_text()
    await desk.page.fill("#day", str(second))
    await expect(days.first).to_have_text(title)
    assert await desk.page.locator(".day").first.locator("[name=at]").count() > 18


async def test_letters_in_a_field_are_letters(
    server: Server, browsers: Browsers, browser: Browser, town: Town
) -> None:
    """WCAG 2.1.4: keys act only outside of fields, and can be switched off."""
    before = await town.queue()
    desk = await DeskPage.open(browsers, browser, server.url)
    await desk.choose("perso")
    await desk.press("Enter")
    await desk.type("wdnx/")
    await expect(desk.page.locator("#name")).to_have_value("wdnx/")
    await desk.press("Escape")
    await desk.page.click("[data-does=keys]")
    await desk.page.focus("[name=at]:checked")
    await desk.press("w", "d", "/")
    await desk.is_at("at")
    assert (await town.queue())["waiting"] == before["waiting"]


async def test_a_walk_in_gets_a_number_by_key(
    server: Server, browsers: Browsers, browser: Browser, town: Town
) -> None:
    desk = await DeskPage.open(browsers, browser, server.url)
    await desk.choose("perso")
    await desk.press("w")
    await desk.page.wait_for_url("**/tickets/*")
    number = await desk.number()
    assert [entry["number"] for entry in (await town.queue())["waiting"]].count(number) == 1
    await desk.press("r")
    await expect(desk.page.locator("[role=status]", has_text="gedruckt")).to_be_visible()


async def test_a_call_back_is_found_moved_and_cancelled_by_key(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    desk = await DeskPage.open(browsers, browser, server.url)
    reference = await desk.book("perso", "Erika Mustermann")
    before = await desk.page.inner_text(".answer__plate")
    await desk.press("n")
    await desk.is_at("find")
    await desk.press("/")
    await desk.is_at("q")
    await desk.type(reference.lower())
    await desk.press("Enter")
    assert await desk.reads_reference() == reference

    await desk.press("m")
    await desk.is_at("at")
    await desk.press("ArrowDown", "Enter", "Enter")
    assert await desk.reads_reference() == reference
    assert await desk.page.inner_text(".answer__plate") != before

    await desk.press("x")
    await expect(desk.page.locator("button[value=cancel]")).to_be_focused()
    await desk.press("Enter")
    await expect(desk.page.locator(".badge", has_text="Abgesagt")).to_be_visible()
    await expect(desk.page.locator("main")).not_to_contain_text("Erika")


async def test_p_prints_the_card_on_one_page(
    reachable: Server, browsers: Browsers, browser: Browser, screenshot: Screenshot
) -> None:
    """The card is an A4 page in large type; nobody's name stands on it."""
    desk = await DeskPage.open(browsers, browser, reachable.url)
    await desk.book("perso", "Erika Mustermann")
    page = desk.page
    await page.evaluate("window.print = () => { document.body.dataset.printed = 'yes'; }")
    await desk.press("p")
    await expect(page.locator("body[data-printed]")).to_be_attached()
    await page.emulate_media(media="print")
    await expect(page.locator(".sheet-a4")).to_be_visible()
    await expect(page.locator("main")).to_be_hidden()
    assert "Erika" not in await page.inner_text(".sheet-a4")
    assert await page.locator(".sheet-a4__qr img").evaluate("image => image.naturalWidth > 0")
    printed = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    await page.emulate_media(media="screen")
    await page.goto(f"{page.url.partition('?')[0]}/card")
    await screenshot(page, "desk-card")


async def test_the_desk_works_without_scripts(server: Server, browsers: Browsers, browser: Browser) -> None:
    desk = await DeskPage.open(browsers, browser, server.url, java_script_enabled=False)
    page = desk.page
    await page.select_option("#add", label="Personalausweis beantragen")
    await page.click("text=Zeiten zeigen")
    await page.click("button[aria-label^='Eins mehr']")
    await desk.has_chosen(id_card=2)
    await page.locator("[name=at]").nth(2).check(force=True)
    await page.fill("#name", "Erika Mustermann")
    await page.click("#book button")
    reference = await desk.reads_reference()
    await page.click("summary >> text=Absagen")
    await page.click("button[value=cancel]")
    await expect(page.locator(".badge", has_text="Abgesagt")).to_be_visible()
    await page.fill("#q", reference)
    await page.press("#q", "Enter")
    assert await desk.reads_reference() == reference


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_the_pages_fit_and_are_accessible(
    server: Server, browsers: Browsers, browser: Browser, screenshot: Screenshot, width: int, height: int
) -> None:
    """Failure 26: axe finds nothing, nothing scrolls sideways, at 320 px and on a desk."""
    desk = await DeskPage.open(browsers, browser, server.url, viewport={"width": width, "height": height})
    found = await judge(desk.page, "empty")
    await desk.type("perso")
    found += await judge(desk.page, "list")
    await desk.press("Enter", "Enter")
    await desk.is_at("at")
    found += await judge(desk.page, "times")
    await screenshot(desk.page, f"desk-{width}")
    await desk.press("Enter")
    await desk.press("Enter")
    await desk.reads_reference()
    found += await judge(desk.page, "booked")
    await screenshot(desk.page, f"desk-booked-{width}")
    await desk.page.goto(f"{desk.page.url.partition('?')[0]}/card")
    found += await judge(desk.page, "card")
    await desk.page.goto(f"{server.url}/desk/rathaus")
    await desk.press("/", "Enter")
    await expect(desk.page.locator(".found")).to_be_visible()
    found += await judge(desk.page, "found")
    assert not found, "\n".join(found)


CUT = """field => {
    const style = getComputedStyle(field), pen = document.createElement("canvas").getContext("2d");
    pen.font = `${style.fontSize} ${style.fontFamily}`;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return pen.measureText(field.placeholder).width - room;
}"""


async def test_the_bar_keeps_its_search_whole_and_leaves_a_phone_its_page(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """With interpreters the bar has all it can have; at 320 px it took half of the screen."""
    administrator = await town.sign_in()
    await administrator.change("/admin/setup/site/rathaus", interpreter_languages=["tr"])
    desk = await DeskPage.open(browsers, browser, server.url)
    bar = desk.page.locator(".bar")
    for width, height in ((1280, 800), (390, 844), (320, 640)):
        await desk.page.set_viewport_size({"width": width, "height": height})
        assert await desk.page.locator("#q").evaluate(CUT) <= 0, width
        box = await bar.bounding_box()
        assert box
        assert box["height"] <= height / 3, width
    await bar.locator(".ways summary").click()
    for name in ("Nachrichten", "Dolmetschen", "Bürgerzentrum"):
        await expect(bar.locator(".ways__way", has_text=name)).to_be_visible()


async def judge(page: Page, where: str) -> list[str]:
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{where}: {line}" for line in [*await axe(page), *([f"{wide} px too wide"] if wide > 0 else [])]]
