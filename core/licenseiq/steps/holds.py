"""Whether anybody must keep what a step would let go: holds, of three kinds (docs/holds.md).

Legal: litigation, holds of eDiscovery cases on mailbox or files, in-place holds, and the customer's own list. They
stop whatever touches licences or data, and nobody waives them here. Retention: it keeps the mailbox as an inactive one,
so it is no stop but a way to an end state. Not readable: unknown, so a stop, which a named person's dated word cures;
or none is needed, where no product of the tenant lets anybody hold anything.

An empty InPlaceHolds means nothing by itself: policies for everybody stand at the organisation alone, and holds on
files only in the cases (graph-facts 1.8; "How to identify the type of hold placed on an Exchange Online mailbox").
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.leaving import EndState
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps.asking import Api, Ask, Asking, Reading, Target
from licenseiq.steps.hold_words import Kept, of_mailbox
from licenseiq.steps.kind import Check, Held, Now, fact
from licenseiq.steps.licence_loss import LICENCE_PLANS, Loss, is_deletion, loss
from licenseiq.steps.mailbox import PERMISSION, SHARED, mailbox_row, one_row
from licenseiq.steps.onedrive import DRIVE_PATHS, drive_of
from licenseiq.steps.rules_of_groups import RULES_OF_GROUPS
from licenseiq.times import iso, parse_iso

UNREADABLE, NOT_YET = "holds_unreadable", "holds_not_yet_read"
DELAY = timedelta(days=30)
CASES = "/security/cases/ediscoveryCases"
INDEX = "ediscovery"
INDEX_PERMISSION = "eDiscovery.Read.All"
_LISTED = Held("legal_hold", "The policy's legal_hold_accounts name this person: keep everything, ask Legal.")
_ADDRESSES = "id,userPrincipalName,mail,proxyAddresses,otherMails"


async def _mailbox(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """What keeps the mailbox (`Kept`), and whether it is shared; null where there is no mailbox."""
    row = await mailbox_row(ask, target) if target.user_id is not None else None
    if row is None and target.user_id is not None:
        # Of a deleted account, or one that lost its licence: what holds it has made it an inactive one.
        row = await one_row(ask, "Get-Mailbox", target.user_id, SoftDeletedMailbox=True)
    if row is None:
        return None
    answer = await ask(Ask("Get-OrganizationConfig", Api.EXCHANGE))
    (organisation,) = cast("list[Mapping[str, Json]]", answer["value"])
    everybody = cast("list[str]", organisation["InPlaceHolds"])
    return {**of_mailbox(row, everybody).to_json(), "shared": row["RecipientTypeDetails"] == SHARED}


MAILBOX_HOLDS = Reading(
    "mailbox_holds",
    "what holds the mailbox",
    PERMISSION,
    _mailbox,
    cmdlets=("Get-Mailbox", "Get-OrganizationConfig"),
)


async def _cases(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """What the index of eDiscovery holds says of the person's addresses and OneDrive; `gone` for an account that is
    neither there nor among the deleted ones."""
    user_id = target.user_id
    if user_id is None:
        return None
    row = await _wherever(ask, user_id)
    if row is None:
        return {"gone": True}
    if str(row["id"]).lower() != user_id.lower():
        raise ValueError("another account")
    listed = [*cast("list[str]", row["proxyAddresses"] or []), *cast("list[str]", row.get("otherMails") or [])]
    addresses = [str(one) for one in (target.principal, row["userPrincipalName"], row["mail"], *listed) if one]
    drive = await drive_of(ask, user_id)
    sites = [] if drive is None else [str(drive["webUrl"])]
    return {**await ask(Ask(INDEX, Api.INDEX, {"addresses": list[Json](addresses), "sites": list[Json](sites)}))}


async def _wherever(ask: Asking, user_id: str) -> Mapping[str, Json] | None:
    for place in (f"/users/{user_id}", f"/directory/deletedItems/{user_id}"):
        with suppress(NotFound):
            return await ask(Ask(f"{place}?$select={_ADDRESSES}"))
    return None


HOLDS_OF_CASES = Reading(
    "holds_of_cases",
    "the holds of eDiscovery cases",
    INDEX_PERMISSION,
    _cases,
    paths=(
        "/users/{id}",
        "/directory/deletedItems/{id}",
        *DRIVE_PATHS,
        CASES,
        f"{CASES}/{{key}}/legalHolds",
        f"{CASES}/{{key}}/legalHolds/{{key}}/userSources",
        f"{CASES}/{{key}}/legalHolds/{{key}}/siteSources",
        f"{CASES}/{{key}}/custodians",
        f"{CASES}/{{key}}/custodians/{{key}}/userSources",
    ),
)


async def _cases_by_name(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """What the index says of the principal name that the plan commits to: a deleted account tells no address."""
    addresses: list[Json] = [target.principal]
    return {**await ask(Ask(INDEX, Api.INDEX, {"addresses": addresses, "sites": list[Json]()}))}


CASES_BY_NAME = Reading(
    "holds_of_cases_by_name",
    "the holds of eDiscovery cases",
    INDEX_PERMISSION,
    _cases_by_name,
    paths=HOLDS_OF_CASES.paths,
)


def kept(account: Account) -> Kept | None:
    """What keeps the mailbox; None where it could not be read. Nothing keeps a mailbox that is not there."""
    more = account.more or {}
    if MAILBOX_HOLDS.name not in more:
        return None
    found = more[MAILBOX_HOLDS.name]
    return Kept.from_json(found) if isinstance(found, Mapping) else Kept()


def nobody_can_hold(account: Account) -> bool:
    """Whether it is known that no product of the tenant lets anybody hold content."""
    found = fact(account, LICENCE_PLANS.name)
    return isinstance(found, Mapping) and found.get("can_hold") is False


def stays_shared(account: Account, now: Now) -> bool:
    """Whether the mailbox stays as a shared one: it is, or an earlier step of the plan makes it one."""
    found = fact(account, MAILBOX_HOLDS.name)
    if isinstance(found, Mapping) and found.get("shared") is True:
        return True
    return StepKind.CONVERT_MAILBOX in now.first


def says_no_end(step: Step, now: Now) -> bool:
    """A change of licences on the demo tenant that is no part of an offboarding: there only a hold that is known keeps
    it back."""
    return now.simulated and "end_state" not in step.arguments and not is_deletion(step)


def _held(step: Step, target: Target, account: Account, now: Now) -> Held | None:
    lost = loss(step, target, account)
    if not lost.anything:
        return None
    box, cases = kept(account), fact(account, HOLDS_OF_CASES.name)
    found = cases if isinstance(cases, Mapping) else {}
    if _is_listed(target, now):
        return _LISTED
    if box is not None and box.legal:
        return Held("legal_hold", "The mailbox is on a legal hold: keep licences and data until Legal has released it.")
    if found.get("held") is True:
        return Held("legal_hold", "An eDiscovery case holds mailbox or files: keep them until Legal has released it.")
    if says_no_end(step, now) or found.get("gone") is True:
        return None
    if found.get("state") == "waiting":
        return _not_yet(found, now)
    if (box is None or not found) and not nobody_can_hold(account):
        lacks = " and ".join(name for name, at in ((PERMISSION, box), (INDEX_PERMISSION, found or None)) if at is None)
        cure = f"Grant the desk {lacks}; or somebody who knows it signs, with a reason, that nothing is on hold."
        return Held(UNREADABLE, cure, waivable=True)
    return None if box is None else _retained(step, account, now, lost, box)


def _not_yet(found: Mapping[str, Json], now: Now) -> Held:
    until, seconds = str(found["ready_at"]), parse_iso(str(found["ready_at"])) - now.at
    cure = f"The eDiscovery cases are being read, at five requests a minute: ask again at {until}."
    return Held(NOT_YET, cure, seconds=min(max(int(seconds.total_seconds()), 15), 300))


def _retained(step: Step, account: Account, now: Now, lost: Loss, box: Kept) -> Held | None:
    """What retention and a hold that ends say of a mailbox that would be gone."""
    if not lost.mailbox or (stays_shared(account, now) and not is_deletion(step)):
        return None
    inactive = step.arguments.get("end_state") == EndState.INACTIVE_MAILBOX_THEN_DELETE.value
    if box.delayed and not inactive:
        until = iso(now.at + DELAY)[:10]
        return Held("delay_hold", f"A hold was lifted less than 30 days ago: it ends by itself, by {until} at latest.")
    if box.retained and not inactive:
        cure = "A retention policy keeps the mailbox: choose the end state inactive_mailbox_then_delete, or share it."
        if is_deletion(step):
            cure = "A retention policy keeps the mailbox beyond the account: take the person out of it first."
        return Held("retention_policy", cure)
    return None


def _is_listed(target: Target, now: Now) -> bool:
    name = target.values.get("user_principal_name")
    return now.policy.names(
        now.policy.legal_hold_user_ids, target.user_id or "-", name if isinstance(name, str) else None
    )


def _says(step: Step, target: Target, account: Account, now: Now) -> tuple[str, ...]:
    if not loss(step, target, account).anything:
        return ("Mail and files stay as they are with this step.",)
    box, cases = kept(account), fact(account, HOLDS_OF_CASES.name)
    lines = list(box.words()) if box is not None else [f"Exchange: not readable ({PERMISSION})."]
    if not isinstance(cases, Mapping):
        lines.append(f"eDiscovery cases: not readable ({INDEX_PERMISSION}).")
    elif cases.get("gone") is True:
        lines.append("The account is gone for good.")
    elif cases.get("state") == "waiting":
        lines.append("eDiscovery cases: still being read.")
    else:
        said = "holds mailbox or files" if cases.get("held") is True else "none holds mailbox or files"
        lines.append(f"eDiscovery, read {cases['at']}: {cases['cases']} open cases seen, {said}.")
    if nobody_can_hold(account):
        lines.append("No product of the tenant lets anybody hold content.")
    return (f"Holds, read {iso(now.at)}.", *lines)


HOLDS = Check("holds", (LICENCE_PLANS, RULES_OF_GROUPS, MAILBOX_HOLDS, HOLDS_OF_CASES), _held, _says)


def _held_after(_: Step, target: Target, account: Account, now: Now) -> Held | None:
    """Beside what was asked before the account was deleted: what has come since."""
    cases = fact(account, CASES_BY_NAME.name)
    found = cases if isinstance(cases, Mapping) else {}
    if _is_listed(target, now):
        return _LISTED
    if found.get("held") is True:
        return Held("legal_hold", "An eDiscovery case holds the person: keep everything until Legal has released it.")
    if found.get("state") == "waiting":
        return _not_yet(found, now)
    if not found:
        cure = f"Grant the desk {INDEX_PERMISSION}; or somebody who knows it signs that nothing is on hold."
        return Held(UNREADABLE, cure, waivable=True)
    return None


HOLDS_AFTER_DELETION = Check("holds_after_deletion", (CASES_BY_NAME,), _held_after)
