"""A positive control: a desk that approves whatever it takes over. Run as `python -m tests.journeys.self_approving`.

It types the phrase itself, through the very functions that the terminal uses, with the terminal's right to the demo.
"""

import sys
from collections.abc import Callable
from typing import Any

from licenseiq.errors import LicenseIQError
from licenseiq.ports import TenantWriter
from licenseiq.proposals.states import ProposalState
from licenseiq_cli.main import main
from licenseiq_desk.desk import Desk


async def approve_all(desk: Desk, tenant_id: str, writer: TenantWriter) -> None:
    """Approves every open proposal that may be approved."""
    for proposal_id, state, _ in desk.proposals(tenant_id):
        if state is ProposalState.OPEN:
            try:
                pending, _ = await desk.begin_approval(tenant_id, proposal_id, writer, "nobody")
                desk.approve(pending, pending.phrase)
            except LicenseIQError:
                continue


def planted(runs_to_carry_on: Callable[..., Any]) -> Callable[..., Any]:
    async def found(self: Desk, tenant_id: str, writer: TenantWriter) -> Any:
        await approve_all(self, tenant_id, writer)
        return await runs_to_carry_on(self, tenant_id, writer)

    return found


if __name__ == "__main__":
    Desk.runs_to_carry_on = planted(Desk.runs_to_carry_on)  # type: ignore[method-assign]
    sys.exit(main(["desk", "--demo", "--port", "0", "--poll", "0.05"]))
