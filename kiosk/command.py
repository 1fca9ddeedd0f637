"""`aufruf kiosk-agent URL`: the agent beside a kiosk's printer.

Reads arguments and signals; the work is done by `agent_loop`. The token comes from the environment or a file
and never from the arguments, which every user of the machine can read.
"""

import asyncio
import fcntl
import logging
import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from kiosk.agent import Agent
from kiosk.agent_loop import AgentLoop, socket_address
from kiosk.journal import Journal
from kiosk.logos import Logos
from kiosk.target import BadTarget, Target, target_from
from kiosk.transport import printer_at

TOKEN: Final = "AUFRUF_TOKEN"  # noqa: S105 - the name of a variable
JOURNAL: Final = "journal.sqlite"
LOCK_WAIT_S: Final = 5.0
"""So long may the agent before us take to end, when both are changed over."""


class Unusable(Exception):  # noqa: N818 - a way out with a sentence
    """The agent cannot be started like this; says why."""


class Command:
    """Print the slips of a kiosk: take jobs from the server, report what became of them.

    The command line's entry (entry-point group `aufruf.commands`, name `kiosk-agent`).
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="the server's address, such as https://town.example")
        parser.add_argument("--kiosk", required=True, metavar="ID", help="the kiosk's id")
        parser.add_argument(
            "--printer",
            required=True,
            metavar="TARGET",
            help="tcp://host[:9100], usb://vendor:product, serial:///dev/…, file:///… or preview:",
        )
        parser.add_argument(
            "--data",
            type=Path,
            required=True,
            metavar="DIR",
            help="folder of journal and preview",
        )
        parser.add_argument(
            "--token-file",
            type=Path,
            metavar="F",
            help=f"file with the token (default: ${TOKEN})",
        )
        parser.add_argument(
            "--until-stdin-closes", action="store_true", help="end with the process that started this one"
        )

    def run(self, args: Namespace) -> int:
        configure_log()
        try:
            token, target = _token(args.token_file), target_from(args.printer)
            address = socket_address(args.url, args.kiosk)
            args.data.mkdir(parents=True, exist_ok=True)
            with only_agent(args.data / "agent.lock"), closing(Journal(args.data / JOURNAL)) as journal:
                return asyncio.run(_run(address, token, target, journal, args))
        except (Unusable, BadTarget, ValueError, OSError) as error:
            sys.stderr.write(f"kiosk-agent: {error}\n")
            return 2


command = Command()


async def _run(address: str, token: str, target: Target, journal: Journal, args: Namespace) -> int:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if args.until_stdin_closes:
        loop.add_reader(0, _until_closed, ended)
    agent = Agent(printer_at(target, args.data), journal, target, logo=Logos(args.url).fetch)
    serving = asyncio.create_task(AgentLoop(address, token, agent).run())
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    failed = serving.done() and not serving.cancelled()
    for task in (serving, waiting):
        task.cancel()
    if failed:
        serving.result()
    with suppress(asyncio.CancelledError):
        await serving
    return 0


def _until_closed(ended: asyncio.Event) -> None:
    if not os.read(0, 1024):
        asyncio.get_running_loop().remove_reader(0)
        ended.set()


def _token(file: Path | None) -> str:
    token = file.read_text().strip() if file else os.environ.get(TOKEN, "").strip()
    if not token:
        raise Unusable(f"no token: set {TOKEN} or name a file with --token-file")
    return token


@contextmanager
def only_agent(path: Path, wait_s: float = LOCK_WAIT_S) -> Iterator[None]:
    """Hold the folder: two agents with one journal would print a slip twice. Raises `Unusable`."""
    begun = time.monotonic()
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() - begun > wait_s:
                    raise Unusable(f"another agent uses {path.parent}") from None
                time.sleep(0.1)
        yield


def configure_log() -> None:
    """Log to standard error, without addresses: they could hold secrets some day."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("PIL", "websockets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
