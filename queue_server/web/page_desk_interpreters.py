"""The desk's page of bookings to which somebody has to come and interpret; a press says it is arranged."""

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.services import interpreters
from queue_server.services.ports import Answer
from queue_server.web import desk_view as view
from queue_server.web.desk_frame import checked_form, do, frame
from queue_server.web.languages import name_in
from queue_server.web.page_desk_search import hit
from queue_server.web.pages import PageCall, PageRoute


async def interpreters_page(call: PageCall) -> Response:
    """List them, the next one first."""
    site = call.house.site(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    found = await call.house.sequencer.look(site.id, interpreters.wished)
    return call.page(
        "desk_interpreters.html",
        faces=("desk",),
        found=[_wish(call, words, one) for one in found],
        keys=view.keys(
            call.say,
            ("", "desk.everywhere", {"↑ ↓": "desk.key_choose", "⏎": "desk.key_open", "/": "desk.key_search"}),
        ),
        **await frame(call, site),
    )


async def arrange(call: PageCall) -> Response:
    """Note what was arranged, by a form, so that no link changes anything (failure 4)."""
    form = await checked_form(call)
    reference, is_arranged = str(form.get("reference") or "")[:20], form.get("act") == "arranged"
    await do(call, form, lambda unit: interpreters.arrange(unit, reference, is_arranged=is_arranged))
    return RedirectResponse(call.request.url.path, status_code=303)


def _wish(call: PageCall, words: view.Words, found: Answer) -> view.Values:
    return {
        **hit(call, words, words.today, found),
        "language": name_in(call.say, found["spoken"]) if found["spoken"] else _unknown(call, found),
        "days": found["days"],
        "is_arranged": found["is_arranged"],
    }


def _unknown(call: PageCall, found: Answer) -> str:
    """Say that nobody knows the language, and in which one the kiosk was used."""
    return call.say("desk.interpreter_unknown", page=name_in(call.say, found["language"]))


ROUTES = [
    PageRoute("/desk/{site}/interpreters", interpreters_page, Act.SEE_APPOINTMENTS, "site"),
    PageRoute("/desk/{site}/interpreters", arrange, Act.WORK_AT_DESK, "site", methods=("POST",)),
]
