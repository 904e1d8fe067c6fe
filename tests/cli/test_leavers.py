"""`licenseiq leavers`: who left and still has something, and what nobody could read."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import anyio
import pytest

from licenseiq.context import TenantView
from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq.findings.finding import Finding
from licenseiq.left_seen import LeftSeen
from licenseiq.people import Employment, HrRecord, Person
from licenseiq.privacy import Privacy
from licenseiq.readings import OF_LEAVERS, Reason, Source
from licenseiq_cli.leavers import leavers_blocks, leavers_json, look
from licenseiq_cli.main import main
from licenseiq_cli.screen import plain
from licenseiq_cli.serve import _opener
from licenseiq_tenant.scan.keeper import Keeper
from tests.core.builders import NOW, ago, day, make_context, make_person, make_view

READ = tuple(LeftSeen(source, NOW) for source in OF_LEAVERS if source is not Source.LEFT_RULES)
RULE = LeftSeen(Source.LEFT_RULES, ago(1), found=2, outside=1)


def who(finding: Finding) -> str:
    return f"{finding.user_id}@example.com"


def tenant(*people: Person, **more: object) -> TenantView:
    return make_view(people, make_context(**more))  # type: ignore[arg-type]


def gone(user_id: str, *seen: LeftSeen) -> Person:
    return make_person(user_id, [], 200, account_enabled=False, left=seen)


OPEN = make_person(
    "open", [], 60, hr=HrRecord(Employment.LEFT, day(30)), left=(*READ, LeftSeen(Source.LEFT_RULES, NOW))
)
FORWARDS, NOTHING, WAITING = gone("forwards", *READ, RULE), gone("nothing", *READ, replace(RULE, found=0)), gone("new")


def test_whoever_can_still_sign_in_comes_first_and_who_has_nothing_left_is_only_counted() -> None:
    found = look(tenant(FORWARDS, NOTHING, OPEN, WAITING, make_person("at-work")))
    assert [row.finding.user_id for row in found.rows] == ["open", "forwards"]
    assert (found.leavers, found.asked) == (4, 3)
    text = " ".join(plain(leavers_blocks(found, who, simulated=False)).split())
    assert "2 leavers of 4 with something left, read from 2026-11-22 to 2026-11-23." in text
    assert "open@example.com can sign in" in text
    assert "forwards@example.com inbox rules that forward outside 1" in text
    assert "Not everything was asked of 1 leaver yet" in text
    assert "offboard_user" in text
    assert "nothing@" not in text


def test_for_a_machine_every_question_is_answered_and_unknown_is_null() -> None:
    refused = tenant(FORWARDS, unread={Source.LEFT_METHODS: Reason.NO_PERMISSION})
    facts = leavers_json(look(refused), who, simulated=True)
    (person,) = json.loads(json.dumps(facts))["people"]
    rows = {row["what"]: (row["there"], row["says"]) for row in person["left"]}
    assert rows["sign-in methods"] == (None, "UserAuthenticationMethod.Read.All")
    assert rows["inbox rules that forward outside"] == (True, "1 on 2026-11-22")
    assert "UserAuthenticationMethod.Read.All" in json.dumps(facts["unknown"])


def test_what_contradicts_other_signs_comes_with_the_reason_to_look_first() -> None:
    seen = replace(OPEN, signals=make_person(days=2).signals)
    text = " ".join(plain(leavers_blocks(look(tenant(seen)), who, simulated=False)).split())
    assert "Look first: HR says that the person has left, but a human was seen here since." in text


def test_what_somebody_decided_to_leave_is_not_told_again_and_nothing_left_is_said() -> None:
    made = Exception_(ExceptionState.SNOOZED, "owner", "reason", date(2027, 1, 31))
    found = look(tenant(FORWARDS, exceptions={"stale_identity:forwards": made}))
    assert found.rows == ()
    assert "Nobody who left has anything left" in plain(leavers_blocks(found, who, simulated=False))


def test_a_tenant_that_nobody_has_read_is_no_tenant_without_leavers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    assert main(["leavers", "--demo"]) == 1
    assert "Run 'licenseiq scan' first" in capsys.readouterr().err


def test_a_server_that_was_asked_once_looks_at_leavers_by_itself_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[str] = []
    monkeypatch.setattr(Keeper, "look_nightly", lambda self: began.append(self.tenant_id))
    tenant_id = "0f3c4ad4-52a1-4d5c-9a0e-6f2f0a5d7b11"
    for name, value in (
        ("HOME", str(tmp_path)),
        ("GRAPH_URL", "http://127.0.0.1:9/v1.0"),
        ("GRAPH_TOKEN", "t"),
        ("TENANT_ID", tenant_id),
    ):
        monkeypatch.setenv(f"LICENSEIQ_{name}", value)

    async def serve() -> None:
        async with _opener(demo=False, read_only=True, privacy=Privacy.NAMES)():
            assert began == [tenant_id]

    anyio.run(serve)
