"""The ledger as the server can tell it: entries with the plans that they are about, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.stored import LedgerHead, ProposalRecord
from licenseiq.skus import Sku


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which entries: about a person (`user`: name or id), about a proposal, not older than `since`, and before the one
    of number `before`, where the page before ended."""

    user: str | None = None
    proposal_id: str | None = None
    since: datetime | None = None
    before: int | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """An entry of the ledger. `record` is the proposal that it is about, where there is one and its plan can be read;
    `step` and `skus` are of the step that it tells of. `body` holds no text of the tenant."""

    sequence: int
    time: datetime
    kind: str
    level: str
    body: Mapping[str, Json]
    proposal_id: str | None = None
    record: ProposalRecord | None = None
    step: Step | None = None
    skus: tuple[Sku, ...] = ()


@dataclass(frozen=True, slots=True)
class Trail:
    """`total` entries match the query without its `before`; `head` is None where the ledger is empty. `unreadable`
    are entries that match and are no entries any more."""

    total: int
    entries: tuple[TrailEntry, ...]
    next_before: int | None
    head: LedgerHead | None
    unreadable: int = 0
