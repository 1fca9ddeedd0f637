"""Every page with the states in which it is looked at: where it stands, who may see it, in what state it is.

What must not live here: what is asked of a page (`tests.e2e.harness.judging`). A page of the product that
stands in none of these tables fails `test_every_page.py`.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import Browser, BrowserContext, Page, expect

from queue_server.adapters import accounts
from queue_server.adapters.changing_town import change_town
from queue_server.domain.access import Actor, Role
from queue_server.domain.town import Site
from queue_server.services import booking, interpreters
from queue_server.services.ports import Answer, Unit
from queue_server.web.cookies import CLIENT_COOKIE
from queue_server.web.languages import is_visitors
from queue_server.web.page_styleguide import FACES, SHARED
from tests.domain.town_plans import edit
from tests.e2e.harness.judging import WIDE
from tests.web.admin.simulated import answering
from tests.web.admin.test_page_estimates import judged
from tests.web.admin.test_page_missing import PHOTO, SOMETHING, settle, visits
from tests.web.askers import HERE, MUSTER, a_session
from tests.web.lived import learn, live_through
from tests.web.pressed import PRESSES
from tests.web.running import Town
from tests.web.test_mailing import PERSON, hold
from tests.web.test_page_status import booked_for

ACTORS: Final = {
    "administrator": Actor(Role.ADMINISTRATOR, MUSTER),
    "anna": Actor(Role.CLERK, MUSTER, HERE, clerk_id="anna"),
    "lead": Actor(Role.LEAD, MUSTER, leads=frozenset({"buergerbuero"})),
}
"""Who sees them, beside strangers: the `visitor`, and the `reader` of the style guide (both go at once)."""


DEVICES: Final = {
    "display": "display/rathaus-eg",
    "Arabic display": "display/rathaus-og",
    "kiosk": "kiosk/rathaus-kiosk",
}
"""Those that need no person: let in by the demo."""


@dataclass(frozen=True)
class State:
    """One state of a page: its address with `{names}` of `Stage.names`, and who looks at it."""

    path: str
    who: str = "visitor"
    status: int = 200
    ready: str = "main"
    is_screen: bool = False
    """It hangs on a wall: nobody has it on a phone."""
    press: str = ""
    """What is pressed there, by its name in `PRESSES`."""
    by_day: bool = True
    """Whether it is looked at in every run; else with `--long`."""


V, A, C, L, R = "visitor", "administrator", "anna", "lead", "reader"
TURNED: Final = "?contrast=more&dir=rtl"
"""The style guide in strong contrast, from the right to the left."""
STATES: Final[dict[str, tuple[State, ...]]] = {
    "/": (State("/"),),
    "/account": (State("/account", A),),
    "/admin": (State("/admin", A),),
    "/admin/accounts": (State("/admin/accounts", A),),
    "/admin/accounts/new": (State("/admin/accounts/new", A), State("/admin/accounts/new", A, press="send")),
    "/admin/accounts/{account}": (State("/admin/accounts/{account}", A),),
    "/admin/changes": (State("/admin/changes", A),),
    "/admin/closing": (State("/admin/closing", A),),
    "/admin/closing/{site}": (State("/admin/closing/rathaus", A),),
    "/admin/devices": (State("/admin/devices", A),),
    "/admin/exchange": (
        State("/admin/exchange", A),
        State("/admin/exchange", A, press="broken file", by_day=False),
    ),
    "/admin/first-steps": (State("/admin/first-steps", A),),
    "/admin/health": (State("/admin/health", A),),
    "/admin/letters": (State("/admin/letters", A),),
    "/admin/letters/{kind}/{language}": (State("/admin/letters/booked/de", A),),
    "/admin/log": (State("/admin/log", A), State("/admin/log?who=nobody", A)),
    "/admin/durations": (State("/admin/durations", A), State("/admin/durations", A, press="what it does")),
    "/admin/estimates": (State("/admin/estimates", A),),
    "/admin/missing": (State("/admin/missing", A),),
    "/admin/pair": (State("/admin/pair", A),),
    "/admin/pictures": (State("/admin/pictures", A),),
    "/admin/look": (State("/admin/look", A),),
    "/admin/planned": (State("/admin/planned", A),),
    "/admin/simulate": (
        State("/admin/simulate?day=2026-03-11&w=counters:5&w=walk-ins:80", A, ready=".simulate__bars"),
        State("/admin/simulate", A, by_day=False),
    ),
    "/admin/setup/service/_catalogue": (State("/admin/setup/service/_catalogue", A),),
    "/admin/setup/service/_new": (State("/admin/setup/service/_new", A),),
    "/admin/setup/{what}": (State("/admin/setup/site", A), State("/admin/setup/clerk", A)),
    "/admin/setup/{what}/_new": (
        State("/admin/setup/area/_new?site=rathaus", A),
        State("/admin/setup/area/_new?site=rathaus", A, press="send", by_day=False),
        State("/admin/setup/display/_new?site=rathaus", A, press="send", by_day=False),
        State("/admin/setup/clerk/_new", A, press="send", by_day=False),
    ),
    "/admin/setup/{what}/{id}": (
        State("/admin/setup/town/musterstadt", A),
        State("/admin/setup/site/rathaus", A),
        State("/admin/setup/clerk/anna", A),
        State("/admin/setup/display/rathaus-eg", A),
        State("/admin/setup/service/id-card", A),
    ),
    "/admin/setup/{what}/{id}/remove": (State("/admin/setup/room/rathaus-room-1/remove", A),),
    "/admin/tokens": (State("/admin/tokens", A),),
    "/admin/tokens/new": (State("/admin/tokens/new", A),),
    "/admin/week": (State("/admin/week", A),),
    "/barrierefreiheit": (State("/barrierefreiheit?town=musterstadt"), State("/barrierefreiheit")),
    "/counter": (State("/counter", C),),
    "/counter/{counter}/why": (State("/counter/rathaus-1/why?one=417&other=417", C, status=422),),
    "/admin/log/why": (State("/admin/log/why", A),),
    "/counter/{counter}": (State("/counter/rathaus-1", C, ready="[data-act]"),),
    "/demo/mails": (State("/demo/mails"),),
    "/demo/paper/{kiosk}": (State("/demo/paper/rathaus-kiosk"),),
    "/department": (State("/department", L),),
    "/department/{department}": (State("/department/buergerbuero", L),),
    "/department/{department}/walk-ins": (State("/department/buergerbuero/walk-ins", L),),
    "/desk": (State("/desk", A),),
    "/desk/{site}": (State("/desk/rathaus", A),),
    "/display/{display}": (
        State("/display/rathaus-eg", "display", ready=".call", is_screen=True),
        State("/display/rathaus-og", "Arabic display", ready=".quiet__line", is_screen=True),
    ),
    "/kiosk/{kiosk}": (State("/kiosk/rathaus-kiosk", "kiosk", ready=".begin"),),
    "/desk/{site}/appointments/{reference}": (State("/desk/rathaus/appointments/{reference}", A),),
    "/desk/{site}/appointments/{reference}/card": (State("/desk/rathaus/appointments/{reference}/card", A),),
    "/desk/{site}/interpreters": (State("/desk/rathaus/interpreters", A),),
    "/desk/{site}/conflicts": (State("/desk/rathaus/conflicts", A),),
    "/desk/{site}/letters": (State("/desk/rathaus/letters", A),),
    "/desk/{site}/requests": (State("/desk/rathaus/requests", A),),
    "/desk/{site}/tickets/{ticket}": (State("/desk/rathaus/tickets/{ticket}", A),),
    "/pair": (State("/pair?display=rathaus-eg"),),
    "/password": (State("/password", A),),
    "/sign-in": (State("/sign-in"), State("/sign-in", press="wrong password", by_day=False)),
    "/styleguide": (State("/styleguide", R), State(f"/styleguide{TURNED}", R, by_day=False)),
    "/styleguide/{face}": tuple(
        State(f"/styleguide/{face}{asked}", R, by_day=not asked)
        for face in FACES
        if face != SHARED
        for asked in ("", TURNED)
    ),
    "/t/{secret}": (
        State("{waiting}"),
        State("{called}"),
        State("{appointed}"),
        State("{given_back}", by_day=False),
        State("{unknown}", status=404, by_day=False),
    ),
    "/termin": (
        State("/termin"),
        State("/termin?town=musterstadt"),
        State("/termin?town=musterstadt&q=xyzzy"),
        State("/termin/rathaus?s=id-card&step=2", press="needs"),
        State("/termin/rathaus?s=id-card&step=2", press="nothing said"),
        State("/termin/rathaus?s=id-card&step=2", press="too late"),
        State("/termin/rathaus?s=id-card&step=2", press="mistyped", by_day=False),
        State("/termin/rathaus?s=id-card&step=2", press="look over", by_day=False),
        State("/termin/rathaus", press="send", by_day=False),
    ),
    "/termin/einbinden": (State("/termin/einbinden?town=musterstadt"),),
    "/termin/v/{secret}": (State("{manage}"), State("{cancelled}", by_day=False)),
    "/termin/v/{secret}/cancel": (State("{manage}/cancel"),),
    "/termin/v/{secret}/move": (State("{manage}/move"),),
    "/termin/v/{secret}/move/check": (State("{manage}/move", press="move"),),
    "/termin/{site}": (State("/termin/rathaus"),),
    "/termin/{site}/{service}": (State("/termin/rathaus/id-card"),),
    "an address that nobody knows": (State("/nothing", status=404),),
}
"""The addresses of the product's table → the states in which each is looked at."""

