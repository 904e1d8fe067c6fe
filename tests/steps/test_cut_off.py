"""Password, ownership and accounts in other systems, on the demo tenant; and what is told of each line by line."""

import json
from dataclasses import replace
from typing import Any

import pytest

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.asking import Call
from licenseiq.steps.kind import ACCOUNT_THERE, APPLICATION, Told
from licenseiq.steps.provision_apps import SAME, applications_cut_off
from licenseiq_desk.execution.graph_writer import GraphWriter
from tests.steps.conftest import OneDesk, faults, plain, step, told, who
from tests.steps.test_access import APPS, GRANTS, GROUPS

pytestmark = pytest.mark.anyio
PASSWORD = step(StepKind.RESET_PASSWORD, {"password_changed_since_intent": True})
OWNED = step(StepKind.HAND_OVER_OWNERSHIP, {"ownership_handed_to": "successor_id"})
PROVISION = step(StepKind.PROVISION_APPS, {"apps_provisioned": True})
DISABLE = {"accountEnabled": False}


def everything_stored(desk: OneDesk) -> str:
    """All rows of the desk's store, as text."""
    with desk.desk._store.database.read() as db:
        tables = db.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        whole = [db.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in tables]  # noqa: S608 - our own names
        return str([tuple(row) for rows in whole for row in rows])


