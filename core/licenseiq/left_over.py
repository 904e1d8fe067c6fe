"""What is left of somebody who left: each way in and each thing that costs, as it was read, or as not known and why.

Field notes 2: an offboarding that says it was successful is no proof. Yes and no come from what the reader has read;
what it could not read is unknown, with the least permission that would tell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from licenseiq.accounts import has_left, is_leaver
from licenseiq.activity import SUCCESS_SINCE
from licenseiq.context import Context
from licenseiq.left_seen import LeftSeen
from licenseiq.people import Person
from licenseiq.readings import NAMES, Reason, Source
from licenseiq.usage import SignIn
from licenseiq.words import count

# A refresh token that nobody used for so long is refused (Entra, "Refresh tokens in the Microsoft identity platform").
SESSION_DAYS = timedelta(days=90)
LICENCES = "licences_left"
_ATTEMPTS = "attempts only, and whether one succeeded is not known"


@dataclass(frozen=True, slots=True)
class Left:
    """One question. `there` None is unknown, and `says` then names what would tell; else what was found, and of when.

    `key` names the fact in a finding's evidence, `value` is it, `source` where it was read."""

    key: str
    what: str
    there: bool | None
    says: str
    value: int | bool | str | None = None
    source: Source | None = None


def left_over(person: Person, context: Context) -> tuple[Left, ...] | None:
    """What is left of a leaver (`licenseiq.accounts.is_leaver`); None for anybody else."""
    if not is_leaver(person, context):
        return None
    return (
        _can_sign_in(person),
        *_signed_in_since(person, context),
        _sessions(person, context),
        _licences(person),
        _roles(person),
        *(_counted(*one, person, context) for one in _COUNTED),
        # Graph shows no forwarding of a mailbox, and the reader has no right in Exchange.
        Left("forwarding_left", "forwarding by the mailbox", None, "Exchange.ManageAsApp, which the desk alone has"),
    )


def _can_sign_in(person: Person) -> Left:
    enabled = person.account_enabled
    says = "not read" if enabled is None else "allowed" if enabled else "blocked"
    return Left("can_sign_in", "can sign in", enabled, says, enabled, Source.USERS)


def _signed_in_since(person: Person, context: Context) -> tuple[Left, ...]:
    """Whether somebody signed in after the last day that HR names; without such a day nobody asks."""
    since = person.hr.since if person.hr is not None and has_left(person, context) else None
    if since is None:
        return ()
    key, what, seen = "signed_in_on", "signed in since leaving", person.signals.sign_in
    if seen is None:
        return (Left(key, what, None, _why_not(Source.SIGN_INS, context), None, Source.SIGN_INS),)
    last, is_known = _last_success(seen)
    if not is_known:
        return (Left(key, what, None, _ATTEMPTS, None, Source.SIGN_INS),)
    if last is None or last.date() <= since:
        return (Left(key, what, False, f"not since {since}", None, Source.SIGN_INS),)
    day = last.date().isoformat()
    return (Left(key, what, True, f"on {day}; the last day was {since}", day, Source.SIGN_INS),)


def _sessions(person: Person, context: Context) -> Left:
    """Sessions live on where they were not ended since the last successful sign-in, and were used of late."""
    key, what, source = "sessions_left", "sessions", Source.LEFT_SESSIONS
    seen, sign_in = _seen(source, person), person.signals.sign_in
    if seen is None or seen.reason is not None or not context.is_read(source):
        return Left(key, what, None, _why_not(source, context, seen), None, source)
    if sign_in is None:
        return Left(key, what, None, _why_not(Source.SIGN_INS, context), None, source)
    (last, is_known), began = _last_success(sign_in), seen.valid_from
    if not is_known:
        return Left(key, what, None, _ATTEMPTS, None, source)
    if last is None:
        return Left(key, what, False, "never signed in", False, source)
    if context.now - last > SESSION_DAYS:
        return Left(key, what, False, f"none used since {last.date()}", False, source)
    if began is None:
        return Left(key, what, None, "Microsoft Graph did not say since when they hold", None, source)
    if began > last:
        return Left(key, what, False, f"ended on {began.date()}", False, source)
    return Left(key, what, True, f"not ended since the last sign-in on {last.date()}", True, source)


def _licences(person: Person) -> Left:
    kept = {a.sku_id for a in person.assignments}
    groups = {a.group_id for a in person.assignments if a.group_id is not None}
    if not person.licences_known:
        return Left(LICENCES, "licences", None, NAMES[Source.USERS][1], None, Source.USERS)
    by = f", by {count(len(groups), 'group')}" if groups else ""
    return Left(LICENCES, "licences", bool(kept), f"{len(kept)}{by}", len(kept), Source.USERS)


def _roles(person: Person) -> Left:
    key, what, roles = "roles_left", "directory roles", person.roles
    if roles is None:
        return Left(key, what, None, NAMES[Source.ROLES][1], None, Source.ROLES)
    return Left(key, what, bool(roles), str(len(roles)), len(roles), Source.ROLES)


# What is counted: its name as a fact and in words, and its source.
_COUNTED = (
    ("methods_left", "sign-in methods", Source.LEFT_METHODS),
    ("apps_left", "applications assigned in person", Source.LEFT_APPS),
    ("consents_left", "consents to applications", Source.LEFT_GRANTS),
    ("groups_left", "groups without licence", Source.LEFT_GROUPS),
    ("devices_left", "enabled devices", Source.LEFT_DEVICES),
    ("forwarding_rules_left", "inbox rules that forward", Source.LEFT_RULES),
)


def _counted(key: str, what: str, source: Source, person: Person, context: Context) -> Left:
    seen = _seen(source, person)
    if seen is None or seen.reason is not None or not context.is_read(source):
        return Left(key, what, None, _why_not(source, context, seen), None, source)
    found = seen.found
    if source is Source.LEFT_RULES and found and seen.outside != 0:
        what += " outside" if seen.outside else ", perhaps outside"
        found = seen.outside or found
    return Left(key, what, found > 0, f"{found} on {seen.at.date()}", found, source)


def _seen(source: Source, person: Person) -> LeftSeen | None:
    return next((one for one in person.left if one.source is source), None)


def _why_not(source: Source, context: Context, seen: LeftSeen | None = None) -> str:
    """The least permission, where that would tell; else in a few words."""
    reason = context.reading(source).reason or (seen.reason if seen is not None else Reason.NOT_YET)
    if reason in (Reason.NO_PERMISSION, None):
        return NAMES[source][1]
    return "not read yet" if reason is Reason.NOT_YET else reason.value.replace("_", " ")


def _last_success(seen: SignIn) -> tuple[datetime | None, bool]:
    """The last sign-in that succeeded, None where none did; and whether that is known. Attempts from before successes
    were recorded apart stand in for one; of later ones without a success nobody knows (as in `licenseiq.activity`)."""
    last = max((at for at in (seen.interactive, seen.non_interactive) if at is not None), default=None)
    if seen.successful is not None or last is None:
        return seen.successful, True
    return (last, True) if last < SUCCESS_SINCE else (None, False)
