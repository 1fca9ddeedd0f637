"""Pictures travel with the set-up: seen before they are taken in, kept with it or not at all."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters import pictures
from queue_server.adapters.packed_town import unpack
from queue_server.adapters.picture_file import id_of
from queue_server.adapters.tables.setting_up import PICTURE
from queue_server.domain.access import Actor, Role
from queue_server.web.security import LONGEST_CARRIED, LONGEST_SET_UP
from tests.adapters.test_pictures import a_file
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.admin.setup import found, read, send, settings
from tests.web.admin.test_page_exchange import PAGE, apply, check, download
from tests.web.admin.test_page_pictures import add, press
from tests.web.askers import MUSTER
from tests.web.running import Town
from tests.web.test_all_acts_are_noted import lines
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import words
from tests.web.test_page_status import NARROW, photograph

DISPLAY = "/admin/setup/display/rathaus-eg"


async def with_two_pictures(town: Town) -> tuple[str, str, bytes]:
    """Give the town a logo and a picture on a display; return their ids and the whole as a file."""
    await add(town, a_file("PNG", (200, 100)), "Wappen")
    await add(town, a_file("JPEG"), "Der Markt")
    logo, market = settings(town).pictures
    assert (await send(town, "/admin/setup/town/musterstadt", look_logo=logo)).status_code == 303
    assert (await send(town, DISPLAY, quiet_pictures=[market])).status_code == 303
    return logo, market, await download(town, "town.zip")


async def without_any(town: Town, *ids: str) -> None:
    """Take logo and pictures away again: the town as another one that never had them."""
    assert (await send(town, "/admin/setup/town/musterstadt", look_logo="")).status_code == 303
    assert (await send(town, DISPLAY, quiet_pictures=None)).status_code == 303
    for id_ in ids:
        assert (await press(town, id_, "remove")).status_code == 303
    assert settings(town).pictures == {}


async def bodies(town: Town) -> dict[str, bytes]:
    def asked(conn: Any) -> dict[str, bytes]:
        return {row.id: row.body for row in conn.execute(sa.select(PICTURE.c.id, PICTURE.c.body))}

    return await town.house.read(asked)


async def test_a_town_comes_back_with_its_pictures(town: Town) -> None:
    logo, market, raw = await with_two_pictures(town)
    before, kept = settings(town), await bodies(town)
    packed = unpack(raw, "a.zip")
    assert packed.names == {logo: "Wappen", market: "Der Markt"}
    assert packed.bodies == kept
    assert packed.toml == await download(town, "town.toml")
    await without_any(town, logo, market)
    town.clock.forward(seconds=1)
    shown = await check(town, "town", raw, "a.zip")
    for told in ("Neu", "Wappen", "Der Markt", "Logo"):
        assert told in words(shown.text)
    assert shown.text.count('src="data:image/webp;base64,') == 2
    assert await bodies(town) == {}, "nothing is kept yet"
    assert (await apply(town, shown)).status_code == 303
    assert (settings(town), settings(town).pictures) == (before, before.pictures)
    assert await bodies(town) == kept
    assert await download(town, "town.zip") == raw
    acts = [line["act"] for line in await lines(town)]
    assert acts.count("picture_added") == 4, "two by hand, two by the file"


async def test_a_new_logo_is_shown_beside_the_one_that_holds(town: Town) -> None:
    logo, market, raw = await with_two_pictures(town)
    await without_any(town, logo, market)
    await add(town, a_file("PNG", (300, 300)), "Altes Wappen")
    [old] = settings(town).pictures
    await send(town, "/admin/setup/town/musterstadt", look_logo=old)
    shown = await check(town, "town", raw, "a.zip")
    assert "Geändert Logo" in words(shown.text)
    assert f'src="/pictures/{old}"' in shown.text
    assert "Wappen statt bisher Altes Wappen" in words(shown.text)
    assert old not in words(shown.text)


async def test_a_picture_that_nobody_has_is_told_and_passed_over(town: Town) -> None:
    logo, market, _ = await with_two_pictures(town)
    text = await download(town, "town.toml")
    await without_any(town, logo, market)
    shown = await check(town, "town", text)
    assert words(shown.text).count("Dieses Bild gibt es weder in Ihrer Stadt noch in der Datei") == 2
    assert (await apply(town, shown)).status_code == 303
    assert (settings(town).look_logo, settings(town).pictures) == (logo, {})


async def test_pictures_alone_may_come_and_be_described_otherwise(town: Town) -> None:
    logo, market, raw = await with_two_pictures(town)
    assert (await press(town, market, "name", name="Der Wochenmarkt")).status_code == 303
    shown = await check(town, "town", raw, "a.zip")
    assert "Anders beschrieben" in words(shown.text)
    assert "Bisher: Der Wochenmarkt" in words(shown.text)
    assert "data:image" not in shown.text, "what is here already does not travel twice"
    answer = await apply(town, shown)
    assert answer.headers["location"] == f"{PAGE}?done=pictures"
    assert "Die Bilder sind übernommen." in words(await read(town, answer.headers["location"]))
    assert settings(town).pictures == {logo: "Wappen", market: "Der Markt"}


async def test_one_bad_picture_keeps_the_whole_file_out(town: Town) -> None:
    logo, market, raw = await with_two_pictures(town)
    await without_any(town, logo, market)
    before, log = settings(town), await lines(town)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as good, zipfile.ZipFile(target, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name) + (b"x" if name.endswith(".jpg") else b""))
    answer = await check(town, "town", target.getvalue(), "a.zip")
    assert answer.status_code == 422
    assert "ist ein anderes, als sein Name sagt" in words(answer.text)
    assert "Es wurde nichts geändert." in words(answer.text)
    assert (settings(town), await bodies(town), await lines(town)) == (before, {}, log)


async def test_what_holds_more_than_a_picture_is_refused(town: Town) -> None:
    """Its hash is right, and the town file names it: still nobody wants what is hidden in it."""
    await with_two_pictures(town)
    raw = a_file("JPEG", (640, 360), comment=b"secret")
    packed = await town.house.read(
        lambda conn: town.house.exchange.packed_town(conn, settings(town), lambda key: key)
    )
    old, new = settings(town).look_logo, id_of(raw)
    toml = packed.toml.replace(old.encode(), new.encode())
    odd = type(packed)(toml, {new: "Ein Foto", **packed.names}, {new: raw})
    answer = await check(town, "town", town.house.exchange.pack(odd), "a.zip")
    assert answer.status_code == 422
    assert "Das Bild „Ein Foto“ lässt sich nicht zeigen" in words(answer.text)
    assert new not in await bodies(town)


async def test_one_picture_too_many_is_told_before_and_refused_afterwards(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    logo, market, raw = await with_two_pictures(town)
    await without_any(town, logo, market)
    shown = await check(town, "town", raw, "a.zip")
    before = settings(town)
    monkeypatch.setattr(pictures, "MOST", 1)
    told = await check(town, "town", raw, "a.zip")
    assert told.status_code == 422
    assert "hätte die Stadt 2, erlaubt sind 1" in words(told.text)
    refused = await apply(town, shown)
    assert refused.status_code == 422
    monkeypatch.setattr(pictures, "add", lambda *_: None)  # as when others were added since they were counted
    monkeypatch.setattr(pictures, "MOST", 20)
    refused = await apply(town, shown)
    assert (refused.status_code, settings(town), await bodies(town)) == (409, before, {})


async def test_pictures_of_a_file_that_begins_later_are_there_on_that_day(town: Town) -> None:
    logo, market, raw = await with_two_pictures(town)
    await without_any(town, logo, market)
    shown = await check(town, "town", raw, "a.zip", starts="2031-03-01")
    answer = await apply(town, shown, starts="2031-03-01")
    assert answer.headers["location"] == "/admin/planned?done=planned"
    assert settings(town).pictures == {logo: "Wappen", market: "Der Markt"}
    assert (await press(town, logo, "remove")).status_code == 409, "a planned change shows it"


async def test_a_town_without_pictures_is_a_text(town: Town) -> None:
    page = await read(town, PAGE)
    assert 'href="/admin/exchange/town.toml" download' in page
    assert "town.zip" not in page
    await with_two_pictures(town)
    page = await read(town, PAGE)
    assert "Einrichtung mit 2 Bildern herunterladen" in words(page)
    assert 'href="/admin/exchange/town.toml" download' in page, "by choice"


async def test_a_longer_file_than_memory_should_hold_is_refused(town: Town) -> None:
    answer = await check(town, "town", b"#" * (LONGEST_SET_UP + 1))
    assert answer.status_code == 422
    assert "aufruf init --from" in words(answer.text)
    much = b"x" * (LONGEST_CARRIED + 128 * 1024)
    assert (
        await town.client.post(PAGE, content=much, headers=town.headers("administrator"))
    ).status_code == 413


async def test_who_administers_one_site_gets_no_zip(town: Town) -> None:
    who = town.headers("administrator of the other site")
    assert (await town.client.get(f"{PAGE}/town.zip", headers=who)).status_code in {403, 404}
    assert found(town, "display", "rathaus-eg").quiet_pictures == ()


async def test_the_road_of_a_file_with_pictures(served_town: Town, browser: Any, tmp_path: Path) -> None:
    """Downloaded, taken in where the pictures are not, seen, and applied."""
    town = served_town
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada")
    logo, market, _ = await with_two_pictures(town)
    name, _, value = who["cookie"].partition("=")
    context = await browser.new_context(viewport=NARROW, locale="de-DE", accept_downloads=True)
    context.set_default_timeout(20_000)
    address = f"http://{town.address}"
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}{PAGE}")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Einrichtung mit 2 Bildern herunterladen (.zip)").click()
    file = tmp_path / "town.zip"
    await (await coming.value).save_as(file)
    await without_any(town, logo, market)
    await page.goto(f"{address}{PAGE}")
    await page.get_by_label("Datei einer Einrichtung (.zip oder .toml)").set_input_files(file)
    await page.get_by_role("button", name="Prüfen").first.click()
    await page.get_by_role("heading", name="Bilder").wait_for()
    assert await page.evaluate(
        "Promise.all([...document.querySelectorAll('main img')].map((one) => one.decode())).then(() => true)"
    )
    for width in (1280, NARROW["width"]):
        await page.set_viewport_size({"width": width, "height": 900})
        await photograph(page, f"exchange-pictures-{width}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not await axe_by_day_and_night(page)
    await page.get_by_role("button", name="Übernehmen").click()
    await page.get_by_role("button", name="Rückgängig machen").wait_for()
    assert settings(town).pictures == {logo: "Wappen", market: "Der Markt"}
    await context.close()
