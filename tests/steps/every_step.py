"""For each described kind of step somebody of the demo who is in the right situation, the step, and what is so when it
is done: judged by the demo's own state, with nothing of the desk's readings.

A new kind needs a line in `CASES`; `test_faults` fails without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.automatic_reply import FIELD
from licenseiq.steps.copy_onedrive import FOLDER
from licenseiq.steps.enable_devices import ENABLED
from licenseiq.steps.first_day import WAY_IN
from licenseiq.steps.give_back_apps import ASSIGNED, CONSENTED
from licenseiq.steps.give_back_delegated_rights import RIGHTS_BEFORE
from licenseiq.steps.give_back_ownership import OWNED_BEFORE
from licenseiq.steps.mailbox import SHARED
from licenseiq.steps.newcomer import ABSENT, ACTIVE_DIRECTORY, GOAL
from licenseiq.steps.set_manager import GOAL as MANAGER
from licenseiq_demo.people.names import DOMAIN
from licenseiq_demo.state import DemoState
from tests.steps.conftest import EXISTS, OneDesk, step
from tests.steps.taken_before import (
    Values,
    back,
    disabled,
    enabled,
    given_files,
    given_mailbox,
    own_again,
    person,
    rights_back,
    rights_taken,
    successors,
    taken,
)

NO_SKU = "00000000-0000-4000-8000-00000000abcd"
DELETED: dict[str, Json] = {"account_is": "deleted"}


@dataclass(frozen=True)
class Case:
    """`who` is a situation of the demo, or '' for somebody at work. `before` arranges what the step is for, `so` says
    whether its goal is reached. With `waits` nothing is sent for it: a person does it."""

    who: str
    goal: Mapping[str, Json]
    so: Callable[[DemoState, Values], bool]
    arguments: Mapping[str, Json] | None = None
    precondition: Mapping[str, Json] | None = None
    before: Callable[[DemoState, Values], None] = lambda *_: None
    more: Callable[[DemoState], Values] = lambda _: {}
    waits: bool = False
    newcomer: bool = False

    def step(self, kind: StepKind) -> Step:
        return step(kind, self.goal, self.arguments, self.precondition or EXISTS)

    def values(self, desk: OneDesk) -> Values:
        state, tenant = desk.state, desk.state.tenant
        successor = next(one for one in tenant.people if one.cause == "active" and one.drive_bytes)
        more: Values = {"successor_id": successor.id, "successor_principal": successor.upn, **self.more(state)}
        if self.newcomer:
            return {"user_principal_name": f"ada.newcomer@{DOMAIN}", "display_name": "Ada", "employeeId": "N-1", **more}
        known = tenant.situations.get(self.who) or next(iter(tenant.story.is_in(self.who)), None)
        user_id = known or next(
            one.id
            for one in tenant.people
            if one.cause == "active"
            and one.fields["accountEnabled"]
            and not one.fields["onPremisesSyncEnabled"]
            and not tenant.roles_of(one.id)
            and one is not successor
        )
        values = desk.values(user_id, **more)
        self.before(state, values)
        return values


def field(name: str, wanted: Any) -> Callable[[DemoState, Values], bool]:
    def so(state: DemoState, values: Values) -> bool:
        found = state.tenant.find(str(values["user_id"]))
        return found is not None and found.fields[name] == wanted

    return so


def box(test: Callable[[Any, str], bool]) -> Callable[[DemoState, Values], bool]:
    """Of the mailbox and the successor's id."""
    return lambda state, values: test(state.tenant.mail.boxes[str(values["user_id"])], str(values["successor_id"]))


def lies(place: str) -> Callable[[DemoState, Values], bool]:
    def so(state: DemoState, values: Values) -> bool:
        tenant, key = state.tenant, str(values["user_id"])
        found = "here" if tenant.find(key) else "deleted" if key in tenant.removed else "gone"
        return found == place

    return so


def _delete(state: DemoState, values: Values) -> None:
    state.tenant.remove(person(state, values), state.stamp())


def _block(state: DemoState, values: Values) -> None:
    person(state, values).fields["accountEnabled"] = False


def _age_password(state: DemoState, values: Values) -> None:
    person(state, values).fields["lastPasswordChangeDateTime"] = "2020-01-01T00:00:00Z"


def _password_is_new(state: DemoState, values: Values) -> bool:
    found = person(state, values)
    return found is not None and found.fields["lastPasswordChangeDateTime"] > "2021"


def _left(state: DemoState, values: Values) -> bool:
    """No group is left that a program may take somebody out of."""
    groups = (state.tenant.groups[key] for key in person(state, values).groups)
    return not [
        one
        for one in groups
        if not one.fields["assignedLicenses"]
        and not one.fields["onPremisesSyncEnabled"]
        and "DynamicMembership" not in one.fields["groupTypes"]
        and (not one.fields["mailEnabled"] or "Unified" in one.fields["groupTypes"])
        and not one.fields["isAssignableToRole"]
    ]


