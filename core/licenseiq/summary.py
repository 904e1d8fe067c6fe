"""The headline figures of an evaluation. Whatever could not be read is said, and never counted as nothing."""

from collections.abc import Sequence
from dataclasses import replace

from licenseiq.actions import best_actions
from licenseiq.context import Context
from licenseiq.evaluation import KindTotal, Summary
from licenseiq.findings import Claim
from licenseiq.findings.silence import what_would_help
from licenseiq.hygiene import Hygiene
from licenseiq.money import Total
from licenseiq.readings import OF_LEAVERS, Reason, Source, unknown_of
from licenseiq.score import ScoreBasis, components, score
from licenseiq.spend import Spend, money_of, spend_of
from licenseiq.words import count

USAGE = (Source.SIGN_INS, Source.ACTIVE_USERS, Source.APPS, Source.MAILBOXES, Source.ONEDRIVE)


def summarise(
    context: Context, claims: Sequence[Claim], holders: int, covered: int, held: dict[str, int], hygiene: Hygiene
) -> Summary:
    """The summary of one pass. `held` counts the paid seats that people take, by SKU; `covered` are the holders for
    whom a usage source was read."""
    skus_read, users_read = context.is_read(Source.SKUS), context.is_read(Source.USERS)
    spend = spend_of(context, held)
    counting = [c for c in claims if c.counts]
    basis = _basis(spend, counting, hygiene)
    scored = score(basis) if skus_read and users_read else None
    by_kind = _kinds([c for c in counting if not c.is_moneyless])
    without_money = _kinds([c for c in counting if c.is_moneyless])
    to_review = _kinds([c for c in claims if not c.counts and not c.is_excepted])

    def gain_of(kind: str) -> int:
        if scored is None:
            return 0
        mine = [c for c in counting if c.kind == kind]
        if kind == "stale_identities":
            better = replace(basis, tidy=basis.tidy + basis.stale, stale=0)
        elif kind == "licence_errors":
            better = replace(basis, clean=basis.clean + basis.faulty, faulty=0)
        elif kind == "dormant_privilege":
            better = replace(basis, awake=basis.awake + basis.dormant, dormant=0)
        else:
            better = basis.without(
                _exposed(mine, basis.unit),
                clean=hygiene.errors.good_claimed.get(kind, 0),
                tidy=hygiene.identities.good_claimed.get(kind, 0),
                stale=hygiene.identities.bad_claimed.get(kind, 0),
                awake=hygiene.privilege.good_claimed.get(kind, 0),
            )
        return (score(better) or 0) - scored

    faults = {
        "stale_identities": basis.stale,
        "licence_errors": basis.faulty,
        "dormant_privilege": basis.dormant if basis.privilege_known else 0,
    }
    missing = sum(context.reading(s).reason is Reason.NOT_YET for s in Source if s not in OF_LEAVERS)
    return Summary(
        score=scored,
        provisional=any(context.reading(s).reason is Reason.NOT_YET for s in USAGE),
        coverage=1000 * covered // holders if holders else None,
        components=components(basis, _measure_note(spend), context.policy.dormant_days) if scored is not None else (),
        monthly_spend=spend.monthly if skus_read else None,
        exposure=_exposure(counting) if skus_read and users_read else None,
        unpriced_seats=spend.unpriced,
        paid_seats=spend.total_seats if skus_read else None,
        by_kind=by_kind,
        to_review=to_review,
        actions=best_actions(by_kind, gain_of, faults, to_review, missing, without_money),
        price_note=_price_note(context, spend),
        unknown=_unknown(context, spend, scored, basis),
        without_money=without_money,
        excepted=_kinds([c for c in claims if c.is_excepted]),
    )


def _basis(spend: Spend, counting: Sequence[Claim], hygiene: Hygiene) -> ScoreBasis:
    """Money where every price is in one currency, else seats. Seats without a price are left out of money."""
    currency = spend.currency
    paid = spend.monthly[0].micros if currency and spend.monthly else spend.total_seats
    unit = currency or "seats"
    return ScoreBasis(
        paid=paid,
        exposed=min(paid, _exposed(counting, unit)),
        unit=unit,
        clean=hygiene.errors.good,
        faulty=hygiene.errors.bad,
        tidy=hygiene.identities.good,
        stale=hygiene.identities.bad,
        awake=hygiene.privilege.good,
        dormant=hygiene.privilege.bad,
        privilege_known=hygiene.privilege_known,
    )


