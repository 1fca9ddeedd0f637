"""Every route and socket, asked by every role: who may do what, written down.

A new route without a line here fails `test_every_route_is_written_down`.
"""

from collections.abc import Mapping
from typing import Final

import pytest
from websockets.exceptions import InvalidStatus

from queue_server.web.routes import API_ROUTES, PAGE_ROUTES
from queue_server.web.sockets import SOCKETS
from tests.web.running import HOST, Town

OWN = ("administrator", "anna", "integration", "kiosk", "display")
ASKERS: Final = (
    None,
    *OWN,
    "another kiosk",
    "another display",
    "greta",
    "administrator of the other site",
    "integration of the other site",
    "other town's administrator",
    "other town's kiosk",
)
"""Who asks. What is asked for is the town hall's: counter 1, the ground floor's display, the kiosk."""

MAY = "may"
Row = Mapping[str | None, object]


def row(*allowed: str, stranger: object = 401, others: object = 404, rest: object = 403) -> Row:
    """Return asker → expectation: `allowed` may, others of the site get `rest`, other sites `others`."""
    found: dict[str | None, object] = {None: stranger}
    for asker in ASKERS[1:]:
        own = asker in {*OWN, "another kiosk", "another display"}
        found[asker] = MAY if asker in allowed else rest if own else others
    return found


STAFF = ("administrator", "anna")
EVERYBODY: Row = dict.fromkeys(ASKERS, MAY)
GIVERS = row(*STAFF, "integration", "kiosk", "another kiosk")
DESK = row(*STAFF)
# A counter is invisible to devices, so it does not exist for them.
_DEVICES: Row = dict.fromkeys(("kiosk", "display", "another kiosk", "another display"), 404)
COUNTER: Row = {**row(*STAFF), **_DEVICES}
DISPLAY_STAFF: Row = {**COUNTER, "display": 403}

SITE, TICKET, AT = (
    "/api/v1/sites/{site}",
    "/api/v1/sites/{site}/tickets/{ticket}",
    "/api/v1/counters/{counter}",
)
ACTS = (
    *("open", "pause", "close", "calls", "recall", "start", "no-show", "put-back", "park", "finish"),
    *("undo", "join", "transfer", "concern"),
)

API: Final[Mapping[str, Row]] = {
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /metrics": EVERYBODY,  # from this machine; from elsewhere see test_health
    "GET /api/v1/sessions": EVERYBODY,
    "POST /api/v1/sessions": EVERYBODY,
    "POST /api/v1/sessions/password": dict.fromkeys(ASKERS, 401),  # tokens have no password
    "DELETE /api/v1/sessions": EVERYBODY,
    "GET /api/v1/sites": EVERYBODY,
    f"GET {SITE}": EVERYBODY,
    f"GET {SITE}/board": EVERYBODY,
    f"GET {SITE}/queue": EVERYBODY,
    f"GET {SITE}/months": EVERYBODY,
    f"GET {SITE}/times": EVERYBODY,
    f"GET {SITE}/earliest": EVERYBODY,
    f"POST {SITE}/holds": EVERYBODY,
    f"POST {SITE}/holds/{{hold}}/extend": EVERYBODY,
    f"POST {SITE}/holds/{{hold}}/release": EVERYBODY,
    f"POST {SITE}/appointments": EVERYBODY,
    f"POST {SITE}/appointments/own": EVERYBODY,  # the code in the body is the right to it
    f"POST {SITE}/appointments/own/move": EVERYBODY,
    f"POST {SITE}/appointments/own/cancel": EVERYBODY,
    f"POST {SITE}/appointments/search": DESK,
    f"POST {SITE}/check-ins": row(*STAFF, "kiosk", "another kiosk"),
    f"POST {SITE}/tickets": GIVERS,
    f"POST {SITE}/quotes": GIVERS,
    f"POST {TICKET}": GIVERS,
    f"GET {TICKET}/order": DESK,
    f"POST {TICKET}/reprint": GIVERS,
    f"POST {SITE}/issuing": DESK,
    f"POST {SITE}/call-mode": DESK,
    "POST /api/v1/displays/{display}/service": DISPLAY_STAFF,
    **{
        f"POST /api/v1/kiosks/{{kiosk}}/{act}": {**COUNTER, "kiosk": MAY}
        for act in ("visits", "quotes", "appointments")
    },
    # Nobody has booked at the kiosk, so who may see it is told that there is no such appointment.
    "POST /api/v1/kiosks/{kiosk}/appointments/{appointment}/reprint": {**COUNTER, "kiosk": MAY},
    f"POST {SITE}/alarm": DESK,
    f"GET {SITE}/alarms": DESK,
    f"POST {SITE}/alarms/{{alarm}}": DESK,
    f"GET {AT}": COUNTER,
    f"POST {AT}/alarm": COUNTER,
    **{f"POST {AT}/{act}": COUNTER for act in ACTS},
}
"""`MAY` is every answer but 401, 403 and 404 for lack of a right: the hall may still refuse (409)."""

