"""Start a sample town to try everything: kiosk, counter, screen, phone, paper."""

import argparse
import sys
import time
from ipaddress import ip_address
from typing import Final

from queue_server.commands import running
from queue_server.commands.demo_crowd import Visitors
from queue_server.commands.demo_town import DEMO_PASSWORD, prepare
from queue_server.commands.kiosk_agents import KioskAgents
from queue_server.commands.log_form import configure_log

PAST_WEEKS: Final = 4
"""More shows more, and each week takes half a second of the first start."""
MOST_WEEKS: Final = 52


def add_arguments(parser: argparse.ArgumentParser) -> None:
    running.add_server_arguments(parser, "data/demo")
    parser.add_argument(
        "--public-demo",
        action="store_true",
        help="allow another host than this machine; passwords are random then",
    )
    parser.add_argument(
        "--no-agents", action="store_true", help="print nothing; you start `aufruf kiosk-agent` yourself"
    )
    parser.add_argument("--visitors", action="store_true", help="let visitors come and go by themselves")
    parser.add_argument(
        "--past",
        type=_weeks,
        default=PAST_WEEKS,
        metavar="WEEKS",
        help=f"weeks of simulated past for a new sample town, 0 to {MOST_WEEKS} (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    started_at = time.monotonic()
    if not args.public_demo and not _is_loopback(args.host):
        print(
            f"aufruf: {args.host} can be reached by others; add --public-demo to allow that", file=sys.stderr
        )
        return 2
    configure_log(args.log)
    settings = running.settings_from(args, demo=True, demo_password=DEMO_PASSWORD)
    with running.server_lock(settings):
        socket_ = running.bind(settings.host, settings.port)
        ready = prepare(settings, random_passwords=args.public_demo, say=_say, past_weeks=args.past)
        agents = KioskAgents(settings, {} if args.no_agents else ready.kiosk_tokens)
        visitors = Visitors(ready.visitors_token)

        def started(address: str) -> None:
            took = time.monotonic() - started_at
            _say(f"Aufruf is open: {address}  (Ctrl-C ends it; ready after {took:.1f} s)")
            agents.start(address)
            if args.visitors:
                visitors.start(address)

        try:
            running.run_server(ready.settings, socket_, started)
        finally:
            visitors.stop()
            agents.stop()
    return 0


def _weeks(text: str) -> int:
    weeks = int(text)
    if not 0 <= weeks <= MOST_WEEKS:
        raise argparse.ArgumentTypeError(f"0 to {MOST_WEEKS} weeks")
    return weeks


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _say(line: str) -> None:
    print(line, flush=True)
