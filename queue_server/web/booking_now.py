"""Coming without an appointment, in words: how long one waits now, or when the doors open.

It stands where somebody chooses between that and a time. What must not live here: finding it out
(`services.coming_now`).
"""

from datetime import date
from typing import Final

from queue_server.services.coming_now import ComingNow
from queue_server.services.locales import clock
from queue_server.web.booking_dates import short_date
from queue_server.web.texts import Texts
from queue_server.web.wait_words import wait_words

NONE_NOW: Final = {"stopped": "stopped", "queue_full": "full", "past_closing": "past_closing"}


def in_words(found: ComingNow | None, say: Texts, today: date) -> dict[str, str] | None:
    """Return what is said first, and what beside it; None where nobody may come without an appointment."""
    if found is None:
        return None
    if found.reason:
        return {"first": _not_now(found, say, today), "more": ""}
    closes = say("booking.now_open_until", time=clock(found.closes)) if found.closes else ""
    unsure = say("booking.now_unsure") if found.unsure else ""
    return {"first": _wait(found, say), "more": " ".join(filter(None, (closes, unsure)))}


def _wait(found: ComingNow, say: Texts) -> str:
    if found.wait is None:
        return say("booking.now_no_counter")
    told = wait_words(*found.wait)
    return say(f"booking.now_{told.form}", **told.ends)


def _not_now(found: ComingNow, say: Texts, today: date) -> str:
    if found.reason in NONE_NOW:
        return say(f"booking.now_{NONE_NOW[found.reason]}")
    if found.next is None:
        return say("booking.now_closed")
    if found.next.date() == today:
        return say("booking.now_opens_today", time=clock(found.next))
    return say(
        "booking.now_opens_on", date=short_date(found.next.date(), say.language), time=clock(found.next)
    )
