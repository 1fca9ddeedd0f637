"""A lead at seven with a phone: who is away, where everybody goes, in three presses, and back again."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.domain.access import Actor, Role
from queue_server.domain.errors import StorageUnavailable
from queue_server.domain.person import Person
from queue_server.live import postman
from queue_server.services import booking
from queue_server.services import rescue as day_rescue
from queue_server.services.concerns import choose
from queue_server.services.in_parts import choose_visit
from queue_server.services.ports import Answer, Unit
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.askers import HERE, MUSTER, THERE
from tests.web.forms import Form
from tests.web.running import START, Town
from tests.web.test_page_department import OFFICE, absences, audited, let_in, read
from tests.web.test_page_desk import words
from tests.web.test_page_status import NARROW, photograph

RESCUE = f"{OFFICE}/rescue"
CLOSING = f"/admin/closing/{HERE}"
SITE_ADMINISTRATOR = Actor(Role.ADMINISTRATOR, MUSTER, HERE)
SILENT = Person(name="Karl <i>Ohne</i>", phone="0371 4880")


@pytest.fixture(autouse=True)
def nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the postman sleep: the picture counts what waits."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


async def book(town: Town, hours: float, person: Person | None = None) -> Answer:
    """Book an identity card today, so many hours from now."""
    mail = f"p{hours}@post.example"

    def work(unit: Unit) -> Answer:
        choice = choose(unit.town, unit.site, [("id-card", 1)], walk_in=False)
        held = booking.hold(unit, choice, START + timedelta(hours=hours), channel="portal", client=mail)
        return booking.confirm(unit, held["id"], mail, person or Person(name="Erika", email=mail), "de")

    return await town.house.sequencer.do("rathaus", work)


async def stored(town: Town, booked: Answer) -> Any:
    query = sa.select(APPOINTMENT).where(APPOINTMENT.c.reference == booked["reference"])
    return await town.house.read(lambda conn: conn.execute(query).mappings().one())


async def picture(town: Town) -> Any:
    """All appointments that live, and what waits to be sent."""
    names = ("reference", "clerk_id", "starts_at", "number", "state")
    live = sa.select(*(APPOINTMENT.c[name] for name in names)).where(APPOINTMENT.c.state == "booked")
    waiting = sa.select(OUTBOX.c.kind, OUTBOX.c.channel).where(OUTBOX.c.state == "waiting")
    rows = await town.house.read(lambda conn: (conn.execute(live).all(), conn.execute(waiting).all()))
    return [sorted(map(tuple, part)) for part in rows]


def form_of(page: str, action: str) -> Form:
    found = re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL)
    return next(
        form for form in (Form.read(*one) for one in found) if form.action == action and form.method == "POST"
    )


async def send(town: Town, who: dict[str, str], form: Form, **changed: str) -> Any:
    data = {name: values[0] for name, values in form.fields.items()} | changed
    return await town.client.post(form.action, data=data, headers=who)


async def rescued(town: Town, who: dict[str, str], clerk_id: str) -> str:
    """Do what is proposed for somebody who is away today; return the address of the result."""
    page = await read(town, who, f"{RESCUE}?clerk={clerk_id}")
    answer = await send(town, who, form_of(page, RESCUE))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_three_presses_from_the_department_to_done(town: Town) -> None:
    booked = await book(town, 1)
    clerk_id = (await stored(town, booked))["clerk_id"]
    vera, presses = await let_in(town), 0
    office = await read(town, vera)
    [link] = re.findall(rf'href="({RESCUE}\?clerk={clerk_id})"', office)
    presses += 1
    preview = await read(town, vera, link)
    assert "1 Termin ist betroffen" in words(preview)
    assert "behält die Zeit" in words(preview)
    assert absences(town, clerk_id) == (), "looking changes nothing"
    presses += 1
    done = await send(town, vera, form_of(preview, RESCUE))
    assert done.status_code == 303
    assert presses <= 3
    page = words(await read(town, vera, done.headers["location"]))
    assert "1 Termin ist zur selben Zeit bei jemand anderem." in page
    after = await stored(town, booked)
    assert after["clerk_id"] not in {clerk_id, None}
    assert after["starts_at"] == START + timedelta(hours=1)
    assert len(absences(town, clerk_id)) == 1
    assert "Erika" not in page


async def test_it_is_taken_back_with_one_press(town: Town) -> None:
    booked = [await book(town, hours) for hours in (2, 2.25, 3)]
    clerk_id = (await stored(town, booked[0]))["clerk_id"]
    before, vera = await picture(town), await let_in(town)
    path = await rescued(town, vera, clerk_id)
    assert await picture(town) != before
    town.clock.forward(minutes=9)
    undone = await send(town, vera, form_of(await read(town, vera, path), path))
    assert undone.headers["location"] == path
    assert "Alles ist wie vorher." in words(await read(town, vera, path))
    assert (await picture(town), absences(town, clerk_id)) == (before, ())


async def test_after_ten_minutes_the_press_is_refused(town: Town) -> None:
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    vera = await let_in(town)
    path = await rescued(town, vera, clerk_id)
    form = form_of(await read(town, vera, path), path)
    town.clock.forward(minutes=10)
    late = await send(town, vera, form)
    assert (late.status_code, "zehn Minuten sind vorbei" in late.text) == (409, True)
    assert "Zurücknehmen</button>" not in await read(town, vera, path)
    assert len(absences(town, clerk_id)) == 1


async def test_the_same_press_twice_is_once(town: Town) -> None:
    """Failure 2."""
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    vera = await let_in(town)
    form = form_of(await read(town, vera, f"{RESCUE}?clerk={clerk_id}"), RESCUE)
    first, second = [await send(town, vera, form) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    acts = [line["act"] for line in await audited(town)]
    assert acts.count("day_rescued") == 1
    assert booked["reference"] not in str([dict(line) for line in await audited(town)])


async def test_a_press_that_stopped_half_way_goes_on_and_can_be_taken_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure 2: the absence is in, nobody is moved yet, and the phone sends the press again."""
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    before, vera = await picture(town), await let_in(town)
    form = form_of(await read(town, vera, f"{RESCUE}?clerk={clerk_id}"), RESCUE)
    with monkeypatch.context() as broken:
        broken.setattr(town.house.sequencer, "do_at_all", _refused)
        assert (await send(town, vera, form)).status_code == 503
        assert len(absences(town, clerk_id)) == 1
    town.clock.forward(minutes=11)
    path = await rescued(town, vera, clerk_id)  # from a page that was fetched anew
    assert await picture(town) != before
    assert (await send(town, vera, form)).headers["location"] == path
    with monkeypatch.context() as broken:
        broken.setattr(town.house.settlement, "keep_rescue", _refused)
        undoing = form_of(await read(town, vera, path), path)
        assert (await send(town, vera, undoing)).status_code == 503
        assert len(absences(town, clerk_id)) == 1, "it goes in the very commit that keeps that it is undone"
    assert "Zurücknehmen</button>" in await read(town, vera, path)
    town.clock.forward(minutes=11)
    await send(town, vera, undoing)
    assert (await picture(town), absences(town, clerk_id)) == (before, ())


