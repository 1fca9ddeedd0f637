"""Figures as open data: for everybody where a site wants that, months that are over, nothing small."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from queue_server.adapters import day_figures
from queue_server.adapters.town import store as town_store
from queue_server.web.measuring import Measuring
from tests.web.admin.counted import count_the_past
from tests.web.running import Town
from tests.web.test_openapi import complaints

LAST = "/api/v1/sites/rathaus/figures"
STATEMENT = "/barrierefreiheit?town=musterstadt"
FEBRUARY = f"{LAST}?month=2026-02"


async def opened(town: Town) -> None:
    settings = town.house.town_and_site("rathaus")[0]
    sites = tuple(replace(one, open_figures=one.id == "rathaus") for one in settings.sites)
    changed = replace(settings, sites=sites)
    await town.house.write(partial(town_store.save_town, town=changed, now=town.clock()))
    await town.house.renew_settings()


async def test_nobody_reads_figures_where_the_site_does_not_tell_any(town: Town) -> None:
    await count_the_past(town)
    for who in (None, "administrator"):
        assert (await town.ask(who, "GET", FEBRUARY)).status_code == 404


async def test_everybody_reads_a_month_that_is_over(town: Town) -> None:
    await count_the_past(town)
    await opened(town)
    answer = await town.ask(None, "GET", FEBRUARY)
    told = answer.json()
    [total] = told["total"]
    assert (total["visits"], told["first"], told["last"]) == (1200, "2026-02-01", "2026-02-28")
    assert sum(row["visits"] for row in told["by_service"]) == 1200
    assert total["from_appointment"] + total["from_kiosk"] == 1200
    assert (total["calls"], total["open_min"], total["busy_min"]) == (2000, 30_000, 21_000)
    assert (total["calls_fetched"], total["calls_confirmed"]) == (600, 1360)
    assert [row["key"] for row in told["by_weekday"]] == ["1", "2", "3", "4", "5"]
    assert not [row for row in told["by_service"] if row["missed"] in range(1, 5)]
    assert complaints(answer, "/api/v1/sites/{site}/figures", "get") == []


async def test_an_address_without_a_month_tells_the_last_one_that_is_over(town: Town) -> None:
    await count_the_past(town)
    await opened(town)
    named, unnamed = [(await town.ask(None, "GET", path)).json() for path in (FEBRUARY, LAST)]
    assert unnamed == named


async def test_citizens_find_them_where_the_town_passes_them_on(town: Town) -> None:
    pages = ("/", "/termin/rathaus", STATEMENT)
    for path in pages:
        assert LAST not in (await town.client.get(path)).text, path
    await opened(town)
    for path in pages:
        text = (await town.client.get(path)).text
        head = text.partition("</head>")[0]
        assert f'<link rel="alternate" type="application/json" href="{LAST}" title="Zahlen des' in head, path
    assert "buergerzentrum/figures" not in text, "it passes nothing on"
    for language in ("de", "de-x-leicht", "en", "tr", "uk", "ar"):
        text = (await town.client.get(f"{STATEMENT}&lang={language}")).text
        assert f'href="{LAST}" type="application/json">' in text, language
        assert "statement." not in text, "no text is missing"


async def test_no_month_that_runs_is_told_and_no_nonsense_read(town: Town) -> None:
    await opened(town)
    for month, code in (
        ("2026-03", "month_not_over"),
        ("2027-01", "month_not_over"),
        ("2026-13", "bad_input"),
        ("never", "bad_input"),
    ):
        answer = await town.ask(None, "GET", f"/api/v1/sites/rathaus/figures?month={month}")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, code), month
        assert error.get("last") == ("2026-02" if code == "month_not_over" else None)
        assert complaints(answer, "/api/v1/sites/{site}/figures", "get") == []


async def test_a_month_of_which_nothing_was_counted_is_not_told_as_nought(town: Town) -> None:
    await count_the_past(town)
    await opened(town)
    for month, status in (("2021-01", 404), ("2025-02", 404), ("2025-03", 200)):
        answer = await town.ask(None, "GET", f"/api/v1/sites/rathaus/figures?month={month}")
        assert answer.status_code == status, month


async def test_no_month_is_told_while_a_day_of_it_is_not_counted(town: Town) -> None:
    """From what was told before and after, that day could be worked out."""
    await opened(town)
    await town.open()
    await town.take()
    march = "/api/v1/sites/rathaus/figures?month=2026-03"
    town.clock.now = datetime(2026, 4, 2, 8, tzinfo=UTC)
    assert (await town.ask(None, "GET", march)).status_code == 404
    await town.open()
    await Measuring(town.house, day_figures).turn()
    assert (await town.ask(None, "GET", march)).status_code == 200
