"""The page of a town's look: seen before it is applied, refused with an offer, taken back like any change."""

import asyncio
import re
from typing import Any

from kiosk.logos import Logos
from queue_server.domain.look import Face, Look
from queue_server.web.look import address
from tests.adapters.test_pictures import a_file
from tests.page_forms import form_in
from tests.web.admin.setup import read, send, settings
from tests.web.running import Town
from tests.web.test_all_acts_are_noted import lines
from tests.web.test_kiosk_appointments import an_agent, book
from tests.web.test_page_desk import words

PAGE = "/admin/look"
GREEN = Look("#0b6b3a", "#01502a", Face.VERDANA)


async def upload(town: Town, raw: bytes, alt: str = "Wappen", **typed: str) -> Any:
    town.clock.forward(seconds=1)
    pairs = dict(form_in(await read(town, PAGE))) | {"act": "save", "alt": alt} | typed
    data = {name: value for name, value in pairs.items() if name != "file"}
    headers = town.headers("administrator")
    return await town.client.post(PAGE, data=data, files={"file": ("x.png", raw)}, headers=headers)


def chosen(look: Look) -> dict[str, Any]:
    return {"look_accent": look.accent, "look_second": look.second, "look_face": look.face.value}


async def test_a_look_is_seen_then_applied_then_taken_back(town: Town) -> None:
    seen = await send(town, PAGE, act="preview", **chosen(GREEN))
    assert address(GREEN, scenes=True) in seen.text
    assert "Noch ist nichts übernommen" in words(seen.text)
    assert settings(town).look == Look()
    kept = await send(town, PAGE, page=seen.text)
    assert kept.status_code == 303
    assert settings(town).look == GREEN
    assert [line["act"] for line in await lines(town)] == ["setting_changed"]
    after = await read(town, kept.headers["location"])
    change = re.findall(r'name="change" value="([^"]+)"', after)[0]
    back = {"csrf": dict(form_in(after))["csrf"], "act": "undo", "back": PAGE, "change": change}
    taken = await town.client.post("/admin/changes", data=back, headers=town.headers("administrator"))
    assert taken.status_code == 303
    assert settings(town).look == Look()


async def test_a_bright_yellow_is_refused_and_one_press_takes_the_darker_one(town: Town) -> None:
    refused = await send(town, PAGE, look_accent="#FFD500", look_face="georgia")
    assert refused.status_code == 422
    told = words(refused.text)
    assert "Der Kontrast ist 1,1 zu 1, nötig ist 4,5 zu 1" in told
    assert dict(form_in(refused.text))["look_accent"] == "#ffd500", "what was typed is kept"
    assert dict(form_in(refused.text))["look_face"] == "georgia"
    assert address(Look("#776200", "", Face.GEORGIA), scenes=True) in refused.text, "the offer is shown"
    assert 'value="take:look_accent=#776200"' in refused.text
    taken = await send(town, PAGE, page=refused.text, act="take:look_accent=#776200")
    assert taken.status_code == 200
    assert settings(town).look == Look(), "seen first"
    assert (await send(town, PAGE, page=taken.text)).status_code == 303
    assert settings(town).look == Look("#776200", "", Face.GEORGIA)


async def test_the_palette_counts_where_nothing_was_typed(town: Town) -> None:
    assert (await send(town, PAGE, look_second_pick="#01502a")).status_code == 303
    assert settings(town).look == Look("", "#01502a")
    assert (await send(town, PAGE, look_second="#163f85", look_second_pick="#000000")).status_code == 303
    assert settings(town).look == Look("", "#163f85")
    assert (await send(town, PAGE, look_second="")).status_code == 303
    assert settings(town).look == Look()


async def test_a_plain_form_without_picture_changes_what_it_names_and_nothing_else(town: Town) -> None:
    assert (await send(town, PAGE, **chosen(GREEN))).status_code == 303
    page = dict(form_in(await read(town, PAGE)))
    form = {name: page[name] for name in ("csrf", "seen")} | {"look_second": "#163f85"}
    shown = await town.client.post(PAGE, data=form, headers=town.headers("administrator"))
    assert shown.status_code == 200, "without a button it is shown, as Enter does"
    assert settings(town).look == GREEN
    town.clock.forward(seconds=1)
    kept = await town.client.post(PAGE, data={**form, "act": "save"}, headers=town.headers("administrator"))
    assert kept.status_code == 303
    assert settings(town).look == Look(GREEN.accent, "#163f85", GREEN.face)


