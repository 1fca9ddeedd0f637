"""One display of a town file: what it shows, how far away it is read, where its rooms lie, how loud it is.

What must not live here: whether its parts fit together (`domain.town_check`).
"""

from queue_server.adapters.town.roster import stretches
from queue_server.adapters.town.table import Table
from queue_server.domain.admission import Stretch
from queue_server.domain.town import WAYS, Area, Chime, Display, Room
from queue_server.domain.written_hours import DAYS


def read_display(
    table: Table, areas: tuple[Area, ...], rooms: tuple[Room, ...], service_ids: tuple[str, ...]
) -> Display:
    """Return a display. A room may be named by its id or by what stands on its door."""
    by_name = {room.name: room.id for room in rooms}
    ways = {
        f"{way}_ids": tuple(by_name.get(one, one) for one in table.words(f"rooms_{way}", ())) for way in WAYS
    }
    display = Display(
        id=table.text("id"),
        name=table.text("name", "") or table.text("id", ""),
        area_ids=table.words("areas", tuple(area.id for area in areas)),
        service_ids=service_ids,
        spoken=table.words("spoken", ()),
        chime=table.choice("chime", Chime.GONG),
        min_on_screen_s=table.whole("min_on_screen_s", 0),
        quiet_after_s=table.whole("quiet_after_s", 60),
        quiet_texts=table.texts_list("quiet_texts"),
        quiet_pictures=table.words("quiet_pictures", ()),
        distance_m=table.decimal("distance_m", 0.0),
        diagonal_in=table.decimal("diagonal_in", 0.0),
        upright=table.flag("upright"),
        **ways,
        loud_hours=_hours(table, "loud_hours"),
        soft_volume=table.whole("soft_volume", 50),
    )
    table.finish()
    return display


def _hours(table: Table, key: str) -> tuple[Stretch, ...]:
    told = stretches(table, key, table.text(key, ""), DAYS[0])
    return tuple(Stretch(begins, ends) for _, begins, ends in told)
