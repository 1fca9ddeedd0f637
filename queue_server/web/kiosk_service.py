"""Whether a kiosk may give anything out: staff may have taken it out of service.

What must not live here: taking it out (`web.admin.page_device_acts`), and what its page shows meanwhile.
"""

from queue_server.domain.errors import NotIssuing
from queue_server.web.house import House


def require_in_service(house: House, site_id: str, kiosk_id: str) -> None:
    """Refuse what a kiosk asks for that is out of service. Raises `NotIssuing`."""
    if kiosk_id in house.hub.rooms[site_id].kiosks_out:
        raise NotIssuing(reason="out_of_service")
