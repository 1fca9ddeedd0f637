"""A set-up goes out as a file and comes in again: seen first, kept as a whole or not at all."""

import zlib
from base64 import urlsafe_b64encode
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.tables.operations import AUDIT
from queue_server.adapters.town.file import load
from queue_server.domain.access import Actor, Role
from queue_server.domain.town import Town as SetUp
from queue_server.web.security import BODY_LIMIT, LONGEST_SET_UP
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.admin.setup import found, read, settings
from tests.web.askers import MUSTER
from tests.web.running import Town
from tests.web.test_mailing import book
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import field, words
from tests.web.test_page_status import NARROW, photograph

PAGE = "/admin/exchange"


async def download(town: Town, name: str) -> bytes:
    answer = await town.client.get(f"{PAGE}/{name}", headers=town.headers("administrator"))
    assert answer.status_code == 200
    return bytes(answer.content)


async def check(town: Town, kind: str, raw: bytes, name: str = "a.toml", **more: str) -> Any:
    """Choose a file and press "check"."""
    data = {"csrf": field(await read(town, PAGE), "csrf"), "kind": kind, "act": "check", **more}
    return await town.client.post(
        PAGE, data=data, files={"file": (name, raw)}, headers=town.headers("administrator")
    )


async def apply(town: Town, shown: Any, starts: str = "", status: int = 200) -> Any:
    """Press "apply" on the page that showed what would change, for that day."""
    assert shown.status_code == status, words(shown.text)
    names = ("csrf", "kind", "name", "carried", "prefix", "seen")
    data = {name: field(shown.text, name) for name in names} | {"act": "apply", "starts": starts}
    return await town.client.post(PAGE, data=data, headers=town.headers("administrator"))


async def acts(town: Town) -> list[str]:
    return await town.house.read(lambda conn: list(conn.execute(sa.select(AUDIT.c.act)).scalars()))


async def test_what_is_taken_away_comes_back_as_the_same_town(town: Town) -> None:
    """Done when 2: field by field, through the page, after everything was different in between."""
    before, raw = settings(town), await download(town, "town.toml")
    assert (await check(town, "town", raw)).text.count('value="apply"') == 0
    other = raw.replace(b"minutes = 15", b"minutes = 25")
    answer = await apply(town, await check(town, "town", other))
    assert answer.status_code == 303
    assert settings(town) != before
    town.clock.forward(seconds=1)
    answer = await apply(town, await check(town, "town", raw))
    assert "?done=2026" in answer.headers["location"]
    after = settings(town)
    for one in fields(SetUp):
        if one.compare:
            assert getattr(after, one.name) == getattr(before, one.name)
    assert await download(town, "town.toml") == raw
    assert set(await acts(town)) == {"setting_changed"}


async def test_a_change_is_shown_before_it_is_kept_and_can_be_taken_back(town: Town) -> None:
    before, raw = settings(town), await download(town, "town.toml")
    shown = await check(town, "town", raw.replace(b"minutes = 15", b"minutes = 25"))
    assert "25 statt bisher 15" in words(shown.text)
    assert "Kein Termin ist betroffen." in words(shown.text)
    assert settings(town) == before
    answer = await apply(town, shown)
    page = await read(town, answer.headers["location"])
    assert 'name="change"' in page
    assert settings(town) != before


@pytest.mark.parametrize(
    ("spoil", "line", "quote"),
    [
        (lambda raw: raw.replace(b"[town]", b"[town", 1), 0, "[town"),
        (lambda raw: raw.replace(b"\nlanguages", b"\nlangauges", 1), 0, "langauges"),
        (lambda raw: b"a = " + b"[" * 5000, 1, "a = [[["),
        (lambda raw: b"\xff\xfe\x00\x01PNG", 1, ""),
        (lambda raw: "name = 'Köln'".encode("latin-1"), 1, "name = "),
        (lambda raw: b"", 1, ""),
    ],
)
async def test_a_broken_file_changes_nothing_and_says_which_line(
    town: Town, spoil: Any, line: int, quote: str
) -> None:
    """Done when 2."""
    before, raw = settings(town), await download(town, "town.toml")
    broken = spoil(raw)
    if not line:
        line = broken[: broken.index(quote.encode())].count(b"\n") + 1
    answer = await check(town, "town", broken)
    assert answer.status_code == 422
    assert f"a.toml, Zeile {line}, Spalte" in words(answer.text)
    assert quote in words(answer.text)
    assert "Es wurde nichts geändert." in words(answer.text)
    assert (settings(town), await acts(town)) == (before, [])


