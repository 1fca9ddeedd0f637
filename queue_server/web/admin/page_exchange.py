"""`/admin/exchange`: the set-up as a file, services as a table; taken in again, seen before they are kept.

What lives here: downloads, and the two steps from a file to a changed town. What must not: the formats
(`adapters.town`), what a file does to a town (`domain.taking_over`), and how a change is kept (`changing`).
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput, Refusal
from queue_server.domain.taken_pictures import named_pictures
from queue_server.domain.taking_over import nameless, taken_addresses, taken_over
from queue_server.domain.town import Town
from queue_server.domain.town_edit import find
from queue_server.web.admin.ahead import foresee_from, keep_from, read_start, tomorrow, town_on, why_unfit
from queue_server.web.admin.changing import Outcome, Plan, SettingsMoved, foresee, keep, lost_words, stamp
from queue_server.web.admin.frame import framed, town_of
from queue_server.web.admin.notices import notice
from queue_server.web.admin.page_setup import PLANNED
from queue_server.web.admin.problem_words import told
from queue_server.web.admin.sent_file import SentFile, sent_file, sent_with_set_up
from queue_server.web.admin.taking_pictures import (
    Pictures,
    carried,
    keeping,
    looked_at,
    rows,
    with_pictures,
)
from queue_server.web.admin.value_words import change_words
from queue_server.web.naming import TOWN
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.security import LONGEST_SET_UP

EXCHANGE: Final = "/admin/exchange"
MOST_CHANGES: Final = 150
MOST_MISTAKES: Final = 50
"""So many are shown; a file with more is seldom read to its end."""
_KINDS: Final = frozenset({"town", "services"})


async def exchange_page(call: PageCall) -> Response:
    """Show what can be taken away and taken in. Reading changes nothing."""
    await call.house.renew_if_changed()
    town = town_of(call)
    done = notice(call)
    without = await call.house.read(lambda conn: call.house.exchange.without_account(conn, town))
    return _show(call, notice=done, without=without if done else ())


async def town_file(call: PageCall) -> Response:
    """Send the set-up as a town file, explained in the language of the page; with its people or without."""
    await call.house.renew_if_changed()
    town = _to_give(call)
    return _download(call.house.exchange.town_file(town, call.say), f"{town.id}.toml", "application/toml")


async def town_with_pictures(call: PageCall) -> Response:
    """Send the set-up with the pictures that it names, as a zip."""
    await call.house.renew_if_changed()
    town, exchange = _to_give(call), call.house.exchange
    packed = await call.house.read(lambda conn: exchange.packed_town(conn, town, call.say))
    raw = await asyncio.to_thread(exchange.pack, packed)
    return _download(raw, f"{town.id}.zip", "application/zip")


def _to_give(call: PageCall) -> Town:
    """Return the town; without its people where that is asked for."""
    town = town_of(call)
    if call.request.query_params.get("names") == "no":
        return nameless(town, call.say("town.file_person"))
    return town


async def services_file(call: PageCall) -> Response:
    """Send the services as a table."""
    await call.house.renew_if_changed()
    town = town_of(call)
    raw = call.house.exchange.services_file(town, call.say)
    return _download(raw, f"{town.id}-services.csv", "text/csv")


async def take_in(call: PageCall) -> Response:
    """Take a file: tell its mistakes, or show what it would change, or keep that."""
    await call.house.renew_if_changed()
    form = await sent_with_set_up(call)
    kind, act = str(form.get("kind") or ""), form.get("act")
    file = await sent_file(form)
    if kind not in _KINDS or act not in {"check", "apply"}:
        raise BadInput(field="act" if kind in _KINDS else "kind")
    if file is None or len(file.raw) > LONGEST_SET_UP:
        why = call.say("exchange.no_file" if file is None else "exchange.too_long")
        return _show(call, kind=kind, why=why, status=422)
    taken = Taken(
        kind, file, str(form.get("prefix") or "").strip()[:40], str(form.get("starts") or "").strip()[:40]
    )
    starts = read_start(call, taken.typed_day)
    own = town_of(call) if starts is None else await town_on(call, starts)
    # A long file takes a second to judge: not in the loop by which clerks call.
    after, pictures, mistakes = await asyncio.to_thread(_read, call, taken, own)
    if after is None or mistakes:
        return _show(call, kind=kind, file=file.name, mistakes=mistakes, status=422)
    plan = _plan(kind, after)
    try:
        if act == "apply" and (starts is not None or not taken.typed_day):
            return await _apply(call, plan, pictures, str(form.get("seen") or ""), starts)
        outcome = await (foresee(call, plan) if starts is None else foresee_from(call, plan, starts))
    except Refusal as refusal:
        return _refused(call, kind, refusal)
    if outcome.problems:
        words = [told(call.say, one) for one in outcome.problems[:MOST_MISTAKES]]
        return _show(call, kind=kind, file=file.name, mistakes=[{"text": one} for one in words], status=422)
    return await _preview(call, taken, starts, outcome, pictures)


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as it was sent: what it is, what its ids get in front, the day on which it shall begin."""

    kind: str
    file: SentFile
    prefix: str
    typed_day: str


