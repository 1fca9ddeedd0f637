"""Where a printer is and how it is to be treated, as one address: `tcp://printer.example:9100?profile=TM-T20II`.

Only reads and checks the address; nothing is opened here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Kind = Literal["tcp", "file", "usb", "serial", "preview"]
RAW_PORT: Final = 9100
BAUD: Final = 19_200


class BadTarget(ValueError):  # noqa: N818 - errors name the refusal
    """A printer address that cannot be used; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A printer address, read.

    `answers`: it can tell its status (`?status=none`: it cannot, and "sent" is all that can be known).
    `drawn`: every text as a picture (`?text=drawn`), for printers whose code pages are not what they say.
    `profile`: its name in python-escpos (`?profile=`).
    """

    kind: Kind
    host: str = ""
    port: int = RAW_PORT
    path: Path | None = None
    answers: bool = True
    drawn: bool = False
    profile: str = "default"
    baud: int = BAUD


def target_from(address: str) -> Target:
    """Read `tcp://host[:port]`, `file:///…`, `usb://vendor:product`, `serial:///dev/…` or `preview:[/…]`.

    Raises `BadTarget`.
    """
    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as error:
        raise BadTarget(f"{address!r} is no printer address: {error}") from None
    if unknown := options.keys() - {"status", "text", "profile", "baud"}:
        raise BadTarget(f"{address!r}: unknown option {', '.join(sorted(unknown))}")
    if parts.scheme not in {"tcp", "file", "usb", "serial", "preview"}:
        raise BadTarget(f"{address!r} must begin with tcp://, file:///, usb://, serial:/// or preview:")
    kind = cast("Kind", parts.scheme)
    return Target(
        kind=kind,
        host=_host(parts, kind, address),
        port=_port(parts, kind, address),
        path=_path(parts, kind, address),
        answers=_choice(options, "status", ("full", "none"), address) == "full"
        and kind not in {"file", "preview"},
        drawn=_choice(options, "text", ("pages", "drawn"), address) == "drawn",
        profile=options.get("profile", "default"),
        baud=_baud(options, address),
    )


def _host(parts: SplitResult, kind: Kind, address: str) -> str:
    if kind == "usb":
        return parts.netloc
    if kind == "tcp" and not parts.hostname:
        raise BadTarget(f"{address!r} names no host")
    return parts.hostname or ""


def _port(parts: SplitResult, kind: Kind, address: str) -> int:
    if kind != "tcp":
        return 0
    try:
        return parts.port or RAW_PORT
    except ValueError:
        raise BadTarget(f"{address!r}: the port must be a number up to 65535") from None


def _path(parts: SplitResult, kind: Kind, address: str) -> Path | None:
    path = unquote(parts.path)
    if kind in {"file", "serial"} and not path.startswith("/"):
        raise BadTarget(f"{address!r} must name a path from the root: {kind}:///…")
    return Path(path) if path and kind in {"file", "serial", "preview"} else None


def _choice(options: dict[str, str], key: str, choices: tuple[str, str], address: str) -> str:
    value = options.get(key, choices[0])
    if value not in choices:
        raise BadTarget(f"{address!r}: {key} must be {' or '.join(choices)}")
    return value


def _baud(options: dict[str, str], address: str) -> int:
    value = options.get("baud", str(BAUD))
    if not value.isdecimal() or not int(value):
        raise BadTarget(f"{address!r}: baud must be a number")
    return int(value)
