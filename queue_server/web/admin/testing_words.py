"""What came of a device's test, in plain words, and what to do when nothing came.

What must not live here: testing (`live.probes`, `web.slip_tests`).
"""

from queue_server.live.probes import DisplayTest
from queue_server.live.rooms import DisplayChannel
from queue_server.web.pages import PageCall
from queue_server.web.slip_tests import WAITS, SlipTest

SLIP_ENDS = {"printed": "good", "sent": "good", "refused": "bad", "unknown": "bad"}


def of_display(call: PageCall, channel: DisplayChannel, test: DisplayTest | None) -> dict[str, str] | None:
    """Return `level`, `text`, `todo` and `runs` of a display's last test; None without one."""
    if test is None:
        return None
    level, name = _display(call, channel, test)
    return _told(call, f"test_{name}", level, runs=level == "info")


def _display(call: PageCall, channel: DisplayChannel, test: DisplayTest) -> tuple[str, str]:
    """Return how serious it is, and the key of its words."""
    if test.refused:
        return "warn", f"refused_{test.refused}"
    said = test.said
    if "started" in said:
        if test.chime_only:
            return "good", "chime_heard"
        return ("good", "heard") if said["started"] == "spoken" else ("warn", "no_speech")
    for kind in ("blocked", "failed"):
        if kind in said:
            return "bad", "no_output" if said[kind] == "no_output" else kind
    if call.house.clock() < test.ends_at and channel.probed:
        return "info", "shown_so_far" if "shown" in said else "runs"
    if not said:
        return "bad", "nothing"
    return ("bad", "silent") if "shown" in said else ("bad", "not_shown")


def of_printer(call: PageCall, test: SlipTest | None) -> dict[str, str] | None:
    """Return `level`, `text`, `todo` and `runs` of a kiosk's last test slip; None without one."""
    if test is None:
        return None
    if not test.has_agent:
        return _told(call, "slip_no_agent", "bad")
    if test.state:
        name = test.code if test.code == "paper_out" else test.state
        return _told(call, f"slip_{name}", SLIP_ENDS.get(test.state, "bad"))
    if call.house.clock() < test.began_at + WAITS:
        return _told(call, "slip_runs", "info", runs=True)
    return _told(call, "slip_nothing", "bad")


def _told(call: PageCall, name: str, level: str, *, runs: bool = False) -> dict[str, str]:
    key = f"devices.todo_{name}"
    return {
        "level": level,
        "text": call.say(f"devices.{name}" if not name.startswith("slip_") else f"devices.test_{name}"),
        "todo": call.say(key) if key in call.say else "",
        "runs": "yes" if runs else "",
    }
