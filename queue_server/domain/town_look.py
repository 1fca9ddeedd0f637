"""Rules on a town's look: colours are colours and can be read, the logo is one of its pictures' ids.

What must not live here: what can be read (`domain.look`).
"""

from collections.abc import Iterator
from math import floor

from queue_server.domain.colours import COLOUR
from queue_server.domain.look import Look, misses
from queue_server.domain.town import Town
from queue_server.domain.town_problem import Code, Problem
from queue_server.domain.town_values import PICTURE


def check_look(town: Town) -> Iterator[Problem]:
    """Yield what is wrong with the look; a colour that cannot be read comes with the nearest that can."""
    colours = {"look_accent": town.look_accent, "look_second": town.look_second}
    known = {name: one for name, one in colours.items() if COLOUR.fullmatch(one)}
    for name, one in colours.items():
        if one and name not in known:
            yield Problem((name,), Code.BAD_COLOUR, {"found": one})
    for miss in misses(Look(known.get("look_accent", ""), known.get("look_second", ""))):
        # Rounded down: 4.46 must not be told as the 4.5 that is asked for.
        params = {"found": known[miss.field], "ratio": f"{floor(miss.ratio * 10) / 10:g}"}
        needed = {"expected": f"{miss.least:g}", "suggestion": miss.offer}
        yield Problem((miss.field,), Code.LOW_CONTRAST, params | needed)
    if town.look_logo and not PICTURE.fullmatch(town.look_logo):
        yield Problem(("look_logo",), Code.BAD_PICTURE, {"found": town.look_logo})
