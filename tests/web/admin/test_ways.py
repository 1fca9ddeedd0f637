"""The ways of the administration are there for who may go them, and each leads somewhere."""

import pytest

from queue_server.web.admin.ways import WAYS, way_here, ways_of
from queue_server.web.routes import PAGE_ROUTES
from queue_server.web.texts import STAFF_LANGUAGES, load_texts
from tests.web.askers import DEVICES, PEOPLE


def paths(name: str) -> set[str]:
    return {way.path for group in ways_of(PEOPLE[name]) for way in group.ways}


def test_each_way_leads_to_a_page_and_has_its_words() -> None:
    served = {route.path.replace("{what}", "area") for route in PAGE_ROUTES if "GET" in route.methods}
    known = served | {path.replace("area", what) for path in served for what in ("town",)}
    for way in WAYS:
        assert way.path in known or way.path.startswith("/admin/setup/"), way.path
    for texts in load_texts(STAFF_LANGUAGES).values():
        assert all(way.name in texts and f"admin.group_{way.group}" in texts for way in WAYS)


def test_everybody_is_shown_what_they_may_use() -> None:
    assert paths("administrator") == {way.path for way in WAYS}
    of_a_site = paths("administrator of the site")
    assert {"/admin", "/admin/log"} <= of_a_site
    assert of_a_site & {way.path for way in WAYS if way.of_town} == set()
    assert paths("auditor") == {"/admin/log"}
    watched = {f"/admin/{one}" for one in ("figures", "simulate", "durations", "estimates", "missing")}
    assert paths("lead") == {"/department", *watched}
    assert paths("clerk") == set()
    assert ways_of(DEVICES["kiosk"]) == []


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/admin", "/admin"),
        ("/admin/letters/booked/de", "/admin/letters"),
        ("/admin/elsewhere", "/admin"),
        ("/administration", ""),
    ],
)
def test_a_page_stands_under_the_longest_way_that_leads_to_it(path: str, way: str) -> None:
    assert way_here(path) == way
