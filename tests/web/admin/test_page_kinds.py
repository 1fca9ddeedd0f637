"""The forms of every kind work as pages: shown, sent as they are, changed, added."""

import re
from datetime import date, time
from typing import Any

import sqlalchemy as sa

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import Closure, OpeningHours
from queue_server.domain.town_edit import things
from queue_server.web.admin.kinds import KINDS
from tests.web.admin.setup import found, read, send, settings
from tests.web.running import Town
from tests.web.test_mailing import book
from tests.web.test_page_desk import field, words

SITE = "/admin/setup/site/rathaus"


async def test_every_form_that_is_sent_as_shown_changes_nothing(town: Town) -> None:
    before = settings(town)
    for what, sort in KINDS.items():
        thing = things(before, what)[0]
        await read(town, f"/admin/setup/{what}/{thing.id}" if sort.one else f"/admin/setup/{what}")
        answer = await send(town, f"/admin/setup/{what}/{thing.id}")
        assert (answer.status_code, answer.headers.get("location", "")[-9:]) == (303, "done=same"), what
    assert settings(town) == before


async def test_a_site_gives_its_own_reasons_for_what_it_asks(town: Town) -> None:
    answer = await send(
        town,
        SITE,
        field_reasons__count="2",
        field_reasons__0__field="phone",
        field_reasons__0__reason__de="Falls wir absagen müssen",
        field_reasons__1__field="",
    )
    assert answer.status_code == 303, words(answer.text)
    told = found(town, "site", "rathaus").field_reasons
    assert told == (FieldReason("phone", {"de": "Falls wir absagen müssen"}),)
    twice = await send(town, SITE, field_reasons__1__field="phone", field_reasons__1__reason__de="Nochmal")
    assert (twice.status_code, found(town, "site", "rathaus").field_reasons) == (422, told)


async def test_hours_closures_and_admission_are_typed_as_people_write(town: Town) -> None:
    answer = await send(
        town,
        SITE,
        always_open=None,
        opening__0="8-12 Uhr und 13.30 bis 16",
        opening__1="08:00-12:00",
        closures__count="3",
        closures__0__on="2026-12-24",
        closures__0__reason__de="Heiligabend",
        closures__1__on="",
        closures__1__reason__de="zählt nicht",
        closures__2__on="2026-12-31",
        closures__2__reason__de="",
    )
    assert answer.status_code == 303, words(answer.text)
    site = found(town, "site", "rathaus")
    assert site.opening == (
        OpeningHours(0, time(8), time(12)),
        OpeningHours(0, time(13, 30), time(16)),
        OpeningHours(1, time(8), time(12)),
    )
    assert site.closures == (Closure(date(2026, 12, 24), {"de": "Heiligabend"}), Closure(date(2026, 12, 31)))
    answer = await send(
        town,
        SITE,
        admission_times__count="1",
        admission_times__0__admits="walk_in",
        admission_times__0__weekdays=["0", "2"],
        admission_times__0__hours="8-10",
    )
    assert answer.status_code == 303, words(answer.text)
    expected = AdmissionTime(Admission.WALK_IN, (0, 2), (Stretch(time(8), time(10)),))
    assert found(town, "site", "rathaus").admission_times == (expected,)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"opening__3": "von acht bis zwölf"}, "opening.3"),
    ({"always_open": None, "opening__3": "12-8"}, "opening.3"),
    ({"closures__count": "1", "closures__0__on": "gestern"}, "closures.0.on"),
    ({"lead_min": "-5"}, "lead_min"),
    ({"challenge": "on"}, "challenge"),
    ({"patience_factor": "9,5,1"}, "patience_factor"),
    ({"email": "niemand"}, "email"),
    ({"time_zone": "Europa/Berlin"}, "time_zone"),
]


async def test_each_mistake_leads_to_its_field(town: Town) -> None:
    before = settings(town)
    for typed, at in MISTAKES:
        answer = await send(town, SITE, **typed)
        assert answer.status_code == 422, at
        assert f'href="#f-{at}"' in answer.text, at
        assert f'id="e-{at}"' in answer.text, at
    assert settings(town) == before


