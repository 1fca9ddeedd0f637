"""The start page: in the demo every screen with what it is for; on a real server the way in."""

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Role
from queue_server.domain.errors import NotFound
from queue_server.domain.town import CallMode, in_language
from queue_server.web.cookies import is_secure, set_device_cookie
from queue_server.web.naming import NAMED
from queue_server.web.open_figures import feeds
from queue_server.web.pages import PageCall, PageRoute

_ROLE = {"display": Role.DISPLAY, "kiosk": Role.KIOSK}


async def start_page(call: PageCall) -> Response:
    """Show the way to every screen (demo), or to the counter."""
    if not call.house.settings.demo:
        return _front(call)
    towns = {town.id: town for town, _ in call.house.directory.sites.values()}
    town = next(iter(towns.values()))
    return call.page(
        "start.html",
        town_name=in_language(town.name, call.language),
        sites=[_site(call, site_id) for site_id in call.house.directory.sites],
        users=[
            {"user": clerk.user, "name": clerk.name, "sites": _site_names(call, clerk.site_ids)}
            for clerk in town.clerks
        ],
        administrator=call.house.settings.demo_administrator,
        password=call.house.settings.demo_password,
        languages=call.links(),
        open_figures=_feeds(call),
        csrf=call.house.csrf.token(call.request.scope),
    )


def _front(call: PageCall) -> Response:
    towns = {
        town.id: in_language(town.name, call.language) for town, _ in call.house.directory.sites.values()
    }
    return call.page(
        "front.html",
        town_name=" · ".join(towns.values()) or call.say("start.real_title"),
        languages=call.links(),
        open_figures=_feeds(call),
    )


def _feeds(call: PageCall) -> list[tuple[str, str]]:
    return feeds((site for _, site in call.house.directory.sites.values()), call.say)


async def enter_device(call: PageCall) -> Response:
    """Let this browser be a display or kiosk of the demo, as pairing does on a real server."""
    kind, id_ = call.request.path_params["kind"], call.request.path_params["id"]
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    thing = call.house.directory.thing(NAMED[kind], id_) if kind in _ROLE else None
    if thing is None or thing.site_id is None:
        raise NotFound(what="device")
    site_id, now = thing.site_id, call.house.clock()
    token = await call.house.write(
        lambda conn: call.house.tokens.create_token(
            conn,
            organisation_id=thing.organisation_id,
            role=_ROLE[kind],
            site_id=site_id,
            device_id=id_,
            label="demo browser",
            now=now,
        )
    )
    response = RedirectResponse(f"/{kind}/{id_}", status_code=303)
    set_device_cookie(response, id_, token, secure=is_secure(call.request.scope))
    return response


def _site(call: PageCall, site_id: str) -> dict[str, object]:
    _, site = call.house.town_and_site(site_id)
    areas = {area.id: in_language(area.name, call.language) for area in site.areas}
    return {
        "id": site.id,
        "name": in_language(site.name, call.language),
        "fetch": site.call_mode is CallMode.FETCH,
        "displays": [
            {"id": d.id, "name": " · ".join(areas[a] for a in d.area_ids if a in areas) or d.name}
            for d in site.displays
        ],
        "kiosks": [{"id": k.id, "name": areas.get(k.area_id, k.name)} for k in site.kiosks],
        "counters": len(site.counters),
    }


def _site_names(call: PageCall, site_ids: tuple[str, ...]) -> str:
    sites = (call.house.directory.sites[id_][1] for id_ in site_ids if id_ in call.house.directory.sites)
    return call.say("common.comma").join(in_language(site.name, call.language) for site in sites)


ROUTES = [
    PageRoute("/", start_page, with_one_time_password=True),
    PageRoute(
        "/demo/open/{kind}/{id}",
        enter_device,
        methods=("POST",),
        demo_only=True,
        with_one_time_password=True,
    ),
]
