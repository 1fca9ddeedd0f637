"""The monthly sheet as its PDF says it: all words and numbers, for a process that knows nothing of the town.

What must not live here: what stands on the sheet (`figures_sheet`), and drawing (`adapters.daysheet`).
"""

import asyncio
import base64
import logging
from datetime import date, datetime
from typing import Any, Final

from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.monthly import name_of
from queue_server.domain.figures.period import Period
from queue_server.domain.look import drawn
from queue_server.domain.town import Town, in_language
from queue_server.web import figures_shown as shown
from queue_server.web.figures_sheet import sheet
from queue_server.web.house import House
from queue_server.web.texts import Texts

OURS: Final = "#0a4b58"
"""The house's petrol, of a town that chose no colour (tokens.css)."""
ON_TOP: Final = 6
"""So many figures stand on top, two rows of three; what is left begins the table."""
log = logging.getLogger(__name__)


async def paper(
    house: House,
    say: Texts,
    town: Town,
    month: Period,
    found: list[Gathered],
    made_at: datetime,
    made_on: date,
    where: str = "",
) -> bytes:
    """Return the sheet as a PDF of one page; empty when it could not be drawn, which the log says.

    `where`: the names of the sites that it tells of.
    """
    # Tens of milliseconds: no frame waits for them.
    told = await asyncio.to_thread(sheet_words, say, town, month, found, made_on, where)
    words = {
        **told,
        "made_at": made_at.isoformat(),
        "logo": await _logo(house, town),
    }
    try:
        return await house.sheet_papers.draw(words)
    except OSError as error:  # the figures stand in the mail and on the page all the same
        log.warning("the monthly sheet could not be drawn as a PDF: %s", error)
        return b""


def file_name(say: Texts, month: Period) -> str:
    return f"{say('figures.sheet_file')}-{name_of(month)}.pdf"


def sheet_words(
    say: Texts, town: Town, month: Period, found: list[Gathered], made_on: date, where: str = ""
) -> dict[str, Any]:
    """Return what stands on the paper, and in which colour; a picture is told in numbers."""
    told = sheet(say, town, month, found, made_on)
    days = shown.over_time(say, found[0])
    parts = [("booked_by", "booked"), ("came", "came"), ("report_earliest", "earliest")]
    name = in_language(town.name, say.language)
    return {
        "language": say.language,
        "town": name,
        "title": told["title"],
        "lead": " · ".join(filter(None, [say("figures.sheet_lead"), where])),
        "made": " ".join(filter(None, [told["left_out"], told["made"], say("figures.nobody")])),
        "accent": drawn(town.look).light.get("house", OURS),
        "logo_alt": town.pictures.get(town.look_logo, ""),
        "heads": told["heads"],
        "keys": [
            (one, now, say("figures.sheet_before", before=before, then=then))
            for one, (now, before, then) in told["keys"][:ON_TOP]
        ],
        "pictures": [
            _picture("bars", days["visits"], say("figures.visits"), _said(say, "booked", "walk_ins")),
            _picture("lines", days["waits"], say("figures.wait_over_time"), _said(say, "median", "p90")),
        ],
        "parts": [
            *([("", told["keys"][ON_TOP:])] if told["keys"][ON_TOP:] else []),
            *((say(f"figures.{title}"), told[which]) for title, which in parts if told[which]),
        ],
    }


def _picture(kind: str, one: dict[str, Any], title: str, legend: list[str]) -> dict[str, Any]:
    """Return a picture; the names below it are as few as on a narrow screen."""
    feet = [foot for foot in one["feet"] if foot["is_narrow"]]
    return {**one, "kind": kind, "title": title, "legend": legend, "feet": feet}


def _said(say: Texts, *names: str) -> list[str]:
    return [say(f"figures.{name}") for name in names]


async def _logo(house: House, town: Town) -> str:
    if town.look_logo not in town.pictures:
        return ""
    found = await house.read(lambda conn: house.pictures.body(conn, town.look_logo))
    return "" if found is None else base64.b64encode(found[1]).decode()
