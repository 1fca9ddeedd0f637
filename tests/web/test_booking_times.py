"""The month sheet and the times beside it, as a page prints them."""

import re

import pytest

from tests.web.forms import Visitor, plain
from tests.web.running import Town

TALK = "/termin/rathaus?step=2&s=mayor-talk&month=2026-03"
DAY = 12
HALF_HOURS_OF_THE_MAYOR = 8


def cell(visitor: Visitor, day: int) -> str:
    """Return what stands in a day's cell of the sheet, with its markup."""
    cells = re.findall(r"<td>(.*?)</td>", visitor.page.text, re.DOTALL)
    (found,) = [one for one in cells if f'day__n">{day}<' in one]
    return str(found)


async def fill(town: Town) -> None:
    """Hold every time of the only clerk on that day, by the API, as other visitors do."""
    for taken in range(HALF_HOURS_OF_THE_MAYOR):
        hours, minutes = divmod(14 * 60 + 30 * taken, 60)
        await town.do(
            "anna", "sites/rathaus/holds", 201,
            client=f"another-visitor-{taken:03}", services=[{"id": "mayor-talk"}],
            starts_at=f"2026-03-{DAY}T{hours}:{minutes:02}+01:00",
        )  # fmt: skip


@pytest.mark.parametrize(("language", "word"), [("de", "voll"), ("en", "full")])
async def test_a_full_day_is_told_by_word_and_shape_and_offers_nothing(
    town: Town, language: str, word: str
) -> None:
    """Not by colour alone: it reads "full", is drawn otherwise, and is no link."""
    visitor = await Visitor(town).open(f"{TALK}&lang={language}")
    free = cell(visitor, DAY)
    assert "day--free" in free
    assert "<a " in free

    await fill(town)
    await visitor.open(f"{TALK}&lang={language}")
    full = cell(visitor, DAY)
    assert 'class="day day--full"' in full
    assert plain(full).casefold() == f"{DAY} {word}"
    assert "<a " not in full
    assert "day--free" in cell(visitor, DAY + 1), "the next day is another's"
    assert not [at for at in visitor.times if at.startswith(f"2026-03-{DAY}")]

    await visitor.open(f"{TALK}&day=2026-03-{DAY}")
    assert not [at for at in visitor.times if at.startswith(f"2026-03-{DAY}")], "nor by its address"
    answer = await town.ask(None, "GET", f"/api/v1/sites/rathaus/times?services=mayor-talk&day=2026-03-{DAY}")
    assert answer.json()["times"] == []


async def test_a_time_that_is_free_again_brings_the_day_back(town: Town) -> None:
    await fill(town)
    visitor = await Visitor(town).open(TALK)
    assert "day--full" in cell(visitor, DAY)
    town.clock.forward(minutes=11)
    await visitor.open(TALK)
    assert "day--free" in cell(visitor, DAY)


async def test_two_browsers_see_one_sheet_with_a_token_of_their_own_each(town: Town) -> None:
    """The page is printed once for both, and each can press what it shows."""
    pages = [await Visitor(town).open(TALK) for _ in range(2)]
    tokens = [visitor.value("csrf") for visitor in pages]
    assert tokens[0] != tokens[1]
    assert pages[0].page.text.replace(tokens[0], tokens[1]) == pages[1].page.text
    for visitor, at in zip(pages, pages[0].times[:2], strict=True):
        await visitor.press("at", at)
        assert "Reserviert" in visitor.words or visitor.value("hold")
