"""Holds on the demo tenant: legal ones stop, retention is a way, what cannot be read stops until somebody signs."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from licenseiq.policy import Policy
from licenseiq.proposals.statement import Decision
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.mailbox import SHARED
from licenseiq.times import iso
from licenseiq_desk.approval import preflight
from licenseiq_desk.execution.checking import Answered
from licenseiq_desk.holds.index import Pace
from tests.desk.soft_authenticator import SoftAuthenticator
from tests.steps.conftest import OneDesk, licences_of, step

pytestmark = pytest.mark.anyio


def without_files(desk: OneDesk, user_id: str) -> str:
    """The same person without a OneDrive, so that only mail and holds count."""
    desk.state.tenant.by_id[user_id].drive_bytes = None
    return user_id


async def asked(desk: OneDesk, user_id: str, end_state: str | None = "shared_keep_account") -> dict[str, Answered]:
    """What the checks say of taking all licences of somebody, by their names, when a person is about to decide."""
    values = desk.values(user_id)
    taken = licences_of(desk, user_id, end_state)
    shares = [step(StepKind.CONVERT_MAILBOX, {"mailbox_kind": SHARED})] if end_state == "shared_keep_account" else []
    if shares:
        taken = replace(taken, after=(1,))
    proposal_id = await desk.put(values, *shares, taken)
    held = desk.desk.proposal(desk.state.tenant.tenant_id, proposal_id)
    found = await preflight.take(
        desk.desk._store, held.plan.tenant_id, held, {"s1": desk.opening(values)}, desk.writer, desk.policy,
        desk.clock.around(),
    )  # fmt: skip
    return {one.check: one for one in found.answered}


def kind(found: Answered) -> str | None:
    return None if found.held is None else found.held.kind


LEGAL = (
    "litigation_hold",
    "litigation_hold_for_a_time",
    "in_place_hold",
    "ediscovery_mailbox",
    "ediscovery_site",
    "ediscovery_site_among_others",
    "ediscovery_custodian",
)


@pytest.mark.parametrize("situation", LEGAL)
async def test_a_legal_hold_stops_and_nobody_can_waive_it(desk: OneDesk, situation: str) -> None:
    """INV-14."""
    found = (await asked(desk, desk.state.tenant.situations[situation]))["holds"]
    assert found.held is not None
    assert (found.held.kind, found.held.waivable) == ("legal_hold", False)


@pytest.mark.parametrize("situation", ["plain_leaver", "ediscovery_released", "retention_that_only_deletes"])
async def test_positive_control_whoever_is_not_held_passes(desk: OneDesk, situation: str) -> None:
    found = await asked(desk, desk.state.tenant.situations[situation])
    assert (kind(found["holds"]), kind(found["mailbox_kept"])) == (None, None)
    assert any("none holds mailbox or files" in line for line in found["holds"].says)


@pytest.mark.parametrize("situation", ["retention_policy", "retention_label", "delay_hold"])
async def test_retention_is_a_way_and_no_stop(desk: OneDesk, situation: str) -> None:
    user_id = desk.state.tenant.situations[situation]
    wanted = "delay_hold" if situation == "delay_hold" else "retention_policy"
    assert kind((await asked(desk, user_id))["holds"]) is None
    inactive = await asked(desk, user_id, "inactive_mailbox_then_delete")
    assert kind(inactive["holds"]) is None
    assert kind((await asked(desk, user_id, "unsaid"))["holds"]) == wanted


async def test_a_delay_hold_says_until_when(desk: OneDesk) -> None:
    found = (await asked(desk, desk.state.tenant.situations["delay_hold"], "unsaid"))["holds"]
    assert found.held is not None
    assert "2026-12-23" in found.held.cure


async def test_without_retention_no_mailbox_becomes_an_inactive_one(desk: OneDesk) -> None:
    found = await asked(desk, desk.state.tenant.situations["plain_leaver"], "inactive_mailbox_then_delete")
    assert kind(found["mailbox_kept"]) == "nothing_retains_mailbox"


async def test_a_policy_for_everybody_counts_though_the_mailbox_says_nothing(desk: OneDesk) -> None:
    """An empty InPlaceHolds is not 'no hold' (field note 1)."""
    mail = desk.state.tenant.mail
    before = list(mail.policies)
    mail.policies.append("mbx7cfb30345d454ac0a989ab3041051209:2")
    try:
        user_id = desk.state.tenant.situations["plain_leaver"]
        assert kind((await asked(desk, user_id, "unsaid"))["holds"]) == "retention_policy"
        assert mail.boxes[user_id].holds == []
    finally:
        mail.policies[:] = before


async def test_the_customers_own_list_is_a_legal_hold(desk: OneDesk) -> None:
    user_id = desk.state.tenant.situations["plain_leaver"]
    desk.policy = Policy(legal_hold_user_ids=frozenset({user_id.lower()}))
    assert kind((await asked(desk, user_id))["holds"]) == "legal_hold"


@pytest.fixture
def forbid(desk: OneDesk) -> Iterator[Callable[[str], None]]:
    """Forbids something of the demo until the test is over."""
    yield lambda name: desk.state.faults.replace([f"forbid:{name}"])
    desk.state.faults.replace([])


@pytest.mark.parametrize("what", ["exchange", "ediscovery", "files"])
async def test_what_cannot_be_read_is_no_all_clear(desk: OneDesk, forbid: Callable[[str], None], what: str) -> None:
    """INV-14, INV-21: unknown stops, and a named person may give a dated word."""
    forbid(what)
    found = (await asked(desk, desk.state.tenant.situations["plain_leaver"]))["holds"]
    assert found.held is not None
    assert (found.held.kind, found.held.waivable) == ("holds_unreadable", True)


@pytest.mark.parametrize(("days", "outcome"), [(8, "blocked"), (6, "done")])
async def test_a_word_about_holds_counts_for_some_days(
    desk: OneDesk, forbid: Callable[[str], None], days: int, outcome: str
) -> None:
    """A step that comes when the word is old is blocked again; one that comes before is taken."""
    forbid("ediscovery")
    tenant_id = desk.state.tenant.tenant_id
    user_id = without_files(desk, desk.state.tenant.situations["forwards_outside"])
    taken = licences_of(desk, user_id, "delete")
    later = iso(desk.clock.now() + timedelta(days=days))
    proposal_id = await desk.put(
        desk.values(user_id), replace(taken, arguments={**taken.arguments, "not_before": later})
    )
    door = desk.desk.enrolments.open(tenant_id, "Ada", "ada", None)
    key = SoftAuthenticator(credential_id=b"credential of Ada")
    who = desk.desk.enrolments.enrol(
        tenant_id, door.code, key.register(desk.desk.enrolments.options(tenant_id, door.code))
    )
    waived = {proposal_id: [{"kind": "holds_unreadable", "reason": "Legal looked today: nothing is on hold."}]}
    begun = await desk.desk.decisions.begin(
        tenant_id, [proposal_id], who.approver_id, Decision.APPROVE, desk.writer, waived=waived
    )
    desk.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    assert (await desk.go_on(proposal_id, rounds=1)).outcomes == [None]
    desk.clock.move(days * 86_400)
    assert (await desk.go_on(proposal_id)).outcomes == [outcome]


async def test_a_hold_between_approval_and_execution_stops(desk: OneDesk) -> None:
    """INV-14, INV-15."""
    state = desk.state
    person = state.tenant.by_id[without_files(desk, state.tenant.situations["future_meetings"])]
    proposal_id = await desk.approved(desk.values(person.id), licences_of(desk, person.id, "delete"))
    state.tenant.legal.place(state.tenant.mail, person, "mailbox", state.stamp())
    try:
        done = await desk.go_on(proposal_id)
    finally:
        state.tenant.legal.lift(state.tenant.mail, person)
    assert done.outcomes == ["blocked"]
    assert "legal_hold" in done.notes[0]
    assert any(person.fields["assignedLicenses"])


async def test_a_hold_on_files_is_seen_when_the_index_is_read_again(desk: OneDesk) -> None:
    state = desk.state
    user_id = state.tenant.situations["delegate_elsewhere"]
    person = next(one for one in state.tenant.people if one.id == user_id)
    assert kind((await asked(desk, user_id))["holds"]) is None
    state.tenant.legal.place(state.tenant.mail, person, "site", state.stamp())
    try:
        assert kind((await asked(desk, user_id))["holds"]) is None  # what was read counts for a day
        desk.clock.move(25 * 3600)
        assert kind((await asked(desk, user_id))["holds"]) == "legal_hold"
    finally:
        state.tenant.legal.lift(state.tenant.mail, person)


async def test_the_cases_are_read_at_five_requests_a_minute_and_the_step_waits(desk: OneDesk) -> None:
    """Neither 'no hold' nor 'blocked' while they are being read; and the pace is kept."""
    user_id = without_files(desk, desk.state.tenant.situations["rule_that_forwards_outside"])
    desk.with_cases(Pace())
    found = (await asked(desk, user_id))["holds"]
    assert found.held is not None
    assert (found.held.kind, found.held.waivable) == ("holds_not_yet_read", False)
    proposal_id = await desk.approved(desk.values(user_id), licences_of(desk, user_id, "delete"))
    first = await desk.go_on(proposal_id, rounds=1)
    assert (first.outcomes, "holds_not_yet_read" in first.notes[0]) == (["waiting"], True)
    assert (await desk.go_on(proposal_id, rounds=12)).outcomes == ["done"]
    times = [one["path"] for one in desk.state.recorder.entries if "ediscoveryCases" in one["path"]]
    assert len(times) > 10


async def test_what_was_read_is_shown_before_somebody_signs(desk: OneDesk) -> None:
    """INV-10: under each step, what was found and what it means."""
    user_id = desk.state.tenant.situations["litigation_hold"]
    proposal_id = await desk.put(desk.values(user_id), licences_of(desk, user_id, "delete"))
    _, lines = await desk.desk.begin_approval(desk.state.tenant.tenant_id, proposal_id, desk.writer, "tester")
    text = "\n".join(lines)
    for words in ("kept back (legal_hold)", "read: Litigation hold.", "open cases seen", "read: Mailbox: UserMailbox"):
        assert words in text