async def test_what_was_shown_is_not_kept_when_somebody_else_was_quicker(town: Town) -> None:
    raw = await download(town, "town.toml")
    first, second = [
        await check(town, "town", raw.replace(b"minutes = 15", b"minutes = %d" % n)) for n in (25, 35)
    ]
    assert (await apply(town, first)).status_code == 303
    between = settings(town)
    refused = await apply(town, second)
    assert (refused.status_code, settings(town)) == (409, between)
    assert "Es wurde nichts geändert." in words(refused.text)


async def test_appointments_that_would_break_and_what_is_in_use_are_told(town: Town) -> None:
    await book(town)
    await town.open()
    raw = await download(town, "town.toml")
    text = raw.decode().replace('user = "anna"', 'user = "anke"').replace('id = "anna"', 'id = "anke"')
    shown = await check(town, "town", text.encode())
    assert shown.status_code == 200
    assert "sitzt gerade an einem Schalter" in words(shown.text)
    assert 'value="apply"' not in shown.text
    assert "Erika" not in shown.text


async def test_another_towns_set_up_is_taken_over(town: Town) -> None:
    """Ids and accounts of this town stay; what another town of the database has already is told."""
    theirs = (await download(town, "town.toml")).decode().replace('"musterstadt"', '"anderswo"')
    own = settings(town)
    same = await check(town, "town", theirs.encode())
    assert 'value="apply"' not in same.text  # but for its id it is this town
    prefixed = await check(town, "town", theirs.encode(), prefix="gr-")
    assert "Neu sind:" in words(prefixed.text)
    assert (await apply(town, prefixed)).status_code == 303
    after = settings(town, "gr-rathaus")
    assert (after.id, after.name) == (own.id, own.name)
    assert [site.id for site in after.sites] == [f"gr-{site.id}" for site in own.sites]
    assert "haben noch kein Konto" in words(await read(town, f"{PAGE}?done=same"))


async def test_ids_of_another_town_in_the_database_are_refused(town: Town) -> None:
    raw = (await download(town, "town.toml")).replace(b'"rathaus-tv"', b'"x"')
    text = raw.decode().replace('id = "rathaus-eg"', 'id = "nachbarhaus-tv"')
    answer = await check(town, "town", text.encode())
    assert answer.status_code == 422
    assert "nachbarhaus-tv" in words(answer.text)


async def test_services_go_out_as_a_table_and_come_in_again(town: Town) -> None:
    raw = await download(town, "services.csv")
    assert raw.decode("utf-8-sig").startswith("Schlüssel;Name;")
    assert 'value="apply"' not in (await check(town, "services", raw, "a.csv")).text
    table = "Name;Abteilung;Rubrik\nBürgschaft;buergerbuero;ausweise\n"
    category = settings(town).categories[0].id
    shown = await check(
        town, "services", table.replace("ausweise", category).encode("cp1252"), "leistungen.csv"
    )
    assert "Bürgschaft" in words(shown.text)
    assert (await apply(town, shown)).status_code == 303
    assert found(town, "service", "buergschaft").minutes == 10


async def test_a_broken_table_changes_nothing_and_says_which_cell(town: Town) -> None:
    before = settings(town)
    answer = await check(town, "services", b"Name;Minuten\nA;viele\n", "l.csv")
    assert answer.status_code == 422
    assert "l.csv, Zeile 2, Spalte 2 (Minuten): „viele“" in words(answer.text)
    assert "A;viele" in words(answer.text)
    assert settings(town) == before


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"kind": "town", "act": "check"}, 422),
        ({"kind": "town", "act": "check", "carried": "%%%"}, 422),
        ({"kind": "town", "act": "dance"}, 400),
        ({"kind": "circus", "act": "check"}, 400),
    ],
)
async def test_a_form_without_a_file_is_refused(town: Town, data: dict[str, str], status: int) -> None:
    page = {"csrf": field(await read(town, PAGE), "csrf"), **data}
    answer = await town.client.post(PAGE, data=page, headers=town.headers("administrator"))
    assert answer.status_code == status


async def test_what_unpacks_to_more_than_a_file_may_be_is_refused(town: Town) -> None:
    """A few bytes may unpack to gigabytes."""
    bomb = urlsafe_b64encode(zlib.compress(b"#" * (LONGEST_SET_UP + 1))).decode()
    assert len(bomb) < 50_000
    data = {"csrf": field(await read(town, PAGE), "csrf"), "kind": "town", "act": "apply", "carried": bomb}
    answer = await town.client.post(PAGE, data=data, headers=town.headers("administrator"))
    assert answer.status_code == 422
    assert "Bitte wählen Sie eine Datei aus." in words(answer.text)


@pytest.mark.parametrize("kind", ["town", "services"])
async def test_a_text_that_is_too_long_is_refused_before_it_is_read(town: Town, kind: str) -> None:
    answer = await check(town, kind, b"#" * (BODY_LIMIT + 1))
    assert answer.status_code == 422
    assert "a.toml: Die Datei hat mehr als 1 MB" in words(answer.text)


