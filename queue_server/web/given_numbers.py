"""What a kiosk's agent says after a restore: the numbers on its slips of an earlier epoch."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from queue_server.services import given_numbers
from queue_server.services.given_numbers import Given
from queue_server.services.ports import Answer, Unit
from queue_server.web.house import House

MOST: Final = 300
"""So many in one message; an agent with more sends several."""
LONGEST_AGE_S: Final = 24 * 3600
log = logging.getLogger(__name__)


async def take_in(house: House, site_id: str, told: object) -> None:
    """Keep these numbers out of today's draw, as far as the site does not know them."""
    given = list(_read(told, house.epoch, house.clock()))
    if not given:
        return
    answer = await house.sequencer.do(site_id, partial(_withhold, given=given))
    if answer["count"]:
        log.warning("%s numbers from before the restore are withheld at %s", answer["count"], site_id)


def _withhold(unit: Unit, given: list[Given]) -> Answer:
    return {"count": len(given_numbers.withhold(unit, given))}


def _read(told: object, epoch: str, now: datetime) -> Iterator[Given]:
    for one in told[:MOST] if isinstance(told, list) else []:
        # A number of this epoch is in our own log.
        if isinstance(one, Mapping) and one.get("epoch") != epoch and _is_whole(one):
            yield Given(one["number"], one["ticket_id"], now - timedelta(seconds=one["age_s"]))


def _is_whole(one: Mapping[str, Any]) -> bool:
    numbers = (one.get("number"), one.get("ticket_id"), one.get("age_s"))
    return all(type(value) is int for value in numbers) and 0 <= one["age_s"] <= LONGEST_AGE_S
