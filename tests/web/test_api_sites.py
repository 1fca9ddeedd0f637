"""Sites, boards, queues and taking a number, over HTTP."""

from tests.web.running import Town


async def test_sites_are_listed_for_everybody(each_town: Town) -> None:
    answer = await each_town.ask(None, "GET", "/api/v1/sites")
    assert answer.status_code == 200
    assert {site["id"] for site in answer.json()["sites"]} == {"rathaus", "buergerzentrum", "nachbarhaus"}


async def test_a_number_is_taken(each_town: Town) -> None:
    await each_town.open()
    taken = await each_town.take("id-card", persons=2)
    assert taken.keys() >= {"id", "number", "status_url", "ahead", "wait"}
