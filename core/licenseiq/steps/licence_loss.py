"""What a step takes from somebody's mail and files: by the plans in the products that are left after it.

Plans are known by their names in the tenant's own list of products. What is not known here counts as taken away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.group_rules import would_drop
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps.asking import Ask, Asking, Reading, Target
from licenseiq.steps.kind import fact
from licenseiq.steps.rules_of_groups import BRIDGED, changed_by, rules_of

# The size of a mailbox by its plan, in GiB (Exchange Online limits); a plan that is not listed is like the smallest.
_GIB = {"EXCHANGE_S_ENTERPRISE": 100, "EXCHANGE_S_STANDARD": 50, "EXCHANGE_B_STANDARD": 50, "EXCHANGE_L_STANDARD": 50}
_SMALLEST = 2
# Plans that are named like a mailbox or a library and are none.
_NO_MAILBOX = ("FOUNDATION", "ANALYTICS", "ARCHIVE")
_NO_FILES = (
    "SHAREPOINTWAC",
    "SHAREPOINTSTORAGE",
    "SHAREPOINTONLINE_MULTIGEO",
    "SHAREPOINT_PROJECT",
    "ONEDRIVECLIPCHAMP",
)
# With none of these nobody can put anything on hold: neither a mailbox, nor an archive, nor a library, nor a case.
_CANNOT_HOLD = ("EXCHANGE_S_STANDARD", "EXCHANGE_S_DESKLESS", "EXCHANGE_B_STANDARD", "EXCHANGE_L_STANDARD")
_SMALL_FILES = ("SHAREPOINTSTANDARD", "SHAREPOINTDESKLESS", "SHAREPOINTLITE", "ONEDRIVESTANDARD", "ONEDRIVE_BASIC")
_HOLDS = ("EQUIVIO", "PURVIEW", "DISCOVERY", "RECORDS", "INFO_GOVERNANCE", "COMPLIANCE", "ARCHIVE", "SUITE_COMPLIANCE")
_ACTIVE = ("Active", "ActiveWithError")
# Under this argument a step that leaves a group names the products whose direct assignment goes before.
DIRECT_GONE = "direct_gone"
Row = tuple[str, str | None, tuple[str, ...]]


def mailbox_gib(plan: str) -> int | None:
    """How much a mailbox of this plan holds, in GiB; None for a plan without a mailbox."""
    name = plan.upper()
    if not name.startswith("EXCHANGE_") or any(word in name for word in _NO_MAILBOX):
        return None
    return next((size for begin, size in _GIB.items() if name.startswith(begin)), _SMALLEST)


def has_files(plan: str) -> bool:
    """Whether a plan gives a OneDrive."""
    name = plan.upper().replace(" ", "")
    return name.startswith(("SHAREPOINT", "ONEDRIVE")) and not name.startswith(_NO_FILES)


def has_archive(plan: str) -> bool:
    return plan.upper().startswith(("EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_ARCHIVE"))


def can_hold(plan: str) -> bool:
    """Whether a plan lets somebody hold content; also for mail and files plans that are not known here."""
    name = plan.upper()
    if any(word in name for word in _HOLDS):
        return True
    if mailbox_gib(name) is not None:
        return not name.startswith(_CANNOT_HOLD)
    return has_files(name) and not name.startswith(_SMALL_FILES)


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`held`: product, group (null: in person) and names of plans that are on, of every seat; `products`: the plans of
    each product that matter here; `can_hold`: whether any product of the tenant lets somebody hold content."""
    answer = await ask(Ask("/subscribedSkus?$select=skuId,servicePlans"))
    products: dict[str, list[tuple[str, str]]] = {}
    holds = False
    for row in _rows(answer["value"]):
        plans = [
            (str(plan["servicePlanId"]).lower(), str(plan["servicePlanName"])) for plan in _rows(row["servicePlans"])
        ]
        holds = holds or any(can_hold(name) for _, name in plans)
        products[str(row["skuId"]).lower()] = [one for one in plans if _matters(one[1])]
    held = list[Json]()
    for row in await _states(ask, target):
        if row["state"] not in _ACTIVE:
            continue
        sku_id, group = str(row["skuId"]).lower(), row["assignedByGroup"]
        off = {str(one).lower() for one in cast("list[str]", row["disabledPlans"])}
        held.append(
            [
                sku_id,
                None if group is None else str(group).lower(),
                [name for key, name in products[sku_id] if key not in off],
            ]
        )
    return {
        "held": held,
        "products": {sku_id: [list(one) for one in plans] for sku_id, plans in sorted(products.items())},
        "can_hold": holds,
    }


async def _states(ask: Asking, target: Target) -> list[Mapping[str, Json]]:
    """The seats of the account; none of one that is not there yet, or not any more."""
    if target.user_id is None:
        return []
    try:
        answer = await ask(Ask(f"/users/{target.user_id}?$select=id,licenseAssignmentStates"))
    except NotFound:
        return []
    if str(answer["id"]).lower() != target.user_id.lower():
        raise ValueError("another account")
    return _rows(answer["licenseAssignmentStates"])


