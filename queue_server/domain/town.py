"""A town's whole set-up as plain values: sites, rooms, counters, services, clerks, hours.

What lives here: the frozen classes, and the small questions one may ask of them. What must not: reading
or writing files (`adapters.town.file`), looking for mistakes (`domain.town_check`), comparing two
set-ups (`domain.town_diff`), and anything that happens during a day (tickets, numbers, open counters).

Ids are slugs (`[a-z0-9-]{1,40}`), each unique over the database among its kind: they stand in
addresses such as `/display/rathaus-eg`. Texts map a language to a text; German is always there.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Final, TypeAlias

from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.look import Face, Look
from queue_server.domain.person_fields import REQUIRED_FIELDS, FieldReason
from queue_server.domain.reminding import USUAL_MIN

Texts: TypeAlias = Mapping[str, str]

GERMAN: Final = "de"
EVERY_SKILL: Final = "*"
"""In `Clerk.service_ids`: every service that is offered at the clerk's sites."""

WAYS: Final = ("left", "right", "ahead", "up", "down")
"""Where a room may lie, seen from a screen."""


class CallMode(StrEnum):
    """How visitors of a site are summoned: by a screen, or by a clerk who walks to the waiting area."""

    SCREEN = "screen"
    FETCH = "fetch"


class Channel(StrEnum):
    """Where a service is done: at our counters, online, by phone, or by another authority."""

    HERE = "here"
    ONLINE = "online"
    PHONE = "phone"
    ELSEWHERE = "elsewhere"


class Combines(StrEnum):
    """What else a visitor may come for together with a service: anything, what is like it, or nothing."""

    ANY = "any"
    DEPARTMENT = "department"
    CATEGORY = "category"
    ALONE = "alone"


class CheckIn(StrEnum):
    """Whether the holder of an appointment says "I am here", or is expected at the time by itself."""

    REQUIRED = "required"
    AUTOMATIC = "automatic"


class Challenge(StrEnum):
    """Whether a visitor's device solves a small task before a time is held for it."""

    OFF = "off"
    ON = "on"
    ABOVE = "above"
    """Only while more times are wanted a minute than the site says."""


class NumberStyle(StrEnum):
    """Drawn numbers tell nothing about order or time; sequential ones are for towns that want them."""

    DRAWN = "drawn"
    SEQUENTIAL = "sequential"


class Assessment(StrEnum):
    """How somebody has looked at the pages before the accessibility statement was signed."""

    SELF = "self"
    EXPERT = "expert"
    WITH_PEOPLE = "with_people"
    """Together with people who have disabilities."""


class Chime(StrEnum):
    """The sound before an announcement: two falling tones, or one short tone."""

    GONG = "gong"
    TONE = "tone"


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """One stretch of local time on one weekday (0 = Monday). `closes` 00:00 is the end of that day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Closure:
    """A local date on which the site is closed, whatever the weekly hours say."""

    on: date
    reason: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Area:
    """A place where people wait. `hint` tells how to find it; `limit` is how many may wait there."""

    id: str
    name: Texts
    hint: Texts = field(default_factory=dict)
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A room as it is written on the door: `name` is shown and spoken ("3"), `floor` is shown."""

    id: str
    name: str
    area_id: str
    floor: str = ""
    step_free: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """One place of one clerk in a room."""

    id: str
    name: str
    room_id: str


