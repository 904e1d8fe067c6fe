"""Sealing personal values under a subject's key: AES-256-GCM, bound to where the value belongs."""

import json
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical, read_canonical
from licenseiq.proposals.commitments import Opening

NONCE_BYTES = 12


def seal(key: bytes, nonce: bytes, place: tuple[str, ...], value: Json) -> bytes:
    """The ciphertext of a value that belongs to `place` (tenant, proposal, reference, …) and opens nowhere else."""
    return AESGCM(key).encrypt(nonce, canonical(value), _bound_to(place))


def unseal(key: bytes, nonce: bytes, place: tuple[str, ...], ciphertext: bytes) -> Json:
    """The value. Raises Tampered when it was changed, moved, or sealed under another key."""
    try:
        return read_canonical(AESGCM(key).decrypt(nonce, ciphertext, _bound_to(place)))
    except (InvalidTag, ValueError) as error:
        raise Tampered(
            "Sealed personal values do not open: they were changed or moved.", "Withdraw the proposal; propose again."
        ) from error


def opening_to_json(opening: Opening) -> Json:
    return {"seed": opening.seed.hex(), "values": dict(opening.values)}


def opening_from_json(reference: str, value: Json) -> Opening:
    try:
        raw = cast("dict[str, object]", value)
        return Opening(reference, bytes.fromhex(str(raw["seed"])), cast("dict[str, Json]", raw["values"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Tampered("Sealed personal values have an unknown form.", "Propose again.") from error


def _bound_to(place: tuple[str, ...]) -> bytes:
    return json.dumps(["licenseiq.sealed/1", *place], ensure_ascii=True).encode()
