"""`/admin/accounts/{account}`: one account, what it leads, and what is done to it.

What must not live here: the list and making one (`page_accounts`), the rules (`domain.people`), and rows.

Nobody disables themselves here, or gives themselves a one-time password: the way out stays open, and of two
administrators one is left. Letting somebody in hands their rights to whoever reads the password, so it is
bound as making them is (`out_of_reach`).
"""

from datetime import date
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Role, require
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.people import Flaw, departments_within, flaw_of_lead, out_of_reach
from queue_server.domain.town import Town
from queue_server.web.admin.account_changing import LAST, change_account, choices, typed_of
from queue_server.web.admin.frame import framed, sent, town_of
from queue_server.web.admin.page_accounts import HERE, handed_over, state_of, thing_of
from queue_server.web.admin.people import asked_for, day, site_name, writes_down, zone_of
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

DONE: Final = frozenset({"disabled", "sessions", "lead", "relieved", "changed"})


async def account_page(call: PageCall) -> Response:
    """Show one account. Reading changes nothing."""
    done = call.request.query_params.get("done", "")
    return await _show(call, await _account(call), done=done if done in DONE else "")


async def change(call: PageCall) -> Response:
    """Do what was pressed."""
    form = await sent(call)
    account, act = await _account(call), str(form.get("act") or "")
    if act == "sessions":
        return await _end_sessions(call, account)
    if act == "relieve":
        return await _relieve(call, account, str(form.get("department") or ""))
    if act == "lead":
        return await _name_lead(call, account, asked_for(form, "department", "as", "until"))
    if act not in {"reset", "enable", "disable", "change"}:
        raise BadInput(field="act")
    if account.id == call.actor.account_id:
        return await _show(call, account, flaw="own")
    if act == "change":
        return await _change(call, account, form)
    if act == "disable":
        return await _disable(call, account)
    return await _let_in(call, account, act)


async def _let_in(call: PageCall, account: Any, act: str) -> Response:
    """Give a one-time password, to an account in use or to a disabled one."""
    house, town = call.house, town_of(call)
    password = house.people.one_time_password()
    password_hash = await house.password_gate.run(lambda: house.accounts.hash_password(password))

    def work(conn: Connection) -> str:
        # What it is and leads is read where it is let in: it may have been given more a moment ago.
        newest = house.people.account(conn, account.organisation_id, account.id)
        if newest is None or (act == "enable") != (newest.disabled_at is not None):
            return "changed_meanwhile"
        led = house.people.leads_of(conn, account.id)
        if out_of_reach(town, call.actor, newest.site_id, led) is not None:
            return "out_of_reach"
        do = house.people.enable_account if act == "enable" else house.people.reset_password
        do(conn, writes_down(call), newest, password_hash, house.clock())
        return ""

    flaw = await house.write(work)
    if flaw:
        return await _show(call, await _account(call), flaw=flaw)
    house.sessions.invalidate()
    return handed_over(call, account.id, account.user, password)


async def _disable(call: PageCall, account: Any) -> Response:
    house, within = call.house, call.actor.site_id

    def work(conn: Connection) -> str:
        newest = house.people.account(conn, account.organisation_id, account.id)
        if newest is None or newest.disabled_at is not None:
            return ""
        if house.people.is_last_administrator(conn, newest):
            return LAST
        house.people.disable_account(conn, writes_down(call), newest, house.clock(), within)
        return ""

    flaw = await house.write(work)
    if flaw:
        return await _show(call, account, flaw=flaw)
    house.sessions.invalidate()
    return _back(account, "disabled")


async def _change(call: PageCall, account: Any, form: FormData) -> Response:
    asked = await change_account(call, account, form)
    if not asked.flaw:
        return _back(account, "changed")
    is_old = asked.flaw == "changed_meanwhile"
    return await _show(call, await _account(call), flaw=asked.flaw, wish=None if is_old else asked.typed)


async def _end_sessions(call: PageCall, account: Any) -> Response:
    require(call.actor, Act.END_SESSIONS, thing_of(call.actor, account))
    house = call.house
    await house.write(lambda conn: house.people.end_sessions(conn, writes_down(call), account, house.clock()))
    house.sessions.invalidate()
    return _back(account, "sessions")