def _refused(*_: Any) -> Any:
    raise StorageUnavailable


async def test_presses_that_are_sent_again_later_change_nothing(town: Town) -> None:
    """Failure 2: neither enters the old press the absence anew, nor takes the old undo a new one out."""
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    before, vera = await picture(town), await let_in(town)
    form = form_of(await read(town, vera, f"{RESCUE}?clerk={clerk_id}"), RESCUE)
    path = (await send(town, vera, form)).headers["location"]
    undoing = form_of(await read(town, vera, path), path)
    await send(town, vera, undoing)
    assert (await send(town, vera, form)).headers["location"] == path
    assert (await picture(town), absences(town, clerk_id)) == (before, ())
    page = await read(town, vera, path)
    assert f'href="{RESCUE}?clerk={clerk_id}&amp;first=2026-03-10' in page, "the way to do it once more"
    await rescued(town, vera, clerk_id)
    after = await picture(town)
    await send(town, vera, undoing)
    assert (await picture(town), len(absences(town, clerk_id))) == (after, 1)


async def test_who_cannot_be_written_to_stands_on_the_list_to_phone(town: Town) -> None:
    booked = await book(town, 2, SILENT)
    clerk_id = (await stored(town, booked))["clerk_id"]
    vera = await let_in(town)
    page = await read(town, vera, f"{RESCUE}?clerk={clerk_id}")
    assert "Karl" not in page, "a name is of no use before there is something to say"
    assert "Ohne Mail und SMS: Bei einer anderen Zeit bitte anrufen." in words(page)
    answer = await send(town, vera, form_of(page, RESCUE), **{f"to-{booked['reference']}": "ask"})
    path = answer.headers["location"]
    shown = await read(town, vera, path)
    assert 'href="tel:03714880"' in shown
    calls = await read(town, vera, f"{path}/calls")
    assert "Karl &lt;i&gt;Ohne&lt;/i&gt;" in calls, "failure 14"
    assert ("0371 4880" in calls, "Zeit vereinbaren" in calls) == (True, True)