async def test_what_breaks_appointments_is_shown_before_it_is_kept(town: Town) -> None:
    await book(town)
    booked = await _booked_on(town)
    answer = await send(
        town,
        SITE,
        closures__count="1",
        closures__0__on=booked,
        closures__0__reason__de="Umzug",
    )
    page = words(answer.text)
    assert (answer.status_code, "1 Termin ist betroffen." in page) == (200, True), page
    assert found(town, "site", "rathaus").closures == ()
    done = await send(town, SITE, page=answer.text, act="apply")
    assert done.status_code == 303
    assert found(town, "site", "rathaus").closures[0].on.isoformat() == booked


async def _booked_on(town: Town) -> str:
    day = await town.house.read(lambda conn: conn.scalar(sa.select(APPOINTMENT.c.day)))
    assert day is not None
    return str(day.isoformat())


NEW: list[tuple[str, dict[str, Any]]] = [
    ("room", {"name": "99", "area_id": "rathaus-eg"}),
    ("counter", {"name": "Schalter 99", "room_id": "rathaus-3"}),
    ("display", {"name": "TV Hof", "area_ids": ["rathaus-eg"]}),
    ("kiosk", {"name": "Terminal Hof", "area_id": "rathaus-eg", "languages": ["de", "en"]}),
    ("department", {"name__de": "Ordnungsamt", "site_ids": ["rathaus"], "horizon_days": "30"}),
    ("category", {"name__de": "Hunde"}),
]


async def test_one_of_each_kind_can_be_added_and_taken_out(town: Town) -> None:
    before = settings(town)
    for what, typed in NEW:
        own = {"room_id": before.sites[0].rooms[0].id} if what == "counter" else {}
        in_site = "" if what in {"department", "category"} else "?site=rathaus"
        answer = await send(town, f"/admin/setup/{what}/_new{in_site}", **(typed | own))
        assert answer.status_code == 303, words(answer.text)
        [new] = [one for one in things(settings(town), what) if one not in things(before, what)]
        gone = await send(town, f"/admin/setup/{what}/{new.id}/remove")
        assert gone.status_code == 303, words(gone.text)
        assert settings(town) == before


async def test_a_new_site_is_whole_from_its_first_moment(town: Town) -> None:
    answer = await send(town, "/admin/setup/site/_new", name__de="Außenstelle Nord")
    assert answer.status_code == 303, words(answer.text)
    assert answer.headers["location"].startswith("/admin/setup/site/aussenstelle-nord")
    site = found(town, "site", "aussenstelle-nord")
    assert (site.name["de"], len(site.counters), site.opening[0].weekday) == ("Außenstelle Nord", 1, 0)
    assert "Alles passt zusammen." in await read(town, "/admin")
    gone = await send(town, "/admin/setup/site/aussenstelle-nord/remove")
    assert gone.status_code == 303, words(gone.text)


async def test_things_are_put_into_the_order_in_which_visitors_see_them(town: Town) -> None:
    def order() -> list[str]:
        return [one.id for one in things(settings(town), "category")]

    first, second, third = order()[:3]
    page = await read(town, "/admin/setup/category?order=1")
    body = {"csrf": field(page, "csrf"), "act": "down", "id": first}
    headers = town.headers("administrator")
    for expected in ([second, first, third], [second, third, first]):
        town.clock.forward(seconds=1)
        answer = await town.client.post("/admin/setup/category", data=body, headers=headers)
        assert answer.status_code == 303
        assert order()[:3] == expected
    nothing = await town.client.post("/admin/setup/category", data=body | {"id": "none"}, headers=headers)
    assert nothing.status_code == 404
    rooms = [one.id for one in things(settings(town), "room", "rathaus")]
    await town.client.post("/admin/setup/room", data=body | {"act": "up", "id": rooms[1]}, headers=headers)
    assert [one.id for one in things(settings(town), "room", "rathaus")] == [rooms[1], rooms[0], *rooms[2:]]
    assert "Reihenfolge: Rubriken" in words(await read(town, "/admin/changes"))


async def test_further_languages_of_a_text_are_folded_until_one_is_wrong(town: Town) -> None:
    page = await read(town, SITE)
    german, others = page.index('id="f-name.de"'), page.index('<details class="form__others">')
    assert german < others < page.index('id="f-name.ar"')
    assert re.search(r"Weitere Sprachen \(\d von 5 ausgefüllt\)", words(page))
    refused = await send(town, SITE, name__ar="x" * 3000)
    assert refused.status_code == 422
    assert refused.text.index('<details class="form__others" open>') < refused.text.index('id="f-name.ar"')
