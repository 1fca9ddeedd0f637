"""Simulated days are worked out one at a time for each site, and remembered for an hour."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from queue_server.domain.simulation.asking import Question
from queue_server.web.simulations import AT_ONCE, KEPT, KEPT_FAILED, Simulations
from tests.web.running import Clock

TODAY = Question("rathaus", date(2026, 3, 10))
TOMORROW = Question("rathaus", date(2026, 3, 11))


class Slow:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()

    async def answer(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(f"{question['site']} {question['day']}")
        await self.may_answer.wait()
        return {"day": question["day"]}


async def test_who_asks_again_gets_the_answer_that_was_under_way() -> None:
    slow = Slow()
    simulations = Simulations(slow.answer, Clock())
    assert await simulations.ask(TODAY, 0) is None
    slow.may_answer.set()
    assert await simulations.ask(TODAY, 5) == {"day": "2026-03-10"}
    assert slow.asked == ["rathaus 2026-03-10"]


async def test_a_site_has_one_child_at_a_time() -> None:
    slow = Slow()
    simulations = Simulations(slow.answer, Clock())
    assert await simulations.ask(TODAY, 0) is None
    assert await simulations.ask(TOMORROW, 0) is None
    assert slow.asked == ["rathaus 2026-03-10"]
    slow.may_answer.set()
    assert await simulations.ask(TOMORROW, 5) is None, "the other one was waited for"
    assert await simulations.ask(TOMORROW, 5) == {"day": "2026-03-11"}


async def test_many_sites_do_not_take_the_cores_from_the_hall() -> None:
    slow = Slow()
    simulations = Simulations(slow.answer, Clock())
    for n in range(AT_ONCE + 2):
        await simulations.ask(Question(f"site-{n}", TODAY.on), 0)
    await asyncio.sleep(0)
    assert len(slow.asked) == AT_ONCE
    await simulations.stop()
    assert await simulations.ask(TODAY, 0) is None


async def test_after_an_hour_the_log_may_say_something_else() -> None:
    slow, clock = Slow(), Clock()
    slow.may_answer.set()
    simulations = Simulations(slow.answer, clock)
    for later in (timedelta(0), KEPT / 2, KEPT / 2):
        clock.now += later
        assert await simulations.ask(TODAY, 5)
    assert len(slow.asked) == 2


async def test_a_failure_is_told_and_tried_again_soon() -> None:
    clock, asked = Clock(), list[Mapping[str, Any]]()

    async def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(question)
        return {"refused": "failed"}

    simulations = Simulations(answer, clock)
    assert await simulations.ask(TODAY, 5) == {"refused": "failed"}
    assert await simulations.ask(TODAY, 5) == {"refused": "failed"}
    assert len(asked) == 1, "who asked reads it"
    clock.now += KEPT_FAILED
    await simulations.ask(TODAY, 5)
    assert len(asked) == 2


async def test_another_set_up_is_asked_anew_also_while_the_old_one_is_played() -> None:
    slow = Slow()
    simulations = Simulations(slow.answer, Clock())
    assert await simulations.ask(TODAY, 0) is None
    simulations.forget()
    slow.may_answer.set()
    assert await simulations.ask(TODAY, 5) is None, "that was of the set-up before"
    assert await simulations.ask(TODAY, 5)
    simulations.forget()
    assert await simulations.ask(TODAY, 5)
    assert len(slow.asked) == 3
