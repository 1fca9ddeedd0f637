"""Services and clerks: from the catalogue or new, with who does it; rosters, absences, an account."""

import re
from datetime import date, time
from typing import Any

import pytest

from queue_server.domain.access import Actor, Role
from queue_server.domain.admission import Admission, AdmissionTime
from queue_server.domain.town import Absence, Channel, RosterEntry
from tests.web.admin.setup import found, read, send, settings
from tests.web.admin.test_page_accounts import press
from tests.web.admin.test_page_setup import audited
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import words

SERVICES, CLERKS = "/admin/setup/service", "/admin/setup/clerk"
NEW = {"name__de": "Fundrad abholen", "name__en": "Collect a bicycle", "department_id": "buergerbuero"}


def names(page: str) -> set[str]:
    return set(re.findall(r'class="strong" href="[^"]*/([\w-]+)">', page))


async def test_services_are_filtered_by_department_category_and_channel(town: Town) -> None:
    every = settings(town).services
    for query, wanted in (
        ("department_id=standesamt", {one.id for one in every if one.department_id == "standesamt"}),
        ("category_id=ids", {one.id for one in every if one.category_id == "ids"}),
        ("channel=phone", {one.id for one in every if one.channel is Channel.PHONE}),
        ("category_id=ids&q=xyz", set()),
        ("q=id-card-child", {"id-card-child"}),
    ):
        assert names(await read(town, f"{SERVICES}?{query}")) == wanted, query


async def test_a_new_service_starts_with_ten_minutes_and_says_who_does_it(town: Town) -> None:
    page = await read(town, f"{SERVICES}/_new")
    assert re.search(r'name="minutes" value="10"', page)
    wish: Any = {**NEW, "category_id": "ids", "site_ids": ["rathaus"]}
    refused = await send(town, f"{SERVICES}/_new", **wish, documents__de="Ausweis\nQuittung")
    assert refused.status_code == 422
    assert "#f-clerk_ids" in refused.text, "nobody can do it: told where it is put right"
    assert "Quittung" in refused.text
    made = await send(town, f"{SERVICES}/_new", **wish, clerk_ids=["anna"], documents__de="Ausweis\nQuittung")
    assert made.status_code == 303, words(made.text)
    service = found(town, "service", "fundrad-abholen")
    assert (service.minutes, service.key) == (10, "fundrad_abholen")
    assert [one["de"] for one in service.documents] == ["Ausweis", "Quittung"]
    assert service.area_by_site == {"rathaus": settings(town).sites[0].areas[0].id}
    assert "fundrad-abholen" in found(town, "clerk", "anna").service_ids
    told = [(line["act"], line["kind"], line["ref"]) for line in await audited(town)]
    assert ("setting_added", "service", "fundrad-abholen") in told
    assert ("setting_changed", "clerk", "anna") in told
    gone = await send(town, f"{SERVICES}/fundrad-abholen/remove")
    assert gone.status_code == 303
    assert found(town, "service", "fundrad-abholen") is None
    assert "fundrad-abholen" not in found(town, "clerk", "anna").service_ids


async def test_a_question_that_exists_is_offered_and_brings_its_translations(town: Town) -> None:
    """Equal German words are one question; a second spelling of it would be asked twice."""
    plain = next(one for one in settings(town).services if not one.documents_if)
    asked = next(one.question for service in settings(town).services for one in service.documents_if)
    at = f"{SERVICES}/{plain.id}"
    page = await read(town, at)
    assert f'<option value="{asked["de"]}">' in page
    assert 'list="l-documents_if.0.question.de"' in page
    typed: dict[str, Any] = {"document__de": "Vollmacht", "question__de": asked["de"], "when": "yes"}
    answer = await send(town, at, **{f"documents_if__0__{name}": text for name, text in typed.items()})
    assert answer.status_code == 303, words(answer.text)
    [row] = found(town, "service", plain.id).documents_if
    assert (row.document, row.question) == ({"de": "Vollmacht"}, asked)
    again = {**typed, **{f"question__{language}": "" for language in asked if language != "de"}}
    answer = await send(town, at, **{f"documents_if__0__{name}": text for name, text in again.items()})
    assert answer.status_code == 303, words(answer.text)
    [row] = found(town, "service", plain.id).documents_if
    assert row.question == {"de": asked["de"]}, "cleared translations stay away"


def _offered(page: str) -> list[str]:
    return re.findall(r"_new\?from=(\w+)", page)


async def test_a_service_is_taken_from_the_catalogue_with_its_documents_and_heading(town: Town) -> None:
    gone = await send(town, f"{SERVICES}/id-card/remove")
    assert gone.status_code == 303, words(gone.text)
    key = "id_card"
    assert key in _offered(await read(town, "/admin/setup/service/_catalogue"))
    assert key in _offered(await read(town, "/admin/setup/service/_catalogue?q=PERSONALausweis"))
    assert _offered(await read(town, "/admin/setup/service/_catalogue?q=zzzz")) == []
    path = f"{SERVICES}/_new?from={key}"
    wish: Any = {
        "department_id": "buergerbuero",
        "site_ids": ["rathaus"],
        "clerk_ids": ["anna"],
    }
    made = await send(town, path, **wish, minutes="25")
    assert made.status_code == 303, words(made.text)
    service = next(one for one in settings(town).services if one.key == key)
    assert service.minutes == 25
    assert service.category_id in {one.id for one in settings(town).categories}
    assert len(service.documents) > 1
    assert key not in _offered(await read(town, "/admin/setup/service/_catalogue"))
    again = await town.client.get(path, headers=town.headers("administrator"))
    assert again.status_code == 404


