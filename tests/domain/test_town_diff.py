"""What differs between two set-ups is told thing by thing."""

from dataclasses import replace
from datetime import date

from queue_server.domain.town import Absence, CallMode, Town
from queue_server.domain.town_diff import Change, diff
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town


def test_same_set_up_has_no_changes() -> None:
    assert diff(a_town(), a_town()) == []


def test_first_set_up_adds_everything() -> None:
    changes = diff(None, a_town())
    assert {change.kind for change in changes} == {"added"}
    assert [change.what for change in changes] == [
        "town",
        "site",
        "area",
        "room",
        "counter",
        "display",
        "kiosk",
        "department",
        "category",
        "service",
        "clerk",
    ]
    assert changes[3].after["name"] == "1"


def test_changed_field_shows_before_and_after_and_nothing_else() -> None:
    new = a_town(sites=(a_site(call_mode=CallMode.FETCH),))
    before, after = {"call_mode": CallMode.SCREEN}, {"call_mode": CallMode.FETCH}
    assert diff(a_town(), new) == [Change("changed", "site", "hall", before, after)]


def test_change_deep_inside_a_site_is_a_change_of_that_thing_alone() -> None:
    site = a_site()
    new = a_town(sites=(replace(site, rooms=(replace(site.rooms[0], floor="EG"),)),))
    assert diff(a_town(), new) == [Change("changed", "room", "hall-room-1", {"floor": ""}, {"floor": "EG"})]


def test_what_bookings_need_is_compared_too() -> None:
    away = (Absence(date(2026, 8, 3), date(2026, 8, 14)),)
    new = a_town(
        sites=(a_site(holidays="SN", walk_in_share=20),),
        services=(a_service(named_clerk=True),),
        clerks=(a_clerk(absences=away),),
    )
    assert diff(a_town(), new) == [
        Change(
            "changed",
            "site",
            "hall",
            {"holidays": "", "walk_in_share": 0},
            {"holidays": "SN", "walk_in_share": 20},
        ),
        Change("changed", "service", "id-card", {"named_clerk": False}, {"named_clerk": True}),
        Change("changed", "clerk", "anna", {"absences": ()}, {"absences": away}),
    ]


def test_what_comes_is_not_a_change_of_what_holds_it() -> None:
    (change,) = diff(a_town(), a_town(services=(a_service("passport"), a_service())))
    assert (change.kind, change.what, change.id) == ("added", "service", "passport")
    assert change.before == {}


def test_what_goes_comes_last_and_inner_things_before_outer_ones() -> None:
    """Whoever applies the changes in this order never removes something that is still referred to."""
    old = a_town(sites=(a_site(), a_site("annexe")))
    new = a_town(clerks=(a_clerk(), a_clerk("bernd")))
    assert [(change.kind, change.what, change.id) for change in diff(old, new)] == [
        ("added", "clerk", "bernd"),
        ("removed", "kiosk", "annexe-kiosk"),
        ("removed", "display", "annexe-display"),
        ("removed", "counter", "annexe-1"),
        ("removed", "room", "annexe-room-1"),
        ("removed", "area", "annexe-foyer"),
        ("removed", "site", "annexe"),
    ]


def test_new_order_is_a_change_of_what_holds_the_things() -> None:
    def ordered(*keys: str) -> Town:
        return a_town(services=tuple(map(a_service, keys)))

    (change,) = diff(ordered("id_card", "passport"), ordered("passport", "id_card"))
    assert (change.what, change.before, change.after) == (
        "town",
        {"services": ("id-card", "passport")},
        {"services": ("passport", "id-card")},
    )


def test_moving_a_room_to_another_site_says_so() -> None:
    """The room itself did not change, so it would be invisible without its site."""
    hall, annexe = a_site(), a_site("annexe")
    moved = hall.rooms[0]
    new = a_town(sites=(replace(hall, rooms=()), replace(annexe, rooms=(*annexe.rooms, moved))))
    changes = diff(a_town(sites=(hall, annexe)), new)
    assert [(change.kind, change.what, change.id) for change in changes] == [
        ("changed", "room", "hall-room-1")
    ]
    assert (changes[0].before, changes[0].after) == ({"site_id": "hall"}, {"site_id": "annexe"})
