"""Where people begin after signing in, and which ways lead on."""

from dataclasses import replace

import pytest

from queue_server.domain.access import ANYBODY, Role
from queue_server.web.places import first_page, places
from tests.web.askers import DEVICES, PEOPLE

STAFF = ("/counter", "/desk")


@pytest.mark.parametrize(
    ("role", "clerk_id", "path"),
    [
        (Role.ADMINISTRATOR, None, "/admin"),
        (Role.CLERK, "anna", "/counter"),
        (Role.LEAD, "anna", "/counter"),
        (Role.LEAD, None, "/department"),
        (Role.RECEPTION, None, "/desk"),
        (Role.AUDITOR, None, "/admin/log"),
    ],
)
def test_everybody_begins_where_they_may_work(role: Role, clerk_id: str | None, path: str) -> None:
    assert first_page(role, clerk_id) == path
    name = {("lead", True): "lead who is a clerk"}.get((role.value, clerk_id is not None), role.value)
    assert path in {way for way, _ in places(PEOPLE[name])}, "the first page is one of the ways"


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("administrator", {*STAFF, "/department", "/admin"}),
        ("administrator of the site", {*STAFF, "/department", "/admin"}),
        ("clerk", {"/counter", "/desk"}),
        ("deputy", {"/counter", "/desk", "/department"}),
        ("deputy until yesterday", {"/counter", "/desk"}),
        ("lead", {"/department"}),
        ("reception", {"/desk"}),
        ("auditor", {"/admin/log"}),
    ],
)
def test_a_way_is_shown_to_who_may_take_it(name: str, ways: set[str]) -> None:
    assert {path for path, _ in places(PEOPLE[name])} == ways


def test_devices_strangers_and_leads_of_nothing_are_shown_none() -> None:
    nobody = [ANYBODY, DEVICES["kiosk"], DEVICES["display"], replace(PEOPLE["lead"], leads=frozenset())]
    assert [places(actor) for actor in nobody] == [[], [], [], []]
