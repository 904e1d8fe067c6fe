"""Why an account counts as what it counts as, in a sentence without text of the tenant."""

from licenseiq.accounts import AccountKind, account_kind, mailbox_kind_known
from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.readings import Source

_MAILBOX = "The mailbox report says so."
WHY: dict[AccountKind, str] = {
    AccountKind.PERSON: "Nothing marks it as anything else.",
    AccountKind.SHARED: _MAILBOX,
    AccountKind.ROOM: _MAILBOX,
    AccountKind.EQUIPMENT: _MAILBOX,
    AccountKind.DEVICE: "It holds a licence for rooms, shared devices or call queues.",
    AccountKind.PROTECTED: "The policy protects it: no plan may touch it.",
    AccountKind.LISTED_SERVICE: "The policy lists it: it belongs to a program.",
    AccountKind.GUEST: "Its user type is Guest.",
    AccountKind.EMERGENCY: "Its name has a word for emergency access: weak evidence, so a person has to say.",
    AccountKind.SERVICE: "Its sign-in name has a word for a service or device: weak evidence, so a person has to say.",
    AccountKind.TOP_ADMIN: "It holds one of the highest directory roles.",
}


def why_kind(person: Person, context: Context) -> tuple[AccountKind, str]:
    """What the account is, and why; for a person also what could change that but was not read."""
    kind = account_kind(person, context)
    words = WHY[kind]
    if kind is AccountKind.PERSON:
        unread = []
        if not mailbox_kind_known(person, context):
            unread.append("whether it is a shared or room mailbox")
        if not context.is_read(Source.ROLES):
            unread.append("which directory roles it holds")
        if unread:
            words += f" Not known: {', and '.join(unread)}."
    return kind, words
