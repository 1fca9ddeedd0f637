"""The staff alarm over HTTP: calling for help from a counter or the desk, going there, saying it is over."""

import asyncio
import hashlib
from contextlib import suppress
from typing import Final

from queue_server.domain.access import Act, Kind, require
from queue_server.domain.alarm import DESK, Alarm, who
from queue_server.domain.errors import NotFound, StorageUnavailable
from queue_server.live.inbox import RequestKey
from queue_server.protocol import AlarmEntry, AlarmFrame
from queue_server.services import counter
from queue_server.services.ports import Answer
from queue_server.web import models
from queue_server.web.api import PREFIX, ApiRoute, Call

HOLDER_WITHIN_S: Final = 1.0
"""So long we ask who holds a counter; then whoever goes to help goes."""


async def raise_at_counter(call: Call) -> Answer:
    """Call for help from a counter: all other counters and desks of the site, and chosen phones, at once."""
    return await _raise(call, call.id)


async def raise_at_desk(call: Call) -> Answer:
    """Call for help from the desk."""
    return await _raise(call, DESK)


async def see_alarms(call: Call) -> Answer:
    """Return the staff alarms that run at a site, as its desk sees them."""
    return {"alarms": call.house.alarms.running(call.house.site(call.site_id), who(call.actor, DESK))}


async def answer_alarm(call: Call) -> Answer:
    """Say that somebody goes there, or that the alarm is over; said twice it holds once."""
    site, alarm_id = call.house.site(call.site_id), call.request.path_params["alarm"]
    place = call.body.counter or DESK
    if place and all(one.id != place for one in site.counters):
        raise NotFound(what="counter")
    one = who(call.actor, place)
    if call.body.act == "going":
        await _require_place(call, place)
        return dict(await call.house.alarms.go(site, alarm_id, one))
    return dict(await call.house.alarms.end(site, alarm_id, one, one.clerk_id or place or None))


async def _require_place(call: Call, place: str) -> None:
    """Raise unless this actor may speak for the place: at the desk all staff of the site may."""
    if place == DESK:
        return
    require(call.actor, Act.OPEN_COUNTER, call.house.directory.thing(Kind.COUNTER, place))
    with suppress(StorageUnavailable, TimeoutError):
        async with asyncio.timeout(HOLDER_WITHIN_S):
            await call.house.sequencer.look(
                call.site_id, lambda unit: counter.require_no_other(unit, place, call.actor.clerk_id)
            )


async def _raise(call: Call, place: str) -> Answer:
    told = f"{call.request.scope['path']}\n{call.body.model_dump_json()}"
    press = RequestKey(call.session_ref(), call.body.request_id, hashlib.sha256(told.encode()).hexdigest())

    def phones(made: Alarm) -> None:
        call.house.alarm_calls.begin(call.house, made)

    site, organisation_id = call.house.site(call.site_id), call.thing.organisation_id
    return dict(
        await call.house.alarms.raise_alarm(
            site, organisation_id, who(call.actor, place), is_test=call.body.test, press=press, call=phones
        )
    )


_SITE = f"{PREFIX}/sites/{{site}}"
ROUTES = [
    ApiRoute(
        "POST",
        f"{PREFIX}/counters/{{counter}}/alarm",
        raise_at_counter,
        Act.RAISE_ALARM,
        "counter",
        models.RaiseAlarm,
        AlarmEntry,
        status=201,
        refusals=("alarm_off",),
        tag="alarm",
    ),
    ApiRoute(
        "POST",
        f"{_SITE}/alarm",
        raise_at_desk,
        Act.RAISE_ALARM,
        "site",
        models.RaiseAlarm,
        AlarmEntry,
        status=201,
        refusals=("alarm_off",),
        tag="alarm",
    ),
    ApiRoute("GET", f"{_SITE}/alarms", see_alarms, Act.RAISE_ALARM, "site", answer=AlarmFrame, tag="alarm"),
    ApiRoute(
        "POST",
        f"{_SITE}/alarms/{{alarm}}",
        answer_alarm,
        Act.RAISE_ALARM,
        "site",
        models.AnswerAlarm,
        AlarmEntry,
        refusals=("counter_taken",),
        tag="alarm",
    ),
]
