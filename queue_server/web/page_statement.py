"""`/barrierefreiheit`: a town's accessibility statement, made of what it has set up and what the pages lack.

It follows the model of Commission Implementing Decision (EU) 2018/1523. "Partially compliant" is all that it
ever says: whoever tests finds something, and a statement that hides a gap helps nobody.

What must not live here: what a town says about itself (`domain.town`), how it is typed (`admin.kinds_site`).
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.dates import format_date
from starlette.responses import Response

from queue_server.domain.town import Assessment, InGerman, Town, in_language
from queue_server.services.locales import locale_of
from queue_server.web.booking_visit import bar, town_of, towns
from queue_server.web.booking_wish import Wish, text
from queue_server.web.languages import name_in, spoken_by
from queue_server.web.open_figures import feeds
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.texts import is_reviewed

PATH: Final = "/barrierefreiheit"
_PLAIN: Final = "de-x-leicht"


async def statement_page(call: PageCall) -> Response:
    """Show the statement; where several towns share the server, ask for which of them."""
    asked = text(call.request.query_params.get("town"))
    town = town_of(call.house, Wish(town_id=asked))
    if town is None:
        every = towns(call.house, call.language)
        return call.page("booking_towns.html", towns=every, languages=call.links(PATH), path=PATH)
    here = f"{PATH}?town={town.id}" if asked else PATH
    return call.page(
        "statement.html",
        town=town,
        address=call.house.settings.public_url or str(call.request.base_url).rstrip("/"),
        gaps=gaps(call, town),
        own_gaps=in_language(town.statement_gaps, call.language),
        assessed=_day(call, town),
        contacts=_contacts(call, town),
        body=in_language(town.statement_body, call.language) or _body_of_state(town),
        bodies_list=_bodies()["list"],
        open_figures=feeds(town.sites, call.say),
        **bar(call, town, "", call.links(here)),
    )


def gaps(call: PageCall, town: Town) -> list[str]:
    """Return what these pages lack in this town, in words."""
    say, spoken = call.say, spoken_by(town, call.house.texts)
    unread = [name_in(say, one) for one in spoken if one != _PLAIN and not is_reviewed(one)]
    plain = _PLAIN in spoken
    found = [say("statement.gap_sign")]
    if not (plain and is_reviewed(_PLAIN)):
        found.append(say("statement.gap_easy" if plain else "statement.gap_no_easy"))
    if unread:
        found.append(say("statement.gap_unreviewed", languages=say("common.comma").join(unread)))
    if town.statement_assessed_on is None or town.statement_method is not Assessment.WITH_PEOPLE:
        found.append(say("statement.gap_people"))
    return [*found, say("statement.gap_linked")]


def _day(call: PageCall, town: Town) -> str:
    on = town.statement_assessed_on
    return format_date(on, "long", locale=locale_of(call.language)) if on is not None else ""


def _contacts(call: PageCall, town: Town) -> dict[str, Any]:
    """Return how a barrier is reported: as the town says, else as its first site is reached."""
    sites = town.sites
    return {
        "email": town.statement_email or next((one.email for one in sites if one.email), ""),
        "phone": town.statement_phone or next((one.phone for one in sites if one.phone), ""),
        "sites": [(in_language(one.name, call.language), one.address) for one in sites if one.address],
    }


def _body_of_state(town: Town) -> str:
    state = next((site.holidays for site in town.sites if site.holidays), "")
    return InGerman(_bodies()["bodies"].get(state, ""))


@cache
def _bodies() -> dict[str, Any]:
    source = files("queue_server").joinpath("samples", "complaints.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


ROUTES = [PageRoute(PATH, statement_page, with_one_time_password=True)]
