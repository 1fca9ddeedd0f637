"""Linking clerks' calendars to a running server, as its operator does: by the file of connections."""

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.calendars.all_calendars import AllCalendars
from queue_server.adapters.calendars.busy_cells import owners_of
from tests.web.running import Town

TABLE = """[calendars.{name}]
url = "{url}"
user = "{user}"
password = "{password}"
every = {every}
"""


async def link(town: Town, *accounts: CalendarAccount) -> None:
    """Write the accounts into the file, and have it looked at as every two seconds."""
    house = town.house
    tables = [
        TABLE.format(
            name=one.name,
            url=one.url,
            user=one.user,
            password=one.password,
            every=int(one.every.total_seconds()),
        )
        for one in accounts
    ]
    path = house.settings.connections_file
    path.touch(0o600)
    path.write_text("\n".join(tables))
    house.connections.look()
    assert isinstance(house.clerk_calendars, AllCalendars)
    towns = {town.id: town for town, _ in house.directory.sites.values()}
    await house.clerk_calendars.renew(owners_of(towns.values()))
    house.clerk_calendars.linked.tick()
