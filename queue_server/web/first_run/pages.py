"""The addresses of the first set-up: one page for each step, behind the secret of a one-time link.

What lives here: who is let in, keeping what was typed, going on and back. What must not: what stands on a
step (`views`), its mistakes (`steps`), and making the town (`making`).

Each press keeps everything that was typed and leads on to a GET: a reload, the way back and a second tab lose
nothing. The password alone is never kept, only its hash.
"""

from typing import Final

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.errors import NotFound, Refusal
from queue_server.domain.sign_in import LEAST_PASSWORD, MOST_PASSWORD, PasswordUnfit
from queue_server.web.errors import headers_of, status_of
from queue_server.web.first_run import making
from queue_server.web.first_run.desk import (
    ACCOUNT,
    LONGEST,
    OF_TEMPLATE,
    PEOPLE,
    ROOMS,
    SERVICES,
    STEPS,
    SUMMARY,
    TOWN,
    Desk,
)
from queue_server.web.first_run.keeping import is_older, laid_over, merged
from queue_server.web.first_run.steps import Errors, errors_of, filled_in
from queue_server.web.first_run.views import view_of
from queue_server.web.pages import PageCall, PageRoute

MORE_LINES: Final = 3
_OLDER: Final = 409
_PASSWORD: Final = "password"  # noqa: S105 - the name of a field


async def enter(call: PageCall) -> Response:
    """Lead to the first step that is not done yet."""
    closed = await _closed(call)
    return closed or _to(call, _next_undone(_desk(call)))


async def step_page(call: PageCall) -> Response:
    """Show a step with what was typed; those behind an unfinished one wait."""
    closed = await _closed(call)
    if closed:
        return closed
    desk, step = _desk(call), _step(call)
    undone = _next_undone(desk)
    if STEPS.index(step) > STEPS.index(undone):
        return _to(call, undone)
    return _show(call, desk, step)


async def take_step(call: PageCall) -> Response:
    """Keep what was typed; then on, back, or to the same step with more lines."""
    closed = await _closed(call)
    if closed:
        return closed
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    desk, step, act = _desk(call), _step(call), str(form.get("act") or "next")
    if step == SUMMARY:
        if act == "make":
            return await _make(call, desk, str(form.get("stamp")))
        return _to(call, _earlier(step, act.removeprefix("to-")))
    typed = merged(desk, step, _typed(call, step, form))
    if is_older(desk, step, str(form.get("stamp")), typed):
        return _show(call, laid_over(desk, step, typed), step, status=_OLDER)
    _keep(desk, step, typed)
    problem = await _judge_password(call, desk, form) if step == ACCOUNT else None
    if act == "back" or act.startswith("to-"):
        return _to(call, _earlier(step, act.removeprefix("to-")))
    if act != "next":
        return _to(call, step, _more(desk, step, act))
    for name, values in filled_in(desk, step).items():
        desk.draft.typed[step] = {**desk.draft.typed[step], name: values}
    errors = errors_of(desk, step)
    said = {name: call.say(key) for name, key in errors.items()}
    if problem is not None:
        said[_PASSWORD] = call.say(f"error.{problem.text}", **problem.params)
    if said:
        desk.draft.done.discard(step)
        return _show(call, desk, step, said, status=422)
    desk.draft.done.add(step)
    return _to(call, _next_undone(desk))


def _earlier(step: str, wanted: str) -> str:
    """Return the step that was chosen among those before, else the one before."""
    before = STEPS[: STEPS.index(step)]
    return wanted if wanted in before else (before or STEPS)[-1 if before else 0]


async def _make(call: PageCall, desk: Desk, stamp: str) -> Response:
    """Make everything at once, or say what is in the way. Only what was looked at is made."""
    if _next_undone(desk) != SUMMARY:
        return _to(call, _next_undone(desk))
    if stamp != desk.stamp(SUMMARY):
        return _show(call, desk, SUMMARY, status=_OLDER)
    try:
        return await making.make(call, desk)
    except Refusal as refusal:
        said = {"make": call.say(f"error.{refusal.text}", **refusal.params)}
        response = _show(call, desk, SUMMARY, said, status=status_of(refusal.code))
        response.headers.update(headers_of(refusal))
        return response


