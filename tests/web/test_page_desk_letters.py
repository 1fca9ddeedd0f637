"""The desk sees which letters did not leave and why, sends them again, and corrects an address."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser
from sqlalchemy.engine import Connection

from queue_server.adapters.calendars.web_client import Trouble
from queue_server.adapters.post import sms_rows, sms_sender
from queue_server.adapters.post.outbox import OF_CONTACT, OUTBOX
from queue_server.adapters.post.outbox import hold as hold_all
from queue_server.adapters.post.smtp import Why
from queue_server.adapters.rows.person_rows import PersonRows
from queue_server.domain.person import Person
from queue_server.live import postman
from queue_server.services.letter_kinds import Kind
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.mail_house import MailHouse, mail_house
from tests.web.running import Town
from tests.web.test_mail_outage import connect
from tests.web.test_mailing import ADDRESS, NAME, book, confirm, confirm_both, deliver, letters, rows
from tests.web.test_page_desk import Desk, words
from tests.web.test_page_status import photograph
from tests.web.test_texting import offer_sms

LETTERS = "/letters"


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


@pytest.fixture
async def post() -> AsyncIterator[MailHouse]:
    async with mail_house() as house:
        yield house


@pytest.fixture
def desk(town: Town, post: MailHouse, tmp_path: Path) -> Desk:
    connect(town, post.server(tmp_path))
    return Desk(town)


async def act(desk: Desk, act: str, letter: int | str = "") -> str:
    done = await desk.post(LETTERS, act=act, letter=str(letter))
    assert done.status_code == 303, words(done.text)
    return words(await desk.get(LETTERS, done=done.headers["location"].partition("done=")[2]))


async def test_when_all_is_sent_there_is_nothing_to_see(desk: Desk) -> None:
    await book(desk.town)
    await deliver(desk.town)
    page = words(await desk.get(LETTERS))
    assert "Alle Nachrichten sind hinausgegangen." in page
    assert "kein Mailserver" not in page


async def test_a_late_letter_is_listed_with_its_reason_and_without_the_address(
    desk: Desk, post: MailHouse
) -> None:
    """Failures 20 and 27."""
    post.on_mail = lambda: "451 later"
    made = await book(desk.town)
    await deliver(desk.town)
    page = words(await desk.get(LETTERS))
    assert "Warten noch" in page
    assert "Der Mailserver nimmt gerade nichts an. Fällig seit 10:00 · 1 Versuch · nächster Versuch" in page
    assert "1 Nachricht " not in page, "it is not late yet"
    desk.town.clock.forward(minutes=16)
    page = await desk.get(LETTERS)
    assert "1 Nachricht " in words(page), "now the frame of every page says so"
    assert f"/desk/rathaus/appointments/{made['reference']}" in page
    for private in (ADDRESS, NAME, "Erika"):
        assert private not in page
    post.on_mail = lambda: "250 OK"
    await deliver(desk.town)
    assert "1 Nachricht " not in words(await desk.get())


async def test_what_was_given_up_is_sent_again_or_not_at_all(desk: Desk, post: MailHouse) -> None:
    post.on_recipient = lambda _: "550 5.1.1 unknown"
    await book(desk.town)
    await deliver(desk.town)
    [row] = await rows(desk.town)
    assert "Nicht zugestellt Bestätigung E-Mail" in words(await desk.get(LETTERS))
    post.on_recipient = lambda _: "250 OK"
    assert "Die Nachricht wird erneut gesendet." in await act(desk, "again", row.id)
    await deliver(desk.town)
    assert len(post.taken) == 1
    assert (await desk.post(LETTERS, act="again", letter=str(row.id))).status_code == 404, "it is sent"


async def test_a_letter_may_stay_unsent(desk: Desk, post: MailHouse) -> None:
    post.on_mail = lambda: "451 later"
    await book(desk.town)
    await deliver(desk.town)
    [row] = await rows(desk.town)
    assert "Die Nachricht wird nicht gesendet." in await act(desk, "drop", row.id)
    post.on_mail = lambda: "250 OK"
    desk.town.clock.forward(hours=1)
    assert await deliver(desk.town) == 0


async def test_after_a_restore_letters_wait_for_a_word(desk: Desk, post: MailHouse) -> None:
    await book(desk.town)
    await desk.town.house.write(hold_all)
    assert await deliver(desk.town) == 0
    page = words(await desk.get(LETTERS))
    assert "Zurückgehalten" in page
    assert "1 Nachricht " in page
    assert (await desk.town.ask("anna", "GET", "/readyz")).json()["outbox"]["held_count"] == 1
    assert "Alle Nachrichten sind freigegeben." in await act(desk, "release_all")
    assert await deliver(desk.town) == 1
    assert len(post.taken) == 1


async def test_after_a_restore_new_letters_wait_for_that_word_too(desk: Desk, post: MailHouse) -> None:
    """The clock does again what was done: a request that was answered since lapses, and says so."""
    await desk.town.house.write(hold_all)
    page = words(await desk.get(LETTERS))
    assert "Auch was jetzt dazukommt, wird zurückgehalten" in page
    await book(desk.town)
    assert await deliver(desk.town) == 0
    assert [row.state for row in await rows(desk.town)] == ["held"]
    assert "dazukommt" not in await act(desk, "release_all")
    assert await deliver(desk.town) == 1
    await desk.town.house.sequencer.do("rathaus", lambda unit: confirm(unit, day=2))
    assert await deliver(desk.town) == 1


async def test_held_letters_may_be_discarded(desk: Desk) -> None:
    await book(desk.town)
    await desk.town.house.write(hold_all)
    assert "verworfen" in await act(desk, "discard_all")
    assert await deliver(desk.town) == 0
    assert [row.state for row in await rows(desk.town)] == ["cancelled"]


async def test_all_that_failed_goes_again_with_one_press(desk: Desk) -> None:
    await book(desk.town)
    await desk.town.house.write(lambda conn: conn.execute(sa.update(OUTBOX).values(state="failed")))
    assert "Alle Nachrichten werden erneut gesendet." in await act(desk, "again_all")
    assert await deliver(desk.town) == 1


async def test_another_site_sees_and_sends_none_of_it(desk: Desk) -> None:
    """Failure 15."""
    await book(desk.town)
    await desk.town.house.write(lambda conn: conn.execute(sa.update(OUTBOX).values(state="failed")))
    [row] = await rows(desk.town)
    other = Desk(desk.town, "buergerzentrum", "greta")
    assert "Alle Nachrichten sind hinausgegangen." in words(await other.get(LETTERS))
    assert (await other.post(LETTERS, act="again", letter=str(row.id))).status_code == 404
    assert (await other.post(LETTERS, act="drop", letter=str(row.id))).status_code == 404
    await other.post(LETTERS, act="again_all")
    assert [one.state for one in await rows(desk.town)] == ["failed"]


@pytest.mark.parametrize("letter", ["", "x", "-1", "9" * 30, "²"])
async def test_a_letter_that_is_none_is_not_found(desk: Desk, letter: str) -> None:
    assert (await desk.post(LETTERS, act="again", letter=letter)).status_code == 404
    assert (await desk.post(LETTERS, act="burn", letter=letter)).status_code == 400


async def test_a_form_of_somebody_else_changes_nothing(desk: Desk) -> None:
    await book(desk.town)
    await desk.town.house.write(hold_all)
    await desk.get(LETTERS)
    answer = await desk.town.client.post(
        "/desk/rathaus/letters", data={"act": "discard_all"}, headers=desk.town.headers("anna")
    )
    assert answer.status_code == 403
    assert [row.state for row in await rows(desk.town)] == ["held"]


async def test_without_a_mail_server_staff_are_told(town: Town) -> None:
    assert "Es ist kein Mailserver eingerichtet" in words(await Desk(town).get(LETTERS))
    assert (await town.ask("anna", "GET", "/readyz")).json()["outbox"]["mail"] == "spool"


async def test_a_wrong_address_is_shown_and_corrected(desk: Desk, post: MailHouse) -> None:
    """Failure 20: the desk asks for another address, and what did not arrive goes there."""
    post.on_recipient = lambda to: "550 5.1.1 unknown" if to == ADDRESS else "250 OK"
    made = await book(desk.town)
    await deliver(desk.town)
    seen = words(await desk.see(made["reference"]))
    assert f"{ADDRESS} Mail kommt nicht an" in seen
    assert "Dieses Postfach gibt es nicht. Bitte fragen Sie nach der richtigen Adresse." in seen
    found = await desk.post("/search", q="", day="2026-03-11")
    assert "Mail kommt nicht an" in words(found.text)
    path = f"/appointments/{made['reference']}/contact"
    refused = await desk.post(path, email="keine Adresse")
    assert refused.status_code == 400
    assert "Das ist keine gültige E-Mail-Adresse." in words(refused.text)
    assert 'value="keine Adresse"' in refused.text
    right = "erika@richtig.example"
    assert (await desk.post(path, email=right, request_id="press-1")).status_code == 303
    seen = words(await desk.see(made["reference"]))
    assert right in seen
    assert "Mail kommt nicht an" not in seen
    await deliver(desk.town)
    assert f"To: {right}".encode() in post.taken[0]
    assert letters(desk.town) == []


async def test_the_second_of_a_pair_shows_that_the_letter_about_both_did_not_arrive(desk: Desk) -> None:
    made = await desk.town.house.sequencer.do("rathaus", confirm_both)
    mark = partial(
        PersonRows.mark_mail, site_id="rathaus", appointment_id=made["id"], trouble="mailbox_closed"
    )
    await desk.town.house.write(mark)
    second = made["then"]["reference"]
    assert "Mail kommt nicht an" in words(await desk.see(second))
    await desk.post(f"/appointments/{second}/contact", email="erika@richtig.example")
    assert "Mail kommt nicht an" not in words(await desk.see(made["reference"]))


async def test_a_number_that_is_to_blame_is_shown(desk: Desk) -> None:
    await offer_sms(desk.town)
    made = await book(desk.town, Person(name=NAME, phone="0170 1234567", sms=True))
    mark = partial(
        sms_rows.mark_number, site_id="rathaus", appointment_id=made["id"], trouble="number_refused"
    )
    await desk.town.house.write(mark)
    seen = words(await desk.see(made["reference"]))
    assert "SMS kommt nicht an 0170 1234567: Das SMS-Gateway kennt diese Nummer nicht." in seen


async def test_an_address_of_nobody_is_not_corrected(desk: Desk) -> None:
    made = await book(desk.town, Person(name=NAME, phone="0371 4880"))
    path = f"/appointments/{made['reference']}/contact"
    assert (await desk.post(path, email="erika@richtig.example")).status_code == 404
    assert (await desk.post("/appointments/ABCDEF/contact", email="a@b.example")).status_code == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_and_kind_has_words(town: Town, language: str) -> None:
    texts = town.house.texts[language]
    assert all(
        f"desk.why_{word}" in texts
        for word in (*Why, *OF_CONTACT, *sms_sender.Why, "number_refused", "mail_night")
    )
    assert all(f"desk.why_calendar_{trouble}" in texts for trouble in Trouble)
    assert all(f"desk.letter_{kind}" in texts for kind in Kind)
    assert all(f"desk.channel_{channel}" in texts for channel in ("mail", "sms", "calendar"))


async def test_the_page_is_accessible_and_narrow(served_town: Town, browser: Browser) -> None:
    """Failure 26: everything that it can hold at once, by day and by night."""
    town = served_town
    day = timedelta(days=1)
    states = (
        ("failed", "mailbox_unknown"),
        ("held", ""),
        ("waiting", "mail_sign_in"),
        ("failed", "OSError 28"),
    )
    for number, (state, error) in enumerate(states, 1):
        made = await town.house.sequencer.do("rathaus", partial(confirm, day=number))
        values = {"state": state, "last_error": error, "tries": number, "first_due_at": town.clock() - day}
        change = sa.update(OUTBOX).where(OUTBOX.c.appointment_id == made["id"]).values(**values)
        await town.house.write(partial(Connection.execute, statement=change))
    await town.house.write(lambda conn: PersonRows.mark_mail(conn, "rathaus", made["id"], "mailbox_unknown"))
    for width in (320, 1280):
        context = await browser.new_context(
            viewport={"width": width, "height": 900}, locale="de-DE", extra_http_headers=town.headers("anna")
        )
        page = await context.new_page()
        for name, path in (("letters", "letters"), ("wrong", f"appointments/{made['reference']}")):
            await page.goto(f"http://{town.address}/desk/rathaus/{path}")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert not await axe_by_day_and_night(page)
            await photograph(page, f"desk-{name}-dark-{width}")
        await context.close()
