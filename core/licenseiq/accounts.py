"""What an account stands for: a person, a thing, or something that only its owner can tell.

Inactivity is a claim about people. Rooms and shared mailboxes never sign in by design; guests, emergency
accounts and service accounts look idle, or busy, for reasons of their own. Names are weak evidence: they can
move an account to a person's review, never into a claim. A display name is what somebody wrote about themselves, often
they alone: a word in it must not take a person out of a claim by calling the account a program's.
Source of the SKU ids: Microsoft's product table (graph-facts 6, "SKUs that must not count as waste").
"""

import re
from datetime import date
from enum import StrEnum

from licenseiq.context import Context
from licenseiq.people import Employment, Person
from licenseiq.readings import Source

# Exchange plans that give a mailbox: Kiosk, Plan 1, Plan 2 (service plan reference, as in tiers.toml).
MAILBOX_PLANS = frozenset(
    {
        "4a82b400-a79f-41a4-b4e2-e94f5787b113",
        "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        "efb87545-963c-4e0d-99df-69c6916d9eb0",
    }
)
TOP_ROLES = frozenset({"Global Administrator", "Company Administrator", "Privileged Role Administrator"})
_SERVICE_WORDS = frozenset(
    {"svc", "service", "srv", "scan", "scanner", "copier", "printer", "mfp", "fax", "noreply", "relay", "smtp"}
    | {"backup", "sync", "robot", "bot", "rpa", "api", "kiosk", "integration", "automation", "daemon", "system"}
)
_EMERGENCY_WORDS = frozenset({"breakglass", "emergency"})
_EMERGENCY_MARKS = _EMERGENCY_WORDS | {"break", "glass"}
_WORD = re.compile(r"[a-z]+")
RECENT_DAYS = 7


class AccountKind(StrEnum):
    """What an account is, as far as can be told."""

    PERSON = "person"
    SHARED = "shared mailbox"
    ROOM = "room mailbox"
    EQUIPMENT = "equipment mailbox"
    DEVICE = "device or resource account"
    PROTECTED = "protected account"
    LISTED_SERVICE = "service account"
    GUEST = "guest"
    EMERGENCY = "account that looks kept for emergencies"
    SERVICE = "account named like a service or a device"
    TOP_ADMIN = "account with a top administrator role"

    @property
    def is_thing(self) -> bool:
        """True for what nobody signs in to by design."""
        return self in _THINGS

    @property
    def can_be_claimed(self) -> bool:
        """True where silence says that somebody needs no seat; everything else is for a person to judge."""
        return self is AccountKind.PERSON


_THINGS = frozenset({AccountKind.SHARED, AccountKind.ROOM, AccountKind.EQUIPMENT, AccountKind.DEVICE})
_MAILBOX_KINDS = {"shared": AccountKind.SHARED, "room": AccountKind.ROOM, "equipment": AccountKind.EQUIPMENT}


_LAST = "account kind of the last person"


def account_kind(person: Person, context: Context) -> AccountKind:
    """The first of: thing, protected, service by the policy, guest, emergency, service by name, top administrator; else
    a person."""
    # Many rules ask of one person, one after the other.
    last: tuple[Person, AccountKind] | None = context.memo.get(_LAST)
    if last is not None and last[0] is person:
        return last[1]
    kind = _kind(person, context)
    context.memo[_LAST] = (person, kind)
    return kind


def _kind(person: Person, context: Context) -> AccountKind:
    mailbox = person.signals.mailbox
    thing = _MAILBOX_KINDS.get(mailbox.kind or "") if mailbox else None
    if thing is not None:
        return thing
    devices = context.device_skus
    for assignment in person.assignments:
        if assignment.sku_id in devices:
            return AccountKind.DEVICE
    if context.policy.protects(person):
        return AccountKind.PROTECTED
    if context.policy.is_service(person):
        return AccountKind.LISTED_SERVICE
    if (person.user_type or "").lower() == "guest":
        return AccountKind.GUEST
    if words := name_marks(person):
        if not words.isdisjoint(_EMERGENCY_WORDS) or {"break", "glass"} <= words:
            return AccountKind.EMERGENCY
        if not words.isdisjoint(_SERVICE_WORDS):
            return AccountKind.SERVICE
    if person.roles and not TOP_ROLES.isdisjoint(person.roles):
        return AccountKind.TOP_ADMIN
    return AccountKind.PERSON


def is_excluded(person: Person, context: Context) -> bool | None:
    """Whether no rule may speak of the account: the policy protects it, or excludes a group that it is in. None where
    such a group could not be read."""
    if context.policy.protects(person):
        return True
    return person.in_excluded_group


def has_left(person: Person, context: Context) -> bool:
    """Whether HR says that the person has left, as of the evaluation."""
    hr = person.hr
    return hr is not None and hr.status is Employment.LEFT and (hr.since is None or hr.since <= context.today)


def is_leaver(person: Person, context: Context) -> bool:
    """Whose access is looked at for what is left: sign-in is blocked, or HR says that the person has left. Not rooms
    and shared mailboxes, which are blocked by design, and not people on leave, who come back."""
    if person.account_enabled is not False and person.hr is None:
        return False
    if not has_left(person, context) and (person.account_enabled is not False or is_on_leave(person, context)):
        return False
    return not account_kind(person, context).is_thing


def seen_after_leaving(person: Person, context: Context, last_human: date | None) -> str | None:
    """Why HR's word that the person has left does not fit the last day on which a human was seen, in a sentence; None
    where it fits. Without a day of leaving, the last RECENT_DAYS before the evaluation do not fit."""
    if last_human is None or person.hr is None or not has_left(person, context):
        return None
    if person.hr.since is not None:
        since = person.hr.since
        return "HR says that the person has left, but a human was seen here since." if last_human > since else None
    if (context.today - last_human).days > RECENT_DAYS:
        return None
    return f"HR says that the person has left, but a human was seen here within the last {RECENT_DAYS} days."


def is_on_leave(person: Person, context: Context) -> bool:
    """Whether HR says that the person is on leave on the day of the evaluation."""
    hr = person.hr
    if hr is None or hr.status is not Employment.ON_LEAVE:
        return False
    return (hr.since is None or hr.since <= context.today) and (hr.until is None or hr.until >= context.today)


def name_marks(person: Person) -> frozenset[str]:
    """The words of the names that say what the account is for; none of them is a person's name. Words for programs and
    devices count in the sign-in name alone, those for emergencies in the display name too."""
    if person.name_marks is not None:
        return person.name_marks
    local = _WORD.findall((person.user_principal_name or "").partition("@")[0].lower())
    shown = _WORD.findall((person.display_name or "").lower())
    return _SERVICE_WORDS.intersection(local) | _EMERGENCY_MARKS.intersection((*local, *shown))


def gives_mailbox(sku_id: str, context: Context) -> bool:
    """Whether the SKU can carry a mailbox; one with unknown contents can."""
    line = context.lines.get(sku_id)
    plans = (line.service_plans if line else None) or context.catalogue.plans.get(sku_id)
    return not plans or not plans.isdisjoint(MAILBOX_PLANS)


def mailbox_kind_known(person: Person, context: Context) -> bool:
    """Whether we know that no shared or room mailbox hangs on this account.

    Known when the report names the kind, or was read and nothing that the person holds carries a mailbox.
    """
    mailbox = person.signals.mailbox
    if mailbox is not None and mailbox.kind is not None:
        return True
    if mailbox is not None or not context.is_read(Source.MAILBOXES):
        return False
    return not any(gives_mailbox(sku_id, context) for sku_id in person.seats())
