"""Pictures as the server sends them, made for tests of the pure modules."""

from typing import Any

from queue_server.protocol import CounterPicture, StaffTicket

CONFIG: dict[str, Any] = {
    "clerk_id": "anna",
    "counter": {"id": "c-1", "name": "1", "room": "1", "floor": ""},
    "site": {
        "id": "rathaus",
        "areas": {"eg": "Erdgeschoss"},
        "displays": {"d-1": "Bildschirm"},
        "kiosks": {"k-1": "Terminal"},
        "call_mode": "screen",
        "no_show_after_s": 60,
    },
    "services": {
        "passport": {"name": "Reisepass", "category": "x", "max_count": 3, "documents": ["Foto", "Ausweis"]},
        "id-card": {"name": "Personalausweis", "category": "x", "max_count": 1, "documents": ["Foto"]},
    },
}


def a_ticket(number: int = 417, state: str = "waiting", **changes: Any) -> StaffTicket:
    ticket: StaffTicket = {
        "id": number * 10,
        "number": number,
        "state": state,
        "origin": "kiosk",
        "services": [{"id": "passport", "count": 1}],
        "persons": 1,
        "language": "de",
        "expected_min": 15,
        "area_id": "eg",
        "waiting_ms": 120_000,
        "due_in_ms": 60_000,
        "due_reason": "patience",
        "adjustment": None,
        "appointed": None,
        "counter_id": None,
        "bound_counter_id": None,
        "joined": [],
        "needs": [],
        "state_age_ms": 5_000,
    }
    return ticket | changes  # type: ignore[return-value]


def a_picture(current: StaffTicket | None = None, **changes: Any) -> CounterPicture:
    is_called = current is not None and current["state"] == "called"
    picture: CounterPicture = {
        "counter_id": "c-1",
        "site_id": "rathaus",
        "state": "open",
        "clerk_id": "anna",
        "current": current,
        "call": None,
        "call_age_ms": 5_000 if is_called else None,
        "recalled": False,
        "undo_ms": 0,
        "undo_number": None,
        "waiting": [],
        "waiting_for_others": [],
        "parked": [],
        "missed": [],
        "away": [],
        "counters": [],
        "today": {"served_count": 0, "no_show_count": 0, "waiting_count": 0, "longest_wait_ms": 0},
        "issuing": True,
        "call_mode": "screen",
        "fetch_hint": {},
        "notices": [],
        "config_version": 1,
    }
    return picture | changes  # type: ignore[return-value]
