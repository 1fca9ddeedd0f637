"""Whether a wish for text messages can be kept: asked where it is typed, so that nobody waits in vain.

What must not live here: sending (`web.texting`).
"""

import asyncio

from queue_server.domain.person import Person
from queue_server.domain.town import Site
from queue_server.services import appointments
from queue_server.services.ports import Answer, Unit
from queue_server.web.house import House


async def sms_problem(house: House, site: Site, phone: str) -> str:
    """Return why no text message can go to a number, as the end of a text's key; "" when one can."""
    if not phone:
        return "sms_needs_phone"
    if await asyncio.to_thread(house.sms.mobile, phone) is None:
        return "sms_needs_mobile"
    stopped = await house.sequencer.look(site.id, lambda unit: unit.wants_no_sms(phone))
    return "sms_stopped" if stopped else ""


def set_sms(unit: Unit, reference: str, *, stop: bool) -> Answer:
    """Note that the number of an appointment wants no text messages any more, or does again; at all sites."""
    found = appointments.find_appointment(unit, reference)
    person = unit.person(found.id)
    if person is not None and person.phone:
        (unit.stop_sms if stop else unit.allow_sms)(person.phone)
    return appointments.view(unit, found)


def sms_state(unit: Unit, person: Person | None) -> str:
    """Return "on" or "off" for who wished for text messages ("off": none any more), else ""."""
    if person is None or not (unit.site.sms and person.sms and person.phone.strip()):
        return ""
    return "off" if unit.wants_no_sms(person.phone) else "on"
