"""Every page of the product in its states: axe, narrow, text spacing, focus, targets, forced colours.

The pages are those of the table of addresses: a new one without a state fails here (failure 26).
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from queue_server.web.languages import is_visitors
from queue_server.web.limits import UNLIMITED, Limits, Rate
from queue_server.web.routes import PAGE_ROUTES
from queue_server.web.texts import offered
from tests.e2e.harness.judging import judge, words
from tests.web.every_page import ELSEWHERE, NO_PAGE, STATES, Stage, State, pages_of, set_the_stage
from tests.web.running import Town

TESTS = Path(__file__).parents[1]
DEMO = pytest.mark.parametrize(
    "changes", [{"demo": True, "demo_password": "rathaus", "public_url": ""}], indirect=True
)
BY_DAY = {"de": True, "ar": False}
"""In German all is asked; in Arabic what the direction of the lines and other words can change."""


def unlisted(paths: set[str]) -> set[str]:
    """Return what is a page of the product and stands in no table, and what stands there and is none."""
    known = set(STATES) - {"an address that nobody knows"} | set(ELSEWHERE) | NO_PAGE
    return paths ^ known


def test_every_address_of_a_page_has_a_state_in_which_it_is_looked_at() -> None:
    paths = {page.path for page in PAGE_ROUTES if "GET" in page.methods}
    assert unlisted(paths) == set()
    assert unlisted(paths | {"/new"}) == {"/new"}
    assert unlisted(paths - {"/termin"}) == {"/termin"}
    assert not [
        file for file in ELSEWHERE.values() if "axe" not in (TESTS / file).read_text(encoding="utf-8")
    ]


async def look(stage: Stage, browser: Any, language: str, states: list[State], *, whole: bool) -> list[str]:
    """Judge the pages of one person after each other."""
    found = []
    for state in states:
        try:
            page, status = await stage.go(browser, state, language)
        except AssertionError as e:
            found.append(str(e)[:90])
            continue
        address = f"{language} {state.path} {state.press}"
        if status != state.status:
            found.append(f"{address}: answered {status}")
            continue
        is_touched = is_visitors(state.path) or state.who == "reader"
        judged = await judge(page, is_visitors=is_touched, whole=whole, is_screen=state.is_screen)
        found += words(address, judged)
    return found


async def look_at_all(
    town: Town, browser: Any, languages: dict[str, bool], *, all_of_them: bool = False
) -> list[str]:
    stage, found = await set_the_stage(town, tuple(languages)), []
    for language, whole in languages.items():
        states = pages_of(language, STATES, all_of_them=all_of_them)
        people = dict.fromkeys(state.who for state in states)
        found += await asyncio.gather(
            *(
                look(stage, browser, language, [one for one in states if one.who == who], whole=whole)
                for who in people
            )
        )
    found.append(await look_at_too_much(stage, browser, languages))
    await stage.close()
    return [line for lines in found for line in lines]


async def look_at_too_much(stage: Stage, browser: Any, languages: dict[str, bool]) -> list[str]:
    """Judge what somebody reads who asks too often; after all others, for they would count too."""
    stage.town.house.limits = Limits(replace(UNLIMITED, visitors=Rate(1, 1)))
    state = State("/termin", status=429)
    await stage.go(browser, state)
    found = []
    for language, whole in languages.items():
        found += await look(stage, browser, language, [state], whole=whole)
    return found


@DEMO
@pytest.mark.timeout(480)  # two minutes alone; on two cores beside all other tests it has taken four
async def test_every_page_is_usable_by_everybody(served_town: Town, browser: Any) -> None:
    """Failure 26: staff pages included."""
    found = await look_at_all(served_town, browser, BY_DAY)
    assert not found, "\n".join(found)


@DEMO
@pytest.mark.long
@pytest.mark.timeout(900)
async def test_every_page_in_every_language(served_town: Town, browser: Any) -> None:
    """Failure 26 in all languages; `--long`."""
    found = await look_at_all(served_town, browser, dict.fromkeys(offered(), True), all_of_them=True)
    assert not found, "\n".join(found)