async def _name_lead(call: PageCall, account: Any, asked: dict[str, str]) -> Response:
    house, town, department = call.house, town_of(call), asked["department"]
    until = _until(asked["until"]) if asked["as"] == "deputy" else None
    today = house.clock().astimezone(zone_of(call, town)).date()
    flaw = flaw_of_lead(town, account.role, department)
    if flaw is None and department not in departments_within(town, call.actor.site_id):
        flaw = Flaw.DEPARTMENT_OUT_OF_REACH
    if flaw is not None:
        return await _show(call, account, typed=asked, flaw=flaw.value)
    if (asked["until"] and asked["as"] == "deputy" and until is None) or (until and until < today):
        return await _show(call, account, typed=asked, flaw="until")

    def work(conn: Connection) -> None:
        who = account.id, account.user, department
        is_deputy = asked["as"] == "deputy"
        note = writes_down(call)
        house.people.name_lead(conn, note, town.id, *who, is_deputy=is_deputy, until=until)

    await house.write(work)
    house.sessions.invalidate()
    return _back(account, "lead")


async def _relieve(call: PageCall, account: Any, department: str) -> Response:
    house, own = call.house, call.actor.site_id
    known = {one.id for one in town_of(call).departments}
    within = departments_within(town_of(call), own)
    if department in known and department not in within:
        return await _show(call, account, flaw=Flaw.DEPARTMENT_OUT_OF_REACH.value)
    await house.write(lambda conn: house.people.end_lead(conn, writes_down(call), account, department))
    house.sessions.invalidate()
    return _back(account, "relieved")


def _back(account: Any, done: str) -> Response:
    return RedirectResponse(f"{HERE}/{quote(account.id)}?done={done}", status_code=303)


def _until(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _account(call: PageCall) -> Any:
    """Return the account of the address. Raises NotFound, also for one out of reach."""
    town, id_ = town_of(call), str(call.request.path_params["account"])
    found = await call.house.read(lambda conn: call.house.people.account(conn, town.id, id_))
    if found is None:
        raise NotFound(what="account")
    require(call.actor, Act.MANAGE_ACCOUNTS, thing_of(call.actor, found))
    return found


async def _show(
    call: PageCall,
    account: Any,
    *,
    typed: dict[str, str] | None = None,
    wish: dict[str, str] | None = None,
    flaw: str = "",
    done: str = "",
) -> Response:
    """`typed` is what was typed of a lead, `wish` what the account was to become."""
    house, town, now = call.house, town_of(call), call.house.clock()

    def read(conn: Connection) -> tuple[list[Any], int, list[Any]]:
        leading = [one for one in house.people.every_lead(conn, town.id) if one.account_id == account.id]
        # How many, and no more: since when and where somebody works is not for others to watch.
        sessions = len(house.sign_ins.sign_ins_of(conn, account.id, now))
        return leading, sessions, list(house.people.tokens_of(conn, account))

    leading, session_count, tokens = await house.read(read)
    within = departments_within(town, call.actor.site_id)
    clerk = next((one for one in town.clerks if one.id == account.clerk_id), None)
    return framed(
        call,
        "admin/account.html",
        status=422 if flaw else 200,
        account=_told(call, town, account, clerk.name if clerk else ""),
        leads=[_lead(call, town, one, within) for one in leading],
        session_count=session_count,
        tokens=[one.label or one.id for one in tokens],
        departments=[(one.id, call.say.in_words(one.name)) for one in town.departments if one.id in within],
        may_lead=account.role in {Role.LEAD, Role.CLERK, Role.RECEPTION} and account.disabled_at is None,
        typed=typed or {"department": "", "as": "deputy", "until": ""},
        flaw=flaw,
        wish=wish or typed_of(account),
        is_wished=wish is not None,
        at_wish=flaw.partition("_")[0] if wish is not None else "",
        may_become=choices(call, town),
        done=done,
        today=now.astimezone(zone_of(call, town)).date().isoformat(),
        way=f"{HERE}/{account.id}",
    )


def _told(call: PageCall, town: Town, account: Any, name: str) -> dict[str, Any]:
    return {
        "user": account.user,
        "name": name,
        "role": account.role.value,
        "site": site_name(call, town, account.site_id),
        "state": state_of(account),
        "made": day(call, town, account.created_at),
        "signed_in": day(call, town, account.signed_in_at),
        "until": day(call, town, account.one_time_until),
        "of_directory": account.subject is not None,
        "is_own": account.id == call.actor.account_id,
    }


def _lead(call: PageCall, town: Town, lead: Any, within: set[str]) -> dict[str, Any]:
    found = next((one for one in town.departments if one.id == lead.department_id), None)
    return {
        "id": lead.department_id,
        "name": call.say.in_words(found.name) if found else lead.department_id,
        "is_deputy": lead.is_deputy,
        "until": day(call, town, lead.valid_until),
        "may_end": found is None or lead.department_id in within,
    }


ROUTES = [
    PageRoute(f"{HERE}/{{account}}", account_page, Act.MANAGE_ACCOUNTS, SOMEWHERE),
    PageRoute(f"{HERE}/{{account}}", change, Act.MANAGE_ACCOUNTS, SOMEWHERE, methods=("POST",)),
]
