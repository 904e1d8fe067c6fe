"""The certificate of a run: who approved it, what became of each step, and proofs that stand without the desk."""

import json
from typing import Any

import pytest

from licenseiq.errors import NotFound
from licenseiq.leaving import EndState, Skip
from licenseiq.merkle import leaf_hash, verify_inclusion
from licenseiq_demo.state import DemoState
from licenseiq_desk.certificate import as_json
from licenseiq_desk.certificate_html import as_html
from tests.steps.conftest import OneDesk
from tests.steps.test_offboarding import leaver_of, offboard

pytestmark = pytest.mark.anyio


def proven(ledger: Any) -> list[bool]:
    head = ledger["head"]
    size, root = int(head["size"]), bytes.fromhex(str(head["root"]))
    return [
        verify_inclusion(
            leaf_hash(one["entry"].encode("latin-1")),
            one["leaf_index"],
            size,
            [bytes.fromhex(step) for step in one["audit_path"]],
            root,
        )
        for one in ledger["entries"]
    ]


async def test_a_certificate_tells_all_of_a_run_and_proves_it(desk: OneDesk, state: DemoState) -> None:
    """INV-44: each entry that it names is proven against the signed head; an entry that was changed is not."""
    leaver = leaver_of(state, set())
    leaver.fields["displayName"] = "<img src=x onerror=alert(1)>"
    plan, done = await offboard(desk, leaver, None, end_state=EndState.KEEP_LICENSED, skip=frozenset(Skip))
    assert done.state == "complete"
    report = desk.desk.report(plan.tenant_id, "p-whole")
    assert report is not None
    found = json.loads(as_json(desk.desk.certificate(report.runs[0].run_id)))
    assert (found["digest"], found["state"], found["proposal"]) == (plan.digest(), "complete", "p-whole")
    assert [(one["kind"], one["outcome"]) for one in found["steps"]] == [
        ("disable_sign_in", "done"),
        ("revoke_sessions", "done"),
    ]
    assert [one["decision"] for one in found["approvals"]] == ["approve"]
    assert found["people"]["s1"]["user_principal_name"] == leaver.upn
    kinds = [one["kind"] for one in found["ledger"]["entries"]]
    assert (kinds.count("approval"), kinds.count("outcome"), kinds.count("run_ended")) == (1, 2, 1)
    assert all(proven(found["ledger"]))
    changed = found["ledger"]["entries"][-1]
    changed["entry"] = changed["entry"].replace("complete", "partial")
    assert proven(found["ledger"])[-1] is False
    page = as_html(desk.desk.certificate(report.runs[0].run_id))
    assert "<img" not in page
    assert plan.digest() in page


async def test_there_is_none_of_a_run_that_is_not_there(desk: OneDesk) -> None:
    with pytest.raises(NotFound):
        desk.desk.certificate("run-0")
