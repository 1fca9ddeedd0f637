"""The rules behind a visitor's page, run by node as a browser would: no page, no server."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

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
    """A phone gone at the first "finished" would never ring for a visit that an undo brought back."""
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


def test_what_the_server_said_of_an_end_stays() -> None:
    """A picture knows only that it is over: "you gave your number back" gave way to that at once."""
    program = """
        import { lineOf } from MODULE;
        const over = {state: "ended", call: null, mode: "screen"};
        const lines = [null, "cancelled", "expired", "serving"].map((before) => lineOf(over, before));
        console.log(JSON.stringify(lines));
    """
    found = run(program.replace("MODULE", json.dumps((STATIC / "status_view.js").as_uri())))
    assert found == ["finished", "cancelled", "expired", "finished"]


@pytest.mark.parametrize(
    ("page", "message", "rings", "stays"),
    [
        ({}, {}, True, True),
        ({"url": "https://rathaus.example/v/1?lang=en", "visibilityState": "hidden"}, {}, True, True),
        ({"url": "https://rathaus.example/v/1#main", "visibilityState": "visible"}, {}, False, True),
        ({"url": "https://rathaus.example/v/12", "visibilityState": "visible"}, {}, True, True),
        ({}, {"quiet": True}, False, False),
    ],
)
def test_a_message_rings_when_its_page_is_not_seen_and_the_call_counts(
    page: dict[str, str], message: dict[str, bool], rings: bool, stays: bool
) -> None:
    program = """
        const acts = {}, pages = [PAGE].filter((one) => one.url), registration = {scope: "https://rathaus.example/v/1"};
        let shown = null;
        registration.showNotification = async (title, options) => { shown = {title, ...options}; };
        globalThis.self = {registration, clients: {matchAll: async () => pages},
            addEventListener: (name, act) => { acts[name] = act; }};
        await import(WORKER);
        const data = {title: "417", body: "1", lang: "de", dir: "ltr", ...MESSAGE};
        const given = {json: () => data};
        await new Promise((done) => acts.push({data: given, waitUntil: (all) => all.then(done)}));
        console.log(JSON.stringify(shown));
    """
    worker = json.dumps((STATIC / "push_worker.js").as_uri())
    shown = run(
        program.replace("PAGE", json.dumps(page))
        .replace("MESSAGE", json.dumps(message))
        .replace("WORKER", worker)
    )
    assert (shown["tag"], shown["title"]) == ("call", "417")
    assert shown["requireInteraction"] == stays
    # A browser refuses a silent message that would vibrate.
    assert ("vibrate" in shown, shown.get("renotify", False), "silent" in shown) == (rings, rings, not rings)