def _read(call: PageCall, taken: Taken, own: Town) -> tuple[Town | None, Pictures, Any]:
    """Return what `own` would become and which pictures come, or what is wrong in the file."""
    house, file = call.house, taken.file
    if taken.kind == "services":
        says = [call.say, *house.texts.values()]
        services, mistakes = house.exchange.read_services(file.raw, file.name, own, says)
        return services, Pictures(), mistakes
    found, packed, mistakes = house.exchange.read_town(file.raw, file.name, call.say)
    if found is None:
        return None, Pictures(), mistakes
    after = taken_over(found, own, taken.prefix)
    others = {town.id: town for town, _ in house.directory.sites.values()}
    theirs = taken_addresses(after, others.values())
    words = [call.say("exchange.taken", what=call.say(f"admin.what_{what}"), id=id_) for what, id_ in theirs]
    if words:
        return None, Pictures(), [{"text": one} for one in words]
    pictures, mistakes = looked_at(call, own, after, packed)
    return with_pictures(own, after, pictures), pictures, mistakes


def _plan(kind: str, after: Town) -> Plan:
    if kind == "services":
        return lambda town: replace(town, services=after.services, clerks=after.clerks)
    return lambda town: replace(after, letter_texts=town.letter_texts)


async def _apply(call: PageCall, plan: Plan, pictures: Pictures, seen: str, starts: date | None) -> Response:
    """Do what was shown, now or on its day; refuse when the set-up is another by now, of which the file
    knows nothing.
    """
    fingerprint = call.house.exchange.fingerprint

    def as_shown(town: Town) -> Town:
        if fingerprint(town) != seen:
            raise SettingsMoved
        return plan(town)

    also = keeping(call, pictures)
    if starts is not None:
        await keep_from(call, as_shown, starts, also)
        return RedirectResponse(f"{PLANNED}?done=planned", status_code=303)
    at = await keep(call, as_shown, also)
    done = stamp(at) or ("same" if also is None else "pictures")
    return RedirectResponse(f"{EXCHANGE}?done={done}", status_code=303)


async def _preview(
    call: PageCall, taken: Taken, starts: date | None, outcome: Outcome, pictures: Pictures
) -> Response:
    house, before, after = call.house, outcome.before, outcome.after
    uses = await house.read(lambda conn: house.exchange.in_use(conn, before, after, house.clock()))
    # Who sits at a counter now is in the way today; on the day itself it is tried until they have left.
    told_of = [one for one in uses if one.reason != "booked" and (starts is None or not one.blocks)]
    clerks = {clerk.id for clerk in before.clerks}
    changes = outcome.changes[:MOST_CHANGES]
    wrong_day = call.say("planned.wrong_day") if taken.typed_day and starts is None else ""
    return framed(
        call,
        "admin/exchange_check.html",
        status=422 if wrong_day else 200,
        kind=taken.kind,
        file=taken.file,
        carried=await carried(call, taken.file, after, pictures),
        pictures=rows(call, before, after, pictures),
        is_something=bool(outcome.changes or pictures.arriving),
        prefix=taken.prefix,
        seen=house.exchange.fingerprint(before),
        starts=taken.typed_day,
        wrong_day=wrong_day,
        tomorrow=tomorrow(call).isoformat(),
        changes=[change_words(call.say, before, after, one) for one in changes],
        more=len(outcome.changes) - len(changes),
        lost=[lost_words(call, one) for one in outcome.lost],
        uses=[_use(call, before, one) for one in told_of],
        is_blocked=any(one.blocks for one in told_of),
        new_clerks=[clerk.name for clerk in after.clerks if clerk.id not in clerks],
    )


def _use(call: PageCall, before: Town, use: Any) -> dict[str, Any]:
    thing = find(before, use.what, use.id)
    name = getattr(thing, "name", use.id)
    words = name if isinstance(name, str) else call.say.in_words(name)
    what = call.say(f"admin.what_{use.what}")
    return {
        "blocks": use.blocks,
        "text": call.say(f"exchange.use_{use.reason}", what=what, name=words or use.id, n=use.n),
    }


def _refused(call: PageCall, kind: str, refusal: Refusal) -> Response:
    if refusal.code not in {"settings_moved", "town_unfit"}:
        raise refusal
    if refusal.code == "town_unfit" and "what" in refusal.params:
        why = call.say("exchange.in_use", what=str(refusal.params["what"]))
    else:
        why = why_unfit(call, refusal)
    return _show(call, kind=kind, why=why, status=409)


def _show(call: PageCall, *, status: int = 200, **values: Any) -> Response:
    town = town_of(call)
    pictures = [id_ for id_ in named_pictures(town) if id_ in town.pictures]
    shown: dict[str, Any] = {"picture_count": len(pictures)} | {
        "kind": "",
        "why": "",
        "file": "",
        "mistakes": (),
        "notice": {},
        "without": (),
    }
    shown |= values
    mistakes = shown["mistakes"]
    shown |= {"mistakes": mistakes[:MOST_MISTAKES], "mistake_count": len(mistakes)}
    return framed(call, "admin/exchange.html", status=status, **shown)


def _download(body: str | bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=headers)


ROUTES = [
    PageRoute(EXCHANGE, exchange_page, Act.CHANGE_SETTINGS, TOWN),
    PageRoute(f"{EXCHANGE}/town.toml", town_file, Act.CHANGE_SETTINGS, TOWN),
    PageRoute(f"{EXCHANGE}/town.zip", town_with_pictures, Act.CHANGE_SETTINGS, TOWN),
    PageRoute(f"{EXCHANGE}/services.csv", services_file, Act.CHANGE_SETTINGS, TOWN),
    PageRoute(EXCHANGE, take_in, Act.CHANGE_SETTINGS, TOWN, methods=("POST",)),
]
