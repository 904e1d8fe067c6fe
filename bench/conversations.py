"""A conversation for each prompt, on a demo tenant: `uv run python -m bench.conversations` writes docs/conversations/.

No model has a part in it. A scripted client gets the prompt's words, calls the tools in the order in which they ask for
them, and says in a line what a person answers. What a tool's answer says in words is quoted as it is, with the figures
of the demo of that day.
"""

import argparse
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp_types import CallToolResult, PromptReference, TextContent
from tests.journeys.processes import TOP, asking, beside, start_demo
from tests.tools.talk import Ask, good

from licenseiq_demo import process
from licenseiq_prompts import PROMPTS

FOLDER = TOP / "docs" / "conversations"
COMMAND = "uv run python -m bench.conversations"


@dataclass
class Talk:
    """One conversation as it is written down. `told` are the lines of the page."""

    client: Client
    ask: Ask
    told: list[str] = field(default_factory=list)

    async def begin(self, prompt: str, given: dict[str, str]) -> None:
        """The prompt with what was given, whose words a client puts before the model."""
        (message,) = (await self.client.get_prompt(prompt, given)).messages
        assert isinstance(message.content, TextContent)
        for argument, value in given.items():
            done = await self.client.complete(PromptReference(name=prompt), {"name": argument, "value": value[:6]})
            if done.completion.values:
                first = ", ".join(f"`{one}`" for one in done.completion.values[:3])
                self.told += [f"Typing `{value[:6]}` into *{argument}* suggests {first}.", ""]
        self.told += [
            "The prompt says to the model:",
            "",
            *(f"> {row}".rstrip() for row in message.content.text.splitlines()),
            "",
        ]

    def person(self, words: str) -> None:
        self.told += [f"**Person:** {words}", ""]

    def model(self, words: str) -> None:
        """What a model would say by the answers before."""
        self.told += [f"**Model:** {words}", ""]

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Calls a tool, and notes the call and the answer's words. An answer that is an error ends the script."""
        result = await self.ask(tool, arguments)
        found = good(result)
        said = ", ".join(f"{name}: {value}" for name, value in arguments.items())
        self.told += [f"*calls* `{tool}` {f'with {said}' if said else ''}".rstrip(), ""]
        self.told += [f"> {_words(result)}", ""]
        return found

    async def domain(self) -> str:
        """The domain of the tenant's accounts."""
        rows = good(await self.ask("list_inactive_users", {"limit": 1}))["users"]
        return str(rows[0]["user_principal_name"]).partition("@")[2]

    def proposed(self, found: dict[str, Any]) -> None:
        """The steps, the blockers and the hand-offs of a proposal, as a model would show them."""
        for name in ("blockers", "hand_offs", "not_yet_possible"):
            rows = found.get(name) or []
            self.told += [f"- {_row(one)}" for one in rows[:6]] + ([""] if rows else [])
        self.model(
            f"To approve, type this yourself, outside of this chat: `{found['approve_at']}`. Nothing has changed yet."
        )


async def guided_offboarding(talk: Talk) -> None:
    leaver = (await talk.call("list_waste", kind="disabled_holder", limit=1))["findings"][0]["user"]
    talk.told.clear()
    user = leaver["user_principal_name"]
    await talk.begin("guided_offboarding", {"user": user})
    await talk.call("explain_user", user=user)
    talk.model("Is it over already, or which day is the last one, and in which time zone?")
    talk.person("It is over.")
    talk.model("The manager takes over mailbox and files. Is that right? And what should be left at the end?")
    talk.person("Yes. A shared mailbox, as always.")
    found = await talk.call("offboard_user", user=user, end_state="shared_keep_account")
    talk.proposed(found)
    talk.person("Is it done?")
    await talk.call("get_proposal", proposal_id=found["proposal_id"])


