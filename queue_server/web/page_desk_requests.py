"""The desk's page of what waits to be confirmed. Confirming and declining are acts on one appointment."""

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.services import requests
from queue_server.services.ports import Answer
from queue_server.web import desk_view as view
from queue_server.web.booking_concern import talk_of
from queue_server.web.desk_frame import frame, hidden_from
from queue_server.web.page_desk_search import hit
from queue_server.web.pages import PageCall, PageRoute


async def requests_page(call: PageCall) -> Response:
    """List the requests, the next deadline first."""
    site = call.house.site(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    found = await call.house.sequencer.look(site.id, requests.waiting)
    return call.page(
        "desk_requests.html",
        faces=("desk",),
        asked=[_request(call, words, one) for one in found],
        keys=view.keys(
            call.say,
            ("", "desk.everywhere", {"↑ ↓": "desk.key_choose", "⏎": "desk.key_open", "/": "desk.key_search"}),
        ),
        **await frame(call, site),
    )


def _request(call: PageCall, words: view.Words, found: Answer) -> view.Values:
    town, site = call.house.offered(call.site_id)
    is_veiled = view.is_untold(found["services"], hidden_from(call, town))
    names = [] if is_veiled else talk_of(town, site, found["services"], found["clerk_id"])
    return {
        **hit(call, words, words.today, found),
        "subject": "" if is_veiled else found["subject"],
        "talk_with": ", ".join(names),
        "possible": found["possible"],
        "until": words.long(found["confirm_until"]),
    }


ROUTES = [PageRoute("/desk/{site}/requests", requests_page, Act.SEE_APPOINTMENTS, "site")]
