#!/usr/bin/env python3
"""Verifies an exported LicenseIQ ledger without LicenseIQ: this one file, Python 3.11 and the package `cryptography`.

    python licenseiq_verify.py EXPORT.jsonl [--anchor ANCHORS.jsonl] [--key HEX]

It recomputes the tree of RFC 6962 and every signed head, compares each plan, preflight and call with the digest that
the ledger holds, verifies each passkey's signature over its approval statement, and follows every run back to its
approvals. --key is the ledger's public key as somebody noted it elsewhere. Without an anchor, whoever holds the signing
key and the files could have written another history. Exit code 0: all verifies; 1: something does not; 2: wrong use.
"""

import argparse
import base64
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SCHEMA = "licenseiq.audit-export/1"
ANCHOR_SCHEMA = "licenseiq.anchor/1"
TEXTS = {"plan": "plan", "preflight": "preflight record"}
MOST_PROBLEMS = 20
_EMPTY_ROOT = hashlib.sha256(b"").digest()
_PRESENT, _VERIFIED = 0x01, 0x04


class Wrong(Exception):
    """What does not verify, in a sentence."""


def _must(holds: object, words: str) -> None:
    if not holds:
        raise Wrong(words)


def ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass
class Verdict:
    """One tenant's ledger. `counts` say what was verified, `origins` on which pages passkeys signed."""

    tenant: str
    public_key: str = ""
    size: int = 0
    root: str = _EMPTY_ROOT.hex()
    counts: Counter[str] = field(default_factory=Counter)
    origins: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def verify_export(
    lines: Iterable[bytes], keys: Collection[str] = (), anchors: Iterable[dict[str, Any]] = ()
) -> list[Verdict]:
    """A verdict for each ledger of an export. `keys` are the public keys (hex) that may have signed, any when empty.
    Raises Wrong for a file that is no whole export."""
    rows, found, ledger, first = list(anchors), list[Verdict](), None, 0
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            kind = record["record"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Wrong(f"Line {number} is not a record of an export.") from None
        if ledger is None:
            if kind != "export" or record.get("schema") != SCHEMA:
                raise Wrong(f"Line {number} does not begin an export that this version knows.")
            ledger, first = _Ledger(record), number
        elif kind != "end":
            ledger.take(record)
        elif record.get("lines") != number - first:
            raise Wrong("The export does not have as many lines as it says.")
        else:
            found.append(ledger.close([row for row in rows if row.get("tenant") == ledger.found.tenant]))
            ledger = None
    if ledger is not None or not found:
        raise Wrong("The export ends in the middle: its last lines are missing.")
    for verdict in found:
        if keys and verdict.public_key not in keys:
            verdict.problems.append("The ledger is signed with another key than the one that was given.")
    gone = {str(row.get("tenant")) for row in rows if not row.get("demo")} - {one.tenant for one in found}
    found += [Verdict(one, problems=["This ledger was anchored, and is not in the export."]) for one in sorted(gone)]
    for verdict in found:
        del verdict.problems[MOST_PROBLEMS:]
    return found


class _Ledger:
    """Reads one ledger's records in their order, and keeps what later ones are measured by."""

    def __init__(self, head: dict[str, Any]) -> None:
        self.found = Verdict(str(head.get("tenant")), str(head.get("public_key")))
        self.said = (head.get("size"), head.get("root"))
        self.key = _hex(head.get("public_key"))
        self.peaks: list[bytes] = []
        self.roots = [_EMPTY_ROOT]
        self.heads, self.time = 0, ""
        self.named: dict[str, set[str]] = {kind: set() for kind in TEXTS}
        self.seen: dict[str, set[str]] = {kind: set() for kind in TEXTS}
        self.proposals: dict[str, str] = {}
        self.credentials: dict[str, tuple[str, str]] = {}
        self.revoked: set[str] = set()
        self.approvals: dict[str, set[str]] = {}
        self.used: set[tuple[str, str]] = set()
        self.runs: set[str] = set()
        self.batches: dict[int, dict[str, Any]] = {}
        self.calls: dict[int, list[bytes]] = {}

    def take(self, record: dict[str, Any]) -> None:
        kind = str(record.get("record"))
        handler = {"entry": self._entry, "head": self._head, "call": self._call}.get(kind)
        try:
            if handler is not None:
                handler(record)
            elif kind in self.seen:
                text = str(record["text"]).encode("latin-1")
                self.seen[kind].add(hashlib.sha256(text).hexdigest())
            elif kind != "approver":
                raise Wrong(f"A record is of a kind that is not known: {kind[:20]}.")
            self.found.counts[kind] += 1
        except Wrong as error:
            self.found.problems.append(str(error))
        except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
            self.found.problems.append(f"A record of the kind {kind[:20]} has not the form that it should have.")

    def _entry(self, record: dict[str, Any]) -> None:
        data, place = str(record["entry"]).encode("latin-1"), len(self.roots) - 1
        self._append(hashlib.sha256(b"\x00" + data).digest())
        entry = json.loads(data)
        stands = _canonical(entry) == data and (entry["tenant"], entry["seq"]) == (self.found.tenant, place)
        _must(stands, f"Entry {place} is not in canonical form, or says that it stands elsewhere.")
        self.time = entry["time"]
        try:
            self._told(entry["kind"], entry["body"], entry)
        except Wrong as error:
            raise Wrong(f"Entry {place}: {error}") from None

    def _append(self, node: bytes) -> None:
        rest = len(self.roots) - 1
        while rest & 1:
            node = _node(self.peaks.pop(), node)
            rest >>= 1
        self.peaks.append(node)
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = _node(peak, root)
        self.roots.append(root)

    def _head(self, record: dict[str, Any]) -> None:
        self.heads += 1
        size, root, at = record["size"], record["root"], record["at"]
        fits = size == self.heads and size < len(self.roots) and root == self.roots[size].hex()
        _must(fits, f"The head of size {size} does not match the entries.")
        is_ours = ed25519(self.key, _hex(record["signature"]), _head_bytes(self.found.tenant, size, root, at))
        _must(is_ours, f"The signature of the head of size {size} does not verify.")

    def _told(self, kind: str, body: dict[str, Any], entry: dict[str, Any]) -> None:
        match kind:
            case "proposal_taken":
                self.proposals[body["proposal"]] = body["digest"]
                self.named["plan"].add(body["digest"])
            case "preflight":
                self.named["preflight"].add(body["preflight"])
            case "approver_enrolled":
                self.credentials[body["credential"]] = (body["approver"], body["public_key"])
            case "approver_revoked":
                self.revoked.add(body["approver"])
            case "calls_sealed":
                self.batches[entry["seq"]] = body
            case "approval":
                self._approval(body, entry)
            case "run_started":
                self._run(body)
            case "intent" if body["run"] not in self.runs:
                raise Wrong("something was sent to the tenant outside of a run.")

    def _approval(self, body: dict[str, Any], entry: dict[str, Any]) -> None:
        statement, evidence = body["statement"], body["evidence"]
        data, covers = _canonical(statement), statement["covers"]
        _must(hashlib.sha256(data).hexdigest() == body["digest"], "the approval statement does not have its digest.")
        _must(statement["tenant"] == self.found.tenant, "the approval statement is for another tenant.")
        taken = [self.proposals.get(one) for one in body["proposals"]]
        _must([one["proposal"] for one in covers] == taken, "the statement covers other plans than the desk's.")
        says = (statement["decision"], statement["level"])
        _must(says == (body["decision"], entry["level"]), "the statement says another decision or level.")
        in_time = statement["not_before"] <= entry["time"] <= statement["not_after"]
        _must(in_time, "the statement was decided on outside of its own time.")
        if approves := body["decision"] == "approve":
            read = {one["preflight"] for one in covers}
            _must(read <= self.named["preflight"], "the statement covers a preflight that the ledger does not hold.")
        if evidence.get("kind") == "passkey":
            who = statement["approver"].get("id")
            known = (who, _base64(evidence["public_key"]).hex())
            _must(self.credentials.get(evidence["credential_id"]) == known, "the approver has no such passkey.")
            _must(who not in self.revoked, "the approver had been revoked.")
            verify_passkey(evidence, data)
            self.found.origins.add(evidence["origin"])
            self.found.counts["passkey"] += 1
        else:
            _must(entry["level"] == "L0", "there is no evidence that can be verified.")
            self.found.counts["typed"] += 1
        self.approvals[body["approval"]] = set(body["proposals"]) if approves else set()

    def _run(self, body: dict[str, Any]) -> None:
        proposal, given = body["proposal"], body["approvals"]
        _must(self.proposals.get(proposal) == body["digest"], "a run was started for another plan than the desk's.")
        approved = all(proposal in self.approvals.get(one, ()) for one in given)
        _must(bool(given) and approved, "a run was started without an approval of its plan.")
        _must(not self.used & {(one, proposal) for one in given}, "an approval has started two runs of one plan.")
        self.used |= {(one, proposal) for one in given}
        self.runs.add(body["run"])
        self.found.counts["run"] += 1

    def _call(self, record: dict[str, Any]) -> None:
        row = {name: record[name] for name in ("id", "at", "tool", "client", "failed")}
        leaf = hashlib.sha256(b"\x00" + _canonical({"tenant": self.found.tenant, **row})).digest()
        self.calls.setdefault(record["batch"], []).append(leaf)

    def close(self, anchors: list[dict[str, Any]]) -> Verdict:
        found, problems = self.found, self.found.problems
        found.size, found.root = len(self.roots) - 1, self.roots[-1].hex()
        if (found.size, found.root) != self.said:
            problems.append("The export does not hold the ledger that its first line names.")
        if self.heads != found.size:
            problems.append(f"There are {self.heads} signed heads for {found.size} entries.")
        for kind, words in TEXTS.items():
            if missing := self.named[kind] - self.seen[kind]:
                problems.append(f"The text of {len(missing)} {words}(s) that the ledger names is missing or changed.")
            if self.seen[kind] - self.named[kind]:
                problems.append(f"The export holds a {words} that the ledger does not know.")
        for batch, leaves in self.calls.items():
            sealed = self.batches.get(batch, {})
            if (len(leaves), _root(leaves).hex()) != (sealed.get("count"), sealed.get("root")):
                problems.append(f"The calls of tools that entry {batch} sealed are not these.")
        if any(one["kept_until"] > self.time for seq, one in self.batches.items() if seq not in self.calls):
            problems.append("Calls of tools are missing that should still be kept.")
        problems += [one for row in anchors for one in self._against(row)]
        return found

    def _against(self, row: dict[str, Any]) -> list[str]:
        size, root = row.get("size"), row.get("root")
        message = _head_bytes(self.found.tenant, size, root, row.get("at"))
        if row.get("public_key") != self.found.public_key or not ed25519(self.key, _hex(row.get("signature")), message):
            return [f"The anchor of size {size} was not signed with this ledger's key."]
        if not isinstance(size, int) or size >= len(self.roots):
            return [f"The ledger has {self.found.size} entries; {size} were anchored: its tail is cut."]
        if self.roots[size].hex() != root:
            return [f"The first {size} entries are not those that were anchored."]
        return []


def verify_passkey(evidence: dict[str, Any], statement: bytes) -> None:
    """Raises Wrong unless a passkey signed this statement on its own page, with its user present and verified."""
    client_bytes, data = _base64(evidence["client_data"]), _base64(evidence["authenticator_data"])
    client = json.loads(client_bytes)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(statement).digest()).rstrip(b"=").decode()
    signs = client.get("type") == "webauthn.get" and client.get("challenge") == challenge
    _must(signs, "the passkey did not sign this statement.")
    here = client.get("origin") == evidence["origin"] and not client.get("crossOrigin")
    _must(here, "the passkey was used on another page than the desk's.")
    rp_id = evidence["rp_id"]
    at_home = urlsplit(evidence["origin"]).hostname == rp_id and data[:32] == hashlib.sha256(rp_id.encode()).digest()
    _must(at_home, "the passkey answered for another host than the desk's page.")
    flags = data[32] if len(data) >= 37 else 0
    _must(flags & _PRESENT and flags & _VERIFIED, "the passkey's user was not present, or not verified.")
    message = data + hashlib.sha256(client_bytes).digest()
    try:
        _verify_cose(_cbor(_base64(evidence["public_key"]))[0], _base64(evidence["signature"]), message)
    except (InvalidSignature, ValueError, KeyError, IndexError, TypeError):
        raise Wrong("the passkey's signature does not verify.") from None


