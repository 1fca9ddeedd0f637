"""Before a booking goes to the writer: the calendars of those whose time it takes are read once more.

The one place where a booking waits for somebody else's server, beside the event loop's other work: two
seconds at most, and where no calendar is linked not at all. What must not live here: whose time it is, and
what follows from what was read (`services.last_look`).
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from queue_server.domain.errors import Refusal
from queue_server.services.ports import Unit
from queue_server.web.house import House

LONGEST_S: Final = 2.0


async def read_calendars(house: House, site_id: str, whose: Callable[[Unit], Iterable[str]]) -> None:
    """Read the calendars of the clerks that `whose` names, and of who takes their place if they are busy."""
    if not house.clerk_calendars.is_linked:
        return
    known: set[str] = set()
    try:
        async with asyncio.timeout(LONGEST_S):
            while new := set(await house.sequencer.look(site_id, whose)) - known:
                await house.clerk_calendars.read_again(new)
                known |= new
    except TimeoutError:
        return  # what was read last counts, as long as it is young enough
    except Refusal:
        return  # the booking itself says what is wrong
