"""Which address answers in which languages: by the town's choice for visitors, in two for staff."""

from typing import Any

import pytest

from queue_server.domain.access import Act
from queue_server.domain.town import Town as SetUp
from queue_server.web.languages import is_staffs, languages_of, name_in, staffs
from queue_server.web.routes import PAGE_ROUTES
from queue_server.web.texts import STAFF_LANGUAGES, load_texts, own_name
from tests.web.running import Town

ALL: Any = dict.fromkeys(("de", "de-x-leicht", "en", "ar"))
DEVICES = {Act.SEE_DISPLAY, Act.SEE_KIOSK}


def test_every_page_that_asks_who_one_is_speaks_staffs_languages() -> None:
    """And no visitor's page does: a new address is on the right side or fails here."""
    of_staff = {route.path for route in PAGE_ROUTES if route.act not in {None, *DEVICES}}
    assert {path for path in of_staff if not is_staffs(path)} == set()
    visitors = {route.path for route in PAGE_ROUTES if route.path.startswith(("/termin", "/t/", "/kiosk"))}
    assert {path for path in visitors if is_staffs(path)} == set()


def test_staffs_addresses_are_found_by_their_whole_first_word() -> None:
    assert is_staffs("/counter")
    assert is_staffs("/counter/one")
    assert not is_staffs("/counters")
    assert not is_staffs("/")


def test_visitors_choose_among_what_the_town_has_chosen() -> None:
    town = SetUp("a", {"de": "Musterstadt"}, languages=("de", "ar", "tlh", "en"))
    assert languages_of("/termin", [town], ALL) == ["de", "ar", "en"]
    assert languages_of("/admin", [town], ALL) == list(STAFF_LANGUAGES)
    assert languages_of("/termin", [], ALL) == list(STAFF_LANGUAGES)


def test_staff_read_the_first_language_of_a_town_that_is_theirs() -> None:
    assert staffs(("ar", "en", "de")) == "en"
    assert staffs(("ar",)) == "de"


@pytest.mark.parametrize(("language", "name"), [("ar", "Arabisch"), ("pt-BR", "Portugiesisch (Brasilien)")])
def test_staff_call_languages_by_their_german_names(language: str, name: str) -> None:
    assert name_in(load_texts()["de"], language) == name


async def test_a_page_names_its_other_languages_in_themselves(town: Town) -> None:
    page = (await town.ask(None, "GET", "/termin?town=musterstadt&lang=ar")).text
    assert '<html lang="ar" dir="rtl"' in page
    row, fold = page.partition('<div class="languages__names languages__row">')[::2]
    for language in ("de", "de-x-leicht", "en", "tr", "uk"):
        link = f'lang="{language}" dir="auto">{own_name(language)}</a>'
        assert (link in row, link in fold) == (True, True), "in a row, and behind one name on a phone"
    assert f"<summary>{load_texts()['ar']('start.language')}: {own_name('ar')}</summary>" in row


async def test_a_language_that_no_readers_have_tested_says_so(town: Town) -> None:
    notes = {one: load_texts()[one]("page.not_reviewed") for one in ("de-x-leicht", "de")}
    pages = {one: (await town.ask(None, "GET", f"/termin?town=musterstadt&lang={one}")).text for one in notes}
    assert {one: notes[one] in pages[one] for one in notes} == {"de-x-leicht": True, "de": False}


async def test_staffs_pages_stay_in_their_languages_whatever_was_chosen(town: Town) -> None:
    chosen = {"cookie": "aufruf_language=ar", "accept_language": "tr,en;q=0.5"}
    answer = await town.ask(None, "GET", "/sign-in", **chosen)
    assert '<html lang="en" dir="ltr"' in answer.text


async def test_the_counter_is_told_what_each_language_is_called(town: Town) -> None:
    """Browsers refuse to name `de-x-leicht`, and the clerk's page stood still over it."""
    page = (await town.ask("anna", "GET", "/counter/rathaus-1", accept_language="de")).text
    assert '"de-x-leicht": "Deutsch in einfachen Worten"' in page
    assert '"ar": "Arabisch"' in page
