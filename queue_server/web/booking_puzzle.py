"""The page between a chosen time and its hold, where a site asks the visitor's device for a small task.

It carries on by itself when the task is done. Who has no scripts, or whose device cannot, reads whom to
call and where to write.
"""

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from queue_server.domain.errors import PuzzleRequired
from queue_server.domain.town import department_of
from queue_server.web.booking_concern import services_of
from queue_server.web.booking_visit import Visit

SOLUTION: Final = "solution"
LONGEST: Final = 400


def require_solved(visit: Visit, form: FormData) -> None:
    """Raise PuzzleRequired when this site asks for a puzzle now and the form does not solve one."""
    visit.house.puzzles.require(visit.site, str(form.get(SOLUTION) or "")[:LONGEST])


def show_puzzle(visit: Visit, form: FormData, required: PuzzleRequired) -> Response:
    """Show the task, with everything in it that the press had sent: nothing is lost."""
    again = [
        (name, str(value))
        for name, value in form.multi_items()
        if name != SOLUTION and isinstance(value, str)
    ]
    visit.wish = visit.wish.but(step=2)
    return visit.page(
        "booking_puzzle.html",
        fields=again,
        puzzle=required.params,
        phones=_phones(visit),
        email=visit.site.email,
        back=visit.url(visit.wish),
    )


def _phones(visit: Visit) -> Iterable[str]:
    """Return whom to call: the offices of the concern, and the house."""
    services = services_of(visit.town, visit.wish)
    numbers = [department_of(visit.town, one).phone for one in services]
    return [one for one in dict.fromkeys([*numbers, visit.site.phone]) if one]
