"""When the day sheets are made anew."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from queue_server.live.day_sheets import DaySheets

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Marks(NamedTuple):
    book: object = 1
    queue: object = 1


class Office:
    """A server whose sheets are counted, not drawn."""

    def __init__(self) -> None:
        self.now, self.marks, self.answer, self.made = NOON, Marks(), "", 0
        self.sheets = DaySheets(self, self.see, lambda: self.now)

    async def see(self) -> Marks:
        return self.marks

    async def make(self) -> str:
        self.made += 1
        return self.answer

    async def after(self, **span: float) -> int:
        self.now += timedelta(**span)
        await self.sheets.look()
        return self.made


async def test_they_are_made_once_and_again_when_the_book_changes() -> None:
    office = Office()
    assert await office.after() == 1
    assert await office.after(hours=5) == 1
    office.marks = Marks(book=2)
    assert await office.after(minutes=1) == 2


async def test_who_waits_changes_them_every_five_minutes_only() -> None:
    office = Office()
    await office.after()
    office.marks = Marks(queue=2)
    assert await office.after(minutes=1) == 1
    assert await office.after(minutes=4) == 2


async def test_what_failed_is_tried_again_and_told() -> None:
    office = Office()
    office.answer = "the folder is gone"
    await office.after()
    assert office.sheets.error == "the folder is gone"
    office.answer = ""
    assert await office.after(minutes=1) == 2
    assert office.sheets.error == ""


async def test_a_demo_makes_none() -> None:
    office = Office()
    assert not await DaySheets(None, office.see, lambda: NOON).look()
