"""Make and renew certificates of a local authority, for halls whose server has no public name."""

import argparse
import re
from datetime import datetime
from pathlib import Path

from queue_server.adapters.tls import local_authority as local
from queue_server.commands.common import Problem, now, plainly

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = verbs.add_parser("local", help="make a local authority and a certificate of the server")
    made.add_argument("--name", action="append", default=[], help="the server's name; may be repeated")
    made.add_argument(
        "--address", action="append", default=[], help="the server's address in the network; may be repeated"
    )
    for verb in (
        made,
        verbs.add_parser("renew", help="sign the server's certificate again"),
        verbs.add_parser("show", help="show for what and until when the certificate is valid"),
    ):
        verb.add_argument(
            "--to",
            type=Path,
            default=Path("data/town/tls"),
            metavar="DIR",
            help="folder of authority and certificate (default: %(default)s)",
        )


@plainly
def run(args: argparse.Namespace) -> int:
    folder: Path = args.to.resolve()
    try:
        if args.verb == "local":
            _show(folder, _make(args, folder))
            print(
                "Serve with it: aufruf serve --certificate "
                f"{folder / local.SERVER}\nLet screens and phones trust it: {folder / local.AUTHORITY}"
                " (docs/operators/tls.md)"
            )
        elif args.verb == "renew":
            _show(folder, local.renew(folder, now()))
        else:
            _show(folder, local.read_made(folder))
    except local.AuthorityProblem as problem:
        raise Problem(str(problem)) from problem
    return 0


def _make(args: argparse.Namespace, folder: Path) -> local.Made:
    names = [name.lower().rstrip(".") for name in args.name]
    if not names and not args.address:
        raise Problem("say by which --name or --address screens reach the server", 2)
    for name in names:
        if not _NAME.fullmatch(name):
            raise Problem(f"{name} is not a name of a machine", 2)
    if not (folder / local.AUTHORITY_KEY).exists():
        local.make_authority(folder, names, args.address, now())
    return local.make_server(folder, names, args.address, now())


def _show(folder: Path, made: local.Made) -> None:
    print(f"Certificate: {folder / local.SERVER}")
    print(f"  for:       {', '.join((*made.names, *made.addresses))}")
    print(f"  until:     {_day(made.ends_at)}")
    print(f"Authority:   {folder / local.AUTHORITY}")
    print(f"  SHA-256:   {made.authority_sha256}")


def _day(at: datetime) -> str:
    return at.date().isoformat()
