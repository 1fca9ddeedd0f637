"""The rules behind the helps, run by node as the browser would: no page, no server."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[2] / "kiosk" / "static"


def run(module: str, body: str) -> Any:
    """Return what a module's functions say; `body` ends in a value."""
    program = f"import * as m from {json.dumps((STATIC / module).as_uri())};"
    program += f"console.log(JSON.stringify(await (() => {{{body}}})()))"
    done = subprocess.run(
        ["node", "--experimental-default-type=module", "--input-type=module", "-e", program],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def test_switches_and_volume_are_gone_with_the_visitor() -> None:
    """Failure 18: the next one finds nothing turned on, and no sound that is too loud or too soft."""
    found = run(
        "helps.js",
        """
        const root = {dataset: {step: "start"}};
        const helps = m.makeHelps(root), volume = m.makeVolume();
        const usual = volume.gain();
        for (const name of m.HELPS) helps.toggle(name);
        const on = {...root.dataset};
        for (let i = 0; i < 9; i += 1) volume.turn(1);
        const loudest = [volume.step(), volume.gain()];
        for (let i = 0; i < 9; i += 1) volume.turn(-1);
        const softest = volume.step();
        helps.reset(); volume.reset();
        const same = volume.gain() === usual;
        return {on, loudest, softest, most: volume.most, after: root.dataset, any: helps.any(), same};
        """,
    )
    assert found["on"] == {
        "step": "start",
        "audio": "on",
        "reach": "low",
        "type": "large",
        "contrast": "high",
    }
    assert (found["loudest"], found["softest"], found["most"]) == ([5, 1], 1, 5)
    assert found["after"] == {"step": "start"}
    assert (found["any"], found["same"]) == (False, True)


def test_headphones_are_told_by_what_came_or_went() -> None:
    said = run(
        "helps.js",
        """
        const told = [[["a"], ["a", "b"]], [["a", "b"], ["a"]], [["a"], ["b"]], [["a"], ["a"]], [[], []]];
        return told.map(([before, after]) => m.plugged(before, after));
        """,
    )
    assert said == ["in", "out", "in", "", ""]


def test_a_millimetre_is_measured_on_the_screen() -> None:
    """A 22 inch screen of 1080 by 1920 points, upright, is 274 mm wide; a 15.6 inch one 194 mm."""
    assert run("helps.js", "return [274, 194, 0].map((width) => m.pixelsOfMm(1080, width))") == pytest.approx(
        [3.94, 5.57, 3.78], abs=0.01
    )


SCAN = """
    const heard = [];
    const scan = m.makeScan({
      onCode: (code) => heard.push(["slip", code]),
      onAppointment: (code) => heard.push(["appointment", code]),
      onOther: () => heard.push(["other"]),
    });
    let at = 5000;
    const key = (key, code, shiftKey = false) =>
      scan({key, code, shiftKey, repeat: false, timeStamp: at += 8});
    const german = {"/": "-", "-": "ß", "_": "?", ":": "Ö", "y": "z", "z": "y", "Y": "Z", "Z": "Y"};
    const signs = {"/": "Slash", "-": "Minus", "_": "Minus", ":": "Semicolon", ".": "Period"};
    const isLetter = (c) => /[a-z]/i.test(c);
    const codeOf = (c) => isLetter(c) ? `Key${c.toUpperCase()}` : /[0-9]/.test(c) ? `Digit${c}` : signs[c];
    const type = (text, layout) => {
      for (const c of text) key(layout === "de" ? german[c] ?? c : c, codeOf(c), /[A-Z_:]/.test(c));
    };
"""


def test_a_scanner_is_read_with_either_layout_and_either_end() -> None:
    """US or German keys, Enter or Tab behind the code; the end is the scanner's and presses nothing."""
    heard = run(
        "scan.js",
        SCAN
        + """
        const ends = [];
        const keys = [["Enter", "Enter"], ["Tab", "Tab"], ["Enter", "NumpadEnter"]];
        for (const layout of ["us", "de"]) for (const [name, code] of keys) {
          type("https://x.example/t/Ab-y_Z9", layout); ends.push(key(name, code));
          type("https://x.example/termin/v/Zy_-7", layout); ends.push(key(name, code));
        }
        return {heard, ends};
        """,
    )
    assert heard["heard"] == [["slip", "Ab-y_Z9"], ["appointment", "Zy_-7"]] * 6
    assert set(heard["ends"]) == {True}


def test_an_audio_keypad_is_no_scanner() -> None:
    heard = run(
        "scan.js",
        SCAN
        + """
        const names = ["ArrowRight", "ArrowRight", "Enter", "Home", "Enter", "Tab"];
        const ends = names.map((name) => key(name, name));
        return {heard, ends};
        """,
    )
    assert heard == {"heard": [], "ends": [False] * 6}
