"""Another town's set-up becomes this one's: whose name and id hold, and how ids are kept apart."""

import zoneinfo
from dataclasses import replace
from datetime import date

from queue_server.domain.taking_over import addresses, nameless, taken_addresses, taken_over
from queue_server.domain.town import Absence, Display
from queue_server.domain.town_check import check
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

OWN = a_town(id="ours", name={"de": "Unsere"}, letter_texts={"booked.de": {"subject": "x"}})


def test_the_towns_own_file_changes_its_name_and_keeps_its_letters() -> None:
    after = taken_over(a_town(id="ours", name={"de": "Neu"}), OWN)
    assert (after.id, after.name, after.letter_texts) == ("ours", {"de": "Neu"}, OWN.letter_texts)


def test_of_another_towns_file_id_and_name_are_not_taken_over() -> None:
    theirs = a_town(sites=(a_site("annexe"),))
    after = taken_over(theirs, OWN)
    assert (after.id, after.name, after.sites) == ("ours", OWN.name, theirs.sites)


def test_with_a_prefix_every_id_is_another_and_still_fits() -> None:
    screen = Display("tv", "TV", ("hall-foyer",), ("id-card",))
    clerks = (a_clerk(), a_clerk("bea", service_ids=("id-card",)))
    theirs = a_town(sites=(replace(a_site(), displays=(screen,)),), services=(a_service(),), clerks=clerks)
    after = taken_over(theirs, OWN, "gr-")
    assert list(check(after, zoneinfo.available_timezones(), ())) == []
    assert not addresses(after) & addresses(theirs)
    assert after.services[0].area_by_site == {"gr-hall": "gr-hall-foyer"}
    assert after.sites[0].displays[0].service_ids == ("gr-id-card",)
    assert [(one.id, one.user, one.service_ids) for one in after.clerks] == [
        ("gr-anna", "anna", ("*",)),
        ("gr-bea", "bea", ("gr-id-card",)),
    ]
    assert after.clerks[0].roster[0].counter_id == "gr-hall-1"


def test_what_another_town_has_already_is_told() -> None:
    other = a_town(id="other", sites=(a_site("elsewhere"),))
    assert taken_addresses(OWN, [OWN, other]) == [("clerk", "anna")]


def test_a_town_that_is_given_away_names_nobody_and_still_fits() -> None:
    away = (Absence(date(2026, 8, 3), date(2026, 8, 14)),)
    given = nameless(a_town(clerks=(a_clerk(absences=away), a_clerk("bea"))), "Person")
    assert [(one.id, one.user, one.name, one.absences) for one in given.clerks] == [
        ("person-1", "person-1", "Person 1", ()),
        ("person-2", "person-2", "Person 2", ()),
    ]
    assert list(check(given, zoneinfo.available_timezones(), ())) == []


def test_a_coat_of_arms_is_not_taken_over_from_another_town() -> None:
    theirs, ours = "a" * 32, "b" * 32
    own = replace(OWN, look_logo=ours)
    assert taken_over(a_town(look_logo=theirs), own).look_logo == ours
    assert taken_over(a_town(look_logo=theirs), OWN).look_logo == ""
    assert taken_over(a_town(id="ours", look_logo=theirs), own).look_logo == theirs
