"""An administrator writes a letter's texts: seen first, refused when unfit, undone with one press."""

from typing import Any

import pytest

from queue_server.live import postman
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.running import Town
from tests.web.test_mailing import PUBLIC, book, deliver, letters, text
from tests.web.test_page_desk import field, words
from tests.web.test_page_status import NARROW, photograph

BOOKED = "/admin/letters/booked/de"
TEXTS = {
    "subject": "Musterstadt: {when}",
    "opening": "Schön, dass Sie kommen.",
    "own": "Aufzug <b>defekt</b>.",
}


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


async def read(town: Town, path: str = BOOKED, **query: str) -> str:
    answer = await town.client.get(path, params=query, headers=town.headers("administrator"))
    assert answer.status_code == 200, answer.text
    return answer.text


async def press(town: Town, path: str = BOOKED, **fields: str) -> Any:
    data = {"csrf": field(await read(town), "csrf"), **fields}
    return await town.client.post(path, data=data, headers=town.headers("administrator"))


async def test_the_list_leads_to_every_letter_in_both_languages(town: Town) -> None:
    page = await read(town, "/admin/letters")
    for path in (BOOKED, "/admin/letters/missed/en", "/admin/letters/admission/de"):
        assert f'href="{path}"' in page
        assert "letters." not in words(await read(town, path))
    assert "Server seine öffentliche Adresse" not in page
    assert "noch keine Links" in page, "nobody told the server its public address"


@PUBLIC
async def test_what_was_saved_is_sent_and_the_shipped_text_is_one_press_away(town: Town) -> None:
    """Failure 14: HTML in a text is text in the letter."""
    done = await press(town, act="save", **TEXTS)
    assert done.headers["location"] == f"{BOOKED}?done=saved"
    page = await read(town, done="saved")
    assert "Gespeichert" in page
    assert "&lt;b&gt;defekt" in page
    assert "eigener Text" in await read(town, "/admin/letters")
    await book(town)
    await deliver(town)
    [sent] = letters(town)
    assert str(sent["Subject"]).startswith("Musterstadt: Mittwoch, 11. März 2026")
    assert "Schön, dass Sie kommen." in text(sent)
    html = sent.get_body(("html",))
    assert html is not None
    assert "Aufzug &lt;b&gt;defekt&lt;/b&gt;." in html.get_content()
    back = await press(town, act="shipped")
    assert back.headers["location"] == f"{BOOKED}?done=shipped"
    page = await read(town)
    assert 'value="Ihr Termin am {when}"' in page
    assert "Musterstadt: {when}" in page, "what was written before stays in the list of versions"


async def test_an_unfit_text_is_refused_and_nothing_of_it_is_lost(town: Town) -> None:
    done = await press(town, act="save", **TEXTS | {"subject": "Personalausweis {nummer}"})
    assert done.status_code == 422
    for code in ("unknown_placeholder", "placeholder_missing"):
        assert f'data-code="{code}"' in done.text
    assert 'value="Personalausweis {nummer}"' in done.text
    assert "Schön, dass Sie kommen." in done.text
    assert 'value="Ihr Termin am {when}"' in await read(town)


async def test_the_preview_shows_the_draft_and_saves_nothing(town: Town) -> None:
    """In a frame without rights: no script, no form, no address of ours."""
    seen = await press(town, f"{BOOKED}/preview", act="html", **TEXTS)
    assert "Aufzug &lt;b&gt;defekt&lt;/b&gt;." in seen.text
    assert "417" in seen.text
    assert "sandbox" in seen.headers["content-security-policy"]
    plain = await press(town, f"{BOOKED}/preview", act="text", **TEXTS)
    assert "Ihre Nummer: 417" in plain.text
    refused = await press(town, f"{BOOKED}/preview", act="html", **TEXTS | {"opening": "{x}"})
    assert refused.status_code == 422
    assert "{x}" in refused.text
    assert "Schön, dass" not in await read(town)


async def test_a_form_of_another_page_changes_nothing(town: Town) -> None:
    for path in (BOOKED, f"{BOOKED}/preview"):
        answer = await town.client.post(
            path, data={"csrf": "x", "act": "save", **TEXTS}, headers=town.headers("administrator")
        )
        assert answer.status_code == 403
    unknown = await town.client.get("/admin/letters/birthday/de", headers=town.headers("administrator"))
    assert unknown.status_code == 404


async def test_the_texts_of_another_town_stay_its_own(town: Town) -> None:
    """Failure 15."""
    await press(town, act="save", **TEXTS)
    theirs = await town.client.get(BOOKED, headers=town.headers("other town's administrator"))
    assert "Musterstadt: {when}" not in theirs.text


async def test_the_pages_are_accessible_and_narrow_and_the_preview_needs_no_script(
    served_town: Town, browser: Any
) -> None:
    """Failure 26."""
    context = await browser.new_context(
        viewport=NARROW, extra_http_headers=served_town.headers("administrator"), locale="de-DE"
    )
    page = await context.new_page()
    for path in ("/admin/letters", BOOKED):
        await page.goto(f"http://{served_town.address}{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert not await axe_by_day_and_night(page)
        await photograph(page, f"letters-{path.count('/')}-dark-320")
    await context.close()
    context = await browser.new_context(
        viewport={"width": 1280, "height": 900},
        extra_http_headers=served_town.headers("administrator"),
        java_script_enabled=False,
        locale="de-DE",
    )
    page = await context.new_page()
    await page.goto(f"http://{served_town.address}{BOOKED}")
    await page.get_by_label("Einleitung").fill("Bis bald, bis {when}.")
    await page.get_by_role("button", name="Vorschau", exact=True).click()
    await page.frame_locator("iframe").get_by_text("Bis bald, bis Dienstag, 17. März 2026").wait_for()
    await photograph(page, "letters-preview-1280")
    await context.close()
