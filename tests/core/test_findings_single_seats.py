"""One true case, one near miss and one unknown of the rules about single seats of people at work, on real products."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.evaluate import evaluate, findings_of
from licenseiq.findings import Confidence, Finding
from licenseiq.money import Money
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.seats import Subscription
from licenseiq.skus import Overlaps
from licenseiq.usage import Activation, AppUse, Drive, LastUse, Mailbox
from tests.core.builders import ago, day, make_context, make_line, make_person, make_view, signals
from tests.core.test_right_size_products import ALL, BASIC, CATALOGUE, GB, SKU, STANDARD, tenant, worker

COPILOT, VISIO, POWER_BI, EMS = "Microsoft_365_Copilot", "VISIOCLIENT", "POWER_BI_PRO", "EMS"
IDLE = {"copilot": LastUse(None), "activation": Activation(None)}
WEB = AppUse(day(1), frozenset(), frozenset({"word"}))


def only(person: Person, kind: str, *owned: str, **more: Any) -> Finding | None:
    context = tenant(*(owned or ("SPE_E5", "SPE_E3", STANDARD, BASIC, COPILOT, VISIO, POWER_BI, EMS)), **more)
    return next((found for found in findings_of(person, context) if found.kind == kind), None)


def test_a_business_standard_without_desktop_apps_is_likely_and_claims_the_difference() -> None:
    found = only(worker(STANDARD, apps=WEB), "unused_premium", STANDARD, BASIC)
    assert found is not None
    assert (found.confidence, found.seats) == (Confidence.LIKELY, 0)
    assert found.claimed == {SKU[STANDARD]: Money("USD", 7_000_000)}
    assert found.facts["instead"] == "Microsoft 365 Business Basic"


def test_one_desktop_app_is_enough_to_need_it() -> None:
    used = AppUse(day(1), frozenset({"outlook"}), frozenset({"word"}))
    assert only(worker(STANDARD, apps=used), "unused_premium", STANDARD, BASIC) is None


def test_an_unread_apps_report_claims_nothing() -> None:
    assert only(worker(STANDARD, apps=None), "unused_premium", STANDARD, BASIC) is None


def test_a_loss_for_the_whole_tenant_is_to_review_with_the_difference() -> None:
    found = only(worker("SPE_E5"), "unused_premium", "SPE_E5", "SPE_E3")
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN
    assert found.claimed == {SKU["SPE_E5"]: Money("USD", 21_000_000)}
    released = Policy(released_capabilities=ALL - {"mailbox_hold"})
    counted = only(worker("SPE_E5"), "unused_premium", "SPE_E5", "SPE_E3", policy=released)
    assert counted is not None
    assert counted.confidence is Confidence.LIKELY


def test_a_second_suite_is_claimed_whole_where_the_lower_one_is_enough() -> None:
    released = Policy(released_capabilities=ALL)
    both = ("ENTERPRISEPREMIUM", "SPB")
    found = only(worker(*both), "unused_premium", *both, policy=released)
    assert found is not None
    assert (found.sku_ids, found.seats, found.claimed) == ((SKU["ENTERPRISEPREMIUM"],), 1, None)


def test_money_that_an_overlap_claims_is_not_claimed_again() -> None:
    """E3 goes as E5 covers it; what is left to review of E5 is its difference to E3, not all of it."""
    both = worker("SPE_E5", "SPE_E3")
    covered, premium = (only(both, kind, "SPE_E5", "SPE_E3") for kind in ("overlapping_skus", "unused_premium"))
    assert covered is not None
    assert premium is not None
    assert covered.sku_ids == (SKU["SPE_E3"],)
    assert premium.claimed == {SKU["SPE_E5"]: Money("USD", 21_000_000)}


def test_the_difference_is_money_and_no_seat() -> None:
    lines = [make_line(SKU[part], 1, 1) for part in (STANDARD, BASIC)]
    found = evaluate(make_view([worker(STANDARD, apps=WEB)], make_context(lines, catalogue=CATALOGUE)))
    (claim,) = [claim for claim in found.claims if claim.kind == "unused_premium"]
    assert (claim.seats, claim.monthly, claim.counts) == (0, Money("USD", 7_000_000), True)
    assert found.summary.exposure == (Money("USD", 7_000_000),)


def test_copilot_without_use_is_likely() -> None:
    found = only(worker("SPE_E3", COPILOT, **IDLE), "unused_addon")
    assert found is not None
    assert (found.confidence, found.sku_ids, found.seats) == (Confidence.LIKELY, (SKU[COPILOT],), 1)


@pytest.mark.parametrize(("days", "is_found"), [(89, False), (90, True)])
def test_a_day_of_use_within_the_period_is_use(days: int, is_found: bool) -> None:
    found = only(worker("SPE_E3", COPILOT, copilot=LastUse(day(days))), "unused_addon")
    assert (found is not None) == is_found


def test_an_add_on_whose_report_was_not_read_is_claimed_by_nobody() -> None:
    assert only(worker("SPE_E3", COPILOT, copilot=None), "unused_addon") is None


def test_an_add_on_that_was_bought_lately_is_left_alone() -> None:
    bought = Subscription("s", SKU[COPILOT], "Enabled", False, 10, ago(30), None)
    assert only(worker("SPE_E3", COPILOT, **IDLE), "unused_addon", subscriptions=(bought,)) is None
    old = replace(bought, created=ago(300))
    assert only(worker("SPE_E3", COPILOT, **IDLE), "unused_addon", subscriptions=(bought, old)) is not None


def test_visio_without_an_activation_is_to_review_as_the_browser_leaves_no_trace() -> None:
    found = only(worker("SPE_E3", VISIO, **IDLE), "unused_addon")
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


def test_an_activation_of_office_is_no_sign_of_visio() -> None:
    office = Activation(day(9), (("microsoft 365 apps for enterprise", day(9)), ("visio pro", None)))
    found = only(worker("SPE_E3", VISIO, activation=office), "unused_addon")
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


@pytest.mark.parametrize("days", [9, 700])
def test_an_activation_of_visio_new_or_old_leaves_visio_alone(days: int) -> None:
    own = Activation(day(9), (("office", day(9)), ("visio pro", day(days))))
    assert only(worker("SPE_E3", VISIO, activation=own), "unused_addon") is None


@pytest.mark.parametrize("activation", [None, Activation(day(9))])
def test_without_the_report_or_its_products_nothing_is_said_of_visio(activation: Activation | None) -> None:
    assert only(worker("SPE_E3", VISIO, activation=activation), "unused_addon") is None


def test_what_no_report_shows_is_no_finding() -> None:
    assert only(worker("SPE_E3", POWER_BI, **IDLE), "unused_addon") is None


def test_ems_beside_microsoft_365_e3_is_covered() -> None:
    found = only(worker("SPE_E3", EMS), "overlapping_skus")
    assert found is not None
    assert (found.sku_ids, found.confidence) == ((SKU[EMS],), Confidence.LIKELY)
    assert found.facts["covered_by"] == "Microsoft 365 E3"


def test_by_the_tenants_own_lists_it_is_certain() -> None:
    lines = [make_line(SKU[p], service_plans=CATALOGUE.plans[SKU[p]]) for p in ("SPE_E3", EMS)]
    (found,) = findings_of(worker("SPE_E3", EMS), make_context(lines, catalogue=CATALOGUE))
    assert (found.kind, found.confidence) == ("overlapping_skus", Confidence.CERTAIN)


def test_a_service_that_is_off_in_the_larger_seat_covers_nothing() -> None:
    person = worker("SPE_E3", EMS)
    p1 = tuple(CATALOGUE.plans[SKU[EMS]] & CATALOGUE.capabilities["entra_p1"].service_plan_ids)
    off = replace(person, assignments=(Assignment(SKU["SPE_E3"], disabled_plans=p1), Assignment(SKU[EMS])))
    both = replace(person, assignments=(off.assignments[0], Assignment(SKU[EMS], disabled_plans=p1)))
    assert only(off, "overlapping_skus") is None
    assert only(both, "overlapping_skus") is not None


def test_the_tenants_own_service_plans_beat_the_table() -> None:
    mine = CATALOGUE.plans[SKU["SPE_E3"]] - CATALOGUE.capabilities["entra_p1"].service_plan_ids
    lines = [make_line(SKU["SPE_E3"], service_plans=mine), make_line(SKU[EMS])]
    assert not findings_of(worker("SPE_E3", EMS), make_context(lines, catalogue=CATALOGUE))


NO_TEAMS, TEAMS = "Microsoft_365_E3_(no_Teams)", "Microsoft_Teams_Enterprise_New"


@pytest.mark.parametrize(
    ("held", "gone"),
    [
        (("SPE_E5", "SPE_E3"), {"SPE_E3"}),
        (("SPE_E3", NO_TEAMS, TEAMS), {NO_TEAMS, TEAMS}),
        ((NO_TEAMS, TEAMS), set()),
        (("M365_F1_COMM", "EXCHANGEDESKLESS"), set()),  # the table rejects it: a calendar is no mailbox
        (("SPE_E3", "EXCHANGESTANDARD", EMS, "AAD_PREMIUM"), {"EXCHANGESTANDARD", EMS, "AAD_PREMIUM"}),
        (("STANDARDPACK", "MCOEV", "SPE_E5"), {"STANDARDPACK", "MCOEV"}),
        (("STANDARDPACK", "MCOEV", "EXCHANGEENTERPRISE"), set()),
    ],
)
def test_what_is_covered_goes_and_nothing_else(held: tuple[str, ...], gone: set[str]) -> None:
    found = only(worker(*held), "overlapping_skus", *held)
    assert {CATALOGUE.skus[s].part_number for s in (found.sku_ids if found else ())} == gone


def test_a_pair_of_which_only_a_person_can_say_so_is_to_review() -> None:
    found = only(worker("SPB", "EXCHANGEENTERPRISE"), "overlapping_skus", "SPB", "EXCHANGEENTERPRISE")
    assert found is not None
    assert (found.sku_ids, found.confidence) == ((SKU["EXCHANGEENTERPRISE"],), Confidence.UNKNOWN)


def test_without_the_table_nothing_overlaps() -> None:
    """The positive control: the finding comes from the table."""
    bare = replace(CATALOGUE, overlaps=Overlaps)
    assert only(worker("SPE_E3", EMS), "overlapping_skus", catalogue=bare) is None


PARTS = ("SPE_E5", "SPE_E3", STANDARD, BASIC, "STANDARDPACK", "EXCHANGEENTERPRISE", COPILOT, VISIO, EMS)
KINDS = {"unused_premium", "unused_addon", "overlapping_skus"}
many = settings(max_examples=60, deadline=None)


@st.composite
def workers(draw: st.DrawFn) -> Person:
    apps = frozenset(draw(st.sets(st.sampled_from(["word", "outlook", "teams"]))))
    last = st.sampled_from([None, LastUse(None), LastUse(day(5)), LastUse(day(100))])
    activated = st.sampled_from([None, Activation(), Activation(day(5)), Activation(day(5), (("visio pro", day(5)),))])
    return make_person(
        skus=[SKU[part] for part in draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4, unique=True))],
        signals=signals(
            1,
            apps=draw(st.sampled_from([None, AppUse(day(1), apps, apps, apps)])),
            mailbox=Mailbox("user", day(1), draw(st.sampled_from([None, 0, 40 * GB, 60 * GB])), 100 * GB, False),
            drive=draw(st.sampled_from([None, Drive(day(1), 5 * GB, 9)])),
            teams=draw(last),
            copilot=draw(last),
            activation=draw(activated),
        ),
    )


def claimed(person: Person, **more: Any) -> list[Finding]:
    return [found for found in findings_of(person, tenant(*PARTS, **more)) if found.kind in KINDS]


@many
@given(workers(), st.randoms())
def test_the_order_of_licences_does_not_matter(person: Person, rng: Any) -> None:
    shuffled = list(person.assignments)
    rng.shuffle(shuffled)
    assert claimed(replace(person, assignments=tuple(shuffled))) == claimed(person)


@many
@given(workers(), st.sampled_from(["excluded", "protected", "service", "guest", "room"]))
def test_nothing_is_claimed_of_an_account_that_is_not_ours_to_judge(person: Person, why: str) -> None:
    listed = frozenset({person.user_id})
    policies = {"protected": Policy(protected_user_ids=listed), "service": Policy(service_user_ids=listed)}
    changed = {
        "excluded": replace(person, in_excluded_group=True),
        "guest": replace(person, user_type="Guest"),
        "room": replace(person, signals=replace(person.signals, mailbox=Mailbox("room"))),
    }
    assert not claimed(changed.get(why, person), policy=policies.get(why, Policy()))


@many
@given(workers())
def test_whether_somebody_is_excluded_must_be_known_to_count(person: Person) -> None:
    found = claimed(replace(person, in_excluded_group=None))
    assert all(one.confidence is Confidence.UNKNOWN for one in found)


@many
@given(workers(), st.sets(st.sampled_from(sorted(ALL))))
def test_what_is_released_only_adds(person: Person, released: set[str]) -> None:
    def money(policy: Policy) -> int:
        view = make_view([person], tenant(*PARTS, consumed=1, policy=policy))
        claims = [c for c in evaluate(view).claims if c.kind in KINDS and c.counts and c.monthly]
        return sum(claim.monthly.micros for claim in claims if claim.monthly)

    assert money(Policy(released_capabilities=frozenset(released))) >= money(Policy())


@many
@given(workers(), st.sampled_from(["apps", "mailbox", "drive", "copilot"]))
def test_what_was_not_read_never_adds_to_what_is_claimed(person: Person, source: str) -> None:
    def counted(who: Person) -> set[tuple[str, str]]:
        return {(f.kind, sku) for f in claimed(who, policy=released) if f.counts for sku in f.sku_ids}

    released = Policy(released_capabilities=ALL)
    blind = replace(person, signals=replace(person.signals, **{source: None}))
    assert counted(blind) <= counted(person)


@many
@given(workers(), st.sampled_from(PARTS))
def test_a_seat_of_an_excluded_sku_is_claimed_by_nobody(person: Person, part: str) -> None:
    policy = Policy(excluded_skus=frozenset({SKU[part]}))
    assert all(SKU[part] not in found.sku_ids for found in claimed(person, policy=policy))


@many
@given(workers())
def test_no_more_is_claimed_than_a_seat_costs(person: Person) -> None:
    for found in claimed(person):
        for sku_id, part in (found.claimed or {}).items():
            price = CATALOGUE.list_price(sku_id)
            assert part is not None
            assert price is not None
            assert 0 <= part.micros <= price.micros
