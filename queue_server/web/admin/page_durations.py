"""`/admin/durations`: how long visits really take beside the minutes that are set up, and what to set up.

It proposes. Who may change the services chooses, sees what it would do, and says from when on; nothing
changes by itself. What must not live here: learning (`domain.durations`), words and pictures
(`durations_shown`).
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Role, may
from queue_server.domain.durations.full_book import Waits, waits_when_full
from queue_server.domain.durations.known import Durations
from queue_server.domain.durations.measured import ENOUGH, Measured
from queue_server.domain.durations.proposing import Proposal, proposals
from queue_server.domain.errors import BadInput, NotFound, Refusal
from queue_server.domain.planned import Course
from queue_server.domain.town import Channel, Service, Town
from queue_server.domain.town_edit import find, put
from queue_server.services.capacity import Capacity, capacity
from queue_server.web.admin import durations_shown as shown
from queue_server.web.admin.ahead import foresee_from, keep_from, read_start, tomorrow, why_unfit
from queue_server.web.admin.changing import Outcome, Plan, SettingsMoved, foresee, keep, lost_words, stamp
from queue_server.web.admin.durations_days import RecentDays
from queue_server.web.admin.frame import framed, going_back_to, may_change, sent, town_of
from queue_server.web.admin.notices import notice
from queue_server.web.admin.value_words import change_words
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

DURATIONS: Final = "/admin/durations"
_SEED: Final = 7
"""The same mornings before and after, and each time the page is looked at."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known, and of which services who asks is told. `later` is the set-up after all plans."""

    town: Town
    later: Town
    known: Durations | None
    services: Sequence[Service]
    proposed: Mapping[str, Proposal]


async def durations_page(call: PageCall) -> Response:
    """Show what was measured. Reading changes nothing."""
    await call.house.renew_if_changed()
    return _show(call, await read_view(call))


async def chosen_page(call: PageCall) -> Response:
    """Show what the chosen proposals would do, or do it; who only looks goes back to what can be chosen."""
    if call.request.method != "POST":
        return RedirectResponse(DURATIONS, status_code=303)
    await call.house.renew_if_changed()
    view = await read_view(call)
    if not may_change(call):
        raise NotFound(what="page")
    form = await sent(call)
    act, typed = str(form.get("act") or ""), str(form.get("starts") or "").strip()[:40]
    if act not in {"preview", "apply", "back"}:
        raise BadInput(field="act")
    chosen = [str(one) for one in form.getlist("service")]
    if act == "back":
        return RedirectResponse(DURATIONS, status_code=303)
    if not chosen:
        return going_back_to(_show(call, view, status=422, wrong=call.say("durations.none_chosen")))
    try:
        made = [_still(view, id_, str(form.get(f"to-{id_}") or "")) for id_ in chosen]
        return await _road(call, view, made, act, typed)
    except Refusal as refusal:
        if refusal.code not in {"settings_moved", "town_unfit"}:
            raise
        moved = refusal.code == "settings_moved"
        words = call.say("durations.moved") if moved else why_unfit(call, refusal)
        return going_back_to(_show(call, await read_view(call), status=409, wrong=words))


async def read_view(call: PageCall) -> View:
    """Return what is known of the services of which who asks is told."""
    town = town_of(call)
    course: Course = await call.house.read(lambda conn: call.house.settlement.course(conn, town.id))
    later, known = course.stages[-1].town, call.house.durations.get(town.id)
    services = [one for one in town.services if one.channel is Channel.HERE and _is_told(call, one)]
    told = {one.id for one in services}
    made = proposals(known.measured, later.services) if known else {}
    return View(town, later, known, services, {id_: one for id_, one in made.items() if id_ in told})


def _is_told(call: PageCall, service: Service) -> bool:
    """Say whether somebody is told of a service: a lead of those of the own departments."""
    actor = call.actor
    if actor.role is Role.ADMINISTRATOR:
        return actor.site_id is None or actor.site_id in service.site_ids
    thing = call.house.directory.departments.get((actor.organisation_id, service.department_id))
    return thing is not None and may(actor, Act.SEE_FIGURES, thing)


def _show(call: PageCall, view: View, *, status: int = 200, wrong: str = "") -> Response:
    rows = shown.rows(call, view.known, view.services, view.later, view.proposed)
    return framed(
        call,
        "admin/durations.html",
        status=status,
        rows=[row for row in rows if row["is_measured"]],
        trials=[row for row in rows if not row["is_measured"]],
        enough=ENOUGH,
        scale=shown.scale(view.known, view.services),
        days=shown.days(call, view.known),
        can_change=may_change(call),
        proposed=len(view.proposed),
        notice=notice(call),
        wrong=wrong,
    )


