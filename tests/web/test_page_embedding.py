"""The card for a town's home page: what is copied leads to the right step, and is nothing but plain HTML."""

import html
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.web.forms import Visitor
from tests.web.running import HOST, Town


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return Visitor(town)


def copied(visitor: Visitor) -> str:
    """Return what stands in the field to copy from."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", visitor.page.text, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def link(visitor: Visitor) -> str:
    found = re.search(r'<a href="([^"]+)"', copied(visitor))
    assert found is not None
    return html.unescape(found[1])


PAGE = "/termin/einbinden?town=musterstadt"


@pytest.mark.parametrize(
    ("query", "way", "words"),
    [
        ("", "/termin?town=musterstadt", "Musterstadt"),
        ("&site=rathaus", "/termin/rathaus", "Rathaus am Markt, "),
        ("&site=rathaus&s=id-card", "/termin/rathaus/id-card", "Personalausweis"),
        ("&s=id-card", "/termin?s=id-card&town=musterstadt", "Personalausweis"),
        ("&site=rathaus&lang=en", "/termin/rathaus?lang=en", "Book an appointment"),
    ],
)
async def test_each_card_leads_where_it_says(visitor: Visitor, query: str, way: str, words: str) -> None:
    await visitor.open(PAGE + query)
    assert words in copied(visitor)
    address = urlsplit(link(visitor))
    assert f"{address.scheme}://{address.netloc}" in {HOST, "http://rathaus.example"}
    assert link(visitor).endswith(way)
    await visitor.open(f"{address.path}?{address.query}")
    assert 'id="concern"' in visitor.page.text, "it is step one"
    assert ('value="id-card" checked' in visitor.page.text) == ("id-card" in way)


async def test_what_is_shown_is_what_is_copied(visitor: Visitor) -> None:
    await visitor.open(PAGE + "&site=rathaus&s=id-card")
    assert copied(visitor).strip() in visitor.page.text
    assert [line.strip()[:4] for line in copied(visitor).strip().splitlines()] == [
        *("<div", "<p><", "<p><", "<p>T", "</di")
    ]
    assert not re.search(r"style|script|iframe|\son\w+=", copied(visitor))


@pytest.mark.parametrize("changes", [{"public_url": "https://termin.example"}], indirect=True)
async def test_the_address_is_that_which_visitors_reach(visitor: Visitor) -> None:
    await visitor.open(PAGE + "&site=rathaus")
    assert link(visitor) == "https://termin.example/termin/rathaus"


async def test_a_choice_is_one_press(visitor: Visitor) -> None:
    await visitor.open("/termin/einbinden")
    await visitor.follow("Musterstadt")
    await visitor.open(f"{visitor.page.url}&site=buergerzentrum")
    assert link(visitor).endswith("/termin/buergerzentrum")
    assert 'value="dog-tax-register"' not in visitor.page.text, "it is done online"


@pytest.mark.parametrize(
    "query", ["&site=nowhere", "&s=nothing", "&s=dog-tax-register", "&site=buergerzentrum&s=mayor-talk"]
)
async def test_what_cannot_be_booked_there_has_no_card(visitor: Visitor, query: str) -> None:
    """Failure 15."""
    await visitor.open(PAGE + query, 404)


async def test_names_from_the_set_up_are_text_in_the_page_that_takes_the_card(town: Town) -> None:
    """Failure 14: escaped once in the card, and once more where the card is shown as text."""
    own, site = town.house.directory.sites["rathaus"]
    odd = replace(site, address='<b>"Markt" & 1</b>')
    changed = replace(own, sites=tuple(odd if one is site else one for one in own.sites))
    town.house.directory.sites["rathaus"] = (changed, odd)
    visitor = await Visitor(town).open(PAGE + "&site=rathaus")
    assert "&lt;b&gt;" in copied(visitor)
    assert "<b>" not in copied(visitor)
