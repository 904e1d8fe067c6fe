"""The demo tenant, proven: the only tenant for which a typed phrase is an approval (level L0)."""

from collections.abc import Callable
from dataclasses import dataclass

from licenseiq.errors import Refused
from licenseiq.proposals.plan import Plan

# A nonce, and the HMAC under the running demo's secret; None when no demo that we hold the secret of answers.
DemoProof = Callable[[bytes], bytes | None]


class NotProven(Refused):
    """The demo did not answer just now; it may be asked again."""


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """The tenant id that the demo's own 0600 file names, and the proof that this very demo answers now."""

    tenant_id: str
    proof: DemoProof


def prove(plan: Plan, demo: DemoTenant | None, statement_digest: str) -> bytes:
    """The demo's answer to this statement. Raises Refused unless the plan is for the proven demo tenant."""
    if demo is None or not plan.simulated or plan.tenant_id != demo.tenant_id:
        raise Refused(
            "A typed phrase approves on the demo tenant only, and this plan is not for the demo that runs here.",
            "A real tenant needs an enrolled approver.",
        )
    answer = demo.proof(bytes.fromhex(statement_digest))
    if answer is None:
        raise NotProven(
            "The demo tenant did not prove that it is the one this desk knows.",
            "Start it again with `licenseiq demo` and propose again.",
        )
    return answer