async def test_a_files_name_is_text_and_nothing_else(town: Town) -> None:
    """Failure 14."""
    answer = await check(town, "town", b"x", "<b>\x1b.toml")
    assert "<b>" not in answer.text
    assert "&lt;b&gt;" in answer.text


async def test_a_file_to_give_away_names_nobody(town: Town) -> None:
    text = (await download(town, "town.toml?names=no")).decode()
    assert {one.name for one in settings(town).clerks} & {one.name for one in load(text, "a").clerks} == set()
    assert 'name = "Person 1"' in text


async def test_who_administers_one_site_has_no_exchange(town: Town) -> None:
    who = town.headers("administrator of the other site")
    for path in (PAGE, f"{PAGE}/town.toml", f"{PAGE}/services.csv"):
        assert (await town.client.get(path, headers=who)).status_code in {403, 404}


async def test_the_file_holds_no_account_and_no_visitor(town: Town) -> None:
    await book(town)
    text = (await download(town, "town.toml")).decode()
    assert load(text, "a").id == "musterstadt"
    for word in ("Erika", "argon2", "password", "token"):
        assert word not in text


async def test_the_road_of_a_file_is_accessible_and_narrow(
    served_town: Town, browser: Any, tmp_path: Path
) -> None:
    """Failure 26."""
    await book(served_town)
    who = await let_in(served_town, Actor(Role.ADMINISTRATOR, MUSTER), "ada")
    name, _, value = who["cookie"].partition("=")
    raw = await download(served_town, "town.toml")
    (tmp_path / "gut.toml").write_bytes(raw.replace(b"minutes = 15", b"minutes = 25"))
    (tmp_path / "schlecht.toml").write_bytes(raw.replace(b"minutes = 15", b"minutes = 'lang'"))
    context = await browser.new_context(viewport=NARROW, locale="de-DE")
    context.set_default_timeout(8_000)
    address = f"http://{served_town.address}"
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}{PAGE}")

    async def look(shown: str) -> None:
        await page.set_viewport_size({"width": 1280, "height": 900})
        await photograph(page, f"{shown}-1280")
        await page.set_viewport_size(NARROW)
        await photograph(page, f"{shown}-320")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert not await axe_by_day_and_night(page)

    await look("exchange")
    for file, then in (("schlecht.toml", "Es wurde nichts geändert."), ("gut.toml", "Was sich ändern würde")):
        await page.get_by_label("Datei einer Einrichtung (.zip oder .toml)").set_input_files(tmp_path / file)
        await page.get_by_role("button", name="Prüfen").first.click()
        await page.get_by_text(then).first.wait_for()
        await look(f"exchange-{file[:3]}")
    await page.get_by_role("button", name="Übernehmen").click()
    await page.get_by_role("button", name="Rückgängig machen").wait_for()
    await context.close()


async def test_a_file_may_begin_on_a_later_day(town: Town) -> None:
    before, raw = settings(town), await download(town, "town.toml")
    longer = raw.replace(b"minutes = 15", b"minutes = 25")
    shown = await check(town, "town", longer, starts="2031-03-01")
    assert "25 statt bisher 15" in words(shown.text)
    answer = await apply(town, shown, starts="2031-03-01")
    assert answer.headers["location"] == "/admin/planned?done=planned"
    assert (settings(town), set(await acts(town))) == (before, {"change_planned"})
    assert "1. März 2031" in words(await read(town, "/admin/planned"))


async def test_a_day_that_is_over_is_told_at_its_field_and_changes_nothing(town: Town) -> None:
    before, raw = settings(town), await download(town, "town.toml")
    shown = await check(town, "town", raw.replace(b"minutes = 15", b"minutes = 25"))
    refused = await apply(town, shown, starts="2001-01-01")
    assert refused.status_code == 422
    assert 'aria-describedby="h-starts e-starts"' in refused.text
    assert settings(town) == before
    assert (await apply(town, refused, status=422)).status_code == 303


async def test_a_table_that_begins_later_keeps_what_is_planned_before_it(town: Town) -> None:
    """Rosters that change in between are none of the table's business."""
    raw = await download(town, "town.toml")
    await apply(
        town,
        await check(town, "town", raw.replace(b"Anna", b"Anke"), starts="2031-03-01"),
        starts="2031-03-01",
    )
    table = await download(town, "services.csv")
    shown = await check(town, "services", table.replace(b";15;", b";25;"), name="a.csv", starts="2031-04-01")
    assert "Anna" not in words(shown.text)
    assert "25 statt bisher 15" in words(shown.text)
