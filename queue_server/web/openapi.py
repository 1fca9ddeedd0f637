"""The OpenAPI 3.1 description, made of the same table that routes the requests."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse

from queue_server.domain.access import PUBLIC
from queue_server.web.api import ApiRoute
from queue_server.web.cookies import SESSION_COOKIE
from queue_server.web.errors import status_of
from queue_server.web.route_limits import api_limits
from queue_server.web.schemas import schema_of

_REF: Final = "#/components/schemas/{model}"
_HOW: Final = (
    "Commands of a town hall's queue. Send `Authorization: Bearer <token>`, or sign in and keep the cookie. "
    "Refusals have one shape and stable codes. A command with a `request_id` may be sent again: the first "
    "answer comes back. The live pictures come over WebSocket, see docs/integrators/live.md."
)
_TAGS: Final = {
    "session": "Signing in and out.",
    "site": "Buildings, their offers, boards and public queues.",
    "ticket": "Visits: taking a number, being away, giving it up.",
    "counter": "What a clerk does.",
    "booking": "Free times, holds, appointments, checking in.",
    "alarm": "Calling colleagues for help.",
    "server": "Whether the server lives and is fit.",
}
_PARAMETERS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "site": ("A site's id, from `GET /api/v1/sites`.", {"type": "string"}),
    "counter": ("A counter's id, from `GET /api/v1/sites/{site}` with a clerk's token.", {"type": "string"}),
    "display": ("A display's id.", {"type": "string"}),
    "kiosk": ("A kiosk's id.", {"type": "string"}),
    "ticket": ("A ticket's id, from the answer that gave the number.", {"type": "integer", "minimum": 1}),
    "appointment": (
        "An appointment's id, from the answer that booked it.",
        {"type": "integer", "minimum": 1},
    ),
    "alarm": ("A staff alarm's id, from the answer that raised it, or the list.", {"type": "string"}),
    "hold": ("A hold's id, from the answer that gave it.", {"type": "integer", "minimum": 1}),
}
_ERROR: Final = {
    "type": "object",
    "description": "`code` is stable, `message` is for people and in the language of the request.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
_EXAMPLE: Final = {"error": {"code": "not_found", "message": "…"}}
_RETRY_AFTER: Final = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}


def describe(routes: Iterable[ApiRoute], version: str) -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Error": _ERROR}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Aufruf",
            "version": version,
            "description": _HOW,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "From `aufruf token create`."},
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
            },
        },
    }


def _operation(route: ApiRoute, schemas: dict[str, Any]) -> dict[str, Any]:
    limits = api_limits(route.path, has_body=route.body is not None)
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "x-body-limit": limits.body,
        "x-rate-limit": limits.bucket.value,
        "tags": [route.tag],
        "parameters": [
            *(_parameter(name) for name in re.findall(r"{(\w+)}", route.path)),
            *(_query(route.query) if route.query else ()),
        ],
        "responses": _responses(route, schemas),
    }
    if route.description:
        operation["description"] = route.description
    # An empty entry says: also without signing in, and then with less to see.
    operation["security"] = [{"token": []}, {"session": []}, *([] if _closed(route) else [{}])]
    if route.body is not None:
        schema = route.body.model_json_schema(ref_template=_REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[route.body.__name__] = schema
        operation["requestBody"] = {
            "required": True,
            "content": _json(_REF.format(model=route.body.__name__)),
        }
    return operation


def _closed(route: ApiRoute) -> bool:
    return route.act is not None and route.act not in PUBLIC


def _parameter(name: str) -> Mapping[str, Any]:
    description, schema = _PARAMETERS[name]
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": one.get("description", one["title"]),
            "schema": {key: value for key, value in one.items() if key not in {"description", "title"}},
        }
        for name, one in schema["properties"].items()
    ]


def _json(ref: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": ref}}}


def _responses(route: ApiRoute, schemas: dict[str, Any]) -> dict[str, Any]:
    responses = {str(route.status): _done(route, route.answer, schemas)}
    for status, answer in route.also:
        responses[str(status)] = _done(route, answer, schemas)
    for status, codes in sorted(_refusals(route).items()):
        content: dict[str, Any] = _json(_REF.format(model="Error"))
        content["application/json"]["example"] = _EXAMPLE | {"error": {"code": codes[0], "message": "…"}}
        refused = {"description": ", ".join(f"`{code}`" for code in codes), "content": content}
        if status == 429:
            refused["headers"] = _RETRY_AFTER
        responses.setdefault(str(status), refused)
    return responses


def _done(route: ApiRoute, answer: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": route.summary}
    if answer is not None:
        done["content"] = {route.media_type: {"schema": schema_of(answer, _REF, schemas)}}
    elif route.status != 204:
        done["content"] = {route.media_type: {"schema": {"type": "string"}}}
    return done


def _refusals(route: ApiRoute) -> dict[int, list[str]]:
    """Return status → codes: what the route names, and what its shape implies."""
    codes = {*route.refusals, "sign_in_required", "storage_unavailable"}
    codes |= {"payload_too_large", "too_many_requests"}
    if route.method != "GET":
        codes |= {"disk_full", "origin"}
    if route.named:
        codes |= {"not_found"}
    if _closed(route):
        codes |= {"forbidden", "must_change_password", "not_found"}
    if route.query:
        codes |= {"bad_input"}
    if route.body:
        codes |= {"bad_input", "unsupported_media_type"}
        codes |= {"request_id_reused"} if "request_id" in route.body.model_fields else set()
    found: dict[int, list[str]] = {}
    for code in sorted(codes):
        found.setdefault(status_of(code), []).append(code)
    return found


def openapi_endpoint(document: Callable[[], Mapping[str, Any]]) -> Any:
    """Return the handler that serves the document, made when it is first asked for: it takes 0.1 s."""
    made = cache(document)

    async def openapi(_: Request) -> JSONResponse:
        return JSONResponse(made())

    return openapi
