"""The only rule in LicenseIQ that lets a write pass: effects on one account each, and the reads that they need; what
the described kinds of step send and read is judged by their shapes.

It sits in the innermost transport, so it sees every redirect, retry and direct call. Everything else is refused
unsent, whatever asked for it.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import TypeGuard
from urllib.parse import parse_qsl

import httpx

from licenseiq.errors import Refused
from licenseiq.proposals.steps import ATTRIBUTES
from licenseiq_desk.execution.shapes import may_invoke, may_read, may_send, pattern

_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GUID = re.compile(_ID)
_USER = re.compile(rf"/users/{_ID}")
# A joiner's account is read by the name that it will have.
_NAMED = pattern("/users/{upn}")
_REVOKE = re.compile(rf"/users/{_ID}/revokeSignInSessions")
_LICENCES = re.compile(rf"/users/{_ID}/assignLicense")
_GROUPS = re.compile(rf"/users/{_ID}/(?:transitiveMemberOf|memberOf)/microsoft\.graph\.group")
_GROUP = re.compile(rf"/groups/{_ID}")
_MEMBERS = re.compile(rf"/groups/{_ID}/members/\$ref")
_MEMBER = re.compile(rf"/groups/{_ID}/members/{_ID}/\$ref")
_SEATS = "/subscribedSkus"
_PEOPLE = "/users/$count"
_LONGEST_VALUE = 256
_ROLES = (
    "/roleManagement/directory/roleAssignments",
    "/roleManagement/directory/roleEligibilityScheduleInstances",
)
_ONE_PRINCIPAL = re.compile(rf"principalId eq '{_ID}'")
_READ_OPTIONS = frozenset({"$select", "$expand", "$filter", "$top", "$count"})
# How the pages of a collection go on.
_PAGE_OPTIONS = frozenset({"$skiptoken", "$skip", "$deltatoken", "token", "startDateTime", "endDateTime", "$orderby"})

Rule = Callable[[httpx.Request], Awaitable[None]]


def write_rule(base: str, refuse: Callable[[str], Exception] = Refused) -> Rule:
    """The rule for a Graph below `base` (with its version). `refuse` makes the exception that is raised."""

    async def rule(request: httpx.Request) -> None:
        why = why_refused(request, await request.aread(), httpx.URL(base))
        if why is not None:
            raise refuse(why)

    return rule


def exchange_rule(base: str, refuse: Callable[[str], Exception] = Refused) -> Rule:
    """The rule for Exchange's admin API below `base` (with the tenant's id): the cmdlets that kinds of step name."""
    place = httpx.URL(f"{base}/InvokeCommand")

    async def rule(request: httpx.Request) -> None:
        url = request.url
        same = (url.scheme, url.host, url.port, url.path) == (place.scheme, place.host, place.port, place.path)
        given = _json(await request.aread()).get("CmdletInput")
        found = given if isinstance(given, dict) and given.keys() == {"CmdletName", "Parameters"} else {}
        name, parameters = found.get("CmdletName"), found.get("Parameters")
        fits = isinstance(name, str) and isinstance(parameters, dict) and may_invoke(name, parameters)
        if not same or url.userinfo or request.method != "POST" or not fits:
            raise refuse("The desk was about to ask Exchange for something that is not on its list; nothing was sent.")

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
    reference = re.compile(rf"{re.escape(str(base).rstrip('/'))}/directoryObjects/{_ID}")
    if not path.startswith(f"{prefix}/") or not _passes(request.method, path[len(prefix) :], query, body, reference):
        return f"The desk was about to send a {request.method} that is not on its list; nothing was sent."
    return None


def _passes(method: str, path: str, query: str, body: bytes, reference: re.Pattern[str]) -> bool:
    if method == "GET":
        return not body and _is_read(path, query)
    if may_send(method, path, query, body):
        return True
    if query:
        return False
    if method == "PATCH":
        return bool(_USER.fullmatch(path)) and _is_one_attribute(_json(body))
    if method == "DELETE":
        return bool(_MEMBER.fullmatch(path)) and not body
    if method != "POST":
        return False
    if _REVOKE.fullmatch(path):
        return not body
    if _LICENCES.fullmatch(path):
        return _is_change_of_licences(_json(body))
    if _MEMBERS.fullmatch(path):
        found = _json(body)
        return found.keys() == {"@odata.id"} and reference.fullmatch(str(found["@odata.id"])) is not None
    return False


def _is_read(path: str, query: str) -> bool:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if len(options) != len(pairs):
        return False
    if may_read(path) and options.keys() <= _READ_OPTIONS | _PAGE_OPTIONS:
        return True
    if not options.keys() <= _READ_OPTIONS:
        return False
    if path in _ROLES:
        return _ONE_PRINCIPAL.fullmatch(options.get("$filter", "")) is not None
    return path in (_SEATS, _PEOPLE) or any(known.fullmatch(path) for known in (_USER, _NAMED, _GROUPS, _GROUP))


def _is_one_attribute(found: dict[str, object]) -> bool:
    """Sign-in allowed or blocked, or one attribute with a short text or nothing."""
    if len(found) != 1:
        return False
    ((name, value),) = found.items()
    if name == "accountEnabled":
        return isinstance(value, bool)
    return name in ATTRIBUTES and (value is None or (isinstance(value, str) and 0 < len(value) <= _LONGEST_VALUE))


def _is_change_of_licences(found: dict[str, object]) -> bool:
    """SKUs to give, each with the plans that stay off, and SKUs to take: by their ids, at least one, none in both."""
    if found.keys() != {"addLicenses", "removeLicenses"}:
        return False
    add, removed = found["addLicenses"], found["removeLicenses"]
    if not isinstance(add, list) or not _are_ids(removed):
        return False
    for one in add:
        if not isinstance(one, dict) or one.keys() != {"skuId", "disabledPlans"}:
            return False
        if not _are_ids([one["skuId"]]) or not _are_ids(one["disabledPlans"]):
            return False
    skus = [str(one["skuId"]).lower() for one in add] + [str(one).lower() for one in removed]
    return bool(skus) and len(set(skus)) == len(skus)


def _are_ids(found: object) -> TypeGuard[list[str]]:
    return isinstance(found, list) and all(isinstance(one, str) and _GUID.fullmatch(one) for one in found)


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
