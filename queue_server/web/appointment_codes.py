"""The code in a manage link, `/termin/v/{secret}`: what it names, and the appointment it opens."""

from dataclasses import dataclass

from queue_server.domain.appointment import Appointment
from queue_server.domain.errors import NotFound, WrongSite
from queue_server.services.appointments import find_appointment
from queue_server.services.ports import Unit
from queue_server.web.house import House


@dataclass(frozen=True, slots=True)
class ManageRef:
    """What a manage link names. References are unique over the server; the site is found by them."""

    reference: str
    version: int


def read_manage_code(house: House, secret: str, kind: str = "manage") -> ManageRef:
    """Return what a secret names; raises NotFound when it was not made here for this `kind` of link."""
    opened = house.secrets.open_seal(kind, secret)
    if opened is None:
        raise NotFound(what="appointment")
    return ManageRef(*opened)


def appointment_of(unit: Unit, ref: ManageRef, *, elsewhere: bool = False) -> Appointment:
    """Return the appointment that is meant; raises NotFound when its secret was replaced.

    `elsewhere`: for one at another site of the organisation raise `WrongSite` instead.
    """
    appointment = find_appointment(unit, ref.reference, elsewhere=elsewhere)
    if appointment.secret_version != ref.version:
        raise NotFound(what="appointment")
    return appointment


def site_of(unit: Unit, ref: ManageRef) -> str:
    """Return at which site of the town the appointment is now; raises `NotFound` as `appointment_of` does."""
    try:
        appointment_of(unit, ref, elsewhere=True)
    except WrongSite as elsewhere:
        stored = unit.stored_by_reference(ref.reference)
        if stored is None or stored[1].secret_version != ref.version:
            raise NotFound(what="appointment") from None
        return str(elsewhere.params["site"])
    return unit.site.id
