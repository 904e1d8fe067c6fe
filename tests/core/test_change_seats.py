"""Where the seats of a plan come from, in which order a person reads it, and what it rests on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq.errors import BadRequest
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.change_checks import with_bases
from licenseiq.playbooks.change_request import Change, When
from licenseiq.playbooks.finding_actions import merged
from licenseiq.playbooks.license_changes import Grounds, plan_license_changes
from licenseiq.playbooks.prerequisites import AddOn
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.step_words import step_summary
from licenseiq.readings import Reason, Source
from licenseiq.seats import Subscription
from tests.core.builders import BASIC, E3, FREE, NO_MAIL, NOW, STANDARD, UNPRICED, make_context, make_line, make_person

GROUP = "11111111-2222-4333-8444-555555555555"


def somebody(number: int, *skus: str, **more: Any) -> Person:
    fields: dict[str, Any] = {"usage_location": "DE"}
    return make_person(f"u{number}", skus, **(fields | more))


def finding(person: Person, confidence: Confidence = Confidence.CERTAIN, kind: str = "never_used") -> Finding:
    facts = (Evidence("days", 200), Evidence("last_seen", None))
    return Finding(kind, person.user_id, person.seats(), len(person.seats()), confidence, "Nobody was seen.", facts)


def taken_back(person: Person, confidence: Confidence = Confidence.CERTAIN) -> Change:
    return Change(person, remove=person.seats(), because=(finding(person, confidence),))


def plan(*changes: Change, when: When = When.NOW, **more: Any) -> Plan:
    fields: dict[str, Any] = {
        "context": make_context([make_line(BASIC, 5, 5), make_line(E3, 9, 5)]),
        "evaluation_id": "e1",
        "simulated": True,
        "requested_by": {"client": "test"},
        "now": NOW,
        "new_seed": lambda: b"s" * 32,
    }
    return plan_license_changes(changes, when, Grounds(**(fields | more)))[0]


def blocked(made: Plan) -> list[tuple[str, tuple[int, ...]]]:
    return [(b.kind, b.applies_to) for b in made.blockers]


def seats(step: Step) -> Any:
    return step.arguments.get("seats")


def test_a_free_seat_is_taken_first() -> None:
    made = plan(Change(somebody(1), add=(BASIC,)), context=make_context([make_line(BASIC, 6, 5)]))
    assert seats(made.steps[0]) == {BASIC: "free"}
    assert blocked(made) == []


def test_a_seat_that_the_plan_frees_is_given_after_it_is_freed() -> None:
    made = plan(Change(somebody(1), add=(BASIC,)), taken_back(somebody(2, BASIC)))
    freeing, giving = made.steps
    assert (freeing.arguments["remove"], seats(giving)) == ([BASIC], {BASIC: "freed_here"})
    assert "from a seat that this plan frees" in step_summary(giving)
    assert blocked(made) == []
    assert made.money == {"USD": 0}


def test_a_swap_waits_for_the_seat_that_a_surer_change_frees() -> None:
    """The least sure comes first for the reader, but for what cannot be done before."""
    asked = somebody(1, E3)
    swap = Change(asked, instead=(BASIC,), swapped=(E3,), because=(finding(asked, Confidence.LIKELY),))
    made = plan(swap, taken_back(somebody(2, BASIC), Confidence.CERTAIN))
    assert [step.arguments["remove"] for step in made.steps] == [[BASIC], [E3]]
    assert blocked(made) == []


@pytest.mark.parametrize(
    "more",
    [
        {"roles": ("Admin",)},
        {"assignments": (Assignment(BASIC), Assignment(BASIC, GROUP))},
        {"assignments": (Assignment(BASIC, state="Error"),)},
    ],
)
def test_a_seat_that_does_not_come_free_is_given_to_nobody(more: dict[str, Any]) -> None:
    """INV-12, INV-16: the step is blocked, a group goes on giving the seat, or it is none."""
    made = plan(Change(somebody(1), add=(BASIC,)), Change(somebody(2, BASIC, **more), mend=(BASIC,)))
    giving = next(step for step in made.steps if step.arguments["add"])
    assert seats(giving) == {BASIC: "missing"}
    assert ("no_free_seat", (giving.number,)) in blocked(made)


def test_one_freed_seat_is_given_once() -> None:
    people = [Change(somebody(n), add=(BASIC,)) for n in (1, 3)]
    made = plan(*people, taken_back(somebody(2, BASIC)))
    assert [seats(step) for step in made.steps] == [None, {BASIC: "freed_here"}, {BASIC: "missing"}]
    assert blocked(made) == [("no_free_seat", (3,))]


def test_a_freed_seat_only_mends_an_over_assignment() -> None:
    made = plan(
        Change(somebody(1), add=(BASIC,)),
        taken_back(somebody(2, BASIC)),
        context=make_context([make_line(BASIC, 4, 5)]),
    )
    assert blocked(made) == [("no_free_seat", (2,))]


def test_where_nothing_is_free_the_cure_names_findings_first_and_else_the_price() -> None:
    made = plan(Change(somebody(1), add=(BASIC,)), claimed={BASIC: 2})
    (cure,) = [b.cure for b in made.blockers if b.kind == "no_free_seat"]
    assert cure == (
        "No seat of Basic is free. 2 findings would free one (list_waste): propose again with action add and findings; "
        "else buy one, at 7.00 USD a month (list price)."
    )
    made = plan(Change(somebody(1), add=(UNPRICED,)))
    (cure,) = [b.cure for b in made.blockers if b.kind == "no_free_seat"]
    assert "no finding claims one: buy one, at a price that is not known" in cure


def test_seats_that_could_not_be_read_are_unknown_and_not_none() -> None:
    """INV-21."""
    unread = make_context(unread={Source.SKUS: Reason.NO_PERMISSION})
    made = plan(Change(somebody(1), add=(BASIC,)), context=unread)
    assert blocked(made) == [("free_seats_unknown", (1,))]


def test_a_step_that_gives_two_products_takes_none_where_one_is_short() -> None:
    one, other = somebody(1, E3), somebody(2, E3)
    two_products = Change(one, instead=(UNPRICED, BASIC), swapped=(E3,), because=(finding(one, Confidence.LIKELY),))
    swap = Change(other, instead=(BASIC,), swapped=(E3,), because=(finding(other, Confidence.LIKELY),))
    made = plan(two_products, swap, taken_back(somebody(3, BASIC)))
    assert [seats(step) for step in made.steps[1:]] == [
        {BASIC: "freed_here", UNPRICED: "missing"},
        {BASIC: "freed_here"},
    ]
    assert blocked(made) == [("no_free_seat", (2,))]


def test_a_seat_that_is_freed_at_a_later_renewal_is_not_there_before() -> None:
    def bought(sku: str, days: int) -> Subscription:
        return Subscription(f"s-{sku}", sku, "Enabled", False, 5, None, NOW + timedelta(days=days))

    lines = [make_line(BASIC, 5, 5), make_line(E3, 9, 5)]
    for basic, e3, source in ((10, 40, "freed_here"), (40, 10, "missing")):
        context = make_context(lines, subscriptions=(bought(BASIC, basic), bought(E3, e3)))
        swap = Change(somebody(1, E3), instead=(BASIC,), swapped=(E3,))
        made = plan(swap, taken_back(somebody(2, BASIC)), when=When.AT_RENEWAL, context=context)
        assert seats(made.steps[1]) == {BASIC: source}


def test_the_least_sure_comes_first_then_the_dearest_and_who_was_named_comes_last() -> None:
    likely = [taken_back(somebody(n, sku), Confidence.LIKELY) for n, sku in ((4, BASIC), (5, STANDARD))]
    certain = [taken_back(somebody(n, sku)) for n, sku in ((2, BASIC), (3, E3))]
    made, openings = plan_license_changes(
        [*certain, Change(somebody(1, E3), remove=(E3,)), *likely],
        When.NOW,
        Grounds(make_context(), "e1", True, {}, NOW, lambda: b"s" * 32),
    )
    assert [opening.values["user_id"] for opening in openings] == ["u5", "u4", "u3", "u2", "u1"]
    assert [step.subject for step in made.steps] == ["s1", "s2", "s3", "s4", "s5"]


def test_evidence_stands_beside_its_person_and_can_be_erased_with_them() -> None:
    """INV-45: what was seen of somebody is in the opening, and a commitment of it in the plan."""
    grounds = Grounds(make_context(), "e1", True, {}, NOW, lambda: b"s" * 32)
    made, (opening,) = plan_license_changes([taken_back(somebody(1, E3), Confidence.LIKELY)], When.NOW, grounds)
    assert opening.values["findings"] == [
        {"kind": "never_used", "confidence": "likely", "reason": "Nobody was seen.", "facts": {"days": 200}}
    ]
    assert "findings" in made.subjects[0].commitments
    assert b"Nobody was seen" not in made.to_bytes()


def test_of_a_licence_held_twice_the_direct_one_goes_and_nobody_leaves_the_group() -> None:
    """INV-16: that frees no seat and no money."""
    twice = somebody(1, assignments=(Assignment(E3), Assignment(E3, GROUP)))
    made = plan(Change(twice, mend=(E3,)))
    assert (made.steps[0].arguments["remove"], made.hand_offs, made.money) == ([E3], (), {})
    assert "a group goes on giving" in step_summary(made.steps[0])


def test_what_goes_beside_a_swap_of_a_group_is_still_taken() -> None:
    person = somebody(1, assignments=(Assignment(E3, GROUP), Assignment(NO_MAIL)))
    made = plan(Change(person, add=(STANDARD,), remove=(NO_MAIL,), instead=(BASIC,), swapped=(E3,)))
    assert made.steps[0].arguments["remove"] == [NO_MAIL]
    assert [one["sku_id"] for one in made.steps[0].arguments["add"]] == [STANDARD]  # type: ignore[union-attr,index,call-overload]
    (hand_off,) = made.hand_offs
    assert hand_off.instructions.startswith("Assign Basic first, then: E3 from group")


def test_the_changes_of_one_person_become_one_and_what_is_held_and_wanted_stays() -> None:
    person = somebody(1, E3, BASIC, NO_MAIL)
    swap = Change(person, instead=(BASIC,), swapped=(E3,), because=(finding(person, kind="unused_premium"),))
    others = Change(person, remove=(BASIC, NO_MAIL), because=(finding(person, kind="overlapping_skus"),))
    (one,) = merged([swap, others])
    assert (one.coming, one.leaving) == ((), (E3, NO_MAIL))
    assert [found.kind for found in one.because] == ["unused_premium", "overlapping_skus"]
    assert len(merged([swap, Change(somebody(2, E3), remove=(E3,))])) == 2


def needs(*bases: str, verified: bool = True) -> AddOn:
    return AddOn(frozenset({NO_MAIL}), tuple((frozenset({base}),) for base in bases), verified)


def test_an_add_on_takes_the_one_base_along_that_the_tenant_owns() -> None:
    context = make_context([make_line(BASIC, 6, 5), make_line(NO_MAIL, 6, 5)])
    asked = Change(somebody(1), add=(NO_MAIL,))
    along = with_bases(asked, context, (needs(BASIC, E3),))
    assert along.add == (NO_MAIL, BASIC)
    assert plan(along, context=context, add_ons=(needs(BASIC, E3),)).steps
    held = Change(somebody(1, BASIC), add=(NO_MAIL,))
    assert with_bases(held, context, (needs(BASIC, E3),)) == held
    assert with_bases(asked, context, (needs(BASIC, verified=False),)) == asked


def test_where_several_bases_would_do_a_person_names_one() -> None:
    context = make_context([make_line(sku, 6, 5) for sku in (BASIC, E3, NO_MAIL)])
    asked = with_bases(Change(somebody(1), add=(NO_MAIL,)), context, (needs(BASIC, E3, FREE),))
    assert asked.add == (NO_MAIL,)
    with pytest.raises(BadRequest, match="lack the licence") as refused:
        plan(asked, context=context, add_ons=(needs(BASIC, E3, FREE),))
    assert "Of what the tenant owns, Basic, E3 would do" in refused.value.next_step


def test_the_evidence_changes_no_step() -> None:
    """So that an identical request finds the proposal that is there, whatever was seen of the person since."""
    change = taken_back(somebody(1, E3))
    other = replace(change, because=(finding(change.person, Confidence.LIKELY),))
    assert plan(change).steps == plan(other).steps


def test_a_seat_that_a_group_gives_comes_free_by_hand_and_needs_no_purchase() -> None:
    by_group = somebody(2, assignments=(Assignment(BASIC, GROUP),))
    people = [Change(somebody(n), add=(BASIC,)) for n in (1, 3)]
    made = plan(*people, Change(by_group, remove=(BASIC,), because=(finding(by_group),)))
    assert [seats(step) for step in made.steps] == [{BASIC: "after_hand_off"}, {BASIC: "missing"}]
    assert blocked(made) == [("waits_for_hand_off", (1,)), ("no_free_seat", (2,))]
    alone = plan(people[0], Change(by_group, remove=(BASIC,)))
    assert alone.saving is not None
    assert not alone.saving.needs_purchase
