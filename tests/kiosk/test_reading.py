"""What is read aloud and what is not, run by node as the browser would: no page, no server, no voice."""

from tests.kiosk.test_helps import run

PAD = """
    const signs = (...texts) => texts.map((textContent) => ({textContent}));
    const within = (parents) => ({closest: (selector) => parents[selector] ?? null});
    const own = {".typed__sign": signs("1", "0", "3", "")};
    const keypad = {querySelectorAll: (selector) => own[selector] ?? []};
    const keyboard = {querySelector: () => ({value: "Özil"})};
"""


def test_what_is_typed_is_told_by_its_count() -> None:
    """Failure 27: the hall does not hear number and time of an appointment, nor a name."""
    told = run(
        "reading.js",
        PAD
        + """
        const keys = [{".keypad__keys": {parentElement: keypad}}, {".typing": keyboard}, {}];
        return keys.map((parents) => m.typedBy(within(parents)));
        """,
    )
    assert told == [3, 4, None]
