"""One mailbox as Exchange keeps it, and what holds it.

Holds and their prefixes: "How to identify the type of hold placed on an Exchange Online mailbox" (purview).
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

from licenseiq_demo.catalogue import Plan, by_id
from licenseiq_demo.people.person import Fields, MailboxKind, Person

Status = Literal["live", "inactive", "soft_deleted", "gone", "coming"]
"""`inactive`: kept by a hold without a licence or an account; `soft_deleted`: for 30 days; `coming`: licensed a moment
ago."""

KEPT_DAYS = 30
PLANS = ("EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_STANDARD", "EXCHANGE_S_DESKLESS")
"""The plans that come with a mailbox, the largest first."""

NO_REPLY: Fields = {
    "status": "disabled",
    "externalAudience": "all",
    "internalReplyMessage": "",
    "externalReplyMessage": "",
}


@dataclass(slots=True)
class Box:
    """A mailbox; rights and forwarding inside the tenant name object ids. Times are text as Graph writes them."""

    guid: str
    kind: MailboxKind
    used_bytes: int
    items: int
    archive: str | None = None
    hidden: bool = False
    forwarding_smtp: str | None = None
    forwarding_to: str | None = None
    deliver_and_forward: bool = False
    on_behalf: list[str] = field(default_factory=list)
    full_access: list[str] = field(default_factory=list)
    send_as: list[str] = field(default_factory=list)
    litigation_since: str | None = None
    litigation_days: int | None = None
    holds: list[str] = field(default_factory=list)
    tag_hold: bool = False
    delay_hold: bool = False
    delay_release_hold: bool = False
    on_premises: MailboxKind | None = None
    """What the local directory says of it, where that directory masters mailboxes; each sync repeats it."""
    replies: Fields = field(default_factory=lambda: dict(NO_REPLY))
    rules: list[Fields] = field(default_factory=list)
    events: list[Fields] = field(default_factory=list)
    called_off: list[str] = field(default_factory=list)
    """Single dates of a series that were taken out of this calendar."""
    becoming: MailboxKind | None = None
    reads_left: int = 0
    """How many reads are still answered as before it has become that, or is there at all."""
    unlicensed_since: date | None = None


@cache
def _plans_of() -> dict[str, tuple[Plan, ...]]:
    """The mailbox plans of each product by `skuId`."""
    found = {key: tuple(plan for plan in sku.plans if plan.name in PLANS) for key, sku in by_id().items()}
    return {key: plans for key, plans in found.items() if plans}


def plan(person: Person) -> str | None:
    """The largest mailbox plan that this account holds; None when it holds none."""
    mine = {
        item.name
        for row in person.fields["assignedLicenses"]
        for item in _plans_of().get(row["skuId"], ())
        if item.plan_id not in row["disabledPlans"]
    }
    return min(mine, key=PLANS.index, default=None)


def is_held(box: Box, for_everybody: list[str]) -> bool:
    """Whether anything keeps the content: a litigation hold, a hold of a case, a policy that retains, a label, or a
    hold that was lifted less than 30 days ago. `for_everybody` is what the organisation's policies say."""
    excluded = {name.removeprefix("-") for name in box.holds if name.startswith("-")}
    wide = [name for name in for_everybody if name.startswith("mbx") and name.partition(":")[0] not in excluded]
    return bool(
        box.litigation_since
        or box.tag_hold
        or box.delay_hold
        or box.delay_release_hold
        or any(keeps(name) for name in (*box.holds, *wide))
    )


def keeps(hold: str) -> bool:
    """Whether one entry of InPlaceHolds keeps content: an exclusion does not, nor does a policy that only deletes."""
    return not hold.startswith("-") and not hold.endswith(":1")
