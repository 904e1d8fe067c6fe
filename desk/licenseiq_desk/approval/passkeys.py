"""Passkeys (WebAuthn level 3): what the browser is asked for, and what of its answer counts.

The browser lets every page of `localhost` use a passkey of `localhost`, whatever its port. So the exact origin, port
included, is what tells our page from another one's, and there is one, never a list.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from licenseiq.errors import Refused
from licenseiq.proposals.canonical import Json
from licenseiq_desk.approval.approvers import Passkey

TIMEOUT_MS = 300_000
_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Where the page is: `origin` such as 'http://localhost:8765', `rp_id` its host."""

    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """A browser's answer that was verified, raw: what an auditor verifies again. All in base64url without padding."""

    credential_id: str
    client_data: str
    authenticator_data: str
    signature: str
    sign_count: int


def registration_options(
    party: RelyingParty, approver_id: str, name: str, challenge: bytes, known: tuple[Passkey, ...]
) -> dict[str, Json]:
    """What `navigator.credentials.create` is given."""
    options = generate_registration_options(
        rp_id=party.rp_id,
        rp_name="LicenseIQ",
        user_name=name,
        user_id=approver_id.encode(),
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_REQUIRED
        ),
        exclude_credentials=_described(known),
    )
    return cast("dict[str, Json]", json.loads(options_to_json(options)))


def registered(credential: Mapping[str, object], party: RelyingParty, challenge: bytes, approver_id: str) -> Passkey:
    """The key that the browser made. Raises Refused for anything else than the answer that was asked for."""
    try:
        found = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused(
            "The browser's answer is not the one that was asked for.", "Begin the enrolment again."
        ) from error
    return Passkey(
        bytes_to_base64url(found.credential_id),
        approver_id,
        found.credential_public_key,
        found.sign_count,
        found.aaguid,
    )


def authentication_options(party: RelyingParty, challenge: bytes, keys: tuple[Passkey, ...]) -> dict[str, Json]:
    """What `navigator.credentials.get` is given."""
    options = generate_authentication_options(
        rp_id=party.rp_id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_described(keys),
        user_verification=_REQUIRED,
    )
    return cast("dict[str, Json]", json.loads(options_to_json(options)))


def asserted(
    credential: Mapping[str, object], party: RelyingParty, challenge: bytes, keys: tuple[Passkey, ...]
) -> Assertion:
    """The verified answer of one of these keys: this challenge, this origin, presence and verification of the user, and
    a counter that has grown. Raises Refused."""
    try:
        response = cast("Mapping[str, str]", credential["response"])
        credential_id = str(credential["id"]).rstrip("=")
        key = next((one for one in keys if one.credential_id == credential_id), None)
        if key is None:
            raise Refused("This passkey is not one of the approver's.", "Choose the approver whose passkey it is.")
        found = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
        raw = [str(response[name]).rstrip("=") for name in ("clientDataJSON", "authenticatorData", "signature")]
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused("The passkey's answer does not approve exactly this.", "Begin again.") from error
    return Assertion(key.credential_id, raw[0], raw[1], raw[2], found.new_sign_count)


def evidence(assertion: Assertion, key: Passkey, party: RelyingParty) -> dict[str, Json]:
    """What is kept of an approval, and is enough to verify it without us."""
    return {
        "kind": "passkey",
        "credential_id": assertion.credential_id,
        "public_key": bytes_to_base64url(key.public_key),
        "client_data": assertion.client_data,
        "authenticator_data": assertion.authenticator_data,
        "signature": assertion.signature,
        "origin": party.origin,
        "rp_id": party.rp_id,
    }


def verify_evidence(
    found: Mapping[str, object], party: RelyingParty, challenge: bytes, keys: tuple[Passkey, ...]
) -> None:
    """Verifies kept evidence again, against the keys of now. The counter was looked at when it was given. Raises
    Refused."""
    credential = {
        "id": found.get("credential_id"),
        "rawId": found.get("credential_id"),
        "type": "public-key",
        "response": {
            "clientDataJSON": found.get("client_data"),
            "authenticatorData": found.get("authenticator_data"),
            "signature": found.get("signature"),
        },
    }
    asserted(credential, party, challenge, tuple(replace(key, sign_count=0) for key in keys))


def _described(keys: tuple[Passkey, ...]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in keys]
