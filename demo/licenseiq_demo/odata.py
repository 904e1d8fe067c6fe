"""`$select`, `$top`, `$filter`, `$count` and the opaque `$skiptoken` of a paged collection."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from licenseiq_demo.filters import compile_filter, unsupported
from licenseiq_demo.people.person import Fields
from licenseiq_demo.wire import Asked, GraphError

T = TypeVar("T")


def select(request: Asked) -> tuple[str, ...] | None:
    """The selected properties; None when nothing was selected."""
    text = request.query.get("$select", "")
    return tuple(name.strip() for name in text.split(",") if name.strip()) or None


def only(fields: Fields, names: Iterable[str]) -> Fields:
    """These properties, without those that Graph leaves out."""
    return {name: fields[name] for name in names if name in fields}


def top(request: Asked, default: int, cap: int) -> int:
    """The size of a page; more than the cap is silently cut."""
    text = request.query.get("$top")
    if text is None:
        return min(default, cap)
    if not text.isdigit() or int(text) < 1:
        raise GraphError(400, "Request_BadRequest", "Invalid page size specified: must be between 1 and 999 inclusive.")
    return min(int(text), cap)


def refuse_what_directories_cannot(request: Asked) -> None:
    """`$skip`, `$search` and `$orderby`, which this tenant does not do."""
    if "$skip" in request.query:
        raise GraphError(400, "Request_BadRequest", "'$skip' is not supported by the service.")
    for name in ("$search", "$orderby"):
        if name in request.query:
            raise GraphError(400, "Request_UnsupportedQuery", f"Request with {name} query parameter is not supported.")


def matcher(request: Asked) -> Callable[[Fields], bool] | None:
    """The test of `$filter`; an advanced one is refused without ConsistencyLevel and $count."""
    text = request.query.get("$filter")
    if not text:
        return None
    found = compile_filter(text)
    counted = request.query.get("$count", "").lower() == "true" or request.path.endswith("/$count")
    if found.advanced and not (request.eventual and counted):
        raise unsupported(text.split()[0].partition("/")[0])
    return found.matches


def start(request: Asked) -> int:
    """The place in the whole list at which the asked page begins."""
    token = request.query.get("$skiptoken")
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("from:"))
    except (ValueError, binascii.Error):
        raise GraphError(400, "Directory_ExpiredPageToken", "The specified page token value has expired.") from None


def link(request: Asked, place: int) -> str:
    """The request's own address for the page that begins at `place`."""
    token = base64.urlsafe_b64encode(f"from:{place}".encode()).decode()
    kept = [(name, value) for name, value in request.query.items() if name != "$skiptoken"]
    query = "&".join(
        f"{quote(name, safe='$')}={quote(value, safe='$,=')}" for name, value in [*kept, ("$skiptoken", token)]
    )
    return f"{request.base}/v1.0{quote(request.path, safe='/$')}?{query}"


def page(
    request: Asked, items: Sequence[T], fields_of: Callable[[T], Fields], size: int
) -> tuple[list[T], dict[str, Any]]:
    """One page of what matches, with `nextLink` when there is more and `count` where it is honoured.

    The token counts places in the whole list, so that a write between two pages moves nobody. The count
    comes with the first page only, and only with ConsistencyLevel; otherwise `$count` is ignored.
    """
    matches = matcher(request)
    first = start(request)
    found: list[T] = []
    extra: dict[str, Any] = {}
    if request.eventual and first == 0 and request.query.get("$count", "").lower() == "true":
        extra["count"] = sum(1 for item in items if matches is None or matches(fields_of(item)))
    for place in range(first, len(items)):
        item = items[place]
        if matches is None or matches(fields_of(item)):
            if len(found) == size:
                extra["nextLink"] = link(request, place)
                break
            found.append(item)
    return found, extra