def _typed(call: PageCall, step: str, form: FormData) -> dict[str, list[str]]:
    """Return a form's fields: no signs that cannot be seen, no password."""
    left_out = {"csrf", "act", "stamp", _PASSWORD}
    typed: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if name not in left_out and len(name) <= LONGEST:
            words = "".join(sign for sign in str(value) if sign.isprintable()).strip()
            typed.setdefault(name, []).append(words[:LONGEST])
    for name in ("user",) if step in {ACCOUNT, PEOPLE} else ():
        typed[name] = [call.house.accounts.normal_user(one) for one in typed.get(name, ())]
    return typed


def _keep(desk: Desk, step: str, typed: dict[str, list[str]]) -> None:
    before = desk.template_name
    desk.draft.keep(step, typed)
    if step == TOWN and desk.template_name != before:
        desk.draft.forget(*OF_TEMPLATE)


async def _judge_password(call: PageCall, desk: Desk, form: FormData) -> PasswordUnfit | None:
    """Hash the password when it is fit; an empty field leaves the one that was chosen before."""
    password, house = str(form.get(_PASSWORD) or "")[:500], call.house
    if not password:
        return None
    user = desk.one(ACCOUNT, "user")
    weak = await house.password_gate.run(lambda: house.weakness(password, [user, desk.one(TOWN, "name")]))
    if weak is not None:
        desk.draft.password_hash = ""
        return PasswordUnfit(reason=weak, least=LEAST_PASSWORD, most=MOST_PASSWORD)
    desk.draft.password_hash = await house.password_gate.run(lambda: house.accounts.hash_password(password))
    desk.draft.password_of = user
    return None


def _more(desk: Desk, step: str, act: str) -> str:
    """Do what a button beside the fields does; return where on the page to go on."""
    typed = {name: list(values) for name, values in desk.draft.typed[step].items()}
    kind, _, site = act.partition("-")
    if kind == "same":
        typed |= {f"h-{site}-{day}": typed.get(f"h-{site}-0", [""]) for day in range(1, 5)}
    for name in {ROOMS: (f"room-{site}", f"counter-{site}"), PEOPLE: ("person", "user", "site")}.get(
        step, ()
    ):
        if kind == "add":
            first = typed.get("site", [desk.template.sites[0].id])[:1]
            typed[name] = [*typed.get(name, []), *(first if name == "site" else [""]) * MORE_LINES]
    if kind == "add" and step == SERVICES:
        typed["own"] = [*typed.get("own", []), ""]
        typed["own_minutes"] = [*typed.get("own_minutes", []), "10"]
    desk.draft.typed[step] = typed
    return {"same": f"#site-{site}", "find": "#found"}.get(kind, f"#more{act.removeprefix('add')}")


def _show(call: PageCall, desk: Desk, step: str, errors: Errors | None = None, status: int = 200) -> Response:
    return call.page(
        f"first_run/{step}.html",
        status=status,
        step=step,
        steps=STEPS,
        number=STEPS.index(step) + 1,
        errors=errors or {},
        is_older=status == _OLDER,
        stamp=desk.stamp(step),
        languages=call.other_languages,
        csrf=call.house.csrf.token(call.request.scope),
        here=_address(call),
        **view_of(call, desk, step),
    )


async def _closed(call: PageCall) -> Response | None:
    """Return the page of a link that opens nothing (any more); None for one that does."""
    house, secret = call.house, call.request.path_params["secret"]
    state = await house.read(lambda conn: house.first_run.links.state_of(conn, secret, house.clock()))
    if state == "unknown":
        raise NotFound(what="link")
    if state == "open":
        return None
    # 410: it was here, and will not be again (RFC 9110, 15.5.11).
    languages = call.other_languages
    return call.page("first_run/closed.html", status=410, state=state, languages=languages)


def _desk(call: PageCall) -> Desk:
    first_run = call.house.first_run
    return Desk(first_run.draft, first_run.beginning, call.language)


def _step(call: PageCall) -> str:
    step = str(call.request.path_params["step"])
    if step not in STEPS:
        raise NotFound(what="page")
    return step


def _next_undone(desk: Desk) -> str:
    return next((one for one in STEPS if one not in desk.draft.done), SUMMARY)


def _address(call: PageCall) -> str:
    return f"/first-run/{call.request.path_params['secret']}"


def _to(call: PageCall, step: str, part: str = "") -> Response:
    return RedirectResponse(f"{_address(call)}/{step}{part}", status_code=303)


ROUTES = [
    PageRoute("/first-run/{secret}", enter, with_one_time_password=True),
    PageRoute("/first-run/{secret}/{step}", step_page, with_one_time_password=True),
    PageRoute("/first-run/{secret}/{step}", take_step, methods=("POST",), with_one_time_password=True),
]
