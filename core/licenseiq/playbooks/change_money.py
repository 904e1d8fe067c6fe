"""What a plan of changes is worth: the seats that it frees less those that it takes, and from when that pays."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from licenseiq.context import Context
from licenseiq.playbooks.renewal import own_date
from licenseiq.proposals.plan import PlanSaving
from licenseiq.right_size.saving import price_basis, saving_of

BASIS = " A freed seat can be given to somebody else at once; the bill falls when the subscription is reduced."


@dataclass
class Worth:
    """Collects the paid seats that steps free and take. `money` is by currency in micro-units, a month; `unpriced` are
    the seats of it without a price."""

    context: Context
    money: dict[str, int] = field(default_factory=dict)
    unpriced: int = 0
    dates: list[datetime] = field(default_factory=list)
    _freed: Counter[str] = field(default_factory=Counter)
    _taken: Counter[str] = field(default_factory=Counter)
    _to_buy: Counter[str] = field(default_factory=Counter)

    def count(self, freed: Iterable[str], taken: Iterable[str]) -> None:
        """Adds one step. Of a swap with an unknown price nothing is counted but that it is unknown."""
        gone = [sku_id for sku_id in freed if self.context.is_paid(sku_id)]
        come = [sku_id for sku_id in taken if self.context.is_paid(sku_id)]
        self._freed.update(gone)
        self._taken.update(come)
        out, into = [self.context.price(s) for s in gone], [self.context.price(s) for s in come]
        unknown = [*out, *into].count(None)
        self.unpriced += unknown
        if unknown and come:
            return
        for price in [p for p in out if p is not None] + [p.times(-1) for p in into if p is not None]:
            self.money[price.currency] = self.money.get(price.currency, 0) + price.micros

    def lacks(self, sku_id: str) -> None:
        """Counts a seat that is neither free nor freed."""
        if self.context.is_paid(sku_id):
            self._to_buy[sku_id] += 1

    def saving(self, now: datetime) -> PlanSaving:
        """From when all of it pays, and what remains of it in this term. What the plan frees and takes again is not
        given back."""
        context = self.context
        removed = tuple(sorted((self._freed - self._taken).elements()))
        added = tuple(sorted((self._taken - self._freed).elements()))
        to_buy = tuple(sorted(self._to_buy.elements()))
        if not removed:
            return self._of_additions(added, to_buy)
        terms = saving_of(removed, added, context, to_buy)
        first = "What the plan frees, less what it takes. " if added else ""
        day, net, basis = terms.realisable_from, terms.net_this_term, f"{first}{terms.basis}{BASIS}"
        if self.dates:
            # Nothing happens before that day, so that a term that ends there is paid to its end.
            day = max(self.dates).date()
            known = all(own_date(sku_id, context, now) is not None for sku_id in removed)
            net = () if known else None
            basis = f"{first}{price_basis((*removed, *added), context)} Nothing changes before that day.{BASIS}"
        return PlanSaving(
            basis=basis,
            realisable_from=day.isoformat() if day is not None else None,
            needs_purchase=bool(to_buy),
            net_this_term=None if net is None else {money.currency: money.micros for money in net},
        )

    def _of_additions(self, added: tuple[str, ...], to_buy: tuple[str, ...]) -> PlanSaving:
        """Free seats are paid for already, so that to give them costs no more in this term."""
        if not added:
            return PlanSaving("The plan frees no paid seat and takes none.", None, False, {})
        more = "A seat that has to be bought is paid from its purchase on." if to_buy else ""
        basis = f"{price_basis(added, self.context)} A free seat is paid for already. {more}".strip()
        return PlanSaving(basis, None, bool(to_buy), None if to_buy else {})
