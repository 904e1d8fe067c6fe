"""Whether files are safe before a step takes the last licence that keeps a OneDrive.

Without a licence it is archived after 93 days, out of reach of users and administrators (graph-facts 1.7). So they are
copied first, or another licence keeps them, or there are none; else an approver signs that they may be lost, and sees
the day. What could not be read is not safe. Holds come before this (`licenseiq.steps.holds`).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps.asking import Ask, Asking, Reading, Target
from licenseiq.steps.copy_onedrive import COPIED, FOLDER, is_copied, read_copy
from licenseiq.steps.kind import Check, Held, Now, fact
from licenseiq.steps.onedrive import drive_of

LOST = "onedrive_lost"
ARCHIVED_AFTER = timedelta(days=93)
# Service plans that give a OneDrive, of every cloud (Microsoft's product table): these keep one.
_KEEPS = frozenset(
    {
        "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",  # SHAREPOINTDESKLESS
        "c7699d2e-19aa-44de-8edf-1736da088ca1",  # SHAREPOINTSTANDARD
        "5dbe027f-2339-4123-9542-606e4d348a72",  # SHAREPOINTENTERPRISE
        "13696edf-5a08-49f6-8134-03083ed8ba30",  # ONEDRIVESTANDARD
        "afcafa6a-d966-4462-918c-ec0b4e0fe642",  # ONEDRIVEENTERPRISE
        "da792a53-cbc0-4184-a10d-e544dd34b3c1",  # ONEDRIVE_BASIC
        "4495894f-534f-41ca-9d3b-0ebf1220a423",  # ONEDRIVE_BASIC_P2
        "153f85dd-d912-4762-af6c-d6e0fb4f6692",  # SHAREPOINTENTERPRISE_GOV
        "f9c43823-deb4-46a8-aa65-8b551f0c4f8a",  # SharePoint Plan 1G
        "63038b2c-28d0-45f6-bc36-33062963b498",  # SHAREPOINTENTERPRISE_EDU
    }
)
# Products that hold such a plan for their own use: they keep no files (tiers.toml, 'not_given_by').
_KEEP_NONE = frozenset(
    {
        "beb6439c-caad-48d3-bf46-0c82871e12be",
        "53818b1b-4a27-454b-8896-0dba576410e6",
        "09015f9f-377f-4538-bbb5-f75ceb09358a",
    }
)
# Plans whose name says so and that are no library: everything else with such a name may be one.
_NOT_FILES = (
    "SHAREPOINTWAC",
    "SHAREPOINTSTORAGE",
    "SHAREPOINT_PROJECT",
    "SHAREPOINTONLINE_MULTIGEO",
    "ONEDRIVECLIPCHAMP",
)
_SEATED = frozenset({"Active", "ActiveWithError"})


async def _licences(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`rows`: SKU, group (null: direct) and plans that are off, of what is active; `plans`: those plans of each SKU
    that may carry files."""
    if target.user_id is None:
        return {"rows": [], "plans": {}}  # an account that is not there yet
    told = await ask(Ask(f"/users/{target.user_id}?$select=id,licenseAssignmentStates"))
    rows: list[Json] = [
        [_lower(row["skuId"]), _lower(row["assignedByGroup"]), [_lower(one) for one in _list(row["disabledPlans"])]]
        for row in cast("list[Mapping[str, Json]]", told["licenseAssignmentStates"])
        if row["state"] in _SEATED
    ]
    plans = dict[str, Json]()
    for sku in _list((await ask(Ask("/subscribedSkus?$select=skuId,servicePlans", pages=True)))["value"]):
        mine = cast("Mapping[str, Json]", sku)
        all_plans = cast("list[Mapping[str, Json]]", mine["servicePlans"])
        plans[str(mine["skuId"]).lower()] = [_lower(one["servicePlanId"]) for one in all_plans if _may_carry_files(one)]
    return {"rows": rows, "plans": plans}


def _list(value: Json) -> list[Json]:
    return cast("list[Json]", value)


def _may_carry_files(plan: Mapping[str, Json]) -> bool:
    name = str(plan["servicePlanName"]).upper()
    if _lower(plan["servicePlanId"]) in _KEEPS:
        return True
    return ("SHAREPOINT" in name or "ONEDRIVE" in name) and not name.startswith(_NOT_FILES)


def _lower(value: Json) -> Json:
    return value.lower() if isinstance(value, str) else value


