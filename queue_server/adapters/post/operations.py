"""The section `[operations]` of the connections: who is written to when something fails."""

from dataclasses import dataclass

from queue_server.adapters.post.mail_message import UnusableAddress, address
from queue_server.adapters.town.table import Table
from queue_server.domain.town_problem import Code


@dataclass(frozen=True, slots=True)
class Operations:
    """Who gets the weekly report and the alerts; nobody when the section is missing."""

    mail: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Table) -> "Operations":
        """Read the section; what is wrong with it is noted in the table's report."""
        written = table.words("mail")
        for place, one in enumerate(written):
            try:
                address(one)
            except UnusableAddress:
                table.wrong(("mail", place), Code.BAD_EMAIL, found=one)
        table.finish()
        return cls(written)
