"""Who is still to come to the sample town: made-up names, with telephone numbers that are nobody's.

They have no addresses for mail: hundreds of letters would be written at the first start. What must not live
here: the names (`samples/people.toml`), and what they come for (`demo_wanted`).
"""

import random
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from queue_server.domain.person import Person
from queue_server.domain.town import Site

NEEDS: Final = ("step_free", "companion", "deaf")
WITH_NEEDS: Final = 0.06
AT_THE_DESK: Final = ("name", "phone")


def somebody(site: Site, channel: str, dice: random.Random) -> Person:
    """Return who booked this way: with all that the site asks for there, and nothing else."""
    asked = {"portal": site.required_fields, "kiosk": site.kiosk_fields}.get(channel, AT_THE_DESK)
    fields = {"phone" if field == "contact" else field for field in asked}
    known = _known()
    told = {
        "name": f"{dice.choice(known['first_names'])} {dice.choice(known['last_names'])}",
        "phone": f"{dice.choice(known['dialling'])}{dice.randrange(1000):03}",
        "address": f"{dice.choice(known['streets'])} {dice.randint(1, 98)}, {dice.choice(known['places'])}",
    }
    needs = (dice.choice(NEEDS),) if dice.random() < WITH_NEEDS else ()
    name, phone, address = (text if field in fields else "" for field, text in told.items())
    return Person(name=name, phone=phone, address=address, needs=needs)


@cache
def _known() -> dict[str, list[str]]:
    source = files("queue_server").joinpath("samples", "people.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