LICENCES = Reading(
    "licences_of_files",
    "which licences keep files",
    "LicenseAssignment.Read.All",
    _licences,
    paths=("/users/{id}", "/subscribedSkus"),
)


async def _files(ask: Asking, target: Target, arguments: Mapping[str, Json]) -> Json:
    """`used` bytes (null: not told) and whether a copy is `copied`; `drive` null without a OneDrive. The files are
    walked only where the plan names a copy."""
    found = await drive_of(ask, target.user_id, "id,webUrl,quota") if target.user_id is not None else None
    if found is None:
        return {"drive": None}
    quota = found.get("quota")
    used = quota.get("used") if isinstance(quota, Mapping) else None
    told: dict[str, Json] = {
        "drive": str(found["id"]),
        "used": used if isinstance(used, int) else None,
        "copied": False,
    }
    if (
        used != 0
        and target.values.get(FOLDER)
        and (target.values.get("successor_id") or target.values.get("leavers_site"))
    ):
        told["copied"] = is_copied(await read_copy(ask, target, only_made=True))
    return told


FILES = Reading("onedrive_kept", "the files of the OneDrive", COPIED.permission, _files, paths=COPIED.paths)


def _held(step: Step, _: Target, account: Account, now: Now) -> Held | None:
    if now.simulated and "end_state" not in step.arguments:
        return None  # on the simulated tenant licences go as they always did, but for those of a leaver
    files, licences = fact(account, FILES.name), fact(account, LICENCES.name)
    if isinstance(files, Mapping) and (files["drive"] is None or files.get("used") == 0 or files.get("copied") is True):
        return None
    if isinstance(licences, Mapping) and not _drops(step, licences):
        return None
    if StepKind.COPY_ONEDRIVE in now.first:
        return None  # asked again once the copy has read back
    lost = f"To let them go, waive it with a reason: archived on {(now.at + ARCHIVED_AFTER).date().isoformat()}."
    if not isinstance(files, Mapping) or not isinstance(licences, Mapping):
        unread = FILES if not isinstance(files, Mapping) else LICENCES
        words = f"Could not read {unread.what}: grant {unread.permission}, so that nothing is lost unseen."
        return Held(LOST, f"{words} {lost}", waivable=True)
    return Held(LOST, f"The OneDrive loses its last licence and is not copied: copy it first. {lost}", waivable=True)


def _drops(step: Step, licences: Mapping[str, Json]) -> bool:
    """Whether a step takes away the last licence that keeps files; True for a kind that we do not know better."""
    rows = [
        (sku, by, none_on) for sku, by, none_on in cast("list[tuple[str, str | None, list[str]]]", licences["rows"])
    ]
    plans = cast("Mapping[str, list[str]]", licences["plans"])
    group = str(step.goal.get("not_in_group")).lower()
    if not step.goal.keys() & {"direct_licences_absent", "direct_licences_active", "not_in_group"}:
        return True
    taken = _texts(step.goal.get("direct_licences_absent"))
    given = _texts(step.goal.get("direct_licences_active"))
    off = cast("Mapping[str, list[str]]", step.goal.get("direct_plans_disabled") or {})
    going = [row for row in rows if (row[1] == group if row[1] else row[0] in (*taken, *given))]
    left = [(sku, none_on) for sku, by, none_on in rows if (sku, by, none_on) not in going]
    left += [(sku, off.get(sku, [])) for sku in given]
    lost = any(sku not in plans or set(plans[sku]) - set(none_on) for sku, _, none_on in going)
    keeps = any((set(plans.get(sku, ())) & _KEEPS) - set(none_on) for sku, none_on in left if sku not in _KEEP_NONE)
    return lost and not keeps


def _texts(found: Json) -> tuple[str, ...]:
    return tuple(str(one).lower() for one in found) if isinstance(found, list | tuple) else ()


def _says(_: Step, __: Target, account: Account, ___: Now) -> tuple[str, ...]:
    files = fact(account, FILES.name)
    if not isinstance(files, Mapping):
        return ("OneDrive: not readable.",)
    if files["drive"] is None:
        return ("There is no OneDrive.",)
    used = files["used"]
    size = "of unknown size" if used is None else f"{cast('int', used) / 1024**3:.1f} GB"
    return (f"OneDrive: {size}, {'copied and the same' if files['copied'] is True else 'not copied yet'}.",)


ONEDRIVE_KEPT = Check("onedrive_kept", (LICENCES, FILES), _held, _says)
