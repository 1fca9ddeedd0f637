"""The steps of the first set-up as a browser without scripts walks them."""

import re
from typing import Any

from queue_server.domain.access import Role
from queue_server.domain.town import CallMode
from queue_server.web.first_run.desk import ACCOUNT
from tests.web.first_run.conftest import PASSWORD, TYPED, NewServer
from tests.web.forms import Visitor


async def test_the_link_leads_through_seven_steps_to_a_town(new_server: NewServer) -> None:
    """Issue 6: administrator, town, hours, rooms, services, people, and everything at once."""
    visitor = await new_server.walk()
    house = new_server.town.house
    assert house.directory.sites == {}
    assert "Neustadt" in visitor.words
    assert "Petra Müller (Benutzername mueller)" in visitor.words

    await visitor.press("act", "make")

    assert visitor.page.url.path == "/admin/first-steps"
    (town, site) = house.directory.sites["rathaus"]
    assert (town.id, town.name, site.holidays) == ("neustadt", {"de": "Neustadt"}, "SN")
    assert [clerk.user for clerk in town.clerks] == ["mueller"]
    found = await house.read(lambda conn: house.accounts.find_account(conn, "anna"))
    assert (found.role, found.must_change) == (Role.ADMINISTRATOR, False)
    clerk = await house.read(lambda conn: house.accounts.find_account(conn, "mueller"))
    assert (clerk.role, clerk.must_change, clerk.site_id) == (Role.CLERK, True, "rathaus")


async def test_the_town_serves_at_once_and_the_link_says_that_it_is_done(new_server: NewServer) -> None:
    client = new_server.town.client
    assert (await client.get("/termin")).status_code == 503
    visitor = await new_server.at("summary")
    await visitor.press("act", "make")
    assert (await client.get("/termin")).status_code == 200
    for path in (new_server.link, f"{new_server.link}/town"):
        answer = await client.get(path)
        assert answer.status_code == 410
        assert "abgeschlossen" in answer.text


async def test_what_was_made_is_written_down(new_server: NewServer) -> None:
    visitor = await new_server.at("summary")
    await visitor.press("act", "make")
    await visitor.open("/admin/log")
    assert visitor.words.count("anna") >= 3
    assert PASSWORD not in visitor.words


async def test_one_time_passwords_are_shown_until_changed_and_to_their_town_alone(
    new_server: NewServer,
) -> None:
    visitor = await new_server.at("summary")
    await visitor.press("act", "make")
    house, now = new_server.town.house, new_server.town.clock()
    (shown,) = house.first_run.to_show("neustadt", now)
    assert shown.password in visitor.words
    await visitor.open("/admin")
    assert "1 Einmalkennwort ist noch nicht weitergegeben." in visitor.words
    assert "2 Bildschirme und Terminals sind noch nicht gekoppelt." in visitor.words
    await visitor.follow("Noch offen: die ersten Schritte")
    assert house.first_run.to_show("altstadt", now) == ()
    house.first_run.noted("altstadt")
    assert house.first_run.to_show("neustadt", now) == (shown,)

    clerk = await house.read(lambda conn: house.accounts.find_account(conn, "mueller"))
    await house.write(lambda conn: house.accounts.set_password(conn, clerk.id, "another", now))
    assert shown.password not in (await visitor.open("/admin/first-steps")).words


async def test_until_then_everything_else_says_where_to_begin(new_server: NewServer) -> None:
    client = new_server.town.client
    for path in ("/", "/termin", "/counter", "/sign-in", "/admin", "/pair"):
        answer = await client.get(path)
        assert answer.status_code == 503, path
        assert "Link" in answer.text
    assert (await client.get("/api/v1/sites")).json()["error"]["code"] == "not_set_up"
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/static/tokens.css")).status_code == 200


async def test_a_wrong_link_opens_nothing(new_server: NewServer) -> None:
    for path in ("/first-run/wrong", "/first-run/wrong/town"):
        assert (await new_server.town.client.get(path)).status_code == 404
    assert (await new_server.town.client.post("/first-run/wrong/town")).status_code == 404


async def test_a_link_ends_after_a_day(new_server: NewServer) -> None:
    new_server.town.clock.forward(hours=23, minutes=59)
    await new_server.visitor()
    new_server.town.clock.forward(minutes=1)
    answer = await new_server.town.client.get(new_server.link)
    assert answer.status_code == 410
    assert "Starten Sie den Server neu" in answer.text


async def test_a_form_of_a_foreign_page_is_refused(new_server: NewServer) -> None:
    answer = await new_server.town.client.post(f"{new_server.link}/account", data={"user": "eve"})
    assert answer.status_code == 403


async def test_pages_with_the_secret_are_not_stored(new_server: NewServer) -> None:
    answer = await new_server.town.client.get(f"{new_server.link}/account")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_back_keeps_what_was_typed_and_so_does_a_reload(new_server: NewServer) -> None:
    visitor = await new_server.at("rooms")
    await visitor.press("act", "back", name__rathaus="Altes Rathaus", screen__rathaus=[])
    assert visitor.page.url.path.endswith("hours")
    await visitor.press("act", "next")
    assert visitor.value("name-rathaus") == "Altes Rathaus"
    assert "ohne" not in visitor.words.partition("Terminal")[0]
    again = await Visitor(new_server.town).open(f"{new_server.link}/rooms")
    assert again.value("name-rathaus") == "Altes Rathaus"
    assert re.search(r'name="screen-rathaus" value="1">', again.page.text)


