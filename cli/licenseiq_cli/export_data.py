"""What an export is made of: everything of one evaluation, asked of the port as the mode of privacy lets it be seen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from licenseiq.context import Context
from licenseiq.errors import NotReadable
from licenseiq.evaluation import Holder
from licenseiq.owned import Owned, owned
from licenseiq.ports import EvaluationHead, HolderGroup, HolderQuery, Tenant
from licenseiq.privacy import Privacy
from licenseiq.readings import Source
from licenseiq.renewals import RenewalLine
from licenseiq.waste import GroupBy, Waste, WasteGroup, WasteQuery
from licenseiq_cli.renewals import lines_of

PAGE = 2_000


@dataclass
class Gathered:
    """Each part is None where it was not asked for, or where `missing` says why it could not be read.

    `groups` and `people_groups` are there where the mode of privacy hides single people.
    """

    head: EvaluationHead
    context: Context
    privacy: Privacy
    findings: tuple[Waste, ...] | None = None
    groups: dict[GroupBy, tuple[WasteGroup, ...]] | None = None
    subscriptions: tuple[Owned, ...] | None = None
    renewals: tuple[RenewalLine, ...] | None = None
    people: tuple[Holder, ...] | None = None
    people_groups: tuple[HolderGroup, ...] | None = None
    missing: dict[str, NotReadable] = field(default_factory=dict)


async def gather(tenant: Tenant, head: EvaluationHead, what: Sequence[str], privacy: Privacy) -> Gathered:
    """The parts `what` of an evaluation. Raises NotReadable where none of them could be read."""
    found = Gathered(head, await tenant.context(head.evaluation_id), privacy)
    parts: dict[str, Callable[[Tenant, Gathered], Awaitable[None]]] = {
        "findings": _findings,
        "subscriptions": _subscriptions,
        "renewals": _renewals,
        "people": _people,
    }
    for name, ask in parts.items():
        if name in what:
            try:
                await ask(tenant, found)
            except NotReadable as error:
                found.missing[name] = error
    if len(found.missing) == len(what):
        raise next(iter(found.missing.values()))
    return found


async def _findings(tenant: Tenant, found: Gathered) -> None:
    rows: list[Waste] = []
    while True:
        page = await tenant.waste(found.head.evaluation_id, WasteQuery(limit=PAGE, skip=len(rows)))
        rows += page.rows
        if not page.rows or len(rows) >= page.total:
            break
    if found.privacy is Privacy.AGGREGATE:
        query = WasteQuery()
        found.groups = {by: await tenant.waste_groups(found.head.evaluation_id, query, by) for by in GroupBy}
    found.findings = tuple(rows)


async def _subscriptions(tenant: Tenant, found: Gathered) -> None:
    _owned_read(found.context)
    held = await tenant.held_seats(found.head.evaluation_id)
    read = found.context.is_read(Source.SUBSCRIPTIONS)
    found.subscriptions = owned(found.context, held, subscriptions_read=read)


async def _renewals(tenant: Tenant, found: Gathered) -> None:
    _owned_read(found.context)
    found.renewals = await lines_of(tenant, found.head.evaluation_id, found.context)


async def _people(tenant: Tenant, found: Gathered) -> None:
    query = HolderQuery(everybody=True, limit=PAGE)
    name = found.head.evaluation_id
    if found.privacy is Privacy.AGGREGATE:
        found.people_groups = await tenant.holder_groups(name, query, GroupBy.DEPARTMENT)
        return
    rows: list[Holder] = []
    after: str | None = None
    while True:
        page = await tenant.holders(name, HolderQuery(everybody=True, limit=PAGE, after=after))
        rows += page.rows
        after = page.next_after
        if after is None:
            break
    found.people = tuple(rows)


def _owned_read(context: Context) -> None:
    """A list without what is owned would look like a tenant that owns nothing."""
    reading = context.reading(Source.SKUS)
    if reading.reason is not None:
        raise NotReadable(reading.words() or "What is owned could not be read.", "", reason=reading.reason.value)