@dataclass(frozen=True, slots=True)
class Display:
    """A screen. It shows the calls of its areas; `service_ids` narrows them, empty means all.

    `spoken` are the languages of its announcements, empty: those of the site; `min_on_screen_s` 0: as the
    site says. When nothing was called for `quiet_after_s` it shows `quiet_texts` and `quiet_pictures` (ids of
    `Town.pictures`; one that is not there is passed over) in turn with the wait.

    `distance_m` is how far away the last seat is, `diagonal_in` the screen's diagonal in inches; only with
    both are its texts made to read from there (`domain.viewing`). `upright`: it hangs in portrait. `left_ids`
    and so on are the rooms that lie there, seen from the screen. Outside `loud_hours` (empty: no such times)
    announcements have `soft_volume` per cent of their loudness.
    """

    id: str
    name: str
    area_ids: tuple[str, ...]
    service_ids: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    chime: Chime = Chime.GONG
    min_on_screen_s: int = 0
    quiet_after_s: int = 60
    quiet_texts: tuple[Texts, ...] = ()
    quiet_pictures: tuple[str, ...] = ()
    distance_m: float = 0.0
    diagonal_in: float = 0.0
    upright: bool = False
    left_ids: tuple[str, ...] = ()
    right_ids: tuple[str, ...] = ()
    ahead_ids: tuple[str, ...] = ()
    up_ids: tuple[str, ...] = ()
    down_ids: tuple[str, ...] = ()
    loud_hours: tuple[Stretch, ...] = ()
    soft_volume: int = 50

    def ways(self) -> dict[str, str]:
        """Return the way (of `WAYS`) to each room whose way is known, by its id."""
        return {room: way for way in WAYS for room in getattr(self, f"{way}_ids")}


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A terminal that gives out numbers. `printer` is a target such as `preview` or `tcp://10.0.0.5:9100`.

    `screen_width_mm` is how wide the picture is, so that nothing to press is smaller than 20 mm;
    0: not measured.
    """

    id: str
    name: str
    area_id: str
    printer: str = "preview"
    languages: tuple[str, ...] = (GERMAN, "en")
    screen_width_mm: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """One building with one queue.

    `patience_factor` says how long a walk-in waits before being due (`order.patience_min`); 0 gives first
    come, first served. `way_min` > 0 starts the service by itself so long after the call; 0 waits for the
    clerk. `speech_rate` is in words a minute. `always_open` stands for every hour of every day, and then
    `opening` says nothing. Each element of `slip_header` and `slip_footer` is one printed line;
    `slip_logo`: above them stands the town's logo.

    `admission` says who is let in where none of `admission_times` does, whose first that fits counts.

    For bookings: `holidays` names the state ("SN") on whose public holidays the site is closed, empty for
    none; `bookable_from` is the first day that can be booked, `lead_min` how long before its start at the
    latest, `walk_in_share` the percentage of the clerks' time that is kept for walk-ins;
    `admission_notice` is what visitors must know to be let in; `kiosk_fields` is what they must type at the
    kiosk to book, where `required_fields` does not hold; `field_reasons` is why they are asked
    for, in the town's words; `max_open_bookings` and `max_daily_bookings` are how many
    bookings to come, and how many made on one day, one contact may have, 0 for no limit.
    `reminder_default` is the reminder that forms propose, in minutes before the time, 0 for none; `sms`: text
    messages are offered.
    `confirm_by_mail`: who gave a mail address confirms a booking by a link, within so many minutes.
    `challenge` asks for the puzzle, `challenge_above` is how many holds a minute are usual.
    `erase_days` after the appointment visitors' data are gone at the latest.
    `languages` are those of the town that its visitors may choose from, empty: all.
    `show_hit_rate`: visitors read how often the waits that were told have held.
    `open_figures`: everybody may read the figures of past months.
    `staff_alarm`: counters and desk have a button that calls for help. `announce_own_language`: a call is
    also spoken in the language of the visitor called, number and room only.
    `interpreter_languages`: into these somebody interprets, when asked `interpreter_days` working days ahead.
    `holiday_dates` are the days of
    `holidays`: added where a town is loaded to run, and no part of the set-up, so they are neither
    compared nor stored nor written.
    """

    id: str
    name: Texts
    address: str = ""
    phone: str = ""
    time_zone: str = "Europe/Berlin"
    call_mode: CallMode = CallMode.SCREEN
    fetch_hint: Texts = field(default_factory=dict)
    admission: Admission = Admission.BOTH
    admission_times: tuple[AdmissionTime, ...] = ()
    areas: tuple[Area, ...] = ()
    rooms: tuple[Room, ...] = ()
    counters: tuple[Counter, ...] = ()
    displays: tuple[Display, ...] = ()
    kiosks: tuple[Kiosk, ...] = ()
    always_open: bool = False
    opening: tuple[OpeningHours, ...] = ()
    closures: tuple[Closure, ...] = ()
    patience_factor: float = 3.0
    grace_min: int = 15
    number_style: NumberStyle = NumberStyle.DRAWN
    announce_languages: tuple[str, ...] = (GERMAN, "en")
    announce_own_language: bool = False
    way_min: int = 0
    no_show_after_s: int = 60
    min_on_screen_s: int = 30
    speech_rate: int = 150
    slip_header: tuple[Texts, ...] = ()
    slip_footer: tuple[Texts, ...] = ()
    slip_logo: bool = False
    check_in: CheckIn = CheckIn.REQUIRED
    required_fields: tuple[str, ...] = REQUIRED_FIELDS
    kiosk_fields: tuple[str, ...] = ()
    field_reasons: tuple[FieldReason, ...] = ()
    languages: tuple[str, ...] = ()
    holidays: str = ""
    bookable_from: date | None = None
    lead_min: int = 0
    walk_in_share: int = 0
    admission_notice: Texts = field(default_factory=dict)
    come_early_min: int = 10
    max_open_bookings: int = 3
    max_daily_bookings: int = 2
    email: str = ""
    challenge: Challenge = Challenge.OFF
    challenge_above: int = 30
    confirm_by_mail: bool = False
    confirm_within_min: int = 60
    reminder_default: int = USUAL_MIN
    sms: bool = False
    erase_days: int = 2
    staff_alarm: bool = True
    show_hit_rate: bool = False
    interpreter_languages: tuple[str, ...] = ()
    interpreter_days: int = 5
    open_figures: bool = False
    holiday_dates: tuple[Closure, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Department:
    """An office of the town at one or more sites. Appointments open `horizon_days` ahead."""

    id: str
    name: Texts
    site_ids: tuple[str, ...]
    phone: str = ""
    horizon_days: int = 42


@dataclass(frozen=True, slots=True)
class Category:
    """A heading under which visitors look for services."""

    id: str
    name: Texts


class Reply(StrEnum):
    """What a visitor says to a question about documents."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class DocumentIf:
    """A document that is needed only when the visitor answers `question` with `when`.

    The same question (its German words) may stand at many documents of many services: it is asked once.
    """

    document: Texts
    question: Texts
    when: Reply = Reply.YES


