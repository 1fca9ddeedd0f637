"""What the desk's pages show, in the clerk's language, and the card in the visitor's.

What lives here: plain values for templates, made from answers of the services. What must not: commands,
rights, forms; and the visitor's name never goes onto the card.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date

from queue_server.domain.papers import Answers
from queue_server.domain.town import Channel, Service, Site, Town, in_language, services_at
from queue_server.services.concerns import takes_walk_ins
from queue_server.services.locales import clock, locale_of, weekday_and_day
from queue_server.services.offer import is_bookable
from queue_server.services.wording import Say, in_words, papers_in_words, untold
from queue_server.web.booking_concern import talk_of
from queue_server.web.desk_wish import COUNT, Wish
from queue_server.web.qr import qr_image
from queue_server.web.texts import Texts

STEPS_MIN: Final = (5, 15, 30, 60)
SLOTS_SHOWN: Final = 18
"""So many times a day are an overview; the day itself, when it is asked for, shows all of them."""
LOOKS: Final = {
    "unconfirmed": "warn",
    "booked": "info",
    "checked_in": "good",
    "completed": "brand",
    "cancelled": "bad",
    "missed": "warn",
    "held": "warn",
    "expired": "bad",
}
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """Dates and times of one site, written for one language."""

    say: Texts
    zone: ZoneInfo
    today: date

    def local(self, at: datetime | str) -> datetime:
        return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(self.zone)

    def time(self, at: datetime | str) -> str:
        return clock(self.local(at))

    def day(self, on: date) -> str:
        """Return "Mittwoch, 11. März", with the year only when it is another one."""
        language = self.say.language
        if on.year != self.today.year:
            return format_date(on, "full", locale=locale_of(language))
        return weekday_and_day(on, language)

    def long(self, at: datetime | str) -> str:
        local = self.local(at)
        return f"{self.day(local.date())}, {self.say('desk.at_time', time=self.time(local))}"

    def distance(self, on: date) -> str:
        days = (on - self.today).days
        return self.say("desk.today") if days == 0 else self.say("desk.in_days", n=days) if days > 0 else ""


def words_for(say: Texts, site: Site, now: datetime) -> Words:
    zone = ZoneInfo(site.time_zone)
    return Words(say, zone, now.astimezone(zone).date())


# -- the concern -----------------------------------------------------------------------------------------


def to_find(town: Town, site: Site, say: Texts, today: date) -> list[Values]:
    """Return every service for the list under the first field; what is not done here says where it is."""
    categories = {category.id: category.name for category in town.categories}
    return [
        {
            "id": service.id,
            "name": say.in_words(service.name),
            "category": say.in_words(categories.get(service.category_id, {})),
            "most": service.max_count,
            "here": service.channel is Channel.HERE,
            "note": _note(service, site, say, today),
        }
        for service in services_at(town, site.id)
    ]


def by_category(town: Town, site: Site, say: Texts) -> list[Values]:
    """Return the services that are done here, for the list of the page without scripts."""
    here = [service for service in services_at(town, site.id) if service.channel is Channel.HERE]
    found = [
        {
            "name": say.in_words(category.name),
            "services": [
                {"id": one.id, "name": say.in_words(one.name)}
                for one in here
                if one.category_id == category.id
            ],
        }
        for category in town.categories
    ]
    return [category for category in found if category["services"]]


def _note(service: Service, site: Site, say: Texts, today: date) -> str:
    if service.channel is not Channel.HERE:
        return say(f"desk.channel_{service.channel.value}", link=service.link or site.phone)
    if not is_bookable(service, site):
        return say("desk.only_walk_in")
    return "" if takes_walk_ins(service, site, today) else say("desk.only_appointment")


def chosen(
    town: Town, pairs: Iterable[Sequence[Any]], say: Texts, hidden: Collection[str] = ()
) -> list[Values]:
    """Return services with counts by name.

    `words` is both in one text, for where the count is not a field. `hidden` are not named, nor is one that
    left the set-up: nobody knows any more whether it was sensitive.
    """
    services = {service.id: service for service in town.services}

    def called(service_id: str, count: int) -> tuple[str, str]:
        found = services.get(service_id)
        if found is None or service_id in hidden:
            return say("common.confidential"), say("common.confidential")
        return say.in_words(found.name), in_words(say, found, count)

    return [
        {
            "id": service_id,
            **dict(zip(("name", "words"), called(service_id, count), strict=True)),
            "count": count,
            "most": services[service_id].max_count if service_id in services else count,
        }
        for service_id, count in pairs
    ]


def is_untold(pairs: Iterable[Sequence[Any]], hidden: Collection[str]) -> bool:
    """Tell whether a concern holds what is not told here: then nobody reads with whom and what about."""
    return any(service_id in hidden for service_id, _ in pairs)


def papers(
    town: Town,
    pairs: Iterable[Sequence[Any]],
    say: Say,
    hidden: Collection[str] = (),
    answers: Answers | None = None,
) -> list[str]:
    """Return the documents to bring, each once: what is certain first; none of what is `hidden`."""
    services = {service.id: service for service in town.services}
    told = [services[id_] for id_, _ in pairs if id_ in services and id_ not in hidden]
    return papers_in_words(say, told, answers)


def concern_query(wish: Wish, **changed: str) -> str:
    """Return the query that asks for the same concern again. Nobody's name ever stands in it.

    What is moved stands there as its reference alone: its concern may be one that is not told here.
    """
    fields = {f"{COUNT}{service_id}": str(count) for service_id, count in wish.pairs}
    if wish.persons > 1:
        fields["persons"] = str(wish.persons)
    if wish.move:
        fields = {"move": wish.move}
    return urlencode(fields | {name: value for name, value in changed.items() if value})


# -- times -----------------------------------------------------------------------------------------------


def day_of(words: Words, wish: Wish, found: Values, *, whole: bool) -> Values:
    """Return one day's times: all of them, or enough of them to see the day at a glance."""
    on = date.fromisoformat(found["date"])
    slots = found["times"] if whole else _first_ones(words, found["times"])
    then = found.get("then", {})
    return {
        "iso": found["date"],
        "name": words.day(on),
        "distance": words.distance(on),
        "count": len(found["times"]),
        "slots": [
            {"at": at, "label": _label(words, words.time(at), then.get(at)), "long": words.long(at)}
            for at in slots
        ],
        "more": f"?{concern_query(wish, day=found['date'])}" if len(slots) < len(found["times"]) else "",
    }