NAMES: Final = {
    "site": "rathaus",
    "counter": "rathaus-1",
    "display": "rathaus-eg",
    "kiosk": "rathaus-kiosk",
    "id": "",
}
SERVICES = [{"id": "id-card"}]
BODIES: Final[Mapping[str, dict[str, object]]] = {
    "/sessions": {"user": "anna", "password": "falsch"},
    "/password": {"password": "falsch", "new_password": "ein neues Kennwort"},
    "/tickets": {"request_id": "walk", "services": SERVICES},
    "/holds": {
        "request_id": "walk",
        "client": "a-visitors-session",
        "services": SERVICES,
        "starts_at": "2026-03-12T10:00+01:00",
    },
    "/kiosks/{kiosk}/appointments": {
        "request_id": "walk",
        "services": SERVICES,
        "starts_at": "2026-03-10T11:00+01:00",
    },
    "{appointment}/reprint": {"request_id": "walk"},
    "/appointments": {"request_id": "walk", "client": "a-visitors-session", "hold": 1},
    "/own": {"code": "nonsense"},
    "/move": {"code": "nonsense", "request_id": "walk", "hold": 1},
    "/own/cancel": {"code": "nonsense", "request_id": "walk"},
    "/check-ins": {"request_id": "walk", "reference": "AAAAAA", "time": "10:00"},
    "/quotes": {"services": SERVICES},
    "/{ticket}": {"act": "away"},
    "/alarm": {"request_id": "walk"},
    "/{alarm}": {"act": "going"},
    "/visits": {"code": "nonsense"},
    "/issuing": {"issuing": True},
    "/call-mode": {"call_mode": None},
    "/service": {"out_of_service": False},
    "/calls": {"request_id": "walk"},
    "/join": {"number": 100},
    "/concern": {"services": SERVICES},
}


def body_of(path: str) -> dict[str, object]:
    return next((body for end, body in BODIES.items() if path.endswith(end)), {})


QUERIES: Final = {
    "/months": "?services=id-card&first=2026-03-10&last=2026-03-12",
    "/times": "?services=id-card&day=2026-03-12",
    "/earliest": "?services=id-card",
}


def query_of(path: str) -> str:
    return next((query for end, query in QUERIES.items() if path.endswith(end)), "")


def test_every_route_is_written_down() -> None:
    assert {f"{route.method} {route.path}" for route in API_ROUTES} == set(API)


async def test_every_route_answers_every_role_as_written_down(town: Town) -> None:
    """Failure 15: another site's, another town's, another device's thing is 404."""
    ticket = await town.take(who="administrator")
    wrong = []
    for route in API_ROUTES:
        path = route.path.format(**NAMES, ticket=ticket["id"], hold=1, appointment=1, alarm="a1") + query_of(
            route.path
        )
        for asker in ASKERS:
            answer = await town.ask(asker, route.method, path, body_of(route.path) if route.body else None)
            expected = API[f"{route.method} {route.path}"][asker]
            if not fits(answer.status_code, expected, answer.text):
                wrong.append(f"{asker}: {route.method} {path}: {answer.status_code}, not {expected}")
    assert wrong == []


