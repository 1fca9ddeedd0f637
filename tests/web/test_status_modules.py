"""The rules behind a visitor's page, run by node as a browser would: no page, no server."""

import json
import subprocess
from pathlib import Path
from typing import Any

import queue_server.web

STATIC = Path(queue_server.web.__file__).parent / "static"


def run(program: str) -> Any:
    done = subprocess.run(
        ["node", "--experimental-default-type=module", "--input-type=module", "-e", program],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def test_a_phone_goes_when_no_undo_can_bring_the_visit_back() -> None:
    """A phone that had gone at the first "finished" would never ring for a visit that an undo brought back."""
    program = """
        import { makeLeaving } from MODULE;
        const clocks = [], said = [];
        const later = (act, ms) => clocks.push({act, ms, on: true}) - 1;
        const leaving = makeLeaving(() => said.push("left"), {later, never: (at) => (clocks[at].on = false)});
        for (const state of ["serving", "ended", "ended", "serving", "ended"]) leaving.see(state);
        for (const one of clocks) if (one.on) one.act();
        console.log(JSON.stringify({clocks, said}));
    """
    found = run(program.replace("MODULE", json.dumps((STATIC / "status_view.js").as_uri())))
    assert found == {"clocks": [{"ms": 15_000, "on": False}, {"ms": 15_000, "on": True}], "said": ["left"]}
