"""The door of the desk: who becomes an approver, and how."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq.errors import BadRequest, NotFound, Refused
from licenseiq_desk.store.blobs import as_bytes
from tests.desk.fakes import TENANT, World, world_in
from tests.desk.passkey_world import WRONG, enrol, kinds, options_of, with_passkeys
from tests.desk.soft_authenticator import SoftAuthenticator


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_passkeys(world_in(tmp_path, people=30))
    yield made
    made.desk.close()
    made.inbox.close()


def test_nobody_enrols_unless_the_door_was_opened(world: World) -> None:
    """INV-09."""
    key = SoftAuthenticator()
    with pytest.raises(Refused):
        world.desk.enrolments.enrol(TENANT, "guess", key.register({"challenge": "x"}))
    with pytest.raises(Refused):
        options_of(world, "guess")
    assert world.desk.approvers(TENANT) == ()
    assert kinds(world) == ["enrolment_refused", "enrolment_refused"]


def test_the_terminal_opens_it_for_the_first_approver_only(world: World) -> None:
    """INV-09."""
    first, _ = enrol(world)
    with pytest.raises(Refused):
        world.desk.enrolments.open(TENANT, "Eve", "eve")
    second, _ = enrol(world, "Ben", "ben", by=first)
    assert [one.enrolled for one in world.desk.approvers(TENANT)] == ["terminal bootstrap", f"by {first}"]
    with pytest.raises(NotFound):
        enrol(world, "Eve", "eve", by="nobody")
    assert second != first


def test_two_doors_for_a_first_approver_let_in_one(world: World) -> None:
    doors = [world.desk.enrolments.open(TENANT, name, name) for name in ("Ada", "Eve")]
    keys = [SoftAuthenticator(credential_id=bytes([n]) * 8) for n in (1, 2)]
    answers = [key.register(options_of(world, door.code)) for key, door in zip(keys, doors, strict=True)]
    world.desk.enrolments.enrol(TENANT, doors[0].code, answers[0])
    with pytest.raises(Refused):
        world.desk.enrolments.enrol(TENANT, doors[1].code, answers[1])
    assert len(world.desk.approvers(TENANT)) == 1


@pytest.mark.parametrize("wrong", [*WRONG, "another challenge", "too late", "twice"])
def test_a_door_lets_in_only_who_was_asked(world: World, wrong: str) -> None:
    """INV-09."""
    door = world.desk.enrolments.open(TENANT, "Ada", "ada")
    faults = {name: value for name, value in WRONG.get(wrong, {}).items() if name != "kind"}
    key = SoftAuthenticator(**faults, kind="webauthn.get" if wrong != "a registration" else "webauthn.wrong")
    answer = key.register(options_of(world, door.code))
    if wrong == "another challenge":
        options_of(world, door.code)
    if wrong == "too late":
        world.clock.move(601)
    if wrong == "twice":
        world.desk.enrolments.enrol(TENANT, door.code, answer)
    with pytest.raises(Refused):
        world.desk.enrolments.enrol(TENANT, door.code, answer)
    assert len(world.desk.approvers(TENANT)) == (wrong == "twice")


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u2066", "x" * 81])
def test_an_approver_has_a_name(world: World, name: str) -> None:
    with pytest.raises(BadRequest):
        world.desk.enrolments.open(TENANT, name, "ada")


def test_the_ledger_names_no_approver(world: World) -> None:
    enrol(world, "Ada Lovelace")
    with world.desk._store.database.read() as db:
        entries = db.exec_driver_sql("SELECT entry FROM ledger_entry").scalars().all()
    assert b"Lovelace" not in b"".join(map(as_bytes, entries))


def test_a_key_that_was_slipped_into_the_store_shows_in_the_ledger(world: World) -> None:
    """INV-42."""
    who, _ = enrol(world)
    assert world.desk.verify_ledger(TENANT).is_whole
    with world.desk._store.database.write() as db:
        db.exec_driver_sql(
            "INSERT INTO passkey VALUES (?, 'planted', ?, ?, 0, '', '2026-01-01T00:00:00Z')", (TENANT, who, b"key")
        )
    assert not world.desk.verify_ledger(TENANT).is_whole
