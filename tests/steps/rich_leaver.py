"""A leaver who has something for every step of an offboarding, so that each permission is needed."""

import random
from datetime import timedelta

from licenseiq_demo.estate.drives import link
from licenseiq_demo.mail.meetings import meetings
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState


def enrich(state: DemoState, leaver: Person) -> None:
    """Apps in person and by groups, consents, a group and an application of their own, meetings, a right on another
    mailbox, a link for anybody, and a licence by a group."""
    tenant, apps, rng = state.tenant, state.estate.apps, random.Random(leaver.id)
    model = tenant.story.is_in("leaver_with_apps")[0]
    for rows in (apps.assignments, apps.grants):
        mine = [row for row in rows if row["principalId"] == model]
        rows += [row | {"id": f"{row['id'][:-6]}{rng.randrange(10**6):06}", "principalId": leaver.id} for row in mine]
    leaver.groups += tenant.story.app_groups.values()
    for key in ("crm", "travel"):
        apps.active[apps.ids[key]][leaver.id] = True

    owner = tenant.story.is_in("leaver_who_owns")[0]
    for owned in (tenant.story.owners, {key: those for key, those in apps.owners.items() if key in apps.applications}):
        for key, owners in owned.items():
            mail = key in tenant.groups and tenant.groups[key].fields["mailEnabled"]
            if owner in owners and not mail:
                owners.append(leaver.id)

    guests = [one for one in tenant.people if one.cause == "active" and one is not leaver][:3]
    first = state.now().date() + timedelta(days=2)
    for key, events in meetings(leaver, guests, first, rng).items():
        tenant.mail.boxes[key].events += events
    shared = next(one for one in tenant.people if one.cause == "shared_mailbox" and one.id in tenant.mail.boxes)
    tenant.mail.boxes[shared.id].full_access.append(leaver.id)

    drive = state.estate.drives.of(leaver)
    assert drive is not None
    next(one for one in drive.items.values() if not one.is_folder).permissions.append(
        link(f"link{rng.random()}", "view", "anonymous")
    )

    group = next(one for one in tenant.story.groups if one.fields["displayName"] == "Project Heron")
    sku_id = group.fields["assignedLicenses"][0]["skuId"]
    leaver.groups.append(group.id)
    row = next(one for one in leaver.states if one["assignedByGroup"] is None)
    leaver.states.append(row | {"skuId": sku_id, "assignedByGroup": group.id, "disabledPlans": []})
    if sku_id not in {one["skuId"] for one in leaver.fields["assignedLicenses"]}:
        leaver.fields["assignedLicenses"].append({"skuId": sku_id, "disabledPlans": []})
