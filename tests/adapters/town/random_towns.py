"""Towns at random, each without a problem, for hypothesis: any mix of what a set-up may say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any, Final

from hypothesis import strategies as st

from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.look import Face
from queue_server.domain.person_fields import PERSON_FIELDS, FieldReason
from queue_server.domain.reminding import CHOICES_MIN
from queue_server.domain.town import (
    EVERY_SKILL,
    Absence,
    Area,
    Assessment,
    CallMode,
    Category,
    Challenge,
    Channel,
    CheckIn,
    Chime,
    Clerk,
    Closure,
    Combines,
    Counter,
    Department,
    Display,
    DocumentIf,
    Kiosk,
    NumberStyle,
    OpeningHours,
    Reply,
    Room,
    RosterEntry,
    Service,
    Site,
    Texts,
    Town,
)
from queue_server.domain.town_values import SERVICE_RANGES, SITE_RANGES

Draw = Callable[[st.SearchStrategy[Any]], Any]

WORDS: Final = st.sampled_from(
    ["Rathaus", 'Amt "West"', "[x] = # 1", "Größe\\n", "a\nb", "-", "=1+1", "日本", "ja\u2028nein", '"""']
)
DAYS: Final = st.dates(date(2026, 1, 1), date(2028, 12, 31))
MORNING: Final = (time(0), time(8), time(9, 5))
EVENING: Final = (time(12), time(17, 55), time(0))
TEXTS: Final = st.builds(
    lambda german, other: {"de": german, **other},
    WORDS,
    st.dictionaries(st.sampled_from(["en", "fr"]), WORDS),
)
NO_TEXTS: Final[Texts] = {}


def some(of: Any, most: int = 3) -> st.SearchStrategy[Any]:
    """Return a few different ones of a list, in any order; perhaps none."""
    return st.lists(st.sampled_from(list(of)), unique=True, max_size=most).map(tuple) if of else st.just(())


@st.composite
def towns(draw: Draw) -> Town:
    """Return a town that `town_check` finds no fault with."""
    languages = ("de", *draw(st.permutations(["en", "fr"])))[: draw(st.integers(1, 3))]
    sites = tuple(draw(_sites(f"s{n}", languages)) for n in range(draw(st.integers(1, 2))))
    ids = [site.id for site in sites]
    departments = tuple(draw(_departments(f"d{n}", ids)) for n in range(draw(st.integers(1, 3))))
    categories = tuple(Category(f"c{n}", draw(TEXTS)) for n in range(draw(st.integers(1, 2))))
    services = tuple(
        draw(_services(f"k_{n}", departments, categories, sites)) for n in range(draw(st.integers(0, 5)))
    )
    keys = [service.id for service in services]
    sites = tuple(draw(_narrowed(site, keys)) for site in sites)
    extra = tuple(draw(_clerks(f"u{n}", sites, keys)) for n in range(draw(st.integers(0, 2))))
    able = Clerk("all", "Alle", "all", (EVERY_SKILL, *draw(some(keys, 2))), tuple(ids))
    able_too = Clerk("rest", "Rest", "rest", tuple(keys), tuple(ids))  # talks with a person need a name
    return Town(
        "t",
        draw(TEXTS),
        languages,
        sites,
        departments,
        categories,
        services,
        (*extra, able, able_too),
        report_email=draw(st.sampled_from(["", "r@b.org"])),
        report_copies=draw(st.sampled_from([(), ("s@b.org",), ("s@b.org", "t@b.org")])),
        statement_email=draw(st.sampled_from(["", "b@b.org"])),
        statement_phone=draw(st.sampled_from(["", "030 1"])),
        statement_assessed_on=draw(st.none() | DAYS),
        statement_method=draw(st.sampled_from(Assessment)),
        statement_gaps=draw(TEXTS | st.just(NO_TEXTS)),
        statement_body=draw(TEXTS | st.just(NO_TEXTS)),
        look_accent=draw(st.sampled_from(["", "#0b6b3a"])),
        look_second=draw(st.sampled_from(["", "#01502a"])),
        look_face=draw(st.sampled_from(Face)),
        look_logo=draw(st.sampled_from(["", "0" * 32])),
    )


