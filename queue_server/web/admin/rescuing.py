"""What the pages of a day rescue share: what stands on them, and the two presses that change something.

What lives here: from a cause to the rows of a page, doing it, taking it back. What must not: which
appointments go where (`services.rescue`), and the handlers (`web.admin.rescue_faces`).
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.datastructures import FormData

from queue_server.domain.access import Act, Forbidden
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.town import Texts, in_language
from queue_server.services import rescue as day_rescue
from queue_server.services.locales import clock
from queue_server.services.ports import Answer, Rescued, Unit
from queue_server.services.rescue_kept import begun, cause_of, next_press
from queue_server.services.rescue_preview import Question, Steps, go_on, previewing
from queue_server.services.rescue_rules import count_broken
from queue_server.services.rescue_undo import UNDO_FOR, may_take_back, outcome, take_back
from queue_server.web.admin.changing import keep_in
from queue_server.web.admin.rescue_words import Base, clock_of, concern, moment, site_name
from queue_server.web.booking_dates import local
from queue_server.web.last_look import read_calendars
from queue_server.web.noting import doer_of
from queue_server.web.pages import PageCall

_PRESS: Final = re.compile(r"[0-9a-f]{32}")
_HOWS: Final = ("clerk", "time", "site", "asked", "waits", "request", "left", "open", "later")


# -- before ----------------------------------------------------------------------------------------------


async def proposals(call: PageCall, base: Base, cause: Cause) -> dict[str, Any]:
    """Return what a page shows before anything is done: each appointment with its choices, and how many."""

    found, all_, press = await _look(call, base, cause)
    rows = [_row(call, base, one) for one in found]
    hows = [row["how"] for row in rows]
    return {
        "rows": rows,
        "count": sum(one["lost"] for one in found),
        "counts": {how: hows.count(how) for how in _HOWS if how in hows},
        "silent": sum(not row["reached"] for row in rows if row["how"] not in {"clerk", "waits", "request"}),
        "others": all_ - sum(one["lost"] for one in found),
        "at_once": day_rescue.AT_ONCE if len(rows) > day_rescue.AT_ONCE else 0,
        "press": press,
    }


async def _look(call: PageCall, base: Base, cause: Cause) -> tuple[list[Answer], int, str]:
    """Return the proposals, how many the cause breaks, whoever's they are, and the press: in slices."""

    def begin(units: Sequence[Unit]) -> tuple[Steps, int, str]:
        own = [unit for unit in units if unit.site.id in base.site_ids]
        press = next_press(units[0], cause, base.department_id, base.site_id, base.site_ids)
        return previewing(own, cause, base.services), count_broken(units, cause), press

    async def next_slice(answer: object) -> tuple[Question | None, list[Answer] | None]:
        return await call.house.sequencer.look_around(base.site_ids, lambda _: go_on(steps, answer))

    whole_town = [*base.site_ids, *(one.id for one in base.town.sites if one.id not in base.site_ids)]
    steps, all_, press = await call.house.sequencer.look_around(whole_town, begin)
    question, rows = await next_slice(None)
    while rows is None:
        question, rows = await next_slice(await asyncio.to_thread(question) if question else None)
    return rows, all_, press


def _row(call: PageCall, base: Base, found: Answer) -> dict[str, Any]:
    proposal = found["proposal"]
    places = [proposal] if proposal else []
    places += [one for one in found["choices"] if not proposal or _when(one) != _when(proposal)]
    parts = found["parts"]
    return {
        "field": f"to-{found['reference']}",
        "at": " + ".join(
            [
                moment(call, base, found["site"], found["starts_at"]),
                *(clock_of(base, found["site"], one["starts_at"]) for one in parts[1:]),
            ]
        ),
        "what": ", ".join(concern(call, base.town, one["services"]) for one in parts),
        "is_pair": len(parts) > 1,
        "site": site_name(call, base, found["site"]),
        "how": proposal["how"] if proposal else _how_without(found),
        "reached": found["reached"],
        "options": _options(
            call, _how_without(found), [(one["value"], _option(call, base, one)) for one in places]
        ),
    }


def _how_without(found: Answer) -> str:
    """Return what becomes of one without a place: asked already, between others, or asked now."""
    return "waits" if found["waits"] else "request" if found["request"] else "asked"


