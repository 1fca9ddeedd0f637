"""What a text message to a visitor says: at most 160 signs of its alphabet, and never the concern.

A language that the alphabet cannot write (Ukrainian, Arabic) has 201 signs of its own letters instead.

What lives here: which of the facts still fit. What must not: the words (`locale/*/sms.po`), who gets it, how
it travels. It stands on locked screens, so it names neither concern nor person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date

from queue_server.domain.gsm7 import MOST, MOST_WIDE, is_spelt_in_gsm7, septets, to_gsm7, wide_signs
from queue_server.domain.town import Site, Texts, Town, in_language
from queue_server.services.locales import locale_of

KINDS: Final = (
    *("booked", "moved", "accepted", "reminder", "cancelled", "requested", "refused", "lapsed"),
    *("must_move", "rescued", "stands", "missed"),
)
"""What is told by text message, too. All others need more room, or answer to what was just pressed."""
_WITH_NUMBER: Final = frozenset({"booked", "moved", "rescued", "stands", "accepted", "reminder"})
_ISOLATES: Final = dict.fromkeys(map(ord, "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"))
"""Pages and letters need them in Arabic; old phones draw boxes, and each takes the room of a letter."""
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
    """Return the text: the fullest one that fits."""
    words = _Words(notice, say)
    for text in words.fuller_first():
        if words.fits(text):
            return text
    raise ValueError(f"no text message of kind {notice.kind} fits")  # its facts have lengths: a test holds it


class _Words:
    """The parts of one message, spelt as its language is in text messages."""

    def __init__(self, notice: ShortNotice, say: Say) -> None:
        self._notice = notice
        self._say = say
        self._is_wide = not is_spelt_in_gsm7(say(f"sms.{notice.kind}", when="", place=""))

    def fits(self, text: str) -> bool:
        if self._is_wide:
            return wide_signs(text) <= MOST_WIDE
        room = septets(text)
        return room is not None and room <= MOST

    def fuller_first(self) -> Iterator[str]:
        notice, say, place = self._notice, self._say, self._name(self._notice.site.name)
        key = "sms.link_again" if notice.kind in _TO_DO else "sms.link"
        link = self._spelt(say(key, link=notice.link)) if notice.link else ""
        town = self._spelt(say("sms.from", town=self._name(notice.town.name)))
        phone = self._spelt(say("sms.call", phone=notice.site.phone)) if notice.site.phone else ""
        ask = (link, phone) if notice.kind in _TO_DO else (link, "")
        for tail in ask:
            if tail:
                yield f"{town} {self._core(place)}{tail}"
                yield f"{self._core(place)}{tail}"
        yield f"{town} {self._core(place)}"
        for length in range(len(place), -1, -1):
            cut = place if length == len(place) else f"{place[:length].rstrip(' ,-')}."
            yield self._core(cut)

    def _core(self, place: str) -> str:
        notice, say = self._notice, self._say
        number = say("sms.then").join(map(str, notice.numbers))
        named = bool(number) and notice.kind in _WITH_NUMBER
        told = self._spelt(say(f"sms.{notice.kind}", when=self._when(), place=place))
        return f"{told} {self._spelt(say('sms.number', number=number))}" if named else told

    def _when(self) -> str:
        notice, say = self._notice, self._say
        here = notice.starts_at.astimezone(ZoneInfo(notice.site.time_zone))
        day = format_date(here.date(), say("sms.day"), locale=locale_of(say.language))
        return say("sms.when", day=day, time=f"{here:%H:%M}")

    def _name(self, texts: Texts) -> str:
        return self._spelt(" ".join(in_language(texts, self._say.language).split()))

    def _spelt(self, text: str) -> str:
        return text.translate(_ISOLATES) if self._is_wide else to_gsm7(text)