async def test_a_step_waits_for_those_before_it(new_server: NewServer) -> None:
    visitor = await new_server.at("town")
    await visitor.open(f"{new_server.link}/summary")
    assert visitor.page.url.path.endswith("town")


MISTAKES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("account", {"user": "", "password": PASSWORD}, "user"),
    ("account", {"user": "Frau Müller", "password": PASSWORD}, "user"),
    ("account", {"user": "anna", "password": ""}, "password"),
    ("account", {"user": "anna", "password": "kurz"}, "password"),
    ("account", {"user": "anna", "password": "anna anna anna"}, "password"),
    ("town", {"name": "", "state": "SN"}, "name"),
    ("town", {"name": "Neustadt", "state": ""}, "state"),
    ("town", {"name": "Neustadt", "state": "SN", "id": "Neu Stadt"}, "id"),
    ("hours", {"h__rathaus__1": "vormittags"}, "h-rathaus-1"),
    ("hours", {"h__rathaus__1": "12-8"}, "h-rathaus-1"),
    ("hours", {f"h__rathaus__{day}": "" for day in range(7)}, "h-rathaus-0"),
    ("hours", {"h__rathaus__1": "8-12:07"}, "h-rathaus-1"),
    ("hours", {"h__rathaus__1": "8-12, 11-14"}, "h-rathaus-1"),
    ("rooms", {"room__rathaus": ["", ""], "counter__rathaus": ["", ""]}, "room-rathaus-0"),
    ("rooms", {"counter__rathaus": ["1", "1"]}, "room-rathaus-1"),
    ("rooms", {"name__rathaus": ""}, "name-rathaus"),
    ("services", {"service": []}, "q"),
    ("services", {"minutes__id_card": "0"}, "minutes-id_card"),
    ("services", {"own": "Gelbe Säcke", "own_minutes": "viele"}, "own-0"),
    ("services", {"own": "personalausweis BEANTRAGEN"}, "own-0"),
    ("people", {"person": ""}, "person-0"),
    ("people", {"person": "Petra Müller", "user": "anna"}, "user-0"),
)


async def test_a_mistake_stands_at_its_field_and_loses_nothing(new_server: NewServer) -> None:
    for step, typed, field in MISTAKES:
        visitor = await new_server.at(step)
        if step == ACCOUNT:
            new_server.town.house.first_run.draft.password_hash = ""
        await visitor.press("act", "next", 422, **typed)
        for part in (f'href="#{field}"', f'id="{field}-error"', f'id="{field}"'):
            assert part in visitor.page.text, (step, typed)
        assert PASSWORD not in visitor.page.text


async def test_mondays_hours_serve_the_whole_week(new_server: NewServer) -> None:
    visitor = await new_server.at("hours")
    await visitor.press("act", "same-rathaus", h__rathaus__0="8–12.30 und 14 bis 18 Uhr")
    assert [visitor.value(f"h-rathaus-{day}") for day in range(7)] == [
        *["08:00-12:30, 14:00-18:00"] * 5,
        *["", ""],
    ]


async def test_hours_are_shown_as_they_were_understood(new_server: NewServer) -> None:
    visitor = await new_server.at("hours")
    typed = {"h__rathaus__1": "9 Uhr bis 12 Uhr 30", "h__rathaus__2": "zu", "h__rathaus__3": "vormittags"}
    await visitor.press("act", "next", 422, **typed)
    assert [visitor.value(f"h-rathaus-{day}") for day in (1, 2, 3)] == ["09:00-12:30", "", "vormittags"]


async def test_a_page_from_before_overwrites_nothing_and_loses_nothing(new_server: NewServer) -> None:
    visitor = await new_server.at("rooms")
    other = await Visitor(new_server.town).open(f"{new_server.link}/rooms")
    await visitor.press("act", "next", name__rathaus="Altes Rathaus")
    await other.press("act", "next", 409, name__rathaus="Neues Rathaus", screen__rathaus=[])
    assert "In einem anderen Fenster" in other.words
    assert other.value("name-rathaus") == "Neues Rathaus"
    assert re.search(r'name="screen-rathaus" value="1">', other.page.text)
    await visitor.open(f"{new_server.link}/rooms")
    assert visitor.value("name-rathaus") == "Altes Rathaus"
    await other.press("act", "next")
    await visitor.open(f"{new_server.link}/rooms")
    assert visitor.value("name-rathaus") == "Neues Rathaus"


async def test_the_same_press_twice_is_one(new_server: NewServer) -> None:
    visitor = await new_server.at("rooms")
    other = await Visitor(new_server.town).open(f"{new_server.link}/rooms")
    await visitor.press("act", "next", name__rathaus="Altes Rathaus")
    await other.press("act", "next", name__rathaus="Altes Rathaus")
    assert other.page.url.path.endswith("services")


