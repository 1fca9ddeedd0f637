"""Press a counter's button from the command line or a call keypad: next, recall, done, open, close.

The token comes from the environment (`AUFRUF_TOKEN`) or a file, never from the command line, where every
process of the machine could read it.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from counter_client import watch
from counter_client.client import CounterClient, Refused, Unreachable

TOKEN: Final = "AUFRUF_TOKEN"  # noqa: S105 - the name of the variable
ACTS: Final[Mapping[str, tuple[str, Callable[[CounterClient], dict[str, Any]]]]] = {
    "next": ("call who is next", lambda client: client.next()),
    "recall": ("summon the called visitor again", lambda client: client.recall()),
    "come": ("the called visitor has come", lambda client: client.has_come()),
    "done": ("end the visit and call the next one", lambda client: client.done()),
    "no-show": ("the called visitor did not come", lambda client: client.no_show()),
    "open": ("open the counter, or resume it", lambda client: client.open()),
    "pause": ("pause: nobody new is called", lambda client: client.pause()),
    "close": ("close the counter", lambda client: client.close()),
    "alarm": ("call colleagues for help, silently here", lambda client: client.raise_alarm()),
    "alarm-test": ("the same as a trial", lambda client: client.raise_alarm(test=True)),
}
WATCH: Final = "watch"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = {name: words for name, (words, _) in ACTS.items()}
    acts[WATCH] = "stay, and sound when a colleague calls for help"
    parser.add_argument("act", choices=tuple(acts), help="; ".join(f"{k}: {v}" for k, v in acts.items()))
    parser.add_argument("--counter", required=True, metavar="ID", help="the counter, such as rathaus-1")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the server (default: %(default)s)")
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help=f"a file that holds the clerk's token (default: the variable {TOKEN})",
    )
    parser.add_argument("--player", metavar="PROGRAM", help="watch: what plays a sound file on this machine")
    parser.add_argument("--json", action="store_true", help="print the server's whole answer")


def run(args: argparse.Namespace) -> int:
    """Press one button; print the number that is called. 1: refused or unreachable, 2: no token."""
    token = read_token(args.token_file, os.environ)
    if not token:
        return _complain(f"set {TOKEN} or --token-file to a clerk's token (aufruf token create)", 2)
    try:
        with CounterClient(args.url, args.counter, token=token) as client:
            if args.act == WATCH:
                return watch.run(client, args.player)
            answer = ACTS[args.act][1](client)
    except Refused as refused:
        return _complain(str(refused), 1)
    except Unreachable:
        return _complain(f"nobody answers at {args.url}; nothing is known of the press", 1)
    sys.stdout.write(f"{json.dumps(answer) if args.json else in_short(answer)}\n")
    return 0


def read_token(file: Path | None, environment: Mapping[str, str]) -> str:
    """Return the token of the file, else of the environment, else nothing."""
    if file is None:
        return environment.get(TOKEN, "").strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as missing:
        _complain(f"cannot read {file}: {missing.strerror}", 2)
        return ""


def in_short(answer: Mapping[str, Any]) -> str:
    """Say an answer in a line: a called number with its room, or the state of the counter."""
    if "number" in answer:
        return f"{answer['number']} {answer['state']} room {answer['room']}"
    if "told" in answer:
        return f"alarm {answer['raised']}, {answer['reached_count']} other places are connected"
    return f"{answer['id']} {answer['state']}"


def _complain(text: str, status: int) -> int:
    sys.stderr.write(f"aufruf: {text}\n")
    return status
