"""Finding a service by its first letter: two touches to the identity card, without a keyboard."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.faces.kiosk import begin
from tests.e2e.harness.axe import axe
from tests.kiosk.conftest import OpenKiosk
from tests.kiosk.hall import Hall
from tests.kiosk.test_page import SCREENS, TARGETS


async def to_categories(page: Page, language: str = "de") -> None:
    await begin(page, language)


async def touch_letter(page: Page, letter: str) -> None:
    await page.locator(".letter").get_by_text(letter, exact=True).click()


async def index(page: Page, names: list[str], language: str) -> dict[str, list[str]]:
    """Ask the page's own module, with one category of these services."""
    script = """async ({names, language}) => {
        const {letterIndex} = await import("/static/kiosk/letters.js");
        const services = names.map(name => ({name: {[language]: name, de: name}}));
        const found = letterIndex([{name: {de: "–"}, services}], language);
        return Object.fromEntries([...found].map(([l, {services}]) => [l, services.map(s => s.name.de)]));
    }"""
    found: dict[str, Any] = await page.evaluate(script, {"names": names, "language": language})
    return found


@pytest.mark.parametrize(("width", "height"), SCREENS)
async def test_identity_card_is_two_touches_away(
    hall: Hall, open_kiosk: OpenKiosk, width: int, height: int
) -> None:
    page = await open_kiosk(hall, width=width, height=height)
    await to_categories(page)
    for letter in await page.locator(".letter").all():
        await expect(letter).to_be_in_viewport(ratio=1)
    assert await page.evaluate(TARGETS) == []
    await touch_letter(page, "P")
    found = page.locator(".service__choose", has_text="Personalausweis beantragen").first
    await expect(found).to_be_in_viewport(ratio=1)
    assert await page.evaluate(CUT_OFF) == []
    await found.click()
    await expect(page.locator(".foot__what")).to_have_text("Personalausweis beantragen")
    assert await page.evaluate(TARGETS) == []


CUT_OFF = """() => [...document.querySelectorAll(".service__choose, .tile")]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"""


async def test_wrong_letter_costs_one_touch_and_keeps_the_choice(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    await to_categories(page)
    await touch_letter(page, "M")
    await page.locator(".service__choose", has_text="Meldebescheinigung").first.click()
    await touch_letter(page, "P")
    await expect(page.locator('.letter[aria-pressed="true"]')).to_have_text("P")
    await (
        page.locator(".service__choose", has_text="Reisepass beantragen")
        .or_(page.locator(".service__choose", has_text="Personalausweis beantragen"))
        .first.click()
    )
    await expect(page.locator(".foot__what")).to_contain_text("Meldebescheinigung · ")
    assert await axe(page) == []
    await page.locator("#foot .button--primary").click()
    await expect(page.locator(".people:visible")).to_be_visible()


async def test_letter_leads_to_whole_areas_too(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    await to_categories(page)
    await touch_letter(page, "A")
    await page.locator(".found .service__choose", has_text="Ausweise und Pässe").click()
    await expect(page.locator("h1")).to_have_text("Ausweise und Pässe")


async def test_every_service_is_found_and_every_letter_leads_somewhere(
    hall: Hall, open_kiosk: OpenKiosk
) -> None:
    page = await open_kiosk(hall)
    for language in ("de", "en"):
        lost = await page.evaluate(LOST, language)
        assert lost == {"services": [], "letters": []}


LOST = """async language => {
    const {letterIndex} = await import("/static/kiosk/letters.js");
    const {categories} = JSON.parse(document.getElementById("config").textContent);
    const index = [...letterIndex(categories, language)];
    const found = new Set(index.flatMap(([, one]) => one.services));
    const all = categories.flatMap(one => one.services);
    return {
        services: all.filter(one => !found.has(one)).map(one => one.id),
        letters: index.filter(([, one]) => one.services.length + one.categories.length === 0).map(([l]) => l),
    };
}"""


async def test_words_are_sorted_as_in_a_telephone_book(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    names = ["Vorläufigen Pass beantragen", "Übermittlung sperren", "Pass beantragen", "Ummelden"]
    found = await index(page, names, "de")
    assert found["P"] == ["Pass beantragen", "Vorläufigen Pass beantragen"]
    assert sorted(found["U"]) == ["Ummelden", "Übermittlung sperren"]
    assert "B" not in found, "German nouns count, verbs do not"
    english = await index(page, ["Apply for an identity card"], "en")
    assert sorted(english) == ["A", "C", "I"]
    ukrainian = await index(page, ["Зареєструвати їдальню"], "uk")
    assert list(ukrainian) == ["З", "Ї"], "other scripts keep their letters"