ELSEWHERE: Final = {
    "/first-run/{secret}": "web/first_run/test_in_browser.py",
    "/first-run/{secret}/{step}": "web/first_run/test_in_browser.py",
    "/termin/v/{secret}/confirm": "e2e/test_booking.py",
    "/demo/mails/{mail}": "web/test_page_mails.py",
    "/demo/mails/{mail}/letter": "e2e/test_letter_pictures.py",
    "/admin/letters/{kind}/{language}/preview": "web/test_page_letters.py",
    "/department/{department}/rescue": "web/admin/test_page_rescue.py",
    "/department/{department}/rescue/{rescue}": "web/admin/test_page_rescue.py",
    "/department/{department}/rescue/{rescue}/calls": "web/admin/test_page_rescue.py",
    "/admin/closing/{site}/{rescue}": "web/admin/test_page_rescue.py",
    "/admin/closing/{site}/{rescue}/calls": "web/admin/test_page_rescue.py",
    "/admin/figures": "web/admin/test_page_figures.py",
    "/admin/figures/report": "web/admin/test_page_figures.py",
    "/sign-in/oidc": "web/test_oidc_in_browser.py",
}
"""Pages that have to be brought about by many steps: the test that takes those, and asks axe there."""

NO_PAGE: Final = frozenset(
    {
        "/counter/{counter}/calendar",
        "/admin/missing.csv",
        "/admin/durations/chosen",
        *("/admin/exchange/services.csv", "/admin/exchange/town.toml", "/calendar/{secret}.ics"),
        "/admin/exchange/town.zip",
        "/admin/figures/table",
        "/admin/figures/report.pdf",
        *("/demo/mails/{mail}/calendar", "/demo/paper/{kiosk}/slips", "/demo/paper/{kiosk}/slips/{name}"),
        *("/kiosk/{kiosk}/appointments/{appointment}/qr.svg", "/kiosk/{kiosk}/services/{service}/qr.svg"),
        *(
            "/kiosk/{kiosk}/tickets/{ticket}/qr.svg",
            "/sign-in/oidc/start",
            "/styleguide/states.css",
            "/termin/v/{secret}/termin.ics",
        ),
    }
)
"""Files, pictures, parts of pages and ways on: nobody reads them as a page."""


