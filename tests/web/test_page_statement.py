"""The accessibility statement: complete, honest, in every language, and never a step away."""

import dataclasses
import re
from datetime import date
from typing import Any

import pytest

from queue_server.domain.town import Assessment
from queue_server.domain.town import Town as TownSettings
from queue_server.web.texts import offered
from tests.domain.town_plans import edit
from tests.web.running import HOST, Town
from tests.web.test_planning import plan

PATH = "/barrierefreiheit"
HERE = f"{PATH}?town=musterstadt"


async def read(town: Town, language: str = "de") -> str:
    answer = await town.client.get(f"{HERE}&lang={language}")
    assert answer.status_code == 200
    return str(answer.text)


def say(town: Town, **changes: Any) -> TownSettings:
    """Let the running town say something else about itself."""
    sites = town.house.directory.sites
    told = {
        id_: (dataclasses.replace(one, **changes), site)
        for id_, (one, site) in sites.items()
        if one.id == "musterstadt"
    }
    town.house.directory.sites = {**sites, **told}
    return next(iter(told.values()))[0]


async def test_it_says_what_is_missing_and_who_helps(town: Town) -> None:
    """Directive (EU) 2016/2102, article 7: status, gaps, a way to report, a body to complain to."""
    page = await read(town)
    settings = say(town)
    text = town.house.texts["de"]
    for key in ("status_partly", "gap_sign", "gap_people", "made_never", "contact_text", "body_text"):
        assert text(f"statement.{key}") in page
    site = next(one for one in settings.sites if one.phone)
    assert f'href="tel:{site.phone.replace(" ", "")}"' in page
    assert "Inklusion der Menschen mit Behinderungen, Sachsen" in page
    assert "lbit.hessen.de" in page


async def test_what_the_town_says_stands_in_it_as_text(town: Town) -> None:
    say(
        town,
        statement_email="barriere@musterstadt.example",
        statement_assessed_on=date(2026, 9, 1),
        statement_method=Assessment.WITH_PEOPLE,
        statement_gaps={"de": "Kein Aufzug <b>im Bauamt</b>"},
        statement_body={"de": "Schiedsstelle\nMarkt 2"},
    )
    page, text = await read(town), town.house.texts["de"]
    assert "mailto:barriere@musterstadt.example" in page
    assert "1. September 2026" in page
    assert "Kein Aufzug &lt;b&gt;im Bauamt" in page
    assert "Schiedsstelle" in page
    assert "Sachsen" not in page
    assert text("statement.gap_people") not in page
    assert text("statement.made_never") not in page


async def test_what_the_town_plans_to_say_is_not_said_yet(town: Town) -> None:
    await plan(town, edit("town", "musterstadt", statement_gaps={"de": "Kein Aufzug"}))
    assert "Kein Aufzug" not in await read(town)


async def test_german_words_on_a_page_of_another_language_are_marked(town: Town) -> None:
    """WCAG 2.2, 3.1.2: a voice reads them as German."""
    german = '<span lang="de" dir="ltr">'
    assert re.search(f"{german}[^<]*Sachsen</span>", await read(town, "en"))
    say(town, statement_gaps={"de": "Kein Aufzug"}, statement_body={"de": "Schiedsstelle"})
    page = await read(town, "en")
    assert f"{german}Kein Aufzug</span>" in page
    assert f"{german}Schiedsstelle</span>" in page
    assert german not in await read(town)


@pytest.mark.parametrize("state", ["MV", ""])
async def test_a_state_whose_body_is_not_certain_is_not_guessed(town: Town, state: str) -> None:
    sites = say(town).sites
    say(town, sites=tuple(dataclasses.replace(site, holidays=state) for site in sites))
    assert town.house.texts["de"]("statement.body_open") in await read(town)


@pytest.mark.parametrize("language", offered())
async def test_it_is_linked_from_each_visitors_page_in_each_language(town: Town, language: str) -> None:
    """It speaks the language of the page that led to it, and names which translations nobody has read."""
    say(town, languages=tuple(offered()))
    text = town.house.texts[language]
    for path in ("/", "/termin", "/nothing-here", PATH):
        answer = await town.client.get(path, params={"lang": language})
        assert f'href="{PATH}">{text("statement.foot")}</a>' in answer.text, path
    assert f'href="{HERE}"' in (await town.client.get("/termin?town=musterstadt")).text
    page = await read(town, language)
    assert f'lang="{language}"' in page
    assert text("statement.gap_easy") in page
    assert "statement." not in page.replace("statement.css", "")


@pytest.mark.parametrize("changes", [{"public_url": HOST}], indirect=True)
async def test_screens_and_staff_have_no_such_foot(town: Town) -> None:
    display = await town.ask("display", "GET", "/display/rathaus-eg")
    assert display.status_code == 200
    assert PATH not in display.text
    assert PATH not in (await town.client.get("/sign-in")).text
