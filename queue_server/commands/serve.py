"""Serve a real town. Refuses a demo's folder and default secrets."""

import argparse
import sys

from queue_server.commands import running


def add_arguments(parser: argparse.ArgumentParser) -> None:
    running.add_server_arguments(parser, "data/town")


def run(args: argparse.Namespace) -> int:
    running.configure_log()
    settings = running.settings_from(args)
    if (settings.data / "demo").exists():
        print(f"aufruf: {settings.data} belongs to the demo; choose another --data", file=sys.stderr)
        return 2
    with running.server_lock(settings):
        problem = running.why_not_ready(settings)
        if problem:
            print(f"aufruf: {problem}", file=sys.stderr)
            return 1
        socket_ = running.bind(settings.host, settings.port)
        running.run_server(settings, socket_, lambda address: print(f"Aufruf is open: {address}", flush=True))
    return 0