async def leaver_backlog(talk: Talk) -> None:
    await talk.begin("leaver_backlog", {})
    first = await talk.call("list_waste", kind="disabled_holder", limit=5)
    await talk.call("list_waste", kind="disabled_holder", group_by="department")
    people = [row["user"]["user_principal_name"] for row in first["findings"][:3]]
    talk.model(f"Shall we begin with the dearest three, {', '.join(people)}?")
    talk.person("Yes. I do not know the first one.")
    await talk.call("explain_user", user=people[0])
    talk.person("HR says that the person has left. Go on.")
    talk.proposed(await talk.call("offboard_user", users=people))


async def new_hire(talk: Talk) -> None:
    given = {"department": "Finance", "job_title": "Treasury Analyst"}
    await talk.begin("new_hire", given)
    tier = await talk.call("recommend_tier", **given)
    await talk.call("list_subscriptions")
    sku = (tier["recommended"] or tier["current"])[0]["name"]
    await talk.call("list_waste", sku=sku, limit=3)
    talk.model(f"{sku} it is. Who is it, and is the account there already?")
    start = (datetime.now(UTC).date() + timedelta(days=14)).isoformat()
    talk.person(f"Mira Dahl, number 990003, in Britain, on {start}. The account comes from HR.")
    found = await talk.call(
        "propose_onboarding",
        display_name="Mira Dahl",
        user_principal_name=f"mira.dahl@{await talk.domain()}",
        employee_id="990003",
        usage_location="GB",
        start=start,
        skus=[sku],
        account="elsewhere",
        **given,
    )
    talk.proposed(found)


async def leave_request(talk: Talk) -> None:
    found = await talk.call("list_waste", kind="unused_premium", sku="Microsoft 365 E5", limit=1)
    talk.told.clear()
    user = found["findings"][0]["user"]["user_principal_name"]
    away, last = (datetime.now(UTC).date() + timedelta(days=days) for days in (30, 210))
    await talk.begin("leave_request", {"user": user, "first_day": away.isoformat(), "last_day": last.isoformat()})
    await talk.call("explain_user", user=user)
    await talk.call("recommend_tier", user=user)
    back = last + timedelta(days=1)
    found = await talk.call("propose_leave", user=user, away_from=away.isoformat(), back_on=back.isoformat())
    talk.model(f"{found['saving']['basis']} Do you want it?")
    talk.person("Yes.")
    talk.proposed(found)


SCRIPTS: dict[str, Callable[[Talk], Awaitable[None]]] = {
    "guided_offboarding": guided_offboarding,
    "leaver_backlog": leaver_backlog,
    "new_hire": new_hire,
    "leave_request": leave_request,
}


async def held(client: Client, name: str) -> list[str]:
    """The lines of one conversation."""
    talk = Talk(client, await asking(client))
    await SCRIPTS[name](talk)
    return talk.told


def page(name: str, lines: list[str], day: str) -> str:
    prompt = next(one for one in PROMPTS if one.name == name)
    head = [f"# {prompt.title}", "", prompt.description, ""]
    head += [
        f"Written by `{COMMAND}` on the demo tenant, {day}: a scripted client calls the tools in the order that the"
    ]
    head += [
        "prompt asks for, and the tools' answers are quoted. What the model and the person say is the script's.",
        "",
    ]
    return "\n".join([*head, *lines]).rstrip() + "\n"


async def write(folder: Path) -> None:
    day = datetime.now(UTC).date().isoformat()
    with tempfile.TemporaryDirectory() as place:
        demo = Path(place) / "one" / "demo"
        try:
            home = beside(start_demo(demo), Path(place) / "home")
            home.facts("scan", "--demo")
            async with home.client() as client:
                for name in SCRIPTS:
                    (folder / f"{name}.md").write_text(page(name, await held(client, name), day), encoding="utf-8")
                    print(f"{name}.md")
        finally:
            process.stop(demo)


def _words(result: CallToolResult) -> str:
    """The answer in words, without the structured content that follows."""
    return next(block.text for block in result.content if isinstance(block, TextContent))


def _row(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    return "; ".join(f"{name}: {value}" for name, value in one.items() if isinstance(value, str | int))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=FOLDER)
    to: Path = parser.parse_args().to
    to.mkdir(parents=True, exist_ok=True)
    anyio.run(write, to)
