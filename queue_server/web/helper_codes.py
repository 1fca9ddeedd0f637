"""Codes of trusted helpers at the door: guessing is slow, and nobody is asked for one in vain."""

from collections.abc import Iterator
from contextlib import contextmanager

from queue_server.domain.errors import UnknownHelperCode
from queue_server.domain.town import Town
from queue_server.services import booking_limits
from queue_server.services.ports import Unit
from queue_server.web.house import House


@contextmanager
def guessing_slowly(house: House, address: str, code: str) -> Iterator[None]:
    """Count a wrong code against the address. Raises TooManyRequests before another one is looked up."""
    if code.strip():
        house.limits.check_helper_code(address)
    try:
        yield
    except UnknownHelperCode:
        house.limits.note_wrong_helper_code(address)
        raise


async def has_helpers(house: House, town: Town) -> bool:
    """Say whether the town has helpers at all."""
    return await house.read(lambda conn: house.helpers.has_helpers(conn, town.id))


async def require_known(house: House, site_id: str, address: str, code: str) -> None:
    """Raise UnknownHelperCode for a code that lifts nothing: beside its field, before the last step."""
    if not code.strip():
        return

    def look(unit: Unit) -> None:
        booking_limits.helper_of(unit, code)

    with guessing_slowly(house, address, code):
        await house.sequencer.look(site_id, look)
