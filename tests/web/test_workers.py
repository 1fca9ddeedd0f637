"""What works beside the requests is started with the app."""

import asyncio

from tests.web.running import Town


async def test_figures_and_the_monthly_sheet_are_seen_to_while_the_server_runs(town: Town) -> None:
    assert town.house.searches.sites() == []
    names = [task.get_name() for task in asyncio.all_tasks()]
    assert {"counting", "judging the estimates", "posting the monthly sheet"} <= set(names)
    assert names.count("postman") == 4, "of mail, text messages, calendars, and of the monthly sheet"
