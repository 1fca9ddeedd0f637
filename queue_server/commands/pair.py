"""Let a display or kiosk in by the code on its screen; without a code, list the devices that ask."""

import argparse

from sqlalchemy.engine import Connection

from queue_server.adapters import pairing
from queue_server.adapters.pairing import WaitingDevice
from queue_server.commands.common import (
    Place,
    Problem,
    add_place_arguments,
    listed,
    now,
    open_place,
    plainly,
    table_of,
    town_of,
)
from queue_server.commands.noting import noted
from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Town


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help="the eight characters on the device's screen")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--display", metavar="ID", help="it is this display")
    which.add_argument("--kiosk", metavar="ID", help="it is this kiosk")
    add_place_arguments(parser, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    if args.code is None and (args.display or args.kiosk):
        raise Problem("the code on the device's screen is missing: aufruf pair CODE --display ID", 2)
    with open_place(args) as place:
        town = town_of(place.towns, args.town)
        return _claim(args, place, town) if args.code else _list(place, town)


def _list(place: Place, town: Town) -> int:
    devices = place.database.read(lambda conn: pairing.list_pairings(conn, town.id, now()))
    if not devices:
        print("No device asks. Open /pair in the device's browser; it shows a code for ten minutes.")
        return 0
    rows = [(d.address, f"{d.created_at:%H:%M} UTC", d.user_agent) for d in devices]
    print(table_of(("ADDRESS", "SINCE", "BROWSER"), rows))
    print("The code stands on the device's screen: aufruf pair CODE --display ID | --kiosk ID")
    return 0


def _claim(args: argparse.Namespace, place: Place, town: Town) -> int:
    device = place.database.read(lambda conn: pairing.find_pairing(conn, town.id, args.code, now()))
    if device is None:
        raise Problem("no device shows this code (any more); reload its page for a new one")
    _show(device)
    if not args.display and not args.kiosk:
        raise Problem(f"which device is it? Add one of: {listed(_choices(town))}", 2)
    role, device_id, site_id = _wanted(args, town)

    def work(conn: Connection) -> None:
        pairing.claim_pairing(
            conn,
            organisation_id=town.id,
            code=args.code,
            role=role,
            site_id=site_id,
            device_id=device_id,
            now=now(),
        )
        noted(conn, town.id, Done.DEVICE_PAIRED, role.value, device_id, site_id=site_id)

    try:
        place.database.write(work)
    except NotFound:
        raise Problem("somebody else paired this device a moment ago") from None
    print(f"It is now the {role} {device_id} of {site_id}; its page goes on by itself.")
    return 0


def _show(device: WaitingDevice) -> None:
    print(f"A browser at {device.address} asks: {device.user_agent or 'it does not say what it is'}")


def _choices(town: Town) -> list[str]:
    displays = [f"--display {display.id}" for site in town.sites for display in site.displays]
    return displays + [f"--kiosk {kiosk.id}" for site in town.sites for kiosk in site.kiosks]


def _wanted(args: argparse.Namespace, town: Town) -> tuple[Role, str, str]:
    for site in town.sites:
        if args.display in {display.id for display in site.displays}:
            return Role.DISPLAY, args.display, site.id
        if args.kiosk in {kiosk.id for kiosk in site.kiosks}:
            return Role.KIOSK, args.kiosk, site.id
    raise Problem(f"there is no {args.display or args.kiosk}; possible: {listed(_choices(town))}")