@st.composite
def _sites(draw: Draw, id_: str, languages: tuple[str, ...]) -> Site:
    areas = tuple(_area(draw, f"{id_}-a{n}") for n in range(draw(st.integers(1, 3))))
    spots = st.sampled_from([area.id for area in areas])
    rooms = tuple(
        Room(f"{id_}-r{n}", f"{n} b", draw(spots), draw(st.sampled_from(["", "EG"])), draw(st.booleans()))
        for n in range(draw(st.integers(1, 2)))
    )
    counters = tuple(
        Counter(f"{id_}-{n}", f"T{n}", draw(st.sampled_from(rooms)).id)
        for n in range(draw(st.integers(1, 2)))
    )
    numbers = {
        name: draw(st.integers(int(low), int(high)))
        for name, (low, high) in SITE_RANGES.items()
        if name != "patience_factor" and draw(st.booleans())
    }
    challenge = draw(st.sampled_from(Challenge))
    return Site(
        id=id_,
        name=draw(TEXTS),
        address=draw(WORDS),
        phone="030 1",
        email="a@example.org" if challenge is not Challenge.OFF else draw(st.sampled_from(["", "b@b.org"])),
        time_zone=draw(st.sampled_from(["Europe/Berlin", "Europe/Busingen"])),
        call_mode=draw(st.sampled_from(CallMode)),
        fetch_hint=draw(TEXTS | st.just(NO_TEXTS)),
        admission=draw(st.sampled_from(Admission)),
        admission_times=draw(_times([id_])),
        areas=areas,
        rooms=rooms,
        counters=counters,
        displays=(
            Display(
                f"{id_}-tv",
                draw(WORDS),
                (draw(spots),),
                spoken=draw(st.just(()) | some(languages)),
                chime=draw(st.sampled_from(Chime)),
                min_on_screen_s=draw(st.sampled_from([0, 5, 600])),
                quiet_after_s=draw(st.integers(10, 3600)),
                quiet_texts=tuple(draw(st.lists(TEXTS, max_size=2))),
                distance_m=draw(st.sampled_from([0.0, 2.5, 8.0])),
                diagonal_in=draw(st.sampled_from([32.0, 55.0])),
                upright=draw(st.booleans()),
                **draw(st.sampled_from([{}, {"left_ids": (rooms[0].id,)}, {"up_ids": (rooms[0].id,)}])),
                loud_hours=draw(st.sampled_from([(), (Stretch(time(9), time(17)),)])),
                soft_volume=draw(st.integers(10, 100)),
                quiet_pictures=draw(st.sampled_from([(), ("0a" * 16,), ("f" * 32, "9" * 32)])),
            ),
        ),
        kiosks=tuple(
            Kiosk(
                f"{id_}-k{n}",
                draw(WORDS),
                draw(spots),
                languages=draw(some(languages)),
                screen_width_mm=draw(st.sampled_from([0, 150, 698])),
            )
            for n in range(draw(st.integers(0, 2)))
        ),
        always_open=draw(st.booleans()),
        opening=draw(_hours(OpeningHours, least=1)),
        closures=draw(st.lists(DAYS, unique=True, max_size=2).flatmap(_closures)),
        patience_factor=draw(st.floats(0, 20)),
        number_style=draw(st.sampled_from(NumberStyle)),
        announce_languages=draw(some(languages)),
        slip_header=draw(st.lists(TEXTS, max_size=2).map(tuple)),
        slip_footer=draw(st.lists(TEXTS, max_size=2).map(tuple)),
        slip_logo=draw(st.booleans()),
        check_in=draw(st.sampled_from(CheckIn)),
        required_fields=draw(some(PERSON_FIELDS)),
        kiosk_fields=draw(some(PERSON_FIELDS)),
        field_reasons=tuple(FieldReason(one, draw(TEXTS)) for one in draw(some(PERSON_FIELDS))),
        languages=draw(st.sampled_from([(), ("de",)])),
        holidays=draw(st.sampled_from(["", "SN"])),
        bookable_from=draw(st.none() | DAYS),
        admission_notice=draw(TEXTS | st.just(NO_TEXTS)),
        challenge=challenge,
        confirm_by_mail=draw(st.booleans()),
        reminder_default=draw(st.sampled_from([0, *CHOICES_MIN])),
        sms=draw(st.booleans()),
        staff_alarm=draw(st.booleans()),
        show_hit_rate=draw(st.booleans()),
        open_figures=draw(st.booleans()),
        **numbers,
    )


def _area(draw: Draw, id_: str) -> Area:
    return Area(id_, draw(TEXTS), draw(TEXTS | st.just(NO_TEXTS)), draw(st.none() | st.integers(1, 99)))


def _closures(days: list[date]) -> st.SearchStrategy[tuple[Closure, ...]]:
    return st.tuples(*(st.builds(Closure, st.just(day), TEXTS | st.just(NO_TEXTS)) for day in days))


