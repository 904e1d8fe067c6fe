"""`POST /$batch`: up to twenty requests, each with its own status.

"Combine multiple HTTP requests using JSON batching" (graph, json-batching).
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import msgspec

from licenseiq_demo.wire import Answer, Asked, GraphError, asked

MOST = 20


def _items(request: Asked) -> list[dict[str, Any]]:
    items = request.json().get("requests")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise GraphError(400, "BadRequest", "Invalid batch payload format.")
    if len(items) > MOST:
        raise GraphError(400, "BadRequest", f"Number of batch requests exceeds the limit of {MOST}.")
    ids = [str(item.get("id", "")).lower() for item in items]
    if len(set(ids)) != len(ids) or "" in ids:
        raise GraphError(400, "BadRequest", "Every request of a batch needs an id of its own.")
    return items


def _inner(request: Asked, item: dict[str, Any]) -> Asked:
    path, _, query = str(item.get("url", "")).partition("?")
    headers = {str(name).lower(): str(value) for name, value in (item.get("headers") or {}).items()}
    if "authorization" in request.headers:
        headers["authorization"] = request.headers["authorization"]
    if item.get("body") is not None and "content-type" not in headers:
        raise GraphError(400, "BadRequest", "Content-Type header is required for a request with a body.")
    return asked(
        str(item.get("method", "GET")).upper(),
        "/" + unquote(path).removeprefix("/v1.0").strip("/"),
        query,
        headers=headers,
        body=b"" if item.get("body") is None else msgspec.json.encode(item["body"]),
        who=request.who,
        base=request.base,
    )


def _response(key: Any, answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = {"id": key, "status": answer.status, "headers": dict(answer.headers)}
    body = answer.body()
    if body:
        found["headers"]["Content-Type"] = answer.media
        try:
            found["body"] = msgspec.Raw(body) if answer.raw is None else msgspec.json.decode(body)
        except msgspec.DecodeError:
            found["body"] = body.decode(errors="replace")
    return found


async def run(request: Asked, answer_to: Callable[[Asked], Awaitable[Answer]]) -> Answer:
    """Runs the items; one that depends on a failed one gets 424. Answers come in reverse order."""
    done: dict[str, int] = {}
    responses = []
    for item in _items(request):
        needs = [str(key).lower() for key in item.get("dependsOn") or []]
        if any(done.get(key, 424) >= 400 for key in needs):
            error = {"error": {"code": "FailedDependency", "message": "Failed dependency."}}
            answer = Answer(424, error)
        else:
            answer = await answer_to(_inner(request, item))
        done[str(item["id"]).lower()] = answer.status
        responses.append(_response(item["id"], answer))
    return Answer(200, {"responses": responses[::-1]})
