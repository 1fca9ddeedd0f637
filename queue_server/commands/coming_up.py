"""Waits until a server answers, and tells whether it is the one that is meant."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from queue_server.commands import noted
from queue_server.settings import Settings

LOOK_EVERY_S = 0.1
ANSWER_S = 5
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where it listens, we ask this machine


def comes_up(settings: Settings, version: str, within_s: float) -> bool:
    """Wait until the server of these data is this version and says that it is ready."""
    return _until(lambda: is_up(settings, version), within_s)


def runs_soon(settings: Settings, within_s: float) -> bool:
    """Tell whether any server of these data runs, or starts within this time; it need not be well."""
    return _until(lambda: noted.running(settings) is not None, within_s)


def is_up(settings: Settings, version: str) -> bool:
    server = noted.running(settings)
    if server is None or server.version != version or not server.address:
        return False
    status, _ = ask(server.address, "/readyz")
    return status == 200


def ask(
    address: str, path: str, body: Mapping[str, object] | None = None, token: str = ""
) -> tuple[int, dict[str, Any]]:
    """Ask a server of this machine; return status and answer, status 0 when it does not answer."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(  # noqa: S310 - our own server's address
        _here(address) + path, json.dumps(body).encode() if body is not None else None, headers
    )
    # Its certificate names the town's host; we are on its own machine.
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=ANSWER_S) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, _json(refusal.read())
    except OSError:
        return 0, {}


def _here(address: str) -> str:
    parts = urlsplit(address)
    host = EVERYWHERE.get(parts.hostname or "", parts.hostname or "")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{parts.port}"


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _until(condition: Callable[[], bool], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_EVERY_S)
    return True
