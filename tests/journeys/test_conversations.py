"""The conversations of docs/conversations, held again: each prompt's order of calls works on the demo tenant."""

import re

import pytest
from bench.conversations import COMMAND, FOLDER, SCRIPTS, held, page
from tests.journeys.processes import Home

from licenseiq_prompts import PROMPTS
from licenseiq_prompts.prompt import template

pytestmark = pytest.mark.anyio


async def test_each_prompt_leads_to_its_end(scanned: Home) -> None:
    assert [*SCRIPTS] == [prompt.name for prompt in PROMPTS]
    async with scanned.client() as client:
        for name in SCRIPTS:
            told = "\n".join(await held(client, name))
            called = re.findall(r"^\*calls\* `(\w+)`", told, re.MULTILINE)
            asked_for = re.findall(r"`(\w+)`", template(name))
            assert [tool for tool in called if tool not in asked_for] == []
            in_order = [asked_for.index(tool) for tool in dict.fromkeys(called)]
            assert in_order == sorted(in_order), f"{name}: {called}"
            assert "outside of this chat: `" in told
    assert scanned.changes() == []


def test_the_pages_are_there_and_name_their_command() -> None:
    for prompt in PROMPTS:
        text = (FOLDER / f"{prompt.name}.md").read_text(encoding="utf-8")
        assert text.startswith(page(prompt.name, [], "")[:40])
        assert COMMAND in text
        assert f"({prompt.name}.md)" in (FOLDER / "README.md").read_text(encoding="utf-8")
