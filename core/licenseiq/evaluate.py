"""One pass of all rules over a tenant."""

from licenseiq.activity import Activity, activity_of
from licenseiq.context import Context, TenantView
from licenseiq.evaluation import RULES_VERSION, Evaluation, Holder
from licenseiq.findings import PERSON_RULES, SEAT_RULES, Claim, Finding
from licenseiq.holders import holder_of, monthly_cost
from licenseiq.hygiene import Hygiene
from licenseiq.money import Total
from licenseiq.people import Person
from licenseiq.readings import Source
from licenseiq.summary import summarise
from licenseiq.usage import Signals

NOTHING_READ = Signals()


def evaluate(view: TenantView) -> Evaluation:
    """What the rules find in `view`, with each assignment claimed once, by the order of the rules.

    A source that was not read to its end is not looked at: nothing is concluded from a part.
    """
    context = view.context
    findings: list[Finding] = []
    claims: list[Claim] = []
    holders: list[Holder] = []
    hygiene = Hygiene(context)
    held_seats: dict[str, int] = {}
    costs: dict[tuple[str, ...], Total | None] = {}  # people hold few different sets
    covered = 0
    for person in view.people if context.is_read(Source.USERS) else ():
        held = context.paid_seats(person)
        if not held and not person.roles and not person.assignments:
            continue
        activity = activity_of(person, context)
        mine = _apply(person, context, activity) if held else []
        findings.extend(mine)
        taken = claim_seats(mine, context, claims)
        hygiene.count(person, activity, taken)
        if held:
            if held not in costs:
                costs[held] = monthly_cost(held, context)
            holders.append(holder_of(person, context, activity, held, costs[held]))
            covered += person.signals != NOTHING_READ
            for sku_id in held:
                held_seats[sku_id] = held_seats.get(sku_id, 0) + 1
    if context.is_read(Source.SKUS):
        for line in context.lines.values():
            for seat_rule in SEAT_RULES:
                found = seat_rule(line, context)
                if found is not None:
                    findings.append(found)
                    claim_seats([found], context, claims)
    return Evaluation(
        tenant_id=context.tenant_id,
        as_of=context.now,
        rules_version=RULES_VERSION,
        policy_version=context.policy.version,
        catalogue_version=context.catalogue.version,
        findings=tuple(findings),
        claims=tuple(claims),
        holders=tuple(holders),
        summary=summarise(context, claims, len(holders), covered, held_seats, hygiene),
        readings=tuple(context.reading(source) for source in Source),
    )


def findings_of(person: Person, context: Context) -> tuple[Finding, ...]:
    """What every rule says of one person, in order of precedence; empty for who holds no paid seat."""
    if not context.paid_seats(person):
        return ()
    return tuple(_apply(person, context, activity_of(person, context)))


def _apply(person: Person, context: Context, activity: Activity) -> list[Finding]:
    return [found for rule in PERSON_RULES if (found := rule(person, context, activity)) is not None]


def claim_seats(mine: list[Finding], context: Context, claims: list[Claim]) -> str | None:
    """Claims each seat of one subject for its first finding; returns the kind that counts, if one does."""
    taken: set[str] = set()
    counting: str | None = None
    for finding in mine:
        # A finding about seats names one SKU and how many; one about a person names each seat once.
        each = finding.seats if finding.user_id is None else 1
        for sku_id in finding.sku_ids:
            if sku_id in taken:
                continue
            taken.add(sku_id)
            price = context.price(sku_id)
            counts = finding.confidence.counts
            claims.append(
                Claim(
                    finding_id=finding.finding_id,
                    kind=finding.kind,
                    sku_id=sku_id,
                    seats=each,
                    counts=counts,
                    monthly=price.times(each) if price is not None else None,
                )
            )
            if counts and counting is None:
                counting = finding.kind
    return counting
