"""Administrators and auditors read who changed what; nobody else does, and nobody another town's."""

import csv
import io
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from queue_server.adapters import audit, tokens
from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.running import START, Town
from tests.web.test_page_desk import field, words
from tests.web.test_page_status import NARROW, photograph

LOG = "/admin/log"


async def noted(town: Town, **values: Any) -> None:
    usual: dict[str, Any] = {
        "organisation_id": "musterstadt",
        "site_id": "rathaus",
        "at": START,
        "actor": "admin",
        "role": "administrator",
        "via": "web",
        "act": Done.SETTING_CHANGED,
        "kind": "room",
        "ref": "zimmer-12",
    }
    await town.house.write(partial(audit.note, **{**usual, **values}))


async def read(town: Town, who: str = "administrator", **query: Any) -> str:
    answer = await town.client.get(LOG, params=query, headers=town.headers(who))
    assert answer.status_code == 200, answer.text
    return words(answer.text)


async def test_the_newest_stands_first_with_before_and_after(town: Town) -> None:
    await noted(town, ref="zimmer-1", before={"name": "1"}, after={"name": "1a"})
    await noted(town, ref="zimmer-2", at=START + timedelta(hours=1), actor="<b>x")
    page = await read(town)
    assert page.index("zimmer-2") < page.index("zimmer-1")
    assert "Zimmer „zimmer-1“ geändert" in page
    assert "vorher: 1 → nachher: 1a" in page
    assert "admin (Administration, im Browser)" in page
    assert "<b>x" in page, "what somebody typed is text"


async def test_it_is_narrowed_by_days_act_and_words(town: Town) -> None:
    await noted(town, ref="of-today")
    await noted(town, ref="of-yesterday", at=START - timedelta(days=1), act=Done.BACKED_UP, actor="berta")
    assert "of-yesterday" not in await read(town, **{"from": "2026-03-10"})
    assert "of-today" not in await read(town, to="2026-03-09")
    assert "of-today" in await read(town, **{"from": "2026-03-10", "to": "2026-03-10"})
    assert "of-today" not in await read(town, act="backed_up")
    assert "of-today" not in await read(town, q="BERTA yester")
    assert "Nichts gefunden" in await read(town, q="%")
    assert "of-today" in await read(town, **{"from": "nonsense", "below": "x", "act": "y"})


async def test_older_lines_are_on_the_next_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queue_server.web.admin.page_log.A_PAGE", 2)
    for n in range(5):
        await noted(town, ref=f"room-{n}")
    answer = await town.client.get(f"{LOG}?q=room", headers=town.headers("administrator"))
    seen = [words(answer.text)]
    while "below=" in answer.text:
        older = answer.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        answer = await town.client.get(LOG + older, headers=town.headers("administrator"))
        seen.append(words(answer.text))
        if 'rel="next"' not in answer.text:
            break
    assert [[n for n in range(5) if f"room-{n}" in page] for page in seen] == [[3, 4], [1, 2], [0]]


async def test_a_sites_administrator_sees_what_concerns_the_site(town: Town) -> None:
    await noted(town, ref="of-the-town-hall")
    await noted(town, ref="of-theirs", site_id="buergerzentrum")
    await noted(town, ref="of-all", site_id=None)
    page = await read(town, "administrator of the other site")
    assert "of-theirs" in page
    assert "of-the-town-hall" not in page
    assert "of-all" not in page


async def test_another_towns_log_is_its_own(town: Town) -> None:
    """Failure 15."""
    await noted(town, ref="ours")
    assert "ours" not in await read(town, "other town's administrator")


async def test_an_auditor_reads_it_and_clerks_do_not(town: Town) -> None:
    make = partial(tokens.create_token, organisation_id="musterstadt", role=Role.AUDITOR, now=START)
    auditor = {"Authorization": f"Bearer {await town.house.write(make)}"}
    assert (await town.client.get(LOG, headers=auditor)).status_code == 200
    assert (await town.client.get("/admin/letters", headers=auditor)).status_code in {403, 404}
    assert (await town.client.get(LOG, headers=town.headers("anna"))).status_code in {403, 404}
    assert (await town.client.get(LOG)).status_code == 303


async def test_the_table_holds_what_was_filtered_and_is_an_act_itself(town: Town) -> None:
    await noted(town, ref="wanted")
    await noted(town, ref="other")
    page = await town.client.get(LOG, headers=town.headers("administrator"))
    data = {"csrf": field(page.text, "csrf"), "q": "wanted"}
    answer = await town.client.post(f"{LOG}/export", data=data, headers=town.headers("administrator"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="aufruf-log-2026-03-10.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["Was"] for row in rows] == ["wanted"]
    assert "Protokoll als Tabelle ausgegeben" in await read(town, act="log_exported")


async def test_a_table_that_was_cut_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queue_server.web.admin.page_log.MOST_EXPORTED", 2)
    page = await town.client.get(LOG, headers=town.headers("administrator"))
    for n in range(3):
        await noted(town, ref=f"room-{n}")
        data = {"csrf": field(page.text, "csrf"), "act": "setting_changed"}
        answer = await town.client.post(f"{LOG}/export", data=data, headers=town.headers("administrator"))
        assert ("Nur die neuesten 2 Zeilen" in answer.text) is (n == 2)
    assert "room-0" not in answer.text


async def test_a_table_is_not_taken_without_our_own_form(town: Town) -> None:
    answer = await town.client.post(f"{LOG}/export", data={}, headers=town.headers("administrator"))
    assert answer.status_code == 403


async def test_the_page_is_accessible_and_narrow_without_scripts(served_town: Town, browser: Any) -> None:
    """Failure 26."""
    await noted(served_town, before={"phone": "030 23125-0"}, after={"phone": "030 23125-100"})
    await noted(served_town, act=Done.BACKED_UP, ref="aufruf-20260310T020000Z.backup", via="server")
    await noted(served_town, act=Done.TOKEN_MADE, kind="token", ref="3f2a9c11", after={"role": "kiosk"})
    for width, night in ((NARROW, "dark-320"), ({"width": 1280, "height": 900}, "1280")):
        context = await browser.new_context(
            viewport=width, extra_http_headers=served_town.headers("administrator"), locale="de-DE"
        )
        page = await context.new_page()
        await page.goto(f"http://{served_town.address}{LOG}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width["width"]
        assert not await axe_by_day_and_night(page)
        await photograph(page, f"log-{night}")
        await context.close()