@dataclass
class Stage:
    """A town in which each of those states is to be found, and the browsers of those who look."""

    town: Town
    names: dict[str, str]
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://{self.town.address}"

    async def page(self, browser: Browser, who: str) -> Page:
        """Return the page of somebody, signed in."""
        if who not in self.pages:
            context = await browser.new_context(viewport=WIDE, locale="de-DE", reduced_motion="reduce")  # type: ignore[arg-type]
            if who in ACTORS:
                cookie = await self.town.house.write(lambda conn: a_session(conn, f"x-{who}", ACTORS[who]))
                name, _, value = cookie.partition("=")
                await context.add_cookies([{"name": name, "value": value, "url": self.address}])
            self.contexts[who], self.pages[who] = context, await context.new_page()
            if who in DEVICES:
                await self._enter(self.pages[who], DEVICES[who])
        return self.pages[who]

    async def _enter(self, page: Page, device: str) -> None:
        """Let a browser be a device of the demo, in its own window and not in a new one."""
        await page.goto(f"{self.address}/")
        form = page.locator(f'form[action="/demo/open/{device}"]')
        await form.evaluate("node => { node.removeAttribute('target'); }")
        await form.locator("button").click()
        await page.wait_for_url(f"**/{device}")

    async def go(self, browser: Browser, state: State, language: str = "") -> tuple[Page, int]:
        """Open a state; return its page and the status of the answer."""
        page = await self.page(browser, state.who)
        await page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})
        path = state.path.format_map(self.names)
        lang = f"{'&' if '?' in path else '?'}lang={language}" if language else ""
        answer = await page.goto(f"{self.address}{path}{lang}")
        status = answer.status if answer is not None else 0
        if status == state.status:
            await expect(page.locator(state.ready).first, state.path).to_be_visible(timeout=5_000)
            if state.press:
                await page.context.clear_cookies(name=CLIENT_COOKIE)  # nobody may hold many times
                await PRESSES[state.press](page)
        return page, status

    async def close(self) -> None:
        for context in self.contexts.values():
            await context.close()


