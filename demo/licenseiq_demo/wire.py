"""What goes over the wire: a request to Graph, its answer, and the envelope of an error.

Envelope and headers as in Microsoft's page "Microsoft Graph error responses and resource types".
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

import msgspec

Who = Literal["reader", "writer", "anonymous"]

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `path` is below the version and decoded, `base` is what the client called us. `cmdlet` is the name
    of the one that a request to Exchange runs."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes
    who: Who
    base: str
    query: Mapping[str, str] = field(default_factory=dict)
    cmdlet: str = ""

    @property
    def is_change(self) -> bool:
        """Whether it asks to change the tenant."""
        if self.cmdlet:
            return not self.cmdlet.lower().startswith("get-")
        reads_by_post = ("/$batch", "/directoryobjects/getbyids")
        return self.method not in ("GET", "HEAD") and self.path.lower() not in reads_by_post

    @property
    def eventual(self) -> bool:
        """Whether advanced queries were asked for."""
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    def json(self) -> dict[str, Any]:
        """The body as an object."""
        try:
            found = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            found = None
        if not isinstance(found, dict):
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload.")
        return found


def asked(method: str, path: str, raw_query: str, **rest: Any) -> Asked:
    """A request with its query taken apart."""
    query = dict(parse_qsl(raw_query, keep_blank_values=True))
    return Asked(method, path, unquote(raw_query), query=query, **rest)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `data` is written as JSON unless `raw` holds the bytes. With `filler` it is so many zero bytes, sent
    piece by piece."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    media: str = JSON
    filler: int | None = None

    def body(self) -> bytes:
        """The bytes of the body."""
        if self.raw is not None:
            return self.raw
        return b"" if self.data is None else msgspec.json.encode(self.data)

    def with_headers(self, **headers: str) -> "Answer":
        """The same with these headers as well; `_` in a name stands for `-`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})


class GraphError(Exception):
    """An error that Graph answers with."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers

    def body(self, inner: Mapping[str, str]) -> dict[str, Any]:
        """The envelope around code and message; `inner` is when it happened and to which request."""
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}


def not_found(key: str) -> GraphError:
    """No such object."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
    )


def denied() -> GraphError:
    """No permission."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def refusal(error: GraphError, request: Asked, now: datetime) -> Answer:
    """The envelope of an error."""
    request_id = str(uuid.uuid4())
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": request.headers.get("client-request-id", request_id),
    }
    headers = {name.replace("_", "-"): value for name, value in error.headers.items()}
    return Answer(error.status, error.body(inner), {**headers, "request-id": request_id})


def entity(request: Asked, context: str, fields: Mapping[str, Any]) -> Answer:
    """One resource with its context."""
    return Answer(200, {"@odata.context": f"{request.base}/v1.0/$metadata#{context}", **fields})


def collection(request: Asked, context: str, value: list[Any], **extra: Any) -> Answer:
    """A collection with its context; `extra` holds `@odata.count` and `@odata.nextLink`."""
    named = {f"@odata.{name}": item for name, item in extra.items() if item is not None}
    return Answer(200, {"@odata.context": f"{request.base}/v1.0/$metadata#{context}", **named, "value": value})
