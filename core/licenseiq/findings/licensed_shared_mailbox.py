"""A shared, room or equipment mailbox that holds a paid seat and needs none.

Such a mailbox needs a licence from 50 GB on, with an archive, and on litigation hold (Microsoft: "Remove a license
from a shared mailbox"). Size and archive are in the mailbox report, holds are in no report: so the claim is likely at
most, and says so. A false alarm can end an archive, so an unknown size or archive is to review, and so is an account
that somebody signs in to. It must not claim licences that are made for rooms and devices.
"""

from licenseiq.accounts import account_kind
from licenseiq.activity import Activity, Basis
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, on_seats
from licenseiq.findings.silence import days_between
from licenseiq.people import Person
from licenseiq.readings import Source
from licenseiq.usage import Mailbox

KIND = "licensed_shared_mailbox"
NEEDS_A_LICENCE_FROM = 50 * 2**30
_KINDS = frozenset({"shared", "room", "equipment"})
_OWN_SIGN_INS = frozenset({Basis.SUCCESSFUL, Basis.INTERACTIVE, Basis.APPS})


def licensed_shared_mailbox(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, LIKELY below 50 GB without an archive; None where the mailbox needs the licence."""
    mailbox = person.signals.mailbox
    if mailbox is None or mailbox.kind not in _KINDS:
        return None
    size, archive = mailbox.used_bytes, mailbox.has_archive
    if archive or (size is not None and size >= NEEDS_A_LICENCE_FROM):
        return None
    held = tuple(sku_id for sku_id in context.claimable_seats(person) if sku_id not in context.device_skus)
    if not held:
        return None
    confidence, reason = _judge(person, context, activity, mailbox)
    return on_seats(
        KIND,
        person.user_id,
        held,
        confidence,
        reason,
        Evidence("mailbox_kind", mailbox.kind, Source.MAILBOXES),
        Evidence("used_bytes", size, Source.MAILBOXES),
        Evidence("has_archive", archive, Source.MAILBOXES),
        Evidence("holds", "not read"),
    )


def _judge(person: Person, context: Context, activity: Activity, mailbox: Mailbox) -> tuple[Confidence, str]:
    what = f"{account_kind(person, context)}"
    if mailbox.used_bytes is None or mailbox.has_archive is None:
        return Confidence.UNKNOWN, f"A {what} below 50 GB without an archive needs no licence; its size was not read."
    last, limit = activity.last_human, context.inactive_days(person)
    is_used = last is not None and days_between(last, context) < limit and activity.basis in _OWN_SIGN_INS
    if is_used and person.account_enabled is not False:
        return Confidence.UNKNOWN, f"A {what} of this size needs no licence, but somebody signs in with the account."
    return Confidence.LIKELY, f"A {what} below 50 GB without an archive needs no licence, unless on hold: not read."
