"""The kiosk's page and pictures as they are asked for over HTTP; tests/kiosk walks through them."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from queue_server.web.page_paper import NEWEST, newest
from tests.domain.town_plans import edit
from tests.web.running import START, Town
from tests.web.test_page_confirm import change

KIOSK = "/kiosk/rathaus-kiosk"
PAPER = "/demo/paper/rathaus-kiosk"
demo = pytest.mark.parametrize("changes", [{"demo": True}])
with_qr = pytest.mark.parametrize("changes", [{"public_url": "https://rathaus.example"}])


async def config(town: Town) -> dict[str, Any]:
    page = (await town.ask("kiosk", "GET", KIOSK)).text
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    value: dict[str, Any] = json.loads(found[1])
    return value


async def test_page_is_the_kiosks_own(town: Town) -> None:
    """Failure 15: another site's id, or another device's, gives 404."""
    assert (await town.ask("kiosk", "GET", KIOSK)).status_code == 200
    assert (await town.ask("another kiosk", "GET", KIOSK)).status_code == 404
    assert (await town.ask("other town's kiosk", "GET", KIOSK)).status_code == 404
    assert (await town.ask("kiosk", "GET", "/kiosk/none")).status_code == 404


async def test_who_is_no_device_is_sent_to_pairing(town: Town) -> None:
    answer = await town.ask(None, "GET", KIOSK)
    assert (answer.status_code, answer.headers["location"]) == (303, "/pair?kiosk=rathaus-kiosk")


async def test_all_languages_come_with_the_page(town: Town) -> None:
    found = await config(town)
    assert found["languages"] == ["de", "de-x-leicht", "en", "tr", "uk", "ar"]
    assert found["texts"]["de"]["kiosk.take"] == "Nummer ziehen"
    assert found["texts"]["en"]["kiosk.take"] == "Take a number"
    assert len({frozenset(texts) for texts in found["texts"].values()}) == 1
    assert set(found["unreviewed"]) == {"de-x-leicht", "tr", "uk", "ar"}


async def test_page_knows_how_wide_its_screen_is_and_what_can_be_read_aloud(town: Town) -> None:
    found = await config(town)
    assert (found["screen_width_mm"], found["reads"]) == (0, []), "no speech in this test"


async def test_page_knows_what_the_hall_is_not_to_hear(town: Town) -> None:
    """Failure 27: what is confidential is called so aloud, by words that the voice may say."""
    await change(town, edit("service", "id-card", sensitive=True))
    found = await config(town)
    services = [one for category in found["categories"] for one in category["services"]]
    assert [one["id"] for one in services if one["sensitive"]] == ["id-card"]
    assert (found["confidential"]["de"], set(found["confidential"])) == (
        "Vertraulich",
        set(found["languages"]),
    )
    said = {"text": found["confidential"]["uk"], "language": "uk"}
    spoken = await town.ask("kiosk", "POST", "/api/v1/kiosks/rathaus-kiosk/speech", said)
    assert spoken.status_code == 404, "no voice in this test, and nothing against the word"


async def test_what_needs_no_number_says_why(town: Town) -> None:
    found = await config(town)
    services = {one["id"]: one for category in found["categories"] for one in category["services"]}
    why = {id_: services[id_]["why"] for id_ in ("id-card", "registry-information", "marriage-register")}
    assert why == {"id-card": "", "registry-information": "online", "marriage-register": "appointment"}
    assert services["lost-property-report"]["why"] == "phone"
    assert services["lost-property-report"]["phone"]
    assert services["vehicle-register-new"]["why"] == "elsewhere"


async def test_page_holds_no_personal_data(town: Town) -> None:
    """Failure 27: no personal data in the kiosk's page: no clerk's name, no visitor's needs."""
    await town.open()
    await town.take(needs=["deaf"])
    page = (await town.ask("kiosk", "GET", KIOSK)).text
    assert "Anna Berger" not in page
    assert '"deaf"' not in page


@with_qr
async def test_qr_of_a_number_is_for_the_kiosk_that_gave_it(town: Town) -> None:
    mine, others = await town.take(), await town.take(who="anna")
    picture = await town.ask("kiosk", "GET", f"{KIOSK}/tickets/{mine['id']}/qr.svg")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert "<path" in picture.text
    assert "/t/" not in picture.text
    for ticket in (others["id"], 999, "x", "1" * 30, "²"):
        assert (await town.ask("kiosk", "GET", f"{KIOSK}/tickets/{ticket}/qr.svg")).status_code == 404
    stranger = await town.ask("another kiosk", "GET", f"{KIOSK}/tickets/{mine['id']}/qr.svg")
    assert stranger.status_code == 404


async def test_no_qr_before_the_public_address_is_known(town: Town) -> None:
    ticket = await town.take()
    assert (await town.ask("kiosk", "GET", f"{KIOSK}/tickets/{ticket['id']}/qr.svg")).status_code == 404
    assert (await config(town))["has_qr"] is False


async def test_qr_of_a_service_leads_to_its_link(town: Town) -> None:
    answer = await town.ask("kiosk", "GET", f"{KIOSK}/services/registry-information/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    for service in ("id-card", "none"):
        assert (await town.ask("kiosk", "GET", f"{KIOSK}/services/{service}/qr.svg")).status_code == 404


async def test_there_is_no_paper_preview_on_a_real_server(town: Town) -> None:
    assert (await town.ask("administrator", "GET", PAPER)).status_code == 404


@demo
async def test_paper_preview_shows_pictures_and_nothing_else(town: Town) -> None:
    folder = town.house.settings.paper_folder / "rathaus-kiosk"
    folder.mkdir(parents=True)
    (folder / "slip-e-rathaus-1-1.png").write_bytes(b"picture")
    (folder / "slip-e-rathaus-1-1.bin").write_bytes(b"bytes")
    (folder / "journal.sqlite").write_bytes(b"journal")
    assert f'src="{PAPER}/slips/slip-e-rathaus-1-1.png"' in (await town.ask(None, "GET", PAPER)).text
    papers = (await town.ask(None, "GET", f"{PAPER}/slips")).json()["papers"]
    assert [paper["name"] for paper in papers] == ["slip-e-rathaus-1-1.png"]
    assert (await town.ask(None, "GET", papers[0]["src"])).content == b"picture"
    for name in ("slip-e-rathaus-1-1.bin", "journal.sqlite", "slip-none.png", "..%2F..%2Fserver.key"):
        assert (await town.ask(None, "GET", f"{PAPER}/slips/{name}")).status_code == 404
    assert (await town.ask(None, "GET", "/demo/paper/none")).status_code == 404


def test_newest_slips_come_first_and_old_ones_are_left_out(tmp_path: Path) -> None:
    import os

    for n in range(NEWEST + 3):
        path = tmp_path / f"slip-{n}.png"
        path.touch()
        at = (START + timedelta(minutes=n)).timestamp()
        os.utime(path, (at, at))
    found = newest(tmp_path)
    assert [paper.name for paper in found[:2]] == [f"slip-{NEWEST + 2}.png", f"slip-{NEWEST + 1}.png"]
    assert len(found) == NEWEST
    assert newest(tmp_path / "none") == []
