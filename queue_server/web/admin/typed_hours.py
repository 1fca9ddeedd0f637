"""Hours of a day as somebody typed them into a form, and what is wrong with them.

What must not live here: forms (`web.admin.reading`), how hours are written (`domain.written_hours`), and
whether they overlap (`domain.town_values`).
"""

from queue_server.domain import written_hours
from queue_server.domain.written_hours import Stretches


def read_hours(text: str, at: str, wrong: dict[str, str]) -> Stretches:
    """Return the stretches that were typed; what cannot be one is told in `wrong`."""
    found = written_hours.read_hours(text)
    if found is None:
        wrong[at] = "not_hours"
        return ()
    if not written_hours.on_grid(found):
        wrong[at] = "not_five_minutes"
        return ()
    return found