def _exposed(claims: Sequence[Claim], unit: str) -> int:
    if unit == "seats":
        return sum(c.seats for c in claims)
    return sum(c.monthly.micros for c in claims if c.monthly is not None)


def _exposure(counting: Sequence[Claim]) -> Total | None:
    """Money of the counting claims; None where there are some and none of them has a price."""
    seats, monthly, unpriced = money_of(counting)
    return None if seats and seats == unpriced else monthly


def _kinds(claims: Sequence[Claim]) -> tuple[KindTotal, ...]:
    by_kind: dict[str, list[Claim]] = {}
    for claim in claims:
        by_kind.setdefault(claim.kind, []).append(claim)
    return tuple(
        KindTotal(kind, *money_of(mine), findings=len({claim.finding_id for claim in mine}))
        for kind, mine in sorted(by_kind.items())
    )


def _measure_note(spend: Spend) -> str:
    if spend.monthly is not None and len(spend.monthly) > 1:
        return "Prices are in several currencies, so seats are compared instead of money."
    if spend.currency is None:
        return "No owned SKU has a price, so seats are compared instead of money."
    if spend.unpriced:
        return f"{count(spend.unpriced, 'seat')} without a price left out."
    return ""


def _price_note(context: Context, spend: Spend) -> str:
    """Where the prices come from, in a few sentences."""
    known = context.catalogue
    own = f"Your own prices for {count(spend.own, 'seat')}." if spend.own else ""
    prices = [known.prices[sku_id] for sku_id in spend.listed]
    if not prices:
        return own or "No list price is known for the SKUs of this tenant."
    currencies = ", ".join(sorted({price.monthly.currency for price in prices}))
    seen = max((price.observed for price in prices if price.observed is not None), default=None)
    dated = f", as of {seen.isoformat()}" if seen else ""
    whose = "List prices" if context.country in (None, known.country) else f"{known.country} list prices"
    said = [own, f"{whose} in {currencies}{dated}; your own prices may differ."]
    before = ((known.prices_before.get(sku_id), known.prices[sku_id].monthly) for sku_id in spend.listed)
    if known.changed and any(old is not None and old.monthly != now for old, now in before):
        said.append(f"What has not renewed since {known.changed.isoformat()} may still pay the price before.")
    if spend.uplifted:
        said.append(f"For {count(spend.uplifted, 'seat')} with an uplift for how they are paid, which is not verified.")
    return " ".join(filter(None, said))


def _unknown(context: Context, spend: Spend, scored: int | None, basis: ScoreBasis) -> tuple[str, ...]:
    said = list(unknown_of(context.reading))
    if scored is None and context.is_read(Source.SKUS) and context.is_read(Source.USERS):
        said.append("There is no score: no paid seat was found. Check that the right tenant is connected.")
    if context.is_read(Source.USERS) and not (context.is_read(Source.SIGN_INS) or context.is_read(Source.ACTIVE_USERS)):
        said.insert(0, f"Nobody's inactivity can be judged: no source of it was read. {what_would_help(context)}")
    if not basis.privilege_known:
        said.append("Dormant privilege is not scored: it needs both the directory roles and sign-in activity.")
    if spend.unpriced:
        seats = f"{count(spend.unpriced, 'seat')} of {count(spend.unpriced_skus, 'SKU')}"
        said.append(f"Counted, but not in money, as there is no current price: {seats}.")
    if spend.last_known:
        old = count(spend.last_known, "SKU")
        said.append(f"Of {old} among them a list price from before July 2026 is known: list_subscriptions shows it.")
    if spend.uncounted:
        said.append(f"How many seats were bought or taken is not known of {count(spend.uncounted, 'SKU')}.")
    return tuple(said)
