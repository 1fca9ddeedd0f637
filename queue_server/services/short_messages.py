"""What a text message to a visitor says: at most 160 signs of its alphabet, and never the concern.

What lives here: which of the facts still fit. What must not: the words (`locale/*/sms.po`), who gets it, how
it travels. It stands on locked screens, so it names neither concern nor person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date

from queue_server.domain.gsm7 import MOST, septets, to_gsm7
from queue_server.domain.town import Site, Town, in_language
from queue_server.services.locales import locale_of

KINDS: Final = (
    *("booked", "moved", "accepted", "reminder", "cancelled", "requested", "refused", "lapsed"),
    *("must_move", "rescued", "stands", "missed"),
)
"""What is told by text message, too. All others need more room, or answer to what was just pressed."""
_WITH_NUMBER: Final = frozenset({"booked", "moved", "rescued", "stands", "accepted", "reminder"})
_TO_DO: Final = frozenset({"must_move", "missed", "lapsed"})
"""Kinds after which the visitor has to do something: the link, or the telephone number, before all else."""


class Say(Protocol):
    """The texts of one language."""

    @property
    def language(self) -> str: ...
    def __call__(self, key: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class ShortNotice:
    """All that a text message is about. `numbers` are both of a pair; `link` is a whole address, or empty."""

    kind: str
    town: Town
    site: Site
    starts_at: datetime
    numbers: Sequence[int] = ()
    link: str = ""


def write_short(notice: ShortNotice, say: Say) -> str:
    """Return the text: the fullest one that fits into one message."""
    for text in _fuller_first(notice, say):
        room = septets(text)
        if room is not None and room <= MOST:
            return text
    raise ValueError(f"no text message of kind {notice.kind} fits")  # its facts have lengths: a test holds it


def _fuller_first(notice: ShortNotice, say: Say) -> Iterator[str]:
    place = _place(notice.site, say)
    key = "sms.link_again" if notice.kind in _TO_DO else "sms.link"
    link = say(key, link=notice.link) if notice.link else ""
    town = say("sms.from", town=_plain(in_language(notice.town.name, say.language)))
    phone = say("sms.call", phone=_plain(notice.site.phone)) if notice.site.phone else ""
    ask = (link, phone) if notice.kind in _TO_DO else (link, "")
    for tail in ask:
        if tail:
            yield f"{town} {_core(notice, place, say)}{tail}"
            yield f"{_core(notice, place, say)}{tail}"
    yield f"{town} {_core(notice, place, say)}"
    for length in range(len(place), -1, -1):
        cut = place if length == len(place) else f"{place[:length].rstrip(' ,-')}."
        yield _core(notice, cut, say)


def _core(notice: ShortNotice, place: str, say: Say) -> str:
    number = say("sms.then").join(map(str, notice.numbers))
    named = bool(number) and notice.kind in _WITH_NUMBER
    told = to_gsm7(say(f"sms.{notice.kind}", when=_when(notice, say), place=place))
    return f"{told} {to_gsm7(say('sms.number', number=number))}" if named else told


def _when(notice: ShortNotice, say: Say) -> str:
    here = notice.starts_at.astimezone(ZoneInfo(notice.site.time_zone))
    day = format_date(here.date(), say("sms.day"), locale=locale_of(say.language))
    return say("sms.when", day=day, time=f"{here:%H:%M}")


def _place(site: Site, say: Say) -> str:
    return _plain(in_language(site.name, say.language))


def _plain(text: str) -> str:
    return to_gsm7(" ".join(text.split()))
