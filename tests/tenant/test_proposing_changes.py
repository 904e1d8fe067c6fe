"""Proposing licence changes over a real inbox: what a request means, found again, withdrawn, and never approved."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from licenseiq.context import Context
from licenseiq.errors import BadRequest, NotFound, Refused, StateUnknown
from licenseiq.evaluate import findings_of
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.change_request import Action, ChangeRequest, FindingFilter
from licenseiq.proposals.steps import StepKind
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.readings import Reading, Source
from licenseiq.seats import SeatLine
from licenseiq.usage import Mailbox, ProductUse, Signals, SignIn
from licenseiq.waste import Waste
from licenseiq_desk.execution import effects
from licenseiq_desk.render import VERBS
from licenseiq_tenant.prices import load_catalogue
from licenseiq_tenant.proposing.add_ons import load_add_ons
from tests.fake_catalogue import COPILOT, E3, E5, catalogue
from tests.fake_people import NOW, person
from tests.fakes import FakeTenant
from tests.tenant.proposing_place import PEOPLE, TENANT, Place, quietly

pytestmark = pytest.mark.anyio
GROUP = "11111111-2222-4333-8444-555555555555"
E5_NAME, E3_NAME = "Microsoft 365 E5", "Microsoft 365 E3"
REMOVE = ChangeRequest(Action.REMOVE, users=("User 1", "User 2"), sku=E5_NAME)


def unused(number: int, *skus: str) -> Person:
    """A blocked account with a mailbox of its own, never used."""
    gone = Signals(SignIn(), ProductUse(licensed_since=date(2024, 1, 1)), None, Mailbox("user", None), None)
    plain = replace(person(number, skus=skus or (E5,)), roles=(), usage_location="DE")
    return replace(plain, account_enabled=False, signals=gone)


@pytest.fixture
def place(place: Place) -> Place:
    """Everybody is where licences may be given, and eight of nine E3 seats are free."""
    place.tenant = FakeTenant(tuple(replace(p, usage_location="DE") for p in PEOPLE))
    place.tenant.lines = (SeatLine(E3, "SPE_E3", 9, 0, 0, 0, 1, True, "Enabled"),)
    return place


async def ask(place: Place, request: ChangeRequest) -> ProposalRecord:
    return (await place.another().change_licences(request, "test client", quietly)).record


async def test_a_request_is_stored_once_whatever_its_order(place: Place) -> None:
    first = await ask(place, REMOVE)
    again = await ask(place, replace(REMOVE, users=(PEOPLE[1].user_id, "user1@contoso.example")))
    assert (again.proposal_id, again.digest, again.is_new) == (first.proposal_id, first.digest, False)
    assert first.plan.requested_by.keys() == {"client", "channel", "account"}
    assert {name for _, name in first.names.values()} == {"user1@contoso.example", "user2@contoso.example"}
    other = await ask(place, replace(REMOVE, action=Action.SWAP, to_sku=E3_NAME))
    assert other.proposal_id != first.proposal_id
    entry = place.world.inbox.entry(TENANT, first.proposal_id)
    assert entry is not None
    assert b"contoso" not in entry.plan_bytes


async def test_a_group_is_told_beside_the_plan_and_kept_among_the_values_of_its_person(place: Place) -> None:
    place.tenant.people = (replace(PEOPLE[0], assignments=(Assignment(E5, GROUP),)),)
    place.tenant.groups = (LicenceGroup(GROUP, "Everybody with E5", "user.city -ne null"),)
    stored = await place.another().change_licences(replace(REMOVE, users=("User 1",)), "test", quietly)
    assert stored.groups == place.tenant.groups
    entry = place.world.inbox.entry(TENANT, stored.record.proposal_id)
    assert entry is not None
    assert b"Everybody" not in entry.plan_bytes
    assert entry.openings[0].values["licensing_groups"] == [
        {"group_id": GROUP, "name": "Everybody with E5", "rule": "user.city -ne null"}
    ]
    assert place.world.desk.take_over(TENANT).taken == (stored.record.proposal_id,)
    assert any("Everybody with E5" in line for line in place.world.desk.lines(TENANT, stored.record.proposal_id))


async def test_a_reclaim_takes_what_the_named_findings_claim_and_no_more(place: Place) -> None:
    one, two = unused(1, E5, COPILOT), unused(2)
    place.tenant.people = (one, two)
    finding = f"disabled_holder:{one.user_id}"
    record = await ask(place, ChangeRequest(Action.RECLAIM, findings=(finding,)))
    (step,) = record.plan.steps
    assert step.arguments["remove"] == sorted((E5, COPILOT))
    assert (record.plan.money, record.plan.unpriced_seats) == ({"USD": 57_000_000}, 1)


def waste_of(*people: Person) -> tuple[Waste, ...]:
    """What the rules find by themselves, as the store would tell it."""
    rules = Context(TENANT, NOW, catalogue(), readings={s: Reading(s, None, NOW) for s in Source})
    found = [finding for who in people for finding in findings_of(who, rules)]
    return tuple(Waste(f, None, f.sku_ids, len(f.sku_ids), (), 0) for f in found)


async def test_a_filter_takes_exactly_as_many_findings_as_were_expected(place: Place) -> None:
    """INV-20."""
    people = (unused(1, E5, COPILOT), unused(2), unused(3, E3))
    place.tenant.people, place.tenant.found = people, waste_of(*people)
    blocked = ChangeRequest(Action.RECLAIM, filter=FindingFilter("disabled_holder"))
    for expected in (1, 2, 4):
        with pytest.raises(BadRequest, match=f"3 findings match, not {expected}. Nothing was stored"):
            await ask(place, replace(blocked, expected_count=expected))
    assert place.world.inbox.ids(TENANT) == ()
    record = await ask(place, replace(blocked, expected_count=3))
    assert [step.arguments["remove"] for step in record.plan.steps] == [sorted((E5, COPILOT)), [E5], [E3]]
    narrow = await ask(place, replace(blocked, filter=FindingFilter("disabled_holder", E5_NAME), expected_count=2))
    assert [step.arguments["remove"] for step in narrow.plan.steps] == [[E5], [E5]]
    with pytest.raises(BadRequest, match="0 findings match"):
        await ask(place, ChangeRequest(Action.RECLAIM, filter=FindingFilter("never_used"), expected_count=1))


async def test_findings_for_review_are_left_out_of_a_filter_and_a_crowd_is_refused(place: Place) -> None:
    """INV-11."""
    review = replace(unused(1), signals=Signals(SignIn(), ProductUse(), None, None, None))
    place.tenant.people = (review, unused(2))
    place.tenant.found = waste_of(*place.tenant.people)
    blocked = ChangeRequest(Action.RECLAIM, filter=FindingFilter("disabled_holder"), expected_count=2)
    with pytest.raises(BadRequest, match=r"1 finding match, not 2 \(besides 1 for review, which are left out\)"):
        await ask(place, blocked)
    place.tenant.people = tuple(unused(n) for n in range(1, 31))
    place.tenant.found = waste_of(*place.tenant.people)
    with pytest.raises(BadRequest, match="30 findings match, and a plan may touch at most 25"):
        await ask(place, replace(blocked, expected_count=25))


async def test_a_finding_that_does_not_hold_counts_nothing_or_is_about_no_person_is_refused(place: Place) -> None:
    busy, gone = PEOPLE[0], unused(2)
    unread = replace(unused(3), account_enabled=True, signals=Signals(None, ProductUse(), None, None, None))
    place.tenant.people = (busy, gone, unread)
    for finding, words in (
        (f"never_used:{busy.user_id}", "does not hold"),
        (f"never_used:{gone.user_id}", "does not hold"),
        (f"inactive_holder:{gone.user_id}", "does not hold"),
        (f"unassigned_seats:{E5}", "about no person"),
        ("nonsense", "about no person"),
        (f"never_used:{unread.user_id}", "for review"),
    ):
        with pytest.raises(BadRequest, match=words):
            await ask(place, ChangeRequest(Action.RECLAIM, findings=(finding,)))
    assert place.world.inbox.ids(TENANT) == ()


async def test_who_is_named_twice_and_who_is_nobody_is_refused(place: Place) -> None:
    for users, failure in ((("User 1", PEOPLE[0].user_id), BadRequest), (("Nobody",), NotFound)):
        with pytest.raises(failure):
            await ask(place, replace(REMOVE, users=users))
    with pytest.raises(NotFound):
        await ask(place, replace(REMOVE, sku="Office 97"))


async def test_a_withdrawn_proposal_is_not_found_again_and_ends_at_the_desk(place: Place) -> None:
    first = await ask(place, REMOVE)
    for _ in range(2):
        assert (await place.another().withdraw(first.proposal_id)).state == "withdrawn"
    with sqlite3.connect(place.world.home / "inbox.db") as db:
        assert len(db.execute("SELECT * FROM withdrawal").fetchall()) == 1
    db.close()
    assert (await ask(place, REMOVE)).is_new
    place.world.desk.take_over(TENANT)
    report = place.world.desk.report(TENANT, first.proposal_id)
    assert report is not None
    assert report.state == "withdrawn"


async def test_what_was_decided_or_is_over_is_not_withdrawn(place: Place) -> None:
    approved, rejected, expired = [await place.offboard(f"User {n}") for n in (1, 2, 3)]
    await place.approve(approved.proposal_id)
    place.world.desk.reject(TENANT, rejected.proposal_id, "no", "tester")
    for record, words in ((approved, "approved"), (rejected, "rejected already")):
        with pytest.raises(Refused, match=words):
            await place.another().withdraw(record.proposal_id)
    place.world.clock.move(25 * 3600)
    with pytest.raises(Refused, match="expired already"):
        await place.another().withdraw(expired.proposal_id)
    for proposing, proposal_id in ((place.another("tenant-2"), approved.proposal_id), (place.another(), "p-0")):
        with pytest.raises(NotFound):
            await proposing.withdraw(proposal_id)
    with sqlite3.connect(place.world.home / "inbox.db") as db:
        assert db.execute("SELECT * FROM withdrawal").fetchall() == []
    db.close()


async def test_nothing_is_withdrawn_while_the_desk_cannot_be_asked(place: Place) -> None:
    first = await ask(place, REMOVE)
    place.break_the_desk()
    with pytest.raises(StateUnknown):
        await place.another().withdraw(first.proposal_id)


async def test_a_withdrawal_while_a_person_reads_the_plan_stops_the_approval(place: Place) -> None:
    first = await place.offboard("User 1")
    desk = place.world.desk
    desk.take_over(TENANT)
    pending, _ = await desk.begin_approval(TENANT, first.proposal_id, place.world.tenant, "tester")
    await place.another().withdraw(first.proposal_id)
    with pytest.raises(Refused, match="withdrawn already"):
        desk.approve(pending, pending.phrase)
    assert place.world.tenant.sent == []


async def test_the_desk_shows_changes_and_a_person_can_decide_on_them(place: Place) -> None:
    first = await ask(place, replace(REMOVE, action=Action.SWAP, to_sku=E3_NAME))
    desk = place.world.desk
    desk.take_over(TENANT)
    lines = "\n".join(desk.lines(TENANT, first.proposal_id))
    for text in (E5, E3, "change direct licences", "take away", "give"):
        assert text in lines
    await desk.begin_approval(TENANT, first.proposal_id, place.world.tenant, "tester")
    desk.reject(TENANT, first.proposal_id, "no", "tester")
    assert place.world.tenant.sent == []


async def test_every_kind_of_step_has_words_and_an_effect(place: Place) -> None:
    (step, _) = (await ask(place, REMOVE)).plan.steps
    effects.refuse_unfit(step, {})
    assert set(VERBS) == set(StepKind) == effects.EXECUTABLE


async def test_a_plan_of_hand_offs_alone_offers_nothing_either(place: Place) -> None:
    place.tenant.people = (replace(PEOPLE[0], assignments=(Assignment(E5, GROUP),)),)
    first = await ask(place, replace(REMOVE, users=("User 1",)))
    place.world.desk.take_over(TENANT)
    with pytest.raises(Refused, match="only work by hand"):
        await place.world.desk.begin_approval(TENANT, first.proposal_id, place.world.tenant, "tester")


def test_the_packaged_add_ons_name_skus_that_the_catalogue_knows() -> None:
    known, found = load_catalogue().skus, load_add_ons()
    copilot = next(one for one in found if any(known[s].part_number == "Microsoft_365_Copilot" for s in one.sku_ids))
    e5 = next(s for s, sku in known.items() if sku.part_number == "SPE_E5")
    assert copilot.verified
    assert copilot.has_base({e5})
    assert not copilot.has_base(copilot.sku_ids)
    phone = next(one for one in found if any(known[s].part_number == "MCOEV" for s in one.sku_ids))
    assert phone.has_base({e5})  # which gives the same: the add-on is spare there, and lacks nothing
    assert not phone.has_base({next(iter(copilot.sku_ids))})
    assert all(s in known for one in found for s in one.sku_ids.union(*(p for a in one.bases for p in a)))


async def test_a_part_of_a_price_is_swapped_and_never_reclaimed(place: Place) -> None:
    """Who needs a cheaper seat is not left without one."""
    place.tenant.ladder = True
    finding = f"unused_premium:{PEOPLE[0].user_id}"
    with pytest.raises(BadRequest, match="cheaper seat"):
        await ask(place, ChangeRequest(Action.RECLAIM, findings=(finding,)))
    swap = await ask(place, ChangeRequest(Action.SWAP, findings=(finding,), to_sku=E3_NAME))
    assert [step.kind for step in swap.plan.steps] == [StepKind.CHANGE_LICENCES]
