"""`/admin/pictures`: pictures for displays: sent, named, taken away. Which display shows one: its own form.

What must not live here: what a file must be (`adapters.picture_child`), and showing it (`page_display`).
"""

import asyncio
from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.town import Town
from queue_server.web.admin.frame import framed, sites_of, town_of
from queue_server.web.admin.sent_file import sent_file, sent_with_picture
from queue_server.web.naming import SOMEWHERE
from queue_server.web.noting import note
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.security import LONGEST_PICTURE

PICTURES: Final = "/admin/pictures"
LONGEST_NAME: Final = 160
_DONE: Final = frozenset({"added", "named", "removed"})


async def pictures_page(call: PageCall) -> Response:
    """Show all pictures of the town, each with the displays that show it."""
    await call.house.renew_if_changed()
    return _show(call)


async def change_pictures(call: PageCall) -> Response:
    """Add one, say anew what one shows, or take one away."""
    form = await sent_with_picture(call)
    doing = {"add": _add, "name": _name, "remove": _remove}.get(str(form.get("act")))
    if doing is None:
        raise BadInput(field="act")
    return await doing(call, form)


async def _add(call: PageCall, form: FormData) -> Response:
    name, file = _name_in(form), await sent_file(form)
    wrong = {} if name else {"name": "no_name"}
    if file is None or not file.raw:
        return _show(call, status=422, typed=name, wrong={"file": "no_file", **wrong})
    if len(file.raw) > LONGEST_PICTURE:
        return _show(call, status=422, typed=name, wrong={"file": "long", **wrong})
    picture = await asyncio.to_thread(call.house.pictures.drawn_anew, file.raw)
    if isinstance(picture, str):
        return _show(call, status=422, typed=name, wrong={"file": picture, **wrong})
    if wrong:
        return _show(call, status=422, wrong={**wrong, "file": "again"})
    house, own = call.house, call.actor.organisation_id

    def work(conn: Connection) -> str | None:
        id_ = house.pictures.add(conn, own, picture, name, house.clock())
        if id_ is not None:
            note(house, conn, call.actor, Done.PICTURE_ADDED, "picture", id_, after={"name": name})
        return id_

    if await house.write(work) is None:
        return _show(call, status=409, typed=name, wrong={"file": "many"})
    return await _done(call, "added")


async def _name(call: PageCall, form: FormData) -> Response:
    id_, name, house = _id_in(form), _name_in(form), call.house
    if not name:
        return _show(call, status=422, wrong={id_: "no_name"})

    def work(conn: Connection) -> str | None:
        before = house.pictures.rename(conn, call.actor.organisation_id, id_, name)
        if before not in {None, name}:
            old, new = {"name": before}, {"name": name}
            note(house, conn, call.actor, Done.PICTURE_CHANGED, "picture", id_, before=old, after=new)
        return before

    if await house.write(work) is None:
        raise NotFound(what="picture")
    return await _done(call, "named")


async def _remove(call: PageCall, form: FormData) -> Response:
    id_, house = _id_in(form), call.house
    name = town_of(call).pictures.get(id_, "")

    def work(conn: Connection) -> Any:
        used = house.pictures.remove(conn, call.actor.organisation_id, id_)
        if used == []:
            note(house, conn, call.actor, Done.PICTURE_REMOVED, "picture", id_, before={"name": name})
        return used

    used = await house.write(work)
    if used:
        where = ", ".join(one or call.say("look.title") for one in used)
        return _show(call, status=409, in_use=(id_, where))
    # Gone already: a second press is the same wish.
    return await _done(call, "removed")


async def _done(call: PageCall, what: str) -> Response:
    await call.house.renew_settings()
    return RedirectResponse(f"{PICTURES}?done={what}", status_code=303)


def _name_in(form: FormData) -> str:
    return " ".join(str(form.get("name") or "").split())[:LONGEST_NAME]


def _id_in(form: FormData) -> str:
    return str(form.get("picture") or "")[:64]


def _show(
    call: PageCall,
    *,
    status: int = 200,
    typed: str = "",
    wrong: dict[str, str] | None = None,
    in_use: tuple[str, str] = ("", ""),
) -> Response:
    town, done = town_of(call), call.request.query_params.get("done", "")
    displays = [(one.id, one.name) for site in sites_of(call, town) for one in site.displays]
    return framed(
        call,
        "admin/pictures.html",
        status=status,
        pictures=[
            {"id": id_, "name": name, "shown": _showing(town, id_), "is_logo": id_ == town.look_logo}
            for id_, name in town.pictures.items()
        ],
        displays=displays,
        typed=typed,
        wrong=wrong or {},
        in_use=in_use,
        most_name=LONGEST_NAME,
        done=done if done in _DONE and status == 200 else "",
    )


def _showing(town: Town, id_: str) -> list[str]:
    return [one.name for site in town.sites for one in site.displays if id_ in one.quiet_pictures]


ROUTES = [
    PageRoute(PICTURES, pictures_page, Act.CHANGE_SETTINGS, SOMEWHERE),
    PageRoute(PICTURES, change_pictures, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("POST",)),
]
