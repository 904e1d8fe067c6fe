"""audit_trail: what an entry says, what stays unknown, and what is never said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq.errors import StateUnknown
from licenseiq.privacy import Privacy
from licenseiq.proposals.stored import ApprovalReport, DeskReport, ProposalRecord
from licenseiq.proposals.trail import TrailEntry
from tests.fake_catalogue import E5, catalogue
from tests.fake_people import NOW, hostile
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, good, pages, talking, text_of

pytestmark = pytest.mark.anyio
STATEMENT = {"approver": {"kind": "passkey", "id": "who-1"}}
BODIES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("proposal_taken", {"kind": "offboard"}, "Proposal {p} (offboard) was taken over by the desk."),
    ("approval", {"decision": "approve", "decided": True, "statement": STATEMENT}, "Proposal {p} approved by passkey"),
    ("run_started", {"run": "run-1"}, "Run run-1 of proposal {p} was started."),
    ("intent", {"run": "run-1", "step": 3, "subject": "s1"}, "Step 3 of run run-1 was about to be sent. Take back"),
    ("outcome", {"run": "run-1", "step": 3, "subject": "s1", "outcome": "already_so"}, "Step 3 of run run-1: already"),
    ("run_ended", {"run": "run-1", "state": "complete"}, "Run run-1 is complete."),
    ("calls_sealed", {"count": 3, "first": "a", "last": "b"}, "3 calls of tools were sealed, a to b."),
    ("subject_exported", {"proposals": ["p-1"], "by": "account-x"}, "A copy of what is held about a person was made"),
    ("subject_erased", {"proposals": ["p-1", "p-2"]}, "A person was erased from 2 proposals."),
    (
        "exception_made",
        {"finding_kind": "never_used", "state": "snoozed", "until": "2027-03-31"},
        "An exception from a finding (never_used) was made: snoozed until 2027-03-31.",
    ),
    ("exception_ended", {"finding_kind": "never_used"}, "The exception from a finding (never_used) was ended."),
    ("a_kind_to_come", {}, "A kind to come."),
)


async def told(mode: str, people: int = 1, tenant: FakeTenant | None = None) -> tuple[FakeProposals, ProposalRecord]:
    """A proposal whose whole story stands in the ledger."""
    proposals = FakeProposals(tenant.people) if tenant is not None else FakeProposals()
    users = [one.user_id for one in proposals.people[:people]]
    more = {"proposals": proposals} | ({} if tenant is None else {"tenant": tenant})
    proposal_id = (await content(mode, "offboard_user", {"users": users}, **more))["proposal_id"]
    approval = ApprovalReport("ap-1", "approve", "L1", "passkey (enrolled by terminal bootstrap)", NOW)
    desk = DeskReport("approved", (approval,), (), None)
    record = replace(proposals.records[proposal_id], state="approved", desk=desk)
    proposals.records[proposal_id] = record
    entries = []
    for sequence, (kind, body, _) in enumerate(BODIES):
        whole = {"proposal": proposal_id, "proposals": [proposal_id], **body}
        step = record.plan.steps[2] if "step" in body else None
        skus = (catalogue().sku(E5),) if step else ()
        time = NOW + timedelta(seconds=sequence)
        entries.append(TrailEntry(sequence, time, kind, "L1", whole, proposal_id, record, step, skus))
    proposals.entries = tuple(entries)
    return proposals, record


async def test_each_kind_of_entry_is_told_in_a_sentence(mode: str) -> None:
    proposals, record = await told(mode)
    answer = await content(mode, "audit_trail", proposals=proposals)
    assert [row["sequence"] for row in answer["entries"]] == list(range(len(BODIES)))[::-1]
    for row, (kind, _, words) in zip(answer["entries"], BODIES[::-1], strict=True):
        assert row["kind"] == kind
        assert row["summary"].startswith(words.format(p=record.proposal_id))
    assert answer["head"] == {"size": len(BODIES), "root": "ab" * 32}


async def test_who_removed_a_licence_is_one_row(mode: str) -> None:
    proposals, record = await told(mode)
    user_id, name = record.names["s1"]
    answer = await content(mode, "audit_trail", {"user": name}, proposals=proposals)
    assert answer["total"] == answer["shown"] == 2
    row = answer["entries"][0]
    assert row["user"] == {"id": user_id, "user_principal_name": name}
    assert [sku["sku_id"] for sku in row["skus"]] == [E5]
    assert row["summary"].endswith("Approved by passkey (enrolled by terminal bootstrap).")
    assert row["level"] == "L1"


async def test_pages_come_to_an_end_and_a_cursor_keeps_its_question(mode: str) -> None:
    proposals, record = await told(mode)
    proposals.entries = tuple(
        replace(one, sequence=100 * n + one.sequence) for n in range(9) for one in proposals.entries
    )
    async with talking(mode, proposals=proposals) as call:
        rows = await pages(call, "audit_trail", "entries", {"limit": 50})
        assert len({row["sequence"] for row in rows}) == 9 * len(BODIES)
        cursor = good(await call("audit_trail", {"limit": 2}))["next_cursor"]
        wrong = await call("audit_trail", {"limit": 2, "proposal_id": record.proposal_id, "cursor": cursor})
        assert wrong.is_error


async def test_a_state_that_cannot_be_read_is_an_error_and_no_empty_list(mode: str) -> None:
    """INV-21."""
    proposals = FakeProposals(unknown_desk=StateUnknown("The store desk.db could not be read.", "Look at the desk."))
    assert "could not be read" in await error(mode, "audit_trail", proposals=proposals)


async def test_without_a_ledger_that_is_said(mode: str) -> None:
    result = await ask(mode, "audit_trail")
    assert "there is no ledger" in text_of(result)
    assert good(result)["head"] is None


async def test_what_happened_elsewhere_and_what_was_not_verified_is_said(mode: str) -> None:
    answer = await content(mode, "audit_trail")
    assert any("audit log" in one for one in answer["unknown"])
    assert any("audit verify" in one for one in answer["unknown"])


@pytest.mark.parametrize("since", ["2026-11-23", "2026-11-23T09:12:34Z", "2026-11-23T11:12:34+02:00"])
async def test_since_takes_a_date_or_a_time(mode: str, since: str) -> None:
    proposals, _ = await told(mode)
    answer = await content(mode, "audit_trail", {"since": since}, proposals=proposals)
    assert answer["total"] == (len(BODIES) if "T" not in since else len(BODIES) - 3)
    assert "no date" in await error(mode, "audit_trail", {"since": "yesterday"}, proposals=proposals)


async def test_nobody_is_everybody(mode: str) -> None:
    """INV-20."""
    proposals, _ = await told(mode)
    assert "selects nobody" in await error(mode, "audit_trail", {"user": "*"}, proposals=proposals)


async def test_text_of_the_tenant_stands_in_its_own_field(mode: str) -> None:
    """INV-25."""
    tenant = FakeTenant(hostile())
    proposals, _ = await told(mode, tenant=tenant)
    answer = await content(mode, "audit_trail", tenant=tenant, proposals=proposals)
    names = {row["user"]["user_principal_name"] for row in answer["entries"] if row["user"]}
    assert names
    assert not [row for row in answer["entries"] for name in names if name and name in row["summary"]]


async def test_modes_of_privacy_name_nobody(mode: str) -> None:
    proposals, record = await told(mode, people=2)
    _, name = record.names["s1"]
    seen = await content(mode, "audit_trail", proposals=proposals, privacy=Privacy.PSEUDONYMS)
    assert {row["user"]["id"][:7] for row in seen["entries"] if row["user"]} == {"person-"}
    assert name not in str(seen)
    counted = await content(mode, "audit_trail", proposals=proposals, privacy=Privacy.AGGREGATE)
    assert not [row for row in counted["entries"] if row["user"] or row["skus"] or row["kind"] in ("intent", "outcome")]
    await error(mode, "audit_trail", {"user": name}, proposals=proposals, privacy=Privacy.AGGREGATE)
