"""The parts of explain_user's answer, worded from core's values."""

from collections.abc import Mapping

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.evaluate import claim_seats
from licenseiq.findings import Claim, Evidence, Finding
from licenseiq.findings.silence import days_inactive, verdict
from licenseiq.findings.stale_identity import KIND as STALE
from licenseiq.holders import monthly_cost
from licenseiq.left_over import left_over
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import SEATED, Assignment, Person
from licenseiq.right_sizing import Recommendation
from licenseiq.sightings import Sighting
from licenseiq.spend import money_of
from licenseiq.text import clean, clean_or_none
from licenseiq_tools.explain_shapes import (
    ActivityWords,
    Advice,
    Explained,
    Fact,
    FindingRow,
    LeftRow,
    Licence,
    LicencePath,
    SignalRow,
)
from licenseiq_tools.price_shapes import list_price, seat_cost, terms
from licenseiq_tools.shapes import money, sku_ref, sku_refs, time_or_none
from licenseiq_tools.waste_shapes import exception_words, saving
from licenseiq_tools.wording import one_line

_MOST_PATHS, _MOST_PLANS, _MOST_TERMS, _MOST_FACTS = 4, 5, 2, 10


def user_row(person: Person) -> Explained:
    return Explained(
        id=clean(person.user_id).text,
        user_principal_name=clean_or_none(person.user_principal_name),
        display_name=clean_or_none(person.display_name),
        department=clean_or_none(person.department),
        job_title=clean_or_none(person.job_title),
        office=clean_or_none(person.office),
        usage_location=clean_or_none(person.usage_location),
        country=clean_or_none(person.country),
        cost_center=clean_or_none(person.cost_center),
        user_type=clean_or_none(person.user_type),
        employee_type=clean_or_none(person.employee_type),
        account_enabled=person.account_enabled,
        synced=person.synced,
        created=time_or_none(person.created),
        hired=person.hired.isoformat() if person.hired else None,
    )


def licence_rows(person: Person, context: Context, groups: Mapping[str, LicenceGroup]) -> list[Licence]:
    """One row a SKU, paid ones first, the dearest first."""
    by_sku: dict[str, list[Assignment]] = {}
    for one in person.assignments:
        by_sku.setdefault(one.sku_id, []).append(one)

    def order(sku_id: str) -> tuple[bool, int, str]:
        price = context.price(sku_id)
        return (not context.is_paid(sku_id), -(price.micros if price else 0), sku_id)

    return [_licence(sku_id, by_sku[sku_id], context, groups) for sku_id in sorted(by_sku, key=order)]


def _licence(sku_id: str, paths: list[Assignment], context: Context, groups: Mapping[str, LicenceGroup]) -> Licence:
    seated = [path for path in paths if path.state in SEATED]
    paid = context.is_paid(sku_id)
    # A service is off only where no path that takes effect switches it on.
    off = set.intersection(*(set(path.disabled_plans) for path in seated or paths))
    names = context.catalogue.plan_names
    return Licence(
        sku=sku_ref(context.sku(sku_id)),
        paid=paid,
        takes_seat=bool(seated),
        monthly_cost=money(monthly_cost((sku_id,), context) if paid and seated else ()),
        seat_cost=seat_cost(context.seat(sku_id)) if paid else None,
        list_price=list_price(context.catalogue.prices.get(sku_id)) if paid else None,
        terms=[terms(row) for row in context.own_rows(sku_id)[:_MOST_TERMS]],
        paths=[_path(path, groups) for path in paths[:_MOST_PATHS]],
        paths_total=len(paths),
        disabled_plans=[clean(names[plan]).text for plan in sorted(off) if plan in names][:_MOST_PLANS],
        disabled_plans_total=len(off),
    )


def _path(path: Assignment, groups: Mapping[str, LicenceGroup]) -> LicencePath:
    group = groups.get(path.group_id) if path.group_id else None
    return LicencePath(
        via="direct" if path.is_direct else "group",
        group_id=clean_or_none(path.group_id),
        group_name=clean_or_none(group.display_name) if group else None,
        group_rule=clean_or_none(group.rule) if group else None,
        state=clean_or_none(path.state),
        error=clean_or_none(path.error),
    )


def signal_row(seen: Sighting) -> SignalRow:
    return SignalRow(
        source=seen.source.value,
        as_of=time_or_none(seen.as_of),
        not_read=None if seen.not_read is None else one_line(seen.not_read, 220),
        dates={name: None if day is None else day.isoformat() for name, day in seen.dates.items()},
        facts={name: clean(fact).text if isinstance(fact, str) else fact for name, fact in seen.facts.items()},
    )


def activity_words(person: Person, context: Context, activity: Activity) -> ActivityWords:
    judged = verdict(person, context, activity)
    return ActivityWords(
        last_activity=activity.last_human.isoformat() if activity.last_human else None,
        basis=activity.basis.value if activity.basis else None,
        days_inactive=days_inactive(person, context, activity),
        never_active=activity.never,
        background_last=activity.background_last.isoformat() if activity.background_last else None,
        failed_attempts_until=(activity.failed_attempts_since.isoformat() if activity.failed_attempts_since else None),
        confidence=judged.confidence.value,
        reason=one_line(judged.reason, 200),
    )


def finding_rows(found: tuple[Finding, ...], context: Context) -> list[FindingRow]:
    """The money of a finding is that of the seats that it claims first: no seat counts twice."""
    claims: list[Claim] = []
    claim_seats(list(found), context, claims)
    rows = []
    for one in found:
        mine = [claim for claim in claims if claim.finding_id == one.finding_id and not claim.is_moneyless]
        rows.append(
            FindingRow(
                id=clean(one.finding_id).text,
                kind=one.kind,
                confidence=one.confidence.value,
                reason=one_line(one.reason, 200),
                # What is left of a leaver stands in rows of its own.
                evidence=[] if one.kind == STALE else [_fact(fact, context) for fact in one.evidence[:_MOST_FACTS]],
                skus_total=len(mine),
                saving=saving(one, *money_of(mine)) if one.claims_seats else None,
                exception=exception_words(one),
            )
        )
    return rows


def left_rows(person: Person, context: Context) -> list[LeftRow] | None:
    """What is left of a leaver: a row for each question that was answered, and one for all others; None for anybody
    else."""
    found = left_over(person, context)
    if found is None:
        return None
    unknown: dict[str, list[str]] = {}
    for one in found:
        if one.there is None:
            unknown.setdefault(one.says, []).append(one.what)
    rows = [LeftRow(what=one.what, there=one.there, says=one.says) for one in found if one.there is not None]
    words = "; ".join(f"{', '.join(whats)}: {says}" for says, whats in unknown.items())
    return [*rows, LeftRow(what="not known", there=None, says=words)] if words else rows


def _fact(one: Evidence, context: Context) -> Fact:
    as_of = context.reading(one.source).as_of if one.source is not None else None
    return Fact(
        name=one.name,
        value=clean(one.value).text if isinstance(one.value, str) else one.value,
        source=one.source.value if one.source is not None else None,
        as_of=as_of.date().isoformat() if as_of is not None else None,
    )


def advice_words(advice: Recommendation, context: Context) -> Advice:
    because = " ".join(advice.because[:2])
    if advice.review_candidate is not None:
        because = f"{because} A cheaper set needs a person's decision: see recommend_tier."
    return Advice(
        recommended=None if advice.recommended is None else sku_refs(context, advice.recommended, 4),
        saving=money(advice.saving),
        confidence=advice.confidence.value,
        because=one_line(because),
    )