async def test_a_password_becomes_one_that_nobody_knows_and_nothing_keeps(
    desk: OneDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-17: it is sent once. INV-45: what was sent stands in no plan, journal, ledger or record."""
    user_id, made = plain(desk), list[str]()

    def token(_: int) -> str:
        made.append("never-to-be-found-" + "x" * 32)
        return made[-1]

    monkeypatch.setattr("licenseiq_desk.execution.graph_writer.secrets.token_urlsafe", token)
    before = len(desk.writes())
    done = await desk.take(desk.values(user_id), PASSWORD)
    assert done.outcomes == ["done"]
    assert len(made) == 1
    assert len(desk.writes()) == before + 1
    assert "never-to-be-found" not in everything_stored(desk)
    assert "never-to-be-found" not in json.dumps(desk.state.recorder.entries, default=str)


async def test_a_change_before_the_step_is_not_the_reset(desk: OneDesk) -> None:
    """The leaver may have changed it an hour ago: it is reset all the same, and again by the next plan."""
    user_id = who(desk, "leaver_licensed_by_team")
    desk.state.tenant.by_id[user_id].fields["lastPasswordChangeDateTime"] = "2026-11-23T08:59:00Z"
    assert (await desk.take(desk.values(user_id), PASSWORD)).outcomes == ["done"]


async def test_a_password_that_may_not_be_reset_is_handed_over_and_waited_for(desk: OneDesk) -> None:
    user_id = who(desk, "leaver_with_files")
    await faults(desk, "forbid:password")
    proposal_id = await desk.approved(desk.values(user_id), PASSWORD)
    done = await desk.go_on(proposal_id, rounds=2)
    await faults(desk)
    assert done.outcomes == ["waiting"]
    assert done.notes[0].startswith("Handed over")
    (line,) = desk.desk.run_lines(desk.state.tenant.tenant_id, proposal_id).by_hand
    assert "User Administrator" in line
    assert desk.state.tenant.by_id[user_id].upn in line
    desk.state.tenant.by_id[user_id].fields["lastPasswordChangeDateTime"] = "2099-01-01T00:00:00Z"
    assert (await desk.go_on(proposal_id, seconds=301)).outcomes == ["already_so"]


async def test_a_password_of_active_directory_is_for_a_person(desk: OneDesk) -> None:
    before = len(desk.writes())
    done = await desk.go_on(await desk.approved(desk.values(who(desk, "synced_leaver")), PASSWORD), rounds=2)
    assert (done.outcomes, len(desk.writes())) == (["waiting"], before)


@pytest.mark.parametrize("named", [True, False], ids=["successor", "nobody"])
async def test_what_a_leaver_owns_goes_to_the_successor_and_nothing_is_left_without_an_owner(
    desk: OneDesk, named: bool
) -> None:
    user_id, tenant = who(desk, "leaver_who_owns"), desk.state.tenant
    owners, apps = tenant.story.owners, desk.state.estate.apps.owners
    then = {key: list(those) for key, those in (*owners.items(), *apps.items())}
    successor = plain(desk)
    values = desk.values(user_id, **({"successor_id": successor, "successor_principal": "-"} if named else {}))
    goal: dict[str, Json] = {"ownership_handed_to": "successor_id" if named else None}
    proposal_id = await desk.approved(values, replace(OWNED, goal=goal))
    done = await desk.go_on(proposal_id, rounds=3)
    by_hand = {key for key in owners if tenant.groups[key].fields["displayName"] == "Supplier newsletter"}
    editable = {*owners, *desk.state.estate.apps.applications} - by_hand
    mine = {key for key, those in then.items() if user_id in those and key in editable}
    assert mine
    for key in mine:
        now = (owners.get(key) or []) + apps.get(key, [])
        assert now, "nothing is without an owner"
        if named:
            assert (user_id in now, successor in now) == (False, True)
    assert done.outcomes == (["done"] if named else ["waiting"])
    if named:
        lines = told(desk, proposal_id)
        assert {one.key for one in lines if one.how == "removed"} == mine
        assert {one.key for one in lines if one.by_hand} >= by_hand
        assert all(one.name for one in lines)
        assert (await desk.take(values, OWNED)).outcomes == ["already_so"]
    owners |= {key: those for key, those in then.items() if key in owners}
    apps |= {key: those for key, those in then.items() if key in apps}


class Faster:
    """Somebody names each new owner just before the desk does: another leaver's successor is the same person."""

    def __init__(self, writer: GraphWriter) -> None:
        self._writer = writer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    async def send(self, call: Call) -> Json:
        if call.method == "POST" and call.path.endswith("/owners/$ref"):
            await self._writer.send(call)
        return await self._writer.send(call)


async def test_a_successor_who_was_just_named_by_somebody_else_is_no_failure(desk: OneDesk) -> None:
    """Several leavers of one run can hand the same group to the same person at the same time."""
    user_id, successor = who(desk, "leaver_who_owns"), plain(desk)
    owners, apps = desk.state.tenant.story.owners, desk.state.estate.apps.owners
    then = {key: list(those) for key, those in (*owners.items(), *apps.items())}
    desk.writer = Faster(desk.writer)  # type: ignore[assignment]
    done = await desk.take(desk.values(user_id, successor_id=successor, successor_principal="-"), OWNED)
    assert (done.state, done.outcomes) == ("complete", ["done"])
    owners |= {key: those for key, those in then.items() if key in owners}
    apps |= {key: those for key, those in then.items() if key in apps}


async def blocked(desk: OneDesk, user_id: str) -> Any:
    person = desk.state.tenant.by_id[user_id]
    person.fields |= DISABLE
    return person


async def test_each_application_is_told_with_how_the_leaver_was_cut_off(desk: OneDesk) -> None:
    """Provisioned ones follow on demand, and their own answer says what became of the account there."""
    user_id, estate = who(desk, "leaver_with_apps"), desk.state.estate
    await blocked(desk, user_id)
    crm, travel = estate.apps.ids["crm"], estate.apps.ids["travel"]
    assert estate.apps.active[crm][user_id]
    proposal_id = await desk.approved(desk.values(user_id), GROUPS, APPS, GRANTS, PROVISION)
    done = await desk.go_on(proposal_id)
    assert (done.state, done.outcomes[-1]) == ("complete", "done")
    assert not estate.apps.active[crm][user_id]
    assert not estate.apps.active[travel][user_id]
    lines = {one.name: one for one in applications_cut_off(told(desk, proposal_id))}
    assert lines["Harrow CRM"].how == "assignment removed; the account there was disabled"
    assert "the account there was disabled" in lines["Wayfarer Travel"].how
    assert not lines["Harrow CRM"].by_hand
    assert lines["Tallyboard"].by_hand, "no job provisions it"
    assert lines["Inkwell Sign"].how.startswith("consent withdrawn")
    assert "Inkwell" not in everything_stored(desk), "names are sealed"
    shown = desk.desk.run_lines(desk.state.tenant.tenant_id, proposal_id)
    assert any("'Harrow CRM': assignment removed; the account there was disabled" in one for one in shown.told)
    assert any("'Tallyboard'" in one and "by hand" in one for one in shown.by_hand)


def test_what_was_never_used_is_no_application_to_be_cut_off_from() -> None:
    """Every application of the tenant is provisioned; only those that gave or changed something have a line."""

    def there(app: str, how: str, *, by_hand: bool = False) -> Told:
        return Told(ACCOUNT_THERE, app, app, how, by_hand)

    look = "skipped other NotEntitled: look whether the account there has ended"
    used = Told(APPLICATION, "used", "used", "assignment removed")
    found = applications_cut_off(
        (used, there("used", look, by_hand=True), there("never", SAME), there("outside", look, by_hand=True))
    )
    assert {one.key: one.by_hand for one in found} == {"used": True, "outside": False}


async def test_an_answer_that_was_lost_is_asked_for_again_and_changes_nothing_more(desk: OneDesk) -> None:
    user_id = plain(desk)
    rule = {"what": "lost_answer", "path": "provisionOnDemand", "times": 1}
    before = len([one for one in desk.writes() if "provisionOnDemand" in one["path"]])
    await faults(desk, rule)  # type: ignore[arg-type]
    done = await desk.take(desk.values(user_id), PROVISION)
    await faults(desk)
    assert done.outcomes == ["done"]
    assert len([one for one in desk.writes() if "provisionOnDemand" in one["path"]]) >= before + 2


@pytest.mark.parametrize("fault", ["forbid:provision", "forbid:provisioning"])
async def test_what_may_not_be_provisioned_is_handed_over(desk: OneDesk, fault: str) -> None:
    await faults(desk, fault)
    done = await desk.go_on(await desk.approved(desk.values(plain(desk)), PROVISION), rounds=2)
    await faults(desk)
    assert done.outcomes in (["waiting"], ["handed_over"])
