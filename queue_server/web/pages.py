"""How a page is rendered, and the pages that say what went wrong."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from queue_server.domain.access import ANYBODY, Act, Actor, Thing
from queue_server.domain.errors import Refusal
from queue_server.domain.town import Site, Town
from queue_server.services.locales import direction_of
from queue_server.web.cookies import (
    LANGUAGE_COOKIE,
    is_secure,
    read_cookie,
    set_language_cookie,
)
from queue_server.web.errors import headers_of, status_of
from queue_server.web.house import House
from queue_server.web.languages import is_visitors, languages_of, spoken_at
from queue_server.web.look import look_values, only_town
from queue_server.web.naming import require_named, thing_of
from queue_server.web.places import places
from queue_server.web.route_limits import page_limits
from queue_server.web.security_log import note_refusal
from queue_server.web.texts import Texts, negotiate


@dataclass(slots=True)
class PageCall:
    """One request for a page: who asks, for what, in which language."""

    request: Request
    house: House
    actor: Actor
    thing: Thing | None
    language: str
    among: tuple[str, ...] = ()
    """The languages of the one site that the page is about; empty: those of the address."""
    town_id: str = ""
    """Whose look the page has, where neither its address nor who asks says it."""

    @property
    def id(self) -> str:
        return self.thing.id if self.thing else ""

    @property
    def site_id(self) -> str:
        return (self.thing.site_id if self.thing else None) or ""

    @property
    def say(self) -> Texts:
        return self.house.texts[self.language]

    @property
    def other_languages(self) -> list[str]:
        """The languages in which the same page may be read instead."""
        among = self.among or languages_here(self.request, self.house)
        return [one for one in among if one != self.language]

    def at(self, town: Town, site: Site) -> None:
        """Speak as the site does from here on: what the page is about is known by now."""
        self.town_id = town.id
        self.among = tuple(spoken_at(town, site, self.house.texts))
        self.language = language_of(self.request, self.house, self.among)

    @property
    def look_of(self) -> str:
        """The town whose look the page has: of what it is about, of who works here, else the only one."""
        known = {one.id for one, _ in self.house.directory.sites.values()}
        theirs = "" if is_visitors(self.request.url.path) else self.actor.organisation_id
        asked = (self.town_id, self.thing.organisation_id if self.thing else "", theirs)
        return next((one for one in asked if one in known), "") or only_town(self.house)

    def links(self, address: str = "") -> list[tuple[str, str]]:
        """Return the other languages of the page, each with where it is read in it."""
        mark = "&" if "?" in address else "?"
        return [(one, f"{address}{mark}lang={one}") for one in self.other_languages]

    def page(
        self,
        template: str,
        *,
        faces: tuple[str, ...] = (),
        status: int = 200,
        language: str | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Render a template. `faces`: whose texts its scripts need, such as `("counter", "error")`."""
        say = self.house.texts[language or self.language]
        values = {
            "_": say,
            "language": say.language,
            "direction": direction_of(say.language),
            "theme": "",
            "demo": self.house.settings.demo,
            "places": places(self.actor),
            "asker": self.actor,
            "for_visitors": is_visitors(self.request.url.path),
            **look_values(self.house, self.look_of, say.language),
        } | values
        if faces:
            values["texts"] = say.of_faces(*faces)
        return HTMLResponse(self.house.pages.get_template(template).render(values), status_code=status)


