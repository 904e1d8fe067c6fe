"""What is left of leavers, person by person: what is asked of each source, and what an answer says.

Permissions: those of `licenseiq.readings.NAMES`. With too small a permission Graph lists groups and devices, but leaves
out what they are (List registeredDevices, "limited information"): such a row is refused, and never passes for none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio
import httpx
import msgspec

from licenseiq.errors import NotReadable
from licenseiq.left_seen import LeftSeen
from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.batch import batch
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Page, Sleep, error_code, get_request, not_readable, pages, reason_of
from licenseiq_tenant.graph.guard import is_below
from licenseiq_tenant.lanes import bodies

_PASSWORD = "#microsoft.graph.passwordAuthenticationMethod"  # noqa: S105 - the name of a type
# What Graph says of an account without a mailbox in the cloud.
_NO_MAILBOX = "MailboxNotEnabledForRESTAPI"

PATHS: dict[Source, str] = {
    Source.LEFT_SESSIONS: "/users/{id}?$select=id,signInSessionsValidFromDateTime",
    Source.LEFT_METHODS: "/users/{id}/authentication/methods",
    Source.LEFT_APPS: "/users/{id}/appRoleAssignments?$top=999",
    Source.LEFT_GRANTS: "/users/{id}/oauth2PermissionGrants?$top=999",
    Source.LEFT_GROUPS: (
        "/users/{id}/memberOf/microsoft.graph.group?$select=id,groupTypes,membershipRule,assignedLicenses&$top=999"
    ),
    Source.LEFT_DEVICES: "/users/{id}/registeredDevices?$select=id,accountEnabled&$top=999",
    Source.LEFT_RULES: "/users/{id}/mailFolders/inbox/messageRules",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One source about one leaver. `synced` as of the person: where the mailbox may lie on premises."""

    source: Source
    user_id: str
    synced: bool | None

    @property
    def path(self) -> str:
        return PATHS[self.source].format(id=self.user_id)


class _Limited(Exception):
    """A row without what it should say: the permission is too small."""


async def own_domains(graph: Graph, sleep: Sleep = anyio.sleep) -> frozenset[str] | None:
    """The tenant's verified domains in lower case; None where Graph does not tell."""
    info = get_request(graph.url("/organization?$select=id,verifiedDomains"))
    try:
        raws = [raw async for page in pages(graph, info, Source.ORGANIZATION, sleep) for raw in page]
    except NotReadable:
        return None
    found = bodies.decode_items(raws, bodies.OwnDomains)[0]
    return frozenset(one.name.lower() for each in found for one in each.verified_domains or () if one.name) or None


async def ask(
    graph: Graph,
    questions: Sequence[Question],
    domains: frozenset[str] | None,
    now: datetime,
    sleep: Sleep = anyio.sleep,
) -> tuple[LeftSeen, ...]:
    """The answers to at most twenty questions, in their order. Raises NotReadable where Graph answers none of them."""
    first = questions[0].source
    answers = await batch(graph, [question.path for question in questions], first, sleep)
    return tuple(
        [
            await _seen(graph, question, answer, domains, now, sleep)
            for question, answer in zip(questions, answers, strict=True)
        ]
    )


async def _seen(
    graph: Graph,
    question: Question,
    answer: httpx.Response,
    domains: frozenset[str] | None,
    now: datetime,
    sleep: Sleep,
) -> LeftSeen:
    source = question.source
    if answer.status_code != 200:
        if source is Source.LEFT_RULES and error_code(answer) == _NO_MAILBOX and question.synced is not True:
            return LeftSeen(source, now)
        return LeftSeen(source, now, reason_of(answer))
    try:
        if source is Source.LEFT_SESSIONS:
            return LeftSeen(source, now, valid_from=_valid_from(answer, question))
        rows = await _rows(graph, answer, source, sleep)
        if source is Source.LEFT_RULES:
            forwards = [to for row in _decoded(rows, bodies.MessageRule) if (to := _forwards_to(row))]
            outside = None if domains is None else sum(any(_is_outside(a, domains) for a in to) for to in forwards)
            return LeftSeen(source, now, found=len(forwards), outside=outside)
        return LeftSeen(source, now, found=sum(_COUNTS[source](row, question) for row in rows))
    except NotReadable as error:
        return LeftSeen(source, now, Reason(error.reason))
    except _Limited:
        return LeftSeen(source, now, Reason.NO_PERMISSION)
    except ValueError:  # msgspec's own, UnicodeDecodeError, and ours
        return LeftSeen(source, now, Reason.MALFORMED)


