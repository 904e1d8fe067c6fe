"""An export is verified without the desk, by one file that knows nothing of LicenseIQ. INV-44."""

import ast
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licenseiq.errors import Refused
from licenseiq.proposals.canonical import canonical, digest
from licenseiq_desk.approval.approvers import Passkey
from licenseiq_desk.approval.passkeys import asserted
from licenseiq_desk.ledger import standalone_verify
from licenseiq_desk.ledger.calls import seal
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.ledger.export import export_lines
from licenseiq_desk.ledger.standalone_verify import Wrong, verify_export, verify_passkey
from tests.desk.fakes import START, TENANT, World, person_id, plan_for, world_in
from tests.desk.passkey_world import PARTY, WRONG, begin, enrol, with_passkeys
from tests.desk.soft_authenticator import SoftAuthenticator, b64

pytestmark = pytest.mark.anyio
SCRIPT = Path(standalone_verify.__file__)


async def carried_out(world: World) -> None:
    """Two proposals approved by a passkey in one statement, one rejected, calls logged, one run carried out."""
    with_passkeys(world)
    who, key = enrol(world)
    for n in (1, 2, 3):
        world.put(plan_for(2, evaluation_id=f"ev-{n}"), f"p-{n}")
    begun = await begin(world, who, "p-1", "p-2")
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    world.desk.reject(TENANT, "p-3", "not now", "terminal")
    for n in range(3):
        world.inbox.log_call(TENANT, f"c-{n}", START, "health_score", "test client", is_error=n == 1)
    world.clock.move(61)
    assert await world.finish() == "complete"
    assert seal(world.desk._store, world.inbox, TENANT, world.clock.now()) == 3


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The export of a desk that is gone, with its databases and keys."""
    home = tmp_path_factory.mktemp("exported")
    world = world_in(home)
    anyio.run(carried_out, world)
    lines = lines_of(world)
    world.desk.close()
    world.inbox.close()
    shutil.rmtree(home)
    return lines


def lines_of(world: World) -> list[bytes]:
    return list(export_lines(world.desk._store, TENANT, is_demo=True, now=world.clock.now()))


def problems(lines: list[bytes], **more: Any) -> list[str]:
    """What is wrong with an export of one ledger; its form counts too."""
    try:
        (verdict,) = verify_export(lines, **more)
    except Wrong as error:
        return [str(error)]
    return verdict.problems


def test_an_export_verifies_with_the_databases_deleted(exported: list[bytes], tmp_path: Path) -> None:
    """INV-44: in a folder with nothing but the export and the verifier."""
    done = verified_alone(exported, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"whole   tenant {TENANT}" in done.stdout
    assert "decisions by passkey: 1 at http://localhost:8765, typed (L0): 1" in done.stdout
    assert "plans: 3, preflights: 2, calls of tools: 3" in done.stdout


def verified_alone(lines: list[bytes], folder: Path) -> "subprocess.CompletedProcess[str]":
    folder.mkdir(exist_ok=True)
    (folder / "ledger.jsonl").write_bytes(b"".join(lines))
    shutil.copy(SCRIPT, folder / "licenseiq_verify.py")
    command = [sys.executable, "licenseiq_verify.py", "ledger.jsonl"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_verifier_needs_the_standard_library_and_cryptography_alone() -> None:
    """INV-44."""
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    found = {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    found |= {alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    assert found - set(sys.stdlib_module_names) == {"cryptography"}


def test_an_export_names_nobody_of_the_tenant(exported: list[bytes]) -> None:
    """INV-45."""
    whole = b"".join(exported)
    for number in (1, 2):
        assert person_id(number).encode() not in whole
        assert f"person{number}@".encode() not in whole


def test_any_flipped_bit_of_an_export_is_found(exported: list[bytes]) -> None:
    """INV-42, INV-44: of what is signed; names of approvers and the moment of the export are told beside it."""
    assert problems(exported) == []
    for place, line in enumerate(exported[1:], 1):
        record = json.loads(line)
        if record["record"] == "approver":
            continue
        for bit in range(0, (len(line) - 1) * 8, 2003):
            wrong = bytearray(line)
            wrong[bit // 8] ^= 1 << bit % 8
            found = [*exported[:place], bytes(wrong), *exported[place + 1 :]]
            told_beside = record["record"] in ("plan", "preflight") and _only_names_differ(bytes(wrong), record)
            assert problems(found) or told_beside, (record["record"], place, bit)


def _only_names_differ(line: bytes, record: dict[str, Any]) -> bool:
    """The id beside a plan's text helps a reader; what counts is the text, which the ledger knows by its digest."""
    try:
        return bool(json.loads(line)["text"] == record["text"])
    except (ValueError, KeyError):
        return False


def test_lines_that_are_missing_doubled_or_swapped_are_found(exported: list[bytes]) -> None:
    """INV-42: also where the closing line is made to fit."""
    for place in range(0, len(exported) - 1, 3):
        if b'"record":"approver"' in exported[place]:
            continue
        without = [*exported[:place], *exported[place + 1 : -1]]
        fitting = [*without, canonical({"record": "end", "lines": len(without)}) + b"\n"]
        assert problems(fitting), place
        assert problems([*exported[: place + 1], *exported[place:]]), place
    assert problems(exported[:-1])
    assert problems([exported[0], *exported[2:0:-1], *exported[3:]])


