"""Whether the server lives and is fit: `/healthz`, `/readyz`, `/metrics`. No personal data."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from ipaddress import ip_address
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from queue_server.domain.access import THE_SERVER, Act, Kind, may, require, sees
from queue_server.domain.errors import Refusal
from queue_server.live.rooms import SiteRoom
from queue_server.services.ports import Answer
from queue_server.web import answers
from queue_server.web.api import ApiRoute, Call
from queue_server.web.house import House
from queue_server.web.mail_way import mail_way
from queue_server.web.metrics import age_s, figures
from queue_server.web.ports import Backlog
from queue_server.web.proxies import client_address

_COME: Final = text(
    'INSERT INTO finding ("check", subject, organisation_id, level, since, seen_at)'
    " VALUES ('can-write', '', '', '', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
)
_GO: Final = text("""DELETE FROM finding WHERE "check" = 'can-write'""")
log = logging.getLogger(__name__)


async def see_health(_: Call) -> Answer:
    """Say that the process answers."""
    return {"status": "ok"}


async def see_readiness(call: Call) -> Response:
    """Say whether the hall can work: database, speech, printers. Details only for those who may see them."""
    house = call.house
    database = await _database_state(house)
    ready = database == "ok"
    answer: Answer = {"status": "ready" if ready else "not_ready"}
    if may(call.actor, Act.SEE_READY_DETAILS, THE_SERVER):
        answer |= {
            "database": database,
            "speech": dict(house.speech.health()),
            "printers": _printers(call),
            "displays": _displays(call),
            "calendars": _calendars(call),
            "connections": house.connections.health(),
            "outbox": _outbox(call, await _backlogs(house)),
            "backup": asdict(await house.backups.state()),
            "forgetting": house.forgetting.as_answer(),
            "epoch": house.epoch,
        }
    return JSONResponse(answer, status_code=200 if ready else 503)


async def see_metrics(call: Call) -> Response:
    """Export figures for Prometheus: to this machine all, to who may see them those of their own sites."""
    house = call.house
    sites = set(house.directory.sites)
    if not _is_local(call.request):
        require(call.actor, Act.SEE_METRICS, THE_SERVER)
        sites &= {room.site.id for room in _rooms(call)}
    counted = figures(house, sites, await _backlogs(house), await house.backups.state())
    return Response(counted, media_type=CONTENT_TYPE_LATEST)


def _rooms(call: Call) -> list[SiteRoom]:
    """Return the rooms of the actor's own organisation and site: another's printers are none of theirs."""
    actor, directory = call.actor, call.house.directory
    return [
        room
        for site_id, room in call.house.hub.rooms.items()
        if (thing := directory.thing(Kind.SITE, site_id)) is not None and sees(actor, thing)
    ]


def _printers(call: Call) -> dict[str, str]:
    return {kiosk_id: code for room in _rooms(call) for kiosk_id, code in room.printers.items()}


def _displays(call: Call) -> dict[str, bool]:
    channels = (channel for room in _rooms(call) for channel in room.displays.values())
    return {one.display.id: bool(one.connections and one.healthy) for one in channels}


def _calendars(call: Call) -> dict[str, str]:
    """Return how the calendars of the actor's own colleagues stand."""
    sites = {room.site.id for room in _rooms(call)}
    towns = {town.id: town for town, site in call.house.directory.sites.values() if site.id in sites}
    known = {one.id for town in towns.values() for one in town.clerks if sites & set(one.site_ids)}
    return {id_: state for id_, state in call.house.clerk_calendars.health().items() if id_ in known}


def _outbox(call: Call, backlogs: Mapping[str, Backlog]) -> answers.Outbox:
    """Return what waits, for how long and what was given up, of the actor's own sites."""
    own = [backlogs[room.site.id] for room in _rooms(call) if room.site.id in backlogs]
    return {
        "late_count": sum(one.late_count for one in own),
        "oldest_s": max((age_s(call.house, one) for one in own), default=0),
        "failed_count": sum(one.failed_count for one in own),
        "held_count": sum(one.held_count for one in own),
        "mail": mail_way(call.house),
    }


async def _backlogs(house: House) -> Mapping[str, Backlog]:
    """Return the letters that wait, by site; none when the database cannot say."""
    try:
        return await house.read(lambda conn: house.letters.backlogs(conn, house.clock()))
    except Exception as error:  # the state of the database is told beside it
        log.warning("the outbox could not be looked at: %s", type(error).__name__)
        return {}


async def _database_state(house: House) -> str:
    try:
        await house.read(lambda conn: conn.execute(text("SELECT 1")).scalar())
    except Exception as error:  # whatever it is, the answer is "not ready"
        return type(error).__name__
    if house.sequencer.stopped:
        return "stopped"
    return await _outage(house) if house.sequencer.outage else "ok"


async def _outage(house: House) -> str:
    """Return what keeps the hall from writing, after one more try: perhaps nobody pressed anything since."""
    with suppress(Refusal):
        await house.sequencer.try_out(lambda: house.settlement.write(come_and_go))
    return house.sequencer.outage or "ok"


def come_and_go(conn: Connection) -> None:
    """Write a row that nobody ever sees, so that the disk is asked for room."""
    conn.execute(_COME)
    conn.execute(_GO)


def _is_local(request: Request) -> bool:
    # A proxy in front of us connects from this machine too: what it forwards is not local.
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ip_address(client_address(request.scope)).is_loopback
    except ValueError:
        return False


ROUTES = [
    ApiRoute("GET", "/healthz", see_health, None, answer=answers.Health, tag="server"),
    ApiRoute(
        "GET",
        "/readyz",
        see_readiness,
        None,
        answer=answers.Readiness,
        also=((503, answers.Readiness),),
        tag="server",
    ),
    ApiRoute(
        "GET",
        "/metrics",
        see_metrics,
        None,
        media_type="text/plain",
        refusals=("forbidden",),
        tag="server",
    ),
]
