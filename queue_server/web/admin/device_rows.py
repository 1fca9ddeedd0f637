"""How each device of a site is, in words: connected, heard, printing, tested; and what to do.

What must not live here: acting on devices (`page_device_acts`), and what counts as trouble (`domain.doctor`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time

from queue_server.domain.doctor import devices
from queue_server.domain.doctor.findings import Finding
from queue_server.domain.town import Display, Kiosk, Site
from queue_server.live.rooms import DisplayChannel, SiteRoom
from queue_server.services.locales import locale_of
from queue_server.web import hall_facts
from queue_server.web.admin import testing_words
from queue_server.web.condition import program_version
from queue_server.web.device_notes import Known
from queue_server.web.doctor_mail import todo
from queue_server.web.pages import PageCall

PRINTER_WORDS = frozenset({"ready", "busy", "paper_low", "paper_out", "agent_gone", "unreachable"})


@dataclass(slots=True)
class Row:
    """One device as the page draws it. `test`: the words of its last test, None without one."""

    kind: str
    id: str
    name: str
    badges: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    todo: list[str]
    is_paired: bool
    is_out: bool = False
    test: dict[str, str] | None = None
    places: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"{self.kind}-{self.id}"


def rows_of(call: PageCall, site: Site, paired: set[tuple[str, str]]) -> list[Row]:
    """Return the site's displays, then its kiosks with their printers. `paired`: (kind, id) with a token."""
    room = call.house.hub.rooms.get(site.id)
    if room is None:
        return []
    words = _Words(call, ZoneInfo(site.time_zone))
    shown = [
        _display(words, room, channel, ("display", one.id) in paired)
        for one in site.displays
        if (channel := room.displays.get(one.id))
    ]
    return shown + [_kiosk(words, room, one, ("kiosk", one.id) in paired) for one in site.kiosks]


@dataclass(slots=True)
class _Words:
    call: PageCall
    zone: ZoneInfo

    def __call__(self, key: str, **params: object) -> str:
        return self.call.say(f"devices.{key}", **params)

    def at(self, moment: datetime) -> str:
        """Return a time of today, otherwise with its date."""
        local, locale = moment.astimezone(self.zone), locale_of(self.call.language)
        if local.date() == self.call.house.clock().astimezone(self.zone).date():
            return str(format_time(local, "short", locale=locale))
        return str(format_datetime(local, "short", locale=locale))

    def line(self, known: Known | None) -> str:
        """Say since when it is connected, or until when it was."""
        if known is not None and known.connected_at is not None:
            count = len(known.since)
            since = self("since", at=self.at(known.connected_at))
            return since if count == 1 else f"{since} {self('windows', n=count)}"
        if known is not None and known.gone_at is not None:
            return self("gone", at=self.at(known.gone_at))
        return self("never")

    def todos(self, found: Iterable[Finding]) -> list[str]:
        return [todo(self.call.say, one) for one in found]


def _display(words: _Words, room: SiteRoom, channel: DisplayChannel, is_paired: bool) -> Row:
    display, house = channel.display, words.call.house
    known = house.devices.known.get(("display", display.id))
    fact = hall_facts.display_of(room, channel, devices.Place("", room.site.id))
    return Row(
        "display",
        display.id,
        display.name or display.id,
        _badges(words, fact.connected, fact.out_of_service, _sound(words, fact)),
        [
            (words("connection"), words.line(known)),
            (words("sound"), _sound(words, fact)[1]),
            (words("last_call"), _last_call(words, room, display)),
            *_program(words, channel),
            *_address(words, known),
        ],
        words.todos(devices.displays((fact,))),
        is_paired,
        is_out=fact.out_of_service,
        test=testing_words.of_display(words.call, channel, house.hub.probes[display.id]),
    )