async def test_what_was_chosen_is_done_and_a_letter_goes_out(town: Town) -> None:
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    vera = await let_in(town)
    page = await read(town, vera, f"{RESCUE}?clerk={clerk_id}")
    options = re.findall(r'<option value="([^"]*)"', page)
    other = next(one for one in options if "|" in one and one != options[0])
    await send(town, vera, form_of(page, RESCUE), **{f"to-{booked['reference']}": other})
    assert (await stored(town, booked))["starts_at"] != START + timedelta(hours=2)
    assert ("rescued", "mail") in (await picture(town))[1]


async def test_who_leaves_at_noon_keeps_what_is_before(town: Town) -> None:
    booked = [await book(town, hours) for hours in (1, 3)]
    clerk_id = (await stored(town, booked[0]))["clerk_id"]
    assert (await stored(town, booked[1]))["clerk_id"] == clerk_id
    vera = await let_in(town)
    page = await read(town, vera, f"{RESCUE}?clerk={clerk_id}&since=12:00")
    assert ("fehlt heute ab 12:00 Uhr" in words(page), "1 Termin ist betroffen" in words(page)) == (
        True,
        True,
    )
    path = (await send(town, vera, form_of(page, RESCUE))).headers["location"]
    assert [(await stored(town, one))["clerk_id"] == clerk_id for one in booked] == [True, False]
    assert "ab 12:00 Uhr" in words(await read(town, vera, path))


@pytest.mark.parametrize("nonsense", ["", "a|b|c", "rathaus|nobody|1", "elsewhere|anna|5919000", "||"])
async def test_a_place_that_was_made_up_moves_nobody(town: Town, nonsense: str) -> None:
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    vera = await let_in(town)
    page = await read(town, vera, f"{RESCUE}?clerk={clerk_id}")
    answer = await send(town, vera, form_of(page, RESCUE), **{f"to-{booked['reference']}": nonsense})
    assert "noch offen" in words(await read(town, vera, answer.headers["location"]))
    assert (await stored(town, booked))["clerk_id"] == clerk_id


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("clerk=bernd&first=2026-03-10&last=2026-03-09", 422, "vor dem ersten"),
        ("clerk=bernd&first=2026-03-09&last=2026-03-10", 422, "Der erste Tag ist vorbei."),
        ("clerk=bernd&first=2026-03-10&last=2026-05-10", 422, "31 Tage"),
        ("clerk=bernd&first=x", 422, "ersten und den letzten Tag"),
        ("clerk=bernd&since=25:00", 422, "die Uhrzeit so an: 13:00"),
        ("clerk=david", 404, ""),
        ("", 303, ""),
    ],
)
async def test_what_does_not_fit_is_told(town: Town, query: str, status: int, told: str) -> None:
    """A clerk of another department (david) does not exist for this lead."""
    vera = await let_in(town)
    answer = await town.client.get(f"{RESCUE}?{query}", headers=vera)
    assert (answer.status_code, told in answer.text) == (status, True)


