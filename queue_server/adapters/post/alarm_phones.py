"""The section `[alarm]` of the connections: which telephones a staff alarm reaches.

What lives here: reading and checking the section. What must not: sending (`web.alarm_calls`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from queue_server.adapters.town.source import ShapeCode
from queue_server.adapters.town.table import Table

LIKE_THIS: Final = "+4915112345678"
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


@dataclass(frozen=True, slots=True, repr=False)
class AlarmPhones:
    """Numbers for every site, and further ones of single sites by id."""

    phones: tuple[str, ...] = ()
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"AlarmPhones({len(self.phones)})"  # whose they are is nobody's business in a log

    def of_site(self, site_id: str) -> tuple[str, ...]:
        """Return whom an alarm at this site reaches, each once."""
        return tuple(dict.fromkeys((*self.phones, *self.sites.get(site_id, ()))))

    @classmethod
    def of(cls, table: Table) -> "AlarmPhones":
        """Read the section; what is wrong with it is noted in the table's report."""
        own = table.table("sites")
        sites = {name: _numbers(own, name) for name in own.data}
        own.finish()
        found = cls(_numbers(table, "phones"), sites)
        table.finish()
        return found


def _numbers(table: Table, key: str) -> tuple[str, ...]:
    written = table.words(key, ())
    found = tuple("".join(one.split()) for one in written)
    for index, one in enumerate(found):
        if not _NUMBER.fullmatch(one):
            table.wrong((key, index), ShapeCode.BAD_ADDRESS, expected=LIKE_THIS)
    return tuple(one for one in found if _NUMBER.fullmatch(one))
