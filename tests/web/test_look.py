"""A town's look on its pages: a style sheet of tokens that there are, at an address that says the look."""

import re

from queue_server.domain.look import AMBER, DARK_GROUNDS, GROUNDS, Face, Look, drawn
from queue_server.web.look import DARK_SCENE, LIGHT_SCENE, STRANGE_A_MINUTE, Sheets, address
from tests.display.test_tokens import DARK, LIGHT
from tests.domain.test_look import INK, RINGS, SOFT
from tests.web.admin.setup import read, send, settings
from tests.web.running import Town

GREEN = Look("#0b6b3a", "#01502a", Face.GEORGIA)
TOWN_FORM = "/admin/setup/town/{}"
PAGES = (
    "/termin/rathaus",
    "/sign-in",
    "/admin",
    "/admin/setup/room/none",
    "/barrierefreiheit?town={}",
)


async def set_look(town: Town, look: Look) -> None:
    answer = await send(
        town,
        TOWN_FORM.format(settings(town).id),
        look_accent=look.accent,
        look_second=look.second,
        look_face=look.face.value,
    )
    assert answer.status_code == 303, answer.text


def sheets(html: str) -> list[str]:
    return [one for one in re.findall(r'<link rel="stylesheet" href="([^"]+)">', html) if "/look/" in one]


def test_the_grounds_and_inks_are_those_of_the_pages() -> None:
    for dark, (grounds, tokens) in enumerate(((GROUNDS, LIGHT), (DARK_GROUNDS, DARK))):
        assert dict(grounds) == {name: tokens[f"--color-{name}"] for name in grounds}
        assert (INK[dark], SOFT[dark]) == (tokens["--color-ink"], tokens["--color-ink-soft"])
        assert RINGS[dark] == (tokens["--color-focus"], tokens["--color-focus-halo"])
    assert LIGHT["--color-called"] == AMBER


def test_only_tokens_that_there_are_are_set_and_never_those_of_a_call_or_a_mistake() -> None:
    made = drawn(GREEN)
    names = {name for shades in (made.light, made.dark, made.more_light, made.more_dark) for name in shades}
    assert {f"--color-{name}" for name in names} <= set(LIGHT)
    assert not any(re.match("called|bad|good|warn", name) for name in names)


async def test_a_town_that_set_nothing_loads_nothing(town: Town) -> None:
    for path in PAGES:
        answer = await town.client.get(path.format(settings(town).id), headers=town.headers("administrator"))
        assert sheets(answer.text) == [], path


async def test_every_page_has_the_look_of_its_town(town: Town) -> None:
    await set_look(town, GREEN)
    for path in PAGES:
        answer = await town.client.get(path.format(settings(town).id), headers=town.headers("administrator"))
        assert sheets(answer.text) == [address(GREEN)], path
    for path, who in (("/display/rathaus-eg", "display"), ("/kiosk/rathaus-eingang", "kiosk")):
        answer = await town.client.get(path, headers=town.headers(who))
        assert sheets(answer.text) == [address(GREEN)], path


async def test_the_style_sheet_sets_tokens_and_is_kept_for_good(town: Town) -> None:
    answer = await town.client.get(address(GREEN), headers={"cookie": ""})
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text.startswith(":root { --color-brand: #0b6b3a;")
    assert "Georgia" in answer.text
    assert ':root:not([data-theme="light"])' in answer.text
    assert answer.text.count("{") == answer.text.count("}")


async def test_an_address_of_an_older_release_is_answered_and_not_kept(town: Town) -> None:
    old = await town.client.get(address(GREEN).partition("?")[0] + "?v=0")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")


def test_strangers_work_out_no_more_than_a_few_looks_a_minute_and_none_of_ours_goes() -> None:
    """Each takes ten milliseconds of the loop that carries the calls."""
    now = 0.0
    sheets = Sheets(clock=lambda: now)
    ours = sheets.of_page(GREEN, scenes=False)
    strange = [Look(f"#0000{n:02x}") for n in range(STRANGE_A_MINUTE + 1)]
    answers = [sheets.of_stranger(one, scenes=False) for one in strange]
    assert None not in answers[:-1]
    assert answers[-1] is None
    assert sheets.of_stranger(GREEN, scenes=False) is ours
    now = 60.0
    assert sheets.of_stranger(strange[-1], scenes=False) is not None


async def test_what_is_no_look_is_not_found(town: Town) -> None:
    for name in ("0b6b3a-own-comic", "green-own-house", "0b6b3a-own", "x", "0b6b3a-own-house-x"):
        assert (await town.client.get(f"/look/{name}.css")).status_code == 404, name


async def test_colours_that_nobody_could_read_are_never_served(town: Town) -> None:
    answer = await town.client.get("/look/ffd500-ffd500-house.css")
    assert "#ffd500" not in answer.text


async def test_a_preview_has_light_and_dark_on_one_page(town: Town) -> None:
    answer = await town.client.get(address(GREEN, scenes=True))
    assert f"{LIGHT_SCENE}, {DARK_SCENE} {{" in answer.text
    assert LIGHT["--color-ink"] in answer.text
    assert DARK["--color-ink"] in answer.text
    assert ":root" not in answer.text


async def test_a_display_learns_that_its_page_is_old(town: Town) -> None:
    """Its page loads itself anew when the version of the set-up is another one (display/static/page.js)."""
    before = town.house.hub.config_version
    await set_look(town, GREEN)
    assert town.house.hub.config_version > before


async def test_a_colour_is_kept_as_one_writes_colours(town: Town) -> None:
    await set_look(town, Look("0B6B3A", ""))
    assert settings(town).look == Look("#0b6b3a", "")


async def test_a_look_may_begin_later_and_goes_back_by_the_list_of_changes(town: Town) -> None:
    await set_look(town, GREEN)
    changes = await read(town, "/admin/changes")
    assert "#0b6b3a" in changes
    assert "Georgia" in changes
    planned = await send(
        town, TOWN_FORM.format(settings(town).id), look_accent="#1f4e9e", act="apply", starts="2099-01-01"
    )
    assert planned.headers["location"].startswith("/admin/planned")
    assert settings(town).look == GREEN
    assert "#1f4e9e" in await read(town, "/admin/planned")


async def test_two_towns_of_one_server_each_have_their_own(town: Town) -> None:
    await set_look(town, GREEN)
    others = {one.id for one, _ in town.house.directory.sites.values()} - {settings(town).id}
    assert others
    assert sheets(await read(town, "/sign-in", {"cookie": ""})) == [], "nobody knows whose it is"
    for other in others:
        assert sheets(await read(town, f"/termin?town={other}")) == [], "not that of who reads it"