async def test_a_page_of_another_template_empties_no_rooms(new_server: NewServer) -> None:
    visitor = await new_server.at("rooms")
    stale = await Visitor(new_server.town).open(f"{new_server.link}/rooms")
    await visitor.press("act", "to-town")
    await visitor.press("act", "next", template="two-sites")
    await stale.press("act", "next", 409, name__rathaus="Altes Rathaus")
    sites = re.findall(r'name="name-([^"]+)" type="text" value="([^"]*)"', stale.page.text)
    assert len(sites) == 2
    assert ("rathaus", "Altes Rathaus") in sites
    assert all(re.search(rf'name="room-{site}" value="[^"]', stale.page.text) for site, _ in sites)


async def test_only_what_was_looked_at_is_made(new_server: NewServer) -> None:
    visitor = await new_server.at("summary")
    other = await Visitor(new_server.town).open(f"{new_server.link}/hours")
    await other.press("act", "next", h__rathaus__5="9-12")
    await visitor.press("act", "make", 409)
    assert "09:00-12:00" in visitor.words
    await visitor.press("act", "make")


async def test_enter_searches_where_there_is_a_search(new_server: NewServer) -> None:
    """A browser presses the first button of a form for Enter."""
    for step, act in (("rooms", "next"), ("services", "find")):
        visitor = await new_server.at(step)
        first = re.search(r'<button[^>]* form="step" name="act" value="(\w+)"', visitor.page.text)
        assert first
        assert first[1] == act


async def test_colleagues_with_one_surname_get_user_names_of_their_own(new_server: NewServer) -> None:
    visitor = await new_server.at("people")
    names = ["Petra Müller", "Paul Müller", "Pia Müller", "Eva Anna", "Ли"]
    await visitor.press("act", "next", person=names, user=[""] * 5, site=["rathaus"] * 5)
    for user in ("mueller", "p.mueller", "pia.mueller", "e.anna", "person"):
        assert f"(Benutzername {user})" in visitor.words


async def test_states_stand_by_their_names(new_server: NewServer) -> None:
    visitor = await new_server.at("town")
    states = re.findall(r'<option value="\w+">([^<]+)', visitor.page.text)
    assert states == sorted(states)
    assert states[0] == "Baden-Württemberg"


async def test_a_search_shows_a_part_and_forgets_nothing(new_server: NewServer) -> None:
    visitor = await new_server.at("services")
    await visitor.press("act", "find", q="führ", minutes__id_card="22")
    assert "Personalausweis beantragen" not in visitor.words
    await visitor.press("act", "find", q="", service=["driving_licence_exchange"])
    assert visitor.value("minutes-id_card") == "22"
    checked = re.findall(r'name="service" value="(\w+)" checked', visitor.page.text)
    assert {"id_card", "driving_licence_exchange"} <= set(checked)


async def test_a_service_of_ones_own_begins_with_ten_minutes(new_server: NewServer) -> None:
    visitor = await new_server.at("services")
    assert visitor.value("own_minutes") == "10"
    await visitor.press("act", "next", own="Gelbe Säcke")
    await visitor.press("act", "next", **TYPED["people"])
    await visitor.press("act", "make")
    (town, _) = new_server.town.house.directory.sites["rathaus"]
    own = town.services[-1]
    assert (own.id, own.name, own.minutes) == ("gelbe-saecke", {"de": "Gelbe Säcke"}, 10)


async def test_without_a_screen_visitors_are_fetched(new_server: NewServer) -> None:
    visitor = await new_server.at("rooms")
    await visitor.press("act", "next", screen__rathaus=[], kiosk__rathaus=[])
    await visitor.press("act", "next")
    await visitor.press("act", "next", **TYPED["people"])
    await visitor.press("act", "make")
    (_, site) = new_server.town.house.directory.sites["rathaus"]
    assert (site.call_mode, site.displays, site.kiosks) == (CallMode.FETCH, (), ())


async def test_another_template_begins_the_later_steps_anew(new_server: NewServer) -> None:
    visitor = await new_server.at("people")
    await visitor.press("act", "to-town")
    assert "beginnt Zeiten, Räume" in visitor.words
    await visitor.press("act", "next", template="two-sites")
    assert visitor.page.url.path.endswith("hours")
    assert "Bürgerzentrum" in visitor.words


async def test_english_is_spoken_to_who_prefers_it(new_server: NewServer) -> None:
    new_server.town.client.headers["accept-language"] = "en"
    visitor = await new_server.visitor()
    assert "Step 1 of 7" in visitor.words
    await visitor.follow("Deutsch")
    assert "Schritt 1 von 7" in visitor.words


async def test_two_presses_make_one_town(new_server: NewServer) -> None:
    visitor = await new_server.at("summary")
    other = await Visitor(new_server.town).open(f"{new_server.link}/summary")
    await visitor.press("act", "make")
    await other.press("act", "make", 410)
    assert len(new_server.town.house.directory.sites) == 1