def _verify_cose(key: Any, signature: bytes, message: bytes) -> None:
    """COSE keys of ES256, EdDSA and RS256 (RFC 9053, RFC 8812): those that LicenseIQ enrols."""
    kind = (key[1], key[3])
    if kind == (2, -7) and key[-1] == 1:
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(key[-2]), int.from_bytes(key[-3]), ec.SECP256R1())
        numbers.public_key().verify(signature, message, ec.ECDSA(hashes.SHA256()))
    elif kind == (1, -8) and key[-1] == 6:
        Ed25519PublicKey.from_public_bytes(key[-2]).verify(signature, message)
    elif kind == (3, -257):
        modulus = rsa.RSAPublicNumbers(int.from_bytes(key[-2]), int.from_bytes(key[-1]))
        modulus.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        raise ValueError("another kind of key")


def _cbor(data: bytes) -> tuple[Any, bytes]:
    """The first CBOR item and what follows it; of the kinds in a COSE key: whole numbers, bytes, texts, a map."""
    major, small, rest = data[0] >> 5, data[0] & 31, data[1:]
    if small > 27:
        raise ValueError("not a plain length")
    if small > 23:
        width = 1 << (small - 24)
        small, rest = int.from_bytes(rest[:width]), rest[width:]
    if major in (0, 1):
        return (small if major == 0 else -1 - small), rest
    if major in (2, 3) and len(rest) >= small:
        return rest[:small], rest[small:]
    if major != 5:
        raise ValueError("another kind of item")
    found = {}
    for _ in range(small):
        name, rest = _cbor(rest)
        found[name], rest = _cbor(rest)
    return found, rest


