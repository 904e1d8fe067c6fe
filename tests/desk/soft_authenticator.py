"""A passkey in software, for tests: ES256, with a switch for each thing that a false one could do."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

UP, UV, AT = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class SoftAuthenticator:
    """`origin` is the page that asks; the other fields say what it does wrong, if anything."""

    origin: str = "http://localhost:8765"
    rp_id: str = "localhost"
    user_present: bool = True
    user_verified: bool = True
    kind: str = "webauthn.get"
    cross_origin: bool = False
    counter: int = 0
    grows: bool = True
    credential_id: bytes = b"credential-0001"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(cose)
        data = self._data(AT) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        kind = self.kind if self.kind != "webauthn.get" else "webauthn.create"
        response = {"clientDataJSON": b64(self._client(options, kind)), "attestationObject": b64(attestation)}
        return self._credential(response)

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        client = self._client(options, self.kind)
        if self.grows:
            self.counter += 1
        data = self._data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)}
        )

    def _client(self, options: dict[str, Any], kind: str) -> bytes:
        found = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**found, "crossOrigin": self.cross_origin}).encode()

    def _data(self, flags: int) -> bytes:
        flags |= (UP if self.user_present else 0) | (UV if self.user_verified else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        identity = b64(self.credential_id)
        return {"id": identity, "rawId": identity, "type": "public-key", "response": response}
