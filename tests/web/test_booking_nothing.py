"""What visitors looked for and did not find goes into the figures: what and where, and once a day."""

from dataclasses import replace
from functools import partial

from queue_server.adapters.town import store as town_store
from tests.web.forms import Visitor
from tests.web.running import Town

TIMES = "/termin/rathaus?step=2&s=mayor-talk"


async def nobody_works(town: Town) -> None:
    found = town.house.town_and_site("rathaus")[0]
    changed = replace(found, clerks=tuple(replace(one, roster=()) for one in found.clerks))
    await town.house.write(partial(town_store.save_town, town=changed, now=town.clock()))
    await town.house.renew_settings()


async def test_times_without_a_free_one_are_noted_with_their_concern_once_a_day(town: Town) -> None:
    searches = town.house.searches
    await Visitor(town).open(TIMES)
    assert searches.sites() == [], "there are free times"
    await nobody_works(town)
    for _ in range(2):
        await Visitor(town).open(TIMES)
    assert searches.sites() == ["rathaus"]
    assert searches.take("rathaus") == (("mayor-talk", 1),)
    town.clock.forward(days=1)
    await Visitor(town).open(TIMES)
    assert searches.take("rathaus") == (("mayor-talk", 1),)
