"""What ought to be said of accounts."""

from collections.abc import Callable, Iterator

from bench.truth.expected import Expected, Level, Prices
from licenseiq_demo.catalogue import by_id, by_part
from licenseiq_demo.licensing import held
from licenseiq_demo.people.causes import EMPLOYEES
from licenseiq_demo.people.person import Person
from licenseiq_demo.tenant import DemoTenant

IDLE_DAYS = 90

FREE = frozenset({"FLOW_FREE", "POWER_BI_STANDARD", "Microsoft_Teams_Premium"})
"""Two free ones, and the one that is a trial in this tenant."""

KEEPS_DATA = "ENTERPRISEPACK"
"""The cheapest that this tenant owns for office workers with mailbox and files: what a leave needs."""

ADD_ONS = ("Microsoft_365_Copilot", "POWER_BI_PRO", "VISIOCLIENT", "PROJECTPROFESSIONAL")

AT_WORK = frozenset(
    {
        "active",
        "administrator",
        "left_on_paper",
        "comes_each_quarter",
        "copilot_handed_out",
        "visio_handed_out",
        "moved_to_e5",
        "mail_and_web",
    }
)

UNUSED = frozenset({"untold_leaver", "phone_still_fetches", "sprayed", "never_used"})

_SUITE_COVERS = frozenset({"EXCHANGESTANDARD", "EXCHANGEENTERPRISE"})
COVERED = {
    "SPE_E5": _SUITE_COVERS
    | {"SPE_E3", "SPE_F1", "ENTERPRISEPACK", "POWER_BI_PRO", "EMSPREMIUM", "AAD_PREMIUM_P2", "MCOEV"},
    "SPE_E3": _SUITE_COVERS | {"SPE_F1", "ENTERPRISEPACK"},
    "ENTERPRISEPACK": _SUITE_COVERS,
}
"""What is bought twice by whoever holds the larger product (Microsoft's product descriptions)."""


def of_people(tenant: DemoTenant, prices: Prices) -> Iterator[Expected]:
    """By cause, and by what was given to whom."""
    roles = {row["principalId"] for row in tenant.role_assignments}
    for person in tenant.people:
        paid = _paid(person)
        if person.cause in UNUSED and _add_ons(paid):
            # Whoever uses nothing uses no add-on; the account as a whole is what ought to be said first.
            money = _money(_add_ons(paid), prices)
            yield Expected("unused_addon", person.id, Level.EITHER, money, required=False)
        by_cause = _BY_CAUSE.get(person.cause)
        if by_cause is not None:
            yield from by_cause(person, paid, prices)
        if person.id in roles and person.cause in ("untold_leaver", "admin_of_before", "told_leaver"):
            required = person.cause != "told_leaver"  # that one is blocked: a stale identity in the first place
            yield Expected("dormant_privileged", person.id, Level.EITHER, required=required)
        yield from _left_over(person, person.id in roles)
        yield from _given_twice(person, paid, prices)


def _paid(person: Person) -> frozenset[str]:
    return frozenset(sku_id for sku_id in held(person) if by_id()[sku_id].part not in FREE)


def _money(sku_ids: frozenset[str], prices: Prices) -> dict[str, int]:
    return {sku_id: prices[sku_id] for sku_id in sorted(sku_ids) if sku_id in prices}


def _whole(*kinds: str, level: Level = Level.COUNTS) -> Callable[[Person, frozenset[str], Prices], Iterator[Expected]]:
    """Each of these findings is right, and all paid seats go."""

    def expect(person: Person, paid: frozenset[str], prices: Prices) -> Iterator[Expected]:
        for kind in kinds if paid else ():
            yield Expected(kind, person.id, level, _money(paid, prices))

    return expect


def _said(kind: str, level: Level) -> Callable[[Person, frozenset[str], Prices], Iterator[Expected]]:
    """The finding is right; what it is worth is not told by the cause."""

    def expect(person: Person, paid: frozenset[str], _: Prices) -> Iterator[Expected]:
        if paid:
            yield Expected(kind, person.id, level)

    return expect


def _addon(part: str, level: Level) -> Callable[[Person, frozenset[str], Prices], Iterator[Expected]]:
    def expect(person: Person, _: frozenset[str], prices: Prices) -> Iterator[Expected]:
        yield Expected("unused_addon", person.id, level, _money(frozenset({by_part()[part].sku_id}), prices))

    return expect


