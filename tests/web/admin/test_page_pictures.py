"""Pictures for displays: sent, chosen at a display, shown to everybody, taken away when none shows them."""

from typing import Any

from queue_server.adapters import pictures
from queue_server.web.security import LONGEST_PICTURE
from tests.adapters.test_pictures import a_file
from tests.web.admin.setup import found, read, send, settings
from tests.web.running import Town
from tests.web.test_all_acts_are_noted import lines
from tests.web.test_page_desk import field, words
from tests.web.test_page_display import config

PAGE = "/admin/pictures"
NAME = "Weihnachtsmarkt"


async def add(town: Town, raw: bytes, name: str = NAME, who: str = "administrator") -> Any:
    headers = town.headers(who)
    data = {"csrf": field(await read(town, PAGE, headers), "csrf"), "act": "add", "name": name}
    return await town.client.post(PAGE, data=data, files={"file": ("x.png", raw)}, headers=headers)


async def press(town: Town, id_: str, act: str, **more: str) -> Any:
    data = {"csrf": field(await read(town, PAGE), "csrf"), "act": act, "picture": id_, **more}
    return await town.client.post(PAGE, data=data, headers=town.headers("administrator"))


async def test_a_picture_goes_from_a_file_to_a_display_and_away_again(town: Town) -> None:
    assert (await add(town, a_file())).headers["location"] == f"{PAGE}?done=added"
    [(id_, name)] = settings(town).pictures.items()
    assert name == NAME
    path = "/admin/setup/display/rathaus-eg"
    assert f'value="{id_}"' in await read(town, path)
    preview = await send(town, path, act="preview", quiet_pictures=[id_])
    assert NAME in words(preview.text)
    assert (await send(town, path, quiet_pictures=[id_])).status_code == 303
    assert found(town, "display", "rathaus-eg").quiet_pictures == (id_,)
    quiet = (await config(town))["quiet"]
    assert quiet["pictures"] == [{"url": f"/pictures/{id_}", "text": NAME}]
    refused = await press(town, id_, "remove")
    assert refused.status_code == 409
    assert found(town, "display", "rathaus-eg").name in words(refused.text)
    assert (await press(town, id_, "name", name="Der Markt")).status_code == 303
    assert (await config(town))["quiet"]["pictures"][0]["text"] == "Der Markt"
    assert (await send(town, path, quiet_pictures=None)).status_code == 303
    assert (await press(town, id_, "remove")).status_code == 303
    assert (await press(town, id_, "remove")).status_code == 303, "the same press twice"
    assert settings(town).pictures == {}
    acts = [line["act"] for line in await lines(town)]
    assert [act for act in acts if "picture" in act] == [
        "picture_added",
        "picture_changed",
        "picture_removed",
    ]


async def test_everybody_may_see_it_and_keep_it(town: Town) -> None:
    await add(town, a_file("JPEG"))
    [id_] = settings(town).pictures
    answer = await town.client.get(f"/pictures/{id_}", headers={"cookie": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.content.startswith(b"\xff\xd8")
    assert (await town.client.get("/pictures/0")).status_code == 404


async def test_the_same_picture_is_kept_once_and_the_21st_is_refused(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(pictures, "MOST", 1)
    await add(town, a_file())
    await add(town, a_file(), "Noch einmal")
    assert [*settings(town).pictures.values()] == ["Noch einmal"]
    refused = await add(town, a_file(size=(400, 400)))
    assert (refused.status_code, len(settings(town).pictures)) == (409, 1)


async def test_what_is_no_picture_is_refused_at_its_field_and_what_was_typed_stays(town: Town) -> None:
    for raw, why in (
        (b"<svg/>", "kein Bild als PNG, JPEG oder WebP"),
        (b"", "Bitte wählen Sie eine Datei"),
        (b"x" * (LONGEST_PICTURE + 1), "mehr als 2 MB"),
    ):
        refused = await add(town, raw)
        assert refused.status_code == 422
        assert words(refused.text).count(why) == 2, "at the field, and on top"
        assert f'value="{NAME}"' in refused.text
    refused = await add(town, a_file(), "  ")
    assert (refused.status_code, "Bitte beschreiben Sie das Bild" in words(refused.text)) == (422, True)
    assert settings(town).pictures == {}
    assert await lines(town) == []


async def test_this_address_alone_takes_more_than_a_mebibyte(town: Town) -> None:
    much = b"x" * (LONGEST_PICTURE + 128 * 1024)
    for path, length in ((PAGE, len(much)), ("/admin/letters/booked/de", LONGEST_PICTURE)):
        answer = await town.client.post(path, content=much[:length], headers=town.headers("administrator"))
        assert answer.status_code == 413


async def test_a_form_that_is_none_and_a_foreign_one_are_refused(town: Town) -> None:
    who = town.headers("administrator")
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
        answer = await town.client.post(PAGE, content=b"--y", headers={**who, "content-type": kind})
        assert answer.status_code in {400, 403, 422}
    assert (await town.client.get(PAGE, headers=town.headers("anna"))).status_code in {403, 404}
