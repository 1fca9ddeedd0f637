"""The texts of letters, as an administrator edits them: list, form with preview, back to the shipped text.

What must not live here: what makes a text unfit (`services.letter_texts`), and how a letter looks.
"""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from markupsafe import escape
from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.town import Town, in_language
from queue_server.services import letter_texts
from queue_server.services.letter_kinds import Kind as Letter
from queue_server.services.letter_texts import TextProblem, text_id
from queue_server.services.locales import locale_of
from queue_server.web.languages import name_in, spoken_by
from queue_server.web.letter_sample import sample_letter
from queue_server.web.mailing import address
from queue_server.web.naming import TOWN
from queue_server.web.noting import note
from queue_server.web.page_mails import FRAMED, WITH_FRAME
from queue_server.web.pages import PageCall, PageRoute

ORDER: Final = (
    *(Letter.BOOKED, Letter.MOVED, Letter.CANCELLED, Letter.REMINDER, Letter.MUST_MOVE, Letter.MISSED),
    *(Letter.RESCUED, Letter.STANDS),
    *(Letter.ADMISSION, Letter.CONFIRM, Letter.REQUESTED, Letter.ACCEPTED, Letter.REFUSED, Letter.LAPSED),
    Letter.WITHDRAWN,
)
"""As they stand in the list: what is sent most often first."""
_DONE: Final = frozenset({"saved", "shipped", "same"})


async def letters_page(call: PageCall) -> Response:
    """Show which letters there are, in which languages, and which have texts of the town's own."""
    town = _town(call)
    rows = [
        {
            "kind": kind.value,
            "texts": [
                {
                    "language": one,
                    "name": name_in(call.say, one),
                    "own": text_id(kind, one) in town.letter_texts,
                }
                for one in spoken_by(town, call.house.texts)
            ],
        }
        for kind in ORDER
    ]
    return call.page("letters.html", rows=rows, **_frame(call, town))


async def letter_page(call: PageCall) -> Response:
    """Show the texts of one letter in one language, or take them."""
    town, (kind, language) = _town(call), _asked_for(call)
    if call.request.method != "POST":  # HEAD is a GET
        own = town.letter_texts.get(text_id(kind, language))
        done = call.request.query_params.get("done", "")
        texts = own or letter_texts.shipped(kind, call.house.texts[language])
        return await _form(call, town, texts, done=done if done in _DONE else "")
    form = await _checked(call)
    if form.get("act") == "shipped":
        return await _keep(call, town, None, "shipped")
    if form.get("act") != "save":
        raise BadInput(field="act")
    texts = _typed(form)
    wrong = letter_texts.problems(kind, texts, town, language)
    if wrong:
        return await _form(call, town, texts, wrong)
    is_shipped = texts == letter_texts.shipped(kind, call.house.texts[language])
    return await _keep(call, town, None if is_shipped else texts, "saved")


async def preview(call: PageCall) -> Response:
    """Draw the letter with the texts that were typed, or those that hold, for the frame beside the form."""
    town, (kind, language) = _town(call), _asked_for(call)
    texts: Mapping[str, str] = town.letter_texts.get(text_id(kind, language), {})
    as_text = False
    if call.request.method == "POST":
        form = await _checked(call)
        texts, as_text = _typed(form), form.get("act") == "text"
        wrong = letter_texts.problems(kind, texts, town, language)
        if wrong:
            words = [f"{call.say(f'letters.field_{one.field}')}: {_words(call, one)}" for one in wrong]
            return _framed(call, "letter_preview.html", status=422, problems=words)
    letter = sample_letter(call.house, town, kind, language, texts)
    if as_text:
        return _framed(call, "letter_preview.html", subject=letter.subject, text=letter.text, problems=())
    subject = f'<p class="foot"><strong>{escape(call.say("letters.field_subject"))}:</strong> '
    subject += f"{escape(letter.subject)}</p>"
    html = letter.html.replace('<div class="sheet">', f'<div class="sheet">{subject}', 1)
    return Response(html, media_type="text/html", headers=FRAMED)