def _handed(state: DemoState, values: Values) -> bool:
    """The leaver owns nothing more of what a program may change."""
    tenant, mine = state.tenant, str(values["user_id"])
    letters = {key for key in tenant.story.owners if tenant.groups[key].fields["displayName"] == "Supplier newsletter"}
    owned = {key: those for key, those in tenant.story.owners.items() if key not in letters}
    apps = state.estate.apps
    owned |= {key: those for key, those in apps.owners.items() if key in apps.applications}
    return all(mine not in those for those in owned.values())


def _cut_off(state: DemoState, values: Values) -> bool:
    apps = state.estate.apps
    return not any(apps.active[apps.ids[name]].get(str(values["user_id"])) for name in ("crm", "travel"))


def _no_rights(state: DemoState, values: Values) -> bool:
    boxes, mine = state.tenant.mail.boxes, str(values["user_id"])
    return not [one for one in boxes.values() if mine in (*one.full_access, *one.send_as)]


def _called_off(state: DemoState, values: Values) -> bool:
    events = state.tenant.mail.boxes[str(values["user_id"])].events
    return not [one for one in events if one["isOrganizer"] and one["attendees"]]


def _drive(state: DemoState, key: Json) -> Any:
    return state.estate.drives.of(person(state, {"user_id": key}))


def _rows(state: DemoState, values: Values) -> list[Any]:
    return [row for item in _drive(state, values["user_id"]).items.values() for row in item.permissions]


def _writes(state: DemoState, values: Values) -> bool:
    ids = [row.get("grantedToV2", {}).get("user", {}).get("id") for row in _rows(state, values)]
    return values["successor_id"] in ids


def _alone(state: DemoState, values: Values) -> bool:
    return not [row for row in _rows(state, values) if row.get("link", {}).get("scope") == "anonymous"]


def _copied(state: DemoState, values: Values) -> bool:
    there = _drive(state, values["successor_id"])
    folder = there.child(there.root, str(values[FOLDER]))
    return folder is not None and there.size_of(folder) == _drive(state, values["user_id"]).used


def _mails(state: DemoState) -> Values:
    return {"finance_address": "licences@larkfield.example", "notice_sender": state.tenant.people[0].upn}


def _told(state: DemoState, _: Values) -> bool:
    return len([one for one in state.tenant.mail.sent if one["subject"]]) > 0


def _none_of(name: str) -> Callable[[DemoState, Values], bool]:
    return lambda state, values: (
        not [row for row in getattr(state.estate.apps, name) if row["principalId"] == values["user_id"]]
    )


def _methods(state: DemoState, values: Values) -> bool:
    return len(state.estate.methods.of(person(state, values))) <= 1


def _devices(state: DemoState, values: Values) -> bool:
    return all(not one["accountEnabled"] for one in state.estate.devices.of(person(state, values)))


def _boss(state: DemoState) -> Values:
    boss = state.tenant.people[1]
    return {"manager_id": boss.id, "manager_principal": boss.upn}


def _managed(state: DemoState, values: Values) -> bool:
    found = person(state, values)
    return found is not None and found.manager == values["manager_id"]


def _made(state: DemoState, values: Values) -> bool:
    return person(state, values) is not None


def _new(state: DemoState, values: Values) -> None:
    """An account with the password that it was made with, and nothing else."""
    found = person(state, values)
    del state.estate.methods.of(found)[1:]
    found.fields["lastPasswordChangeDateTime"] = found.fields["createdDateTime"]


def _way_in(state: DemoState, values: Values) -> bool:
    return not _methods(state, values)


