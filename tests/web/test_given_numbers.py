"""An agent that met a restored server tells the numbers on its slips; staff find them."""

import json
from typing import Any

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


async def test_nonsense_withholds_nothing_and_cuts_nobody_off(served_town: Town) -> None:
    entries: list[object] = [7, {}, one("417"), one(True), one(1), one(10**9), one(ticket_id="7")]
    nonsense: list[object] = [7, None, {}, *([entry] for entry in entries)]
    nonsense += [[one(age_s=age)] for age in (-1, 10**9, 0.5)]
    async with served_town.socket("kiosk", AGENT) as agent:
        await picture(agent)
        for given in nonsense:
            await agent.send(json.dumps({"given": given}))
            await (await agent.ping())
        assert await withheld(served_town) == set()
        await agent.send(json.dumps({"given": [one()]}))
        await (await agent.ping())
    assert await withheld(served_town) == {417}


async def test_only_the_agent_is_believed(served_town: Town) -> None:
    async with served_town.socket("kiosk", "/live/kiosks/rathaus-kiosk") as page:
        await picture(page)
        await page.send(json.dumps({"given": [one()]}))
        await (await page.ping())
    assert await withheld(served_town) == set()
