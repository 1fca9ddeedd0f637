"""Beginning and ending a rehearsal on a site's displays, and what came of it, in words.

What must not live here: what happens in it (`live.rehearsal`).
"""

import secrets
from datetime import timedelta
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput
from queue_server.domain.town import Site, Town, in_language
from queue_server.live.rehearsal import Taken
from queue_server.protocol import Slip, SlipLine
from queue_server.web.admin.frame import sent
from queue_server.web.hall_facts import is_open
from queue_server.web.house import House
from queue_server.web.languages import staffs
from queue_server.web.pages import PageCall, PageRoute

PAGE: Final = "/admin/devices"
MINUTES: Final = (3, 5, 10)
MOST_SLIPS: Final = 2
REFUSED: Final = frozenset({"open", "busy", "runs", "empty"})


async def rehearse(call: PageCall) -> Response:
    """Begin or end one. It is kept nowhere, so no log has it."""
    form = await sent(call)
    act, refused = form.get("act"), ""
    if act == "end":
        call.house.hub.rehearsals.end(call.id, "hand")
    elif act == "begin":
        town, site = call.house.town_and_site(call.id)
        minutes = next((one for one in MINUTES if str(one) == form.get("minutes")), MINUTES[0])
        slips = MOST_SLIPS if form.get("slips") else 0
        refused = call.house.hub.rehearsals.begin(
            town,
            site,
            lasts=timedelta(minutes=minutes),
            is_open=is_open,
            below=secrets.randbelow,
            taken=_taken(call.house, town, site, slips),
        )
    else:
        raise BadInput(field="act")
    query = f"?rehearsal={refused}" if refused else ""
    return RedirectResponse(f"{PAGE}{query}#rehearsal-{call.id}", status_code=303)


def _taken(house: House, town: Town, site: Site, slips: int) -> Taken:
    """Return what prepares the words of each number, and prints the first ones at a kiosk with a printer."""

    def taken(number: int, before: int) -> None:
        house.speech.number_drawn(site, number)
        kiosk = next((one for one in site.kiosks if house.hub.has_agent(site.id, one.id)), None)
        if before < slips and kiosk is not None:
            language = staffs(kiosk.languages)
            slip = rehearsal_slip(house, town, site, language, number)
            job = house.slip_tests.begin(kiosk.id, slip, house.clock(), has_agent=True)
            view = house.hub.rooms[site.id].view
            house.hub.offer_jobs(site.id, kiosk.id, view.seq if view else 0, [job])

    return taken


def rehearsal_slip(house: House, town: Town, site: Site, language: str, number: int) -> Slip:
    """Return a slip that says what it is; with a letter its number is none that an agent would remember."""
    say = house.texts[language]
    return Slip(
        number=f"P{number}",
        headline=say("devices.rehearsal_headline"),
        lines=[SlipLine(label=say("devices.rehearsal_town"), value=in_language(town.name, language))],
        qr=None,
        qr_caption="",
        header=[in_language(site.name, language)],
        footer=[],
        mark=say("devices.paper_mark"),
        language=language,
        direction="ltr",
        paper=80,
    )


def rehearsal_words(call: PageCall, site: Site) -> dict[str, Any]:
    """Return `runs`, and the words of the last rehearsal: `text`, and `displays` with their counts."""
    run, say = call.house.hub.rehearsals[site.id], call.say
    if run is None:
        return {"runs": False, "text": "", "displays": [], "level": ""}
    runs = not run.ended
    left = max(0, -int((call.house.clock() - run.ends_at).total_seconds() // 60))
    state = say("devices.rehearsal_runs", n=left) if runs else say(f"devices.rehearsal_ended_{run.ended}")
    counts = say("devices.rehearsal_counts", taken=run.taken_count, called=run.called_count)
    return {
        "runs": runs,
        "level": "" if runs or run.ended in {"time", "hand"} else "warn",
        "text": f"{state} {counts}",
        "displays": [
            say(
                "devices.rehearsal_display",
                name=display.name or display.id,
                shown=run.shown[display.id],
                heard=run.heard[display.id],
            )
            for display in site.displays
        ],
    }


ROUTES = [
    PageRoute(f"{PAGE}/{{site}}/rehearsal", rehearse, Act.PAIR_DEVICE, "site", methods=("POST",)),
]
