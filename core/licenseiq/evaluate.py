"""One pass of all rules over a tenant."""

from dataclasses import replace

from licenseiq.accounts import is_excluded, is_leaver
from licenseiq.activity import Activity, activity_of
from licenseiq.context import Context, TenantView
from licenseiq.evaluation import RULES_VERSION, Evaluation, Holder
from licenseiq.exceptions import version_of
from licenseiq.findings import PERSON_RULES, SEAT_RULES, SUBSCRIPTION_RULES, Claim, Confidence, Finding, PersonRule
from licenseiq.holders import holder_of, monthly_cost
from licenseiq.hygiene import Hygiene
from licenseiq.money import Money, Total
from licenseiq.people import Person
from licenseiq.readings import Source
from licenseiq.summary import summarise
from licenseiq.usage import Signals

NOTHING_READ = Signals()


def evaluate(view: TenantView) -> Evaluation:
    """What the rules find in `view`, with each assignment claimed once, by the order of the rules.

    A source that was not read to its end is not looked at: nothing is concluded from a part. Whom the policy excludes
    counts in spend, and no rule speaks of them.
    """
    context = view.context
    findings: list[Finding] = []
    claims: list[Claim] = []
    holders: list[Holder] = []
    hygiene = Hygiene(context)
    held_seats: dict[str, int] = {}
    costs: dict[tuple[str, ...], Total | None] = {}  # people hold few different sets
    covered = 0
    departments: dict[str, str | None] = {}
    for person in view.people if context.is_read(Source.USERS) else ():
        held = context.paid_seats(person)
        if not held and not person.roles and not person.assignments and not is_leaver(person, context):
            continue
        activity = activity_of(person, context)
        excluded = is_excluded(person, context)
        if excluded is not True:
            mine = _apply(person, context, activity, is_sure=excluded is False)
            findings.extend(mine)
            hygiene.count(person, activity, mine, claim_seats(mine, context, claims) if mine else None)
            if mine and not held:
                departments[person.user_id] = person.department
        if held:
            if held not in costs:
                costs[held] = monthly_cost(held, context)
            holders.append(holder_of(person, context, activity, held, costs[held]))
            covered += person.signals.sign_in is not None or person.signals != NOTHING_READ
            for sku_id in held:
                held_seats[sku_id] = held_seats.get(sku_id, 0) + 1
    others = _of_no_person(context)
    findings.extend(others)
    for found in others:
        claim_seats([found], context, claims)
    return Evaluation(
        tenant_id=context.tenant_id,
        as_of=context.now,
        rules_version=RULES_VERSION,
        policy_version=context.policy.version,
        catalogue_version=context.catalogue.version,
        prices_version=context.prices.version,
        findings=tuple(findings),
        claims=tuple(claims),
        holders=tuple(holders),
        summary=summarise(context, claims, len(holders), covered, held_seats, hygiene),
        readings=tuple(context.reading(source) for source in Source),
        departments=departments,
        exceptions_version=version_of(context.exceptions),
        hr_version=context.hr.version,
    )


def findings_of(person: Person, context: Context, rules: tuple[PersonRule, ...] = PERSON_RULES) -> tuple[Finding, ...]:
    """What every rule says of one person, in order of precedence; empty for whom the policy excludes."""
    excluded = is_excluded(person, context)
    if excluded:
        return ()
    return tuple(_apply(person, context, activity_of(person, context), rules, is_sure=excluded is False))


def _apply(
    person: Person,
    context: Context,
    activity: Activity,
    rules: tuple[PersonRule, ...] = PERSON_RULES,
    *,
    is_sure: bool,
) -> list[Finding]:
    """`is_sure` is False where it is not known whether the policy excludes the person: then nothing counts."""
    found = [found for rule in rules if (found := rule(person, context, activity)) is not None]
    if not is_sure:
        words = "Whether the person is in a group that the policy excludes could not be read."
        found = [replace(one, confidence=Confidence.UNKNOWN, reason=words) for one in found]
    return [_with_exception(one, context) for one in found] if context.exceptions else found


def _of_no_person(context: Context) -> list[Finding]:
    """What the rules say of seats and of subscriptions, each as far as it was read."""
    lines = context.lines.values() if context.is_read(Source.SKUS) else ()
    found = [found for line in lines for rule in SEAT_RULES if (found := rule(line, context)) is not None]
    subscriptions = context.subscriptions if context.is_read(Source.SUBSCRIPTIONS) else ()
    for subscription in subscriptions:
        found += [one for rule in SUBSCRIPTION_RULES if (one := rule(subscription, context)) is not None]
    return [_with_exception(one, context) for one in found]


def _with_exception(found: Finding, context: Context) -> Finding:
    """The finding with the exception that was made of it, if that still holds."""
    made = context.exceptions.get(found.finding_id)
    return replace(found, exception=made) if made is not None and made.holds(context.today) else found


def claim_seats(mine: list[Finding], context: Context, claims: list[Claim]) -> str | None:
    """Claims each seat of one subject for its first finding; returns the kind that counts, if one does.

    A finding that frees no seat takes none from others; one with an exception keeps its seats, so that no other finding
    counts what somebody has decided to leave.
    """
    taken: set[str] = set()
    counting: str | None = None
    for finding in mine:
        name, is_excepted = finding.finding_id, finding.exception is not None
        if not finding.claims_seats:
            for sku_id in finding.sku_ids or ("",):
                claims.append(Claim(name, finding.kind, sku_id, 0, finding.counts, None, True, is_excepted))
            continue
        # A finding about seats names one SKU and how many; one about a person names each seat once.
        each = finding.seats if finding.user_id is None else 1
        for sku_id in finding.sku_ids:
            if sku_id in taken:
                continue
            taken.add(sku_id)
            seats, monthly = _worth(finding, sku_id, each, context)
            claims.append(Claim(name, finding.kind, sku_id, seats, finding.counts, monthly, is_excepted=is_excepted))
            if finding.counts and counting is None:
                counting = finding.kind
    return counting


def _worth(finding: Finding, sku_id: str, each: int, context: Context) -> tuple[int, Money | None]:
    """How many whole seats are claimed of a SKU, and the money of all that is."""
    if finding.claimed is not None and sku_id in finding.claimed:
        part = finding.claimed[sku_id]
        return (each, None) if part is None else (0, part)
    price = context.price(sku_id)
    return each, price.times(each) if price is not None else None
