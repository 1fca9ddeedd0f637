"""A booking becomes a text message through a real gateway: once, by day, within the day's limit, or later."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.connections import ConnectionsFile
from queue_server.adapters.post.outbox import OUTBOX
from queue_server.adapters.post.sms_outgoing import SmsOutgoing
from queue_server.adapters.post.sms_rows import SMS_DAY
from queue_server.adapters.post.sms_sender import SmsTrouble
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.rows.person_rows import PERSON as PERSON_ROWS
from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.store import save_town
from queue_server.domain.person import Person
from queue_server.live import postman
from queue_server.services import booking
from queue_server.services.must_move import ask_to_move
from queue_server.services.ports import Answer, Unit
from queue_server.web.workers import deliverers, make_postman
from tests.sms_gateway import OK, Gateway, a_gateway, settings
from tests.web.running import START, Town
from tests.web.test_mailing import confirm, move

NUMBER = "+491701234567"
ERIKA = Person(name="Erika Muster", phone="0170 1234567", sms=True, reminder_min=1440)
BOOKED = "Ihr Termin: Mi. 11.3., 10:00 Uhr, Rathaus am Markt."


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postmen sleep: these tests say when they go."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with a_gateway() as found:
        yield found


@pytest.fixture
async def texting(town: Town, gateway: Gateway) -> Town:
    """A town whose sites offer text messages, and its gateway."""
    await offer_sms(town)
    connect(town, gateway)
    return town


async def offer_sms(town: Town) -> None:
    sample = sample_town()
    sites = tuple(replace(one, sms=True) for one in sample.sites)
    await town.house.write(lambda c: save_town(c, replace(sample, sites=sites), town.house.clock()))
    await town.house.renew_if_changed()


def connect(town: Town, gateway: Gateway, more: str = "") -> None:
    path: Path = town.house.settings.connections_file
    path.write_text(f"[sms]\n{settings(gateway.address, more)}", encoding="utf-8")
    path.chmod(0o600)
    town.house.connections.look()
    assert town.house.connections.health() == "ok"


async def book(town: Town, person: Person = ERIKA, day: int = 1) -> Answer:
    return await town.house.sequencer.do("rathaus", lambda unit: confirm(unit, person, day))


async def deliver(town: Town) -> int:
    """Let the postman for text messages go his round now."""
    spool = Spool(town.house.settings.spool_folder)
    return await make_postman(town.house, "sms", deliverers(town.house, spool)["sms"]).round()


async def rows(town: Town) -> list[tuple[str, str, str]]:
    """Return kind, state and trouble of each text message."""
    query = sa.select(OUTBOX.c.kind, OUTBOX.c.state, OUTBOX.c.last_error).where(OUTBOX.c.channel == "sms")
    found = await town.house.read(lambda c: c.execute(query.order_by(OUTBOX.c.id)).all())
    return [(kind, state, error) for kind, state, error in found]


async def counted(town: Town) -> list[int]:
    return await town.house.read(lambda c: list(c.execute(sa.select(SMS_DAY.c.sent)).scalars()))


def texts(gateway: Gateway) -> list[str]:
    return list(gateway.messages.values())


async def test_who_gave_only_a_phone_number_gets_text_messages_only(texting: Town, gateway: Gateway) -> None:
    booked = await book(texting, replace(ERIKA, reminder_min=None))
    channels = await texting.house.read(lambda c: list(c.execute(sa.select(OUTBOX.c.channel)).scalars()))
    assert channels.count("sms") == 1
    assert "mail" not in channels
    await deliver(texting)
    [message] = gateway.taken
    assert message["to"] == NUMBER
    assert message["text"].endswith(f"{BOOKED} Ihre Nummer: {booked['number']}.")
    assert await rows(texting) == [("booked", "sent", "")]


async def test_what_becomes_of_an_appointment_is_told(texting: Town, gateway: Gateway) -> None:
    booked = await book(texting)
    await deliver(texting)
    reference = booked["reference"]
    await texting.house.sequencer.do("rathaus", lambda unit: move(unit, reference))
    await deliver(texting)
    await texting.house.sequencer.do("rathaus", lambda unit: booking.cancel(unit, reference, "visitor"))
    await deliver(texting)
    starts = [
        text.removeprefix("Stadt Musterstadt: ").removeprefix("Musterstadt: ")[:22] for text in texts(gateway)
    ]
    assert starts == ["Ihr Termin: Mi. 11.3.,", "Ihr neuer Termin: Do. ", "Ihr Termin am Do. 12.3"]
    assert [state for kind, state, _ in await rows(texting) if kind == "reminder"] == [
        "cancelled",
        "cancelled",
    ]
    left = await texting.house.read(lambda c: list(c.execute(sa.select(PERSON_ROWS.c.phone)).scalars()))
    assert left == [], "the contact goes with the last message"


async def test_who_has_to_choose_another_time_gets_the_way_to_do_it(texting: Town, gateway: Gateway) -> None:
    booked = await book(texting, replace(ERIKA, reminder_min=None))
    await deliver(texting)
    reference = booked["reference"]
    await texting.house.sequencer.do("rathaus", lambda unit: ask_to_move(unit, reference, "Krank"))
    await deliver(texting)
    told = texts(gateway)[1]
    assert "Ihr Termin am Mi. 11.3., 10:00 Uhr kann leider nicht stattfinden." in told
    assert told.endswith("Bitte rufen Sie an: 030 23125-0"), "no link without an address of the server"


async def test_a_reminder_comes_by_text_message(texting: Town, gateway: Gateway) -> None:
    await book(texting, replace(ERIKA, reminder_min=180))
    await deliver(texting)
    texting.clock.forward(hours=20, minutes=59)
    assert await deliver(texting) == 0
    texting.clock.forward(minutes=2)
    await deliver(texting)
    assert "Erinnerung an Ihren Termin: Mi. 11.3., 10:00 Uhr" in texts(gateway)[1]


@pytest.mark.parametrize("answer", [(500, "no"), (401, "no"), (400, "no"), (200, "x" * 70_000)])
async def test_nothing_is_lost_while_the_gateway_says_no(
    texting: Town, gateway: Gateway, answer: tuple[int, str]
) -> None:
    """Failure 20: it waits, and goes out under the same id when the gateway works again."""
    await book(texting, replace(ERIKA, reminder_min=None))
    gateway.answers = [answer, OK]
    await deliver(texting)
    assert [state for _, state, _ in await rows(texting)] == ["waiting"]
    texting.clock.forward(minutes=2)
    await deliver(texting)
    assert [state for _, state, _ in await rows(texting)] == ["sent"]
    assert len({one["id"] for one in gateway.taken}) == 1, "so the gateway can drop the second one"
    assert len(gateway.taken) == 2


async def test_a_time_out_is_tried_again_under_the_same_id(texting: Town, gateway: Gateway) -> None:
    """Failure 20: the gateway may have sent it, and we cannot know."""
    connect(texting, gateway, "timeout_s = 1")
    await book(texting, replace(ERIKA, reminder_min=None))
    gateway.answers = [None, OK]
    await deliver(texting)
    assert await rows(texting) == [("booked", "waiting", "sms_timeout")]
    assert await counted(texting) == [1], "it may have cost something"
    texting.clock.forward(minutes=2)
    await deliver(texting)
    assert len(gateway.messages) == 1
    assert len(gateway.taken) == 2


@pytest.mark.parametrize(("rule", "answer"), [('success_text = "DONE"', OK), ("", (504, "no"))])
async def test_what_may_have_been_sent_twice_is_for_staff_to_see(
    texting: Town, gateway: Gateway, rule: str, answer: tuple[int, str]
) -> None:
    """Not sent 54 times to each visitor, because a rule is wrong or the gateway slow."""
    connect(texting, gateway, rule)
    await book(texting, replace(ERIKA, reminder_min=None))
    gateway.answers = [answer]
    for _ in range(3):
        await deliver(texting)
        texting.clock.forward(minutes=2)
    assert await rows(texting) == [("booked", "failed", "sms_maybe_sent")]
    assert len(gateway.taken) == 2
    assert await counted(texting) == [2], "both may have cost something"


async def test_what_was_surely_not_sent_is_tried_on(texting: Town, gateway: Gateway) -> None:
    await book(texting, replace(ERIKA, reminder_min=None))
    gateway.answers = [(500, "no"), (500, "no"), (500, "no"), OK]
    for _ in range(4):
        await deliver(texting)
        texting.clock.forward(minutes=5)
    assert await rows(texting) == [("booked", "sent", "")]


async def test_a_number_that_the_gateway_refuses_is_given_up_and_marked(
    texting: Town, gateway: Gateway
) -> None:
    connect(texting, gateway, "refused_status = [422]")
    await book(texting, replace(ERIKA, reminder_min=None))
    gateway.answers = [(422, "unknown subscriber")]
    await deliver(texting)
    assert await rows(texting) == [("booked", "failed", "number_refused")]
    marked = sa.select(PERSON_ROWS.c.phone_trouble)
    assert await texting.house.read(lambda c: c.execute(marked).scalar_one()) == "number_refused"
    assert await counted(texting) == [0]


@pytest.mark.parametrize("phone", ["0371 488-0", "12345"])
async def test_no_text_message_goes_to_other_numbers(texting: Town, gateway: Gateway, phone: str) -> None:
    await book(texting, replace(ERIKA, phone=phone, reminder_min=None))
    await deliver(texting)
    assert await rows(texting) == [("booked", "cancelled", "")]
    assert gateway.taken == []


async def test_a_number_that_wants_none_any_more_gets_none(texting: Town, gateway: Gateway) -> None:
    """However it is written, at every site, until the desk takes it back."""

    def stop(unit: Unit) -> Answer:
        unit.stop_sms("0170/123 45 67")
        unit.stop_sms("0170/123 45 67")
        return {}

    def allow(unit: Unit) -> Answer:
        unit.allow_sms("01701234567")
        return {}

    await texting.house.sequencer.do("buergerzentrum", stop)
    await book(texting, replace(ERIKA, phone="+49 170 1234567", reminder_min=None))
    await deliver(texting)
    assert await rows(texting) == [("booked", "cancelled", "")]
    await texting.house.sequencer.do("rathaus", allow)
    await book(texting, replace(ERIKA, reminder_min=None), day=2)
    await deliver(texting)
    assert len(gateway.taken) == 1


async def test_beyond_the_days_limit_messages_wait_for_the_morning(texting: Town, gateway: Gateway) -> None:
    connect(texting, gateway, "limit_per_day = 1")
    for day, phone in ((3, "0170 1234567"), (3, "0170 7654321")):
        await book(texting, replace(ERIKA, phone=phone, reminder_min=None), day=day)
    await deliver(texting)
    assert sorted(await rows(texting)) == [("booked", "sent", ""), ("booked", "waiting", "sms_limit")]
    texting.clock.forward(hours=20, minutes=59)  # 6:59 of the next day
    assert await deliver(texting) == 0
    texting.clock.forward(minutes=2)
    await deliver(texting)
    assert [state for _, state, _ in await rows(texting)] == ["sent", "sent"]
    assert await counted(texting) == [1, 1]


async def test_a_message_that_would_come_too_late_is_for_staff_to_see(
    texting: Town, gateway: Gateway
) -> None:
    connect(texting, gateway, "limit_per_day = 1")
    await book(texting, replace(ERIKA, reminder_min=None))
    await deliver(texting)
    texting.clock.forward(hours=2)

    def today(unit: Unit) -> Answer:
        unit.post("reminder", next(iter(unit.book.appointments)), channel="sms")
        return {}

    texting.clock.forward(hours=19, minutes=30)  # 7:30 of the day itself, ten o'clock is the appointment
    await texting.house.write(partial(_spend, day=texting.clock.now.date()))
    await texting.house.sequencer.do("rathaus", today)
    await deliver(texting)
    assert (await rows(texting))[-1] == ("reminder", "failed", "sms_limit")


def _spend(connection: Any, day: Any) -> None:
    connection.execute(sa.insert(SMS_DAY).values(organisation_id="musterstadt", day=day, sent=1))


async def test_nobody_is_woken_by_what_was_tried_in_vain_all_evening(texting: Town, gateway: Gateway) -> None:
    texting.clock.forward(hours=9)  # 19:00
    await book(texting, replace(ERIKA, reminder_min=None), day=3)
    gateway.answers = [(500, "no"), OK]
    await deliver(texting)
    texting.clock.forward(hours=4)
    await deliver(texting)
    assert await rows(texting) == [("booked", "waiting", "sms_night")]
    assert len(gateway.taken) == 1
    texting.clock.forward(hours=8)
    await deliver(texting)
    assert await rows(texting) == [("booked", "sent", "")]


async def test_who_books_at_night_is_awake(texting: Town, gateway: Gateway) -> None:
    texting.clock.forward(hours=14)
    await book(texting, replace(ERIKA, reminder_min=None), day=3)
    await deliver(texting)
    assert len(gateway.taken) == 1


async def test_a_town_that_offers_none_posts_none(town: Town, gateway: Gateway) -> None:
    connect(town, gateway)
    await book(town)
    assert await rows(town) == []


async def test_without_a_gateway_messages_go_to_the_spool(town: Town) -> None:
    await offer_sms(town)
    await book(town, replace(ERIKA, reminder_min=None))
    await deliver(town)
    [path] = town.house.settings.spool_folder.glob("*.txt")
    to, text, _ = path.read_text(encoding="utf-8").split("\n")
    assert to == NUMBER
    assert BOOKED in text
    spool = Spool(town.house.settings.spool_folder)
    assert spool.forget(town.clock.now + timedelta(days=3)) == 1


async def test_a_broken_file_of_connections_spools_nothing(tmp_path: Path) -> None:
    """There nobody would miss it. In the demo nothing leaves, whatever the file says."""
    path, spool = tmp_path / "connections.toml", Spool(tmp_path / "spool")
    path.write_text("[sms]\nurl = 1", encoding="utf-8")
    path.chmod(0o600)
    file = ConnectionsFile(path)
    with pytest.raises(SmsTrouble, match="sms_connections_unusable"):
        await SmsOutgoing(file, spool, stays_here=False).send(NUMBER, "Hallo", "id-1", START)
    assert not spool.folder.exists()
    await SmsOutgoing(file, spool, stays_here=True).send(NUMBER, "Hallo", "id-1", START)
    assert [one.read_text() for one in spool.folder.glob("*.txt")] == [f"{NUMBER}\nHallo\n"]


async def test_nothing_about_a_visitor_is_logged(
    texting: Town, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """Failure 27."""
    caplog.set_level(logging.INFO)
    await book(texting)
    gateway.answers = [(500, f"{NUMBER}"), OK]
    await deliver(texting)
    texting.clock.forward(minutes=2)
    await deliver(texting)
    assert "1234567" not in caplog.text
    assert "Erika" not in caplog.text
