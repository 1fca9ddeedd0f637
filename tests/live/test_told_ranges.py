"""Which ranges pages showed is noted when it changes, and kept together beside the road."""

from datetime import timedelta

import pytest

from queue_server.domain.errors import StorageUnavailable
from queue_server.domain.later_ranges import Noted
from queue_server.live import told_ranges
from queue_server.live.told_ranges import ToldRanges
from queue_server.protocol import PublicEntry
from tests.live.hub_hall import Listener, LiveHall, until


class Watching:
    """A hall in which somebody waits, and what is kept of the page that follows the visit."""

    def __init__(self, hall: LiveHall, ticket_id: int, key: str) -> None:
        self.hall, self.ticket_id, self.key = hall, ticket_id, key
        self.kept: list[Noted] = []
        self.trouble: Exception | None = None
        self.told = ToldRanges(hall.sequencer, self._keep)

    async def _keep(self, noted: list[Noted]) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.kept += noted

    def show(self, from_min: int, to_min: int, minutes: float = 2, key: str = "", **more: bool) -> None:
        """Let the page show a range, so many minutes later."""
        self.hall.hand.now += timedelta(minutes=minutes)
        named = key or self.key
        entry = PublicEntry(key=named, number=417, ahead=2, from_min=from_min, to_min=to_min)
        self.told.shown("hall", self.hall.hand.now, [entry], {named}, **more)

    async def ranges(self) -> list[tuple[int, int]]:
        await self.told.keep()
        return [one.told.minutes for one in self.kept]


@pytest.fixture
async def watching(live_hall: LiveHall) -> Watching:
    taken = await live_hall.take()
    return Watching(live_hall, taken["id"], taken["key"])


async def test_a_range_is_kept_once_for_each_change(watching: Watching) -> None:
    for from_min in (20, 20, 15, 15, 20):
        watching.show(from_min, 30)
    assert await watching.ranges() == [(20, 30), (15, 30), (20, 30)]
    [first, *_] = watching.kept
    town = watching.hall.hand
    assert (first.site_id, first.told.ticket) == ("hall", watching.ticket_id)
    assert first.business_day == town.hall.business_day
    assert first.told.at == town.now - timedelta(minutes=8)
    assert await watching.ranges() == [(20, 30), (15, 30), (20, 30)], "each is written once"


async def test_one_that_sways_is_kept_once_a_minute(watching: Watching) -> None:
    for n in range(63):
        watching.show(10 + n % 2, 30, minutes=2 / 60)
    assert await watching.ranges() == [(10, 30), (11, 30), (10, 30)]


async def test_who_is_told_nothing_in_between_is_told_anew(watching: Watching) -> None:
    watching.show(10, 20)
    watching.show(-1, -1)
    watching.show(10, 20)
    watching.told.shown("hall", watching.hall.hand.now, [], {watching.key})
    watching.show(10, 20)
    assert await watching.ranges() == [(10, 20)] * 3


async def test_strangers_and_visits_of_no_hall_are_not_kept(watching: Watching) -> None:
    watching.show(10, 20, key="made up")
    entry = PublicEntry(key=watching.key, number=417, ahead=2, from_min=5, to_min=10)
    watching.told.shown("hall", watching.hall.hand.now, [entry], {"another"})
    watching.told.shown("gone", watching.hall.hand.now, [entry], {watching.key})
    assert await watching.ranges() == []
    watching.show(15, 25)
    assert await watching.ranges() == [(15, 25)], "nor do they stand in anybody's way"


async def test_what_cannot_be_written_waits_and_is_bounded(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told_ranges, "MOST", 6)
    watching.trouble = StorageUnavailable()
    for n in range(4):
        watching.show(n, 30)
    with pytest.raises(StorageUnavailable):
        await watching.told.keep()
    watching.show(4, 30)
    watching.trouble = None
    assert [from_min for from_min, _ in await watching.ranges()] == [0, 1, 2, 3, 4]
    watching.kept.clear()
    for n in range(10):
        watching.show(n, 40)
    found = [from_min for from_min, _ in await watching.ranges()]
    assert found == [*range(10)][-len(found) :]
    assert 3 <= len(found) <= 6


async def test_a_phone_is_noted_from_when_it_says_which_visit_it_shows(live_hall: LiveHall) -> None:
    taken = await live_hall.take()
    heard: list[set[str]] = []
    live_hall.hub.phones.on_shown.append(lambda _site, _at, _waiting, keys: heard.append(set(keys)))
    following, silent = Listener(), Listener()
    for phone in (following, silent):
        await live_hall.hub.join_phone("hall", phone.connection)
    await live_hall.take()
    await until(lambda: len(silent.frames) == 2)
    assert heard == []
    live_hall.hub.follow_phone("hall", following.connection, taken["key"])
    assert heard == [{taken["key"]}], "of the picture that it has shown already"
    await live_hall.take()
    await until(lambda: len(heard) == 2)
    live_hall.hub.leave_phone("hall", following.connection)
    await live_hall.take()
    await until(lambda: len(silent.frames) == 4)
    assert heard == [{taken["key"]}] * 2
    live_hall.hub.follow_phone("hall", following.connection, taken["key"])
    assert len(heard) == 2, "it has gone"
