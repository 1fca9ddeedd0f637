"""Step 2, where and when: the month sheet, the times of a day, the shortcuts, as a page shows them.

What lives here: from the answers of `services.offer` to what a template prints; moving an appointment uses
the same sheet. What must not: deciding what is free.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from queue_server.domain.errors import Refusal, SlotTaken
from queue_server.domain.town import Site, Town, horizon_days
from queue_server.services import offer
from queue_server.services.concerns import Choice, asking
from queue_server.services.free_starts import kept
from queue_server.services.in_parts import at_site, choose_visit, second_starts
from queue_server.services.locales import clock
from queue_server.services.named_clerks import with_clerk
from queue_server.services.ports import Answer, Unit
from queue_server.web.booking_dates import (
    local,
    long_date,
    month_name,
    part_of_day,
    plain_date,
    short_date,
    weekdays,
)
from queue_server.web.booking_wish import Wish
from queue_server.web.texts import Texts

Json = dict[str, Any]
Address = Callable[[Wish], str]
Then = Mapping[str, str]
"""When the first of two appointments begins → when the second does."""
NO_SECOND: Final[Then] = {}
EARLIEST_COUNT: Final = 3
FEW: Final = 12
"""So many times of one part of a day are all shown; of more, one in each quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Around:
    """What step 2 shows of a town: each site that can do all of it, and of the chosen one the sheet.

    The answers are kept and shown to others: do not change them.
    """

    sites: tuple[Answer, ...]
    site_id: str
    sheet: Answer | None


def look_around(units: Iterable[Unit], wish: Wish, today: date) -> Around:
    """Ask the sites of a town. The only one that can do it all is chosen by itself."""
    able = {
        unit.site.id: (unit, answer)
        for unit in units
        if (answer := at_site(unit, wish.services, wish.persons, wish.asks)) is not None
    }
    site_id = wish.site_id or (next(iter(able)) if len(able) == 1 else "")
    sheet = look(able[site_id][0], wish, today) if site_id in able else None
    return Around(tuple(answer for _, answer in able.values()), site_id, sheet)


def look(unit: Unit, wish: Wish, today: date) -> Answer:
    """Read from one site what its part of step 2 shows. It is kept and shown to others: do not change it.

    Raises what `choose_visit` raises.
    """
    about = ("step 2", wish.services, wish.persons, wish.clerk, wish.asks, wish.month, wish.day, today)
    return kept(unit, about, lambda: _look(unit, wish, today))


def _look(unit: Unit, wish: Wish, today: date) -> Answer:
    choice = choice_for(*unit.eras.offered, wish)
    first = _first_of(wish, today)
    earliest = _first_of_days(unit, choice, after_work=False)
    day = wish.day
    if not wish.month and day is None and earliest:
        first = max(first, date.fromisoformat(earliest[0][:10]).replace(day=1))
    last = first.replace(day=monthrange(first.year, first.month)[1])
    times = offer.times(unit, choice, day) if day else None
    after_work = _first_of_days(unit, choice, after_work=True)
    shown = [*earliest, *after_work, *(times["times"] if times else ())]
    return {
        "first": first,
        "month": offer.month(unit, choice, first, last),
        "times": times,
        "earliest": earliest,
        "after_work": after_work,
        "then": second_starts(unit, choice, shown),
        "minutes": choice.minutes,
    }


def _first_of_days(unit: Unit, choice: Choice, *, after_work: bool) -> list[str]:
    """Return the first time of each of the next days: five minutes later is no other choice."""
    found: list[str] = []
    day: date | None = None
    for _ in range(EARLIEST_COUNT):
        times = offer.earliest(unit, choice, 1, after_work, day)["times"]
        if not times:
            break
        found += times
        day = date.fromisoformat(times[0][:10]) + timedelta(days=1)
    return found


def choice_for(town: Town, site: Site, wish: Wish) -> Choice:
    """Return the concern of a wish as the site can take it; raises what `choose_visit` raises."""
    visit = choose_visit(town, site, wish.services, wish.persons)
    return asking(with_clerk(town, site, visit, wish.clerk), wish.asks)


def sheet(found: Answer, town: Town, site: Site, wish: Wish, today: date, say: Texts, url: Address) -> Json:
    """Return month sheet, chosen day and shortcuts of a site, for a template. `found` is from `look`."""
    last_day = today + timedelta(days=horizon_days(town, set(wish.ids)))
    return {
        "month": month_view(found, wish, today, last_day, say, url),
        "day": day_view(found, wish, site, say, url),
        "shortcuts": shortcuts(found, site, say),
    }


