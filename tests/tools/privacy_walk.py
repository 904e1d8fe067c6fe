"""Asks every tool about people, by every name that they have, and keeps all that was answered."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from licenseiq.people import Person
from licenseiq.text import clean
from licenseiq_tools import PROPOSALS, READS
from tests.tools.talk import Ask, text_of

_LISTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("health_score", {}),
    ("refresh_tenant", {}),
    ("audit_trail", {}),
    ("list_inactive_users", {"limit": 50, "inactive_days": 30}),
    ("list_inactive_users", {"limit": 50, "inactive_days": 31}),
    ("list_inactive_users", {"department": "Sales"}),
    ("list_inactive_users", {"department": "Nowhere"}),
    ("list_waste", {"limit": 100}),
    ("list_waste", {"kind": "inactive_holder"}),
    ("list_waste", {"kind": "unassigned_seats"}),
    *(("list_waste", {"group_by": by}) for by in ("kind", "sku", "department")),
    ("list_subscriptions", {}),
    *(("spend_summary", {"by": by}) for by in ("department", "country", "cost_center", "manager", "sku")),
    ("forecast_spend", {"with_proposals": True}),
    ("recommend_tier", {"department": "Sales"}),
    ("propose_license_changes", {"filter": {"kind": "inactive_holder"}, "expected_count": 5}),
)


@dataclass
class Walk:
    """`said` is every answer and every refusal, as text; `answered` the tools that answered without an error."""

    call: Ask
    said: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    async def ask(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result = await self.call(tool, arguments)
        self.asked.add(tool)
        self.said.append(text_of(result) + repr(result.structured_content))
        if result.is_error:
            return {}
        self.answered.add(tool)
        return result.structured_content or {}

    async def everything(self, people: Iterable[Person]) -> None:
        for tool, arguments in _LISTS:
            await self.ask(tool, arguments)
        shown = (await self.ask("list_inactive_users", {"limit": 3}))["users"]
        names = [text for one in people for text in (one.user_id, one.user_principal_name, one.display_name)]
        typed = [name for name in names if name and len(name) <= 120 and name.isprintable()]
        for who in [row["id"] for row in shown] + typed:
            for tool, arguments in (
                ("explain_user", {"user": who}),
                ("spend_summary", {"by": "manager", "under": who}),
                ("recommend_tier", {"user": who}),
                ("audit_trail", {"user": who}),
                ("offboard_user", {"user": who}),
                ("propose_license_changes", {"action": "add", "users": [who], "sku": "Power BI Pro"}),
                ("propose_erasure", {"user": who}),
                ("propose_leave", {"user": who, "back_on": "2027-06-01"}),
                ("propose_onboarding", {"user": who, "department": "Sales"}),
            ):
                await self._proposed(await self.ask(tool, arguments))
        found = await self.ask("list_waste", {"limit": 10})
        for finding in found.get("findings") or ():
            arguments = {"action": "reclaim", "findings": [finding["id"]]}
            await self._proposed(await self.ask("propose_license_changes", arguments))
        for row in (await self.ask("list_proposals", {})).get("proposals", ()):
            await self.ask("get_proposal", {"proposal_id": row["proposal_id"]})
            await self.ask("audit_trail", {"proposal_id": row["proposal_id"]})
        await self.ask("withdraw_proposal", {"proposal_id": "p-0000000000"})
        await self.ask("propose_undo", {"proposal_id": "p-0000000000"})
        assert self.asked == {entry.name for entry in READS + PROPOSALS}

    async def _proposed(self, answer: dict[str, Any]) -> None:
        if "proposal_id" in answer:
            await self.ask("get_proposal", {"proposal_id": answer["proposal_id"]})
            await self.ask("withdraw_proposal", {"proposal_id": answer["proposal_id"]})


def named(said: Iterable[str], people: Iterable[Person]) -> set[str]:
    """Every text of a person that occurs in what was said; the mailbox 'Info' is not named by 'Information'."""
    whole = "\n".join(said)
    texts = {
        text
        for one in people
        for raw in (one.user_id, one.user_principal_name, one.display_name, one.job_title, one.office)
        if raw
        for text in (raw, clean(raw).text, (clean(raw).text.partition("@")[0] if "@" in raw else raw))
        if len(text) > 2
    }
    return {text for text in texts if text in whole and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", whole)}
