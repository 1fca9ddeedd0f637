"""What a process knows of one site: today's hall, the visitors' book, who sits where, who needs what."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import AppointmentRows
from queue_server.adapters.rows.base import read_hall
from queue_server.adapters.rows.desk_rows import DeskRows
from queue_server.adapters.rows.visitor_rows import VisitorRows
from queue_server.domain import book_fold, fold
from queue_server.domain.book import Book
from queue_server.domain.events import Recorded
from queue_server.domain.forecast.ranges import Forecast
from queue_server.domain.hall import Hall
from queue_server.domain.town import Site, Town
from queue_server.services.ports import Binding


@dataclass(slots=True)
class SiteMemory:
    """True at `hall.seq`."""

    hall: Hall
    book: Book
    desk: dict[str, Binding]
    needs: dict[int, tuple[str, ...]]
    unattended: frozenset[str] = frozenset()
    """The open counters whose clerk has not been seen for long: known to this process alone."""
    forecast: Forecast | None = None
    """What was foretold last: of this process alone, too."""

    @classmethod
    def load(
        cls, connection: Connection, town: Town, site: Site, day: date, seq: int, book: Book | None = None
    ) -> "SiteMemory":
        """Return the site as its rows tell it; `book` when it is known to be right."""
        zone = ZoneInfo(site.time_zone)
        memory = cls(
            read_hall(connection, site.id, day, seq),
            book or AppointmentRows.read_book(connection, site.id, zone, day),
            DeskRows.of_site(connection, site.id, town),
            VisitorRows.needs_of_site(connection, site.id),
        )
        memory.reserve()
        return memory

    def take_in(self, recorded: Recorded) -> None:
        """Take in one entry of the log: one sequence for hall and book."""
        fold.apply(self.hall, recorded)
        book_fold.apply(self.book, recorded)

    def reserve(self) -> None:
        """Keep the numbers of those who may still come today from being drawn."""
        self.hall.leases.reserve(self.book.reserved_on(self.hall.business_day))