LICENCE_PLANS = Reading(
    "licence_plans",
    "the plans of the licences",
    "LicenseAssignment.Read.All",
    _read,
    paths=("/subscribedSkus", "/users/{id}"),
)


@dataclass(frozen=True, slots=True)
class Loss:
    """What is gone after a step. `room_gib` is how much the mailbox that is left holds, where it became smaller."""

    mailbox: bool = False
    room_gib: int | None = None
    archive: bool = False
    files: bool = False
    known: bool = True

    @property
    def anything(self) -> bool:
        return self.mailbox or self.archive or self.files or self.room_gib is not None


EVERYTHING = Loss(mailbox=True, archive=True, files=True)
_DELETIONS = frozenset({StepKind.DELETE_ACCOUNT, StepKind.PURGE_ACCOUNT})


def is_deletion(step: Step) -> bool:
    """Whether a step takes the account with all that is in it, a shared mailbox too."""
    return step.kind in _DELETIONS


def loss(step: Step, target: Target, account: Account) -> Loss:
    """What a step takes away. What could not be read counts as taken, with `known` False."""
    if is_deletion(step):
        return EVERYTHING
    found = fact(account, LICENCE_PLANS.name)
    if not isinstance(found, Mapping):
        return Loss(mailbox=True, archive=True, files=True, known=False)
    before = [
        (str(sku), None if group is None else str(group), tuple(cast("list[str]", plans)))
        for sku, group, plans in cast("list[tuple[Json, Json, Json]]", found["held"])
    ]
    after = _after(step, target, account, before, cast("Mapping[str, list[list[str]]]", found["products"]))
    if after is None:
        return Loss(mailbox=True, archive=True, files=True, known=False)
    was, left = _plans(before), _plans(after)
    rooms = [max((size for one in plans if (size := mailbox_gib(one))), default=0) for plans in (was, left)]
    return Loss(
        mailbox=rooms[0] > 0 and rooms[1] == 0,
        room_gib=rooms[1] if 0 < rooms[1] < rooms[0] else None,
        archive=any(map(has_archive, was)) and not any(map(has_archive, left)),
        files=any(map(has_files, was)) and not any(map(has_files, left)),
    )


def _after(
    step: Step, target: Target, account: Account, before: list[Row], products: Mapping[str, list[list[str]]]
) -> list[Row] | None:
    """The seats after a step; None where that cannot be told."""
    match step.kind:
        case StepKind.REMOVE_DIRECT_LICENCES:
            gone, groups = _ids(step.goal.get("direct_licences_absent")), _ids(step.arguments.get(BRIDGED))
            return [row for row in before if row[1] not in groups and (row[1] is not None or row[0] not in gone)]
        case StepKind.CHANGE_LICENCES:
            gone = _ids(step.arguments.get("remove"))
            left = [row for row in before if row[1] is not None or row[0] not in gone]
            return left + _given(step.arguments.get("add"), products)
        case StepKind.LEAVE_GROUP:
            group = str(step.goal.get("not_in_group")).lower()
            direct = _ids(step.arguments.get(DIRECT_GONE))
            left = [row for row in before if row[1] != group and (row[1] is not None or row[0] not in direct)]
            # What another group gives instead is there before this step is taken: its precondition demands that. Until
            # then what it will give is looked at, and afterwards what it gives.
            there = {row[0] for row in left}
            return left + [row for row in _given(step.arguments.get("instead"), products) if row[0] not in there]
        case StepKind.SET_ATTRIBUTE | StepKind.DISABLE_SIGN_IN:
            rules = rules_of(account)
            if rules is None:
                return None
            changed = changed_by(step, target)
            leaves = {key for key, rule in rules if would_drop(rule, changed, account.attributes) is not False}
            return [row for row in before if row[1] not in leaves]
    return before


def _given(added: Json, products: Mapping[str, list[list[str]]]) -> list[Row]:
    """The seats of what a step gives, with the plans that are on in them."""
    found = list[Row]()
    for one in _rows(added or []):
        sku_id, off = str(one["sku_id"]).lower(), _ids(one.get("disabled_plans") or [])
        found.append((sku_id, None, tuple(name for key, name in products.get(sku_id, []) if key not in off)))
    return found


def _plans(rows: list[Row]) -> list[str]:
    return [plan for _, _, plans in rows for plan in plans]


def _matters(plan: str) -> bool:
    return mailbox_gib(plan) is not None or has_files(plan) or has_archive(plan)


def _ids(found: Json) -> set[str]:
    return {str(one).lower() for one in found} if isinstance(found, list) else set()


def _rows(found: Json) -> list[Mapping[str, Json]]:
    return cast("list[Mapping[str, Json]]", found)