PageHandler = Callable[[PageCall], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One row of the page table: read by the router and by the route walk.

    `act` None: everybody. A page of a device (`display`, `kiosk`) is opened with its own cookie.
    """

    path: str
    handler: PageHandler
    act: Act | None = None
    named: str | None = None
    methods: tuple[str, ...] = ("GET",)
    demo_only: bool = False
    with_one_time_password: bool = False
    """Open to who must choose a password first. All other pages send them to `/password`."""

    def starlette(self) -> Route:
        return Route(self.path, self._endpoint, methods=list(self.methods), name=f"page:{self.path}")

    async def _endpoint(self, request: Request) -> Response:
        house: House = request.app.state.house
        language = language_of(request, house)
        call = PageCall(request, house, ANYBODY, None, language)
        limits = page_limits(self.path, self.methods)
        try:
            call.request = Request(request.scope, limits.bounded(request.scope, request.receive))
            id_ = request.path_params.get(self.named, "") if self.named else ""
            is_device = self.named in {"display", "kiosk"}
            call.actor = await limits.actor(house, request.scope, id_ if is_device else None)
            if self.named is not None:
                call.thing = await thing_of(house, call.actor, self.named, request.path_params)
            if self.act is not None:
                require_named(call.actor, self.act, self.named, call.thing)
            if call.actor.must_change and not self.with_one_time_password:
                return RedirectResponse(f"/password?next={quote(request.url.path)}", status_code=303)
            return self._remembering(request, await self.handler(call))
        except Refusal as refusal:
            note_refusal(refusal, request.scope)
            return refused(call, refusal, is_device=self.named in {"display", "kiosk"})

    @staticmethod
    def _remembering(request: Request, response: Response) -> Response:
        """Keep the language that was chosen by a link: the next page has no `?lang=`."""
        chosen = request.query_params.get("lang")
        if chosen in request.app.state.house.texts:
            set_language_cookie(response, str(chosen), secure=is_secure(request.scope))
        return response


def refused(call: PageCall, refusal: Refusal, *, is_device: bool = False) -> Response:
    """Answer a page's refusal: devices go to pairing, people to signing in, others to a page of words."""
    if refusal.code == "sign_in_required":
        here = call.request.url.path
        if is_device:
            kind, id_ = next(iter(call.request.path_params.items()))
            return RedirectResponse(f"/pair?{kind}={quote(id_)}", status_code=303)
        return RedirectResponse(f"/sign-in?next={quote(here)}", status_code=303)
    return in_words(call, refusal)


def in_words(call: PageCall, refusal: Refusal) -> Response:
    """Answer a refusal with a page for people."""
    message = call.say(f"error.{refusal.text}", **refusal.params)
    response = _in_words(call, refusal.code, refusal.params, message)
    response.headers.update(headers_of(refusal))
    return response


def _in_words(call: PageCall, code: str, params: Mapping[str, object], message: str) -> HTMLResponse:
    """Say what happened and, in any case, what to do next: no page is a dead end."""
    status, next_key = status_of(code), f"page.next_{code}"
    return call.page(
        "error.html",
        status=status,
        status_code=status,
        message=message,
        what_next=call.say(next_key if next_key in call.say else "page.next_other"),
        incident=params.get("incident"),
    )


def languages_here(request: Request, house: House) -> list[str]:
    """Return the languages in which this address answers."""
    towns = (town for town, _ in house.directory.sites.values())
    return languages_of(request.url.path, towns, house.texts)


def language_of(request: Request, house: House, among: Sequence[str] = ()) -> str:
    """Return the language of a request: chosen by `?lang=`, remembered, or what the browser prefers."""
    here = among or languages_here(request, house)
    return chosen_language(request, house, here) or negotiate(request.headers.get("accept-language"), here)


def chosen_language(request: Request, house: House, among: Sequence[str] = ()) -> str | None:
    """Return the language that somebody chose by a link, now or before; None when nobody did."""
    here = among or languages_here(request, house)
    for chosen in (request.query_params.get("lang"), read_cookie(request.scope, LANGUAGE_COOKIE)):
        if chosen in here:
            return str(chosen)
    return None


def stranger(request: Request, house: House) -> PageCall:
    """Return the call of somebody whom nobody has asked who they are."""
    return PageCall(request, house, ANYBODY, None, language_of(request, house))


def error_page(
    house: House,
    request: Request,
    code: str,
    params: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Answer, for people, what no route could: an address nobody knows, a fault of ours."""
    call = stranger(request, house)
    response = _in_words(call, code, params, call.say(f"error.{code}", **params))
    response.headers.update(headers or {})
    return response
