"""The only rule in LicenseIQ that lets a write pass: three effects on one account each, and the reads they need.

It sits in the innermost transport, so it sees every redirect, retry and direct call. Everything else is refused
unsent, whatever asked for it.
"""

import json
import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import httpx

from licenseiq.errors import Refused

_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GUID = re.compile(_ID)
_USER = re.compile(rf"/users/{_ID}")
_REVOKE = re.compile(rf"/users/{_ID}/revokeSignInSessions")
_LICENCES = re.compile(rf"/users/{_ID}/assignLicense")
_GROUPS = re.compile(rf"/users/{_ID}/transitiveMemberOf/microsoft\.graph\.group")
_ROLES = "/roleManagement/directory/roleAssignments"
_ONE_PRINCIPAL = re.compile(rf"principalId eq '{_ID}'")
_READ_OPTIONS = frozenset({"$select", "$expand", "$filter", "$top", "$count"})

Rule = Callable[[httpx.Request], Awaitable[None]]


def write_rule(base: str, refuse: Callable[[str], Exception] = Refused) -> Rule:
    """The rule for a Graph below `base` (with its version). `refuse` makes the exception that is raised."""

    async def rule(request: httpx.Request) -> None:
        why = why_refused(request, await request.aread(), httpx.URL(base))
        if why is not None:
            raise refuse(why)

    return rule


def why_refused(request: httpx.Request, body: bytes, base: httpx.URL) -> str | None:
    """Why a request may not leave, or None. Texts hold no id and no body."""
    url = request.url
    if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port) or url.userinfo or url.fragment:
        return "The desk was about to speak with another host than its Graph; nothing was sent."
    if any(name.lower().startswith("x-http-method") for name in request.headers):
        return "The desk was about to send a request in disguise; nothing was sent."
    path, _, query = url.raw_path.decode("ascii").partition("?")
    prefix = base.raw_path.decode("ascii").rstrip("/")
    if not path.startswith(f"{prefix}/") or not _passes(request.method, path[len(prefix) :], query, body):
        return f"The desk was about to send a {request.method} that is not on its list; nothing was sent."
    return None


def _passes(method: str, path: str, query: str, body: bytes) -> bool:
    if method == "GET":
        return not body and _is_read(path, query)
    if query:
        return False
    if method == "PATCH":
        found = _json(body)
        return bool(_USER.fullmatch(path)) and found.keys() == {"accountEnabled"} and found["accountEnabled"] is False
    if method == "POST" and _REVOKE.fullmatch(path):
        return not body
    if method == "POST" and _LICENCES.fullmatch(path):
        return _only_removes(_json(body))
    return False


def _is_read(path: str, query: str) -> bool:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if len(options) != len(pairs) or not options.keys() <= _READ_OPTIONS:
        return False
    if path == _ROLES:
        return _ONE_PRINCIPAL.fullmatch(options.get("$filter", "")) is not None
    return bool(_USER.fullmatch(path) or _GROUPS.fullmatch(path))


def _only_removes(found: dict[str, object]) -> bool:
    removed = found.get("removeLicenses")
    return (
        found.keys() == {"addLicenses", "removeLicenses"}
        and found["addLicenses"] == []
        and isinstance(removed, list)
        and bool(removed)
        and all(isinstance(item, str) and _GUID.fullmatch(item) for item in removed)
    )


def _json(body: bytes) -> dict[str, object]:
    """The object of a body; empty for anything else, also for a key that stands twice."""
    try:
        found = json.loads(body, object_pairs_hook=_once)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
