"""The section `[push]` of the connections: whether calls are pushed to phones, and by which services.

What must not live here: sending (`adapters.push.sender`).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from queue_server.adapters.post.mail_message import UnusableAddress, address
from queue_server.adapters.town.source import ShapeCode
from queue_server.adapters.town.table import Table
from queue_server.domain.town_problem import Code

SERVICES: Final = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
"""The services of the browsers that people have."""
_SERVICE: Final = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class PushServices:
    """Whom a service may write to when our pushes trouble it, and which services we use.

    `ca_file` is a certificate authority of the town's own, for a proxy that opens what goes out.
    """

    contact: str
    services: tuple[str, ...] = SERVICES
    ca_file: Path | None = None

    @classmethod
    def of(cls, table: Table) -> "PushServices":
        """Read the section; what is wrong with it is noted in the table's report."""
        written = table.words("services", SERVICES)
        for place, one in enumerate(written):
            if not _SERVICE.fullmatch(one):
                table.wrong(("services", place), ShapeCode.BAD_ADDRESS, expected=SERVICES[0])
        found = cls(_contact(table), written, _ca_file(table))
        table.finish()
        return found


def _contact(table: Table) -> str:
    written = table.text("contact")
    try:
        return address(written).addr_spec
    except UnusableAddress:
        if written:
            table.wrong(("contact",), Code.BAD_EMAIL, found=written)
        return ""


def _ca_file(table: Table) -> Path | None:
    name = table.text("ca_file", "")
    if not name:
        return None
    file = Path(table.source.name).parent / name
    if not file.is_file():
        table.wrong(("ca_file",), ShapeCode.FILE_UNREADABLE, found=name)
    return file