def fits(status: int, expected: object, text: str) -> bool:
    if expected is MAY:
        refused = {"sign_in_required", "forbidden", "must_change_password"}
        return status < 500 and not any(code in text for code in refused)
    return status == expected


@pytest.mark.parametrize("changes", [{"demo": True, "public_url": HOST}], indirect=True)
async def test_every_page_answers_every_role_as_written_down(town: Town) -> None:
    """Pages send people to sign in and devices to pairing; who may not, gets words and no content."""
    ticket = await town.take()
    wrong = []
    for page in PAGE_ROUTES:
        if "GET" not in page.methods:
            continue
        path = page.path.format(**NAMES, **PLACES, ticket=ticket["id"])
        for asker in ASKERS:
            answer = await town.ask(asker, "GET", path)
            if answer.status_code != (expected := PAGES[page.path][asker]):
                wrong.append(f"{asker}: {path}: {answer.status_code}, not {expected}")
    assert wrong == []


def pages_row(api: Row, *, stranger: int, found: int = 200) -> Row:
    """Return the row of a page for that of an act; `found` 404: it is not there."""
    return {
        asker: stranger if asker is None else found if hope is MAY else hope for asker, hope in api.items()
    }


PLACES: Final = {
    "secret": "nonsense",
    "service": "registry-information",
    "name": "none.png",
    "appointment": 1,
    "mail": 1,
    "reference": "AAAAAA",
    "kind": "booked",
    "language": "de",
}
ALL_200: Row = dict.fromkeys(ASKERS, 200)
STAFF_OF_ANY_SITE: dict[str | None, object] = {
    asker: 200 if "administrator" in str(asker) or asker in {"anna", "greta"} else 403 for asker in ASKERS
}
KIOSK_STAFF: Row = {**COUNTER, "kiosk": MAY}
WHOLE_TOWN: Final[Row] = {
    asker: {
        None: 303,
        "administrator": 200,
        "other town's administrator": 200,  # it is the own town that is shown
    }.get(asker, 404)
    for asker in ASKERS
}
"""What belongs to the organisation as a whole: who is bound to a site does not see it."""
PAGES: Final[Mapping[str, Row]] = {
    "/": ALL_200,
    "/sign-in": ALL_200,
    "/password": dict.fromkeys(ASKERS, 303),
    "/account": dict.fromkeys(ASKERS, 303),
    "/styleguide": ALL_200,
    "/pair": ALL_200,
    "/t/{secret}": dict.fromkeys(ASKERS, 404),
    "/termin": ALL_200,
    "/termin/einbinden": ALL_200,
    "/termin/{site}": ALL_200,
    "/termin/{site}/{service}": ALL_200,
    "/calendar/{secret}.ics": dict.fromkeys(ASKERS, 404),
    "/termin/v/{secret}": dict.fromkeys(ASKERS, 404),
    "/termin/v/{secret}/confirm": dict.fromkeys(ASKERS, 404),
    "/termin/v/{secret}/cancel": dict.fromkeys(ASKERS, 404),
    "/termin/v/{secret}/move": dict.fromkeys(ASKERS, 404),
    "/termin/v/{secret}/move/check": dict.fromkeys(ASKERS, 404),
    "/termin/v/{secret}/termin.ics": dict.fromkeys(ASKERS, 404),
    "/display/{display}": pages_row({**COUNTER, "display": MAY}, stranger=303),
    "/kiosk/{kiosk}": pages_row(KIOSK_STAFF, stranger=303),
    "/counter": STAFF_OF_ANY_SITE | {None: 303},
    "/counter/{counter}": pages_row(COUNTER, stranger=303),
    "/counter/{counter}/calendar": pages_row(COUNTER, stranger=303),
    "/kiosk/{kiosk}/appointments/{appointment}/qr.svg": pages_row(KIOSK_STAFF, stranger=303, found=404),
    "/desk": {asker: 303 if found == 200 else found for asker, found in STAFF_OF_ANY_SITE.items()}
    | {None: 303},
    "/desk/{site}": pages_row(DESK, stranger=303),
    "/desk/{site}/appointments/{reference}": pages_row(DESK, stranger=303, found=404),
    "/desk/{site}/appointments/{reference}/card": pages_row(DESK, stranger=303, found=404),
    "/desk/{site}/letters": pages_row(DESK, stranger=303),
    "/desk/{site}/requests": pages_row(DESK, stranger=303),
    "/desk/{site}/conflicts": pages_row(DESK, stranger=303),
    "/desk/{site}/tickets/{ticket}": pages_row(DESK, stranger=303),
    "/kiosk/{kiosk}/services/{service}/qr.svg": pages_row(KIOSK_STAFF, stranger=303),
    "/kiosk/{kiosk}/tickets/{ticket}/qr.svg": pages_row(KIOSK_STAFF, stranger=303),
    "/admin/letters": WHOLE_TOWN,
    "/admin/letters/{kind}/{language}": WHOLE_TOWN,
    "/admin/letters/{kind}/{language}/preview": WHOLE_TOWN,
    "/demo/paper/{kiosk}": ALL_200,
    "/demo/paper/{kiosk}/slips": ALL_200,
    "/demo/paper/{kiosk}/slips/{name}": dict.fromkeys(ASKERS, 404),
    "/demo/mails": ALL_200,
    "/demo/mails/{mail}": dict.fromkeys(ASKERS, 404),
    "/demo/mails/{mail}/letter": dict.fromkeys(ASKERS, 404),
    "/demo/mails/{mail}/calendar": dict.fromkeys(ASKERS, 404),
}


