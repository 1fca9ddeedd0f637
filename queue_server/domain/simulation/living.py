"""A planned day, lived through: `calling` and `visiting` decide, `fold` takes in, on virtual time.

Nothing here decides who is next; the clerks press, and the hall answers. What must not live here: chance,
and what a day comes to (`results`).
"""

from collections.abc import Callable
from datetime import datetime

from queue_server.domain import visiting
from queue_server.domain.hall import Hall
from queue_server.domain.simulation.clerks import Clerks
from queue_server.domain.simulation.disciplines import Discipline
from queue_server.domain.simulation.lived import Lived
from queue_server.domain.simulation.plan import DayPlan
from queue_server.domain.simulation.presses import Presses
from queue_server.domain.simulation.virtual_day import VirtualDay

Looking = Callable[[datetime, Hall], None]


def live(plan: DayPlan, discipline: Discipline, looking: Looking | None = None) -> Lived:
    """Live through a day. `looking` is shown the hall after each moment, and must not change it."""
    day = VirtualDay(plan, discipline)
    counters = Presses(day, plan) if plan.is_recorded else Clerks(day, plan)
    while not day.is_over():
        counters.look_about()
        if looking is not None:
            looking(day.now, day.hall)
    day.record(visiting.close_day(day.hall))
    return day.lived
