"""Paid seats in groups that add up to the spend of the tenant, to the millionth.

A held seat counts at the price of its SKU's seats. What nobody holds, and the rounding of an averaged price, are a row
of their own; so is the money of a SKU whose seats have no one price.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from licenseiq.evaluation import Evaluation
from licenseiq.money import Money, Total, add_up
from licenseiq.people import Person
from licenseiq.policy import fold
from licenseiq.spending.managers import NOWHERE, Organisation, Place
from licenseiq.spending.table import Role, SkuSpend, SpendBy, SpendRow, by_worth

_NOBODYS: Place = (Role.UNASSIGNED, None)
_CODE = 2  # letters of a country's code (ISO 3166-1 alpha-2)


@dataclass(frozen=True, slots=True)
class Holding:
    """Somebody's paid seats, and by what they are grouped. Texts are raw; `usage_location` is a code of a country."""

    user_id: str
    sku_ids: tuple[str, ...]
    department: str | None = None
    country: str | None = None
    cost_center: str | None = None
    usage_location: str | None = None


@dataclass(frozen=True, slots=True)
class Exposed:
    """Seats of one SKU that count as exposure: whose (None: nobody's), and their money (None: no price)."""

    user_id: str | None
    sku_id: str
    seats: int
    monthly: Money | None


@dataclass
class _Sum:
    people: int = 0
    seats: int = 0
    micros: dict[str, int] = field(default_factory=dict)
    unpriced: int = 0
    exposure: dict[str, int] = field(default_factory=dict)
    exposed_seats: int = 0
    exposed_unpriced: int = 0
    labels: set[str] = field(default_factory=set)

    def expose(self, one: Exposed) -> None:
        self.exposed_seats += one.seats
        if one.monthly is None:
            self.exposed_unpriced += one.seats
        else:
            _add(self.exposure, one.monthly.currency, one.monthly.micros)


def holding_of(person: Person, sku_ids: tuple[str, ...]) -> Holding:
    """The holding of a person."""
    return Holding(
        person.user_id, sku_ids, person.department, person.country, person.cost_center, person.usage_location
    )


def country_names(holdings: Iterable[Holding]) -> Mapping[str, str]:
    """What this tenant calls the country of each usage location, by the folded code: the name that more than half of
    the people there have. So "GB" and "United Kingdom" are one country where the tenant itself says so."""
    said: dict[str, Counter[str]] = {}
    for one in holdings:
        code, name = fold(one.usage_location), (one.country or "").strip()
        if code and len(name) > _CODE:
            said.setdefault(code, Counter())[name] += 1
    found = {code: min(names, key=lambda name: (-names[name], name)) for code, names in said.items()}
    return {code: name for code, name in found.items() if 2 * said[code][name] > said[code].total()}


def exposed_of(evaluation: Evaluation) -> tuple[Exposed, ...]:
    """What of the claims is exposure."""
    whose = {found.finding_id: found.user_id for found in evaluation.findings}
    counting = (claim for claim in evaluation.claims if claim.counts and not claim.is_moneyless)
    return tuple(Exposed(whose[one.finding_id], one.sku_id, one.seats, one.monthly) for one in counting)


def rows_by(
    by: SpendBy,
    holdings: Sequence[Holding],
    exposed: Iterable[Exposed],
    skus: Iterable[SkuSpend],
    organisation: Organisation | None = None,
) -> tuple[SpendRow, ...]:
    """The rows of one grouping, dearest first; spend and exposure add up to those of the tenant. `holdings` name each
    person once; seats of other SKUs than `skus` cost nothing. MANAGER needs the organisation."""
    known = {one.sku_id: one for one in skus}
    if by is SpendBy.SKU:
        return _by_sku(known, exposed)
    place = _country_places(holdings) if by is SpendBy.COUNTRY else _places(by, organisation)
    sums: dict[Place, _Sum] = {}
    places: dict[str, Place] = {}
    left = {sku_id: {money.currency: money.micros for money in one.spend} for sku_id, one in known.items()}
    labels: set[tuple[Place, str]] = set()
    cells: Counter[tuple[Place, tuple[str, ...]]] = Counter()  # people hold few different sets
    for one in holdings:
        where, label = place(one)
        places[one.user_id] = where
        cells[where, one.sku_ids] += 1
        if label:
            labels.add((where, label))
    for where, label in labels:
        sums.setdefault(where, _Sum()).labels.add(label)
    for (where, sku_ids), people in cells.items():
        total = sums.setdefault(where, _Sum())
        mine = [sku_id for sku_id in sku_ids if sku_id in known]
        total.people += people
        total.seats += people * len(mine)
        for sku_id in mine:
            price = known[sku_id].price
            if price is None:
                total.unpriced += people
            else:
                _add(total.micros, price.currency, price.micros * people)
                left[sku_id][price.currency] -= price.micros * people
    for claim in exposed:
        elsewhere = _NOBODYS if claim.user_id is None else NOWHERE
        sums.setdefault(places.get(claim.user_id or "", elsewhere), _Sum()).expose(claim)
    _what_nobody_holds(known, left, sums)
    return tuple(sorted((_row(where, total) for where, total in sums.items()), key=by_worth))


