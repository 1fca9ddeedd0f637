"""The road of a change that begins on a later day: what it would do then, kept with its line in the log.

What lives here: the same steps as `changing` has for now. What must not: forms and pages.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.engine import Connection

from queue_server.domain.administration import Done
from queue_server.domain.errors import Refusal
from queue_server.domain.planned import Course, Planned, with_changes
from queue_server.domain.setup_words import sides, site_of, sites_of
from queue_server.domain.town import Town
from queue_server.domain.town_diff import diff
from queue_server.services.locales import locale_of
from queue_server.web.admin.changing import Also, Outcome, Plan
from queue_server.web.admin.frame import may_change_all, town_of
from queue_server.web.noting import doer_of, note
from queue_server.web.pages import PageCall


def read_start(call: PageCall, text: str) -> date | None:
    """Return the day that somebody typed; None when it is none, or not later than today."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found > today(call) else None


def tomorrow(call: PageCall) -> date:
    """Return the first day on which something planned may begin."""
    return today(call) + timedelta(days=1)


def today(call: PageCall) -> date:
    """Return the local date of the town's first site."""
    zone = ZoneInfo(town_of(call).sites[0].time_zone)
    return call.house.clock().astimezone(zone).date()


async def town_on(call: PageCall, starts: date) -> Town:
    """Return the set-up of a later day: today's with what is planned up to it."""
    settlement, organisation_id = call.house.settlement, call.actor.organisation_id
    course = await call.house.read(lambda conn: settlement.course(conn, organisation_id))
    return course.on(starts)


async def foresee_from(call: PageCall, plan: Plan, starts: date) -> Outcome:
    """Return what a plan would do when it begins on a day. Changes nothing.

    Raises NotFound, SettingsMoved, and TownUnfit for a mistake.
    """
    settlement, town = call.house.settlement, town_of(call)
    before = await town_on(call, starts)
    after = plan(before)
    known = settlement.problems(before)
    problems = [one for one in settlement.problems(after) if one not in known]
    lost: Sequence[Any] = ()
    if not problems and after != before:
        now = call.house.clock()
        lost = await call.house.read(lambda c: settlement.would_lose_from(c, town.id, plan, starts, now))
    return Outcome(before, after, diff(before, after), problems, lost)


async def keep_from(call: PageCall, plan: Plan, starts: date, also: Also | None = None) -> Planned | None:
    """Keep a plan that begins on a day and write down who made it; None when it changes nothing.

    `also` is done at once, in the same transaction. Raises what `Settlement.plan_change` and the plan raise.
    """
    house, organisation_id = call.house, call.actor.organisation_id
    doer = await doer_of(house, call.actor)

    def work(conn: Connection) -> Planned | None:
        if also is not None:
            also(conn, house.clock())
        before = house.settlement.course(conn, organisation_id).on(starts)
        made = house.settlement.plan_change(
            conn, organisation_id, plan, starts, doer.actor[:60], house.clock()
        )
        if made is not None:
            note_plan(call, conn, made, Done.CHANGE_PLANNED, before)
        return made

    made = await house.write(work)
    if made is not None or also is not None:
        await house.renew_settings()
    return made


def note_plan(
    call: PageCall,
    conn: Connection,
    planned: Planned,
    act: Done,
    town: Town,
    was: date | None = None,
) -> None:
    """Write down what was done with a plan, for each thing that it changes. `was`: when it began before."""
    after = with_changes(town, planned.changes) or town
    for change in planned.changes:
        old, new = sides(change)
        note(
            call.house,
            conn,
            call.actor,
            act,
            change.what,
            change.id,
            site_id=site_of(change, town, after),
            before=old | ({} if was is None else {"starts": was.isoformat()}),
            after=new | {"starts": planned.starts.isoformat()},
        )


def may_see(call: PageCall, town: Town, planned: Planned) -> bool:
    """Say whether all of a plan is theirs: a site's administrator sees what is planned for that site."""
    after = with_changes(town, planned.changes) or town
    places = {place for one in planned.changes for place in sites_of(one, town, after)}
    return may_change_all(call, places)


def unfit_plans(call: PageCall, conn: Connection, town: Town) -> list[Planned]:
    """Return what was planned and no longer fits, as far as who asks sees it."""
    course = call.house.settlement.course(conn, town.id)
    return [one for one in course.unfit if may_see(call, town_before(course, one), one)]


def town_before(course: Course, planned: Planned) -> Town:
    """Return the set-up on which a plan is done: that of the days before it begins."""
    towns = [one.town for one in course.stages if one.begins_on is None or one.begins_on < planned.starts]
    return towns[-1]


def why_unfit(call: PageCall, refusal: Refusal) -> str:
    """Return why something cannot begin on that day."""
    if "planned" in refusal.params:
        day = date.fromisoformat(str(refusal.params["planned"]))
        return call.say("planned.in_the_way", day=format_date(day, "long", locale=locale_of(call.language)))
    problem = str(refusal.params.get("problem") or "")
    if problem in {"starts_not_later", "time_zone_planned"}:
        return call.say(f"planned.{problem}")
    return call.say(f"error.{refusal.text}")
