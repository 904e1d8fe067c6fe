"""The policy's digest, as it stands in statements."""

from licenseiq.policy import Policy
from licenseiq.policy_version import content_of
from licenseiq.proposals.canonical import canonical, digest


def policy_digest(policy: Policy) -> str:
    """SHA-256 over everything that the policy says."""
    return digest(canonical(content_of(policy)))