async def test_what_is_no_colour_is_told_at_its_field(town: Town) -> None:
    refused = await send(town, PAGE, look_accent="grün")
    assert refused.status_code == 422
    assert 'aria-describedby="h-look_accent e-look_accent"' in refused.text
    assert "„grün“ ist keine Farbe wie #0b6b3a." in words(refused.text)


async def test_a_logo_goes_from_a_file_to_the_bars(town: Town) -> None:
    raw = a_file(size=(1600, 60))
    assert (await upload(town, raw)).status_code == 303
    [(id_, alt)] = settings(town).pictures.items()
    assert (settings(town).look_logo, alt) == (id_, "Wappen")
    assert f'src="/pictures/{id_}" alt="Wappen"' in await read(town, "/admin")
    assert f'src="/pictures/{id_}" alt="Wappen"' in await read(town, "/termin/rathaus", {})
    at_the_door = await read(town, "/sign-in")
    assert f'alt="Wappen">{settings(town).name["de"]}</a>' in at_the_door, "the town's name beside its logo"
    assert "Das ist Ihr Logo." in words(await read(town, "/admin/pictures"))
    assert "picture_added" in [line["act"] for line in await lines(town)]
    gone = await send(town, PAGE, look_logo="")
    assert gone.status_code == 303
    assert f"/pictures/{id_}" not in await read(town, "/admin")


async def test_a_logo_that_is_used_is_not_deleted(town: Town) -> None:
    await upload(town, a_file())
    [id_] = settings(town).pictures
    form = {"csrf": dict(form_in(await read(town, PAGE)))["csrf"], "act": "remove", "picture": id_}
    refused = await town.client.post("/admin/pictures", data=form, headers=town.headers("administrator"))
    assert refused.status_code == 409
    assert "Erscheinungsbild" in words(refused.text)


async def test_a_logo_without_words_or_of_another_kind_is_refused_and_the_colours_stay(town: Town) -> None:
    nameless = await upload(town, a_file(), alt="", look_accent="#0b6b3a")
    assert nameless.status_code == 422
    assert "Bitte beschreiben Sie das Logo." in words(nameless.text)
    assert dict(form_in(nameless.text))["look_accent"] == "#0b6b3a"
    drawing = await upload(town, b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert "SVG" in words(drawing.text)
    assert (await upload(town, a_file(size=(300, 39)))).status_code == 422
    assert not settings(town).pictures


async def test_a_logo_is_not_lost_when_a_colour_is_refused(town: Town) -> None:
    refused = await upload(town, a_file(), look_accent="#ffd500")
    assert refused.status_code == 422
    [id_] = settings(town).pictures
    assert dict(form_in(refused.text))["look_logo"] == id_
    assert settings(town).look_logo == ""


async def test_two_people_do_not_undo_each_others_look(town: Town) -> None:
    page = await read(town, PAGE)
    assert (await send(town, PAGE, look_accent="#0b6b3a")).status_code == 303
    late = await send(town, PAGE, page=page, look_accent="#1f4e9e")
    assert late.status_code == 409
    assert settings(town).look_accent == "#0b6b3a"
    assert (await send(town, PAGE, page=late.text)).status_code == 303
    assert settings(town).look_accent == "#1f4e9e"


async def test_only_who_administers_the_town_changes_its_look(town: Town) -> None:
    for who in ("anna", "display"):
        assert (await town.client.get(PAGE, headers=town.headers(who))).status_code in {303, 403, 404}, who


async def test_a_slip_has_the_logo_when_its_site_says_so(served_town: Town) -> None:
    town = served_town
    await upload(town, a_file(), act="save")
    [id_] = settings(town).pictures
    async with an_agent(town) as next_slip:
        await book(town)
        assert "logo" not in await next_slip()
        assert (await send(town, "/admin/setup/site/rathaus", slip_logo="on")).status_code == 303
        await book(town, "2026-03-12T10:20+01:00")
        path = (await next_slip())["logo"]
    assert path == f"/pictures/{id_}"
    assert await asyncio.to_thread(Logos(f"http://{town.address}").fetch, path) is not None, (
        "as the agent fetches it"
    )
