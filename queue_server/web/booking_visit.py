"""One visitor at one of the four steps: the town, the wish, what was typed, and the frame of the page.

What lives here: what all four steps share. What must not: what one step shows (`web.booking_steps`), what a
press does (`web.page_booking`).
"""

import secrets as random_bytes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from starlette.responses import HTMLResponse, Response

from queue_server.domain.errors import NotFound
from queue_server.domain.person_fields import reason_for
from queue_server.domain.town import Site, Town, in_language
from queue_server.services.concerns import required_fields
from queue_server.services.ports import Answer
from queue_server.web.booking_concern import chosen_lines, services_of, sites_of, talk_with
from queue_server.web.booking_dates import local
from queue_server.web.booking_person import Typed
from queue_server.web.booking_wish import Wish
from queue_server.web.cookies import CLIENT_COOKIE, is_secure, read_cookie, set_client_cookie
from queue_server.web.house import House
from queue_server.web.open_figures import feeds
from queue_server.web.pages import PageCall

SHORTEST_CLIENT: Final = 16


@dataclass(slots=True)
class Visit:
    """`client`: the browser's anonymous key, by which the holder of a time is known again.

    `asks_helper`: the town has trusted helpers, so step 3 asks for their code. `lost_language`: into which an
    interpreter was wished for whom the chosen site does not offer.
    """

    call: PageCall
    town: Town
    wish: Wish
    typed: Typed = field(default_factory=Typed)
    write_in: str = ""
    client: str = ""
    asks_helper: bool = False
    lost_language: str = ""

    @property
    def house(self) -> House:
        return self.call.house

    @property
    def language(self) -> str:
        return self.call.language

    @property
    def site(self) -> Site:
        """Return the chosen site; raises `NotFound` when there is none."""
        found = next((site for site in self.town.sites if site.id == self.wish.site_id), None)
        if found is None:
            raise NotFound(what="site")
        return found

    def then(self, held: Answer) -> Town:
        """Return the set-up of the day for which a time is held, or booked."""
        return self.house.then(self.site.id, datetime.fromisoformat(held["starts_at"]))[0]

    def required(self, held: Answer | None) -> tuple[str, ...]:
        """Return what the chosen site needs to know for the chosen concern on the day that is held."""
        if held is None:
            return required_fields(self.town, self.site, self.wish.ids)
        town = self.then(held)
        site = next((one for one in town.sites if one.id == self.wish.site_id), self.site)
        return required_fields(town, site, self.wish.ids)

    def reasons(self, held: Answer, fields: Iterable[str]) -> dict[str, str]:
        """Return field → why the site asks for it on the day that is held; empty where it does not say."""
        town = self.then(held)
        site = next((one for one in town.sites if one.id == self.wish.site_id), self.site)
        return {name: in_language(reason_for(site.field_reasons, name), self.language) for name in fields}

    @property
    def today(self) -> date:
        """The date at the chosen site, else at the town's first."""
        zone = self.site.time_zone if self.wish.site_id else self.town.sites[0].time_zone
        return local(self.house.clock(), zone).date()

    @property
    def csrf(self) -> str:
        return self.house.csrf.token(self.call.request.scope)

    def url(self, wish: Wish) -> str:
        """Return the address of a state; where several towns share the server it names the town."""
        return wish.url()

    def carried(self) -> list[tuple[str, str]]:
        """Return the hidden fields of what was typed; empty when nothing was."""
        if not self.typed:
            return []
        return [*self.typed.fields(), ("write_in", self.write_in)]

    def page(self, template: str, *, status: int = 200, message: str = "", **values: Any) -> HTMLResponse:
        """Render a step in its frame."""
        step = self.wish.step
        chosen = services_of(self.town, self.wish)
        frame: Mapping[str, Any] = {
            "step": step,
            "message": message,
            "ask": "",
            "chosen": chosen_lines(chosen, self.wish, self.call.say) if step > 1 else [],
            "talk_with": talk_with(self.town, sites_of(self.town, self.wish), chosen, self.wish.clerk)
            if step > 1
            else [],
            "persons": self.wish.persons,
            "back_to_concern": self.url(self.wish.but(step=1)),
            "carry": bool(self.typed),
            "carried": self.carried(),
            "open_figures": feeds(self.town.sites, self.call.say) if step == 1 else [],
            **bar(self.call, self.town, self.wish.site_id, self._other_languages()),
        }
        return self.call.page(template, status=status, **{**frame, **values})

    def _other_languages(self) -> list[tuple[str, str]]:
        return self.call.links(self.url(self.wish))


def bar(call: PageCall, town: Town, site_id: str, languages: list[tuple[str, str]]) -> dict[str, Any]:
    """Return what the bar above every page for visitors shows."""
    sites = [site for site in town.sites if site_id in {"", site.id}]
    call.town_id = town.id
    return {
        "town_name": in_language(town.name, call.language),
        "phone": next((site.phone for site in sites if site.phone), ""),
        "languages": languages,
        "foot_town": town.id if len(towns(call.house, call.language)) > 1 else "",
    }


def town_of(house: House, wish: Wish) -> Town | None:
    """Return the town that is meant; None when several share the server and none was named."""
    if wish.site_id:
        return house.offered(wish.site_id)[0]
    towns = {town.id: town for town, _ in map(house.offered, house.directory.sites)}
    if wish.town_id:
        if wish.town_id not in towns:
            raise NotFound(what="town")
        return towns[wish.town_id]
    return next(iter(towns.values())) if len(towns) == 1 else None


def speak_as(call: PageCall, town: Town | None, site_id: str) -> None:
    """Let a page that is about one site answer in its languages."""
    site = next((one for one in town.sites if one.id == site_id), None) if town else None
    if town and site:
        call.at(town, site)


def towns(house: House, language: str) -> list[dict[str, str]]:
    """Return every town of the server by name."""
    found = {town.id: in_language(town.name, language) for town, _ in house.directory.sites.values()}
    return [{"id": id_, "name": name} for id_, name in found.items()]


def client_of(call: PageCall) -> str:
    """Return the browser's anonymous key, or a new one; `give_client` gives it to the browser."""
    known = read_cookie(call.request.scope, CLIENT_COOKIE) or ""
    if len(known) >= SHORTEST_CLIENT and len(known) <= 64 and known.isascii():
        return known
    return random_bytes.token_urlsafe(24)


def give_client(response: Response, call: PageCall, client: str) -> Response:
    """Give the browser its key."""
    set_client_cookie(response, client, secure=is_secure(call.request.scope))
    return response
