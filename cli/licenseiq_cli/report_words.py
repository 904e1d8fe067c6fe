"""The words of the report: friendly names, figures, and the way back of a step. ASCII, but for cleaned names."""

from licenseiq import money
from licenseiq.money import Money, Total
from licenseiq.proposals.plan import Step
from licenseiq.text import clean, one_line

# What findings claim, and the components of the score, as a person would say it.
_NAMES = {
    "departed_holder": "Has left by HR, paid seat held",
    "disabled_holder": "Sign-in blocked, paid seat held",
    "licensed_shared_mailbox": "Shared or room mailbox that needs no licence",
    "licensed_guest": "Guest with a paid seat",
    "licensed_service_account": "Service account with a paid seat",
    "inactive_holder": "No sign of use, paid seat held",
    "never_used": "Given, but never used",
    "on_leave_full_tier": "On a long leave with a full tier",
    "overlapping_skus": "Services that another seat gives too",
    "unused_addon": "Add-on without use",
    "unused_premium": "Dearer tier than needed",
    "duplicate_assignment": "Held directly and by a group",
    "group_licence_error": "Licence in error",
    "dormant_privileged": "Privileged account that nobody signs in to",
    "stale_identity": "Blocked or departed, with something left",
    "unassigned_seats": "Bought, but held by nobody",
    "over_assigned": "Taken beyond what was bought, or past its end",
    "renewal_due": "Renews soon",
    "trial_expiring": "Trial that ends soon",
    "self_service_purchase": "Bought by a user, it seems",
    "stale_identities": "Leavers with nothing left",
    "spend_in_use": "Spend in use",
    "licence_errors": "Licences without errors",
    "dormant_privilege": "Privileged accounts awake",
}
_UNDO = {"enable_sign_in": "allow sign-in again", "add_licences": "give them back"}


def name_of(kind: str) -> str:
    """The friendly name of a kind of finding or a component; an unknown one is spelled out."""
    return _NAMES.get(kind) or clean(kind.replace("_", " ").capitalize()).text


def tenths(value: int) -> str:
    """Tenths of a point as '73.4'."""
    return f"{value // 10}.{value % 10}"


def amount(one: Money) -> str:
    """'12,345.00 USD'."""
    units, _, cents = one.amount().partition(".")
    return f"{int(units):,}.{cents} {one.currency}" if not units.startswith("-") else str(one)


def money_words(total: Total | None) -> str:
    """'12,345.00 USD and 3.00 EUR', 'nothing', or 'unknown'."""
    return money.money_words(total, amount)


def money_cell(total: Total | None, seats: int, unpriced: int) -> str:
    """One amount a line for a table, and a line for the seats whose price is not known. '-' where there are none."""
    if total is None:
        return "unknown"
    lines = [amount(one) for one in total]
    if unpriced:
        lines.append("no known price" if not lines else f"+ {unpriced:,} unpriced")
    return "\n".join(lines) or ("-" if not seats else "nothing")


def undo_words(step: Step) -> str:
    if step.undo is None:
        return "no way back"
    kind = str(step.undo.get("kind", ""))
    return f"undo: {_UNDO.get(kind) or one_line(kind.replace('_', ' '))}"
