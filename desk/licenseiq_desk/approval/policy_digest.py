"""The policy's digest, as it stands in statements."""

from dataclasses import fields

from licenseiq.policy import Policy
from licenseiq.proposals.canonical import Json, canonical, digest


def policy_digest(policy: Policy) -> str:
    found: dict[str, Json] = {}
    for field in fields(policy):
        value = getattr(policy, field.name)
        found[field.name] = sorted(value) if isinstance(value, frozenset) else value
    return digest(canonical(found))
