"""The OpenAPI 3.1 description, made of the same table that routes the requests."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from queue_server.web.api import ApiRoute
from queue_server.web.errors import status_of

_REF = "#/components/schemas/{model}"
_ALWAYS = (
    "bad_input",
    "sign_in_required",
    "forbidden",
    "not_found",
    "payload_too_large",
    "storage_unavailable",
)
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}


def describe(routes: Iterable[ApiRoute], version: str) -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Error": _ERROR}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Aufruf", "version": version, "license": {"name": "MIT", "identifier": "MIT"}},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "aufruf_session"},
            },
        },
    }


def _operation(route: ApiRoute, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [_parameter(name) for name in re.findall(r"{(\w+)}", route.path)],
        "responses": _responses(route),
    }
    if route.act is not None:
        operation["security"] = [{"token": []}, {"session": []}]
    if route.body is not None:
        schema = route.body.model_json_schema(ref_template=_REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[route.body.__name__] = schema
        content = {"application/json": {"schema": {"$ref": _REF.format(model=route.body.__name__)}}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameter(name: str) -> Mapping[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _responses(route: ApiRoute) -> dict[str, Any]:
    done = {"description": route.summary}
    if route.status != 204:
        done |= {"content": {"application/json": {"schema": {"type": "object"}}}}  # type: ignore[dict-item]
    responses: dict[str, Any] = {str(route.status): done}
    by_status: dict[int, list[str]] = {}
    refusals = {*route.refusals, *_ALWAYS, *(("request_id_reused",) if route.body else ())}
    for code in sorted(refusals):
        by_status.setdefault(status_of(code), []).append(code)
    by_status.setdefault(429, ["too_many_requests"])
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = {
            "description": ", ".join(f"`{code}`" for code in codes),
            "content": {"application/json": {"schema": {"$ref": _REF.format(model="Error")}}},
        }
    return responses


def openapi_endpoint(document: Mapping[str, Any]) -> Any:
    async def openapi(_: Request) -> JSONResponse:
        return JSONResponse(document)

    return openapi
