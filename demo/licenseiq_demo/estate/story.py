"""The situations that a playbook meets, each made by what somebody was given, never by a label on the account.

Drawn apart from the people, and so that no cause and no seat changes: a licence that came by hand comes by a group.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from licenseiq_demo.groups import Group, Recipe, make
from licenseiq_demo.people.calendar import Calendar
from licenseiq_demo.people.person import Fields, Person

NEWCOMERS: tuple[Fields, ...] = (
    {
        "givenName": "Saoirse",
        "surname": "Lindgren",
        "department": "Finance",
        "jobTitle": "Controller",
        "officeLocation": "Leeds",
        "usageLocation": "GB",
        "employeeId": "990001",
    },
    {
        "givenName": "Mateus",
        "surname": "Okafor",
        "department": "Engineering",
        "jobTitle": "Test Engineer",
        "officeLocation": "Porto",
        "usageLocation": "PT",
        "employeeId": "990002",
    },
)
"""People who start next week and have no account yet, as a personnel office would announce them."""

_GONE = ("left_last_month", "untold_leaver", "told_leaver")


@dataclass(slots=True)
class Story:
    """Who is in which situation (`people`: ids by situation), and what was arranged for it: owners by group, the groups
    by which an app is granted, and the groups that came with it."""

    people: dict[str, list[str]] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=dict)
    app_groups: dict[str, str] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    rng: random.Random = field(default_factory=random.Random)

    def is_in(self, situation: str) -> list[str]:
        """The ids of those in this situation; empty where the tenant is too small for it."""
        return self.people.get(situation, [])


def begin(people: list[Person], holders: Iterable[str], when: Calendar, seed: str) -> Story:
    """The one situation that needs somebody who can still sign in: before other stories take all of them. `holders` of
    roles (ids) are left out."""
    story, privileged = Story(rng=random.Random(seed)), frozenset(holders)
    free = [p for p in _leavers(people) if p.id not in privileged and not p.groups]
    _by_rule(story, people, free, when, story.rng)
    return story


def _leavers(people: list[Person]) -> list[Person]:
    return [p for cause in _GONE for p in people if p.cause == cause and not p.fields["onPremisesSyncEnabled"]]


def enter(
    story: Story,
    people: list[Person],
    groups: list[Group],
    holders: Iterable[str],
    taken: Iterable[str],
    when: Calendar,
) -> None:
    """Arranges the other situations among these people. `holders` of roles are in one of their own; whoever is `taken`
    by another story is left out. Both are ids."""
    rng, privileged = story.rng, frozenset(holders)
    busy = {*privileged, *taken, *(key for ids in story.people.values() for key in ids)}
    leavers = _leavers(people)
    free = [p for p in leavers if p.id not in busy and not p.groups]
    story.people["privileged_leaver"] = [p.id for p in leavers if p.id in privileged]
    story.people["synced_leaver"] = [p.id for p in people if p.cause in _GONE and p.fields["onPremisesSyncEnabled"]]
    colleagues = [p for p in people if p.cause == "active" and not p.fields["onPremisesSyncEnabled"]]
    _by_team(story, colleagues, free, when, rng)
    _by_existing(story, groups, people)
    _with_apps(story, colleagues, free, when, rng)
    _owners(story, [*groups, *story.groups], people, free, when, rng)
    for person in _unused(story, free)[:1]:
        person.fields["businessPhones"] = ["+44 113 496 0182"]
        story.people["leaver_with_phone_number"] = [person.id]
    with_files = [p for p in _unused(story, free) if p.drive_bytes]
    story.people["leaver_with_outside_links"] = [p.id for p in with_files[:1]]
    story.people["leaver_with_files"] = [p.id for p in leavers if p.drive_bytes]
    story.people["joiner_with_account"] = [p.id for p in people if p.cause == "new_hire"]
    movers = [p for p in colleagues if p.fields["department"] == "Finance" and p.groups]
    story.people["mover"] = [p.id for p in movers[:2]]
    # Empty, for whoever needs less than the group of Sales gives.
    story.groups.append(make(Recipe("Licences - Sales Office 365 E3", ("ENTERPRISEPACK",), _nobody), when, rng))


def _unused(story: Story, people: Iterable[Person]) -> list[Person]:
    """Those for whom nothing was arranged so far, so that one situation is not mixed with another."""
    taken = {key for name, ids in story.people.items() if name.startswith("leaver") for key in ids}
    return [person for person in people if person.id not in taken]


def _by_hand(person: Person, sku_id: str) -> Fields | None:
    """The one row by which somebody has this product by hand, whole and in no other way."""
    rows = [row for row in person.states if row["skuId"] == sku_id]
    alone = len(rows) == 1 and rows[0]["assignedByGroup"] is None
    return rows[0] if alone and rows[0]["state"] == "Active" and not rows[0]["disabledPlans"] else None


def _hand_over(person: Person, sku_id: str, group: Group) -> None:
    for row in person.states:
        if row["skuId"] == sku_id:
            row["assignedByGroup"] = group.id
    person.groups.append(group.id)


def _suites(person: Person) -> list[str]:
    return [row["skuId"] for row in person.states if row["skuId"] in _SUITES and _by_hand(person, row["skuId"])]


_SUITES = {
    "05e9a617-0261-4cee-bb44-138d3ef5d965": "SPE_E3",
    "06ebc4ee-1bb5-47dd-8120-11324bc54e06": "SPE_E5",
    "6fd2c87f-b296-42f0-b197-1e91e994b900": "ENTERPRISEPACK",
}

_NARROW = ("department", "jobTitle", "officeLocation")


def _by_rule(story: Story, people: list[Person], free: list[Person], when: Calendar, rng: random.Random) -> None:
    """A dynamic group that gives a suite to people whose account is enabled: blocking the leaver strips it."""
    alike: dict[tuple[str, ...], list[Person]] = {}
    for person in people:
        if person.fields["accountEnabled"]:
            alike.setdefault(tuple(person.fields[name] for name in _NARROW), []).append(person)
    for leaver in free:
        if not leaver.fields["accountEnabled"]:
            continue
        enabled = alike[tuple(leaver.fields[name] for name in _NARROW)]
        for sku_id in _suites(leaver):
            if all(_by_hand(p, sku_id) for p in enabled):
                tests = [f'(user.{name} -eq "{leaver.fields[name]}")' for name in _NARROW]
                rule = " and ".join(["(user.accountEnabled -eq true)", *tests])
                name = f"Licences - {leaver.fields['jobTitle']}s in {leaver.fields['officeLocation']}"
                group = make(Recipe(name, (_SUITES[sku_id],), _nobody, rule=rule), when, rng)
                story.groups.append(group)
                for person in enabled:
                    _hand_over(person, sku_id, group)
                story.people["leaver_licensed_by_account_rule"] = [leaver.id]
                return


def _by_team(story: Story, colleagues: list[Person], free: list[Person], when: Calendar, rng: random.Random) -> None:
    """A team whose members get a suite: who leaves it for the licence loses channels and files as well."""
    for leaver in _unused(story, free):
        for sku_id in _suites(leaver):
            others = [p for p in colleagues if _by_hand(p, sku_id)][:2]
            if len(others) == 2:
                recipe = Recipe("Project Heron", (_SUITES[sku_id],), _nobody, unified=True)
                group = make(recipe, when, rng)
                group.fields |= {"securityEnabled": True, "resourceProvisioningOptions": ["Team"]}
                story.groups.append(group)
                for person in (leaver, *others):
                    _hand_over(person, sku_id, group)
                story.people["leaver_licensed_by_team"] = [leaver.id]
                return


def _by_existing(story: Story, groups: list[Group], people: list[Person]) -> None:
    """Leavers in groups that were there before: a mail-enabled one, and one that comes from on-premises."""

    def members(test: Callable[[Fields], bool]) -> list[str]:
        ids = {group.id for group in groups if group.sku_ids and test(group.fields)}
        return [p.id for p in people if p.cause in _GONE and ids.intersection(p.groups)]

    story.people["leaver_licensed_by_mail_group"] = members(lambda f: f["mailEnabled"] and not f["groupTypes"])
    story.people["leaver_licensed_by_synced_group"] = members(lambda f: bool(f["onPremisesSyncEnabled"]))
    story.people["leaver_licensed_by_department_rule"] = members(lambda f: "DynamicMembership" in f["groupTypes"])


def _with_apps(story: Story, colleagues: list[Person], free: list[Person], when: Calendar, rng: random.Random) -> None:
    """One leaver with apps in person and by a group; each group stands for the grant of one app."""
    leaver = next(iter(_unused(story, free)), None)
    for app, name in (("travel", "App - Travel bookings"), ("wiki", "App - Wiki editors")):
        group = make(Recipe(name, (), _nobody), when, rng)
        story.groups.append(group)
        story.app_groups[app] = group.id
        for person in [*([leaver] if leaver else []), *colleagues[:3]]:
            person.groups.append(group.id)
    story.people["leaver_with_apps"] = [leaver.id] if leaver else []


def _owners(
    story: Story, groups: list[Group], people: list[Person], free: list[Person], when: Calendar, rng: random.Random
) -> None:
    """Cloud groups belong to the administrators; three are a leaver's, one of them nobody else's."""
    admins = [p.id for p in people if p.cause == "administrator"][:2]
    for group in groups:
        if not group.fields["onPremisesSyncEnabled"] and admins:
            story.owners[group.id] = list(admins)
    leaver = next(iter(_unused(story, free)), None)
    if leaver is None:
        return
    alone = make(Recipe("Calibration archive", (), _nobody, unified=True), when, rng)
    newsletter = make(Recipe("Supplier newsletter", (), _nobody, mail=True), when, rng)
    newsletter.fields["securityEnabled"] = False
    story.groups += [alone, newsletter]
    story.owners[alone.id] = [leaver.id]
    story.owners[newsletter.id] = [leaver.id, *admins[:1]]
    leaver.groups += [alone.id, newsletter.id]
    shared = next((group for group in groups if group.fields["displayName"] == "All Engineering"), None)
    if shared is not None:
        story.owners[shared.id] = [leaver.id, *admins]
    story.people["leaver_who_owns"] = [leaver.id]


def _nobody(_: str | None, __: float) -> bool:
    return False
