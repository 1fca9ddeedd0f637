"""Calls pushed to phones: at once, again for a minute, and never for a call that stands no more."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from queue_server.domain.push import Outcome, Subscription
from queue_server.domain.town import Room
from queue_server.live.pushes import AT_ONCE, Pushes
from queue_server.services.site_view import Call, SiteView

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
CALL = Call(7, 1, "key-1", 417, "c-1", Room("r-1", "1", "eg"), None, (), "call", open=True, called_at=NOW)
VIEW = SiteView("rathaus", 7, NOW, (CALL,), 0, None, 1, issuing=True, call_mode="screen")
PHONE = Subscription("https://push.example/1", b"", b"")


class Services:
    """Stands for the services of browsers; beside it `tests/adapters/push` has a real one."""

    public_key = "key"

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, int]] = []
        self.told = asyncio.Event()
        self.slow: asyncio.Event | None = None
        self.warmed = 0

    def takes(self, to: Subscription) -> bool:
        return to.endpoint.startswith("https://push.example/")

    async def send(self, to: Subscription, message: bytes, ttl_s: int, now: datetime) -> Outcome:
        self.sent.append((message.decode(), ttl_s))
        self.told.set()
        if self.slow is not None:
            await self.slow.wait()
        return self.answers.pop(0) if self.answers else Outcome.TAKEN

    async def warm_up(self) -> None:
        self.warmed += 1

    async def stop(self) -> None:
        return


def pushes_by(services: Services, pause_s: float = 0.0) -> Pushes:
    """Where everybody whose call has ended waits again."""

    async def waits(_site_id: str, key: str) -> bool:
        return key == "key-1"

    def words(_to: Subscription, call: Call, _view: SiteView) -> bytes:
        return f"{call.seq}{'' if call.open else ' counts no more'}".encode()

    return Pushes(services, words, lambda: NOW, waits, (pause_s,))


async def settled(pushes: Pushes) -> None:
    async with asyncio.timeout(5):
        while pushes.under_way:
            await asyncio.sleep(0)


async def test_a_call_is_pushed_once_and_a_recall_again() -> None:
    services = Services()
    pushes = pushes_by(services)
    assert pushes.keep("rathaus", "key-1", PHONE)
    pushes.take(VIEW, since=6)
    await settled(pushes)
    pushes.take(replace(VIEW, seq=8), since=7)
    pushes.take(replace(VIEW, seq=9, calls=(replace(CALL, seq=9, kind="recall"),)), since=8)
    await settled(pushes)
    assert [message for message, _ in services.sent] == ["7", "9"]
    assert all(0 < ttl_s <= 60 for _, ttl_s in services.sent), "the service, too, keeps it for a minute only"


async def test_what_pushes_need_is_loaded_when_the_first_phone_asks() -> None:
    """Pushes were switched on beside a running server: the first call waited for all that they load."""
    services = Services()
    pushes = pushes_by(services)
    for key in ("key-1", "key-2"):
        pushes.keep("rathaus", key, PHONE)
        await asyncio.sleep(0)
    assert services.warmed == 1
    for key in ("key-1", "key-2"):
        pushes.drop("rathaus", key)
    pushes.keep("rathaus", "key-3", PHONE)
    await asyncio.sleep(0)
    assert services.warmed == 2
    await pushes.stop()


async def test_only_the_visitor_is_pushed_to_and_only_at_this_site() -> None:
    services = Services()
    pushes = pushes_by(services)
    pushes.keep("rathaus", "somebody else's", PHONE)
    pushes.keep("buergerzentrum", "key-1", PHONE)
    pushes.take(VIEW, since=6)
    await settled(pushes)
    assert services.sent == []
    assert not pushes.keep("rathaus", "key-1", Subscription("https://elsewhere.example/", b"", b""))


async def test_what_waits_is_tried_again_until_the_call_is_taken_back() -> None:
    """A push that comes after the undo sends somebody into a room where nobody waits for them."""
    services = Services(Outcome.LATER, Outcome.LATER)
    pushes = pushes_by(services)
    pushes.keep("rathaus", "key-1", PHONE)
    pushes.take(VIEW, since=6)
    await settled(pushes)
    assert len(services.sent) == 3
    services.answers, services.slow = [Outcome.LATER] * 9, asyncio.Event()
    pushes.take(replace(VIEW, seq=10, calls=(replace(CALL, seq=10),)), since=9)
    while len(services.sent) < 4:
        await asyncio.sleep(0)
    pushes.take(replace(VIEW, seq=11, calls=()), since=10)
    services.slow.set()
    await settled(pushes)
    sent = [message for message, _ in services.sent]
    assert sent.count("10") == 1
    assert sent[-1] == "10 counts no more", "the first one of these calls had reached the phone"


async def test_a_call_that_was_told_and_taken_back_is_followed_by_a_word() -> None:
    """The page is closed: without it the message stands on the locked phone as if the call counted."""
    services = Services()
    pushes = pushes_by(services)
    pushes.keep("rathaus", "key-1", PHONE)
    pushes.take(VIEW, since=6)
    pushes.take(replace(VIEW, seq=8, calls=()), since=7)
    await settled(pushes)
    pushes.take(replace(VIEW, seq=9, calls=()), since=8)
    await settled(pushes)
    assert [message for message, _ in services.sent] == [], "taken back before it was sent"
    pushes.take(replace(VIEW, seq=10, calls=(replace(CALL, seq=10),)), since=9)
    await settled(pushes)
    pushes.take(replace(VIEW, seq=11, calls=()), since=10)
    pushes.take(replace(VIEW, seq=12, calls=()), since=11)
    await settled(pushes)
    assert [message for message, _ in services.sent] == ["10", "10 counts no more"]


async def test_who_is_called_anew_or_came_is_not_told_to_wait() -> None:
    services = Services(Outcome.TAKEN, Outcome.TAKEN, Outcome.TAKEN)
    pushes = pushes_by(services)
    pushes.keep("rathaus", "key-1", PHONE)
    pushes.keep("rathaus", "key-2", PHONE)
    theirs = replace(CALL, key="key-2", seq=8)
    pushes.take(replace(VIEW, seq=8, calls=(CALL, theirs)), since=6)
    await settled(pushes)
    # One came to the counter; the other's call was taken back and made again at once.
    pushes.take(replace(VIEW, seq=9, calls=(replace(theirs, open=False),)), since=8)
    pushes.take(replace(VIEW, seq=10, calls=(replace(CALL, seq=10),)), since=9)
    await settled(pushes)
    assert sorted(message for message, _ in services.sent) == ["10", "7", "8"]


async def test_who_waits_for_room_is_not_pushed_to_for_a_call_that_was_taken_back() -> None:
    services = Services()
    services.slow = asyncio.Event()
    pushes = pushes_by(services)
    calls = [replace(CALL, seq=seq, key=f"key-{seq}") for seq in range(7, 8 + AT_ONCE)]
    for one in calls:
        pushes.keep("rathaus", one.key, PHONE)
    pushes.take(replace(VIEW, calls=tuple(calls)), since=6)
    while len(services.sent) < AT_ONCE:
        await asyncio.sleep(0)
    pushes.take(replace(VIEW, seq=99, calls=tuple(calls[:-1])), since=98)
    services.slow.set()
    await settled(pushes)
    assert len(services.sent) == AT_ONCE


async def test_a_phone_that_is_gone_and_a_visit_that_is_over_are_forgotten() -> None:
    services = Services(Outcome.GONE)
    pushes = pushes_by(services)
    pushes.keep("rathaus", "key-1", PHONE)
    pushes.take(VIEW, since=6)
    await settled(pushes)
    assert pushes.sites == frozenset()
    pushes.keep("rathaus", "key-1", PHONE)
    pushes.keep("rathaus", "key-2", PHONE)
    pushes.keep_only("rathaus", ["key-2"])
    pushes.take(replace(VIEW, seq=8, calls=(replace(CALL, seq=8),)), since=7)
    await settled(pushes)
    assert len(services.sent) == 1
    assert pushes.sites == {"rathaus"}


async def test_the_end_of_the_server_waits_for_no_service() -> None:
    services = Services(*[Outcome.LATER] * 9)
    pushes = pushes_by(services, pause_s=60.0)
    pushes.keep("rathaus", "key-1", PHONE)
    pushes.take(VIEW, since=6)
    await services.told.wait()
    async with asyncio.timeout(1):
        await pushes.stop()