def _label(words: Words, time: str, then: str | None) -> str:
    return time if then is None else words.say("desk.then", time=time, second=words.time(then))


def _first_ones(words: Words, times: Sequence[str]) -> list[str]:
    """Return the first start of each quarter of an hour; of each half, when that is still too much."""
    first: dict[datetime, str] = {}
    for minutes in STEPS_MIN:
        first = {}
        for at in times:
            local = words.local(at)
            first.setdefault(local.replace(minute=local.minute // minutes * minutes), at)
        if len(first) <= SLOTS_SHOWN:
            break
    return list(first.values())


# -- an appointment --------------------------------------------------------------------------------------


def appointment(words: Words, town: Town, site: Site, seen: Values, hidden: Collection[str] = ()) -> Values:
    """Return an appointment as the desk sees it. `seen` is the answer of `booking.see`."""
    language, local = words.say.language, words.local(seen["starts_at"])
    state, is_today = seen["state"], local.date() == words.today
    is_veiled = is_untold(seen["services"], hidden)
    return {
        "reference": seen["reference"],
        "number": seen.get("number"),
        "state": state,
        "look": LOOKS.get(state, "info"),
        "when": words.long(local),
        "day": words.day(local.date()),
        "time": words.time(local),
        "come": words.time(come_at(site, local)),
        "minutes": seen["minutes"],
        "persons": seen["persons"],
        "services": chosen(town, seen["services"], words.say, hidden),
        "others": _others(words, town, seen, hidden),
        "papers": papers(town, seen["services"], words.say, hidden),
        "area": area_of(site, seen.get("area_id"), language)[0],
        "is_veiled": is_veiled,
        "talk_with": [] if is_veiled else talk_of(town, site, seen["services"], seen.get("clerk_id")),
        "until": words.long(seen["confirm_until"]) if seen["confirm_until"] else "",
        "is_requested": state == "unconfirmed",
        "word": "refused" if seen["refused"] else state,
        "ticket_id": seen.get("ticket_id") if is_today else None,
        "is_live": state in {"booked", "checked_in"},
        "may_check_in": state in {"booked", "missed"} and is_today,
        "may_move": state == "booked",
        "may_cancel": state in {"booked", "unconfirmed"},
    }


def come_at(site: Site, starts_at: datetime) -> datetime:
    """Return from when a visitor is asked to come: not earlier, so that the waiting area stays empty."""
    return starts_at - timedelta(minutes=site.come_early_min)


def _others(words: Words, town: Town, seen: Values, hidden: Collection[str]) -> list[Values]:
    """Return what else the same visitor comes for: the other of two appointments one after the other."""
    return [
        {
            "reference": one["reference"],
            "number": one["number"],
            "time": words.long(one["starts_at"]),
            "what": ", ".join(line["words"] for line in chosen(town, one["services"], words.say, hidden)),
        }
        for one in seen.get("others", ())
    ]


def area_of(site: Site, area_id: str | None, language: str) -> tuple[str, str]:
    """Return an area's name and how to find it; empty when there is none."""
    area = next((one for one in site.areas if one.id == area_id), None)
    return ("", "") if area is None else (in_language(area.name, language), in_language(area.hint, language))


def card(
    words: Words, town: Town, site: Site, seen: Values, manage_url: str, answers: Answers | None = None
) -> Values:
    """Return the card's texts in the language of `words`; a QR only when there is an address for phones."""
    language, local = words.say.language, words.local(seen["starts_at"])
    area, hint = area_of(site, seen.get("area_id"), language)
    hidden = untold(town, None)  # a card may be found by anybody
    told = [pair for pair in seen["services"] if pair[0] not in hidden]
    is_told = len(told) == len(seen["services"])
    return {
        "say": words.say,
        "language": language,
        "town": in_language(town.name, language),
        "site": in_language(site.name, language),
        "address": site.address,
        "phone": site.phone,
        "area": area,
        "hint": hint,
        "notice": in_language(site.admission_notice, language),
        "day": format_date(local.date(), "full", locale=locale_of(language)),
        "time": words.time(local),
        "come": words.time(come_at(site, local)),
        "number": seen.get("number"),
        "reference": seen["reference"],
        "services": chosen(town, told, words.say),
        "others": _others(words, town, seen, hidden),
        "talk_with": talk_of(town, site, seen["services"], seen.get("clerk_id")) if is_told else [],
        "papers": papers(town, seen["services"], words.say, hidden, answers),
        "qr": qr_image(manage_url) if manage_url else "",
    }


def keys(say: Texts, *groups: tuple[str, str, Mapping[str, str]]) -> list[Values]:
    """Return the keys in groups: `keys(say, ("1", "desk.concern", {"1 9": "desk.key_count"}))`.

    A group with a sign shows the sign of its step in place of the heading, which is then only heard.
    """
    return [
        {
            "sign": sign,
            "heading": say(heading),
            "rows": [(signs.split(), say(text)) for signs, text in rows.items()],
        }
        for sign, heading, rows in groups
    ]


def _noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
