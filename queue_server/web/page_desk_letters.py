"""The desk's page of letters that did not leave: what waits, what was given up and why, what is held back.

What must not live here: contacts. Whom a letter goes to stands on the appointment's page alone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.domain.errors import BadInput, NotFound
from queue_server.web import desk_view as view
from queue_server.web.desk_frame import checked_form, frame
from queue_server.web.mail_way import mail_way
from queue_server.web.noting import note
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.ports import ShownLetter

PARTS: Final = ("failed", "held", "waiting")
ACTS: Final = {
    "again": Done.LETTERS_SENT_AGAIN,
    "again_all": Done.LETTERS_SENT_AGAIN,
    "drop": Done.LETTERS_DROPPED,
    "release_all": Done.LETTERS_RELEASED,
    "discard_all": Done.LETTERS_DISCARDED,
}
TO_ALL: Final = frozenset({"again_all", "release_all", "discard_all"})
"""What is done to all letters of a site, though there may be none."""


async def letters_page(call: PageCall) -> Response:
    """List what did not leave: given up, held after a restore, waiting."""
    site, now = call.house.site(call.site_id), call.house.clock()
    words = view.words_for(call.say, site, now)

    def read(conn: Connection) -> tuple[dict[str, Sequence[ShownLetter]], bool]:
        letters = call.house.letters
        found = {state: letters.letters_of(conn, site.id, state, now) for state in PARTS}
        return found, letters.is_holding(conn, site.id)

    found, is_holding = await call.house.read(read)
    shown: dict[str, Any] = {
        state: [_letter(call, words, one) for one in letters] for state, letters in found.items()
    }
    done = call.request.query_params.get("done", "")
    return call.page(
        "desk_letters.html",
        faces=("desk",),
        message=call.say(f"desk.letters_done_{done}") if done in ACTS else "",
        way=mail_way(call.house),
        is_holding=is_holding,
        **shown,
        keys=view.keys(call.say, ("", "desk.everywhere", {"N": "desk.key_next", "/": "desk.key_search"})),
        **await frame(call, site),
    )


async def act_on_letters(call: PageCall) -> Response:
    """Send again, leave unsent, release: a form, so that no link changes anything (failure 4)."""
    form = await checked_form(call)
    act, site_id, now = str(form.get("act") or ""), call.site_id, call.house.clock()
    letters, one = call.house.letters, str(form.get("letter") or "0")
    letter_id = int(one) if one.isascii() and one.isdecimal() and len(one) < 19 else 0
    work: Callable[[Connection], Any] | None = {
        "again": lambda conn: letters.send_again(conn, letter_id, site_id, now),
        "drop": lambda conn: letters.drop(conn, letter_id, site_id),
        "again_all": lambda conn: letters.send_all_again(conn, site_id, now),
        "release_all": lambda conn: letters.release(conn, site_id),
        "discard_all": lambda conn: letters.discard(conn, site_id),
    }.get(act)
    if work is None:
        raise BadInput(field="act")

    def work_and_note(conn: Connection) -> bool:
        done = work(conn)
        if done or act in TO_ALL:
            told = {"count": int(done)}
            note(call.house, conn, call.actor, ACTS[act], "letters", site_id, site_id=site_id, after=told)
        return bool(done) or act in TO_ALL

    if not await call.house.write(work_and_note):
        raise NotFound(what="letter")
    return RedirectResponse(f"{call.request.url.path}?done={act}", status_code=303)


def _letter(call: PageCall, words: view.Words, letter: ShownLetter) -> view.Values:
    kind = f"desk.letter_{letter.kind}"
    return {
        "id": letter.id,
        "channel": call.say(f"desk.channel_{letter.channel}"),
        "kind": call.say(kind) if kind in call.say else call.say("desk.letter_other"),
        "since": _moment(words, letter.first_due_at),
        "next": _moment(words, letter.due_at) if letter.state == "waiting" and letter.tries else "",
        "tries": letter.tries,
        "why": why(call, letter.last_error),
        "reference": letter.reference,
        "appointment": _moment(words, letter.starts_at) if letter.starts_at else "",
    }


def why(call: PageCall, error: str) -> str:
    """Return in plain words what kept a letter; the empty text when nothing has yet."""
    if not error:
        return ""
    key = f"desk.why_{error.replace(' ', '_')}"
    return call.say(key) if key in call.say else call.say("desk.why_other", code=error)


def _moment(words: view.Words, at: datetime) -> str:
    """Return the time of today, of another day with its date."""
    return words.time(at) if words.local(at).date() == words.today else words.long(at)


ROUTES = [
    PageRoute("/desk/{site}/letters", letters_page, Act.SEE_APPOINTMENTS, "site"),
    PageRoute("/desk/{site}/letters", act_on_letters, Act.WORK_AT_DESK, "site", methods=("POST",)),
]
