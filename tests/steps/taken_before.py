"""What each way back is for: taken away before, as another administrator would, and whether it is there again."""

from collections.abc import Callable, Mapping
from typing import Any

from licenseiq.proposals.canonical import Json
from licenseiq.steps.enable_devices import ENABLED
from licenseiq.steps.give_back_delegated_rights import RIGHTS_BEFORE
from licenseiq.steps.give_back_ownership import ENDS, OWNED_BEFORE
from licenseiq_demo.estate.drives import granted
from licenseiq_demo.state import DemoState

Values = dict[str, Json]


def person(state: DemoState, values: Values) -> Any:
    """The account, wherever it lies; None where it is gone."""
    tenant, key = state.tenant, str(values.get("user_id") or values["user_principal_name"])
    return tenant.find(key) or tenant.removed.get(key)


def taken(name: str, into: str, members: tuple[str, ...]) -> Callable[[DemoState, Values], None]:
    """Takes rows of the person away, and commits to them as a reading has them."""

    def take(state: DemoState, values: Values) -> None:
        rows = getattr(state.estate.apps, name)
        mine = [row for row in rows if row["principalId"] == values["user_id"]]
        values[into] = [[str(row.get(member, "")) for member in members] for row in mine]
        rows[:] = [row for row in rows if row not in mine]

    return take


def back(name: str, into: str, members: Mapping[int, str]) -> Callable[[DemoState, Values], bool]:
    """Whether the person has each of these rows once again."""

    def so(state: DemoState, values: Values) -> bool:
        mine = [row for row in getattr(state.estate.apps, name) if row["principalId"] == values["user_id"]]
        wanted: Any = values[into]
        now = sorted(tuple(row[member] for member in members.values()) for row in mine)
        return now == sorted(tuple(row[place] for place in members) for row in wanted) != []

    return so


def given_mailbox(state: DemoState, values: Values) -> None:
    found, to = state.tenant.mail.boxes[str(values["user_id"])], str(values["successor_id"])
    for ids in (found.full_access, found.send_as, found.on_behalf):
        ids.append(to)


def given_files(state: DemoState, values: Values) -> None:
    drive, to = state.estate.drives.of(person(state, values)), state.tenant.by_id[str(values["successor_id"])]
    user = {"id": to.id, "displayName": to.fields["displayName"], "email": to.fields["mail"]}
    drive.root.permissions.append(granted("a-permission", ["write"], user, to.upn))


def disabled(state: DemoState, values: Values) -> None:
    mine = state.estate.devices.of(person(state, values))
    values[ENABLED] = [[one["id"], one["displayName"]] for one in mine]
    for one in mine:
        one["accountEnabled"] = False


def enabled(state: DemoState, values: Values) -> bool:
    return all(one["accountEnabled"] for one in state.estate.devices.of(person(state, values)))


def _owners(state: DemoState) -> dict[str, tuple[str, list[str]]]:
    """Collection and owners of all that a program may change the owners of."""
    groups, apps = state.tenant.groups, state.estate.apps
    found = {key: ("groups", those) for key, those in state.tenant.story.owners.items() if key in groups}
    letters = {key for key in found if groups[key].fields["displayName"] == "Supplier newsletter"}
    found = {key: one for key, one in found.items() if key not in letters}
    return found | {key: ("applications", those) for key, those in apps.owners.items() if key in apps.applications}


def successors(state: DemoState, values: Values) -> None:
    """What the person owned is the successor's."""
    mine, to, rows = str(values["user_id"]), str(values["successor_id"]), list[Json]()
    for key, (collection, those) in _owners(state).items():
        if mine in those:
            rows.append([collection, key, "", ENDS])
            those[:] = [*(one for one in those if one != mine), to]
    values[OWNED_BEFORE] = rows


def own_again(state: DemoState, values: Values) -> bool:
    rows, owners = values[OWNED_BEFORE], _owners(state)
    there = [owners[str(row[1])][1] for row in rows]  # type: ignore[union-attr,index]
    return bool(there) and all(values["user_id"] in one and values["successor_id"] not in one for one in there)


def rights_taken(state: DemoState, values: Values) -> None:
    mine, rows = str(values["user_id"]), list[Json]()
    for key, found in state.tenant.mail.boxes.items():
        for right in ("full_access", "send_as"):
            if mine in getattr(found, right):
                rows.append([right, key])
                getattr(found, right).remove(mine)
    values[RIGHTS_BEFORE] = rows


def rights_back(state: DemoState, values: Values) -> bool:
    rows: Any = values[RIGHTS_BEFORE]
    boxes = state.tenant.mail.boxes
    return bool(rows) and all(getattr(boxes[key], right).count(values["user_id"]) == 1 for right, key in rows)
