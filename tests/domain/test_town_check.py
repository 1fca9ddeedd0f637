"""Every mistake in a set-up is found, at the right place, and a right set-up has none."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from queue_server.domain.admission import Admission, Stretch
from queue_server.domain.town import (
    Absence,
    Area,
    CallMode,
    Category,
    Challenge,
    Channel,
    Closure,
    Counter,
    Department,
    Display,
    DocumentIf,
    Kiosk,
    OpeningHours,
    Room,
    RosterEntry,
    Town,
)
from queue_server.domain.town_check import check
from queue_server.domain.town_problem import Code, Path, Problem, nearest
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

ZONES = frozenset({"Europe/Berlin", "Europe/London"})
STATES = frozenset({"BY", "SN"})

AUGUST, SEPTEMBER = date(2026, 8, 31), date(2026, 9, 1)

FOYER = Area("hall-foyer", {"de": "Foyer"})
DOOR_3 = Room("hall-room-3", "3", "hall-foyer")


def found(town: Town) -> list[tuple[Path, Code]]:
    return [(problem.path, problem.code) for problem in check(town, ZONES, STATES)]


def with_site(**changes: Any) -> Town:
    return a_town(sites=(a_site(**changes),))


def with_service(**changes: Any) -> Town:
    return a_town(services=(a_service(**changes),))


def with_clerk(**changes: Any) -> Town:
    return a_town(clerks=(a_clerk(**changes),))


def test_right_town_has_no_problem() -> None:
    assert found(a_town()) == []


SITE: Path = ("sites", 0)
SERVICE: Path = ("services", 0)

MISTAKES: list[tuple[Town, Path, Code]] = [
    (a_town(id="Große Stadt"), ("id",), Code.BAD_ID),
    (with_site(areas=(replace(FOYER, id="x" * 41),)), (*SITE, "areas", 0, "id"), Code.BAD_ID),
    (with_service(key="id card"), (*SERVICE, "key"), Code.BAD_ID),
    (with_clerk(user="Anna B."), ("clerks", 0, "user"), Code.BAD_USER),
    (a_town(languages=("de", "english")), ("languages", 1), Code.BAD_LANGUAGE),
    (a_town(languages=("en",)), ("languages",), Code.GERMAN_MISSING),
    (with_site(languages=("de", "fr")), (*SITE, "languages", 1), Code.UNKNOWN_LANGUAGE),
    (with_site(languages=("en",)), (*SITE, "languages"), Code.GERMAN_MISSING),
    (with_site(announce_languages=("de", "fr")), (*SITE, "announce_languages", 1), Code.UNKNOWN_LANGUAGE),
    (
        with_site(kiosks=(Kiosk("k", "K", "hall-foyer", languages=("uk",)),)),
        (*SITE, "kiosks", 0, "languages", 0),
        Code.UNKNOWN_LANGUAGE,
    ),
    (with_service(name={"en": "Passport"}), (*SERVICE, "name"), Code.GERMAN_MISSING),
    (with_service(documents=({"de": " "},)), (*SERVICE, "documents", 0), Code.GERMAN_MISSING),
    (
        with_service(documents_if=(DocumentIf({"de": "Foto"}, {"en": "New?"}),)),
        (*SERVICE, "documents_if", 0, "question"),
        Code.GERMAN_MISSING,
    ),
    (with_service(name={"de": "Pass", "english": "x"}), (*SERVICE, "name"), Code.BAD_LANGUAGE),
    (with_site(fetch_hint={"en": "Foyer"}), (*SITE, "fetch_hint"), Code.GERMAN_MISSING),
    (with_site(slip_footer=({"de": "\x1bm"},)), (*SITE, "slip_footer", 0, "de"), Code.CONTROL_CHARACTER),
    (with_site(rooms=(replace(DOOR_3, name="3\a"),)), (*SITE, "rooms", 0, "name"), Code.CONTROL_CHARACTER),
    (with_site(patience_factor=-1.0), (*SITE, "patience_factor"), Code.OUT_OF_RANGE),
    (with_site(patience_factor=float("nan")), (*SITE, "patience_factor"), Code.OUT_OF_RANGE),
    (with_site(areas=(replace(FOYER, limit=0),)), (*SITE, "areas", 0, "limit"), Code.OUT_OF_RANGE),
    (with_service(minutes=0), (*SERVICE, "minutes"), Code.OUT_OF_RANGE),
    (with_service(included=5), (*SERVICE, "included"), Code.INCLUDED_OVER_MAX),
    (with_service(link="javascript:alert(1)"), (*SERVICE, "link"), Code.BAD_LINK),
    (with_service(channel=Channel.ONLINE), (*SERVICE, "link"), Code.LINK_MISSING),
    (with_service(channel=Channel.ELSEWHERE), (*SERVICE, "link"), Code.LINK_MISSING),
    (
        with_site(kiosks=(Kiosk("k", "K", "hall-foyer", "lpt1"),)),
        (*SITE, "kiosks", 0, "printer"),
        Code.BAD_PRINTER,
    ),
    (with_site(time_zone="Europe/Berln"), (*SITE, "time_zone"), Code.UNKNOWN_TIME_ZONE),
    (
        with_site(rooms=(replace(DOOR_3, area_id="yard"),)),
        (*SITE, "rooms", 0, "area_id"),
        Code.UNKNOWN_REFERENCE,
    ),
    (
        with_site(counters=(Counter("hall-1", "1", "hall-room-9"),)),
        (*SITE, "counters", 0, "room_id"),
        Code.UNKNOWN_REFERENCE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer", "yard")),)),
        (*SITE, "displays", 0, "area_ids", 1),
        Code.UNKNOWN_REFERENCE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), ("pass",)),)),
        (*SITE, "displays", 0, "service_ids", 0),
        Code.UNKNOWN_REFERENCE,
    ),
    (with_site(kiosks=(Kiosk("k", "K", "yard"),)), (*SITE, "kiosks", 0, "area_id"), Code.UNKNOWN_REFERENCE),
    (with_service(department_id="tax"), (*SERVICE, "department_id"), Code.UNKNOWN_REFERENCE),
    (with_service(category_id="dogs"), (*SERVICE, "category_id"), Code.UNKNOWN_REFERENCE),
    (
        with_service(area_by_site={"hall": "yard"}),
        (*SERVICE, "area_by_site", "hall"),
        Code.UNKNOWN_REFERENCE,
    ),
    (with_service(area_by_site={}), (*SERVICE, "area_by_site"), Code.AREA_MISSING),
    (with_clerk(service_ids=("*", "pass")), ("clerks", 0, "service_ids", 1), Code.UNKNOWN_REFERENCE),
    (with_clerk(site_ids=("hall", "barn")), ("clerks", 0, "site_ids", 1), Code.UNKNOWN_REFERENCE),
    (
        with_clerk(roster=(RosterEntry(0, time(8), time(9), "barn"),)),
        ("clerks", 0, "roster", 0, "site_id"),
        Code.UNKNOWN_REFERENCE,
    ),
    (
        with_clerk(roster=(RosterEntry(0, time(8), time(9), "hall", "hall-9"),)),
        ("clerks", 0, "roster", 0, "counter_id"),
        Code.UNKNOWN_REFERENCE,
    ),
    (with_site(holidays="XX"), (*SITE, "holidays"), Code.UNKNOWN_STATE),
    (with_site(required_fields=("name", "iban")), (*SITE, "required_fields", 1), Code.UNKNOWN_REFERENCE),
    (with_site(required_fields=("name", "name")), (*SITE, "required_fields", 1), Code.DUPLICATE),
    (with_site(kiosk_fields=("fone",)), (*SITE, "kiosk_fields", 0), Code.UNKNOWN_REFERENCE),
    (with_site(kiosk_fields=("name", "name")), (*SITE, "kiosk_fields", 1), Code.DUPLICATE),
    (with_site(admission_notice={"en": "Ring"}), (*SITE, "admission_notice"), Code.GERMAN_MISSING),
    (with_site(walk_in_share=91), (*SITE, "walk_in_share"), Code.OUT_OF_RANGE),
    (with_site(lead_min=-1), (*SITE, "lead_min"), Code.OUT_OF_RANGE),
    (a_town(report_email="c"), ("report_email",), Code.BAD_EMAIL),
    (a_town(report_copies=("c@d.example", "e, f@d.example")), ("report_copies", 1), Code.BAD_EMAIL),
    (
        a_town(report_copies=tuple(f"c{n}@d.example" for n in range(21))),
        ("report_copies",),
        Code.OUT_OF_RANGE,
    ),
    (a_town(statement_email="c"), ("statement_email",), Code.BAD_EMAIL),
    (with_site(email="mailto:x"), (*SITE, "email"), Code.BAD_EMAIL),
    (with_site(email="a@b.de?cc=x"), (*SITE, "email"), Code.BAD_EMAIL),
    (with_site(challenge=Challenge.ON, phone="1"), (*SITE, "challenge"), Code.CHALLENGE_WITHOUT_WAYS),
    (with_site(confirm_within_min=4), (*SITE, "confirm_within_min"), Code.OUT_OF_RANGE),
    (with_site(reminder_default=120), (*SITE, "reminder_default"), Code.OUT_OF_RANGE),
    (with_site(interpreter_days=61), (*SITE, "interpreter_days"), Code.OUT_OF_RANGE),
    (with_site(interpreter_languages=("xx",)), (*SITE, "interpreter_languages", 0), Code.UNKNOWN_LANGUAGE),
    (with_site(erase_days=15), (*SITE, "erase_days"), Code.OUT_OF_RANGE),
    (with_site(challenge_above=0), (*SITE, "challenge_above"), Code.OUT_OF_RANGE),
    (with_site(max_open_bookings=-1), (*SITE, "max_open_bookings"), Code.OUT_OF_RANGE),
    (with_site(max_daily_bookings=1001), (*SITE, "max_daily_bookings"), Code.OUT_OF_RANGE),
    (with_site(come_early_min=121), (*SITE, "come_early_min"), Code.OUT_OF_RANGE),
    (
        with_service(bookable_from=SEPTEMBER, bookable_until=AUGUST),
        (*SERVICE, "bookable_until"),
        Code.DATES_BACKWARDS,
    ),
    (
        with_clerk(absences=(Absence(AUGUST, SEPTEMBER), Absence(SEPTEMBER, AUGUST))),
        ("clerks", 0, "absences", 1, "last"),
        Code.DATES_BACKWARDS,
    ),
    (
        with_clerk(roster=(RosterEntry(0, time(8), time(9), "hall", None, SEPTEMBER, AUGUST),)),
        ("clerks", 0, "roster", 0, "valid_until"),
        Code.DATES_BACKWARDS,
    ),
    (
        with_site(kiosks=(Kiosk("k", "K", "hall-foyer", screen_width_mm=47),)),
        (*SITE, "kiosks", 0, "screen_width_mm"),
        Code.OUT_OF_RANGE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), quiet_after_s=5),)),
        (*SITE, "displays", 0, "quiet_after_s"),
        Code.OUT_OF_RANGE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), min_on_screen_s=2),)),
        (*SITE, "displays", 0, "min_on_screen_s"),
        Code.OUT_OF_RANGE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), distance_m=4.0),)),
        (*SITE, "displays", 0, "diagonal_in"),
        Code.OUT_OF_RANGE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), soft_volume=0),)),
        (*SITE, "displays", 0, "soft_volume"),
        Code.OUT_OF_RANGE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), left_ids=("hall-room-9",)),)),
        (*SITE, "displays", 0, "left_ids", 0),
        Code.UNKNOWN_REFERENCE,
    ),
    (
        with_site(
            displays=(Display("d", "D", ("hall-foyer",), left_ids=("hall-room-1",), up_ids=("hall-room-1",)),)
        ),
        (*SITE, "displays", 0, "up_ids", 0),
        Code.DUPLICATE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), loud_hours=(Stretch(time(17), time(9)),)),)),
        (*SITE, "displays", 0, "loud_hours"),
        Code.HOURS_BACKWARDS,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), spoken=("pl",)),)),
        (*SITE, "displays", 0, "spoken", 0),
        Code.UNKNOWN_LANGUAGE,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), quiet_texts=({"en": "Hello"},)),)),
        (*SITE, "displays", 0, "quiet_texts", 0),
        Code.GERMAN_MISSING,
    ),
    (
        with_site(displays=(Display("d", "D", ("hall-foyer",), quiet_pictures=("0" * 32, "a.png")),)),
        (*SITE, "displays", 0, "quiet_pictures", 1),
        Code.BAD_PICTURE,
    ),
    (a_town(look_logo="a.png"), ("look_logo",), Code.BAD_PICTURE),
    (a_town(look_accent="green"), ("look_accent",), Code.BAD_COLOUR),
    (a_town(look_second="#0B6B3A"), ("look_second",), Code.BAD_COLOUR),
    (a_town(look_accent="#ffd500"), ("look_accent",), Code.LOW_CONTRAST),
    (a_town(look_second="#c8102e"), ("look_second",), Code.LOW_CONTRAST),
    (with_site(displays=(Display("d", "D", ()),)), (*SITE, "displays", 0), Code.DISPLAY_WITHOUT_AREA),
    (with_site(displays=()), (*SITE, "displays"), Code.SITE_WITHOUT_DISPLAY),
    (with_site(opening=()), (*SITE, "opening"), Code.SITE_NEVER_OPEN),
    (with_clerk(service_ids=()), SERVICE, Code.SERVICE_WITHOUT_CLERK),
    (
        with_site(closures=(Closure(date(2026, 12, 24)), Closure(date(2026, 12, 24)))),
        (*SITE, "closures", 1),
        Code.DUPLICATE_CLOSURE,
    ),
    (
        with_site(rooms=(Room("hall-room-1", "3", "hall-foyer"), DOOR_3)),
        (*SITE, "rooms", 1, "name"),
        Code.DUPLICATE,
    ),
    (a_town(services=(a_service(), a_service())), ("services", 1, "id"), Code.DUPLICATE),
    (a_town(clerks=(a_clerk(), a_clerk(id="other"))), ("clerks", 1, "user"), Code.DUPLICATE),
]


@pytest.mark.parametrize(
    ("town", "path", "code"), MISTAKES, ids=lambda one: str(one) if isinstance(one, Code) else ""
)
def test_mistake_is_found_at_its_place(town: Town, path: Path, code: Code) -> None:
    assert (path, code) in found(town)


def test_site_without_anything_lacks_area_and_counter() -> None:
    bare = with_site(areas=(), rooms=(), counters=(), displays=(), kiosks=())
    lacking = {((*SITE, "areas"), Code.SITE_WITHOUT_AREA), ((*SITE, "counters"), Code.SITE_WITHOUT_COUNTER)}
    assert lacking <= set(found(bare))


def test_phone_service_needs_the_number_of_its_department() -> None:
    town = with_service(channel=Channel.PHONE)
    assert found(town) == []
    silent = replace(town, departments=(Department("office", {"de": "Amt"}, ("hall",)),))
    assert found(silent) == [((*SERVICE, "channel"), Code.PHONE_MISSING)]


def test_service_done_elsewhere_needs_no_clerk() -> None:
    town = with_service(channel=Channel.ELSEWHERE, link="https://kreis.example/kfz")
    assert found(replace(town, clerks=(a_clerk(service_ids=()),))) == []


def test_clerk_of_another_site_does_not_count() -> None:
    both = {"hall": "hall-foyer", "annexe": "annexe-foyer"}
    town = a_town(
        sites=(a_site(), a_site("annexe")),
        services=(a_service(site_ids=("hall", "annexe"), area_by_site=both),),
    )
    (problem,) = check(town, ZONES, STATES)
    assert problem == Problem(SERVICE, Code.SERVICE_WITHOUT_CLERK, {"found": "id_card", "expected": "annexe"})


def test_fetch_site_needs_no_display() -> None:
    assert found(with_site(call_mode=CallMode.FETCH, displays=())) == []


def test_site_that_is_always_open_needs_no_hours() -> None:
    assert found(with_site(always_open=True, opening=())) == []


def test_same_id_of_an_area_and_its_display_is_fine() -> None:
    assert found(with_site(displays=(Display("hall-foyer", "D", ("hall-foyer",)),))) == []


def test_same_id_in_two_sites_is_a_duplicate() -> None:
    """Ids stand in addresses without the site, so they must differ over all sites."""
    annexe = a_site("annexe")
    annexe = replace(annexe, counters=(replace(annexe.counters[0], id="hall-1"),))
    town = a_town(sites=(a_site(), annexe))
    assert (("sites", 1, "counters", 0, "id"), Code.DUPLICATE) in found(town)


def test_unknown_reference_suggests_the_nearest() -> None:
    site = with_site(rooms=(Room("hall-room-1", "1", "hall-foyr"),))
    problem = next(one for one in check(site, ZONES, STATES) if one.code is Code.UNKNOWN_REFERENCE)
    assert problem.params == {"found": "hall-foyr", "expected": "hall-foyer", "suggestion": "hall-foyer"}


def test_swapped_letters_are_the_nearest() -> None:
    assert nearest("rathaus-ge", ["rathaus-og", "rathaus-eg"]) == "rathaus-eg"
    assert nearest("something else", ["rathaus-og"]) == ""


def test_time_zone_in_small_letters_is_recognised() -> None:
    (problem,) = check(with_site(time_zone="europe/berlin"), ZONES, STATES)
    assert problem.params["suggestion"] == "Europe/Berlin"


def test_empty_id_is_passed_over() -> None:
    """Whoever left it empty has reported it; a second report would only hide the first."""
    site = with_site(rooms=(Room("", "1", ""),), counters=())
    assert {code for _, code in found(site)} == {Code.SITE_WITHOUT_COUNTER, Code.UNKNOWN_REFERENCE}


def hours(*spans: tuple[int, str, str]) -> tuple[OpeningHours, ...]:
    return tuple(OpeningHours(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in spans)


def test_hours_that_touch_or_lie_on_other_days_are_fine() -> None:
    opening = hours(
        (0, "08:00", "12:00"), (0, "12:00", "16:00"), (1, "08:00", "16:00"), (6, "22:00", "00:00")
    )
    assert found(with_site(opening=opening)) == []


def test_hours_that_overlap_are_found_in_any_order() -> None:
    opening = hours((0, "11:59", "16:00"), (0, "08:00", "12:00"))
    (problem,) = check(with_site(opening=opening), ZONES, STATES)
    assert problem == Problem(
        (*SITE, "opening", 0), Code.HOURS_OVERLAP, {"found": "11:59-16:00", "expected": "08:00-12:00"}
    )


@pytest.mark.parametrize(("opens", "closes"), [("12:00", "12:00"), ("12:00", "08:00")])
def test_hours_that_end_before_they_begin_are_found(opens: str, closes: str) -> None:
    assert found(with_site(opening=hours((0, opens, closes)))) == [
        ((*SITE, "opening", 0), Code.HOURS_BACKWARDS)
    ]


def test_clerk_cannot_be_at_two_counters_at_once() -> None:
    roster = (RosterEntry(2, time(8), time(12), "hall"), RosterEntry(2, time(10), time(14), "hall", "hall-1"))
    assert found(with_clerk(roster=roster)) == [(("clerks", 0, "roster", 1), Code.HOURS_OVERLAP)]


def roster(*lines: tuple[str, str, date | None, date | None]) -> tuple[RosterEntry, ...]:
    """Monday hours with their validity."""
    return tuple(
        RosterEntry(0, time.fromisoformat(a), time.fromisoformat(b), "hall", None, first, last)
        for a, b, first, last in lines
    )


def test_the_same_hours_may_be_given_for_two_times_of_the_year() -> None:
    after = roster(("08:00", "16:00", None, AUGUST), ("08:00", "12:00", SEPTEMBER, None))
    assert found(with_clerk(roster=after)) == []


def test_hours_that_overlap_on_one_day_of_both_validities_are_found() -> None:
    """The short one between them must not hide the first: neighbours alone are not enough."""
    lines = roster(
        ("08:00", "16:00", None, SEPTEMBER),
        ("09:00", "10:00", date(2030, 1, 1), None),
        ("12:00", "18:00", SEPTEMBER, None),
    )
    assert found(with_clerk(roster=lines)) == [(("clerks", 0, "roster", 2), Code.HOURS_OVERLAP)]


def test_one_day_and_equal_dates_are_no_mistake() -> None:
    town = a_town(
        services=(a_service(bookable_from=AUGUST, bookable_until=AUGUST),),
        clerks=(a_clerk(absences=(Absence(AUGUST, AUGUST),)),),
    )
    assert found(town) == []


def test_a_state_is_suggested_and_the_known_ones_are_told() -> None:
    (problem,) = check(with_site(holidays="sn"), ZONES, STATES)
    assert problem.params == {"found": "sn", "suggestion": "SN", "expected": "BY, SN"}


def test_every_code_is_found_by_some_test_above() -> None:
    elsewhere = {Code.SITE_WITHOUT_AREA, Code.SITE_WITHOUT_COUNTER, Code.PHONE_MISSING}
    elsewhere |= {Code.HOURS_BACKWARDS, Code.HOURS_OVERLAP}
    assert {code for _, _, code in MISTAKES} | elsewhere == set(Code)


def test_all_problems_are_found_at_once() -> None:
    town = a_town(
        id="?",
        sites=(a_site(time_zone="Mars", grace_min=999),),
        services=(a_service(minutes=0, admission=Admission.WALK_IN),),
        categories=(Category("ids", {}),),
    )
    assert {code for _, code in found(town)} == {
        Code.BAD_ID,
        Code.UNKNOWN_TIME_ZONE,
        Code.OUT_OF_RANGE,
        Code.GERMAN_MISSING,
    }


@pytest.mark.parametrize(("days", "codes"), [(30, []), (31, [Code.OUT_OF_RANGE])])
def test_an_interpreter_can_be_there_before_the_last_day_that_is_offered(
    days: int, codes: list[Code]
) -> None:
    """Six weeks ahead are thirty working days; where nobody interprets the number does not matter."""
    town = with_site(interpreter_languages=("tr",), interpreter_days=days)
    assert [code for _, code in found(town)] == codes
    assert found(with_site(interpreter_days=days)) == []
