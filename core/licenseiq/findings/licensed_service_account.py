"""An account of a program holds a paid seat, and no product is used with it.

To sign in needs no licence; to send mail from a mailbox of its own does. So nothing is claimed while a product is in
use. What the policy lists is a service account for sure; a name alone can be a person's, and a false alarm stops a
program that nobody watches, so a name leads to a review at most. It must not claim accounts that were just made.
"""

from licenseiq.accounts import AccountKind, account_kind
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, on_seats
from licenseiq.findings.outsiders import used_a_product
from licenseiq.findings.silence import is_new
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "licensed_service_account"


def licensed_service_account(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding on an account of the policy's list (CERTAIN where nothing was ever used), or of such a name
    (UNKNOWN)."""
    kind = account_kind(person, context)
    if person.account_enabled is False or (kind is not AccountKind.SERVICE and kind is not AccountKind.LISTED_SERVICE):
        return None
    used = used_a_product(person, context)
    if used or is_new(person, context):
        return None
    held = context.claimable_seats(person)
    if not held:
        return None
    listed = context.policy.is_service(person)
    confidence, reason = _judge(person, listed=listed, used=used)
    return on_seats(
        KIND,
        person.user_id,
        held,
        confidence,
        reason,
        Evidence("listed_in_policy", listed),
        Evidence("uses_a_product", used, Source.ACTIVE_USERS),
        Evidence("sign_in_read", activity.sign_in_read),
    )


def _judge(person: Person, *, listed: bool, used: bool | None) -> tuple[Confidence, str]:
    if not listed:
        return (
            Confidence.UNKNOWN,
            "It is named like an account of a program and uses no product; the policy can list it.",
        )
    if used is None or person.signals.products is None:
        return Confidence.UNKNOWN, "The policy lists it as a service account, but its use of products is not known."
    if person.signals.products.last() is None:
        return Confidence.CERTAIN, "The policy lists it as a service account, and it never used a product."
    return Confidence.LIKELY, "The policy lists it as a service account, and it has not used a product lately."
