"""Every route by which staff change settings, devices or accounts leaves a line in the audit log.

The lists of routes and acts are the program's own: a new one that nobody judged fails here.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import pytest
import sqlalchemy as sa

from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import RIGHTS, Act
from queue_server.domain.administration import Done
from queue_server.web.routes import API_ROUTES, PAGE_ROUTES
from tests.web import test_page_department
from tests.web.admin import test_page_accounts, test_page_tokens
from tests.web.running import HOST, PASSWORD, Town
from tests.web.test_page_desk import Desk
from tests.web.test_page_letters import TEXTS, only_on_demand, press

__all__ = ["only_on_demand"]

Do = Callable[[Town], Awaitable[Any]]

VISITS: Final = "a visitor's matter: the hall's own log has it"
CALLING: Final = "a clerk's daily work; no log holds who called whom"
DAILY: Final[Mapping[Act, str]] = {
    **dict.fromkeys((Act.BOOK, Act.MANAGE_OWN_APPOINTMENT, Act.CHECK_IN, Act.TAKE_TICKET), VISITS),
    **dict.fromkeys(
        (Act.MANAGE_OWN_TICKET, Act.MANAGE_TICKET, Act.REPRINT, Act.PRINT, Act.USE_KIOSK), VISITS
    ),
    Act.RAISE_ALARM: "a call for help is kept in a table of its own, for thirty days",
    **dict.fromkeys((Act.OPEN_COUNTER, Act.CALL, Act.REPORT_CALL), CALLING),
}
"""Acts that change something and are not administrative, with the reason."""

NOTED: Final[Mapping[str, Do]] = {
    "/api/v1/sites/{site}/issuing": lambda town: town.do("anna", "sites/rathaus/issuing", issuing=False),
    "/api/v1/sites/{site}/call-mode": lambda town: town.do(
        "administrator", "sites/rathaus/call-mode", call_mode="fetch"
    ),
    "/api/v1/displays/{display}/service": lambda town: town.ask(
        "anna", "POST", "/api/v1/displays/rathaus-eg/service", {"out_of_service": True}
    ),
    "/admin/letters/{kind}/{language}": lambda town: press(town, act="save", **TEXTS),
    "/department/{department}": lambda town: test_page_department.press(
        town, town.headers("administrator"), act="enter", clerk="bernd", **test_page_department.WEEK
    ),
    "/admin/accounts/new": lambda town: test_page_accounts.press(
        town, "/admin/accounts/new", **test_page_accounts.AUDITOR
    ),
    "/admin/accounts/{account}": test_page_accounts.changing_one,
    "/admin/tokens/new": lambda town: test_page_tokens.press(town, "/admin/tokens/new", role="integration"),
    "/admin/tokens/{token}": test_page_tokens.revoking_one,
    "/desk/{site}/letters": lambda town: Desk(town).post("/letters", act="release_all"),
}
PAGES_NOT_NOTED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("/sign-in", "/password", "/sign-out", "/account"), "one's own account and session"),
    **dict.fromkeys(("/termin", "/termin/v/{secret}", "/termin/v/{secret}/confirm", "/t/{secret}"), VISITS),
    **dict.fromkeys(("/desk/{site}", "/desk/{site}/walk-in", "/desk/{site}/search"), VISITS),
    "/desk/{site}/appointments/{reference}": VISITS,
    "/desk/{site}/appointments/{reference}/contact": VISITS,
    "/desk/{site}/tickets/{ticket}": VISITS,
    "/desk/{site}/interpreters": VISITS,
    "/department/{department}/walk-ins": "noted, see test_page_letting_in",
    "/admin/pictures": "noted, see admin/test_page_pictures",
    "/admin/durations/chosen": "noted, see admin/test_page_durations",
    "/admin/figures/report": "noted, see admin/test_page_figures",
    "/admin/look": "noted, see admin/test_page_look",
    "/admin/planned": "noted, see admin/test_page_planned",
    **dict.fromkeys(
        (
            *("/department/{department}/rescue", "/department/{department}/rescue/{rescue}"),
            *("/admin/closing/{site}", "/admin/closing/{site}/{rescue}"),
        ),
        "noted, see admin/test_page_rescue",
    ),
    "/admin/letters/{kind}/{language}/preview": "shows and keeps nothing",
    "/admin/log/export": "noted, see test_page_log",
    "/admin/pair": "noted, see admin/test_page_pair",
    "/admin/first-steps": "takes passwords off a page",
    "/first-run/{secret}/{step}": "noted, see first_run/test_pages",
    "/demo/open/{kind}/{id}": "the demo's start page",
    "/admin/devices/{site}/rehearsal": "a rehearsal is kept nowhere",
    "/admin/devices/{site}": "noted, see test_page_devices",
    "/admin/health": "looks and changes nothing",
    "/admin/simulate": "asks what if, and changes nothing",
    **dict.fromkeys(
        (
            *("/admin/setup/{what}", "/admin/setup/service/_new"),
            *("/admin/setup/{what}/_new", "/admin/setup/{what}/{id}", "/admin/setup/{what}/{id}/remove"),
            "/admin/changes",
            "/admin/exchange",
        ),
        "noted, see admin/test_page_setup",
    ),
}


def is_administrative(act: Act) -> bool:
    return not act.value.startswith("see_") and act not in DAILY


def changing(methods: tuple[str, ...]) -> bool:
    return bool({*methods} - {"GET", "HEAD"})


def test_every_route_with_an_administrative_act_is_noted() -> None:
    wanted = {
        route.path
        for route in API_ROUTES
        if route.act is not None and changing((route.method,)) and is_administrative(route.act)
    }
    assert wanted - set(NOTED) == set()


def test_every_form_is_judged() -> None:
    forms = {page.path for page in PAGE_ROUTES if changing(page.methods)}
    assert forms - set(NOTED) - set(PAGES_NOT_NOTED) == set()


def test_every_act_is_judged() -> None:
    """Administrative are what is neither seeing nor daily work; the right to each stands in one table."""
    administrative = {act for act in RIGHTS if is_administrative(act)}
    assert administrative >= {Act.CHANGE_SETTINGS, Act.MANAGE_ACCOUNTS, Act.MANAGE_TOKENS, Act.PAIR_DEVICE}


async def lines(town: Town) -> list[sa.RowMapping]:
    return list(await town.house.read(lambda c: c.execute(sa.select(AUDIT)).mappings().all()))


@pytest.mark.parametrize("path", NOTED)
async def test_it_leaves_one_line_that_names_who_and_where(town: Town, path: str) -> None:
    await NOTED[path](town)
    [line] = await lines(town)
    assert line["organisation_id"] == "musterstadt"
    assert line["actor"].startswith("token ")
    assert (line["via"], line["role"] in {"clerk", "administrator"}) == ("api", True)
    assert line["act"] in set(Done)
    assert line["site_id"] == ("rathaus" if "{site}" in path or "{display}" in path else None)


async def test_what_changes_nothing_leaves_no_line(town: Town) -> None:
    await town.do("anna", "sites/rathaus/issuing", issuing=True)
    await town.do("anna", "sites/rathaus/call-mode", call_mode=None)
    await town.ask("anna", "POST", "/api/v1/displays/rathaus-eg/service", {"out_of_service": False})
    assert await lines(town) == []


async def test_a_repeated_press_leaves_one_line(town: Town) -> None:
    for _ in range(2):
        body = {"request_id": "one-press", "issuing": False}
        await town.ask("anna", "POST", "/api/v1/sites/rathaus/issuing", body)
    assert len(await lines(town)) == 1


async def test_who_signed_in_is_named_by_their_user_name(town: Town) -> None:
    body = {"user": "admin", "password": PASSWORD}
    await town.client.post("/api/v1/sessions", json=body, headers={"Origin": HOST})
    done = await town.client.post(
        "/api/v1/sites/rathaus/issuing", json={"issuing": False}, headers={"Origin": HOST}
    )
    assert done.status_code == 200, done.text
    [line] = await lines(town)
    assert (line["actor"], line["role"], line["via"]) == ("admin", "administrator", "web")
    assert (line["before"], line["after"]) == ({"issuing": True}, {"issuing": False})