def _badges(words: _Words, connected: bool, is_out: bool, *more: tuple[str, str]) -> list[tuple[str, str]]:
    first = ("good", words("connected")) if connected else ("bad", words("not_connected"))
    if is_out:
        return [("", words("out"))]
    return [first, *(one for one in more if connected and one[0] not in {"", "good"})]


def _sound(words: _Words, fact: devices.Display) -> tuple[str, str]:
    if not fact.connected or fact.unlocked is None:
        return "", words("sound_unknown")
    if fact.output is False:
        return "bad", words("sound_no_output")
    return ("good", words("sound_on")) if fact.unlocked else ("bad", words("sound_locked"))


def _last_call(words: _Words, room: SiteRoom, display: Display) -> str:
    last = words.call.house.devices.calls.get(display.id)
    if last is None:
        return words("no_call")
    calls = room.view.calls if room.view else ()
    number = next((str(call.number) for call in calls if call.seq == last.seq), "")
    what = [words(f"said_{kind}") for kind in ("shown", "started", "blocked", "failed") if kind in last.said]
    said = ", ".join(what) or words("said_received")
    at = words.at(last.at)
    return words("last_said", number=number, at=at, said=said) if number else words("said", at=at, said=said)


def _program(words: _Words, channel: DisplayChannel) -> list[tuple[str, str]]:
    pages = sorted({said.page for said in channel.said.values() if said.page})
    if not pages:
        return []
    is_ours = pages == [program_version()]
    return [(words("version"), ", ".join(pages) + ("" if is_ours else f" – {words('old')}"))]


def _address(words: _Words, known: Known | None) -> list[tuple[str, str]]:
    return [(words("address"), known.address)] if known is not None and known.address else []


def _kiosk(words: _Words, room: SiteRoom, kiosk: Kiosk, is_paired: bool) -> Row:
    house = words.call.house
    page = house.devices.known.get(("kiosk", kiosk.id))
    agent = house.devices.known.get(("agent", kiosk.id))
    fact = hall_facts.printer_of(house, room, kiosk, devices.Place("", room.site.id))
    is_here = bool(page and page.connected_at)
    found = list(devices.printers((fact,)))
    why = room.kiosks_out.get(kiosk.id)
    return Row(
        "kiosk",
        kiosk.id,
        kiosk.name or kiosk.id,
        _badges(words, is_here, why is not None, *[("bad", words("printer_trouble"))] * bool(found)),
        [
            *([(words("out_why"), why)] if why else []),
            (words("connection"), words.line(page)),
            (words("agent"), words.line(agent)),
            (words("printer"), _printer(words, fact)),
            (words("last_slip"), _last_slip(words, kiosk)),
            *_agent_program(words, agent),
            *_address(words, page if page and page.address else agent),
        ],
        words.todos(found),
        is_paired,
        is_out=why is not None,
        test=testing_words.of_printer(words.call, house.slip_tests.by_kiosk.get(kiosk.id)),
    )


def _printer(words: _Words, fact: devices.Printer) -> str:
    if not fact.has_agent:
        return words("printer_no_agent")
    if not fact.word:
        return words("printer_unknown")
    known = fact.word in PRINTER_WORDS
    return words(f"printer_{fact.word}") if known else words("printer_other", code=fact.word)


def _last_slip(words: _Words, kiosk: Kiosk) -> str:
    last = words.call.house.devices.slips.get(kiosk.id)
    if last is None:
        return words("no_slip")
    return words("slip_was", at=words.at(last.at), what=words(f"slip_{last.state}"))


def _agent_program(words: _Words, agent: Known | None) -> list[tuple[str, str]]:
    name, _, version = (agent.program if agent else "").partition("/")
    return [(words("agent_version"), version)] if name == "aufruf-kiosk-agent" and version else []


def local_moment(call: PageCall, site: Site, language: str) -> str:
    """Return date and time at the site."""
    local = call.house.clock().astimezone(ZoneInfo(site.time_zone))
    return str(format_datetime(local, "medium", locale=locale_of(language)))
