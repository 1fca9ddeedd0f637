"""The one error shape, and the one table from refusals to statuses.

`{"error": {"code", "message", …}}`: the code is stable, the message is for people and comes from the
catalogues in the language of the request.
"""

from collections.abc import Mapping
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import Scope

from queue_server.domain.access import TooManyRequests
from queue_server.domain.errors import Refusal
from queue_server.web.cookies import LANGUAGE_COOKIE, header, read_cookie
from queue_server.web.texts import Texts, negotiate

STATUS: Final[Mapping[str, int]] = {
    "bad_input": 400,
    "refused": 400,
    "month_not_over": 400,
    "password_unfit": 400,
    "sign_in_required": 401,
    "wrong_password": 401,
    "one_time_password_over": 401,
    "sign_in_elsewhere": 403,
    "not_admitted_here": 403,
    "directory_refused": 400,
    "directory_unavailable": 503,
    "forbidden": 403,
    "must_change_password": 403,
    "csrf": 403,
    "origin": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "request_id_reused": 422,
    "too_many_requests": 429,
    "not_set_up": 503,
    "storage_unavailable": 503,
    "disk_full": 507,  # RFC 4918 section 11.5: devices ask again after 503, and this lasts longer
    "internal": 500,
}
RETRY_AFTER_S: Final[Mapping[str, int]] = {"storage_unavailable": 2, "disk_full": 30}
CONFLICT: Final = 409
"""Every other refusal: the hall is in a state that does not allow it."""


def status_of(code: str) -> int:
    return STATUS.get(code, CONFLICT)


def error_body(code: str, message: str, params: Mapping[str, object]) -> dict[str, object]:
    """Return the error shape. Parameters stand beside code and message and never hide them."""
    extra = {name: value for name, value in params.items() if name not in {"code", "message"}}
    return {"error": {**extra, "code": code, "message": message}}


def language_of(scope: Scope, texts: Mapping[str, Texts]) -> str:
    """Return the language of a request: the one chosen on a page before, else what the browser prefers."""
    chosen = read_cookie(scope, LANGUAGE_COOKIE)
    if chosen in texts:
        return str(chosen)
    return negotiate(header(scope, b"accept-language"), tuple(texts))


def refusal_response(texts: Mapping[str, Texts], scope: Scope, refusal: Refusal) -> JSONResponse:
    """Return a refusal as JSON, in the language of the request."""
    say = texts[language_of(scope, texts)]
    message = say(f"error.{refusal.text}", **refusal.params)
    headers = dict(headers_of(refusal))
    if refusal.code == "sign_in_required":
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        error_body(refusal.code, message, refusal.params),
        status_code=status_of(refusal.code),
        headers=headers,
    )


def headers_of(refusal: Refusal) -> Mapping[str, str]:
    """Return what a refusal tells programs and people alike: when to come back."""
    if isinstance(refusal, TooManyRequests):
        return {"Retry-After": str(refusal.params.get("retry_after_s", 1))}
    after_s = RETRY_AFTER_S.get(refusal.code)
    return {} if after_s is None else {"Retry-After": str(after_s)}
