"""Tries each source with one small request: a page of one, or a report's redirect without its download.

At most ten requests, each sent once. Those with a narrow limit are counted in the store's budgets like a scan's own.
Nobody's sign-in methods, rules or devices are read for a trial: there a scan's newest try tells, or the token.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

import anyio
import httpx
import msgspec
from anyio.to_thread import run_sync

from licenseiq.errors import NotReadable
from licenseiq.readings import NAMES, OF_LEAVERS, Reason, Source
from licenseiq_tenant.database import Database
from licenseiq_tenant.graph.client import Connection, Graph, open_graph
from licenseiq_tenant.graph.credentials import READER_PERMISSIONS, permissions_of
from licenseiq_tenant.graph.fetch import Page, get_request, reason_of
from licenseiq_tenant.graph.guard import read_rule
from licenseiq_tenant.graph.network import network_advice
from licenseiq_tenant.lanes import bodies
from licenseiq_tenant.scan.due import LANES, tries
from licenseiq_tenant.scan.slow import BUDGET as SIGN_IN_BUDGET
from licenseiq_tenant.snapshot import views
from licenseiq_tenant.snapshot.lease import Budget, Clock

# A delegated sign-in carries it without being asked: every registration has it from its birth.
_HARMLESS = frozenset({"User.Read"})
PATIENCE_SECONDS = 20.0
_PATHS: dict[Source, str] = {
    Source.ORGANIZATION: "/organization?$select=id",
    Source.SKUS: "/subscribedSkus?$select=skuId",
    Source.SUBSCRIPTIONS: "/directory/subscriptions?$top=1",
    Source.REPORT_SETTINGS: "/admin/reportSettings",
    Source.USERS: "/users?$select=id,licenseAssignmentStates&$top=1",
    Source.GROUPS: "/groups?$select=id,assignedLicenses&$top=1",
    Source.ROLES: "/roleManagement/directory/roleAssignments?$top=1",
    Source.ELIGIBLE_ROLES: "/roleManagement/directory/roleEligibilityScheduleInstances?$top=1",
    Source.ACTIVE_USERS: "/reports/getOffice365ActiveUserDetail(period='D7')",
    Source.SIGN_INS: "/users?$select=id,signInActivity&$top=1",
}
# Graph allows 14 requests for a report in ten minutes; the scans of that time may need twelve (scan.scanner).
_BUDGETS = {Source.SIGN_INS: SIGN_IN_BUDGET, Source.ACTIVE_USERS: Budget("report_check", 2, 600.0)}
_RECENT = timedelta(hours=1)
# What reads it too.
_COVERED_BY = {"Device.Read.All": "Directory.Read.All"}


@dataclass
class Checked:
    """What came of it. `tried` holds a reason for each source that could not be read, None for one that could.

    `tenant_id` is the one that Graph answered for. `clock_ahead` is how many seconds this machine's clock is ahead of
    Graph's, None if unknown. `permissions` are the token's own, None where it does not say; `extra` are those of them
    that the reader has no use for. `problem` is why nothing more was tried, in words.
    """

    tried: dict[Source, Reason | None] = field(default_factory=dict)
    tenant_id: str | None = None
    concealed: bool | None = None
    clock_ahead: float | None = None
    permissions: tuple[str, ...] | None = None
    problem: str | None = None
    requests: int = 0

    @property
    def extra(self) -> tuple[str, ...]:
        wanted = _HARMLESS.union(READER_PERMISSIONS)
        return tuple(name for name in self.permissions or () if name not in wanted)


async def try_all(connection: Connection, database: Database, tenant_id: str | None, clock: Clock) -> Checked:
    """Tries everything, and stops where nothing else can work: signed out, or nobody answers.

    `tenant_id` None: the budgets are those of the tenant that Graph answers for.
    Raises SettingsError or Refused from the sign-in; a sign-in that failed otherwise is a `problem`.
    """
    checked = Checked()
    try:
        checked.permissions = permissions_of(await connection.token())
    except NotReadable as failure:
        checked.problem = str(failure)
        return checked
    async with open_graph(connection, read_rule(connection.base_url)) as graph:
        for source, path in _PATHS.items():
            known_id = tenant_id or checked.tenant_id or ""
            budget = _BUDGETS.get(source)
            if budget is not None and await run_sync(partial(budget.take, database, known_id, clock)) > 0:
                checked.tried[source] = await run_sync(_last_try, database, known_id, source, clock())
                continue
            checked.requests += 1
            answer = await _one(partial(_send, graph, path), checked)
            if answer is None:
                break
            _note(source, answer, checked, clock)
            if checked.tried[source] is Reason.SIGNED_OUT:
                checked.problem = (
                    "Microsoft Graph refused the token. A person signs in again with 'licenseiq connect'; a service "
                    "checks its credential in the AZURE_ variables."
                )
                break
    if checked.problem is None:
        known_id = tenant_id or checked.tenant_id or ""
        checked.tried |= await run_sync(_of_leavers, database, known_id, checked.permissions, clock())
    return checked


def lane_ages(database: Database, tenant_id: str) -> tuple[tuple[str, datetime | None], ...]:
    """Each lane with the oldest of its readings in use; None where nothing of it is. Blocking."""
    with database.read() as db:
        readings = views.readings(db, tenant_id, views.newest_generations(db, tenant_id))
    found = (
        (lane, [readings[s].as_of for s in sources if s in readings and readings[s].is_read])
        for lane, sources in LANES.items()
    )
    return tuple((lane, min((at for at in moments if at is not None), default=None)) for lane, moments in found)


def _of_leavers(
    database: Database, tenant_id: str, permissions: tuple[str, ...] | None, now: datetime
) -> dict[Source, Reason | None]:
    """How it stands with what is read of leavers alone: by a scan's newest try of the last hour, else by what the token
    names, else by the newest try of all; nothing of those of which none of them tells. Blocking."""
    with database.read() as db:
        last = tries(db, tenant_id)
    found: dict[Source, Reason | None] = {}
    for source in OF_LEAVERS:
        known, permission = last.get(source), NAMES[source][1]
        if known is not None and (permissions is None or now - known.at < _RECENT):
            found[source] = known.reason
        elif permissions is not None:
            is_named = not {permission, _COVERED_BY.get(permission)}.isdisjoint(permissions)
            found[source] = None if is_named else Reason.NO_PERMISSION
    return found


def _last_try(database: Database, tenant_id: str, source: Source, now: datetime) -> Reason | None:
    """How a scan's newest try ended, if that was within the hour; THROTTLED otherwise."""
    with database.read() as db:
        last = tries(db, tenant_id).get(source)
    return last.reason if last is not None and now - last.at < _RECENT else Reason.THROTTLED


