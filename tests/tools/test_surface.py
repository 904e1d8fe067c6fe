"""What every tool must be, checked over the lists of tools as a client sees them."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from mcp import Client

from licenseiq.leaving import Skip
from licenseiq_server import build_server
from licenseiq_tools import PROPOSALS, READS
from tests.fake_people import hostile
from tests.fakes import FakeTenant, opener
from tests.snapshots.update import COMMAND, FOLDER, as_text, published

pytestmark = pytest.mark.anyio
NAMES = [entry.name for entry in READS + PROPOSALS]
BUDGET_TOKENS = 6_000
# Everything that a model can call. A name comes in here by hand, after somebody has asked whether it approves anything.
REACHED = {
    *("health_score", "list_inactive_users", "list_waste", "explain_user", "list_subscriptions", "spend_summary"),
    *("forecast_spend", "recommend_tier", "refresh_tenant", "list_proposals", "get_proposal", "audit_trail"),
    *("offboard_user", "propose_license_changes", "propose_onboarding", "propose_leave", "propose_undo"),
    "propose_erasure",
    "withdraw_proposal",
}
# Everything that a person can start a chat with: words for the model, which calls nothing by itself.
PROMPTED = {"guided_offboarding", "leaver_backlog", "new_hire", "leave_request"}


async def test_the_published_tools_are_exactly_the_listed_ones(mode: str) -> None:
    assert list(await published(mode)) == NAMES
    assert len(set(NAMES)) == len(NAMES) <= 20


async def test_every_tool_is_as_its_snapshot_says(mode: str) -> None:
    tools = await published(mode)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NAMES), f"update the snapshots: {COMMAND}"
    for name, tool in tools.items():
        saved = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
        assert as_text(tool) == saved, f"{name} differs from its snapshot; if that is meant, run: {COMMAND}"


async def test_names_descriptions_and_input_schemas_stay_under_their_budget(mode: str) -> None:
    sizes = {
        name: (len(name) + len(tool["description"]) + len(json.dumps(tool["input_schema"]))) // 4
        for name, tool in (await published(mode)).items()
    }
    outputs = sum(len(json.dumps(tool["output_schema"])) for tool in (await published(mode)).values()) // 4
    total = sum(sizes.values())
    assert total < BUDGET_TOKENS, f"{total} tokens (characters / 4): {sizes}; output schemas beside it: {outputs}"
    assert max(sizes.values()) < 550, sizes
    assert sizes["propose_license_changes"] <= 500


async def test_annotations_tell_the_truth(mode: str) -> None:
    tools = await published(mode)
    for entry in READS:
        assert tools[entry.name]["annotations"]["read_only_hint"] is True
    for entry in PROPOSALS:
        assert tools[entry.name]["annotations"]["read_only_hint"] is False
    for tool in tools.values():
        assert tool["annotations"]["destructive_hint"] is False
        assert tool["annotations"]["idempotent_hint"] is True
        assert isinstance(tool["annotations"]["open_world_hint"], bool)


async def test_every_tool_has_a_title_and_a_description_on_one_line(mode: str) -> None:
    for tool in (await published(mode)).values():
        assert tool["title"]
        assert len(tool["description"]) > 60
        assert "\n" not in tool["description"]


async def test_every_argument_is_described_and_bounded(mode: str) -> None:
    for name, tool in (await published(mode)).items():
        schema = tool["input_schema"]
        assert schema["additionalProperties"] is False
        for argument, spec in schema.get("properties", {}).items():
            assert spec.get("description"), f"{name}.{argument} has no description"
            assert _bounded(spec), f"{name}.{argument} has no bounds: {spec}"


async def test_no_argument_names_a_place_on_the_network_or_the_disk(mode: str) -> None:
    for name, tool in (await published(mode)).items():
        for word in _property_names(tool["input_schema"]):
            assert word.lower() not in {"url", "uri", "path", "host", "file", "endpoint"}, f"{name}.{word}"
        assert '"format": "uri"' not in json.dumps(tool["input_schema"])


async def test_what_a_client_can_reach_is_exactly_this(mode: str) -> None:
    """INV-06: by name, so that nothing comes in unseen; no resource, and nothing that approves or enrols."""
    async with Client(build_server(opener(), read_only=False, version="0"), mode=mode) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == REACHED
        assert {prompt.name for prompt in (await client.list_prompts()).prompts} == PROMPTED
        assert (await client.list_resources()).resources == []
        assert (await client.list_resource_templates()).resource_templates == []
    assert not [
        name
        for name in REACHED | PROMPTED
        if any(word in name for word in ("approv", "enrol", "reject", "sign", "run"))
    ]


async def test_no_tool_takes_an_approval(mode: str) -> None:
    """INV-06."""
    for tool in (await published(mode)).values():
        for word in _property_names(tool["input_schema"]):
            assert not any(part in word for part in ("approv", "confirm", "force", "waive"))
            assert "skip" not in word or (tool["name"], word) == ("offboard_user", "skip")


async def test_no_word_leaves_out_what_keeps_people_and_data_safe(mode: str) -> None:
    """INV-14: skip is a list of words, and none of them is a hold, a preservation or a reading back."""
    schema = (await published(mode))["offboard_user"]["input_schema"]["properties"]["skip"]
    words = schema["items"]["enum"]
    assert {*words} == {*Skip}
    forbidden = ("hold", "mailbox", "onedrive", "drive", "file", "copy", "read", "sign_in", "session", "licen")
    assert not [word for word in words if any(part in word for part in forbidden)]


async def test_a_hostile_tenant_does_not_change_the_list(mode: str) -> None:
    """INV-26."""
    lists = []
    for tenant in (FakeTenant(), FakeTenant(hostile())):
        server = build_server(opener(tenant), read_only=False, version="0")
        async with Client(server, mode=mode) as client:
            before = (await client.list_tools()).model_dump_json()
            await client.call_tool("list_inactive_users", {})
            assert (await client.list_tools()).model_dump_json() == before
            lists.append(before + str(client.instructions))
    assert lists[0] == lists[1]


async def test_read_only_hides_the_proposing_tools(mode: str) -> None:
    server = build_server(opener(read_only=True), read_only=True, version="0")
    async with Client(server, mode=mode) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == [entry.name for entry in READS]
        for entry in PROPOSALS:
            result = await client.call_tool(entry.name, {"user": "user1@contoso.example"})
            assert result.is_error


async def test_schemas_are_valid_and_carry_no_generated_titles(mode: str) -> None:
    for tool in (await published(mode)).values():
        jsonschema.Draft202012Validator.check_schema(tool["input_schema"])
        jsonschema.Draft202012Validator.check_schema(tool["output_schema"])
        assert tool["output_schema"]["type"] == "object"
        assert '"title"' not in json.dumps(tool["output_schema"])


def _bounded(spec: dict[str, Any]) -> bool:
    options = [option for option in spec.get("anyOf", [spec]) if option.get("type") != "null"]
    return all(_one_bounded({**spec, **option}) for option in options)


def _one_bounded(spec: dict[str, Any]) -> bool:
    if "enum" in spec or spec.get("type") == "boolean":
        return True
    if spec.get("type") == "integer":
        return "minimum" in spec and "maximum" in spec
    if spec.get("type") == "object":
        return spec["additionalProperties"] is False and all(map(_one_bounded, spec["properties"].values()))
    if spec.get("type") == "array":
        return "maxItems" in spec and _one_bounded(spec["items"])
    return "maxLength" in spec and "pattern" in spec


def _property_names(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _property_names(part)]
    if not isinstance(schema, dict):
        return []
    return [*schema.get("properties", {}), *(name for part in schema.values() for name in _property_names(part))]
