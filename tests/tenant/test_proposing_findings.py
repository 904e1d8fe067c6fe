"""What findings and filters mean in a proposal: the action of each, the right number, and where seats come from."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.errors import BadRequest
from licenseiq.findings.finding import Confidence
from licenseiq.money import Money
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.change_request import Action, ChangeRequest, FindingFilter, When
from licenseiq.ports import SeatsNeeded, StoredChanges
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.seats import SeatLine
from tests.fake_catalogue import COPILOT, E3, E5
from tests.fakes import FakeTenant
from tests.tenant.proposing_place import PEOPLE, Place, quietly
from tests.tenant.test_proposing_changes import E3_NAME, E5_NAME, unused, waste_of

pytestmark = pytest.mark.anyio
GROUP = "11111111-2222-4333-8444-555555555555"


def line(sku: str, enabled: int, consumed: int) -> SeatLine:
    return SeatLine(sku, sku, enabled, 0, 0, 0, consumed, True, "Enabled")


@pytest.fixture
def place(place: Place) -> Place:
    """Five people at work hold an E5, which an E3 would do for; E3 seats are free, E5 seats are not."""
    place.tenant = FakeTenant(tuple(replace(p, usage_location="DE") for p in PEOPLE), ladder=True)
    place.tenant.lines = (line(E3, 9, 1), line(E5, 5, 5))
    return place


async def ask(place: Place, action: Action | None = None, **more: Any) -> StoredChanges:
    return await place.another().change_licences(ChangeRequest(action, **more), "test client", quietly)


def moves(record: ProposalRecord) -> list[tuple[str, list[str], list[str]]]:
    """(user id, what goes, what comes) of each step."""
    found = []
    for step in record.plan.steps:
        added = [one["sku_id"] for one in step.arguments["add"]]  # type: ignore[union-attr,index,call-overload]
        found.append((record.names[step.subject][0], step.arguments["remove"], added))
    return found  # type: ignore[return-value]


def premium(person: Person) -> str:
    return f"unused_premium:{person.user_id}"


async def test_each_finding_calls_for_its_own_action(place: Place) -> None:
    gone, busy = unused(1), place.tenant.people[1]
    twice = replace(place.tenant.people[2], assignments=(Assignment(E3), Assignment(E3, GROUP)))
    place.tenant.people = (gone, busy, twice)
    findings = (f"disabled_holder:{gone.user_id}", premium(busy), f"duplicate_assignment:{twice.user_id}")
    stored = await ask(place, findings=findings)
    assert sorted(moves(stored.record)) == sorted(
        [(gone.user_id, [E5], []), (busy.user_id, [E5], [E3]), (twice.user_id, [E3], [])]
    )
    assert stored.record.plan.hand_offs == ()
    assert stored.record.plan.money == {"USD": 57_000_000 + 21_000_000}


async def test_a_part_of_a_price_is_swapped_for_what_would_do_and_first_for_the_reader(place: Place) -> None:
    gone, busy = unused(1), place.tenant.people[1]
    place.tenant.people = (gone, busy)
    stored = await ask(place, findings=(f"disabled_holder:{gone.user_id}", premium(busy)))
    assert [who for who, _, _ in moves(stored.record)] == [busy.user_id, gone.user_id]
    assert [(one.reference, one.kind, one.confidence) for one in stored.because] == [
        ("s1", "unused_premium", "likely"),
        ("s2", "disabled_holder", "certain"),
    ]


@pytest.mark.parametrize(
    ("action", "kind", "words"),
    [
        (Action.RECLAIM, "unused_premium", "goes on to need a cheaper seat"),
        (Action.SWAP, "disabled_holder", "claims whole seats"),
        (Action.SWAP, "duplicate_assignment", "held twice"),
    ],
)
async def test_an_action_that_does_not_fit_the_finding_is_refused(
    place: Place, action: Action, kind: str, words: str
) -> None:
    gone, busy = unused(1), place.tenant.people[1]
    twice = replace(place.tenant.people[2], assignments=(Assignment(E3), Assignment(E3, GROUP)))
    place.tenant.people = (gone, busy, twice)
    who = {"unused_premium": busy, "disabled_holder": gone, "duplicate_assignment": twice}[kind]
    with pytest.raises(BadRequest, match=words):
        await ask(place, action, findings=(f"{kind}:{who.user_id}",))


async def test_a_licence_error_calls_for_no_change_of_licences(place: Place) -> None:
    failed = replace(PEOPLE[0], assignments=(Assignment(E5, GROUP, "Error", "CountViolation"),))
    place.tenant.people = (failed,)
    with pytest.raises(BadRequest, match="fault to mend"):
        await ask(place, findings=(f"group_licence_error:{failed.user_id}",))


def waste_with_confidence(place: Place) -> None:
    """Two certain findings and two likely ones in Sales, one of each in Finance."""
    gone = [replace(unused(n), department="Sales" if n < 3 else "Finance") for n in (1, 2, 3)]
    busy = [replace(place.tenant.people[n], department="Sales" if n < 4 else "Finance") for n in (3, 4)]
    place.tenant.people = (*gone, *busy)
    likely = [replace(w, finding=replace(w.finding, confidence=Confidence.LIKELY)) for w in waste_of(*gone[:1])]
    place.tenant.found = (*likely, *waste_of(*gone[1:]))


async def test_a_filter_narrows_by_kind_sku_department_and_confidence(place: Place) -> None:
    waste_with_confidence(place)
    for wanted, number in (
        (FindingFilter("disabled_holder"), 3),
        (FindingFilter(department="sales"), 2),
        (FindingFilter(sku=E5_NAME, confidence=Confidence.CERTAIN), 2),
        (FindingFilter("disabled_holder", department="Sales", confidence=Confidence.LIKELY), 1),
    ):
        with pytest.raises(BadRequest, match=f"{number} findings? match, not 9"):
            await ask(place, filter=wanted, expected_count=9)
        assert len((await ask(place, filter=wanted, expected_count=number)).record.plan.subjects) == number


async def test_a_crowd_is_refused_whole_with_what_to_do_and_never_cut(place: Place) -> None:
    """INV-11."""
    people = tuple(unused(n) for n in range(1, 27))
    place.tenant.people, place.tenant.found = people, waste_of(*people)
    for expected in (25, 26):
        with pytest.raises(BadRequest, match="26 findings match, and a plan may touch at most 25 people") as refused:
            await ask(place, filter=FindingFilter("disabled_holder"), expected_count=expected)
        assert "Narrow the filter" in refused.value.next_step
    assert place.world.inbox.ids("tenant-1") == ()


async def test_an_addition_without_a_free_seat_names_the_findings_that_would_free_one(place: Place) -> None:
    gone, newcomer = unused(1), replace(place.tenant.people[1], assignments=(Assignment(E3),))
    place.tenant.people = (gone, newcomer)
    place.tenant.found = waste_of(gone)
    stored = await ask(place, Action.ADD, users=(newcomer.user_id,), sku=E5_NAME)
    (seats,) = stored.seats
    finding = f"disabled_holder:{gone.user_id}"
    assert (seats.missing, seats.findings, seats.claimed) == (1, (finding,), 1)
    assert seats.price == "at 57.00 USD a month (list price)"
    assert gone.user_id.encode() not in stored.record.plan.to_bytes()
    assert stored.record.plan.saving is not None
    assert stored.record.plan.saving.needs_purchase
    mixed = await ask(place, Action.ADD, users=(newcomer.user_id,), sku=E5_NAME, findings=(finding,))
    assert moves(mixed.record) == [(gone.user_id, [E5], []), (newcomer.user_id, [], [E5])]
    (freed,) = mixed.seats
    assert (freed.freed_here, freed.missing, freed.findings) == (1, 0, ())
    assert {b.kind for b in mixed.record.plan.blockers} == set()


async def test_findings_about_people_of_the_plan_are_no_other_source_of_its_seats(place: Place) -> None:
    gone, others = unused(1), [replace(p, assignments=(Assignment(E3),)) for p in place.tenant.people[1:3]]
    place.tenant.people, place.tenant.found = (gone, *others), waste_of(gone)
    stored = await ask(
        place,
        Action.ADD,
        users=tuple(one.user_id for one in others),
        sku=E5_NAME,
        findings=(f"disabled_holder:{gone.user_id}",),
    )
    (seats,) = stored.seats
    assert (seats.freed_here, seats.missing, seats.claimed) == (1, 1, 0)


async def test_what_cannot_be_freed_has_to_be_bought_at_the_own_price(place: Place) -> None:
    place.tenant.found = ()
    place.tenant.prices = PriceBook("1", rows=(OwnPrice(COPILOT, Money("EUR", 25_000_000)),))
    stored = await ask(place, Action.ADD, users=("User 1",), sku="Copilot")
    (seats,) = stored.seats
    assert isinstance(seats, SeatsNeeded)
    assert (seats.missing, seats.claimed, seats.price) == (1, 0, "at 25.00 EUR a month (your price)")


async def test_an_identical_request_is_found_again_whatever_is_known_of_it_by_then(place: Place) -> None:
    gone, newcomer = unused(1), replace(place.tenant.people[1], assignments=(Assignment(E3),))
    place.tenant.people, place.tenant.found = (gone, newcomer), waste_of(gone)
    first = await ask(place, Action.ADD, users=(newcomer.user_id,), sku=E5_NAME)
    place.tenant.found = ()
    again = await ask(place, Action.ADD, users=(newcomer.user_id,), sku=E5_NAME)
    assert (again.record.proposal_id, again.record.is_new) == (first.record.proposal_id, False)
    by_finding = await ask(place, findings=(f"disabled_holder:{gone.user_id}",))
    reclaimed = await ask(place, Action.RECLAIM, findings=(f"disabled_holder:{gone.user_id}",))
    assert by_finding.record.proposal_id == reclaimed.record.proposal_id
    assert reclaimed.because == by_finding.because


async def test_at_renewal_without_a_date_is_refused_with_what_to_do(place: Place) -> None:
    with pytest.raises(BadRequest, match="next renewal of Microsoft 365 E5 is not known") as refused:
        await ask(place, Action.REMOVE, users=("User 1",), sku=E5_NAME, when=When.AT_RENEWAL)
    assert "prices import" in refused.value.next_step


async def test_the_desk_shows_the_evidence_and_what_the_money_rests_on(place: Place) -> None:
    gone = unused(1)
    place.tenant.people = (gone,)
    stored = await ask(place, findings=(f"disabled_holder:{gone.user_id}",))
    assert place.world.desk.take_over("tenant-1").taken == (stored.record.proposal_id,)
    lines = "\n".join(place.world.desk.lines("tenant-1", stored.record.proposal_id))
    assert "because disabled_holder (certain): Sign-in is blocked" in lines
    assert '"account_enabled":false' in lines
    assert "It pays from a day that is not known; left of it in this term: not known." in lines


async def test_somebody_swaps_to_another_product_than_the_recommended_one(place: Place) -> None:
    busy = place.tenant.people[0]
    stored = await ask(place, Action.SWAP, findings=(premium(busy),), to_sku=E3_NAME)
    assert moves(stored.record) == [(busy.user_id, [E5], [E3])]
