"""The desk's page of bookings that a clerk's own calendar contradicts. Moving them is on their own pages."""

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.services.ports import Answer
from queue_server.web import calendar_conflicts
from queue_server.web import desk_view as view
from queue_server.web.desk_frame import frame
from queue_server.web.page_desk_search import hit
from queue_server.web.pages import PageCall, PageRoute


async def conflicts_page(call: PageCall) -> Response:
    """List them, the next one first."""
    site = call.house.site(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    found = await calendar_conflicts.conflicts(call.house, site.id)
    return call.page(
        "desk_conflicts.html",
        faces=("desk",),
        found=[_conflict(call, words, one) for one in found],
        keys=view.keys(
            call.say,
            ("", "desk.everywhere", {"↑ ↓": "desk.key_choose", "⏎": "desk.key_open", "/": "desk.key_search"}),
        ),
        **await frame(call, site),
    )


def _conflict(call: PageCall, words: view.Words, found: Answer) -> view.Values:
    town, _ = call.house.offered(call.site_id)
    names = {clerk.id: clerk.name for clerk in town.clerks}
    return {
        **hit(call, words, words.today, found),
        "why": call.say(f"calendar.why_{found['why']}"),
        "clerk": names.get(found["clerk_id"], found["clerk_id"]),
    }


ROUTES = [PageRoute("/desk/{site}/conflicts", conflicts_page, Act.SEE_APPOINTMENTS, "site")]
