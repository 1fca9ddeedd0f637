"""The demo's paper preview: what a kiosk's printer has printed, as pictures. Demo only.

The kiosk's agent leaves the pictures in the data folder; here they are only shown.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import FileResponse, JSONResponse, Response

from queue_server.domain.errors import NotFound
from queue_server.web.pages import PageCall, PageRoute

NEWEST: Final = 12
_NAME: Final = re.compile(r"slip-[A-Za-z0-9_-]{1,80}\.png")
FOR_A_DAY: Final = "private, max-age=86400"


@dataclass(frozen=True, slots=True)
class Paper:
    """One printed slip: its picture's name and when it was printed."""

    name: str
    printed_at: datetime


async def paper_page(call: PageCall) -> Response:
    """Show the newest slips of a kiosk, newest first."""
    folder, kiosk_name = _folder(call)
    papers = await asyncio.to_thread(newest, folder)
    return call.page(
        "paper.html",
        kiosk_id=call.id,
        kiosk_name=kiosk_name,
        papers=[_shown(call, paper) for paper in papers],
    )


async def paper_list(call: PageCall) -> Response:
    """List the same slips for the page's script."""
    folder, _ = _folder(call)
    papers = await asyncio.to_thread(newest, folder)
    return JSONResponse({"papers": [_shown(call, paper) for paper in papers]})


async def paper_picture(call: PageCall) -> Response:
    """One slip's picture. It never changes: a reprint is another slip."""
    folder, _ = _folder(call)
    name = call.request.path_params["name"]
    if not _NAME.fullmatch(name) or not (folder / name).is_file():
        raise NotFound(what="paper")
    return FileResponse(folder / name, media_type="image/png", headers={"Cache-Control": FOR_A_DAY})


def newest(folder: Path, most: int = NEWEST) -> list[Paper]:
    """Return the newest slips of a folder, newest first; none when there is no folder yet."""
    found = []
    for path in folder.glob("slip-*.png"):
        try:
            printed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            continue  # the agent drops the oldest ones while we look
        if _NAME.fullmatch(path.name):
            found.append(Paper(path.name, printed))
    return sorted(found, key=lambda paper: (paper.printed_at, paper.name), reverse=True)[:most]


def _folder(call: PageCall) -> tuple[Path, str]:
    if call.thing is None:
        raise NotFound(what="kiosk")
    kiosk = next(k for k in call.house.site(call.site_id).kiosks if k.id == call.id)
    # The id is one of the set-up's, so it names no other folder.
    return call.house.settings.paper_folder / kiosk.id, kiosk.name


def _shown(call: PageCall, paper: Paper) -> dict[str, str]:
    zone = ZoneInfo(call.house.site(call.site_id).time_zone)
    time = f"{paper.printed_at.astimezone(zone):%H:%M:%S}"  # as the boards count, in every language
    return {
        "name": paper.name,
        "src": f"/demo/paper/{call.id}/slips/{paper.name}",
        "time": time,
        "alt": call.say("paper.slip", time=time),
    }


ROUTES = [
    PageRoute("/demo/paper/{kiosk}", paper_page, None, "kiosk", demo_only=True),
    PageRoute("/demo/paper/{kiosk}/slips", paper_list, None, "kiosk", demo_only=True),
    PageRoute("/demo/paper/{kiosk}/slips/{name}", paper_picture, None, "kiosk", demo_only=True),
]
