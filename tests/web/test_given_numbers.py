"""An agent that met a restored server tells the numbers on its slips; staff find them."""

import json
from typing import Any

import pytest

from tests.web.running import Town
from tests.web.test_sockets import picture

AGENT = "/live/kiosks/rathaus-kiosk?agent=1"


async def tell(town: Town, given: object) -> None:
    async with town.socket("kiosk", AGENT) as agent:
        await picture(agent)
        await agent.send(json.dumps({"given": given}))
        await (await agent.ping())  # the server reads in order


async def withheld(town: Town) -> set[int]:
    def look(unit: Any) -> set[int]:
        return {number for number in unit.hall.leases if unit.hall.is_withheld(number)}

    return set(await town.house.sequencer.look("rathaus", look))


def one(number: object = 417, **changes: object) -> dict[str, object]:
    return {"epoch": "before", "ticket_id": 5000, "number": number, "age_s": 0, **changes}


async def test_numbers_of_another_epoch_are_kept_out_of_the_draw(served_town: Town) -> None:
    await tell(served_town, [one(), one(302), one(303, epoch=served_town.house.epoch)])
    assert await withheld(served_town) == {417, 302}


@pytest.mark.parametrize(
    "given",
    [
        *(7, None, {}, [7], [{}], [one("417")], [one(True)], [one(1)], [one(10**9)]),
        *([one(age_s=-1)], [one(age_s=10**9)], [one(age_s=0.5)], [one(ticket_id="7")]),
    ],
)
async def test_nonsense_withholds_nothing_and_cuts_nobody_off(served_town: Town, given: object) -> None:
    await tell(served_town, given)
    assert await withheld(served_town) == set()


async def test_only_the_agent_is_believed(served_town: Town) -> None:
    async with served_town.socket("kiosk", "/live/kiosks/rathaus-kiosk") as page:
        await picture(page)
        await page.send(json.dumps({"given": [one()]}))
        await (await page.ping())
    assert await withheld(served_town) == set()
