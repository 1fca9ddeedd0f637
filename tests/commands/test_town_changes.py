"""How a difference between two set-ups reads."""

from dataclasses import replace
from datetime import date, time

from queue_server.adapters.town.file import sample_town
from queue_server.commands.town_changes import WIDTH, lines_of
from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.setup_words import worded
from queue_server.domain.town import Absence, Closure, OpeningHours, RosterEntry
from queue_server.domain.town_diff import Change, diff


def test_the_whole_sample_town_reads_in_few_short_lines() -> None:
    lines = list(lines_of(diff(None, sample_town())))
    assert any(line.startswith("+ 59 services: ") for line in lines)
    assert len(lines) < 40
    assert max(map(len, lines)) <= WIDTH


def test_nothing_changed_is_no_line() -> None:
    assert list(lines_of(diff(sample_town(), sample_town()))) == []


def test_a_change_names_before_and_after() -> None:
    town = sample_town()
    service = replace(town.services[0], minutes=99, admission=Admission.APPOINTMENT)
    changed = replace(town, services=(service, *town.services[1:]))
    lines = list(lines_of(diff(town, changed)))
    assert lines[0] == f"~ service {service.id}"
    assert f"    minutes: {town.services[0].minutes} -> 99" in lines


def test_of_a_list_only_what_comes_and_goes_is_named() -> None:
    monday, tuesday = (OpeningHours(day, time(8), time(12)) for day in (0, 1))
    late = OpeningHours(1, time(8), time(0))
    change = Change("changed", "site", "hall", {"opening": (monday, tuesday)}, {"opening": (monday, late)})
    assert list(lines_of([change])) == [
        "~ site hall",
        "    opening: no longer tue 08:00-12:00",
        "    opening: now also tue 08:00-24:00",
    ]


def test_a_new_order_is_told_as_before_and_after() -> None:
    change = Change("changed", "site", "hall", {"rooms": ("a", "b")}, {"rooms": ("b", "a")})
    assert list(lines_of([change])) == ["~ site hall", "    rooms: a, b -> b, a"]


def test_values_read_as_people_write_them() -> None:
    entry = RosterEntry(4, time(8), time(12, 30), "hall", "hall-1")
    assert worded(entry) == "fri 08:00-12:30 at hall hall-1"
    part_time = replace(entry, valid_from=date(2026, 9, 1), valid_until=date(2027, 2, 28))
    assert worded(part_time) == "fri 08:00-12:30 at hall hall-1 from 2026-09-01 until 2027-02-28"
    assert worded(Absence(date(2026, 8, 3), date(2026, 8, 14))) == "2026-08-03 to 2026-08-14"
    assert worded(date(2026, 9, 1)) == "2026-09-01"
    assert worded(True) == "yes"
    assert worded(None) == worded("") == worded(()) == "nothing"
    assert worded({"de": "Rathaus", "en": "Town Hall"}) == 'de Rathaus, en "Town Hall"'
    assert worded(Closure(date(2026, 12, 24), {"de": "Heiligabend"})) == "2026-12-24 de Heiligabend"
    assert worded(Admission.WALK_IN) == "walk_in"
    line = AdmissionTime(Admission.WALK_IN, (0, 3), (Stretch(time(8), time(12)),), site_id="hall")
    assert worded((line,)) == "mon,thu 08:00-12:00 at hall admits walk_in"
