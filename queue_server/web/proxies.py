"""Whose forwarded address counts: only that of proxies that the operator named (`--trusted-proxy`).

What lives here: reading `X-Forwarded-For` and `X-Forwarded-Proto`. What must not: anything that decides
by the address. Start uvicorn with `proxy_headers=False`: its own reading trusts 127.0.0.1 unasked.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

UNIX: Final = "unix"
"""Names a proxy that connects over a socket file, and so has no address."""
_SCHEMES: Final = {
    ("http", "https"): "https",
    ("websocket", "https"): "wss",
    ("http", "http"): "http",
    ("websocket", "http"): "ws",
}


class ForwardedAddress:
    """Puts the visitor's address and scheme into the scope, when the peer is a trusted proxy.

    Of `X-Forwarded-For` the last address that is no proxy of ours counts: what stands before it was
    written by the client and may be a lie. RFC 7239 `Forwarded` is not read: one header, one truth.
    """

    def __init__(self, app: ASGIApp, trusted: Collection[str]) -> None:
        """Raises ValueError when a name is neither an address nor a network nor `unix`."""
        self.app = app
        self.unix = UNIX in trusted
        self.networks = [ip_network(name, strict=False) for name in trusted if name != UNIX]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and self._is_proxy(scope):
            scope = self._forwarded(scope)
        await self.app(scope, receive, send)

    def _is_proxy(self, scope: Scope) -> bool:
        client = scope.get("client")
        if not client or not client[0]:
            return self.unix
        address = _address(client[0])
        return address is not None and self._trusts(address)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.networks)

    def _forwarded(self, scope: Scope) -> Scope:
        addresses, proto = [], ""
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                addresses += value.decode("latin-1").split(",")
            elif name == b"x-forwarded-proto":
                proto = value.decode("latin-1").rpartition(",")[2].strip().lower()
        visitor = self._visitor(addresses)
        scheme = _SCHEMES.get((scope["type"], proto), scope["scheme"])
        return {**scope, "scheme": scheme, "client": (visitor, 0) if visitor else scope.get("client")}

    def _visitor(self, addresses: list[str]) -> str | None:
        last = None
        for text in reversed(addresses):
            address = _address(text.strip())
            if address is None:
                break
            last = str(address)
            if not self._trusts(address):
                break
        return last


def client_address(scope: Scope) -> str:
    """Return the address of who asks, or "" over a socket file without a proxy's word."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read `10.0.0.7`, `10.0.0.7:443`, `[2001:db8::1]:443`; an IPv4 address in IPv6 clothes is IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
