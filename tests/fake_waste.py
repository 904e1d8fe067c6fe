"""What the fake tenant's findings claim: plain lists in place of the store, from any people and prices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from licenseiq.evaluation import Holder, KindTotal
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.money import Total, add_up
from licenseiq.people import Person
from licenseiq.playbooks.change_request import ChangeRequest, FindingFilter
from licenseiq.ports import HolderGroup
from licenseiq.skus import Price
from licenseiq.waste import GroupBy, Waste, WasteGroup, WastePage, WasteQuery, by_worth
from tests.fake_catalogue import catalogue

KINDS = ("inactive_holder", "disabled_holder", "never_used")
Prices = Mapping[str, Price]


def waste_of(people: tuple[Person, ...], prices: Prices, spare: str) -> tuple[Waste, ...]:
    """A finding for everybody, every fifth for review, and two seats of `spare` that nobody holds."""
    found = [_of_person(n, who, prices) for n, who in enumerate(people)]
    seats = Finding(
        "unassigned_seats", None, (spare,), 2, Confidence.CERTAIN, "Nobody holds these.", (Evidence("enabled", 30),)
    )
    return (*found, _priced(Waste(seats, None, (spare,), 2, (), 0), prices))


def _of_person(number: int, who: Person, prices: Prices) -> Waste:
    sure = Confidence.UNKNOWN if number % 5 == 4 else Confidence.LIKELY
    facts = {"last_activity": "2026-05-01", "days_inactive": 206, "background_last": None, "sign_in_read": True}
    evidence = tuple(Evidence(name, value) for name, value in facts.items())
    kind, held = KINDS[number % 3], who.seats()
    finding = Finding(kind, who.user_id, held, len(held), sure, "No human was seen for 206 days.", evidence)
    return _priced(Waste(finding, who.user_principal_name, held, len(held), (), 0), prices)


def _priced(one: Waste, prices: Prices) -> Waste:
    each = one.seats // len(one.sku_ids)
    known = [prices[sku].monthly.times(each) for sku in one.sku_ids if sku in prices]
    return replace(one, monthly=add_up(known), unpriced_seats=each * sum(sku not in prices for sku in one.sku_ids))


def _matching(found: tuple[Waste, ...], query: WasteQuery, people: tuple[Person, ...], prices: Prices) -> list[Waste]:
    departments = {who.user_id: (who.department or "").casefold() for who in people}
    rows = []
    for one in found:
        if query.kind not in (None, one.finding.kind):
            continue
        if query.department is not None and departments.get(one.finding.user_id or "") != query.department.casefold():
            continue
        if query.sku_id is not None:
            if query.sku_id not in one.sku_ids:
                continue
            seats = one.seats // len(one.sku_ids)
            one = _priced(replace(one, sku_ids=(query.sku_id,), seats=seats), prices)
        rows.append(one)
    return sorted(rows, key=lambda w: (not w.finding.confidence.counts, -_micros(w), -w.seats, w.finding.finding_id))


def _micros(one: Waste) -> int:
    return sum(money.micros for money in one.monthly)


def named_by(request: ChangeRequest, people: tuple[Person, ...], prices: Prices, spare: str) -> tuple[str, ...]:
    """The ids of those whom the filter of a request matches and whose findings count."""
    wanted = request.filter or FindingFilter()
    query = WasteQuery(wanted.kind, None, wanted.department)
    found = _matching(waste_of(people, prices, spare), query, people, prices)
    return tuple(one.finding.user_id or "" for one in found if one.finding.confidence.counts)


def page_of(found: tuple[Waste, ...], query: WasteQuery, people: tuple[Person, ...], prices: Prices) -> WastePage:
    rows = _matching(found, query, people, prices)
    kinds = sorted({one.finding.kind for one in rows})

    def totals(standing: str) -> tuple[KindTotal, ...]:
        mine = [one for one in rows if _standing(one.finding) == standing]
        by_kind = [(kind, [one for one in mine if one.finding.kind == kind]) for kind in kinds]
        return tuple(
            KindTotal(
                kind,
                sum(one.seats for one in same),
                add_up(money for one in same for money in one.monthly),
                sum(one.unpriced_seats for one in same),
                len(same),
            )
            for kind, same in by_kind
            if same
        )

    people = len({one.finding.user_id for one in rows} - {None})
    return WastePage(
        len(rows),
        tuple(rows[query.skip :][: query.limit]),
        totals("counted"),
        totals("to_review"),
        people,
        totals("without_money"),
        totals("excepted"),
    )


def _standing(finding: Finding) -> str:
    if finding.exception is not None:
        return "excepted"
    if not finding.confidence.counts:
        return "to_review"
    return "counted" if finding.claims_seats else "without_money"


def groups_of(
    found: tuple[Waste, ...], query: WasteQuery, by: GroupBy, people: tuple[Person, ...], prices: Prices
) -> tuple[WasteGroup, ...]:
    departments = {who.user_id: who.department for who in people}
    keys: dict[GroupBy, Callable[[Waste, str], tuple[str | None, bool]]] = {
        GroupBy.KIND: lambda one, sku: (one.finding.kind, True),
        GroupBy.SKU: lambda one, sku: (sku, True),
        GroupBy.DEPARTMENT: lambda one, sku: (
            departments.get(one.finding.user_id or ""),
            one.finding.user_id is not None,
        ),
    }
    groups: dict[tuple[str | None, bool], WasteGroup] = {}
    holders: dict[tuple[str | None, bool], set[str]] = {}
    for one in _matching(found, query, people, prices):
        for sku in one.sku_ids:
            key = keys[by](one, sku)
            old = groups.get(key) or WasteGroup(*key, 0, (), 0, 0)
            part = _priced(replace(one, sku_ids=(sku,), seats=one.seats // len(one.sku_ids)), prices)
            groups[key] = _with(old, part)
            holders.setdefault(key, set()).update({one.finding.user_id} if one.finding.user_id else ())
    return tuple(sorted((replace(g, people=len(holders[key])) for key, g in groups.items()), key=by_worth))


def holder(who: Person, days: int, now: datetime) -> Holder:
    prices = [catalogue().prices.get(sku) for sku in who.seats()]
    monthly: Total | None = None if None in prices else add_up(price.monthly for price in prices if price)
    return Holder(
        user_id=who.user_id,
        user_principal_name=who.user_principal_name,
        display_name=who.display_name,
        department=who.department,
        account_enabled=who.account_enabled,
        is_person=True,
        last_activity=(now - timedelta(days=days)).date(),
        days_inactive=days,
        never_active=False,
        confidence=Confidence.LIKELY,
        reason="No successful sign-in and no use of any product in the reports.",
        sku_ids=who.seats(),
        monthly=monthly,
    )


def holder_groups_of(rows: Sequence[Holder], by: GroupBy, prices: Prices) -> tuple[HolderGroup, ...]:
    groups: dict[str | None, list[tuple[Holder, tuple[str, ...]]]] = {}
    for row in rows:
        if by is GroupBy.DEPARTMENT:
            groups.setdefault(row.department, []).append((row, row.sku_ids))
        else:
            for sku in row.sku_ids:
                groups.setdefault(sku, []).append((row, (sku,)))
    found = []
    for key, same in groups.items():
        skus = [sku for _, held in same for sku in held]
        monthly = add_up(prices[sku].monthly for sku in skus if sku in prices)
        found.append(HolderGroup(key, len(same), monthly, sum(sku not in prices for sku in skus)))
    return tuple(sorted(found, key=lambda group: (-group.people, group.key or "")))


def _with(group: WasteGroup, part: Waste) -> WasteGroup:
    if not part.finding.confidence.counts:
        return replace(group, review_seats=group.review_seats + part.seats)
    return replace(
        group,
        seats=group.seats + part.seats,
        monthly=add_up([*group.monthly, *part.monthly]),
        unpriced_seats=group.unpriced_seats + part.unpriced_seats,
    )