def _head_bytes(tenant: str, size: Any, root: Any, at: Any) -> bytes:
    return _canonical({"schema": "licenseiq.ledger-head/1", "tenant": tenant, "size": size, "root": root, "at": at})


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return _node(_root(leaves[:split]), _root(leaves[split:]))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hex(text: Any) -> bytes:
    """The bytes of lower-case hex; none for anything else, so that there is one way to write them."""
    try:
        found = bytes.fromhex(text)
    except (ValueError, TypeError):
        return b""
    return found if found.hex() == text else b""


def read_anchors(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """The anchors of a file. Raises Wrong for a line that is none."""
    try:
        found = [json.loads(line) for line in lines]
        _must(all(row["schema"] == ANCHOR_SCHEMA for row in found), "A line of the anchors is not an anchor.")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Wrong("A line of the anchors is not an anchor.") from None
    return found


def words(found: Verdict) -> list[str]:
    """What was found, for a person."""
    many, pages = found.counts, ", ".join(sorted(found.origins))
    return [
        f"{'BROKEN' if found.problems else 'whole '}  tenant {found.tenant}: {found.size} entries; runs: {many['run']}",
        f"  root {found.root}",
        f"  key  {found.public_key} (compare it with what you noted elsewhere)",
        f"  decisions by passkey: {many['passkey']}{f' at {pages}' if pages else ''}, typed (L0): {many['typed']}",
        f"  beside it: plans: {many['plan']}, preflights: {many['preflight']}, calls of tools: {many['call']}",
        *(f"  {problem}" for problem in found.problems),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export")
    parser.add_argument("--anchor")
    parser.add_argument("--key", action="append", default=[])
    options = parser.parse_args()
    try:
        anchors = read_anchors(Path(options.anchor).read_bytes().splitlines()) if options.anchor else []
        with open(options.export, "rb") as lines:
            verdicts = verify_export(lines, options.key, anchors)
    except Wrong as error:
        print(f"BROKEN  {error}")
        return 1
    except OSError as error:
        print(f"A file could not be read: {error.strerror}.")
        return 2
    print("\n".join(line for verdict in verdicts for line in words(verdict)))
    return 1 if any(verdict.problems for verdict in verdicts) else 0


if __name__ == "__main__":
    raise SystemExit(main())
