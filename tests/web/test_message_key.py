"""A message's id: one however often it is sent, another's when a restored database gives ids again."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.post.outbox import OUTBOX
from queue_server.live import postman
from queue_server.web.message_key import message_key
from tests.sms_gateway import Gateway
from tests.web import test_mailing, test_texting
from tests.web.running import Town
from tests.web.test_texting import gateway, texting

__all__ = ["gateway", "texting"]
AT = datetime(2026, 3, 10, 9, 0, 0, 250_001, UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


def test_it_is_the_rows_and_the_same_in_every_time_zone() -> None:
    def key(at: datetime) -> str:
        return message_key(SimpleNamespace(dedupe_key="rathaus/17/booked/0", created_at=at))

    assert key(AT) == key(AT.astimezone(timezone(timedelta(hours=2))))
    assert key(AT) != key(LATER)


async def wait_again(town: Town, **changes: Any) -> None:
    """Let what was sent wait once more, as a restored database may tell it."""
    values = {"state": "waiting", "claimed_by": "", "lease_until": None, **changes}
    await town.house.write(lambda c: c.execute(sa.update(OUTBOX).values(values)))


async def test_a_letter_sent_twice_is_one_and_a_lost_ones_id_is_not_taken(town: Town) -> None:
    """The spool knows messages by their id."""
    await test_mailing.book(town)
    await test_mailing.deliver(town)
    await wait_again(town)
    await test_mailing.deliver(town)
    [first] = test_mailing.letters(town)
    await wait_again(town, created_at=town.clock() + timedelta(milliseconds=1))
    await test_mailing.deliver(town)
    ids = {one["Message-ID"] for one in test_mailing.letters(town)}
    assert (len(ids), first["Message-ID"] in ids) == (2, True)


async def test_so_does_a_text_message(texting: Town, gateway: Gateway) -> None:
    await test_texting.book(texting)
    for changes in ({}, {}, {"created_at": texting.clock() + timedelta(milliseconds=1)}):
        await wait_again(texting, **changes)
        await test_texting.deliver(texting)
    first, again, another = (one["id"] for one in gateway.taken)
    assert first == again != another
