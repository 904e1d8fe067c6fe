"""Taking proposals over from the inbox."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq.errors import Tampered
from licenseiq.proposals.states import ProposalState
from licenseiq_desk.desk import Desk
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import open_store
from licenseiq_desk.store.sealing import opening_to_json, seal, unseal
from tests.desk.fakes import START, TENANT, Killed, World, demo_of, opening, person_id, plan_for


def spoil(world: World, sql: str, *values: object) -> None:
    with sqlite3.connect(world.home / "inbox.db") as db:
        db.execute(sql, values)
    db.close()


def test_the_inbox_forgets_what_the_desk_has_sealed(world: World) -> None:
    """INV-45."""
    world.put(plan_for(2))
    assert world.desk.take_over(TENANT).taken == ("p-1",)
    entry = world.inbox.entry(TENANT, "p-1")
    assert entry is not None
    assert entry.openings == ()
    assert world.desk.take_over(TENANT).taken == ()
    assert person_id(2) in "\n".join(world.desk.lines(TENANT, "p-1"))


def test_no_file_of_the_desk_holds_a_persons_id_or_name(world: World) -> None:
    """INV-45: everything outside of the keys folder."""
    world.put(plan_for(2))
    world.desk.take_over(TENANT)
    for path in world.home.glob("desk.db*"):
        data = path.read_bytes()
        for number in (1, 2):
            assert person_id(number).encode() not in data
            assert f"person{number}@".encode() not in data


def test_a_destroyed_key_erases_one_person_and_the_ledger_still_verifies(world: World) -> None:
    """INV-45."""
    world.put(plan_for(2))
    world.desk.take_over(TENANT)
    store = open_store(world.home)
    store.keys.destroy(TENANT, ("p-1", "s1"))
    held = proposals.get(store, TENANT, "p-1")
    assert list(proposals.openings(store, TENANT, "p-1", held.plan)) == ["s2"]
    assert held.plan.digest() == plan_for(2).digest()
    store.close()
    assert world.desk.verify_ledger(TENANT).is_whole
    assert "s1: (erased)" in world.desk.lines(TENANT, "p-1")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE proposal SET plan = CAST(replace(plan, 'offboard', 'onboard_') AS BLOB) WHERE proposal_id = 'p-1'",
        "UPDATE proposal SET digest = 'ab' || substr(digest, 3) WHERE proposal_id = 'p-1'",
        "UPDATE opening SET personal_values = '{\"user_id\":\"x\"}' WHERE proposal_id = 'p-1'",
        "UPDATE opening SET seed = zeroblob(32) WHERE proposal_id = 'p-1'",
        "UPDATE opening SET reference = 's9' WHERE proposal_id = 'p-1'",
        "DELETE FROM opening WHERE proposal_id = 'p-1'",
    ],
)
def test_a_tampered_entry_is_left_alone_and_the_others_are_taken(world: World, sql: str) -> None:
    """INV-05."""
    world.put(plan_for())
    world.put(plan_for(2), "p-2")
    spoil(world, sql)
    found = world.desk.take_over(TENANT)
    assert found.taken == ("p-2",)
    assert [rejected.proposal_id for rejected in found.rejected] == ["p-1"]
    assert world.desk.report(TENANT, "p-1") is None


def test_a_plan_for_another_tenant_is_not_taken(world: World) -> None:
    other = replace(plan_for(), tenant_id="7d1f0c52-0f4e-4e7b-9a37-3f2f7ad3c002")
    world.inbox.put("p-1", other, [opening(1)], "k")
    spoil(world, "UPDATE proposal SET tenant_id = ?", TENANT)
    spoil(world, "UPDATE opening SET tenant_id = ?", TENANT)
    assert [r.proposal_id for r in world.desk.take_over(TENANT).rejected] == ["p-1"]


def test_a_crash_before_the_inbox_forgets_is_mended_by_the_next_take_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-17."""

    def die(*_: object) -> None:
        raise Killed

    world.put(plan_for())
    with monkeypatch.context() as patch:
        patch.setattr(world.inbox, "forget_openings", die)
        with pytest.raises(Killed):
            world.desk.take_over(TENANT)
    world.reopen()
    assert world.desk.take_over(TENANT).taken == ()
    entry = world.inbox.entry(TENANT, "p-1")
    assert entry is not None
    assert entry.openings == ()
    assert world.desk.verify_ledger(TENANT).size == 2  # taken over once, and the policy


def test_what_two_processes_take_at_once_is_taken_once_and_opens(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal approves while the desk runs: each looked before the other wrote."""
    world.put(plan_for())
    other = Desk(world.home, world.inbox, demo=demo_of(), around=world.clock.around())
    look = proposals.known_digest

    def late(*place: Any) -> str | None:
        found = look(*place)
        monkeypatch.undo()
        assert other.take_over(TENANT).taken == ("p-1",)
        return found

    monkeypatch.setattr(proposals, "known_digest", late)
    assert world.desk.take_over(TENANT).taken == ()
    other.close()
    assert any("person1@contoso.example" in line for line in world.desk.lines(TENANT, "p-1"))
    assert world.desk.verify_ledger(TENANT).is_whole


def test_withdrawn_and_expired_proposals_end(world: World) -> None:
    world.put(plan_for())
    world.put(plan_for(2, expires=START + timedelta(hours=1)), "p-2")
    spoil(world, "INSERT INTO withdrawal VALUES (?, 'p-1', '2026-11-23T09:00:00Z')", TENANT)
    assert world.desk.take_over(TENANT).ended == (("p-1", ProposalState.WITHDRAWN),)
    world.clock.move(3600)
    assert world.desk.take_over(TENANT).ended == (("p-2", ProposalState.EXPIRED),)
    assert world.desk.take_over(TENANT).ended == ()
    assert world.report().state == "withdrawn"


def test_sealed_values_open_in_their_own_place_and_unchanged_only() -> None:
    """INV-45."""
    key, nonce = b"k" * 32, b"n" * 12
    sealed = seal(key, nonce, ("t", "p", "s1"), {"a": 1})
    assert unseal(key, nonce, ("t", "p", "s1"), sealed) == {"a": 1}
    for arguments in (
        (key, nonce, ("t", "p", "s2"), sealed),
        (b"x" * 32, nonce, ("t", "p", "s1"), sealed),
        (key, b"m" * 12, ("t", "p", "s1"), sealed),
        (key, nonce, ("t", "p", "s1"), bytes([sealed[0] ^ 1]) + sealed[1:]),
    ):
        with pytest.raises(Tampered):
            unseal(*arguments)


def test_values_sealed_anew_for_somebody_else_do_not_open_the_plan(world: World) -> None:
    """INV-05: who holds the key can seal another id, and the commitments still say whom the plan means."""
    world.put(plan_for())
    world.desk.take_over(TENANT)
    store = open_store(world.home)
    key = store.keys.find(TENANT, "p-1", "s1")
    assert key is not None
    sealed = seal(key, b"n" * 12, (TENANT, "p-1", "s1"), opening_to_json(opening(2)))
    with store.database.write() as db:
        db.exec_driver_sql("UPDATE sealed_opening SET nonce = ?, ciphertext = ?", (b"n" * 12, sealed))
    store.close()
    with pytest.raises(Tampered):
        world.desk.lines(TENANT, "p-1")
