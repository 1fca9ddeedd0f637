"""How much of what waits is a batch, and in which order it is taken."""

import asyncio
from typing import Any

from queue_server.live.inbox import BATCH_MOST, Command, Errand, Inbox, Look


def nothing(*_: Any) -> dict[str, Any]:
    return {}


def a_command(site_id: str = "hall") -> Command:
    return Command(site_id, nothing, None, asyncio.Future())


async def test_all_that_waits_is_taken_commands_apart_from_the_rest() -> None:
    inbox = Inbox()
    first, second = a_command(), a_command("annex")
    look, errand = Look(["hall"], nothing, asyncio.Future()), Errand(nothing, asyncio.Future())
    for item in (look, first, errand, second):
        inbox.put(item)
    assert inbox.drain() == ([first, second], [look, errand], False)


async def test_a_batch_is_full_at_its_most_and_the_rest_is_the_next() -> None:
    inbox = Inbox()
    commands = [a_command(str(n)) for n in range(BATCH_MOST + 1)]
    for command in commands:
        inbox.put(command)
    assert inbox.drain() == (commands[:-1], [], False)
    assert inbox.drain() == (commands[-1:], [], False)


async def test_what_came_before_the_end_is_still_done() -> None:
    inbox, last = Inbox(), a_command()
    inbox.put(last)
    inbox.close()
    assert inbox.drain() == ([last], [], True)
