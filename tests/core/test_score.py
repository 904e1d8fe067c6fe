"""The properties of the score, on whole tenants made at random."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.context import TenantView
from licenseiq.evaluate import evaluate
from licenseiq.evaluation import Evaluation, Summary
from licenseiq.people import Assignment, Employment, HrRecord, Person
from licenseiq.policy import Policy
from licenseiq.readings import Reason, Source
from licenseiq.usage import Mailbox
from tests.core.builders import (
    BASIC,
    E3,
    FREE,
    STANDARD,
    UNPRICED,
    day,
    make_context,
    make_line,
    make_person,
    make_view,
)

NO_BUFFER = Policy(buffer_percent=0, buffer_least=0)
SKUS = (E3, STANDARD, BASIC, UNPRICED, FREE)
HR = (HrRecord(Employment.LEFT, day(20)), HrRecord(Employment.ON_LEAVE, day(70)))
many = settings(max_examples=100, deadline=None)


@st.composite
def people(draw: st.DrawFn) -> Person:
    person = make_person(
        f"u{draw(st.integers(0, 10**9))}",
        draw(st.sets(st.sampled_from(SKUS), min_size=1)),
        draw(st.sampled_from([None, 1, 30, 200])),
        account_enabled=draw(st.sampled_from([True, True, False])),
        roles=draw(st.sampled_from([(), (), ("User Administrator",)])),
        user_type=draw(st.sampled_from(["Member", "Member", "Guest"])),
        hr=draw(st.sampled_from([None, None, *HR])),
    )
    if draw(st.integers(0, 5)) == 0:
        person = replace(person, signals=replace(person.signals, mailbox=Mailbox("shared", None, 9, 9, False)))
    if draw(st.integers(0, 4)) == 0:
        person = replace(person, assignments=(*person.assignments, Assignment(E3, "g", "Error", "Other")))
    return person


@st.composite
def tenants(draw: st.DrawFn) -> TenantView:
    crowd = draw(st.lists(people(), min_size=1, max_size=8, unique_by=lambda p: p.user_id))
    return tenant(crowd, draw(st.integers(0, 5)))


def tenant(crowd: list[Person], spare: int = 0) -> TenantView:
    """A tenant that bought what its people hold and `spare` seats more of each."""
    held = {sku: sum(sku in p.seats() for p in crowd) for sku in SKUS}
    lines = [make_line(sku, count + spare, count) for sku, count in held.items()]
    return make_view(crowd, make_context(lines, policy=NO_BUFFER))


def points(view: TenantView) -> int:
    found = evaluate(view).summary.score
    return -1 if found is None else found


def summary(view: TenantView) -> Summary:
    return evaluate(view).summary


@many
@given(tenants())
def test_the_score_is_bounded_and_its_components_add_up_to_it(view: TenantView) -> None:
    found = summary(view)
    if found.score is None:
        assert found.components == ()
        return
    assert 0 <= found.score <= 1000
    assert sum(c.points for c in found.components) == found.score
    assert sum(c.weight for c in found.components) == 1000
    assert all(0 <= c.points <= c.weight for c in found.components)


@many
@given(tenants(), people())
def test_one_more_wasted_account_never_raises_the_score(view: TenantView, another: Person) -> None:
    """A blocked, idle account with a priced seat joins."""
    before = points(view)
    waste = replace(another, user_id="waste", account_enabled=False, assignments=(Assignment(E3),), hr=None)
    lines = dict(view.context.lines)
    line = lines[E3]
    assert line.enabled is not None
    assert line.consumed is not None
    lines[E3] = replace(line, enabled=line.enabled + 1, consumed=line.consumed + 1)
    after = points(TenantView(replace(view.context, lines=lines), (*view.people, waste)))
    if before >= 0:
        assert after <= before


@many
@given(tenants(), st.integers(0, 7))
def test_putting_a_wasted_seat_to_use_never_lowers_the_score(view: TenantView, index: int) -> None:
    claims = evaluate(view).claims
    wasted = [p for p in view.people if any(c.counts and c.finding_id.endswith(f":{p.user_id}") for c in claims)]
    if not wasted:
        return
    chosen = wasted[index % len(wasted)]
    busy = replace(chosen, account_enabled=True, signals=make_person().signals, hr=None, user_type="Member")
    after = tuple(busy if p is chosen else p for p in view.people)
    assert points(replace(view, people=after)) >= points(view)


@many
@given(tenants(), st.randoms())
def test_the_score_does_not_depend_on_the_order(view: TenantView, rng: object) -> None:
    crowd = list(view.people)
    rng.shuffle(crowd)  # type: ignore[attr-defined]
    backwards = dict(reversed(view.context.lines.items()))
    assert summary(TenantView(replace(view.context, lines=backwards), tuple(crowd))) == summary(view)


@many
@given(st.lists(people(), min_size=1, max_size=5, unique_by=lambda p: p.user_id), st.integers(0, 3), st.integers(2, 5))
def test_the_score_does_not_depend_on_the_scale(crowd: list[Person], spare: int, times: int) -> None:
    copies = [replace(p, user_id=f"{p.user_id}-{i}") for p in crowd for i in range(times)]
    assert points(tenant(copies, spare * times)) == points(tenant(crowd, spare))


@many
@given(tenants())
def test_each_assignment_is_counted_once(view: TenantView) -> None:
    found = evaluate(view)
    seats = [c for c in found.claims if not c.is_moneyless and c.kind != "unassigned_seats"]
    personal = [(c.finding_id.partition(":")[2], c.sku_id) for c in seats]
    assert len(personal) == len(set(personal))
    assert found.summary.paid_seats is not None
    assert sum(c.seats for c in found.claims if c.counts) <= found.summary.paid_seats
    assert_exposure_is_at_most_spend(found)


def assert_exposure_is_at_most_spend(found: Evaluation) -> None:
    exposure, spend = found.summary.exposure, found.summary.monthly_spend
    if exposure and spend:
        assert exposure[0].micros <= spend[0].micros


def test_what_each_action_adds_is_what_the_score_gains() -> None:
    view = tenant([make_person("a"), make_person("b", account_enabled=False), make_person("c", days=200)])
    gains = {a.kind: a.score_gain for a in summary(view).actions}
    mended = replace(view, people=(make_person("a"), make_person("b"), make_person("c", days=200)))
    assert gains["disabled_holder"] == points(mended) - points(view) > 0


def test_an_unpriced_seat_is_named_and_left_out_of_money() -> None:
    found = summary(tenant([make_person("a"), make_person("b", [UNPRICED], account_enabled=False)]))
    assert (found.unpriced_seats, found.exposure) == (1, None)
    assert any("no current price" in words for words in found.unknown)
    assert found.components[0].points == found.components[0].weight


def test_roles_that_cannot_be_read_give_their_weight_to_spend() -> None:
    context = make_context([make_line()], unread={Source.ROLES: Reason.NO_PERMISSION})
    found = summary(make_view([make_person()], context))
    assert [(c.name, c.weight) for c in found.components] == [
        ("spend_in_use", 900),
        ("stale_identities", 50),
        ("licence_errors", 50),
    ]
    assert any("Dormant privilege" in words for words in found.unknown)


def test_faults_without_money_lower_the_score_by_their_component_alone() -> None:
    crowd = [make_person("a"), make_person("b")]
    stale = make_person("x", [], account_enabled=False, roles=("User Administrator",))
    before, after = summary(tenant(crowd)), summary(tenant([*crowd, stale]))
    assert (before.exposure, after.exposure) == ((), ())
    lost = {c.name: c.weight - c.points for c in after.components if c.points < c.weight}
    assert lost == {"stale_identities": 17}
