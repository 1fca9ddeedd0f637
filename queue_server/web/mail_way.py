"""By which way mail leaves this server, for who watches over it."""

from typing import Literal

from queue_server.web.house import House


def mail_way(house: House) -> Literal["smtp", "spool", "unusable", "demo"]:
    """Return `spool` when no mail server is named, `unusable` when the file that would name one is broken."""
    if house.settings.demo:
        return "demo"
    if house.connections.now.mail is not None:
        return "smtp"
    return "unusable" if house.connections.unusable else "spool"
