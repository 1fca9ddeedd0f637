"""How a server process is run: arguments, checks before the start, uvicorn, the line that says where."""

import argparse
import contextlib
import fcntl
import gc
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import uvicorn

from queue_server.commands import noted
from queue_server.commands.log_form import FORMS
from queue_server.commands.notifying import notify, watchdog
from queue_server.commands.serving_tls import Tls
from queue_server.live.socket_options import raise_file_limit, socket_options
from queue_server.settings import DEFAULT_PORT, Settings

SHUT_DOWN_S = 1
SWITCH_S = 0.0005
"""So long may one of the two busy threads (event loop, writer) keep the interpreter while the other waits.

After each commit the writer has to get it back. Beside a busy event loop, with Python's usual 5 ms, one
call took 12–14 ms; with this 3.
"""
COLLECT_AFTER = (20_000, 20, 50)
"""How many new objects make the collector look for circles: at the young, the middle, the old ones.

Nothing on the road makes circles, and a look at a whole day's tickets keeps everybody waiting for 80 ms;
with Python's usual 700 that came twice a second on a busy day.
"""


def add_server_arguments(parser: argparse.ArgumentParser, data: str) -> None:
    """Add what `demo` and `serve` have in common, in the order in which the help tells it."""
    _add_where(parser, data)
    _add_what_is_kept(parser)
    _add_how(parser)


def _add_where(parser: argparse.ArgumentParser, data: str) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port; 0: a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path(data), metavar="DIR", help="data folder (default: %(default)s)"
    )
    parser.add_argument(
        "--database", default="", metavar="URL", help="postgresql://… instead of a file in the data folder"
    )
    parser.add_argument(
        "--public-url",
        default="",
        metavar="URL",
        help="where visitors' phones reach this server; switches the QR on",
    )
    parser.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="proxy whose forwarded addresses count; may be repeated",
    )


def _add_what_is_kept(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backups",
        type=Path,
        metavar="DIR",
        help="folder of the nightly backups, better on another machine (default: backups in the data folder)",
    )
    parser.add_argument(
        "--daysheets",
        type=Path,
        metavar="DIR",
        help="folder of the day sheets, better on a share (default: daysheets in the data folder)",
    )
    parser.add_argument(
        "--log-years",
        type=_years,
        default=LOG_YEARS,
        metavar="N",
        help="so long who changed what is kept (default: %(default)s)",
    )
    parser.add_argument(
        "--past-years",
        type=_years,
        default=PAST_YEARS,
        metavar="N",
        help="so long past visits and appointments are kept, which name nobody (default: %(default)s)",
    )


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-speech", action="store_true", help="chime only")
    parser.add_argument(
        "--log",
        choices=FORMS,
        default="auto",
        help="how the log is written (default: lines of JSON under systemd, else text)",
    )
    parser.add_argument("--log-requests", action="store_true", help="log each request, without what it asked")
    parser.add_argument("--no-rate-limits", action="store_true", help="for load tests on this machine")


LOG_YEARS: Final = 3
PAST_YEARS: Final = 10


def _years(text: str) -> int:
    years = int(text)
    if years < 1:
        raise ValueError(text)
    return years


def settings_from(args: argparse.Namespace, **more: object) -> Settings:
    return Settings(
        data=args.data.resolve(),
        host=args.host,
        port=args.port,
        database=args.database,
        public_url=args.public_url.rstrip("/"),
        trusted_proxies=tuple(args.trusted_proxy),
        rate_limits=not args.no_rate_limits,
        log_requests=args.log_requests,
        speech=not args.no_speech,
        backups=args.backups.resolve() if args.backups else None,
        day_sheets=args.daysheets.resolve() if args.daysheets else None,
        log_years=args.log_years,
        past_years=args.past_years,
        **more,  # type: ignore[arg-type]
    )


RESTORE_WORK: Final = ".restore-work-"
"""Folders in which a restore unpacks a backup: all that it holds, not sealed."""


@contextmanager
def server_lock(settings: Settings) -> Iterator[None]:
    """Hold the data folder's lock file, so that `migrate`, `restore`, `rebuild` refuse beside us."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with settings.lock_file.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"aufruf: another server uses {settings.data}; stop it first, or choose another --data")
        noted.note(file)
        for left in settings.data.glob(f"{RESTORE_WORK}*"):  # the lock is ours: whoever made it is dead
            shutil.rmtree(left, ignore_errors=True)
        yield


def run_server(
    settings: Settings,
    socket_: socket.socket,
    started: Callable[[str], None],
    redirect: socket.socket | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `started(address)` is called as soon as it answers.

    `redirect` is led to https. Raises CertificateProblem before anything is served.
    """
    from queue_server.web.app import create_app

    raise_file_limit()
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*COLLECT_AFTER)
    host, port = socket_.getsockname()[:2]
    tls = None if settings.certificate is None else Tls(settings)
    address = f"{'https' if tls else 'http'}://{_in_url(host)}:{port}/"
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,  # it writes raw paths, secrets included
        proxy_headers=False,
        server_header=False,
        log_config=None,  # its own would write exceptions with their words
        lifespan="on",
        backlog=2048,
        **socket_options(),
        ssl_context_factory=None if tls is None else lambda _config, _default: tls.served.context,
    )

    def tell() -> None:
        noted.note_address(settings, address)
        started(address)

    server = _Server(config, tell, tls, redirect)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after a clean end
        server.run(sockets=[socket_])


def bind(host: str, port: int) -> socket.socket:
    """Take the port, or end with one sentence that says what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle off: 45 ms a kept-alive answer otherwise.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        sys.exit(
            f"aufruf: cannot listen on {host}:{port} ({error.strerror}); choose another with --host or --port"
        )
    return listening


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        started: Callable[[], None],
        tls: Tls | None = None,
        redirect: socket.socket | None = None,
    ) -> None:
        super().__init__(config)
        self._tell = started
        self._tls = tls
        self._redirect = redirect
        self._watchdog = watchdog()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._tls is not None:
            await self._tls.start(self._redirect, self.config.port)
        if self.started:
            self._tell()
            notify("READY=1")
            if self._watchdog is not None:
                self._watchdog.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        notify("STOPPING=1")
        if self._watchdog is not None:
            await self._watchdog.stop()
        if self._tls is not None:
            await self._tls.stop()
        await super().shutdown(sockets)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def why_not_ready(settings: Settings) -> str | None:
    """Return in one sentence why a real town cannot be served yet; None when it can."""
    from queue_server.adapters import accounts
    from queue_server.adapters.database import Database
    from queue_server.adapters.town.store import load_towns
    from queue_server.commands.common import why_not_served
    from queue_server.commands.demo_town import DEMO_PASSWORD

    database = Database(settings.database_url)
    try:
        problem = why_not_served(settings, database)
        if problem:
            return problem
        for town in database.read(load_towns).values():
            for account in database.read(partial(accounts.list_accounts, organisation_id=town.id)):
                if accounts.verify_password(account.password_hash, DEMO_PASSWORD):
                    return f"the account {account.user} has the demo's password; set another one"
    finally:
        database.dispose()
    return None
