"""The display's page, the clips it speaks with, and the pictures it shows while nobody is called."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.admission import Stretch
from queue_server.domain.number_space import FIRST, FOUR_LAST
from queue_server.domain.town import GERMAN, Chime, Texts, end_minute, in_language
from queue_server.web.condition import program_version
from queue_server.web.house import House
from queue_server.web.pages import PageCall, PageRoute

FOR_EVER = "public, max-age=31536000, immutable"


async def display_page(call: PageCall) -> Response:
    """The screen of a waiting area. Its language is the first that the site announces in."""
    house = call.house
    town, site = house.town_and_site(call.site_id)
    display = next(d for d in site.displays if d.id == call.id)
    spoken = display.spoken or site.announce_languages
    language = next((one for one in spoken if one in house.texts), call.language)
    areas = [in_language(a.name, language) for a in site.areas if a.id in display.area_ids]
    config = {
        "display_id": display.id,
        "site_id": site.id,
        "languages": list(spoken),
        "chime_url": f"/static/sounds/{display.chime}.wav",
        "chime_short_url": f"/static/sounds/{Chime.TONE}.wav",
        "min_on_screen_s": display.min_on_screen_s or site.min_on_screen_s,
        "quiet": {
            "after_s": display.quiet_after_s,
            "texts": [_in_languages(text, spoken) for text in display.quiet_texts],
            "pictures": [
                {"url": f"/pictures/{one}", "text": town.pictures[one]}
                for one in display.quiet_pictures
                if one in town.pictures
            ],
        },
        "viewing": {"distanceM": display.distance_m, "inches": display.diagonal_in},
        "ways": display.ways(),
        "volume": {"loud": [_minutes(one) for one in display.loud_hours], "soft": display.soft_volume / 100},
        "zone": site.time_zone,
        "server_now_ms": int(house.clock().timestamp() * 1000),
        "config_version": house.hub.config_version,
        "epoch": house.epoch,
        "program": program_version(),
        "speech": {"available": house.speech.available, "version": house.speech.version},
    }
    return call.page(
        "display.html",
        faces=("display", "common"),
        language=language,
        config=config,
        site_name=in_language(site.name, language),
        area_name=" · ".join(areas),
    )


def _minutes(one: Stretch) -> list[int]:
    return [one.begins.hour * 60 + one.begins.minute, end_minute(one.ends)]


def _in_languages(text: Texts, spoken: Sequence[str]) -> list[dict[str, str]]:
    """Return a text in the display's languages, at most two of them: more cannot be read from afar."""
    found = [{"language": one, "text": text[one]} for one in spoken if text.get(one)]
    return found[:2] or [{"language": GERMAN, "text": in_language(text, GERMAN)}]


async def number_clip(request: Request) -> Response:
    """The words of a number. Public: every number sounds the same for everybody."""
    house: House = request.app.state.house
    number = request.path_params["number"]
    if not FIRST <= number <= FOUR_LAST:
        return Response(status_code=404)
    return _clip(await house.speech.number(request.path_params["language"], number))


async def room_clip(request: Request) -> Response:
    """The words of a room."""
    house: House = request.app.state.house
    id_ = request.path_params["room"]
    rooms = (room for _, site in house.directory.sites.values() for room in site.rooms)
    room = next((room for room in rooms if room.id == id_), None)
    return _clip(
        None if room is None else await house.speech.room(request.path_params["language"], room.name)
    )


async def picture(request: Request) -> Response:
    """A picture of quiet times. Public, as it hangs in a public hall; its address is a hash of it."""
    house: House = request.app.state.house
    id_ = request.path_params["picture"]
    found = await house.read(lambda conn: house.pictures.body(conn, id_))
    if found is None:
        return Response(status_code=404)
    media_type, body = found
    return Response(body, media_type=media_type, headers={"Cache-Control": FOR_EVER})


def _clip(path: object) -> Response:
    if path is None:
        return Response(status_code=404)
    return FileResponse(str(path), media_type="audio/wav", headers={"Cache-Control": FOR_EVER})


ROUTES = [PageRoute("/display/{display}", display_page, Act.SEE_DISPLAY, "display")]
OF_EVERYBODY: Final = {
    "/sounds/speech/{language}/number/{number:int}": number_clip,
    "/sounds/speech/{language}/room/{room}": room_clip,
    "/pictures/{picture}": picture,
}
"""Files that are no secret, whoever asks."""
