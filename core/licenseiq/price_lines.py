"""One line of a price list, as a person wrote it, as an `OwnPrice`; what is wrong in it, and what is worth knowing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from licenseiq import cells
from licenseiq.cells import CellError
from licenseiq.context import Context
from licenseiq.errors import Ambiguous, NotFound
from licenseiq.money import Money
from licenseiq.prices import Billing, Channel, OwnPrice, Term, priced
from licenseiq.readings import Source
from licenseiq.seats import Subscription
from licenseiq.sku_names import sku_id_of
from licenseiq.table_file import Problem, Row, bare
from licenseiq.text import clean

T = TypeVar("T")
TERMS = {
    "month": Term.MONTH,
    "1 month": Term.MONTH,
    "year": Term.YEAR,
    "1 year": Term.YEAR,
    "3 years": Term.THREE_YEARS,
}
BILLINGS = {"month": Billing.MONTHLY, "year": Billing.YEARLY, "annual": Billing.YEARLY}
PER = ("month", "year", "term")
DEAR = 3  # times the list price: then it is rather the price of a year, or of all seats
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ID = re.compile(r"[0-9a-z][0-9a-z._-]{0,63}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9 ()/.-]+", re.ASCII)


@dataclass
class LineReader:
    """Reads the cells of one line; collects errors and warnings instead of raising them."""

    row: Row
    context: Context
    semicolons: bool
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        return self.row.cells.get(column, "")

    def wrong(self, column: str, words: str) -> None:
        self.errors.append(Problem(self.row.line, column, words))

    def warn(self, column: str, words: str) -> None:
        self.warnings.append(Problem(self.row.line, column, words))

    def cell(self, column: str, read: Callable[[str], T]) -> T | None:
        """The value of a cell; None where it is empty or wrong."""
        if not (text := self.text(column)):
            return None
        try:
            return read(text)
        except CellError as error:
            self.wrong(column, str(error))
            return None

    def subject(self) -> tuple[Subscription | None, str | None, str | None]:
        """Which purchase the line is about: the tenant's subscription where it has one of that id, the id to keep, and
        the SKU. None where the line does not say, or says something wrong."""
        named = self.cell("subscription_id", an_id)
        sku_id = self.cell("sku", self._sku)
        if named is None:
            if not self.text("subscription_id") and not self.text("sku"):
                self.wrong("", "The line names neither subscription_id nor sku. Fill in one of them.")
            return None, None, sku_id
        found = [s for s in self.context.subscriptions if named in (s.subscription_id, s.commerce_id)]
        if len(found) > 1 and sku_id is not None:
            found = [one for one in found if one.sku_id == sku_id]
        if len(found) > 1:
            self.wrong("subscription_id", "is that of several subscriptions. Fill in sku as well.")
            return None, None, sku_id
        if not found:
            return None, named, sku_id
        if sku_id is not None and sku_id != found[0].sku_id:
            self.wrong(
                "sku", f"is not that of the subscription, which is of {self._name(found[0].sku_id)}. Correct one."
            )
        return found[0], found[0].subscription_id, found[0].sku_id

    def monthly(self, column: str, term: Term | None, *, signed: bool = False) -> Money | None:
        """What `column` says, for a month, with the cells `per` and `currency`."""
        micros = self.cell(column, lambda text: cells.amount(text, semicolons=self.semicolons, signed=signed))
        currency = self.cell("currency", cells.currency)
        per = self.text("per").lower() or "month"
        if per not in PER:
            self.wrong("per", f"is none of the values there are. Write {', '.join(PER)}.")
            return None
        if per == "term" and term is None and micros is not None:
            self.wrong("per", "is term, and the line has no term. Fill in term.")
            return None
        if micros is None:
            return None
        if currency is None:
            if not self.text("currency"):
                self.wrong("currency", f"is missing beside the {column}. Write its three letters, such as EUR.")
            return None
        months = 1 if per == "month" else 12 if per == "year" or term is None else term.months
        each, rounded = cells.a_month(micros, months)
        if rounded:
            self.warn(column, f"is {cells.amount_text(each)} a month, rounded to a millionth.")
        return Money(currency, each)

    def _sku(self, text: str) -> str:
        try:
            return sku_id_of(self.context, text)
        except Ambiguous as error:
            raise CellError(
                f"is the name of several products. Write the id of one: {'; '.join(error.candidates[:4])}."
            ) from None
        except NotFound:
            if _GUID.fullmatch(text.lower()):
                self.warn("sku", "is unknown here. The line is kept; its seats count once the tenant has that product.")
                return text.lower()
            raise CellError(
                "is no product known here. Write its name, part number or id as in the admin centre."
            ) from None

    def _name(self, sku_id: str) -> str:
        return clean(self.context.sku(sku_id).name).text


def read_line(row: Row, context: Context, *, semicolons: bool) -> tuple[OwnPrice | None, list[Problem], list[Problem]]:
    """The price of one line, its errors and its warnings. None where there are errors."""
    line = LineReader(row, context, semicolons)
    known, subscription_id, sku_id = line.subject()
    channel = line.cell("channel", lambda text: cells.choice(text, Channel, {}))
    term = line.cell("term", lambda text: cells.choice(text, Term, TERMS))
    billing = line.cell("billing", lambda text: cells.choice(text, Billing, BILLINGS))
    monthly = line.monthly("price", term)
    price = OwnPrice(
        sku_id=sku_id or "",
        monthly=monthly,
        subscription_id=subscription_id,
        channel=channel,
        term=term,
        billing=billing,
        quantity=line.cell("quantity", cells.whole),
        renewal=line.cell("renewal", cells.day),
        auto_renew=line.cell("auto_renew", cells.yes_or_no),
        reducible_until=line.cell("reducible_until", cells.day),
        contact=_contact(line),
    )
    if subscription_id is not None and known is None:
        read = context.is_read(Source.SUBSCRIPTIONS)
        if sku_id is not None and read:
            line.warn("subscription_id", "is not in the tenant as last read. The line counts once it is.")
        elif not line.text("sku"):
            why = "is not in the tenant as last read" if read else "cannot be looked up: no subscription was read yet"
            line.wrong("subscription_id", f"{why}. Correct it, or fill in sku as well.")
    if not line.errors:
        _check(line, price, known)
    return (None if line.errors or sku_id is None else price), line.errors, line.warnings


def _check(line: LineReader, price: OwnPrice, known: Subscription | None) -> None:
    """What fits together badly, and what a price list says that the tenant does not."""
    today = line.context.today
    if price.term is Term.MONTH and price.billing in (Billing.YEARLY, Billing.UPFRONT):
        line.wrong("billing", "does not fit a term of one month. Write monthly, or correct term.")
    if price.renewal and price.reducible_until and price.reducible_until > price.renewal:
        line.wrong("reducible_until", "is after the renewal. Write the last day in this term, or leave it empty.")
    if price.renewal and price.renewal < today:
        line.warn("renewal", "is over. Write the next one once it is known.")
    if known is not None and known.is_trial:
        line.warn("", "The subscription is a trial, which costs nothing.")
    if price.quantity is not None and known is not None and known.total not in (None, price.quantity):
        line.warn("quantity", f"is not what Microsoft Graph says of the subscription, {known.total:,}. Yours counts.")
    if price.sku_id in line.context.catalogue.free:
        line.warn("sku", "is a product without a seat price; it counts as free.")
    listed = line.context.catalogue.list_price(price.sku_id)
    if price.monthly is None:
        _without_price(line, price, listed)
    elif not price.monthly.micros:
        line.warn("price", "is nothing: these seats will cost nothing.")
    elif listed and listed.currency == price.monthly.currency and price.monthly.micros > DEAR * listed.micros:
        line.warn("price", f"is more than {DEAR} times the list price. Is it for one seat and one {_per(line)}?")


def _without_price(line: LineReader, price: OwnPrice, listed: Money | None) -> None:
    each, _ = priced(price, listed, line.context.catalogue.uplifts)
    uplift = line.context.catalogue.uplifts.get(price.uplift or "")
    if line.text("currency"):
        line.warn("currency", "is not looked at without a price.")
    if each is None:
        line.warn("price", "is empty, and no current list price is known: the seats stay without a price.")
    elif uplift is not None:
        verified = "" if uplift.verified else ", not verified"
        line.warn(
            "price",
            f"is empty: the list price times {uplift.per_mille / 1000:g}, {each}, counts "
            f"(by {uplift.source}{verified}).",
        )
    else:
        unsure = price.term is None and price.billing is Billing.MONTHLY
        line.warn(
            "price",
            f"is empty: the list price, {each}, counts"
            f"{'; without a term no uplift for monthly payment is known' if unsure else ''}.",
        )


def _per(line: LineReader) -> str:
    return line.text("per").lower() or "month"


def _contact(line: LineReader) -> str | None:
    """The text on one line without invisible characters, and nothing that a spreadsheet would run; a number to call
    may begin with a plus."""
    raw = clean(bare(line.text("contact"))).text
    kept = raw if _PHONE.fullmatch(raw) else raw.lstrip("=+-@ ")
    if kept != line.text("contact") and kept != bare(line.text("contact")):
        line.warn("contact", "was cleaned of signs that programs could take for something else, or cut.")
    return kept or None


def an_id(text: str) -> str:
    """A subscription's id in lower case. Raises CellError."""
    if _ID.fullmatch(text.lower()) is None:
        raise CellError("is no id. Copy it from 'licenseiq prices template', or from the invoice.")
    return text.lower()


def labels(context: Context) -> Mapping[str, str]:
    """What a file calls each owned SKU: its name where that names it alone, else its id."""
    found = {}
    for sku_id in context.lines:
        name = context.sku(sku_id).name
        try:
            alone = clean(name).text == name and sku_id_of(context, name) == sku_id
        except (Ambiguous, NotFound):
            alone = False
        found[sku_id] = name if alone else sku_id
    return found


def day_text(one: date | None) -> str:
    return "" if one is None else one.isoformat()
