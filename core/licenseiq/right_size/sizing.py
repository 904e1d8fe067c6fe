"""What somebody's seats could be: the cheapest set for sure, a cheaper one that a person can release, and the proof.

The proof (data README, "Cheapest set: when is it proven?"): the search is done again with the permitted products that
have no price, at what they cost at least. If that finds a cheaper set, the first answer is not proven.
"""

from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.right_size.needs import Needs, State, needs_of
from licenseiq.right_size.offers import Offer, currency_of, floor, offer_of, offers_of, refusal
from licenseiq.right_size.search import Chosen, Option, cheapest, cost_of, from_nothing

_NOT_NEEDED = frozenset({State.UNUSED, State.RELEASED})
_FOR_A_PERSON = frozenset({State.ASSUMED, State.REVIEW})


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of products: SKU ids without those left untouched, what it changes, and what it no longer gives."""

    sku_ids: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    lost: tuple[tuple[str, State], ...]

    @property
    def changes(self) -> bool:
        return bool(self.removed or self.added)

    def is_sure(self, needs: Needs) -> bool:
        """Whether this is a change that may be recommended as it is: a seat is left, and none of unknown contents
        stands beside it, which could need what goes."""
        return self.changes and bool(self.sku_ids) and not needs.untouched

    def those_lost(self, *states: State) -> tuple[str, ...]:
        return tuple(capability for capability, state in self.lost if state in states)


@dataclass(frozen=True, slots=True)
class Sizing:
    """`best` loses nothing that is or may be needed. `review` is cheaper, and for a person to decide. `unread` are the
    capabilities whose reading could make a cheaper set possible. `could_be_cheaper` are SKU ids without a price that
    could make one too; `own_price_unknown` SKUs held whose price decides. Where both are empty, `best` is proven."""

    needs: Needs
    best: Choice
    review: Choice | None
    unread: tuple[str, ...]
    could_be_cheaper: tuple[str, ...]
    own_price_unknown: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        return not self.could_be_cheaper and not self.own_price_unknown

    @property
    def is_sure(self) -> bool:
        """Whether `best` is a change that may be recommended as it is."""
        return self.best.is_sure(self.needs)


def sizing_of(person: Person, context: Context, without: frozenset[str] = frozenset()) -> Sizing:
    """The sizing of one person, as if the SKUs in `without` were not held; people with equal needs share one, so that
    a large tenant takes seconds."""
    return sizing_for(needs_of(person, context, without), context)


def sizing_for(needs: Needs, context: Context) -> Sizing:
    """The sizing of whoever has these needs."""
    known: dict[Needs, Sizing] = context.memo.setdefault("sizings", {})
    found = known.get(needs)
    if found is None:
        found = known[needs] = _Sizer(needs, context).size()
    return found


def sure_set(needs: Needs, context: Context) -> tuple[str, ...] | None:
    """The products, without those left untouched, that whoever has these needs is sure to need: the cheapest set where
    that is sure, else those held; None where something was not read that could change it. It takes a part of the time
    of a sizing, for nothing is proven and nothing is looked for that a person could release."""
    known: dict[Needs, tuple[str, ...] | None] = context.memo.setdefault("sure sets", {})
    if needs not in known:
        known[needs] = _Sizer(needs, context).sure_set()
    return known[needs]


class _Sizer:
    def __init__(self, needs: Needs, context: Context) -> None:
        self._needs = needs
        self._context = context
        held = [offer for sku_id in needs.held if (offer := offer_of(sku_id, context)) is not None]
        others = [
            offer
            for offer in offers_of(context)
            if offer.sku_id not in needs.held and not refusal(offer.contents, needs, context)
        ]
        self._offers = {offer.sku_id: offer for offer in (*held, *others)}
        self._currency = currency_of(tuple(held)) or currency_of(tuple(others)) or ""
        self._gives = {sku_id: offer.gives(needs) for sku_id, offer in self._offers.items()}
        self._bits = {capability: 1 << place for place, (capability, _) in enumerate(needs.states)}
        self._held_rows = {offer.key for offer in held}
        # A seat that is held may be chosen without a price too, at what it costs at least: then a change is only found
        # where it saves for sure.
        self._every = tuple(self._option(offer) for offer in self._offers.values())
        self._priced = tuple(o for o in self._every if o.is_held or self._price(self._offers[o.sku_id]) is not None)

    def size(self) -> Sizing:
        needs = self._needs
        priced, firm, best = self._best()
        releasable = cheapest(priced, self._mask(firm - needs.those(*_FOR_A_PERSON)), best)
        return Sizing(
            needs=needs,
            best=self._choice(best),
            review=self._choice(releasable) if cost_of(releasable) < cost_of(best) else None,
            unread=self._unread(priced, firm, best),
            could_be_cheaper=self._could_be_cheaper(best, firm),
            own_price_unknown=self._own_price_unknown(best, firm),
        )

    def sure_set(self) -> tuple[str, ...] | None:
        priced, firm, best = self._best()
        choice = self._choice(best)
        if choice.is_sure(self._needs):
            return choice.sku_ids
        return None if self._unread(priced, firm, best) else self._needs.held

    def _best(self) -> tuple[tuple[Option, ...], frozenset[str], Chosen]:
        """What may be chosen at a known price, the capabilities that are or may be needed, and the cheapest set."""
        priced = self._priced
        today = tuple(option for option in priced if option.is_held)
        firm = frozenset(c for c, state in self._needs.states if state not in _NOT_NEEDED)
        return priced, firm, cheapest(priced, self._mask(firm), today)

    def _unread(self, priced: tuple[Option, ...], firm: frozenset[str], best: Chosen) -> tuple[str, ...]:
        not_read = self._needs.those(State.NOT_READ)
        if not not_read:
            return ()
        open_to = cheapest(priced, self._mask(firm - not_read), best)
        return tuple(sorted(not_read & self._lost(open_to))) if cost_of(open_to) < cost_of(best) else ()

    def _could_be_cheaper(self, best: Chosen, firm: frozenset[str]) -> tuple[str, ...]:
        if len(self._every) == len(self._priced):
            return ()
        other = cheapest(self._every, self._mask(firm), best, self._at_least)
        if self._at_least(other) >= cost_of(best):
            return ()
        return tuple(sorted(o.sku_id for o in other if not o.is_held and self._price(self._offers[o.sku_id]) is None))

    def _own_price_unknown(self, best: Chosen, firm: frozenset[str]) -> tuple[str, ...]:
        """What is kept without a known price, where a set without it would do as well."""
        kept = {o.sku_id for o in best if self._price(self._offers[o.sku_id]) is None}
        if not kept:
            return ()
        rest = tuple(option for option in self._priced if option.sku_id not in kept)
        return tuple(sorted(kept)) if from_nothing(rest, self._mask(firm)) is not None else ()

    def _option(self, offer: Offer) -> Option:
        is_held, price, gives = offer.sku_id in self._needs.held, self._price(offer), self._gives[offer.sku_id]
        # An add-on that is held without what it needs, by what the catalogue knows, goes on as it is.
        lacks = is_held and not any(self._held_rows.issuperset(one) for one in offer.requires)
        return Option(
            sku_id=offer.sku_id,
            row=offer.key,
            cost=floor(offer, self._context, self._currency) if price is None else price,
            covers=sum(bit for capability, bit in self._bits.items() if capability in gives),
            is_suite=offer.is_suite,
            mailbox=offer.contents.mailbox_gb if "mailbox" in offer.contents.includes else None,
            requires=() if lacks else offer.requires,
            is_current=offer.is_current,
            is_held=is_held,
        )

    def _at_least(self, chosen: Chosen) -> int:
        """What a set costs at least: a suite without Teams and Teams beside it cost no less than the suite with it."""
        cost = cost_of(chosen)
        catalogue = self._context.catalogue
        teams = next((o for o in chosen if o.row in catalogue.teams_products), None)
        suite = next((o for o in chosen if o.is_suite and o.row in catalogue.pairs), None)
        if teams is None or suite is None:
            return cost
        whole = catalogue.tiers.get(catalogue.pairs[suite.row])
        prices = [
            price.micros
            for sku_id in (whole.sku_ids if whole else ())
            if (price := self._context.price(sku_id)) is not None and price.currency == self._currency
        ]
        return cost + max(0, min(prices, default=0) - suite.cost - teams.cost)

    def _price(self, offer: Offer) -> int | None:
        return offer.price.micros if offer.price is not None and offer.price.currency == self._currency else None

    def _mask(self, capabilities: frozenset[str]) -> int:
        return sum(self._bits[capability] for capability in capabilities)

    def _lost(self, chosen: Chosen) -> frozenset[str]:
        given = frozenset().union(*(self._gives[option.sku_id] for option in chosen))
        return frozenset(self._bits) - given

    def _choice(self, chosen: Chosen) -> Choice:
        ids = tuple(sorted(option.sku_id for option in chosen))
        lost = self._lost(chosen)
        return Choice(
            sku_ids=ids,
            removed=tuple(sku_id for sku_id in self._needs.held if sku_id not in ids),
            added=tuple(sku_id for sku_id in ids if sku_id not in self._needs.held),
            lost=tuple((capability, state) for capability, state in self._needs.states if capability in lost),
        )