def test_a_key_or_an_anchor_from_elsewhere_tells_a_ledger_that_was_written_anew(exported: list[bytes]) -> None:
    """INV-42."""
    head = json.loads(exported[0])
    heads = [json.loads(line) for line in exported if b'"record":"head"' in line]
    row = {**heads[-1], "schema": standalone_verify.ANCHOR_SCHEMA, "tenant": TENANT, "public_key": head["public_key"]}
    assert problems(exported, keys=[head["public_key"]], anchors=[row]) == []
    assert "another key" in problems(exported, keys=["ab" * 32])[0]
    assert "not signed" in problems(exported, anchors=[{**row, "root": "ab" * 32}])[0]
    lost = verify_export(exported, anchors=[{**row, "tenant": "another"}])
    assert [one.problems for one in lost] == [[], ["This ledger was anchored, and is not in the export."]]


async def test_an_approval_that_was_forged_with_the_ledgers_own_key_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-44: whoever holds the ledger's key cannot make a passkey's signature. The positive control: without that one
    check nothing is found."""
    await carried_out(world)
    genuine = next(
        entry
        for line in lines_of(world)
        if (entry := entry_of(line)) and entry["kind"] == "approval" and "L1" in str(entry)
    )
    body = genuine["body"] | {"approval": "ap-forged", "statement": genuine["body"]["statement"] | {"nonce": "ab" * 32}}
    body["digest"] = digest(canonical(body["statement"]))
    store = world.desk._store
    world.clock.now_is = START
    with store.database.write() as db:
        db.exec_driver_sql("DELETE FROM ledger_entry WHERE seq > ?", (genuine["seq"],))
        db.exec_driver_sql("DELETE FROM ledger_head WHERE size > ?", (genuine["seq"] + 1,))
        store.ledger.append(db, TENANT, world.clock.now(), Kind.APPROVAL, body, "L1")
    forged = lines_of(world)
    assert any("the passkey did not sign this statement" in one for one in problems(forged))
    monkeypatch.setattr(standalone_verify, "verify_passkey", lambda *_: None)
    assert not any("passkey" in one for one in problems(forged))


def entry_of(line: bytes) -> dict[str, Any] | None:
    record = json.loads(line)
    return dict(json.loads(record["entry"])) if record["record"] == "entry" else None


@pytest.mark.parametrize("wrong", [{}, *WRONG.values()], ids=["right", *WRONG])
def test_the_verifier_and_the_desk_judge_a_passkeys_answer_alike(wrong: dict[str, Any]) -> None:
    """INV-07, INV-44."""
    statement = canonical({"a": "statement"})
    key = SoftAuthenticator()
    cose = cbor2.loads(
        cbor2.loads(_unpadded(key.register({"challenge": ""})["response"]["attestationObject"]))["authData"][
            55 + len(key.credential_id) :
        ]
    )
    for name, value in wrong.items():
        setattr(key, name, value)
    answer = key.sign({"challenge": b64(hashlib.sha256(statement).digest())})
    known = Passkey(answer["id"], "who-1", cbor2.dumps(cose), 0)
    evidence = _evidence(answer["response"], cbor2.dumps(cose))
    if not wrong:
        verify_passkey(evidence, statement)
        asserted(answer, PARTY, hashlib.sha256(statement).digest(), (known,))
        return
    with pytest.raises(Wrong):
        verify_passkey(evidence, statement)
    with pytest.raises(Refused):
        asserted(answer, PARTY, hashlib.sha256(statement).digest(), (known,))


def _unpadded(text: str) -> bytes:
    return standalone_verify._base64(text)


def _evidence(response: dict[str, str], cose: bytes) -> dict[str, Any]:
    names = {"client_data": "clientDataJSON", "authenticator_data": "authenticatorData", "signature": "signature"}
    rest = {"kind": "passkey", "public_key": b64(cose), "origin": PARTY.origin, "rp_id": PARTY.rp_id}
    return {**{ours: response[theirs] for ours, theirs in names.items()}, **rest}


@pytest.mark.parametrize("kind", ["EdDSA", "RS256"])
def test_keys_of_each_kind_that_can_be_enrolled_verify(kind: str) -> None:
    """INV-44."""
    statement = canonical({"a": "statement"})
    template = SoftAuthenticator().sign({"challenge": b64(hashlib.sha256(statement).digest())})["response"]
    message = _unpadded(template["authenticatorData"]) + hashlib.sha256(_unpadded(template["clientDataJSON"])).digest()
    if kind == "EdDSA":
        ed = Ed25519PrivateKey.generate()
        cose, signature = {1: 1, 3: -8, -1: 6, -2: ed.public_key().public_bytes_raw()}, ed.sign(message)
    else:
        key = rsa.generate_private_key(65537, 2048)
        numbers = key.public_key().public_numbers()
        cose = {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
        signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    verify_passkey(_evidence(template | {"signature": b64(signature)}, cbor2.dumps(cose)), statement)
    for wrong in (signature[:-1] + bytes([signature[-1] ^ 1]), b"", signature[:-1]):
        with pytest.raises(Wrong, match="signature"):
            verify_passkey(_evidence(template | {"signature": b64(wrong)}, cbor2.dumps(cose)), statement)
    for odd in (b"", b"\xff", cbor2.dumps({1: 2, 3: -7}), cbor2.dumps({**cose, 3: -35})):
        with pytest.raises(Wrong, match="signature"):
            verify_passkey(_evidence(template | {"signature": b64(signature)}, odd), statement)