def _still(view: View, id_: str, shown_as: str) -> Proposal:
    """Return the proposal as it was shown. Raises SettingsMoved when it is another one by now."""
    found = view.proposed.get(id_)
    if found is None or shown_as != f"{found.minutes}-{found.further_minutes}":
        raise SettingsMoved
    return found


def plan_of(made: Sequence[Proposal]) -> Plan:
    """Return the plan that sets what is proposed."""

    def one(town: Town, proposal: Proposal) -> Town:
        service = find(town, "service", proposal.service_id)
        if service is None:
            raise SettingsMoved
        minutes = {"minutes": proposal.minutes, "further_minutes": proposal.further_minutes}
        return put(town, "service", replace(service, **minutes))

    return lambda town: reduce(one, made, town)


async def _road(call: PageCall, view: View, made: Sequence[Proposal], act: str, typed: str) -> Response:
    """Show what the chosen proposals would do, or do them: now, or from their day on."""
    starts, plan = read_start(call, typed), plan_of(made)
    is_wrong = bool(typed) and starts is None
    if act == "preview" or is_wrong:
        outcome = await (foresee(call, plan) if starts is None else foresee_from(call, plan, starts))
        return going_back_to(await _preview(call, view, made, outcome, typed, is_wrong=is_wrong))
    if starts is not None:
        await keep_from(call, plan, starts)
        return RedirectResponse("/admin/planned?done=planned", status_code=303)
    at = await keep(call, plan)
    return RedirectResponse(f"{DURATIONS}?done={stamp(at) or 'same'}", status_code=303)


async def _preview(
    call: PageCall, view: View, made: Sequence[Proposal], outcome: Outcome, typed: str, *, is_wrong: bool
) -> Response:
    days = RecentDays(call.house)
    effects = [await _effect(call, view, one, outcome.before, days) for one in made]
    return framed(
        call,
        "admin/durations_preview.html",
        status=422 if is_wrong else 200,
        effects=effects,
        changes=[change_words(call.say, outcome.before, outcome.after, one) for one in outcome.changes],
        lost=[lost_words(call, one) for one in outcome.lost],
        path="/admin/setup",
        chosen=[(one.service_id, f"{one.minutes}-{one.further_minutes}") for one in made],
        starts=typed,
        wrong_day=call.say("planned.wrong_day") if is_wrong else "",
        tomorrow=tomorrow(call).isoformat(),
    )


async def _effect(
    call: PageCall, view: View, made: Proposal, before: Town, days: RecentDays
) -> dict[str, Any]:
    """Return what one proposal would do to times and to waits."""
    service = find(before, "service", made.service_id)
    found = view.known.measured.get(made.service_id) if view.known else None
    if service is None or found is None:
        raise SettingsMoved
    both = (service.minutes, made.minutes)
    rooms = [await _capacity(call, service, minutes) for minutes in both]
    told = () if found.one_counter else both
    waits = [await asyncio.to_thread(_waits, found, minutes) for minutes in told]
    day = await days.newest(service, made)
    return shown.effect(call, service, made, found, rooms, waits) | shown.real_day(call, day)


async def _capacity(call: PageCall, service: Service, minutes: int) -> Capacity | None:
    """Return what there is room for at all sites together; one look after the other, for presses go first."""
    times = visits = 0.0
    is_booked = False
    for site_id in service.site_ids:
        if site_id in call.house.directory.sites:
            work = partial(capacity, service_id=service.id, minutes=minutes)
            here = await call.house.sequencer.look(site_id, work)
            if here is not None:
                is_booked, times, visits = True, times + here.times, visits + here.visits
    return Capacity(times, visits) if is_booked else None


def _waits(found: Measured, minutes: int) -> Waits:
    return waits_when_full(found, minutes, random.Random(_SEED).random)  # noqa: S311 - no secret


async def waiting_proposals(call: PageCall) -> int:
    """Return how many proposals wait for somebody."""
    return len((await read_view(call)).proposed)


ROUTES: Final = [
    PageRoute(DURATIONS, durations_page, Act.SEE_FIGURES, SOMEWHERE),
    PageRoute(f"{DURATIONS}/chosen", chosen_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST")),
]
