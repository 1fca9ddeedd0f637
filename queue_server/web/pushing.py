"""Pushes as a visitor meets them: taking a browser's wish, and the few words of a call.

What must not live here: sending (`live.pushes`, `adapters.push`). A message holds number and room,
what the hall's screen shows everybody; never the concern or anything of a person.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import FormData

from queue_server.domain.errors import NotFound
from queue_server.domain.push import Subscription
from queue_server.domain.ticket import UNDO_WITHIN, Ticket, TicketState
from queue_server.live.pushes import Pushes, Waits, Words
from queue_server.live.rooms import Queue
from queue_server.services.locales import direction_of
from queue_server.services.ports import Unit
from queue_server.services.site_view import Call, SiteView
from queue_server.web.house import House
from queue_server.web.texts import Texts

FORGET_S: Final = 60.0
_UNDO_AND_SLACK: Final = UNDO_WITHIN + timedelta(seconds=5)


def words_in(texts: Mapping[str, Texts]) -> Words:
    """Return what writes the message of a call in the language of the page that asked for it.

    A call that is open no more was taken back: quietly, the message in its place says so.
    """

    def write(to: Subscription, call: Call, view: SiteView) -> bytes:
        say = texts.get(to.language) or texts["de"]
        fetched = view.call_mode == "fetch"
        message: dict[str, str | bool] = {"lang": say.language, "dir": direction_of(say.language)}
        if call.open:
            message["title"] = f"{call.number} · {say('status.now')}"
            message["body"] = say("status.fetched") if fetched else say("status.go_to", room=call.room.name)
        else:
            message["title"] = f"{call.number} · {say('status.title')}"
            message["body"], message["quiet"] = say("status.line_again"), True
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()

    return write


def take_wish(pushes: Pushes, site_id: str, ticket: Ticket, form: FormData, language: str) -> bool:
    """Take in or, without an address, take back where a ticket's call shall be pushed to."""
    if not (endpoint := str(form.get("endpoint", ""))):
        pushes.drop(site_id, ticket.key)
        return True
    to = Subscription(endpoint, _bytes(form.get("p256dh")), _bytes(form.get("auth")), language)
    return ticket.is_open and pushes.keep(site_id, ticket.key, to)


def waits_by(sequencer: Queue) -> Waits:
    """Return what tells whether somebody whose call ended waits again."""

    async def waits(site_id: str, key: str) -> bool:
        return bool(await sequencer.look(site_id, lambda unit: _is_waiting(unit, key)))

    return waits


def _is_waiting(unit: Unit, key: str) -> bool:
    return any(
        ticket.key == key for ticket in unit.hall.tickets.values() if ticket.state is TicketState.WAITING
    )


async def forget_ended(house: House) -> None:
    """Forget who wanted to be pushed to and whose visit is over, beyond an undo."""
    for site_id in house.pushes.sites:
        try:
            alive = await house.sequencer.look(site_id, _living_keys)
        except NotFound:  # the site was removed: nobody is called there any more
            alive = []
        house.pushes.keep_only(site_id, alive)


def _living_keys(unit: Unit) -> list[str]:
    return [ticket.key for ticket in unit.hall.tickets.values() if _may_go_on(ticket, unit.now)]


def _may_go_on(ticket: Ticket, now: datetime) -> bool:
    """An undo brings a finished visit back; its phone shall ring if it is then called again."""
    return ticket.is_open or (ticket.ended_at is not None and now < ticket.ended_at + _UNDO_AND_SLACK)


def _bytes(word: object) -> bytes:
    text = str(word).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
