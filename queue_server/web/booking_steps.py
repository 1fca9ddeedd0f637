"""What each of the four steps shows."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, Final

from starlette.responses import HTMLResponse

from queue_server.domain.concern import stands_apart
from queue_server.domain.papers import read_answers
from queue_server.domain.town import Site, in_language
from queue_server.services.coming_now import ComingNow
from queue_server.services.concerns import PERSONS_MOST
from queue_server.services.locales import clock
from queue_server.services.named_clerks import for_talk
from queue_server.services.ports import Answer
from queue_server.services.requests import confirm_first
from queue_server.services.wording import papers_in_words
from queue_server.web import booking_now
from queue_server.web.booking_asking import look_around, usual_now
from queue_server.web.booking_concern import (
    categories,
    chosen_lines,
    in_turn,
    parts_of,
    questions,
    services_of,
    too_many,
)
from queue_server.web.booking_dates import local, long_date, plain_date, short_date
from queue_server.web.booking_needs import about_needs, interpreting, needs_of_time
from queue_server.web.booking_nothing import note_nothing_found, note_nothing_free
from queue_server.web.booking_person import NEEDS, REMINDERS, TYPED, Typed, wanted_fields
from queue_server.web.booking_times import Around, sheet
from queue_server.web.booking_visit import Visit
from queue_server.web.booking_wish import Wish
from queue_server.web.languages import spoken_at
from queue_server.web.mailing import address
from queue_server.web.need_words import in_words
from queue_server.web.printed_pages import PrintedPages

Lost = Mapping[str, Any]
NO_WAITS: Final[Mapping[str, ComingNow]] = {}
ACT: Final = {"action": "/termin", "name": "hold"}
MOST_PERSONS: Final = PERSONS_MOST
NOTHING: Final[Mapping[str, Any]] = {"month": None, "day": None, "shortcuts": ()}


def concern_problem(visit: Visit) -> dict[str, str]:
    """Return what keeps a wish from step 2, by field; empty when nothing does."""
    wish, say = visit.wish, visit.call.say
    found: dict[str, str] = {}
    if not wish.services:
        found["error"] = say("booking.choose_something")
    for service in too_many(services_of(visit.town, wish), wish):
        name = in_language(service.name, visit.language)
        found["error"] = say("booking.too_many", name=name, most=service.max_count)
    if apart := stands_apart(services_of(visit.town, wish)):
        name = in_language(apart.name, visit.language)
        found["error"] = say("booking.not_together", name=name)
    if not 1 <= wish.persons <= MOST_PERSONS:
        found["persons_error"] = say("booking.persons_range", most=MOST_PERSONS)
    return found


async def show_concern(visit: Visit, problem: Mapping[str, str] | None = None) -> HTMLResponse:
    """Step 1."""
    wish = visit.wish = visit.wish.but(step=1)
    site = visit.site if wish.site_id else None
    problem = problem or {}
    shown = categories(visit.town, wish, visit.language, visit.today)
    note_nothing_found(visit, shown)
    now = await usual_now(visit)
    return visit.page(
        "booking_concern.html",
        status=400 if problem else 200,
        action="/termin" if visit.typed or not site else f"/termin/{site.id}",
        hidden_fields=wish.but(services=(), persons=1, search="", step=1).fields(
            *(() if visit.typed or not site else ("site",))
        ),
        search=wish.search,
        categories=shown,
        now=booking_now.in_words(now, visit.call.say, visit.today),
        error=problem.get("error", ""),
        persons_error=problem.get("persons_error", ""),
        most_persons=MOST_PERSONS,
        site_name=in_language(site.name, visit.language) if site and len(visit.town.sites) > 1 else "",
        change_site=visit.url(wish.but(site_id="", town_id=visit.town.id)) if site else "",
        dates=lambda day: plain_date(day, visit.language),
    )


async def show_times(
    visit: Visit, *, lost: Lost | None = None, message: str = "", status: int = 200
) -> HTMLResponse:
    """Step 2. `lost`: what became of a time that was held or chosen, and what lies near."""
    visit.wish = visit.wish.but(step=2, clerk=_clerk(visit))
    around, now = await look_around(visit, visit.wish)
    visit.wish = visit.wish.but(site_id=around.site_id)
    note_nothing_free(visit, around)
    parts = [] if around.sites else [await _part(visit, one) for one in parts_of(visit.town, visit.wish)]

    said = {"message": message, "ask": ""} if message or lost else about_needs(visit, around)

    def render(csrf: str) -> HTMLResponse:
        values = _times(visit, around, dict(now), csrf)
        return visit.page("booking_times.html", status=status, lost=lost, parts=parts, **said, **values)

    if visit.typed or parts or lost or said["message"] or status != 200:
        return render(visit.csrf)
    # The waits by what they say: a number that is drawn changes the queue, and seldom the page.
    asked, shows = (visit.language, visit.wish, visit.today, now), (visit.town, *around.sites, around.sheet)
    return HTMLResponse(_printed.page(asked, shows, visit.csrf, lambda mark: render(mark).body))


_printed: Final = PrintedPages()


def _times(visit: Visit, around: Around, now: Mapping[str, ComingNow], csrf: str) -> dict[str, Any]:
    """Return what step 2 shows of the sites, with its markup's own names."""
    wish, town = visit.wish, visit.town
    by_id = {site.id: site for site in town.sites}
    able = None if around.sheet is None else by_id[wish.site_id]
    shown = NOTHING
    if able is not None and around.sheet is not None:
        shown = sheet(around.sheet, town, able, wish, visit.today, visit.call.say, visit.url)
    return {
        "sites": [_site(visit, by_id[answer["site"]], answer, now) for answer in around.sites],
        "now": booking_now.in_words(now.get(wish.site_id), visit.call.say, visit.today),
        "site_name": in_language(able.name, visit.language) if able else "",
        "site_address": able.address if able else "",
        "minutes": around.sites[0]["minutes"] if around.sites else 0,
        "people": [] if able is None else _people(visit, able),
        "in_turn": [] if able is None else in_turn(town, able, wish, visit.call.say),
        "hold_fields": [*wish.fields(), *visit.carried(), ("csrf", csrf)],
        "act": ACT,
        "back": visit.url(wish.but(step=1)),
        **_papers(visit),
        **needs_of_time(visit),
        **shown,
    }