def _what_nobody_holds(
    known: Mapping[str, SkuSpend], left: Mapping[str, Mapping[str, int]], sums: dict[Place, _Sum]
) -> None:
    """What is left of each SKU's seats and money."""
    for sku_id, one in known.items():
        free = one.paid - one.held
        if free or (one.price is not None and any(left[sku_id].values())):
            total = sums.setdefault(_NOBODYS, _Sum())
            total.seats += free
            total.unpriced += free if one.price is None else 0
            if one.price is not None:
                for currency, micros in left[sku_id].items():
                    _add(total.micros, currency, micros)
        if one.price is None and one.spend:
            total = sums.setdefault((Role.NOT_SPLIT, None), _Sum())
            for currency, micros in left[sku_id].items():
                _add(total.micros, currency, micros)


def _by_sku(known: Mapping[str, SkuSpend], exposed: Iterable[Exposed]) -> tuple[SpendRow, ...]:
    """A SKU's row has all of its seats, held or not."""
    sums = {sku_id: _Sum() for sku_id in known}
    for claim in exposed:
        sums.setdefault(claim.sku_id, _Sum()).expose(claim)
    for sku_id, one in known.items():
        total = sums[sku_id]
        total.people, total.seats, total.unpriced = one.held, one.paid, one.unpriced
        total.micros = {money.currency: money.micros for money in one.spend}
    return tuple(sorted((_row((Role.GROUP, sku_id), total) for sku_id, total in sums.items()), key=by_worth))


def _places(by: SpendBy, organisation: Organisation | None) -> Callable[[Holding], tuple[Place, str | None]]:
    """Where a holding belongs, and what the group is called there."""
    if by is SpendBy.MANAGER:
        found = organisation if organisation is not None else Organisation({})
        return lambda one: (found.place(one.user_id), None)
    if by is SpendBy.DEPARTMENT:
        return lambda one: _named(one.department)
    return lambda one: _named(one.cost_center)


def _country_places(holdings: Iterable[Holding]) -> Callable[[Holding], tuple[Place, str | None]]:
    """By country, else by where the account may be used; a code is told by its name where one is known."""
    names = country_names(holdings)

    def place(one: Holding) -> tuple[Place, str | None]:
        country = (one.country or "").strip() or one.usage_location
        return _named(names.get(fold(country), country))

    return place


@lru_cache(maxsize=4096)
def _named(text: str | None) -> tuple[Place, str | None]:
    """Few texts stand for many people: each is folded once."""
    key = fold(text)
    return ((Role.GROUP, key), (text or "").strip()) if key else (NOWHERE, None)


def _row(where: Place, total: _Sum) -> SpendRow:
    return SpendRow(
        role=where[0],
        key=where[1],
        label=min(total.labels, default=None),
        people=total.people,
        seats=total.seats,
        spend=_total(total.micros),
        unpriced=total.unpriced,
        exposure=_total(total.exposure),
        exposed_seats=total.exposed_seats,
        exposed_unpriced=total.exposed_unpriced,
    )


def _total(micros: Mapping[str, int]) -> Total:
    return add_up(Money(currency, amount) for currency, amount in micros.items())


def _add(sums: dict[str, int], currency: str, micros: int) -> None:
    sums[currency] = sums.get(currency, 0) + micros
