"""What runs in a child comes back whole; what goes wrong there is one sentence here."""

import asyncio
import os
from pathlib import Path

import pytest

from queue_server.adapters.apart import run_apart
from tests.adapters import apart_works

WORKS = apart_works.__name__


async def test_a_child_gets_its_words_and_what_it_says_comes_back() -> None:
    ended = await run_apart(WORKS, "repeat", {"say": "Grüße"}, 20)
    assert (ended.said.decode().strip(), ended.trouble) == ("Grüße", "")


@pytest.mark.parametrize(
    ("function", "trouble"),
    [
        ("complain", "no room left"),
        ("fail_silently", "it ended with status 3"),
        ("hang", "it took longer than 1 s"),
    ],
)
async def test_what_goes_wrong_is_told_in_a_sentence(function: str, trouble: str) -> None:
    ended = await run_apart(WORKS, function, {}, 1 if function == "hang" else 20)
    assert ended.trouble == trouble


async def test_a_child_dies_with_who_waits_for_it() -> None:
    waiting = asyncio.create_task(run_apart(WORKS, "hang", {}, 20))
    await asyncio.sleep(0.2)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    works = [Path(f"/proc/{one}/cmdline").read_bytes() for one in children]
    assert not any(WORKS.encode() in one for one in works)
