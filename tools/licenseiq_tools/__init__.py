"""The MCP tools, one a file. Reading these lists is reading what a model can do: nothing else is registered.

READS change nothing. PROPOSALS store a proposal, which a person may approve elsewhere; LICENSEIQ_READ_ONLY hides them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mcp_types import ToolAnnotations

from licenseiq_tools.audit_trail import audit_trail
from licenseiq_tools.explain_user import explain_user
from licenseiq_tools.forecast_spend import forecast_spend
from licenseiq_tools.get_proposal import get_proposal
from licenseiq_tools.health_score import health_score
from licenseiq_tools.list_inactive_users import list_inactive_users
from licenseiq_tools.list_proposals import list_proposals
from licenseiq_tools.list_subscriptions import list_subscriptions
from licenseiq_tools.list_waste import list_waste
from licenseiq_tools.offboard_user import offboard_user
from licenseiq_tools.propose_erasure import propose_erasure
from licenseiq_tools.propose_leave import propose_leave
from licenseiq_tools.propose_license_changes import propose_license_changes
from licenseiq_tools.propose_onboarding import propose_onboarding
from licenseiq_tools.propose_undo import propose_undo
from licenseiq_tools.recommend_tier import recommend_tier
from licenseiq_tools.refresh_tenant import refresh_tenant
from licenseiq_tools.spend_summary import spend_summary
from licenseiq_tools.withdraw_proposal import withdraw_proposal


@dataclass(frozen=True, slots=True)
class Entry:
    """One tool: its description is the function's docstring, which the model reads too."""

    name: str
    function: Callable[..., Any]
    title: str
    annotations: ToolAnnotations


def _read(*, open_world: bool = False) -> ToolAnnotations:
    return ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=open_world
    )


# Stores a proposal, never touches the tenant, and finds an identical live proposal again.
_PROPOSES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)

# Marks what LicenseIQ itself has stored, and asks nobody else.
_WITHDRAWS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

READS: tuple[Entry, ...] = (
    # A first call without data starts a scan: every answer about the tenant may ask Microsoft Graph.
    Entry("health_score", health_score, "License Health Score", _read(open_world=True)),
    Entry("list_inactive_users", list_inactive_users, "Inactive licence holders", _read(open_world=True)),
    Entry("list_waste", list_waste, "Seats that findings claim", _read(open_world=True)),
    Entry("explain_user", explain_user, "One person's licences and use", _read(open_world=True)),
    Entry("list_subscriptions", list_subscriptions, "Seats bought and used", _read(open_world=True)),
    Entry("spend_summary", spend_summary, "Spend by group and over time", _read(open_world=True)),
    Entry("forecast_spend", forecast_spend, "Spend of the months ahead", _read(open_world=True)),
    Entry("recommend_tier", recommend_tier, "Recommended licence tier", _read(open_world=True)),
    Entry("refresh_tenant", refresh_tenant, "Read the tenant anew", _read(open_world=True)),
    Entry("list_proposals", list_proposals, "Proposals", _read()),
    Entry("get_proposal", get_proposal, "One proposal and what became of it", _read()),
    # A person's name may need the tenant, which a first call reads.
    Entry("audit_trail", audit_trail, "What was decided and done", _read(open_world=True)),
)

PROPOSALS: tuple[Entry, ...] = (
    Entry("offboard_user", offboard_user, "Propose to offboard people", _PROPOSES),
    Entry("propose_license_changes", propose_license_changes, "Propose licence changes", _PROPOSES),
    Entry("propose_undo", propose_undo, "Propose to take a run back", _PROPOSES),
    Entry("propose_onboarding", propose_onboarding, "Propose to onboard or to move somebody", _PROPOSES),
    Entry("propose_leave", propose_leave, "Propose licences for a leave", _PROPOSES),
    Entry("propose_erasure", propose_erasure, "Propose to erase a person", _PROPOSES),
    Entry("withdraw_proposal", withdraw_proposal, "Take a proposal back", _WITHDRAWS),
)

__all__ = ["PROPOSALS", "READS", "Entry"]