def _hours(make: Callable[[int, time, time], Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    days = st.lists(st.integers(0, 6), unique=True, min_size=least, max_size=4).map(sorted)
    spans = st.tuples(st.sampled_from(MORNING), st.sampled_from(EVENING))
    return days.flatmap(
        lambda found: st.tuples(*(spans.map(lambda span, day=day: make(day, *span)) for day in found))  # type: ignore[misc]
    )


@st.composite
def _times(draw: Draw, site_ids: list[str]) -> tuple[AdmissionTime, ...]:
    found = []
    for _ in range(draw(st.integers(0, 2))):
        first, last = sorted((draw(DAYS), draw(DAYS)))
        found.append(
            AdmissionTime(
                draw(st.sampled_from(Admission)),
                draw(some(range(7))),
                draw(st.sampled_from([(), (Stretch(time(8), time(12)), Stretch(time(13), time(0)))])),
                draw(st.sampled_from([None, first])),
                draw(st.sampled_from([None, last])),
                draw(st.sampled_from([None, *site_ids])),
            )
        )
    return tuple(found)


@st.composite
def _departments(draw: Draw, id_: str, site_ids: list[str]) -> Department:
    days = draw(st.integers(1, 730))
    return Department(id_, draw(TEXTS), draw(some(site_ids)), "030 2", days)


@st.composite
def _services(
    draw: Draw, key: str, departments: tuple[Department, ...], categories: Any, sites: tuple[Site, ...]
) -> Service:
    at = draw(some([site.id for site in sites]))
    areas = {site.id: [area.id for area in site.areas] for site in sites}
    numbers = {
        name: draw(st.integers(int(low), int(high)))
        for name, (low, high) in SERVICE_RANGES.items()
        if name not in {"included", "max_count"}
    }
    most = draw(st.integers(1, 100))
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return Service(
        id=draw(st.sampled_from([key.replace("_", "-"), f"other-{key.replace('_', '-')}"])),
        key=key,
        department_id=draw(st.sampled_from(departments)).id,
        category_id=draw(st.sampled_from(categories)).id,
        name=draw(TEXTS),
        included=draw(st.integers(1, most)),
        max_count=most,
        documents=draw(st.lists(TEXTS, max_size=3).map(tuple)),
        documents_if=draw(
            st.lists(st.builds(DocumentIf, TEXTS, TEXTS, st.sampled_from(Reply)), max_size=2).map(tuple)
        ),
        admission=draw(st.sampled_from(Admission)),
        admission_times=draw(_times(list(at))),
        channel=draw(st.sampled_from(Channel)),
        link="https://town.example/a?b=c#d",
        site_ids=at,
        area_by_site={site_id: draw(st.sampled_from(areas[site_id])) for site_id in at},
        leika=draw(st.sampled_from(["", "99085001000000"])),
        bookable_from=draw(st.sampled_from([None, first])),
        bookable_until=draw(st.sampled_from([None, last])),
        named_clerk=draw(st.booleans()),
        confirm_first=draw(st.booleans()),
        sensitive=draw(st.booleans()),
        combines=draw(st.sampled_from(Combines)),
        **numbers,
    )


@st.composite
def _narrowed(draw: Draw, site: Site, service_ids: list[str]) -> Site:
    """Let the site's screen show the calls of some services only."""
    screen = site.displays[0]
    return replace(site, displays=(replace(screen, service_ids=draw(some(service_ids))),))


@st.composite
def _clerks(draw: Draw, user: str, sites: tuple[Site, ...], service_ids: list[str]) -> Clerk:
    at = draw(st.lists(st.sampled_from(sites), unique_by=lambda one: one.id, min_size=1, max_size=2))
    place = draw(st.sampled_from(at))
    counter = draw(st.sampled_from([None, *(one.id for one in place.counters)]))
    first, last = sorted((draw(DAYS), draw(DAYS)))
    span = draw(st.sampled_from([(None, None), (first, None), (None, last), (first, last)]))
    worked = draw(_hours(lambda day, begins, ends: (day, begins, ends)))
    roster = tuple(RosterEntry(d, begins, ends, place.id, counter, *span) for d, begins, ends in worked)
    absences = draw(st.sampled_from([(), (Absence(first, last, time(11)), Absence(last, last))]))
    skills = draw(some([EVERY_SKILL, *service_ids]))
    return Clerk(f"id-{user}", draw(WORDS), user, skills, tuple(one.id for one in at), roster, absences)