def _options(call: PageCall, how: str, places: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what can be chosen, the preset first. `how` it goes without a place."""
    leave = (day_rescue.LEAVE, call.say("rescue.option_leave"))
    if how == "waits":
        return [leave, *places]
    ask = [(day_rescue.ASK, call.say("rescue.option_ask"))] if how == "asked" else []
    return [*places, *ask, leave]


def _when(choice: Answer) -> tuple[str, str]:
    return choice["site"], choice["starts_at"]


def _option(call: PageCall, base: Base, choice: Answer) -> str:
    site = next(one for one in base.sites if one.id == choice["site"])
    names = {one.id: one.name for one in base.town.clerks}
    first, *rest = [
        {"time": clock_of(base, site.id, one["starts_at"]), "who": names.get(one["clerk"], "")}
        for one in choice["parts"]
    ]
    if rest:
        both = [call.say("rescue.option_time", **one) for one in (first, *rest)]
        return call.say(f"rescue.option_pair_{choice['how']}", first=both[0], second=both[1])
    return call.say(f"rescue.option_{choice['how']}", **first, site=in_language(site.name, call.language))


# -- the two presses -------------------------------------------------------------------------------------


async def do(call: PageCall, base: Base, cause: Cause, form: FormData, reason: Texts | None = None) -> str:
    """Enter the cause, then move everybody as the form says; return the id of the rescue."""
    id_ = str(form.get("press") or "")
    if not _PRESS.fullmatch(id_):
        raise BadInput(field="press")
    wishes = {name[3:]: str(value) for name, value in form.items() if name.startswith("to-")}
    doer = await doer_of(call.house, call.actor)
    # First of all nobody may book into it any more; what is booked is moved in the next transaction.
    await _enter(call, base, id_, cause, reason, doer.actor)
    await _read_calendars(call, wishes)
    plan = day_rescue.Plan(id_, cause, base.services, wishes, doer)
    await call.house.sequencer.do_at_all(base.site_ids, lambda units: day_rescue.rescue(units, plan))
    return id_


async def _enter(call: PageCall, base: Base, id_: str, cause: Cause, reason: Texts | None, by: str) -> None:
    """Enter the cause and keep that the rescue has begun, in one commit.

    What has begun is not entered again: the press may have been sent anew after it was taken back.
    """
    house, town_id = call.house, call.actor.organisation_id

    def work(conn: Connection) -> None:
        if house.settlement.rescue_to_change(conn, town_id, id_) is not None:
            return
        now = house.clock()
        before, _ = keep_in(call, conn, cause.entering(reason), now)
        one = begun(
            id_,
            cause,
            cause.missing(before),
            by=by,
            at=now,
            department_id=base.department_id,
            site_id=base.site_id,
            at_sites=base.site_ids,
        )
        house.settlement.keep_rescue(conn, town_id, one)

    await house.write(work)
    await house.renew_if_changed()


async def undo(call: PageCall, base: Base, id_: str) -> None:
    """Bring everybody back, then take the cause out of the set-up. Raises `RescueOver`, `NotFound`."""
    found, _, _ = await known(call, base, id_)
    if not set(found.body["sites"]) <= set(base.site_ids):
        raise Forbidden(act=Act.PLAN_DEPARTMENT.value)
    house, town_id = call.house, call.actor.organisation_id
    doer = await doer_of(house, call.actor)
    await house.sequencer.do_at_all(base.site_ids, lambda units: take_back(units, id_, doer))

    def work(conn: Connection) -> None:
        found = house.settlement.rescue_to_change(conn, town_id, id_)
        if found is None or found.undone_at is not None:
            return  # the cause may have been entered anew since
        now, (cause, entered) = house.clock(), cause_of(found.body)
        keep_in(call, conn, cause.taking_back(entered), now)
        house.settlement.keep_rescue(conn, town_id, replace(found, undone_at=now))

    await house.write(work)
    await house.renew_if_changed()


async def _read_calendars(call: PageCall, wishes: dict[str, str]) -> None:
    """Look once more into the own calendars of those who shall get something."""
    places = [place for wish in wishes.values() if (place := day_rescue.read_place(wish)) is not None]
    for site_id in {place.site_id for place in places} & set(call.house.directory.sites):
        whose = [place.clerk_id for place in places if place.site_id == site_id]
        await read_calendars(call.house, site_id, lambda _, whose=whose: whose)  # type: ignore[misc]


# -- after -----------------------------------------------------------------------------------------------


async def known(call: PageCall, base: Base, id_: str) -> tuple[Rescued, list[Answer], bool]:
    """Return a rescue, what became of each appointment, and whether it may be taken back. Raises NotFound."""

    def look(units: Sequence[Unit]) -> tuple[Rescued, list[Answer], bool]:
        found = units[0].rescue(id_)
        mine = (base.department_id, base.site_id)
        if found is None or (found.department_id, found.site_id) != mine:
            raise NotFound(what="rescue")
        is_all = set(found.body["sites"]) <= set(base.site_ids)
        return found, outcome(units, found), is_all and may_take_back(found, units[0])

    return await call.house.sequencer.look_around(base.site_ids, look)


async def result(call: PageCall, base: Base, id_: str) -> dict[str, Any]:
    """Return what a page shows afterwards."""
    rescued, found, may_undo = await known(call, base, id_)
    zone, back = base.sites[0].time_zone, rescued.body.get("back", {})
    rows = [_done_row(call, base, one) for one in found]
    for row in rows:
        row["beside"] = [one for one in rows if row["pair"] and one is not row and one["pair"] == row["pair"]]
    hows = [row["how"] for row in rows]
    return {
        "rows": rows,
        "counts": {how: hows.count(how) for how in _HOWS if how in hows},
        "calls": [row for row in rows if row["call"]],
        "may_undo": may_undo,
        "until": clock(local(rescued.made_at + UNDO_FOR, zone)),
        "made": clock(local(rescued.made_at, zone)),
        "undone": rescued.undone_at is not None,
        "remaining": sum(how in {"open", "left", "later"} for how in hows),
        "not_back": back.get("rescued_changed", 0) + back.get("rescued_taken", 0),
        "cause": cause_of(rescued.body)[0],
    }


def _done_row(call: PageCall, base: Base, found: Answer) -> dict[str, Any]:
    zone = next(one.time_zone for one in base.sites if one.id == found["site"])
    is_elsewhen = found["how"] in {"time", "site"}
    return {
        "was": moment(call, base, found["site"], found["was"]),
        "now": clock(local(found["starts_at"], zone)) if is_elsewhen else "",
        "site": site_name(call, base, found["site"]),
        "what": concern(call, base.town, found["services"]),
        **{name: found[name] for name in ("how", "told", "call", "name", "phone", "reference", "pair")},
    }
