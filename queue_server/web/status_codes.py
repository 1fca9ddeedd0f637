"""The code in the slip's QR, `/t/{secret}`: what it names, and the ticket it opens.

The phone's page (`page_status`) and the kiosk's scanner (`api_kiosks`) read the same code.
"""

from dataclasses import dataclass

from queue_server.domain.errors import NotFound
from queue_server.domain.ticket import Ticket
from queue_server.services import visits
from queue_server.services.ports import Unit
from queue_server.web.house import House


@dataclass(frozen=True, slots=True)
class Ref:
    """What a status secret names."""

    site_id: str
    ticket_id: int
    key_part: str
    version: int


def read_code(house: House, secret: str) -> Ref:
    """Return what a secret names; raises NotFound when it was not made here."""
    opened = house.secrets.open_seal("status", secret)
    if opened is None:
        raise NotFound(what="ticket")
    named, _, key_part = opened[0].rpartition(":")
    site_id, _, ticket_id = named.rpartition(":")
    house.town_and_site(site_id)
    return Ref(site_id, int(ticket_id), key_part, opened[1])


def ticket_of(unit: Unit, ref: Ref) -> Ticket:
    """Return the ticket of today that is meant; raises NotFound when its secret was replaced.

    A ticket that got the id anew after a restore is not meant.
    """
    ticket = visits.by_id(unit, ref.ticket_id)
    if ticket.secret_version != ref.version or not ticket.key.startswith(ref.key_part):
        raise NotFound(what="ticket")
    return ticket