def month_view(found: Answer, wish: Wish, today: date, last_day: date, say: Texts, url: Address) -> Json:
    """Return the month sheet. `last_day`: no month behind it is turned to."""
    language, first = say.language, found["first"]
    days = [_day(one, wish, language, say, url) for one in found["month"]["days"]]
    cells: list[Json | None] = [None] * first.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    before, after = first - timedelta(days=1), days[-1]["date"] + timedelta(days=1)
    return {
        "title": month_name(first, language),
        "weekdays": weekdays(language),
        "weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)],
        "before": url(wish.but(month=f"{before:%Y-%m}", day=None)) if before >= today else "",
        "after": url(wish.but(month=f"{after:%Y-%m}", day=None)) if after <= last_day else "",
        "closed": [day for day in days if day["state"] == "closed" and day["reason"]],
        "any_free": any(day["state"] == "free" for day in days),
    }


def day_view(found: Answer, wish: Wish, site: Site, say: Texts, url: Address) -> Json | None:
    """Return the times of the chosen day by part of the day, and where to go when it is sold out."""
    answer = found["times"]
    if answer is None:
        return None
    moments = [local(one, site.time_zone) for one in answer["times"]]
    parts = parts_of(moments, say, every=wish.every_time, then=found["then"])
    following = answer["next_free"] and local(answer["next_free"], site.time_zone).date()
    return {
        "title": long_date(date.fromisoformat(answer["date"]), say.language),
        "parts": parts,
        "more": url(wish.but(every_time=True)) if _count(parts) < len(moments) else "",
        "next": following and url(wish.but(day=following, month=f"{following:%Y-%m}", every_time=False)),
        "next_title": following and long_date(following, say.language),
    }


def shortcuts(found: Answer, site: Site, say: Texts) -> list[Json]:
    """Return "earliest" and "after work", each with its times; the second only when it says something new."""
    rows = [("earliest", found["earliest"]), ("after_work", found["after_work"])]
    if found["after_work"] == found["earliest"]:
        rows.pop()
    return [
        {"title": say(f"booking.{name}"), "times": near_times(times, site, say, found["then"])}
        for name, times in rows
        if times
    ]


def near_times(times: Iterable[str], site: Site, say: Texts, then: Then = NO_SECOND) -> list[Json]:
    """Return times of different days, each with its day."""
    moments = [local(one, site.time_zone) for one in times]
    return [_time(at, then) | {"day": short_date(at.date(), say.language)} for at in moments]


def near(gone: Refusal, site: Site, say: Texts, kind: str = "") -> Json:
    """Return what to say of a time that was taken or has run out, or is `unfit`, and the times near it."""
    kind = kind or ("taken" if isinstance(gone, SlotTaken) else "expired")
    times = gone.params.get("next")
    return {
        "title": say(f"booking.{kind}_title"),
        "text": say(f"booking.{kind}_text"),
        "times": near_times(map(str, times) if isinstance(times, list) else (), site, say),
    }


def parts_of(moments: Sequence[datetime], say: Texts, *, every: bool, then: Then = NO_SECOND) -> list[Json]:
    """Group times by part of the day. `then` tells when the second of two appointments begins."""
    parts = []
    for name, group in groupby(moments, key=part_of_day):
        some = list(group)
        shown = some if every or len(some) <= FEW else _one_a_quarter(some)
        parts.append({"title": say(f"booking.part_{name}"), "times": [_time(at, then) for at in shown]})
    return parts


def _one_a_quarter(moments: Sequence[datetime]) -> list[datetime]:
    quarters = groupby(moments, key=lambda at: (at.utcoffset(), at.hour, at.minute // 15))
    return [next(group) for _, group in quarters]


def _time(at: datetime, then: Then) -> Json:
    iso = at.isoformat(timespec="minutes")
    # On the same clock as the first one: the answer is written in the site's time.
    second = clock(datetime.fromisoformat(then[iso])) if iso in then else ""
    return {"iso": iso, "clock": clock(at), "then": second, "day": ""}


def _count(parts: Iterable[Json]) -> int:
    return sum(len(part["times"]) for part in parts)


def _first_of(wish: Wish, today: date) -> date:
    """Return the first day of the month to show; never one that is over."""
    asked = date.fromisoformat(f"{wish.month}-01") if wish.month else (wish.day or today).replace(day=1)
    return max(asked, today.replace(day=1))


def _day(one: Answer, wish: Wish, language: str, say: Texts, url: Address) -> Json:
    day = date.fromisoformat(one["date"])
    return {
        "date": day,
        "n": day.day,
        "state": one["state"],
        "count": one["count"],
        "reason": say.in_words(one["reason"] or {}),
        "long": long_date(day, language),
        "short": short_date(day, language),
        "plain": plain_date(day, language),
        "chosen": day == wish.day,
        "url": url(wish.but(day=day, month=f"{day:%Y-%m}", every_time=False)) + "#times",
    }
