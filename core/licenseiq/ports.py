"""What the rooms ask of each other, as Protocols. `cli` fills them in; tests fill them with small fakes.

Everything here is asynchronous because an answer may wait for the tenant; none of it waits for a person.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from licenseiq.context import Context
from licenseiq.evaluation import Holder, Summary
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.money import Total
from licenseiq.people import Person
from licenseiq.playbooks.change_request import ChangeRequest
from licenseiq.playbooks.leave import LeaveRequest
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.playbooks.onboarding.joiner import Tier
from licenseiq.playbooks.onboarding.request import JoinRequest
from licenseiq.prediction.traits import Traits
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import Account
from licenseiq.proposals.stored import DeskReport, Listed, ProposalRecord
from licenseiq.skus import Sku
from licenseiq.steps.asking import Ask, Call
from licenseiq.waste import GroupBy, WasteGroup, WastePage, WasteQuery

if TYPE_CHECKING:
    from licenseiq.playbooks.erasure import Place
    from licenseiq.proposals.trail import Trail, TrailQuery
    from licenseiq.spending.days import Day
    from licenseiq.spending.savings import Reclaim, SeenSeats
    from licenseiq.spending.table import SpendBy, Spending

# Tells whoever waits what is happening, in a few words without tenant text.
Progress = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class EvaluationHead:
    """An evaluation's name and headline. `simulated` is True for the demo tenant. `notes` are sentences on the age of
    the data and on a scan that is still running; they belong in each answer's `unknown`."""

    evaluation_id: str
    tenant_id: str
    as_of: datetime
    simulated: bool
    summary: Summary
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HolderQuery:
    """Which holders to list: people without a human signal for at least `inactive_days` days.

    `department` is compared without case; `after` is the opaque place where the page before ended. `everybody` asks for
    all holders whatever their days, with those who cannot be judged and accounts that are no people.
    """

    inactive_days: int = 90
    department: str | None = None
    sku_id: str | None = None
    include_disabled: bool = True
    limit: int = 20
    after: str | None = None
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class HolderPage:
    """`total` matches in all; `rows` sorted by days inactive, longest first; `next_after` None at the end.

    `matched_monthly` is what the seats of all matches cost (None when nothing of it is priced), `unjudged` how many
    holders could not be judged because nothing about their use is known (None: too few to be told).
    """

    total: int
    rows: tuple[Holder, ...]
    next_after: str | None
    matched_monthly: Total
    matched_unpriced_seats: int
    unjudged: int | None


@dataclass(frozen=True, slots=True)
class HolderGroup:
    """Inactive holders who have something in common: `key` is a department (raw text, None: without one) or a SKU id.

    `monthly` is what their seats cost without the `unpriced_seats`; by SKU, seats of that SKU alone. `merged` is True
    for what is left of groups that are too small to be shown by themselves.
    """

    key: str | None
    people: int
    monthly: Total
    unpriced_seats: int
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Because:
    """A finding behind what a proposal does with the person of a reference; `reason` is a sentence of ours."""

    reference: str
    kind: str
    confidence: str
    reason: str


@dataclass(frozen=True, slots=True)
class SeatsNeeded:
    """Where the seats that a proposal gives of a SKU come from; `after_hand_off` from what a person has to do first.

    `missing` ones are neither free nor freed by it, and `findings` are the first ids of the `claimed` findings that
    would free one. `price` says in words what one costs a month.
    """

    sku: Sku
    free: int
    freed_here: int
    after_hand_off: int
    missing: int
    unknown: int
    findings: tuple[str, ...]
    claimed: int
    price: str


