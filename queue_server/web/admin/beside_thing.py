"""What stands beside the form of a thing, by its kind; most kinds have nothing there.

What must not live here: what it is (`beside_clerk`, `beside_display`).
"""

from typing import Any

from queue_server.domain.town import Site
from queue_server.web.admin.beside_clerk import beside_clerk
from queue_server.web.admin.beside_display import beside_display
from queue_server.web.pages import PageCall


async def beside_thing(call: PageCall, what: str, thing: Any, site: Site | None) -> dict[str, Any]:
    """Return what templates/admin/beside_<what>.html shows; empty for nothing."""
    if what == "display":
        return beside_display(call, thing, site)
    return await beside_clerk(call, thing) if what == "clerk" else {}