async def set_the_stage(town: Town, languages: tuple[str, ...]) -> Stage:
    """Let people wait, be called, and have booked, some with an interpreter; the towns speak `languages`.

    Behind them lie some weeks, so that measured times, told waits and missing documents fill their tables.
    """
    await live_through(town)
    await learn(town)
    judged(town)
    await settle(town, PHOTO, SOMETHING)
    plan = edit("site", "rathaus", interpreter_languages=("tr", "fa"), interpreter_days=1)
    await town.house.write(lambda c: change_town(c, MUSTER, plan, town.house.clock()))
    await town.house.renew_if_changed()
    town.house.directory.sites = {
        id_: (
            dataclasses.replace(one, languages=languages),
            _with_another_voice(site) if site.displays else site,
        )
        for id_, (one, site) in town.house.directory.sites.items()
    }
    answering(town)
    await town.open()
    await visits(town, 5, PHOTO)
    called = await town.take()
    await town.call()
    waiting = await town.take()
    appointed = await booked_for(town, "2026-03-10T10:30+01:00")

    def confirm(unit: Unit) -> Answer:
        _booked_for(unit, "interpreter_fa", day=3, is_arranged=True)
        gone = _booked_for(unit, "interpreter_fa", day=4, is_arranged=True)
        booking.cancel(unit, gone["reference"], "visitor")
        return _booked_for(unit, "interpreter_tr")

    booked = await town.house.sequencer.do("rathaus", confirm)
    given_back = await town.take()
    await town.client.post(given_back["status_url"], data={"act": "cancel"})
    cancelled = await town.house.sequencer.do("rathaus", _booked_and_cancelled)
    return Stage(
        town,
        {
            "given_back": given_back["status_url"],
            "unknown": f"{waiting['status_url'][:-4]}0000",
            "cancelled": town.house.manage_url(cancelled["reference"], cancelled["secret_version"]),
            "called": called["status_url"],
            "waiting": waiting["status_url"],
            "appointed": appointed["status_url"],
            "reference": booked["reference"],
            "ticket": str(waiting["id"]),
            "manage": town.house.manage_url(booked["reference"], booked["secret_version"]),
            "account": await town.house.read(lambda conn: accounts.list_accounts(conn, MUSTER)[0].id),
        },
    )


def _booked_for(unit: Unit, need: str, *, day: int = 1, is_arranged: bool = False) -> Answer:
    """Book with somebody to interpret, who may have been arranged."""
    person = dataclasses.replace(PERSON, needs=(need,))
    booked = booking.confirm(unit, hold(unit, day)["id"], "browser", person, "de")
    interpreters.arrange(unit, booked["reference"], is_arranged=is_arranged)
    return booked


def _booked_and_cancelled(unit: Unit) -> Answer:
    booked = booking.confirm(unit, hold(unit, day=2)["id"], "browser", PERSON, "de")
    booking.cancel(unit, booked["reference"], "visitor")
    return booked


def _with_another_voice(site: Site) -> Site:
    """Let the last display of the hall speak Arabic: what it shows runs from the right."""
    *others, last = site.displays
    return dataclasses.replace(site, displays=(*others, dataclasses.replace(last, spoken=("ar", "de"))))


def pages_of(language: str, states: dict[str, tuple[State, ...]], *, all_of_them: bool = True) -> list[State]:
    """Return what is looked at in a language: staff's pages are German. Not `all_of_them`: those of a day."""
    every = [state for found in states.values() for state in found if all_of_them or state.by_day]
    return [one for one in every if language == "de" or is_visitors(one.path.partition("?")[0])]
