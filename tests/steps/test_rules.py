"""What may leave the desk: the shapes that kinds of step name, and nothing else (INV-31, INV-33)."""

import json
from typing import Any

import httpx
import pytest

from licenseiq.errors import Refused
from licenseiq.proposals.steps import StepKind
from licenseiq.steps import KINDS, every_reading
from licenseiq.steps.asking import Api
from licenseiq_desk.execution.shapes import may_invoke, may_read, may_send, pattern
from licenseiq_desk.execution.write_rule import exchange_rule, write_rule
from tests.desk.fakes import person_id
from tests.steps.conftest import EXISTS, OneDesk, step

pytestmark = pytest.mark.anyio
TENANT = "7d1f0c52-0f4e-4e7b-9a37-3f2f7ad3c001"
MAIL = f"http://127.0.0.1:5000/adminapi/beta/{TENANT}"
ONE = f"/users/{person_id(1)}"
LONG = b'{"passwordProfile":{"password":"' + b"x" * 44 + b'","forceChangePasswordNextSignIn":true}}'
OBJECT = f'{{"@odata.id":"http://127.0.0.1:5000/v1.0/directoryObjects/{person_id(2)}"}}'.encode()
JOBS = f"/servicePrincipals/{person_id(1)}/synchronization/jobs"
ONE_SUBJECT = b'{"parameters":[{"ruleId":"r","subjects":[{"objectId":"o","objectTypeName":"User"}]}]}'


def test_places_of_a_path_take_ids_and_nothing_that_climbs_out() -> None:
    key = pattern("/a/{key}")
    assert key.fullmatch("/a/3179e48a-750b-4051-897c-87b9720928f7")
    assert key.fullmatch("/a/Ym9i!x_-~=")
    for wrong in ("/a/", "/a/.", "/a/..", "/a/b/c", "/a/b?c", "/a/b#c", "/a/%2e."):
        assert not key.fullmatch(wrong), wrong
    assert pattern("/users/{id}").fullmatch(ONE)
    assert not pattern("/users/{id}").fullmatch("/users/me")
    assert not pattern("/users/{upn}").fullmatch("/users/a b@c.example")


@pytest.mark.parametrize(
    ("method", "path", "body", "may"),
    [
        ("DELETE", f"{ONE}/authentication/phoneMethods/3179e48a", b"", True),
        ("DELETE", f"{ONE}/authentication/phoneMethods/3179e48a", b"{}", False),
        ("POST", f"{ONE}/authentication/phoneMethods/3179e48a", b"", False),
        ("DELETE", f"{ONE}/authentication/passwordMethods/3179e48a", b"", False),
        ("DELETE", "/users/me/authentication/phoneMethods/3179e48a", b"", False),
        ("DELETE", ONE + "/authentication/phoneMethods/..", b"", False),
        ("POST", "/applications", b'{"displayName":"x"}', False),
        ("PATCH", ONE, LONG, True),
        ("PATCH", ONE, LONG.replace(b"true", b"false"), False),
        ("PATCH", ONE, LONG.replace(b"x" * 44, b"Summer2026!"), False),
        ("PATCH", ONE, LONG[:-1] + b',"accountEnabled":true}', False),
        ("POST", f"/groups/{person_id(1)}/owners/$ref", OBJECT, True),
        ("POST", f"/applications/{person_id(1)}/owners/$ref", OBJECT, True),
        ("POST", f"/servicePrincipals/{person_id(1)}/owners/$ref", OBJECT, False),
        ("POST", f"/groups/{person_id(1)}/owners/$ref", OBJECT.replace(b"directoryObjects", b"users"), False),
        ("POST", f"{JOBS}/scim.1/provisionOnDemand", ONE_SUBJECT, True),
        ("POST", f"{JOBS}/scim.1/provisionOnDemand", ONE_SUBJECT.replace(b"}]}", b"},{}]}"), False),
        ("POST", f"{JOBS}/scim.1/start", b"", False),
    ],
)
async def test_only_shapes_of_kinds_may_change_something(method: str, path: str, body: bytes, may: bool) -> None:
    assert may_send(method, path, "", body) is may
    request = httpx.Request(method, f"http://127.0.0.1:5000/v1.0{path}", content=body)
    if may:
        await write_rule("http://127.0.0.1:5000/v1.0")(request)
    else:
        with pytest.raises(Refused):
            await write_rule("http://127.0.0.1:5000/v1.0")(request)


def test_every_reading_is_a_read_and_names_its_permission() -> None:
    for reading in every_reading().values():
        assert reading.permission, reading.name
        assert reading.paths or reading.cmdlets, reading.name
        assert all(cmdlet.startswith("Get-") for cmdlet in reading.cmdlets), reading.name
        assert not any("{" in path and not pattern(path) for path in reading.paths)


def test_every_kind_can_be_read_back_or_says_why_not() -> None:
    for kind in KINDS.values():
        assert kind.words == kind.words.lower() or "OneDrive" in kind.words, kind.name
        assert kind.by_hand or kind.shapes, kind.name
        assert kind.permissions or kind.by_hand, kind.name
        assert not (kind.by_hand and kind.shapes), kind.name
        if kind.by_hand:
            assert kind.hand_over is not None, kind.name
        for shape in kind.shapes:
            assert shape.api is Api.EXCHANGE or shape.path.startswith("/"), kind.name
            assert shape.method in ("POST", "PATCH", "PUT", "DELETE"), kind.name


@pytest.mark.parametrize(
    "given",
    [
        {"CmdletName": "Remove-Mailbox", "Parameters": {"Identity": "ana@contoso.example"}},
        {"CmdletName": "Get-Everything", "Parameters": {}},
        {"CmdletName": "Set-OrganizationConfig", "Parameters": {}},
        {"CmdletName": "Invoke-Expression", "Parameters": {}},
        {"CmdletName": "Get-Mailbox"},
        None,
    ],
)
async def test_exchange_is_asked_for_nothing_that_no_kind_names(given: Any) -> None:
    request = httpx.Request("POST", f"{MAIL}/InvokeCommand", content=json.dumps({"CmdletInput": given}))
    with pytest.raises(Refused):
        await exchange_rule(MAIL)(request)


def test_a_cmdlet_that_changes_something_is_never_a_reading() -> None:
    assert not may_invoke("Set-Mailbox", {"Identity": "x", "Type": "Regular", "LitigationHoldEnabled": False})
    assert not may_read("/users")
    assert may_read(f"{ONE}/authentication/methods")


async def test_a_step_by_hand_is_waited_for_on_the_demo(desk: OneDesk) -> None:
    person = next(
        one
        for one in desk.state.tenant.people
        if one.fields["accountEnabled"] and not desk.state.tenant.roles_of(one.id)
    )
    by_hand = step(StepKind.DISABLE_BY_HAND, {"account_enabled": False}, {"because": "on_premises"}, EXISTS)
    proposal_id = await desk.approved(desk.values(person.id), by_hand)
    assert (await desk.go_on(proposal_id, rounds=2)).outcomes == ["waiting"]
    person.fields["accountEnabled"] = False
    done = await desk.go_on(proposal_id, rounds=8)
    assert (done.state, done.outcomes) == ("complete", ["already_so"])
