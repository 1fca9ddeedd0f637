"""The desk's page of bookings to which somebody has to come and interpret; a press says it is arranged.

First stands who was arranged for a time at which nobody needs them any more: the sooner they hear of it, the
less it costs.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.town import in_language
from queue_server.services import interpreters
from queue_server.services.ports import Answer, Unit
from queue_server.web import desk_view as view
from queue_server.web.desk_frame import checked_form, do, frame
from queue_server.web.languages import name_in
from queue_server.web.page_desk_search import hit
from queue_server.web.pages import PageCall, PageRoute


async def interpreters_page(call: PageCall) -> Response:
    """List them, the next one first."""
    site = call.house.site(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    look = call.house.sequencer.look
    left, found = await look(site.id, lambda u: (interpreters.left(u), interpreters.wished(u)))
    return call.page(
        "desk_interpreters.html",
        faces=("desk",),
        left=[_left(call, words, one) for one in left],
        found=[_wish(call, words, one) for one in found],
        keys=view.keys(
            call.say,
            ("", "desk.everywhere", {"↑ ↓": "desk.key_choose", "⏎": "desk.key_open", "/": "desk.key_search"}),
        ),
        **await frame(call, site),
    )


async def arrange(call: PageCall) -> Response:
    """Note what was arranged or called off, by a form, so that no link changes anything (failure 4)."""
    form = await checked_form(call)
    act, reference = str(form.get("act")), str(form.get("reference") or "")[:20]
    if act in OF_ORDERS:
        order = str(form.get("order") or "")
        order_id = int(order) if order.isascii() and order.isdigit() and len(order) <= ID_MOST else 0
        await do(call, form, lambda unit: OF_ORDERS[act](unit, order_id))
    else:
        await do(
            call, form, lambda unit: interpreters.arrange(unit, reference, is_arranged=act == "arranged")
        )
    return RedirectResponse(call.request.url.path, status_code=303)


def _wish(call: PageCall, words: view.Words, found: Answer) -> view.Values:
    return {
        **hit(call, words, words.today, found),
        "language": name_in(call.say, found["spoken"]) if found["spoken"] else _unknown(call, found),
        "days": found["days"],
        "is_arranged": found["is_arranged"],
    }


def _left(call: PageCall, words: view.Words, left: Answer) -> view.Values:
    local = words.local(left["starts_at"])
    is_linked = left["reference"] and left["site"] is None
    language = name_in(call.say, left["spoken"]) if left["spoken"] else call.say("desk.interpreter_any")
    day, time = words.day(local.date()), words.time(local)
    return {
        **{name: left[name] for name in ("id", "days", "is_settled", "may_come")},
        "href": f"/desk/{call.site_id}/appointments/{left['reference']}" if is_linked else "",
        "time": time,
        "day": day if local.date() != words.today else "",
        "language": language,
        "spoken": f"{day}, {time}, {language}",
        "became": _became(call, words, left),
    }


def _became(call: PageCall, words: view.Words, left: Answer) -> str:
    """Say why nobody is needed then: "Verlegt auf Freitag, 13. März, 10:00 Uhr"."""
    if left["became"] != "moved":
        return call.say(f"desk.interpreter_left_{left['became']}", reference=left["reference"])
    when = words.long(left["moved_to"])
    if left["site"] is None:
        return call.say("desk.interpreter_left_moved", when=when)
    site = in_language(call.house.site(left["site"]).name, call.language)
    return call.say("desk.interpreter_left_moved_site", when=when, site=site)


def _unknown(call: PageCall, found: Answer) -> str:
    """Say that nobody knows the language, and in which one the kiosk was used."""
    return call.say("desk.interpreter_unknown", page=name_in(call.say, found["language"]))


ID_MOST: Final = 12
"""Digits of an order's id."""
OF_ORDERS: Final[dict[str, Callable[[Unit, int], Answer]]] = {
    "settled": partial(interpreters.settle, is_settled=True),
    "unsettled": partial(interpreters.settle, is_settled=False),
    "along": interpreters.bring_along,
}

ROUTES = [
    PageRoute("/desk/{site}/interpreters", interpreters_page, Act.SEE_APPOINTMENTS, "site"),
    PageRoute("/desk/{site}/interpreters", arrange, Act.WORK_AT_DESK, "site", methods=("POST",)),
]
