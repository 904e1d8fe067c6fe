"""Short random sequences of tool calls by a client that says yes to everything, and what came of them."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from mcp import Client
from mcp_types import ElicitResult
from tests.journeys.hostile import Calls, Known, answer_to, complaint, get_to_know, schemas_of
from tests.journeys.processes import Home, asking

from licenseiq_tenant.desk_state import DESK_FILE


@dataclass
class SaysYes:
    """Accepts whatever it is asked, with every field filled in as if a person had agreed."""

    asked: int = 0

    async def __call__(self, _: Any, params: Any) -> ElicitResult:
        self.asked += 1
        fields = (getattr(params, "requested_schema", None) or {}).get("properties", {})
        return ElicitResult(action="accept", content={name: _agreeing(one) for name, one in fields.items()})


def _agreeing(schema: dict[str, Any]) -> str | int | bool:
    if "enum" in schema:
        return str(schema["enum"][0])
    return {"boolean": True, "integer": 1, "number": 1}.get(schema.get("type", ""), "yes")


@dataclass
class Tally:
    """What was asked, and what came of it. `wrong` are answers that no client should get."""

    sequences: int = 0
    calls: int = 0
    refused: int = 0
    elicited: int = 0
    answered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.sequences + other.sequences,
            self.calls + other.calls,
            self.refused + other.refused,
            self.elicited + other.elicited,
            self.answered + other.answered,
            self.wrong + other.wrong,
        )


async def ask_sequences(
    home: Home, mode: str, seed: int, sequences: int, program: tuple[str, ...], longest: int = 3
) -> Tally:
    """Asks a server of this home for so many sequences, each from a seed of its own, of one to `longest` calls."""
    yes, tally = SaysYes(), Tally()
    async with home.client(mode, program, elicitation=yes) as client:
        inputs, outputs = await schemas_of(client)
        known = await get_to_know(await asking(client))
        for tool, arguments in once_each(inputs, known):
            tally.answered[tool] += not (await answer_to(client, tool, arguments)).is_error
        for number in range(sequences):
            calls = Calls(random := Random(f"{seed}/{mode}/{number}"), inputs, known)
            await _one(client, calls, random.randint(1, longest), outputs, tally, f"{seed}/{mode}/{number}")
    tally.elicited = yes.asked
    return tally


def once_each(tools: Iterable[str], known: Known) -> list[tuple[str, dict[str, Any]]]:
    """A call of each tool that is right, before the random ones: a tool that never answers was not tried."""
    needs: dict[str, dict[str, Any]] = {
        "explain_user": {"user": known.people[0]},
        "recommend_tier": {"user": known.people[0]},
        "offboard_user": {"user": known.people[0]},
        "propose_onboarding": {"user": known.people[0], "department": "Finance"},
        "propose_erasure": {"user": known.people[0]},
        "propose_license_changes": {"action": "reclaim", "findings": [known.findings[0]]},
        "get_proposal": {"proposal_id": known.proposals[0]},
        "propose_undo": {"proposal_id": known.proposals[0]},
        "withdraw_proposal": {"proposal_id": known.proposals[0]},
    }
    back = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    # Not everybody holds something that a smaller licence can stand for.
    leaves = [("propose_leave", {"user": person, "back_on": back}) for person in known.people]
    return [(tool, needs.get(tool, {})) for tool in tools if tool != "propose_leave"] + leaves


async def _one(client: Client, calls: Calls, length: int, outputs: Any, tally: Tally, name: str) -> None:
    tally.sequences += 1
    for tool, arguments in islice(calls, length):
        result = await answer_to(client, tool, arguments)
        tally.calls += 1
        tally.refused += bool(result.is_error)
        tally.answered[tool] += not result.is_error
        if found := complaint(result, outputs[tool]):
            tally.wrong.append(f"sequence {name}, {tool} {str(arguments)[:300]}: {found}")


@dataclass(frozen=True)
class Came:
    """What the desk and the tenant hold afterwards: rows of the desk's store, and requests on the tenant's record that
    ask for a change, by (method, path, whether it took effect)."""

    proposals: int
    approvals: int
    runs: int
    approvers: int
    changes: tuple[tuple[str, str, bool], ...]


def what_came(home: Home) -> Came:
    with closing(sqlite3.connect(home.path / "demo" / DESK_FILE)) as db:
        rows = [
            db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - names from here
            for table in ("proposal", "approval", "run", "approver")
        ]
    return Came(*rows, tuple(home.changes()))
