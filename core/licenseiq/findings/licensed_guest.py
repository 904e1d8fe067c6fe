"""A guest holds a paid seat.

Guests work with their own organisation's licences, or with none; a paid seat is rarely needed (graph-facts 6). Some
are: a guest who works in Power BI or Project. So the claim is likely where the guest was not seen for the days of
inactivity, and to review where the guest comes in, or the reports cannot tell. It must not claim guests that were
just invited.
"""

from licenseiq.accounts import AccountKind, account_kind
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, dated, on_seats
from licenseiq.findings.outsiders import used_a_product, was_seen
from licenseiq.findings.silence import is_new
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "licensed_guest"


def licensed_guest(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, LIKELY for a guest whom nothing shows to use it."""
    if not (person.user_type and person.user_type.lower() == "guest") or person.account_enabled is False:
        return None
    if account_kind(person, context) is not AccountKind.GUEST or is_new(person, context):
        return None
    held = context.claimable_seats(person)
    if not held:
        return None
    used = used_a_product(person, context)
    confidence = Confidence.UNKNOWN
    if used or was_seen(person, context, activity):
        reason = "A guest rarely needs a paid seat, but this one was seen lately: a person has to say."
    elif used is None or activity.unclear:
        reason = "A guest rarely needs a paid seat, but whether this one uses a product is not known."
    else:
        confidence, reason = Confidence.LIKELY, "A guest rarely needs a paid seat, and this one was not seen to use it."
    last = activity.last_human
    return on_seats(
        KIND,
        person.user_id,
        held,
        confidence,
        reason,
        Evidence("user_type", "Guest", Source.USERS),
        Evidence("uses_a_product", used, Source.ACTIVE_USERS),
        dated("last_activity", last, activity.source),
        Evidence("sign_in_read", activity.sign_in_read),
    )