@dataclass(frozen=True, slots=True)
class Service:
    """What a visitor may come for.

    The first `included` units take `minutes` together, each further one `further_minutes`; one visitor
    may ask for at most `max_count`. `key` names the service in catalogues. `area_by_site` has a waiting
    area for every one of `site_ids`. `leika` is the key of the German catalogue of public services.
    `bookable_from` and `bookable_until` are the first and last day for which it can be booked. `named_clerk`:
    the visitor comes to one certain person; no skill but the service's own name makes somebody that one.
    `confirm_first`: who books it from outside asks for it, and the secretariat confirms, at the latest
    `confirm_hours_before` its start. `sensitive`: only the visitor and those who
    serve it read what it is (`services.wording.told_to_others`).
    """

    id: str
    key: str
    department_id: str
    category_id: str
    name: Texts
    minutes: int
    further_minutes: int = 0
    included: int = 1
    max_count: int = 1
    documents: tuple[Texts, ...] = ()
    admission: Admission = Admission.BOTH
    admission_times: tuple[AdmissionTime, ...] = ()
    channel: Channel = Channel.HERE
    link: str = ""
    site_ids: tuple[str, ...] = ()
    area_by_site: Mapping[str, str] = field(default_factory=dict)
    leika: str = ""
    bookable_from: date | None = None
    bookable_until: date | None = None
    named_clerk: bool = False
    confirm_first: bool = False
    confirm_hours_before: int = 0
    sensitive: bool = False
    combines: Combines = Combines.ANY
    documents_if: tuple[DocumentIf, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """Weekly local working time of a clerk at a site. `works_until` 00:00 is the end of that day.

    It holds from the local date `valid_from` to `valid_until`, both included; None is without end.
    """

    weekday: int
    works_from: time
    works_until: time
    site_id: str
    counter_id: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Local dates, both included, on which a clerk does not work whatever the roster says. Never why.

    With `since`, a local time, the clerk still works on the first day until then.
    """

    first: date
    last: date
    since: time | None = None

    def begins_on(self, on: date) -> int | None:
        """Return the minute of a local date from which the clerk is away; None when they are there."""
        if not self.first <= on <= self.last:
            return None
        return self.since.hour * 60 + self.since.minute if self.since and on == self.first else 0


@dataclass(frozen=True, slots=True)
class Clerk:
    """A person at a counter. `service_ids` are the skills; `("*",)` is every service of `site_ids`."""

    id: str
    name: str
    user: str
    service_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    roster: tuple[RosterEntry, ...] = ()
    absences: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Town:
    """An organisation with everything that is set up in it.

    `letter_texts` is what its administrators wrote into letters, by `kind.language` and field: no part of a
    town file, so no comparison of two set-ups sees it. Neither is `pictures`: id → what it shows.

    `report_email` gets the monthly sheet of figures, and `report_copies` with it (a field of its own: the
    version before knows one address, and goes on writing to that); all empty: nobody. `statement_…` is what
    the accessibility statement says of this town: to whom barriers are reported (empty: as the sites are
    reached), when and how the pages were assessed (None: never), what else is not accessible, the body for
    complaints (empty: that of the state whose public holidays the sites keep). `look_…` is how its pages
    look (`domain.look`): two colours (empty: ours), a type face, and the id of one of `pictures` as the
    logo; one that is not there is passed over.
    """

    id: str
    name: Texts
    languages: tuple[str, ...] = (GERMAN, "en")
    sites: tuple[Site, ...] = ()
    departments: tuple[Department, ...] = ()
    categories: tuple[Category, ...] = ()
    services: tuple[Service, ...] = ()
    clerks: tuple[Clerk, ...] = ()
    report_email: str = ""
    report_copies: tuple[str, ...] = ()
    statement_email: str = ""
    statement_phone: str = ""
    statement_assessed_on: date | None = None
    statement_method: Assessment = Assessment.SELF
    statement_gaps: Texts = field(default_factory=dict)
    statement_body: Texts = field(default_factory=dict)
    look_accent: str = ""
    look_second: str = ""
    look_face: Face = Face.HOUSE
    look_logo: str = ""
    letter_texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    pictures: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def report_to(self) -> tuple[str, ...]:
        """To whom the monthly sheet goes, each once."""
        return tuple(dict.fromkeys(one for one in (self.report_email, *self.report_copies) if one))

    @property
    def look(self) -> Look:
        return Look(self.look_accent, self.look_second, self.look_face)


def languages_at(town: Town, site: Site) -> tuple[str, ...]:
    """Return what visitors of a site may choose from; a language that the town has given up is none."""
    return tuple(one for one in site.languages if one in town.languages) or town.languages


class InGerman(str):
    """A town's text in German, for want of the language that was asked for: pages say so to who listens."""


def spoken_at(site: Site) -> tuple[str, ...]:
    """Return the languages in which a site calls: its own, and those of a display that has others."""
    of_displays = (language for display in site.displays for language in display.spoken)
    return tuple(dict.fromkeys((*site.announce_languages, *of_displays)))


def in_language(texts: Texts, language: str) -> str:
    """Return the text in `language`, else in German, else the empty text."""
    return texts.get(language) or InGerman(texts.get(GERMAN, ""))


def end_minute(end: time) -> int:
    """Return the minute of the day at which a stretch ends; 00:00 as an end is minute 1440."""
    return end.hour * 60 + end.minute or 24 * 60


def services_at(town: Town, site_id: str) -> Iterator[Service]:
    """Yield the services of a site in the order of the set-up, whatever their channel."""
    return (service for service in town.services if site_id in service.site_ids)


def skills_of(town: Town, clerk: Clerk) -> frozenset[str]:
    """Return the ids of the services that the clerk can do, with `*` spelt out: no talks with others."""
    if EVERY_SKILL not in clerk.service_ids:
        return frozenset(clerk.service_ids)
    return frozenset(
        service.id
        for site_id in clerk.site_ids
        for service in services_at(town, site_id)
        if not service.named_clerk or service.id in clerk.service_ids
    )


def department_of(town: Town, service: Service) -> Department:
    """Return the department that offers the service."""
    return next(one for one in town.departments if one.id == service.department_id)


def horizon_days(town: Town, service_ids: Collection[str]) -> int:
    """Return how many days ahead all of these services can be booked: the fewest of their departments."""
    return min(department_of(town, one).horizon_days for one in town.services if one.id in service_ids)