def _on_leave(person: Person, paid: frozenset[str], prices: Prices) -> Iterator[Expected]:
    """A suite for office work beyond what keeps mail and files, and what is used beside it by nobody now; whoever has
    no such suite need not be named."""
    least = prices[by_part()[KEEPS_DATA].sku_id]
    suites = {by_part()[part].sku_id for part in ("SPE_E5", "SPE_E3")} & paid
    money = {sku_id: prices[sku_id] - least for sku_id in suites} | _money(_add_ons(paid), prices)
    if money:
        yield Expected("on_leave_full_tier", person.id, Level.EITHER, money, required=bool(suites))


def _add_ons(paid: frozenset[str]) -> frozenset[str]:
    return paid & {by_part()[part].sku_id for part in ADD_ONS}


def _guest(person: Person, paid: frozenset[str], prices: Prices) -> Iterator[Expected]:
    is_idle = person.usage.success is None or person.usage.success > IDLE_DAYS
    if paid:
        level, money = (Level.EITHER, _money(paid, prices)) if is_idle else (Level.REVIEW, {})
        yield Expected("licensed_guest", person.id, level, money)


_BY_CAUSE: dict[str, Callable[[Person, frozenset[str], Prices], Iterator[Expected]]] = {
    "told_leaver": _whole("disabled_holder", "departed_holder"),
    "left_last_month": _whole("departed_holder"),
    "untold_leaver": _whole("inactive_holder"),
    "sprayed": _whole("inactive_holder"),
    "never_used": _whole("never_used"),
    # Its mailbox is touched each day; only the reports on mail and on files tell a phone from a person.
    "phone_still_fetches": _whole("inactive_holder", level=Level.EITHER),
    # No name, no department, and sign-ins that ended: a person, or not.
    "almost_empty": _whole("inactive_holder", level=Level.EITHER),
    "sabbatical": _on_leave,
    "parental_leave": _on_leave,
    "mail_and_web": _said("unused_premium", Level.EITHER),
    "copilot_handed_out": _addon("Microsoft_365_Copilot", Level.COUNTS),
    # An activation is no use, and none is no proof: Visio works in the browser as well.
    "visio_handed_out": _addon("VISIOCLIENT", Level.REVIEW),
    "shared_mailbox": _whole("licensed_shared_mailbox"),
    "room": _whole("licensed_shared_mailbox"),
    "equipment": _whole("licensed_shared_mailbox"),
    "guest": _guest,
    # By its name alone: what runs there, and whether it needs a mailbox, nobody can see.
    "service": _said("licensed_service_account", Level.REVIEW),
}
"""Of every other cause nothing ought to be claimed: people at work, new people, those who come each quarter or are
taken for leavers on paper, devices that send mail, mailboxes that need their licence, accounts for emergencies."""


def _left_over(person: Person, has_role: bool) -> Iterator[Expected]:
    """Blocked, or gone by the word of the personnel office, and something is left of the account."""
    if person.cause in ("told_leaver", "left_last_month") and (person.fields["assignedLicenses"] or has_role):
        yield Expected("stale_identity", person.id, Level.COUNTS)


def _given_twice(person: Person, paid: frozenset[str], prices: Prices) -> Iterator[Expected]:
    at_work, states = person.cause in AT_WORK, person.states
    seated = [row for row in states if row["state"] == "Active"]
    ways = {sku_id: {row["assignedByGroup"] for row in seated if row["skuId"] == sku_id} for sku_id in paid}
    if any(None in by and len(by) > 1 for by in ways.values()):
        yield Expected("duplicate_assignment", person.id, Level.COUNTS, required=at_work)
    if any(row["state"] == "Error" for row in states):
        yield Expected("group_licence_error", person.id, Level.COUNTS)
    if person.cause in EMPLOYEES:
        yield from _covered(person, paid, prices, at_work)


def _covered(person: Person, paid: frozenset[str], prices: Prices, at_work: bool) -> Iterator[Expected]:
    """A larger product with a service switched off does not cover a smaller one that has it."""
    whole = {row["skuId"] for row in person.states if row["state"] == "Active" and not row["disabledPlans"]}
    parts = {sku_id: by_id()[sku_id].part for sku_id in paid}
    covered: set[str] = set()
    for large in paid:
        covered |= {small for small in paid if parts[small] in COVERED.get(parts[large], ())}
    if covered:
        is_clear = paid - covered <= whole
        money = _money(frozenset(covered), prices)
        yield Expected("overlapping_skus", person.id, Level.EITHER, money, required=at_work and is_clear)
