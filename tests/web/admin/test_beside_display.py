"""Beside a display's form stands how large its numbers are and from where they read, with a warning."""

from tests.web.admin.setup import found, read, send
from tests.web.running import Town
from tests.web.test_page_desk import words

DISPLAY = "/admin/setup/display/rathaus-eg"


async def test_the_figures_of_a_display_stand_beside_its_form(town: Town) -> None:
    assert "mm hoch" not in words(await read(town, DISPLAY))
    answer = await send(
        town, DISPLAY, distance_m="5", diagonal_in="55", loud_hours="9-17 Uhr", soft_volume="40"
    )
    assert answer.status_code == 303, words(answer.text)
    told = words(await read(town, DISPLAY))
    assert "Aus 5 m muss die Nummer 175 mm hoch sein, andere Schrift 60 mm." in told
    assert "Ein Aufruf: Nummer 407 mm hoch, lesbar bis 11,6 m." in told
    assert found(town, "display", "rathaus-eg").soft_volume == 40


async def test_a_display_that_is_too_far_away_warns(town: Town) -> None:
    await send(town, DISPLAY, distance_m="30", diagonal_in="32")
    assert "Nicht einmal ein Aufruf ist vom letzten Sitzplatz aus lesbar." in words(await read(town, DISPLAY))


async def test_rooms_are_chosen_for_each_direction_and_a_distance_asks_for_the_diagonal(town: Town) -> None:
    room = found(town, "counter", "rathaus-1").room_id
    answer = await send(town, DISPLAY, left_ids=[room])
    assert answer.status_code == 303, words(answer.text)
    assert found(town, "display", "rathaus-eg").ways() == {room: "left"}
    answer = await send(town, DISPLAY, distance_m="4")
    assert answer.status_code == 422
    assert "Bildschirmdiagonale in Zoll" in words(answer.text)