async def test_another_department_sees_nothing_of_it(town: Town) -> None:
    booked = await book(town, 2, SILENT)
    clerk_id = (await stored(town, booked))["clerk_id"]
    path = await rescued(town, await let_in(town), clerk_id)
    other = await let_in(town, Actor(Role.LEAD, MUSTER, leads=frozenset({"kasse"})), "karl")
    for address in (path, f"{path}/calls", path.replace("buergerbuero", "kasse")):
        assert (await town.client.get(address, headers=other)).status_code == 404


async def test_the_administrator_of_a_site_moves_what_is_booked_there(town: Town) -> None:
    """The department stands at two sites; at the other one nobody is seen and nothing is offered."""
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    before = await picture(town)
    sabine = await let_in(town, SITE_ADMINISTRATOR, "sabine")
    page = await read(town, sabine, f"{RESCUE}?clerk={clerk_id}")
    assert THERE not in "".join(re.findall(r'<option value="([^"]*)"', page))
    path = await rescued(town, sabine, clerk_id)
    assert await picture(town) != before
    await send(town, sabine, form_of(await read(town, sabine, path), path))
    assert await picture(town) == before


async def test_half_a_rescue_is_not_taken_back(town: Town) -> None:
    """The lead moved people at two sites: who administers one of them may look at that one alone."""
    booked = await book(town, 2)
    clerk_id = (await stored(town, booked))["clerk_id"]
    path = await rescued(town, await let_in(town), clerk_id)
    sabine = await let_in(town, SITE_ADMINISTRATOR, "sabine")
    assert "Zurücknehmen</button>" not in await read(town, sabine, path)
    form = form_of(await read(town, sabine, f"{RESCUE}?clerk={clerk_id}"), RESCUE)
    tried = await town.client.post(path, data={"csrf": form.fields["csrf"][0]}, headers=sabine)
    assert (tried.status_code, len(absences(town, clerk_id))) == (403, 1)


async def test_many_are_moved_in_several_presses(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_rescue, "AT_ONCE", 1)
    for hours in (1, 2, 3):
        await book(town, hours)
    sabine, address = await let_in(town, SITE_ADMINISTRATOR, "sabine"), CLOSING
    for left in (2, 1):
        page = await read(town, sabine, address)
        assert "Ein Druck legt die ersten 1 um." in words(page)
        path = (await send(town, sabine, form_of(page, CLOSING))).headers["location"]
        done = await read(town, sabine, path)
        told = "2 Termine kommen" if left == 2 else "1 Termin kommt"
        assert f"{told} mit dem nächsten Druck an die Reihe." in words(done)
        [address] = re.findall(rf'href="({CLOSING}[^"]*)">Noch einmal umlegen', done)
        address = address.replace("&amp;", "&")
    assert "Ein Druck legt" not in words(await read(town, sabine, address))


async def test_a_form_of_three_thousand_appointments_is_taken(town: Town) -> None:
    vera = await let_in(town)
    form = form_of(await read(town, vera, f"{RESCUE}?clerk=bernd"), RESCUE)
    many = {f"to-{n:08}": f"{'s' * 40}|{'c' * 40}|{5919000 + n}" for n in range(3_000)}
    answer = await send(town, vera, form, **many)
    assert answer.status_code == 303, answer.text