async def _rows(graph: Graph, answer: httpx.Response, source: Source, sleep: Sleep) -> list[msgspec.Raw]:
    """All rows of a collection whose first page is here. Raises NotReadable and ValueError: half a list is none."""
    page = msgspec.json.decode(answer.content, type=Page)
    if page.value is None:
        raise ValueError
    rows = list(page.value)
    if page.next_link is not None:
        if not is_below(graph.url(""), page.next_link):
            raise not_readable(source, Reason.INCOMPLETE)
        async for more in pages(graph, get_request(page.next_link), source, sleep):
            rows += more
    return rows


def _decoded(rows: Iterable[msgspec.Raw], kind: type[bodies.S]) -> list[bodies.S]:
    found, unreadable = bodies.decode_items(rows, kind)
    if unreadable:
        raise ValueError
    return found


def _valid_from(answer: httpx.Response, question: Question) -> datetime | None:
    found = _decoded([msgspec.Raw(answer.content)], bodies.UserSessions)[0]
    if (found.id or "").lower() != question.user_id:
        raise ValueError
    return bodies.moment(found.sign_in_sessions_valid_from_date_time)


def _is_method(raw: msgspec.Raw, _: Question) -> bool:
    """Every method but the password, which nobody can take away."""
    kind = _decoded([raw], bodies.DirectoryObject)[0].kind
    if not kind:
        raise ValueError
    return kind != _PASSWORD


def _is_in_person(raw: msgspec.Raw, question: Question) -> bool:
    """Not what a group gives: that ends with the membership."""
    principal = _decoded([raw], bodies.Granted)[0].principal_id
    if not principal:
        raise ValueError
    return principal.lower() == question.user_id


def _is_own_consent(raw: msgspec.Raw, question: Question) -> bool:
    """Not the consent for everybody."""
    row = _decoded([raw], bodies.Granted)[0]
    if not row.consent_type:
        raise ValueError
    return row.consent_type == "Principal" and (row.principal_id or "").lower() == question.user_id


def _is_joined(raw: msgspec.Raw, _: Question) -> bool:
    """A group that no rule fills and that gives no licence: licences are told by themselves."""
    group = _decoded([raw], bodies.Group)[0]
    if group.group_types is None or group.assigned_licenses is None:
        raise _Limited
    return not group.assigned_licenses and "DynamicMembership" not in group.group_types and not group.membership_rule


def _is_enabled(raw: msgspec.Raw, _: Question) -> bool:
    device = _decoded([raw], bodies.Device)[0]
    if device.account_enabled is None:
        raise _Limited
    return device.account_enabled


_COUNTS: dict[Source, Callable[[msgspec.Raw, Question], bool]] = {
    Source.LEFT_METHODS: _is_method,
    Source.LEFT_APPS: _is_in_person,
    Source.LEFT_GRANTS: _is_own_consent,
    Source.LEFT_GROUPS: _is_joined,
    Source.LEFT_DEVICES: _is_enabled,
}


def _forwards_to(rule: bodies.MessageRule) -> list[str]:
    """The addresses to which a rule sends mail on; none where it is switched off."""
    if rule.is_enabled is None:
        raise ValueError
    actions = rule.actions
    if not rule.is_enabled or actions is None:
        return []
    to = [*(actions.forward_to or ()), *(actions.forward_as_attachment_to or ()), *(actions.redirect_to or ())]
    return [(one.email_address.address if one.email_address else None) or "" for one in to]


def _is_outside(address: str, domains: frozenset[str]) -> bool:
    """Addresses without a domain are Exchange's own, of people inside."""
    _, at, domain = address.rpartition("@")
    return bool(at) and domain.lower() not in domains