@dataclass(frozen=True, slots=True)
class StoredChanges:
    """A stored proposal of licence changes, with the groups that it names by id, as far as known, the findings that it
    rests on by today's data, and the seats that it needs."""

    record: ProposalRecord
    groups: tuple[LicenceGroup, ...]
    because: tuple[Because, ...] = ()
    seats: tuple[SeatsNeeded, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredJoining:
    """A stored proposal for somebody who starts or moves, with the licences that it gives and why, and their seats."""

    record: ProposalRecord
    tier: Tier
    seats: tuple[SeatsNeeded, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredErasure:
    """A stored proposal to erase somebody, with where something of that person is."""

    record: ProposalRecord
    inventory: "tuple[Place, ...]"


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """`started` is False when the data is fresh or a scan runs already; `reason` says which, in a sentence. `ages` say
    since when what is used of a lane stands, None where nothing of it is; `unknown` what could not be read, and why."""

    started: bool
    scan_running: bool
    reason: str
    ages: tuple[tuple[str, datetime | None], ...]
    unknown: tuple[str, ...] = ()


class Tenant(Protocol):
    """What tools ask about the tenant. Raises NotReadable, NotReady, NotFound, Ambiguous or BadRequest."""

    async def evaluation(self, progress: Progress) -> EvaluationHead:
        """The newest evaluation; without any data a scan is started and waited for during some seconds."""
        ...

    async def at(self, evaluation_id: str) -> EvaluationHead:
        """A certain evaluation, for a cursor. Raises BadRequest when it is no longer kept."""
        ...

    async def context(self, evaluation_id: str) -> Context: ...

    async def holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage: ...

    async def holder_groups(self, evaluation_id: str, query: HolderQuery, by: GroupBy) -> tuple[HolderGroup, ...]:
        """The holders of `query` in groups by department or SKU, the largest first; who holds two SKUs is in both."""
        ...

    async def user_ids(self, evaluation_id: str) -> tuple[str, ...]:
        """The ids of everybody in the evaluation; empty where the users could not be read."""
        ...

    async def principal_names(self, evaluation_id: str, begun: str, most: int) -> tuple[str, ...]:
        """Up to `most` principal names that begin so, or whose owner's display name does, without case and in order."""
        ...

    async def person(self, evaluation_id: str, who: str) -> Person:
        """The one person of a principal name, an id, or an unambiguous display name (else Ambiguous)."""
        ...

    async def similar(self, evaluation_id: str, traits: Traits) -> tuple[Person, ...]:
        """People who have all of these traits, compared without case; of very many some, always the same ones."""
        ...

    async def sku_id(self, evaluation_id: str, name: str) -> str:
        """The SKU of a friendly name, a part number or an id (ambiguous: candidates)."""
        ...

    async def waste(self, evaluation_id: str, query: WasteQuery) -> WastePage:
        """The findings that claim the seats of `query`. NotReadable where a part of them could not be looked for,
        except that without the SKUs the findings about people are there."""
        ...

    async def waste_groups(self, evaluation_id: str, query: WasteQuery, by: GroupBy) -> tuple[WasteGroup, ...]:
        """The same seats in groups, the dearest first; raises as `waste` does."""
        ...

    async def held_seats(self, evaluation_id: str) -> Mapping[str, int]:
        """How many people take a paid seat, by SKU; empty where the users could not be read."""
        ...

    async def spending(self, evaluation_id: str, by: "SpendBy", under: str | None = None) -> "Spending":
        """Every paid seat in one row of a grouping; `under` is the user id of whose organisation is looked at.
        NotReadable without the SKUs, and where the grouping needs people or managers that were not read."""
        ...

    async def history_days(self) -> tuple[date, ...]:
        """The days of which a summary is kept, oldest first."""
        ...

    async def history_day(self, day: date) -> "Day | None": ...

    async def seat_history(self, since: datetime) -> "Mapping[str, tuple[SeenSeats, ...]]":
        """By SKU what was bought and taken at each reading that is kept, from the last one before `since` on."""
        ...

    async def licence_groups(
        self, evaluation_id: str, group_ids: tuple[str, ...] | None = None
    ) -> Mapping[str, LicenceGroup]:
        """Those of the groups that are known, None: of all that give licences; empty where they could not be read."""
        ...

    async def refresh(self, progress: Progress) -> RefreshReport: ...


class Proposals(Protocol):
    """What proposing tools may do: store a proposal, and read what became of proposals. Never more."""

    async def offboard(self, request: OffboardingRequest, client: str, progress: Progress) -> ProposalRecord:
        """A proposal to offboard people; an identical live one is found again instead. Raises BadRequest for a request
        that contradicts itself."""
        ...

    async def erase(self, user: str, grace_days: int, client: str, progress: Progress) -> StoredErasure:
        """A proposal to erase one person; an identical live one is found again instead."""
        ...

    async def change_licences(self, request: ChangeRequest, client: str, progress: Progress) -> StoredChanges:
        """A proposal to change licences; an identical live one is found again instead. Raises BadRequest for a
        request that makes no sense or whose filter matches another number than expected."""
        ...

    async def undo(self, proposal_id: str, users: tuple[str, ...], client: str, progress: Progress) -> str:
        """Asks the desk for the plan that takes a proposal's last run back, for these people or for all; the id under
        which it will stand. Raises BadRequest for somebody who is not in it, NotFound, Refused where nothing was
        carried out or a run goes on, StateUnknown."""
        ...

    async def onboard(self, request: JoinRequest, client: str, progress: Progress) -> StoredJoining:
        """A proposal for somebody who starts, or moves; an identical live one is found again instead. Raises BadRequest
        for a request that makes no sense, or an account of that name that is somebody else's."""
        ...

    async def leave(self, request: LeaveRequest, client: str, progress: Progress) -> StoredChanges:
        """A proposal for somebody's leave, there and back; an identical live one is found again instead. Raises
        BadRequest where nothing smaller keeps mailbox and files, Refused while another leave of theirs stands."""
        ...

    async def withdraw(self, proposal_id: str) -> ProposalRecord:
        """Takes an open proposal back; one that is withdrawn already stays so. Raises NotFound, Refused for one that
        was decided or is over, StateUnknown where that cannot be told."""
        ...

    async def get(self, proposal_id: str) -> ProposalRecord: ...

    async def page(
        self, state: str | None, limit: int, after: str | None
    ) -> tuple[int, tuple[Listed, ...], str | None]:
        """Total, one page newest first, and where the next one starts. What was tampered with has its row."""
        ...

    async def reclaims(self) -> "tuple[Reclaim, ...]":
        """The seats in the steps of open and approved proposals, and how far each has come. Raises StateUnknown."""
        ...

    async def trail(self, query: "TrailQuery", progress: Progress) -> "Trail":
        """Entries of the desk's ledger. Raises StateUnknown where the desk's store cannot be read, and for a user what
        the tenant's port raises."""
        ...

    async def log_call(self, tool: str, client: str, is_error: bool) -> None: ...


class DeskView(Protocol):
    """The desk's state, read-only. None: the desk has not seen the proposal. Raises StateUnknown."""

    def report(self, tenant_id: str, proposal_id: str) -> DeskReport | None: ...


@dataclass(frozen=True, slots=True)
class Protection:
    """Whether an account may be touched, from fresh reads. `readable` False means: refuse (fail closed); `lacks` is the
    permission that would make it readable, if one would."""

    readable: bool
    roles: tuple[str, ...] = ()
    listed: bool = False
    lacks: str = ""

    @property
    def allows(self) -> bool:
        return self.readable and not self.roles and not self.listed


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What decides whether people may be put into a group or taken out of it. `sku_ids` are what it gives,
    `disabled_plans` the service plans that it leaves off in them; None where Graph did not say."""

    group_id: str
    has_rule: bool
    synced: bool
    mail_enabled: bool
    role_assignable: bool
    sku_ids: frozenset[str]
    disabled_plans: frozenset[str] | None = None

    @property
    def why_not(self) -> str | None:
        """Why its members cannot be changed through Graph, or must not be; None when they can."""
        if self.role_assignable:
            return "The group can carry directory roles."
        if self.has_rule:
            return "A rule fills the group: change the attribute that it tests."
        if self.synced:
            return "The group is mastered on premises: change it there."
        return "The group is mail-enabled: change it in Exchange." if self.mail_enabled else None


class TenantWriter(Protocol):
    """The only port that changes a tenant; the desk alone implements and holds it.

    Every effect raises EffectRefused (the tenant said no), EffectUncertain (it may or may not have happened),
    or EffectWaits (throttled or signed out: try later); see `licenseiq.proposals.effects`. Readings raise NotReadable,
    NotFound and EffectWaits.
    """

    async def account(self, user_id: str, *, with_groups: bool = False) -> Account:
        """The account of an id, or of a principal name where it may not be there yet."""
        ...

    async def ask(self, question: Ask, what: str, permission: str) -> Mapping[str, Json]:
        """The answer to one reading's request; `what` and `permission` word what goes wrong."""
        ...

    async def send(self, call: Call) -> Json:
        """Sends exactly this once. Returns the answer's body where it is JSON, else None."""
        ...

    async def protection(self, user_id: str) -> Protection: ...

    async def people(self) -> int:
        """How many users the tenant has."""
        ...

    async def group(self, group_id: str) -> GroupFacts: ...

    async def free_seats(self) -> Mapping[str, int]:
        """Seats bought and not taken, by SKU id in lower case; less than none where more are taken."""
        ...

    async def set_sign_in(self, user_id: str, *, enabled: bool) -> None: ...

    async def revoke_sessions(self, user_id: str) -> None: ...

    async def change_licences(self, user_id: str, add: Mapping[str, Sequence[str]], remove: Sequence[str]) -> None:
        """Gives and takes direct licences in one call; `add` holds the service plans that stay off, by SKU id."""
        ...

    async def join_group(self, user_id: str, group_id: str) -> None: ...

    async def leave_group(self, user_id: str, group_id: str) -> None: ...

    async def set_attribute(self, user_id: str, name: str, value: str | None) -> None: ...
