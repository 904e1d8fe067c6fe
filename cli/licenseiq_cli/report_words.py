"""The words of the report: friendly names, figures, and the lines of a plan. ASCII, but for cleaned names."""

from collections.abc import Mapping

from licenseiq.money import Money, Total
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.steps import StepKind
from licenseiq.text import clean
from licenseiq.words import count

# What findings claim, and the components of the score, as a person would say it.
_NAMES = {
    "disabled_holder": "Sign-in blocked, paid seat held",
    "inactive_holder": "No sign of use, paid seat held",
    "never_used": "Given, but never used",
    "unassigned_seats": "Bought, but held by nobody",
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


def one_line(text: str) -> str:
    """A sentence on one line, cleaned word by word, so that a long one stays whole."""
    return " ".join(filter(None, (clean(word).text for word in text.split())))


def amount(money: Money) -> str:
    """'12,345.00 USD'."""
    units, _, cents = money.amount().partition(".")
    return f"{int(units):,}.{cents} {money.currency}" if not units.startswith("-") else str(money)


def money_words(total: Total | None) -> str:
    """'57.00 USD and 3.00 EUR', 'nothing', or 'unknown'."""
    if total is None:
        return "unknown"
    return " and ".join(amount(money) for money in total) or "nothing"


def money_cell(total: Total | None, seats: int, unpriced: int) -> str:
    """One amount a line for a table, and a line for the seats whose price is not known. '-' where there are none."""
    if total is None:
        return "unknown"
    lines = [amount(money) for money in total]
    if unpriced:
        lines.append("no known price" if not lines else f"+ {unpriced:,} unpriced")
    return "\n".join(lines) or ("-" if not seats else "nothing")


def plan_money(plan: Plan) -> Total | None:
    """What the plan frees a month; None where only seats without a price are freed."""
    if not plan.money and plan.unpriced_seats:
        return None
    return tuple(Money(currency, micros) for currency, micros in sorted(plan.money.items()))


def target(reference: str, names: Mapping[str, tuple[str, str | None]]) -> str:
    """The principal name, cleaned; the plan's reference of somebody who is gone."""
    known = names.get(reference)
    return (clean(known[1] or known[0]).text if known else "") or reference


def step_summary(step: Step) -> str:
    if step.kind is StepKind.DISABLE_SIGN_IN:
        return "Block sign-in."
    if step.kind is StepKind.REVOKE_SESSIONS:
        return "End all sessions."
    skus = step.arguments.get("sku_ids")
    number = len(skus) if isinstance(skus, list | tuple) else 0
    if not number:
        return "Take back the licences assigned directly."
    return f"Take back {count(number, 'licence')} assigned directly."


def undo_words(step: Step) -> str:
    if step.undo is None:
        return "no way back"
    kind = str(step.undo.get("kind", ""))
    return f"undo: {_UNDO.get(kind) or one_line(kind.replace('_', ' '))}"