async def test_the_administrator_of_a_site_closes_it_and_opens_it_again(town: Town) -> None:
    booked = await book(town, 3)
    before = await picture(town)
    sabine = await let_in(town, SITE_ADMINISTRATOR, "sabine")
    entry = await town.client.get("/admin/closing", headers=sabine)
    assert entry.headers["location"] == CLOSING
    page = await read(town, sabine, CLOSING)
    answer = await send(town, sabine, form_of(page, CLOSING), reason="Wasserschaden")
    path = answer.headers["location"]
    site = town.house.directory.sites[HERE][1]
    assert [(one.on, one.reason) for one in site.closures if one.reason.get("de") == "Wasserschaden"]
    assert (await stored(town, booked))["site_id"] != HERE or "must_move" in str(await picture(town))
    await send(town, sabine, form_of(await read(town, sabine, path), path))
    assert await picture(town) == before
    assert "Wasserschaden" not in str(town.house.directory.sites[HERE][1].closures)
    acts = [(line["act"], line["ref"]) for line in await audited(town) if "resc" in line["act"]]
    assert acts == [("day_rescued", HERE), ("rescue_taken_back", HERE)]


def nobody_does_both(town: Any) -> Any:
    """Anna and Bernd do identity cards, Clara passports."""
    mine = {"anna": {"id-card"}, "bernd": {"id-card"}, "clara": {"passport"}}
    clerks = tuple(
        replace(
            one,
            service_ids=(
                *(id_ for id_ in one.service_ids if id_ not in {"id-card", "passport"}),
                *mine.get(one.id, ()),
            ),
        )
        for one in town.clerks
    )
    return replace(town, clerks=clerks)


async def book_two(town: Town, hours: float) -> Answer:
    """Book an identity card, and a passport right behind it."""
    await town.house.write(lambda c: change_town(c, MUSTER, nobody_does_both, town.house.clock()))
    await town.house.renew_if_changed()

    def work(unit: Unit) -> Answer:
        choice = choose_visit(unit.town, unit.site, (("id-card", 1), ("passport", 1)))
        held = booking.hold(unit, choice, START + timedelta(hours=hours), channel="portal", client="two")
        return booking.confirm(unit, held["id"], "two", Person(name="Erika", email="e@post.example"), "de")

    return await town.house.sequencer.do("rathaus", work)


async def test_two_in_a_row_are_one_line_and_stay_together(town: Town) -> None:
    both = await book_two(town, 3)
    clerk_id = (await stored(town, both))["clerk_id"]
    await book(town, 3)
    before, vera = await picture(town), await let_in(town)
    page = await read(town, vera, f"{RESCUE}?clerk={clerk_id}")
    assert page.count('class="select"') == 1
    for told in ("1 Termin ist betroffen", "Sie bleiben zusammen", "danach"):
        assert told in words(page)
    path = (await send(town, vera, form_of(page, RESCUE))).headers["location"]
    times = [(await stored(town, one))["starts_at"] for one in (both, both["then"])]
    assert times[0] != START + timedelta(hours=3)
    assert timedelta() < times[1] - times[0] < timedelta(hours=1)
    assert (await picture(town))[1].count(("rescued", "mail")) == 1
    assert words(await read(town, vera, path)).count("→") == 2
    await send(town, vera, form_of(await read(town, vera, path), path))
    assert await picture(town) == before


async def test_it_is_done_on_a_phone_without_scripts(served_town: Town, browser: Any) -> None:
    """Failure 26; at 320 px nothing is wider than the phone, and three presses do it."""
    booked = [await book(served_town, hours, SILENT if hours == 3 else None) for hours in (1, 2, 3)]
    clerk_id = (await stored(served_town, booked[0]))["clerk_id"]
    name, _, value = (await let_in(served_town))["cookie"].partition("=")
    address = f"http://{served_town.address}"
    context = await browser.new_context(viewport=NARROW, locale="de-DE")
    context.set_default_timeout(8_000)
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}{OFFICE}")
    await page.locator(f'a[href="{RESCUE}?clerk={clerk_id}"]').click()
    await page.get_by_role("heading", name="fehlt heute").wait_for()
    await photograph(page, "rescue-320")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not await axe_by_day_and_night(page)
    await page.get_by_role("button", name="Eintragen und umlegen").first.click()
    await page.get_by_text("Erledigt um").wait_for()
    await photograph(page, "rescued-320")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    await page.get_by_role("button", name="Zurücknehmen").click()
    await page.get_by_text("Alles ist wie vorher.").wait_for()
    await context.close()
