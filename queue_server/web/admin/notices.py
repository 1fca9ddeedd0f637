"""The notice after a change: that it was kept, with a button that takes it back.

What must not live here: taking back (`web.admin.page_changes`).
"""

from queue_server.web.admin.changing import moment_of
from queue_server.web.pages import PageCall

_KNOWN = frozenset({"pictures", "same", "undone"})


def notice(call: PageCall) -> dict[str, str]:
    """Return what the page says first: `key` (a text), and `undo`, which the button sends."""
    done = call.request.query_params.get("done", "")
    if done in _KNOWN:
        return {"key": f"admin.done_{done}", "undo": ""}
    if moment_of(done) is not None:
        return {"key": "admin.done_kept", "undo": done}
    return {}