async def _form(
    call: PageCall,
    town: Town,
    texts: Mapping[str, str],
    wrong: list[TextProblem] | None = None,
    *,
    done: str = "",
) -> Response:
    kind, language = _asked_for(call)
    id_, settlement = text_id(kind, language), call.house.settlement
    before = await call.house.read(lambda conn: settlement.letter_texts_before(conn, town.id, id_))
    response = call.page(
        "letter.html",
        status=422 if wrong else 200,
        kind=kind.value,
        text_language=language,
        text_name=name_in(call.say, language),
        done=done,
        own=id_ in town.letter_texts,
        fields=[_field(call, kind, name, texts[name], wrong or []) for name in letter_texts.FIELDS],
        is_wrong=bool(wrong),
        versions=[
            {"at": _moment(call, town, at), "subject": body["subject"] if body else ""} for at, body in before
        ],
        **_frame(call, town),
    )
    response.headers.update(WITH_FRAME)
    return response


def _field(call: PageCall, kind: Letter, name: str, text: str, wrong: list[TextProblem]) -> dict[str, Any]:
    return {
        "name": name,
        "text": text,
        "most": letter_texts.MOST[name],
        "may": letter_texts.placeholders(kind, name),
        "problems": [(one.code.value, _words(call, one)) for one in wrong if one.field == name],
    }


async def _keep(call: PageCall, town: Town, texts: Mapping[str, str] | None, done: str) -> Response:
    kind, language = _asked_for(call)
    house, id_ = call.house, text_id(kind, language)

    def work(conn: Connection) -> bool:
        before = house.settlement.letter_texts_before(conn, town.id, id_)
        if not house.settlement.save_letter_texts(conn, town.id, id_, texts, house.clock()):
            return False
        old = before[0][1] if before else None
        note(house, conn, call.actor, Done.LETTER_TEXTS_CHANGED, "letter", id_, before=old, after=texts)
        return True

    is_new = await house.write(work)
    if is_new:
        await house.renew_settings()
    path = f"/admin/letters/{kind}/{language}"
    return RedirectResponse(f"{path}?done={done if is_new else 'same'}", status_code=303)


def _typed(form: FormData) -> dict[str, str]:
    typed = {name: str(form.get(name) or "")[: letter_texts.MOST[name] + 500] for name in letter_texts.FIELDS}
    return letter_texts.tidied(typed)


async def _checked(call: PageCall) -> FormData:
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    return form


def _words(call: PageCall, problem: TextProblem) -> str:
    return call.say(f"letters.problem_{problem.code}", found=problem.found)


def _framed(call: PageCall, template: str, *, status: int = 200, **values: Any) -> Response:
    response = call.page(template, status=status, **values)
    response.headers.update(FRAMED)
    return response


def _moment(call: PageCall, town: Town, at: Any) -> str:
    local, locale = at.astimezone(ZoneInfo(town.sites[0].time_zone)), locale_of(call.language)
    return (
        f"{format_date(local.date(), 'medium', locale=locale)}, {format_time(local, 'short', locale=locale)}"
    )


def _frame(call: PageCall, town: Town) -> dict[str, Any]:
    return {
        "town_name": in_language(town.name, call.language),
        "no_links": not address(call.house),
        "languages": call.other_languages,
        "here": call.request.url.path.removesuffix("/preview"),
        "csrf": call.house.csrf.token(call.request.scope),
    }


def _town(call: PageCall) -> Town:
    """Return the administrator's town. Raises NotFound."""
    id_ = call.actor.organisation_id
    towns = (town for town, _ in call.house.directory.sites.values() if town.id == id_)
    found = next(towns, None)
    if found is None:
        raise NotFound(what="town")
    return found


def _asked_for(call: PageCall) -> tuple[Letter, str]:
    kind, language = call.request.path_params["kind"], call.request.path_params["language"]
    if kind not in set(Letter) or language not in call.house.texts:
        raise NotFound(what="letter")
    return Letter(kind), language


_LETTER: Final = "/admin/letters/{kind}/{language}"
ROUTES = [
    PageRoute("/admin/letters", letters_page, Act.CHANGE_SETTINGS, TOWN),
    PageRoute(_LETTER, letter_page, Act.CHANGE_SETTINGS, TOWN, methods=("GET", "POST")),
    PageRoute(f"{_LETTER}/preview", preview, Act.CHANGE_SETTINGS, TOWN, methods=("GET", "POST")),
]
