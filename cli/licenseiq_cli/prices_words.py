"""What the commands about prices say alike: problems by line, prices with where they come from, and purchases."""

from collections.abc import Sequence

from licenseiq.money import Money
from licenseiq.prices import OwnPrice, PriceBasis
from licenseiq.table_file import Problem
from licenseiq.text import clean, one_line
from licenseiq_cli.report_json import JsonValue
from licenseiq_cli.report_words import amount

_SHORT = 8


def problem_words(problems: Sequence[Problem], most: int = 50) -> list[str]:
    """Each problem on a line, the first `most` of them."""
    said = [one_line(str(one)) for one in problems[:most]]
    return [*said, f"And {len(problems) - most} more."] if len(problems) > most else said


def problem_rows(problems: Sequence[Problem]) -> list[JsonValue]:
    return [{"line": one.line, "column": one.column, "words": one_line(one.words)} for one in problems]


def price_words(each: Money | None, basis: PriceBasis | None) -> str:
    """'34.20 EUR', '39.00 USD (list)' or 'no price'."""
    if each is None:
        return "no price"
    return amount(each) if basis in (PriceBasis.OWN, None) else f"{amount(each)} ({basis})"


def price_json(each: Money | None, basis: PriceBasis | None) -> JsonValue:
    if each is None:
        return None
    return {"amount": each.amount(), "currency": each.currency, "basis": None if basis is None else basis.value}


def what(name: str, subscription_id: str | None, more: str = "", *, whole: bool = False) -> str:
    """The product, the purchase, and what else there is to say of it. Not `whole`: an id by its first characters, as
    a narrow table has no room for more."""
    shown = clean(subscription_id).text if subscription_id else ""
    short = shown if whole or len(shown) <= _SHORT + 3 else f"{shown[:_SHORT]}..."
    purchase = f", subscription {short}" if shown else ""
    return f"{clean(name).text}{purchase}{f': {more}' if more else ''}"


def terms_words(row: OwnPrice) -> str:
    """'CSP, P1Y, paid monthly, renews 2027-01-31 by itself'; empty where nothing was said."""
    itself = {True: " by itself", False: ", not by itself", None: ""}[row.auto_renew]
    parts = (
        row.channel,
        row.term,
        row.billing and f"paid {row.billing}",
        row.renewal and f"renews {row.renewal}{itself}",
        row.reducible_until and f"reducible until {row.reducible_until}",
        row.contact and f"contact {clean(row.contact).text}",
    )
    return ", ".join(str(part) for part in parts if part)