async def test_ways_times_and_rules_of_a_service_are_kept(town: Town) -> None:
    path = f"{SERVICES}/id-card"
    answer = await send(
        town,
        path,
        bookable_from="2026-04-01",
        admission="both",
        admission_times__count="1",
        admission_times__0__admits="walk_in",
        admission_times__0__weekdays=["2"],
        admission_times__0__hours="",
        admission_times__0__site_id="rathaus",
    )
    assert answer.status_code == 303, words(answer.text)
    service = found(town, "service", "id-card")
    assert service.bookable_from == date(2026, 4, 1)
    assert service.admission_times == (AdmissionTime(Admission.WALK_IN, (2,), site_id="rathaus"),)
    answer = await send(town, path, confirm_first="on", confirm_hours_before="24")
    assert answer.status_code == 303, words(answer.text)
    assert found(town, "service", "id-card").confirm_hours_before == 24
    wrong = await send(town, path, channel="online", link="")
    assert (wrong.status_code, "#f-link" in wrong.text) == (422, True)


async def test_areas_follow_the_sites_that_are_ticked(town: Town) -> None:
    path = f"{SERVICES}/id-card"
    both = found(town, "service", "id-card").area_by_site
    assert set(both) == {"rathaus", THERE}
    page = await read(town, path)
    choice = re.search(rf'name="area_by_site.{THERE}".*?</select>', page, re.DOTALL)
    assert choice
    assert "rathaus-eg" not in choice[0], "areas of the site itself alone"
    assert (await send(town, path, site_ids=["rathaus"])).status_code == 303
    assert set(found(town, "service", "id-card").area_by_site) == {"rathaus"}


async def test_a_clerk_is_added_with_skills_and_an_account_is_proposed(town: Town) -> None:
    page = await read(town, f"{CLERKS}/_new")
    headings = re.findall(r'form__heading">([^<]+)<', page)
    assert headings == [one.name["de"] for one in settings(town).departments if _has(town, one.id)]
    wish: Any = {"name": "Zoe Zander", "user": "zoe", "site_ids": ["rathaus"], "service_ids": ["id-card"]}
    made = await send(town, f"{CLERKS}/_new", **wish)
    assert made.status_code == 303, words(made.text)
    page = await read(town, made.headers["location"])
    way = re.search(r'href="(/admin/accounts/new\?user=zoe[^"]*)"', page)
    assert way, "the account is proposed"
    assert "Kein eigener Kalender" in page
    assert ("[calendars.zoe]" in page, "connections.toml" in page) == (True, True), "what to write, and where"
    assert (await press(town, "/admin/accounts/new", user="zoe", role="clerk")).status_code == 200
    assert "Meldet sich an als zoe." in await read(town, f"{CLERKS}/zoe-zander")


def _has(town: Town, department_id: str) -> bool:
    return any(one.department_id == department_id for one in settings(town).services)


async def test_a_part_time_roster_and_absences_are_typed_in_rows(town: Town) -> None:
    answer = await send(
        town,
        f"{CLERKS}/bernd",
        roster__count="3",
        roster__0__weekday="0",
        roster__0__hours="8-12",
        roster__0__place="rathaus",
        roster__0__valid_from="2026-01-01",
        roster__0__valid_until="2026-06-30",
        roster__1__weekday="3",
        roster__1__hours="13:00-24:00",
        roster__1__place="rathaus|rathaus-2",
        roster__1__valid_from="",
        roster__1__valid_until="",
        roster__2__weekday="4",
        roster__2__hours="",
    )
    assert answer.status_code == 303, words(answer.text)
    assert found(town, "clerk", "bernd").roster == (
        RosterEntry(0, time(8), time(12), "rathaus", None, date(2026, 1, 1), date(2026, 6, 30)),
        RosterEntry(3, time(13), time(0), "rathaus", "rathaus-2"),
    )
    row: Any = {"absences__count": "1", "absences__0__first": "2026-04-07"}
    path = f"{CLERKS}/bernd"
    wrong = await send(town, path, **row, absences__0__last="2026-04-01")
    assert wrong.status_code == 422
    late = await send(town, path, **row, absences__0__last="2026-04-10", absences__0__since="24:10")
    assert (late.status_code, "Das ist keine Uhrzeit" in late.text) == (422, True)
    sent = await send(town, path, **row, absences__0__last="2026-04-10", absences__0__since="11:00")
    assert sent.status_code == 303
    assert found(town, "clerk", "bernd").absences == (Absence(date(2026, 4, 7), date(2026, 4, 10), time(11)),)
    assert (await send(town, path, absences__0__first="")).status_code == 303
    assert found(town, "clerk", "bernd").absences == ()


@pytest.mark.parametrize(
    "path", [SERVICES, f"{SERVICES}/_new", "/admin/setup/service/_catalogue", CLERKS, f"{CLERKS}/anna"]
)
async def test_what_belongs_to_the_town_is_not_there_for_a_sites_administrator(town: Town, path: str) -> None:
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    assert (await town.client.get(path, headers=who)).status_code == 404
