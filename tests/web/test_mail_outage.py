"""The town's mail server is away for an hour: bookings go on, every letter comes, staff see what waits."""

from functools import partial
from pathlib import Path

import pytest

from queue_server.adapters.connections import Connections
from queue_server.adapters.post import desk_letters, outbox
from queue_server.adapters.post.mail_server import MailServer
from queue_server.live import postman
from queue_server.web.workers import renew
from tests.mail_house import PASSWORD, SENDER, mail_house
from tests.web.running import START, Town
from tests.web.test_mailing import ADDRESS, NAME, book, confirm, deliver, letters, rows


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


def connect(town: Town, server: MailServer) -> None:
    town.house.connections.now = Connections(mail=server)  # type: ignore[misc]


async def late_count(town: Town) -> int:
    waiting = await town.house.read(lambda conn: outbox.backlogs(conn, town.clock()))
    return waiting["rathaus"].late_count if waiting else 0


async def test_an_hour_without_mail_loses_no_letter(
    town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Failures 20 and 27, in an hour of the town's time."""
    async with mail_house() as gone:
        server = gone.server(tmp_path)
    connect(town, server)
    for day in (1, 2, 3):
        made = await town.house.sequencer.do("rathaus", partial(confirm, day=day))
    while town.clock() < START.replace(hour=10):
        await deliver(town)
        town.clock.forward(seconds=20)
    assert {(row.state, row.last_error) for row in await rows(town)} == {("waiting", "mail_unreachable")}
    assert all(6 <= row.tries <= 9 for row in await rows(town)), "30 s, 1, 2, 4, 8, 16, 32 minutes or so"
    assert await late_count(town) == 3
    async with mail_house(port=server.port) as back:
        back.drops = "before"
        while len(set(back.ids)) < 3:
            await deliver(town)
            town.clock.forward(minutes=1)
        assert {row.last_error for row in await rows(town)} == {"mail_broken_off"}
        back.drops = ""
        while await late_count(town):
            await deliver(town)
            town.clock.forward(minutes=5)
        assert len(back.ids) >= 6, "each at least twice, as the answer to the first was lost"
        assert len(set(back.ids)) == 3, "and under one id"
    assert {(row.state, row.last_error) for row in await rows(town)} == {("sent", "")}
    assert letters(town) == [], "nothing went into the spool"
    for private in (NAME, "Erika", ADDRESS, made["reference"], PASSWORD):
        assert private not in caplog.text


async def test_a_letter_comes_from_the_towns_address_and_keeps_its_id(town: Town, tmp_path: Path) -> None:
    await book(town)
    async with mail_house() as post:
        connect(town, post.server(tmp_path))
        await deliver(town)
        assert f"From: Musterstadt <{SENDER}>".encode() in post.taken[0]
        assert post.ids[0].endswith("@localhost>"), "of the public address, whoever sends"


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ("550 5.1.1 unknown", "failed", "mailbox_unknown"),
        ("552 5.2.2 full", "failed", "mailbox_closed"),
        ("550 5.7.1 relaying denied", "waiting", "mail_letter_refused"),
        ("450 4.2.0 greylisted", "waiting", "mail_busy"),
    ],
)
async def test_only_what_another_address_would_end_marks_the_contact(
    town: Town, tmp_path: Path, answer: str, state: str, error: str
) -> None:
    """Failure 20: a wrong password of the town's marks nobody."""
    await book(town)
    async with mail_house() as post:
        post.on_recipient = lambda _: answer
        connect(town, post.server(tmp_path))
        await deliver(town)
    [row] = await rows(town)
    assert (row.state, row.last_error) == (state, error)
    marked = await town.house.read(
        lambda conn: desk_letters.mail_troubles(conn, "rathaus", [row.appointment_id])
    )
    assert marked == ({row.appointment_id: error} if state == "failed" else {})


async def test_while_the_file_of_connections_is_broken_letters_wait(town: Town) -> None:
    """Not into the spool: there nobody would miss them."""
    path = town.house.settings.connections_file
    path.write_text("[mail")
    town.house.connections.look()
    await book(town)
    await deliver(town)
    [row] = await rows(town)
    assert (row.state, row.last_error) == ("waiting", "mail_connections_unusable")
    path.write_text("")
    path.chmod(0o600)
    town.house.connections.look()
    town.clock.forward(minutes=1)
    await deliver(town)
    assert len(letters(town)) == 1


async def test_a_mended_password_sends_what_waits_at_once(town: Town, tmp_path: Path) -> None:
    """Not up to an hour later, when the next try would come."""
    async with mail_house() as post:
        good = post.server(tmp_path)
        connect(town, post.server(tmp_path, password="wrong"))
        await book(town)
        for _ in range(6):
            await deliver(town)
            town.clock.forward(minutes=40)
        path = town.house.settings.connections_file
        path.touch(mode=0o600)
        path.write_text(
            f'[mail]\nurl = "smtp://localhost:{post.port}"\nsender = "{SENDER}"\nuser = "{good.user}"\n'
            f'password = "{PASSWORD}"\nca_file = "{good.ca_file}"\ntls = "required"\n'
        )
        await deliver(town)
        assert post.taken == []
        await renew(town.house, town.house.clerk_calendars)  # type: ignore[arg-type]
        await deliver(town)
        assert len(post.taken) == 1