def _papers(visit: Visit) -> dict[str, Any]:
    """Return what to bring, and the questions on which it depends."""
    wish = visit.wish
    services = services_of(visit.town, wish)
    return {
        "documents": papers_in_words(visit.call.say, services, read_answers(wish.answers)),
        "questions": questions(services, wish, visit.language),
        "asked_fields": wish.but(answers=(), search="").fields("step"),
    }


def _clerk(visit: Visit) -> str:
    """Return for whom the visitor comes, as long as concern and site still are that one's."""
    wish = visit.wish
    site = next((one for one in visit.town.sites if one.id == wish.site_id), None)
    able = [] if site is None else for_talk(visit.town, site, wish.ids)
    return wish.clerk if any(one.id == wish.clerk for one in able) else ""


def _people(visit: Visit, site: Site) -> list[dict[str, Any]]:
    """Return for whom one may come, when that is more than one: each with the address of their times."""
    wish = visit.wish
    able = for_talk(visit.town, site, wish.ids)
    if len(able) < 2:
        return []
    anybody = [("", visit.call.say("booking.with_anybody"))]
    return [
        {"name": name, "chosen": id_ == wish.clerk, "url": visit.url(wish.but(clerk=id_, day=None, month=""))}
        for id_, name in [*anybody, *((one.id, one.name) for one in able)]
    ]


