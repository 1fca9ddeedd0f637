"""Serve a real town, or the first set-up where there is none. Refuses a demo's folder and default secrets."""

import argparse
import sys
from contextlib import ExitStack
from dataclasses import replace

from queue_server.adapters.tls.served import CertificateProblem
from queue_server.commands import first_run, running
from queue_server.commands.log_form import configure_log
from queue_server.commands.serving_tls import add_tls_arguments
from queue_server.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    running.add_server_arguments(parser, "data/town")
    add_tls_arguments(parser)


def run(args: argparse.Namespace) -> int:
    configure_log(args.log)
    settings = running.settings_from(args, certificate=args.certificate, certificate_key=args.key)
    if settings.certificate is None and (args.key or args.redirect_from is not None):
        print("aufruf: --key and --redirect-from need a --certificate", file=sys.stderr)
        return 2
    if (settings.data / "demo").exists():
        print(f"aufruf: {settings.data} belongs to the demo; choose another --data", file=sys.stderr)
        return 2
    with running.server_lock(settings):
        first_run.forget(settings)
        if first_run.has_no_town(settings):
            secret = first_run.begin(settings)
            try:
                return _serve(replace(settings, first_run=True), args.redirect_from, secret)
            finally:
                first_run.forget(settings)
        problem = running.why_not_ready(settings)
        if problem:
            print(f"aufruf: {problem}", file=sys.stderr)
            return 1
        return _serve(settings, args.redirect_from)


def _serve(settings: Settings, redirect_from: int | None, first_secret: str = "") -> int:
    def tell(address: str) -> None:
        if first_secret:
            first_run.tell(settings, first_secret, address)
        print(f"Aufruf is open: {address}", flush=True)

    with ExitStack() as stack:
        socket_ = stack.enter_context(running.bind(settings.host, settings.port))
        redirect = None
        if redirect_from is not None:
            redirect = stack.enter_context(running.bind(settings.host, redirect_from))
            print(f"Leading here: http://{':'.join(map(str, redirect.getsockname()[:2]))}/", flush=True)
        try:
            running.run_server(settings, socket_, tell, redirect)
        except CertificateProblem as problem:
            print(f"aufruf: {problem}", file=sys.stderr)
            return 1
    return 0