def test_every_page_is_written_down() -> None:
    """Pages that are still being built may be missing from the server; a new one has to stand here."""
    assert {page.path for page in PAGE_ROUTES if "GET" in page.methods} <= set(PAGES)


SOCKET_ROWS: Final[Mapping[str, Row]] = {
    "/live/displays/{id}": {**COUNTER, "display": MAY},
    "/live/counters/{id}": COUNTER,
    "/live/counters/{id}/alarms": COUNTER,
    "/live/sites/{id}/alarms": DESK,
    "/live/kiosks/{id}": KIOSK_STAFF,
    "/live/sites/{id}": EVERYBODY,
}
SOCKET_IDS: Final = {
    "/live/displays/{id}": "rathaus-eg",
    "/live/counters/{id}": "rathaus-1",
    "/live/counters/{id}/alarms": "rathaus-1",
    "/live/sites/{id}/alarms": "rathaus",
    "/live/kiosks/{id}": "rathaus-kiosk",
    "/live/sites/{id}": "rathaus",
}


def test_every_socket_is_written_down() -> None:
    assert {socket.path for socket in SOCKETS} == set(SOCKET_ROWS)


async def test_every_socket_answers_every_role_as_written_down(served_town: Town) -> None:
    wrong = []
    for route in SOCKETS:
        path = route.path.format(id=SOCKET_IDS[route.path])
        for asker in ASKERS:
            expected = SOCKET_ROWS[route.path][asker]
            found = await knock(served_town, asker, path)
            if found != (101 if expected is MAY else expected):
                wrong.append(f"{asker}: {path}: {found}, not {expected}")
    assert wrong == []


async def knock(town: Town, who: str | None, path: str, **headers: str) -> int:
    """Return the status with which a socket is opened or refused; a refusal has the one error shape."""
    try:
        async with town.socket(who, path, **headers) as opened:
            await opened.recv()
            return 101
    except InvalidStatus as refused:
        answer = refused.response
        return answer.status_code if b'{"error":' in (answer.body or b"") else -answer.status_code