APPS = "leaver_with_apps"
FILES = "leaver_with_outside_links"
CASES: dict[StepKind, Case] = {
    StepKind.DISABLE_BY_HAND: Case(
        "", {"account_enabled": False}, field("accountEnabled", False), {"because": "privileged"}, waits=True
    ),
    StepKind.REMOVE_AUTHENTICATION_METHODS: Case(APPS, {"authentication_methods_absent": True}, _methods),
    StepKind.RESET_PASSWORD: Case("", {"password_changed_since_intent": True}, _password_is_new, before=_age_password),
    StepKind.DISABLE_DEVICES: Case(APPS, {"devices_disabled": True}, _devices),
    StepKind.LEAVE_GROUPS: Case(APPS, {"groups_left": True}, _left),
    StepKind.HAND_OVER_OWNERSHIP: Case("leaver_who_owns", {"ownership_handed_to": "successor_id"}, _handed),
    StepKind.REMOVE_APP_ASSIGNMENTS: Case(APPS, {"app_assignments_absent": True}, _none_of("assignments")),
    StepKind.REMOVE_APP_GRANTS: Case(APPS, {"app_grants_absent": True}, _none_of("grants")),
    StepKind.PROVISION_APPS: Case(APPS, {"apps_provisioned": True}, _cut_off, before=_block),
    StepKind.SET_AUTOMATIC_REPLY: Case(
        "plain_leaver",
        {"automatic_reply_is": FIELD},
        box(lambda found, _: found.replies["status"] == "alwaysEnabled"),
        {"audience": "all"},
        more=lambda _: {FIELD: "I have left."},
    ),
    StepKind.CONVERT_MAILBOX: Case(
        "plain_leaver", {"mailbox_kind": SHARED}, box(lambda found, _: found.kind == "shared")
    ),
    StepKind.GRANT_MAILBOX_ACCESS: Case(
        "plain_leaver",
        {"mailbox_rights_of": "successor_principal"},
        box(lambda found, to: to in found.full_access and to in found.send_as and to in found.on_behalf),
    ),
    StepKind.SET_FORWARDING: Case(
        "forwards_outside",
        {"forwarding_is": "successor"},
        box(lambda found, to: found.forwarding_to == to and found.forwarding_smtp is None),
    ),
    StepKind.REMOVE_DELEGATED_RIGHTS: Case("delegate_elsewhere", {"delegated_rights_absent": True}, _no_rights),
    StepKind.CANCEL_MEETINGS: Case(
        "future_meetings",
        {"meetings_cancelled": True},
        _called_off,
        {"from": "2026-11-23T00:00:00Z", "until": "2027-11-23T00:00:00Z"},
    ),
    StepKind.HIDE_FROM_ADDRESS_LISTS: Case(
        "plain_leaver", {"hidden_from_address_lists": True}, box(lambda found, _: found.hidden)
    ),
    StepKind.GRANT_ONEDRIVE_ACCESS: Case(FILES, {"onedrive_access_of": "successor_id"}, _writes),
    StepKind.END_EXTERNAL_SHARING: Case(FILES, {"external_sharing_ended": True}, _alone),
    StepKind.COPY_ONEDRIVE: Case(FILES, {"onedrive_copied_to": FOLDER}, _copied, more=lambda _: {FOLDER: "Ada's"}),
    StepKind.DELETE_ACCOUNT: Case("", DELETED, lies("deleted")),
    StepKind.RESTORE_ACCOUNT: Case("", {"account_is": "here"}, lies("here"), None, DELETED, _delete),
    StepKind.PURGE_ACCOUNT: Case("", {"account_is": "gone"}, lies("gone"), None, DELETED, _delete),
    StepKind.NOTIFY_FINANCE: Case("", {"notice_sent": "finance"}, _told, {"lines": ["E3"]}, more=_mails),
    StepKind.NOTIFY_SUCCESSOR: Case("", {"notice_sent": "successor"}, _told, {"lines": ["Files"]}, more=_mails),
    StepKind.CREATE_ACCOUNT: Case("", GOAL, _made, None, ABSENT, more=_boss, newcomer=True),
    StepKind.AWAIT_ACCOUNT: Case(
        "", GOAL, _made, {"because": ACTIVE_DIRECTORY}, ABSENT, more=_boss, newcomer=True, waits=True
    ),
    StepKind.SET_MANAGER: Case("", MANAGER, _managed, more=_boss),
    StepKind.CHECK_DAY_ONE: Case(
        "", {"ready_for_day_one": {"sku_ids": [NO_SKU], "mailbox": True}}, lambda *_: False, waits=True
    ),
    StepKind.ISSUE_TEMPORARY_ACCESS_PASS: Case("", WAY_IN, _way_in, before=_new, waits=True),
    StepKind.GIVE_BACK_APP_ASSIGNMENTS: Case(
        APPS,
        {"app_assignments_are_back": ASSIGNED},
        back("assignments", ASSIGNED, {1: "resourceId", 3: "appRoleId"}),
        before=taken("assignments", ASSIGNED, ("id", "resourceId", "resourceDisplayName", "appRoleId")),
    ),
    StepKind.GIVE_BACK_APP_GRANTS: Case(
        APPS,
        {"app_grants_are_back": CONSENTED},
        back("grants", CONSENTED, {1: "clientId", 3: "resourceId", 4: "scope"}),
        before=taken("grants", CONSENTED, ("id", "clientId", "name", "resourceId", "scope")),
    ),
    StepKind.GIVE_BACK_OWNERSHIP: Case("leaver_who_owns", {"owns_again": OWNED_BEFORE}, own_again, before=successors),
    StepKind.GIVE_BACK_DELEGATED_RIGHTS: Case(
        "delegate_elsewhere", {"delegated_rights_are_back": RIGHTS_BEFORE}, rights_back, before=rights_taken
    ),
    StepKind.ENABLE_DEVICES: Case(APPS, {"devices_are_enabled": ENABLED}, enabled, before=disabled),
    StepKind.TAKE_BACK_MAILBOX_ACCESS: Case(
        "plain_leaver",
        {"mailbox_rights_ended": ["full_access", "send_as", "send_on_behalf"]},
        box(lambda found, to: to not in (*found.full_access, *found.send_as, *found.on_behalf)),
        before=given_mailbox,
    ),
    StepKind.TAKE_BACK_ONEDRIVE_ACCESS: Case(
        FILES,
        {"onedrive_access_ended_of": "successor_id"},
        lambda state, values: not _writes(state, values),
        before=given_files,
    ),
}
