"""What is noted of attempts to get in: kinds, accounts' ids and networks, for who has to look into it later.

Never a name, a password, a token or a whole address: user names and addresses of staff are personal data, and
the log outlives its purpose easily. An account's id leads to its owner only for who may read the database.
"""

import logging
from ipaddress import ip_address, ip_network
from typing import Final

from starlette.types import Scope

from queue_server.domain.access import Forbidden
from queue_server.domain.errors import Refusal
from queue_server.web.proxies import client_address

TOLD: Final = "told"
"""The attribute of a record that holds further fields; `commands.log_form` writes them."""
NETWORK: Final = {4: 24, 6: 48}
log = logging.getLogger("queue_server.security")


def note(event: str, scope: Scope | None = None, *, warn: bool = False, **fields: str) -> None:
    """Write a security event down; with a scope, also from which network it came."""
    if scope is not None:
        fields["network"] = coarse(client_address(scope))
    log.log(logging.WARNING if warn else logging.INFO, event, extra={TOLD: fields})


def note_refusal(refusal: Refusal, scope: Scope) -> None:
    """Write down that somebody tried what their role may not do; other refusals are ordinary days."""
    if isinstance(refusal, Forbidden):
        note("right_refused", scope, warn=True, act=str(refusal.params.get("act", "")))


def coarse(address: str) -> str:
    """Return the network of an address, as the proxies' log formats keep it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "-"
    return str(ip_network(f"{parsed}/{NETWORK[parsed.version]}", strict=False))
