"""Three processes share the outbox and one after the other is killed: no letter is lost, none has two ids."""

import asyncio
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.post.mail_message import message_id
from queue_server.adapters.post.outbox import OUTBOX, SENT
from tests.kills.postman_process import DOMAIN
from tests.mail_house import PASSWORD, SENDER, USER, MailHouse, authority, mail_house

WORKERS = 3


def fill(database: Database, letters: int, at: datetime) -> set[str]:
    """Post letters; return the Message-IDs that they will have."""
    keys = [f"rathaus/{number}/booked/0" for number in range(letters)]
    rows = [
        {
            "organisation_id": "musterstadt",
            "site_id": "rathaus",
            "kind": "booked",
            "appointment_id": number,
            "payload": {},
            "dedupe_key": key,
            "state": "waiting",
            "created_at": at,
            "first_due_at": at,
            "due_at": at,
            "tries": 0,
            "claimed_by": "",
            "last_error": "",
        }
        for number, key in enumerate(keys)
    ]
    database.write(lambda conn: conn.execute(sa.insert(OUTBOX), rows))
    return {message_id(key, DOMAIN) for key in keys}


def connections_to(post: MailHouse, folder: Path) -> Path:
    authority().cert_pem.write_to_path(str(folder / "ca.pem"))
    path = folder / "connections.toml"
    path.touch(mode=0o600)
    path.write_text(
        f'[mail]\nurl = "smtp://{USER}:{PASSWORD}@localhost:{post.port}"\n'
        f'sender = "{SENDER}"\nca_file = "ca.pem"\ntls = "required"\n'
    )
    return path


class Postmen:
    """The processes; who is killed is followed by another."""

    def __init__(self, url: str, connections: Path, began: float) -> None:
        self._words = (sys.executable, "-m", "tests.kills.postman_process", url, str(connections), str(began))
        self._running: list[asyncio.subprocess.Process] = []

    async def hire(self) -> None:
        self._running.append(await asyncio.create_subprocess_exec(*self._words))

    async def kill_one(self, dice: random.Random) -> None:
        gone = self._running.pop(dice.randrange(len(self._running)))
        assert gone.returncode is None, "it ended by itself"
        gone.send_signal(signal.SIGKILL)
        await gone.wait()
        await self.hire()

    async def dismiss(self) -> None:
        for one in self._running:
            if one.returncode is None:
                one.kill()
            await one.wait()


def states(database: Database) -> dict[str, int]:
    query = sa.select(OUTBOX.c.state, sa.func.count()).group_by(OUTBOX.c.state)
    return database.read(lambda conn: {state: int(count) for state, count in conn.execute(query)})


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()


async def _letters_arrive_in_spite_of(kills: int, letters: int, url: str, folder: Path, seed: int) -> None:
    dice, began = random.Random(seed), time.time()
    async with mail_house() as post:
        with opened(url) as database:
            posted = fill(database, letters, datetime.fromtimestamp(began, UTC))
            post.on_data = lambda: "451 4.3.0 try again" if dice.random() < 0.05 else "250 OK"
            men = Postmen(url, connections_to(post, folder), began)
            try:
                for _ in range(WORKERS):
                    await men.hire()
                for n in range(kills):
                    while len(set(post.ids)) < letters * n / kills * 0.9:
                        await asyncio.sleep(0.005)
                    await asyncio.sleep(dice.random() * 0.02)
                    await men.kill_one(dice)
                while states(database) != {SENT: letters}:
                    await asyncio.sleep(0.05)
            finally:
                await men.dismiss()
        assert set(post.ids) == posted, "each letter arrived, under the one id that it has"
        assert len(post.ids) < letters * 2, "most of them once"


@pytest.mark.timeout(240)
async def test_three_processes_share_the_outbox_and_five_are_killed(
    empty_sqlite: Path, tmp_path: Path
) -> None:
    """Failure 20."""
    path = tmp_path / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    await _letters_arrive_in_spite_of(5, 100, f"sqlite:///{path}", tmp_path, 1)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 12))
async def test_a_hundred_kills_on_each_database(database_url: str, tmp_path: Path, seed: int) -> None:
    """Ten days with ten kills each."""
    await _letters_arrive_in_spite_of(10, 300, database_url, tmp_path, seed)
