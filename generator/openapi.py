"""The queue's OpenAPI 3.1 description, made from the same models that check what comes in."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from generator import messages

_JOB_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key again is answered with the same job.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
_REFUSALS = {
    401: "The bearer token is missing or wrong",
    403: "There is no token, and the request may not come from this machine",
    404: "Unknown, or forgotten",
    408: "The body came too slowly",
    410: "The lease is over",
    413: "The body is too long",
    415: "Not JSON",
    422: "Not what is described here",
    429: "The line is full; Retry-After says when to try again",
    503: "The job store does not answer, or no worker has asked for work lately",
}
_BODY = (408, 413, 415, 422)
_STORE = (401, 403, 503)  # whatever asks the store may find it closed, or away
_RETRY = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}
_MODELS = (
    messages.Accepted,
    messages.Completion,
    messages.Failure,
    messages.Job,
    messages.Lease,
    messages.LeaseRequest,
    messages.Problem,
    messages.Renewal,
    messages.Submission,
)


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _content(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {kind: {"schema": schema}}}


def _operation(
    summary: str,
    answers: dict[int, tuple[str, dict[str, Any]]],
    *refusals: int,
    body: type[BaseModel] | None = None,
    parameters: tuple[dict[str, Any], ...] = (),
    public: bool = False,
) -> dict[str, Any]:
    responses = {str(status): {"description": text, **content} for status, (text, content) in answers.items()}
    for status in sorted({*refusals, *(_BODY if body else ()), *(() if public else _STORE)}):
        responses[str(status)] = {
            "description": _REFUSALS[status],
            **_content("application/problem+json", _ref(messages.Problem)),
        }
        if status == 429:
            responses["429"]["headers"] = _RETRY
    operation: dict[str, Any] = {"summary": summary, "responses": responses, "parameters": list(parameters)}
    if body:
        operation["requestBody"] = {"required": True, **_content("application/json", _ref(body))}
    if public:
        operation["security"] = []
    return operation


def _json(model: type[BaseModel], text: str) -> tuple[str, dict[str, Any]]:
    return text, _content("application/json", _ref(model))


def _query(model: type[BaseModel]) -> tuple[dict[str, Any], ...]:
    properties = model.model_json_schema(ref_template="#/components/schemas/{model}")["properties"]
    return tuple({"name": name, "in": "query", "schema": _given(schema)} for name, schema in properties.items())


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is there; one that is not is left out of the query, not null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    return kinds[0] if kinds else schema


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document."""
    ok = ("Fine", _content("application/json", {"type": "object", "properties": {"status": {"const": "ok"}}}))
    job = _json(messages.Job, "The job")
    paths = {
        "/v1/jobs": {
            "post": _operation(
                "Ask for a card",
                {202: _json(messages.Job, "In line")},
                429,
                body=messages.Submission,
                parameters=(_KEY,),
            )
        },
        "/v1/jobs/{id}": {
            "get": _operation(
                "Where a job stands; waits up to `wait` seconds for a change",
                {200: job},
                404,
                422,
                parameters=(_JOB_ID, *_query(messages.Poll)),
            ),
            "delete": _operation("Cancel a job that has not ended", {200: job}, 404, parameters=(_JOB_ID,)),
        },
        "/v1/jobs/{id}/card": {
            "get": _operation(
                "The finished card",
                {200: ("A JPEG file", _content("image/jpeg", {}))},
                404,
                parameters=(_JOB_ID,),
            )
        },
        "/v1/leases": {
            "post": _operation(
                "A worker asks for jobs",
                {200: _json(messages.Lease, "Jobs on loan"), 204: ("No jobs", {})},
                body=messages.LeaseRequest,
            )
        },
        "/v1/leases/{id}/heartbeat": {
            "post": _operation("Keep a lease", {200: _json(messages.Renewal, "It goes on")}, 410, parameters=(_JOB_ID,))
        },
        "/v1/leases/{id}/complete": {
            "post": _operation(
                "Hand in cards",
                {200: _json(messages.Accepted, "Which were taken")},
                410,
                body=messages.Completion,
                parameters=(_JOB_ID,),
            )
        },
        "/v1/leases/{id}/fail": {
            "post": _operation("Give jobs up", {204: ("Noted", {})}, 410, body=messages.Failure, parameters=(_JOB_ID,))
        },
        "/metrics": {"get": _operation("For Prometheus", {200: ("Text", _content("text/plain", {"type": "string"}))})},
        "/healthz": {"get": _operation("Whether the queue runs", {200: ok}, public=True)},
        "/readyz": {"get": _operation("Whether a worker is there", {200: ok}, 503, public=True)},
        "/openapi.json": {
            "get": _operation(
                "This description", {200: ("OpenAPI", _content("application/json", {"type": "object"}))}, public=True
            )
        },
    }
    _, schemas = models_json_schema(
        [(model, "validation") for model in (*_MODELS, messages.Poll)], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fakeanime queue", "version": _version()},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _version() -> str:
    try:
        return version("fakeanime")
    except PackageNotFoundError:
        return "0"
