"""Step 2, what somebody needs: the question before the times, and what is said where it cannot be had.

What must not live here: what needs change (`domain.needs`), and reading them (`web.booking_person`).
"""

from typing import Any

from queue_server.domain.interpreting import code_for
from queue_server.domain.needs import OF_THE_TIME
from queue_server.web.booking_person import NEEDS
from queue_server.web.booking_times import Around
from queue_server.web.booking_visit import Visit
from queue_server.web.languages import name_in


def needs_of_time(visit: Visit) -> dict[str, Any]:
    """Return the question for what decides which times there are: asked before them, sent in a body alone."""
    # The day that was looked at may have no such time: the earliest ones are shown again.
    anew = visit.wish.but(search="", hold=0, every_time=False, day=None, month="")
    others = [pair for pair in visit.carried() if not (pair[0] == "p-need" and pair[1] in OF_THE_TIME)]
    return {
        "needs_of_time": [one for one in NEEDS if one in OF_THE_TIME],
        "asks": visit.wish.asks,
        **interpreting(visit),
        "needs_fields": [*anew.fields(), *others],
    }


def interpreting(visit: Visit) -> dict[str, Any]:
    """Return into which languages the chosen site finds somebody to interpret, and how long that takes."""
    site = visit.site if visit.wish.site_id else None
    languages = () if site is None else site.interpreter_languages
    names = ((code_for(one), name_in(visit.call.say, one)) for one in languages)
    return {
        "interpreters": sorted(names, key=lambda pair: pair[1]),
        "interpreter_days": 0 if site is None else site.interpreter_days,
    }


def about_needs(visit: Visit, around: Around) -> dict[str, str]:
    """Say which wish fell away with the site, or that the needs leave no time at all; and whom to call."""
    say, message = visit.call.say, ""
    if visit.lost_language:
        message = say("booking.interpreter_not_here", language=name_in(say, visit.lost_language))
    elif visit.wish.asks and around.sheet is not None and not around.sheet["earliest"]:
        message = say("booking.none_for_needs")
    return {"message": message, "ask": visit.site.phone if message else ""}
