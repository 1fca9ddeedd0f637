"""`/admin/tokens`: the keys of programs and devices: which there are, making one, revoking one.

What must not live here: the rules (`domain.people`), rows, and how a device without a keyboard is let in
(pairing).
"""

from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Actor, Kind, Thing, may, require
from queue_server.domain.errors import NotFound
from queue_server.domain.people import (
    OF_DEVICES,
    TOKEN_ROLES,
    Flaw,
    NewToken,
    flaw_of_token,
    normal_user,
    out_of_reach,
)
from queue_server.domain.town import Town
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

HERE: Final = "/admin/tokens"
_FIELDS: Final = ("role", "site", "clerk", "device", "label")


async def tokens_page(call: PageCall) -> Response:
    """Show the valid tokens within reach that the filter leaves, without their secret part."""
    town = town_of(call)
    asked = asked_for(call.request.query_params, "q", "role", "site")
    found = [one for one in await _every(call, town) if _fits(one, asked)]
    shown = one_page(found, asked, call.request.query_params.get("page", ""))
    return framed(
        call,
        "admin/tokens.html",
        asked=asked,
        is_filtered=any(asked.values()),
        shown=shown,
        tokens=[_row(call, town, one) for one in shown.items],
        roles=[role.value for role in TOKEN_ROLES],
        sites=site_choices(call, town),
        everywhere="" if call.actor.site_id else EVERYWHERE,
        done=call.request.query_params.get("done", "") == "revoked",
    )


async def new_page(call: PageCall) -> Response:
    """Show the form for a new token, filled in as the address says."""
    return _form(call, asked_for(call.request.query_params, *_FIELDS))


async def make(call: PageCall) -> Response:
    """Make the token; it is shown on this answer alone."""
    asked = asked_for(await sent(call), *_FIELDS)
    town, house = town_of(call), call.house
    role = role_of(asked["role"])
    is_device = role in OF_DEVICES
    new = NewToken(
        role,
        asked["site"] or None,
        None if is_device else asked["clerk"] or None,
        (asked["device"] or None) if is_device else None,
        asked["label"],
    )
    flaw = flaw_of_token(town, new) or out_of_reach(town, call.actor, new.site_id, ())
    if flaw is not None:
        return _form(call, asked, flaw)
    token = await house.write(
        lambda conn: house.people.make_token(conn, writes_down(call), town.id, new, house.clock())
    )
    stands_for = new.device_id or new.clerk_id or ""
    return framed(
        call,
        "admin/token_made.html",
        made=token,
        role=role.value,
        stands_for=stands_for,
        label=new.label,
    )


async def revoke(call: PageCall) -> Response:
    """Let a token open nothing any more; what is open through it ends within half a minute."""
    await sent(call)
    house, town, id_ = call.house, town_of(call), str(call.request.path_params["token"])
    found = next((one for one in await _every(call, town) if one.id == id_), None)
    if found is None:
        raise NotFound(what="token")
    require(call.actor, Act.MANAGE_TOKENS, _thing_of(call.actor, found))
    await house.write(lambda conn: house.people.revoke_token(conn, writes_down(call), found, house.clock()))
    house.sessions.invalidate(token_id=id_)
    return RedirectResponse(f"{HERE}?done=revoked", status_code=303)


async def _every(call: PageCall, town: Town) -> list[Any]:
    """Return the tokens within reach, the newest first."""

    def read(conn: Connection) -> list[Any]:
        return list(call.house.people.every_token(conn, town.id, call.actor.site_id))

    found = await call.house.read(read)
    mine = [one for one in found if may(call.actor, Act.MANAGE_TOKENS, _thing_of(call.actor, one))]
    return mine[::-1]


def _thing_of(actor: Actor, token: Any) -> Thing:
    return Thing(Kind.TOKEN, actor.organisation_id, token.site_id, token.id)


def _fits(token: Any, asked: dict[str, str]) -> bool:
    told = (token.label, token.id, token.device_id or "", token.clerk_id or "")
    words = normal_user(asked["q"])
    if words and not any(words in normal_user(one) for one in told):
        return False
    return asked["role"] in {"", token.role.value} and asked["site"] in {"", token.site_id or EVERYWHERE}


def _row(call: PageCall, town: Town, token: Any) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "role": token.role.value,
        "site": site_name(call, town, token.site_id),
        "stands_for": token.device_id or token.clerk_id or "",
        "made": day(call, town, token.created_at),
        "used": day(call, town, token.last_used_on),
        "is_own": token.id == call.actor.token_id,
    }


def _form(call: PageCall, typed: dict[str, str], flaw: Flaw | None = None) -> Response:
    town, own = town_of(call), call.actor.site_id
    sites = [site for site in town.sites if own in {None, site.id}]
    name = {site.id: call.say.in_words(site.name) for site in sites}
    devices = [(one.id, one.name, name[at.id]) for at in sites for one in at.displays]
    devices += [(one.id, one.name, name[at.id]) for at in sites for one in at.kiosks]
    clerks = [(one.id, one.name) for one in town.clerks if own is None or own in one.site_ids]
    return framed(
        call,
        "admin/token_new.html",
        status=422 if flaw else 200,
        typed=typed | {"site": typed["site"] or own or ""},
        flaw=flaw.value if flaw else "",
        field=flaw.field if flaw else "",
        roles=[role.value for role in TOKEN_ROLES],
        sites=site_choices(call, town),
        is_of_town=own is None,
        clerks=clerks,
        devices=devices,
    )


ROUTES = [
    PageRoute(HERE, tokens_page, Act.MANAGE_TOKENS, SOMEWHERE),
    PageRoute(f"{HERE}/new", new_page, Act.MANAGE_TOKENS, SOMEWHERE),
    PageRoute(f"{HERE}/new", make, Act.MANAGE_TOKENS, SOMEWHERE, methods=("POST",)),
    PageRoute(f"{HERE}/{{token}}", revoke, Act.MANAGE_TOKENS, SOMEWHERE, methods=("POST",)),
]