def show_data(
    visit: Visit,
    held: Answer,
    errors: Mapping[str, str] | None = None,
    *,
    meant: str = "",
    message: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Step 3."""
    wish = visit.wish = visit.wish.but(step=3)
    required = visit.required(held)
    fields = wanted_fields(required)
    typed_code = visit.typed["helper"]
    say = visit.call.say
    return visit.page(
        "booking_data.html",
        status=400 if errors or meant else status,
        message=message,
        held=_held(visit, held),
        wish_fields=wish.fields(),
        csrf=visit.csrf,
        typed=visit.typed,
        asked=visit.typed["email"] if meant else visit.typed.asked,
        meant=meant,
        errors={name: say(f"booking.{key}") for name, key in (errors or {}).items()},
        shown=[name for name, _ in fields],
        must=dict(fields),
        reasons=visit.reasons(held, dict(fields)),
        one_of="contact" in required,
        with_subject="remarks" in required,
        needs=NEEDS,
        asks=visit.wish.asks,
        **interpreting(visit),
        with_helper=visit.asks_helper or bool(typed_code),
        reminders=REMINDERS,
        reminder_min=visit.typed.reminder(visit.site),
        sms_offered="phone" in dict(fields) and visit.site.sms,
        sms=visit.typed.wants_sms(visit.site),
        languages_to_write=spoken_at(visit.town, visit.site, visit.house.texts),
        write_in=visit.write_in or visit.language,
    )


def show_check(
    visit: Visit, held: Answer, *, message: str = "", status: int = 200, ask: str = ""
) -> HTMLResponse:
    """Step 4. `ask`: the telephone number to call about what `message` says."""
    wish = visit.wish = visit.wish.but(step=4)
    return visit.page(
        "booking_check.html",
        status=status,
        message=message,
        ask=ask,
        held=_held(visit, held),
        wish_fields=wish.fields(),
        typed_fields=visit.typed.fields(),
        csrf=visit.csrf,
        write_in=visit.write_in or visit.language,
        lines=told_lines(visit, visit.typed),
        asks=bool(confirm_first(visit.then(held), wish.ids)),
        by_mail=visit.site.confirm_by_mail and _has_mailbox(visit),
        documents=papers_in_words(
            visit.call.say, services_of(visit.then(held), wish), read_answers(wish.answers)
        ),
        minutes=held["minutes"] + (held["then"]["minutes"] if "then" in held else 0),
    )


def _has_mailbox(visit: Visit) -> bool:
    """Say whether a letter with a link reaches this visitor; a helper's is not asked for."""
    return bool(visit.typed["email"] and not visit.typed["helper"] and address(visit.house))


def told_lines(visit: Visit, typed: Typed) -> list[tuple[str, str]]:
    """Return label and value of everything that was typed or ticked."""
    say = visit.call.say
    lines = [
        (say(f"booking.field_{name}"), typed[name]) for name in TYPED if typed[name] and name != "helper"
    ]
    if typed["helper"]:
        lines.append((say("booking.helper_books"), say("booking.helper_known")))
    if typed.needs:
        lines.append(
            (
                say("booking.needs"),
                say("common.comma").join(in_words(say, one, "booking") for one in typed.needs),
            )
        )
    if typed["phone"] and typed.wants_sms(visit.site):
        lines.append((say("booking.sms"), say("booking.sms_yes")))
    if (reminder := typed.reminder(visit.site)) and typed.is_reached(visit.site):
        lines.append((say("booking.reminder"), say(f"booking.reminder_{reminder}")))
    return lines


async def _part(visit: Visit, wish: Wish) -> dict[str, Any]:
    """Return what is said of one of several appointments that a concern needs."""
    by_id = {site.id: site for site in visit.town.sites}
    around, _ = await look_around(visit, wish)
    sites = [_site(visit, by_id[answer["site"]], answer) for answer in around.sites]
    return {
        "lines": chosen_lines(services_of(visit.town, wish), wish, visit.call.say),
        "sites": [(one["name"], one["first"]) for one in sites],
        "url": visit.url(wish),
    }


def _site(
    visit: Visit, site: Site, answer: Answer, now: Mapping[str, ComingNow] = NO_WAITS
) -> dict[str, Any]:
    first = answer["first_free"] and local(answer["first_free"], site.time_zone)
    wish: Wish = visit.wish.but(site_id=site.id, day=None, month="", every_time=False)
    words = booking_now.in_words(now.get(site.id), visit.call.say, visit.today)
    return {
        "name": in_language(site.name, visit.language),
        "address": site.address,
        "first": _moment(visit, first) if first else "",
        "now": words["first"] if words else "",
        "chosen": site.id == visit.wish.site_id,
        "url": visit.url(wish),
    }


def _moment(visit: Visit, at: datetime) -> str:
    return visit.call.say("booking.moment", date=short_date(at.date(), visit.language), clock=clock(at))


def _held(visit: Visit, held: Answer) -> dict[str, Any]:
    """Return what the bar of the held time shows. `held`: the answer of `booking.hold`."""
    zone = visit.site.time_zone
    starts, until = local(held["starts_at"], zone), local(held["held_until"], zone)
    then = clock(local(held["then"]["starts_at"], zone)) if "then" in held else ""
    return {
        "date": long_date(starts.date(), visit.language),
        "clock": clock(starts),
        "then": then,
        "in_turn": in_turn(visit.town, visit.site, visit.wish, visit.call.say) if then else [],
        "site": in_language(visit.site.name, visit.language),
        "until": clock(until),
        "left_s": max(0, ceil((until - visit.house.clock()).total_seconds())),
        "extensions_left": held["extensions_left"],
    }
