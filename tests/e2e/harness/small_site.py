"""A small web site with the same command line as `aufruf demo`, for the tests of the harness itself.

Serves `DIR/site` under a strict Content-Security-Policy like the product's, and counts its starts in
`DIR/starts`.
"""

import argparse
import contextlib
import functools
import http.server
import os
import signal
from pathlib import Path
from typing import Any


class Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing: the only line printed is the address."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    # A shell that runs the tests in the background has its children ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (options.data / "starts").open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    handler = functools.partial(Handler, directory=options.data / "site")
    with http.server.ThreadingHTTPServer((options.host, options.port), handler) as server:
        print(f"open http://{options.host}:{server.server_port}/", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    main()
