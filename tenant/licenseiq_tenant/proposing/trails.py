"""The audit trail: entries of the desk's ledger, with what the inbox and the snapshot know of the plans behind them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from licenseiq.errors import NotFound, Tampered
from licenseiq.proposals.plan import Step
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.proposals.trail import Trail, TrailEntry, TrailQuery
from licenseiq.skus import Sku
from licenseiq.times import iso, parse_iso
from licenseiq_tenant.ledger_view import LedgerPart, LedgerRow
from licenseiq_tenant.prices import load_catalogue

# Entries about one person's proposals that are looked through; more are told as a number alone.
_MOST_LOOKED_AT = 5_000


class Ledgers(Protocol):
    def part(
        self, tenant_id: str, proposal_ids: Collection[str] | None, since: str | None, before: int | None, limit: int
    ) -> LedgerPart:
        """Raises StateUnknown."""
        ...


class Trails:
    """Of one tenant. Blocking: call it off the event loop."""

    def __init__(self, tenant_id: str, ledgers: Ledgers, record: Callable[[str], ProposalRecord]) -> None:
        self._tenant_id = tenant_id
        self._ledgers = ledgers
        self._record = record

    def find(self, query: TrailQuery, places: Mapping[str, Collection[str]] | None) -> Trail:
        """The entries of a query. `places` are the references of the person asked about, by proposal; None: nobody in
        particular. Raises StateUnknown."""
        asked = None if query.proposal_id is None else {query.proposal_id}
        if places is not None:
            asked = set(places) if asked is None else asked & set(places)
        since = None if query.since is None else iso(query.since)
        if places is None:
            part = self._ledgers.part(self._tenant_id, asked, since, query.before, query.limit + 1)
            return self._trail(part, part.total, part.rows, query.limit)
        part = self._ledgers.part(self._tenant_id, asked, since, None, _MOST_LOOKED_AT)
        mine = [row for row in part.rows if _is_about(row, places)]
        rest = [row for row in mine if query.before is None or row.seq < query.before]
        return self._trail(part, len(mine), rest, query.limit)

    def _trail(self, part: LedgerPart, total: int, rows: Sequence[LedgerRow], limit: int) -> Trail:
        page = rows[:limit]
        known = {one: self._known(one) for one in {row.proposal_id for row in page} if one is not None}
        return Trail(
            total,
            tuple(_told(row, row.entry, known.get(row.proposal_id or "")) for row in page if row.entry is not None),
            page[-1].seq if len(rows) > len(page) else None,
            part.head,
            sum(row.entry is None for row in page),
        )

    def _known(self, proposal_id: str) -> ProposalRecord | None:
        try:
            return self._record(proposal_id)
        except (NotFound, Tampered):
            return None


def _is_about(row: LedgerRow, places: Mapping[str, Collection[str]]) -> bool:
    """Whether an entry of one of the person's proposals is about the person, as far as it tells of one subject."""
    subject = None if row.entry is None else row.entry["body"].get("subject")
    return subject is None or subject in places.get(row.proposal_id or "", ())


def _told(row: LedgerRow, entry: Mapping[str, Any], record: ProposalRecord | None) -> TrailEntry:
    body = entry["body"]
    steps = () if record is None else record.plan.steps
    step = next((one for one in steps if one.number == body.get("step")), None)
    return TrailEntry(
        sequence=row.seq,
        time=parse_iso(entry["time"]),
        kind=entry["kind"],
        level=str(entry.get("level", "")),
        body=body,
        proposal_id=row.proposal_id,
        record=record,
        step=step,
        skus=() if step is None else _skus(step),
    )


def _skus(step: Step) -> tuple[Sku, ...]:
    """The licences that a step gives or takes."""
    catalogue, found = load_catalogue(), list[str]()
    for name in ("sku_ids", "remove", "add"):
        value = step.arguments.get(name)
        for one in value if isinstance(value, list | tuple) else ():
            sku_id = one.get("sku_id") if isinstance(one, Mapping) else one
            found += [sku_id] if isinstance(sku_id, str) else []
    return tuple(catalogue.sku(sku_id) for sku_id in dict.fromkeys(found))
