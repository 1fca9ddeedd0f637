"""`/admin/accounts`: who may sign in, searched and filtered; and making an account.

What must not live here: what is done to one account (`page_account`), the rules (`domain.people`), and rows.
"""

from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy.engine import Connection
from starlette.responses import Response

from queue_server.domain.access import Act, Actor, Kind, Role, Thing, may
from queue_server.domain.errors import Refusal
from queue_server.domain.people import (
    ACCOUNT_ROLES,
    AT_NO_COUNTER,
    MAY_LEAD,
    Flaw,
    NewAccount,
    departments_within,
    normal_user,
    out_of_reach,
    settled_account,
)
from queue_server.domain.town import Clerk, Town
from queue_server.web.admin.frame import framed, sent, town_of
from queue_server.web.admin.people import (
    EVERYWHERE,
    asked_for,
    day,
    one_page,
    role_of,
    site_choices,
    site_name,
    writes_down,
)
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

HERE: Final = "/admin/accounts"
STATES: Final = ("active", "waiting", "disabled")
_FIELDS: Final = ("user", "role", "site", "clerk")


def thing_of(actor: Actor, account: Any) -> Thing:
    """Return an account as the rights know it: of its site, or of the whole town."""
    return Thing(Kind.ACCOUNT, actor.organisation_id, account.site_id, account.id)


def state_of(account: Any) -> str:
    """Return whether somebody may sign in, and whether they ever did with a password of their own."""
    if account.disabled_at is not None:
        return "disabled"
    return "waiting" if account.must_change else "active"


async def accounts_page(call: PageCall) -> Response:
    """Show the accounts within reach that the filter leaves."""
    town, people = town_of(call), call.house.people
    asked = asked_for(call.request.query_params, "q", "role", "site", "state")

    def read(conn: Connection) -> tuple[Any, Any]:
        return people.every_account(conn, town.id), people.every_lead(conn, town.id)

    every, leading = await call.house.read(read)
    mine = [one for one in every if may(call.actor, Act.MANAGE_ACCOUNTS, thing_of(call.actor, one))]
    names = {clerk.id: clerk.name for clerk in town.clerks}
    found = [one for one in mine if _fits(one, names.get(one.clerk_id, ""), asked)]
    shown = one_page(found, asked, call.request.query_params.get("page", ""))
    return framed(
        call,
        "admin/accounts.html",
        asked=asked,
        is_filtered=any(asked.values()),
        shown=shown,
        accounts=[_row(call, town, one, names, leading) for one in shown.items],
        without=[_proposal(one) for one in _without_account(call, town, every)],
        roles=[role.value for role in ACCOUNT_ROLES],
        states=STATES,
        sites=site_choices(call, town),
        everywhere="" if call.actor.site_id else EVERYWHERE,
    )


async def new_page(call: PageCall) -> Response:
    """Show the form for a new account, filled in as the address says."""
    asked = asked_for(call.request.query_params, *_FIELDS)
    return _form(call, asked, call.request.query_params.getlist("department"))


async def make(call: PageCall) -> Response:
    """Make the account; its one-time password is shown on this answer alone."""
    form = await sent(call)
    asked = asked_for(form, *_FIELDS)
    led = [str(one) for one in form.getlist("department")]
    town, house = town_of(call), call.house
    wish = NewAccount(
        asked["user"], role_of(asked["role"]), asked["site"] or None, asked["clerk"] or None, tuple(led)
    )
    new = settled_account(town, wish)
    if not isinstance(new, Flaw):
        new = out_of_reach(town, call.actor, new.site_id, new.department_ids) or new
    if isinstance(new, Flaw):
        return _form(call, asked, led, flaw=new.value, field=new.field)
    wanted = new
    password = house.people.one_time_password()
    password_hash = await house.password_gate.run(lambda: house.accounts.hash_password(password))

    def work(conn: Connection) -> str:
        note = writes_down(call)
        return house.people.make_account(conn, note, town.id, wanted, password_hash, house.clock())

    try:
        account_id = await house.write(work)
    except Refusal as refusal:
        if refusal.code != "user_taken":
            raise
        return _form(call, asked, led, flaw="user_taken", field="user")
    return handed_over(call, account_id, wanted.user, password)


def handed_over(call: PageCall, account_id: str, user: str, password: str) -> Response:
    """Show a one-time password: nowhere else it is seen, and after this answer by nobody."""
    way = f"{HERE}/{account_id}"
    return framed(call, "admin/account_made.html", user=user, password=password, way=way)


def _form(
    call: PageCall, typed: dict[str, str], led: list[str], *, flaw: str = "", field: str = ""
) -> Response:
    town, own = town_of(call), call.actor.site_id
    within = departments_within(town, own)
    clerks = [one for one in town.clerks if own is None or own in one.site_ids]
    return framed(
        call,
        "admin/account_new.html",
        status=422 if flaw else 200,
        typed=typed | {"site": typed["site"] or own or ""},
        led=led,
        flaw=flaw,
        field=field,
        roles=[role.value for role in ACCOUNT_ROLES],
        at_no_counter=sorted(AT_NO_COUNTER),
        may_lead=[role.value for role in MAY_LEAD],
        sites=site_choices(call, town),
        is_of_town=own is None,
        clerks=[(one.id, one.name) for one in clerks],
        departments=[(one.id, call.say.in_words(one.name)) for one in town.departments if one.id in within],
    )


def _fits(account: Any, name: str, asked: dict[str, str]) -> bool:
    words = normal_user(asked["q"])
    if words and words not in account.user and words not in normal_user(name):
        return False
    if asked["site"] and asked["site"] != (account.site_id or EVERYWHERE):
        return False
    return asked["role"] in {"", account.role.value} and asked["state"] in {"", state_of(account)}


def _row(
    call: PageCall, town: Town, account: Any, names: dict[str, str], leading: list[Any]
) -> dict[str, Any]:
    led = {one.department_id for one in leading if one.account_id == account.id}
    return {
        "way": f"{HERE}/{account.id}",
        "user": account.user,
        "name": names.get(account.clerk_id, ""),
        "role": account.role.value,
        "site": site_name(call, town, account.site_id),
        "led": [call.say.in_words(one.name) for one in town.departments if one.id in led],
        "signed_in": day(call, town, account.signed_in_at),
        "state": state_of(account),
        "is_own": account.id == call.actor.account_id,
    }


def _without_account(call: PageCall, town: Town, every: list[Any]) -> list[Clerk]:
    """Return the clerks within reach who cannot sign in: nobody is they, and nobody has their user name."""
    known = {one.clerk_id for one in every} | {one.user for one in every}
    own = call.actor.site_id
    near = (one for one in town.clerks if own is None or own in one.site_ids)
    return [one for one in near if one.id not in known and normal_user(one.user) not in known]


def _proposal(clerk: Clerk) -> dict[str, str]:
    wish = {"user": clerk.user, "role": Role.CLERK.value, "clerk": clerk.id}
    return {"name": clerk.name, "way": f"{HERE}/new?{urlencode(wish)}"}


ROUTES = [
    PageRoute(HERE, accounts_page, Act.MANAGE_ACCOUNTS, SOMEWHERE),
    PageRoute(f"{HERE}/new", new_page, Act.MANAGE_ACCOUNTS, SOMEWHERE),
    PageRoute(f"{HERE}/new", make, Act.MANAGE_ACCOUNTS, SOMEWHERE, methods=("POST",)),
]