async def _send(graph: Graph, path: str) -> httpx.Response:
    return await graph.send(get_request(graph.url(path)))


async def _one(send: Callable[[], Awaitable[httpx.Response]], checked: Checked) -> httpx.Response | None:
    """The answer; None when nobody answers, which is told as the problem."""
    try:
        with anyio.fail_after(PATIENCE_SECONDS):
            return await send()
    except TimeoutError:
        checked.problem = f"Microsoft Graph did not answer within {PATIENCE_SECONDS:.0f} seconds. Check the network."
    except (httpx.RequestError, httpx.InvalidURL) as failure:
        checked.problem = f"Microsoft Graph could not be reached. {network_advice(failure)}"
    return None


def _note(source: Source, answer: httpx.Response, checked: Checked, clock: Clock) -> None:
    if checked.clock_ahead is None:
        checked.clock_ahead = _clock_ahead(answer, clock())
    good = (200, 302) if source is Source.ACTIVE_USERS else (200,)
    if answer.status_code not in good:
        checked.tried[source] = reason_of(answer)
        return
    try:
        checked.tried[source] = _read(source, answer, checked)
    except ValueError:  # msgspec's own, and UnicodeDecodeError
        checked.tried[source] = Reason.MALFORMED


def _read(source: Source, answer: httpx.Response, checked: Checked) -> Reason | None:
    """Why a good answer says nothing after all; None when it says what it should. Raises ValueError."""
    if source is Source.ACTIVE_USERS:
        return Reason.CONCEALED if checked.concealed else None
    if source is Source.REPORT_SETTINGS:
        settings = msgspec.json.decode(answer.content, type=bodies.ReportSettings)
        nested = settings.value.display_concealed_names if settings.value else None
        direct = settings.display_concealed_names
        checked.concealed = nested if direct is None else direct
        return None if checked.concealed is not None else Reason.MALFORMED
    page = msgspec.json.decode(answer.content, type=Page)
    if page.value is None:
        return Reason.MALFORMED
    if source is Source.ORGANIZATION:
        profiles = bodies.decode_items(page.value, bodies.OrganizationProfile)[0]
        checked.tenant_id = profiles[0].id.lower() if profiles and profiles[0].id else None
        return None if checked.tenant_id else Reason.MALFORMED
    if source is Source.GROUPS and not _shows_licences(page.value):
        return Reason.NO_PERMISSION
    return None


def _shows_licences(groups: list[msgspec.Raw]) -> bool:
    """With too small a permission Graph lists groups, but leaves their licences out."""
    found, _ = bodies.decode_items(groups, bodies.Group)
    return all(group.assigned_licenses is not None for group in found)


def _clock_ahead(answer: httpx.Response, now: datetime) -> float | None:
    try:
        return (now - parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        return None
