"""Changes are done to a town that moved on: what fits is merged, what does not is told."""

from dataclasses import replace
from datetime import date, time

import pytest

from queue_server.domain.town import Area, Closure, Display, RosterEntry, Town
from queue_server.domain.town_diff import Change, diff
from queue_server.domain.town_edit import find, put, remove
from queue_server.domain.town_patch import Patched, inverse, patch
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

NEW_YEAR, MAY_DAY = Closure(date(2026, 1, 1)), Closure(date(2026, 5, 1))


def changes_to(new: Town) -> list[Change]:
    return diff(a_town(), new, exact=True)


def test_a_field_that_somebody_else_set_meanwhile_is_left_and_told() -> None:
    planned = changes_to(a_town(services=(a_service(minutes=20),)))
    moved_on = a_town(services=(a_service(minutes=25),))
    assert patch(moved_on, planned) == Patched(moved_on, tuple(planned))


def test_a_field_that_has_the_wished_value_already_is_no_trouble() -> None:
    planned = changes_to(a_town(services=(a_service(minutes=20),)))
    there = a_town(services=(a_service(minutes=20),))
    assert patch(there, planned) == Patched(there)


def test_what_two_people_add_to_one_list_is_merged() -> None:
    planned = changes_to(a_town(sites=(a_site(closures=(MAY_DAY,)),)))
    got = patch(a_town(sites=(a_site(closures=(NEW_YEAR,)),)), planned)
    assert got == Patched(a_town(sites=(a_site(closures=(NEW_YEAR, MAY_DAY)),)))


def test_a_line_that_is_gone_from_a_list_cannot_be_changed() -> None:
    (entry,) = a_clerk().roster
    planned = changes_to(a_town(clerks=(a_clerk(roster=(replace(entry, works_until=time(16)),)),)))
    other = a_town(clerks=(a_clerk(roster=(RosterEntry(4, time(8), time(12), "hall"),)),))
    assert patch(other, planned) == Patched(other, tuple(planned))


@pytest.mark.parametrize(
    ("theirs", "merged"),
    [
        ({"de": "Ausweis", "tr": "Kimlik"}, {"de": "Personalausweis", "tr": "Kimlik"}),
        ({"de": "Karte"}, None),
    ],
)
def test_texts_are_merged_by_language(theirs: dict[str, str], merged: dict[str, str] | None) -> None:
    old = a_town(services=(a_service(name={"de": "Ausweis"}),))
    planned = diff(old, a_town(services=(a_service(name={"de": "Personalausweis"}),)), exact=True)
    got = patch(put(old, "service", a_service(name=theirs)), planned)
    service = find(got.town, "service", "id-card")
    assert service is not None
    assert (service.name if got.fits else None) == merged


def test_a_removal_takes_what_was_edited_meanwhile_too() -> None:
    planned = changes_to(a_town(services=(a_service(), a_service("passport"))))
    town = patch(a_town(), planned).town
    edited = put(town, "service", a_service("passport", minutes=40))
    assert patch(edited, inverse(planned)) == Patched(a_town())


def test_a_thing_of_a_site_that_is_gone_cannot_be_added() -> None:
    yard = put(a_town(), "area", Area("yard", {"de": "Hof"}), "hall")
    planned = [one for one in changes_to(yard) if one.kind == "added"]
    nowhere = remove(a_town(), "site", "hall")
    assert patch(nowhere, planned).left == tuple(planned)
    assert patch(yard, planned).left == tuple(planned), "it is there already"


def test_a_thing_moves_to_another_site_and_back() -> None:
    old = a_town(sites=(a_site(), a_site("annex")))
    screen = Display("hall-display", "Bildschirm", ("annex-foyer",))
    new = put(remove(old, "display", "hall-display"), "display", screen, "annex")
    changes = diff(old, new, exact=True)
    assert patch(old, changes) == Patched(new)
    assert patch(new, inverse(changes)) == Patched(old)
    assert not patch(remove(old, "site", "annex"), changes).fits


def test_what_is_gone_already_is_told_unless_its_site_took_it_along() -> None:
    old = a_town(sites=(a_site(), a_site("annex")))
    planned = diff(old, a_town(), exact=True)
    assert patch(remove(old, "area", "annex-foyer"), planned) == Patched(a_town())
    (gone,) = [one for one in planned if one.what == "site"]
    assert patch(a_town(), planned).left == (gone,)
