"""Words that several parts of a letter use: times, places, concerns, and what somebody typed.

What must not live here: which lines a letter has.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from queue_server.domain.town import Service, Site, in_language
from queue_server.services.letter_kinds import Notice, Say, Visit
from queue_server.services.locales import clock, locale_of
from queue_server.services.wording import in_words, told_to_others

_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and marks that turn the direction of all that follows."""
_SPACES: Final = re.compile(r"\s+")


def come_at(notice: Notice, say: Say) -> str:
    """Return when to come: some minutes before, and not earlier, so that the area stays empty."""
    earliest = notice.appointment.starts_at - timedelta(minutes=notice.site.come_early_min)
    return say("post.come_from", time=time_words(earliest, notice.site))


def plain(text: str) -> str:
    """Return typed words as one line that shows what it holds: nothing unseen acts on a page or printer."""
    return _SPACES.sub(" ", _UNSEEN.sub(_seen, text)).strip()


def _seen(match: re.Match[str]) -> str:
    return " " if match.group().isspace() else "\N{REPLACEMENT CHARACTER}"


def concern_words(notice: Notice, visit: Visit, say: Say) -> Iterable[str]:
    """Yield what a visit is about, as a letter may say it: anybody may read mail along."""
    counts = dict(visit.concern)
    for service in told_to_others(services_of(notice, visit)):
        yield in_words(say, service, counts[service.id])


def area_words(notice: Notice, say: Say) -> str:
    area = next((a for a in notice.site.areas if a.id == notice.appointment.area_id), None)
    if area is None:
        return ""
    words = (in_language(area.name, say.language), in_language(area.hint, say.language))
    return " – ".join(word for word in words if word)


def visits(notice: Notice) -> Sequence[Visit]:
    return (notice.appointment, *notice.also)


def services_of_all(notice: Notice) -> Iterable[Service]:
    return (service for visit in visits(notice) for service in services_of(notice, visit))


def services_of(notice: Notice, visit: Visit) -> Iterable[Service]:
    """Yield the services of a visit; one that was taken out of the set-up meanwhile has no name."""
    by_id = {service.id: service for service in notice.town.services}
    return (by_id[id_] for id_, _ in visit.concern if id_ in by_id)


def when(notice: Notice, say: Say) -> str:
    return moment(notice.appointment.starts_at, notice.site, say)


def moment(at: datetime, site: Site, say: Say) -> str:
    day = format_date(at.astimezone(ZoneInfo(site.time_zone)).date(), "full", locale=locale_of(say.language))
    return say("post.day_time", day=day, time=time_words(at, site))


def time_words(at: datetime, site: Site) -> str:
    return clock(at.astimezone(ZoneInfo(site.time_zone)))
