"""The tenant: its people, groups, seats and roles, and the state that writes change."""

import copy
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from licenseiq_demo import groups as groups_of_roles
from licenseiq_demo import licensing, roles, seats
from licenseiq_demo.catalogue import skus_with
from licenseiq_demo.estate import story as stories
from licenseiq_demo.estate.story import Story
from licenseiq_demo.groups import Group
from licenseiq_demo.legal import store as law
from licenseiq_demo.legal.store import Legal
from licenseiq_demo.mail import story as story_of_mail
from licenseiq_demo.mail.store import Mail
from licenseiq_demo.people import plain
from licenseiq_demo.people.calendar import Calendar
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.people.population import settle
from licenseiq_demo.people.story import cast

Changed = Literal["users", "groups"]

RULE_READS = 2


@dataclass(slots=True)
class DemoTenant:
    """Everything Graph can be asked about. The same users, seed and day make the same tenant."""

    tenant_id: str
    today: date
    people: list[Person]
    groups: dict[str, Group]
    lines: dict[str, seats.Line]
    consumed: Counter[str]
    subscriptions: list[Fields]
    role_assignments: list[Fields]
    role_eligibility: list[Fields]
    former: list[Person]
    calendar: Calendar
    mail: Mail
    legal: Legal
    situations: dict[str, str]
    """Who stands for which situation: for tests, by way of the control API."""
    story: Story
    by_id: dict[str, Person] = field(default_factory=dict)
    by_upn: dict[str, Person] = field(default_factory=dict)
    lag: int = 0
    """How many reads of a user stay behind the next write; see the fault `stale_reads`."""
    rule_reads: int = RULE_READS
    """How many reads of users or groups still show the old membership of a dynamic group after a change of properties;
    see the fault `rule_lag`."""
    journal: list[tuple[Changed, str]] = field(default_factory=list)
    """Ids of what was changed, oldest first, for those who ask what changed since."""
    removed: dict[str, Person] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)
    _old: dict[str, tuple[Person, int]] = field(default_factory=dict)
    _due: dict[str, int] = field(default_factory=dict)

    @classmethod
    def build(
        cls, users: int, seed: int, today: date, tenant_id: str | None = None, *, can_hold: bool = True
    ) -> "DemoTenant":
        """Settles `users` accounts; only the tenant id is random unless it is given.

        With `can_hold` off it bought no product with which a mailbox can be held.
        """
        rng = random.Random(f"{users}/{seed}")
        when = Calendar(today)
        people, groups, consumed, former = settle(users, when, rng)
        if not can_hold:
            consumed = plain.dress(people, groups)
        buyer = next((person.id for person in people if person.cause == "active"), None)
        lines, subscriptions = seats.buy(consumed, buyer, when, rng)
        if not can_hold:
            gone = skus_with(*plain.WITH_HOLDS)
            lines = {key: line for key, line in lines.items() if key not in gone}
            subscriptions = [row for row in subscriptions if row["skuId"] not in gone]
        assignments = roles.assign(people, rng)
        # Drawn apart, so that what came later to the tenant changes nothing of what was there.
        late = random.Random(f"{users}/{seed}/roles")
        helpdesk = groups_of_roles.helpdesk(when, late)
        for person in [person for person in people if person.cause == "administrator"][-2:]:
            person.groups.append(helpdesk.id)
        granted = [*assignments, roles.row(helpdesk.id, roles.HELPDESK, late)]
        eligible = roles.eligible(people, when, late)
        holders = [row["principalId"] for row in granted]
        story = stories.begin(people, holders, when, f"{users}/{seed}/story")
        parts = cast(people, [row["principalId"] for row in (*granted, *eligible)])
        situations = {name: person.id for name, person in parts.items()}
        mail = story_of_mail.settle(people, parts, when, random.Random(f"{users}/{seed}/mail"))
        legal = law.settle(mail, parts, when, random.Random(f"{users}/{seed}/legal"))
        stories.enter(story, people, [*groups, helpdesk], holders, situations.values(), when)
        tenant = cls(
            tenant_id=tenant_id or str(uuid.uuid4()),
            today=today,
            people=people,
            groups={group.id: group for group in (*groups, helpdesk, *story.groups)},
            lines=lines,
            consumed=consumed,
            subscriptions=subscriptions,
            role_assignments=granted,
            role_eligibility=eligible,
            former=former,
            calendar=when,
            mail=mail,
            legal=legal,
            situations=situations,
            story=story,
        )
        tenant.by_id = {person.id: person for person in people}
        tenant.by_upn = {person.upn.lower(): person for person in people}
        return tenant

    def find(self, key: str) -> Person | None:
        """A person by object id or user principal name."""
        return self.by_id.get(key.lower()) or self.by_upn.get(key.lower())

    def seen(self, person: Person, *, single: bool = False) -> Person:
        """The person as a reader sees it now: as before the last write while reads are stale.

        Only reads of the one person (`single`) use the staleness up.
        """
        old = self._old.get(person.id) if self._old else None
        if old is None:
            return person
        if single:
            if old[1] <= 1:
                del self._old[person.id]
            else:
                self._old[person.id] = (old[0], old[1] - 1)
        return old[0]

    def before_write(self, person: Person) -> None:
        """Called by every write to a person, so that stale reads have something to show."""
        self.journal.append(("users", person.id))
        if self.lag:
            self._old[person.id] = (copy.deepcopy(person), self.lag)

    def members(self, group_id: str) -> list[Person]:
        """The direct members of a group."""
        return [person for person in self.people if group_id in self.seen(person).groups]

    def join(self, person: Person, group: Group, at: str) -> None:
        """Makes somebody a member; the group's licences follow."""
        person.groups.append(group.id)
        self.journal.append(("groups", group.id))
        licensing.follow(person, group, at, self.lines, self.consumed)

    def leave(self, person: Person, group: Group) -> None:
        """Ends a membership; the group's licences go."""
        person.groups.remove(group.id)
        self.journal.append(("groups", group.id))
        licensing.unfollow(person, group.id, self.consumed)

    def properties_changed(self, person: Person) -> None:
        """Lets the dynamic groups look at somebody again, after `rule_reads` further reads of users or groups."""
        self._due[person.id] = self.rule_reads

    def process_rules(self, at: str) -> None:
        """Called before every read of users and groups: memberships by rule, and their licences, follow with a lag."""
        for key, left in list(self._due.items()):
            if left > 0:
                self._due[key] = left - 1
                continue
            del self._due[key]
            if key in self.by_id:
                self._apply_rules(self.by_id[key], at)

    def _apply_rules(self, person: Person, at: str) -> None:
        for group in self.groups.values():
            rule = group.rule
            if rule is not None:
                belongs, member = rule(person.fields), group.id in person.groups
                if belongs and not member:
                    self.join(person, group, at)
                elif member and not belongs:
                    self.leave(person, group)

    def remove(self, person: Person, at: str) -> None:
        """Deletes somebody, whose seats become free at once."""
        person.fields["deletedDateTime"] = at
        self.people.remove(person)
        del self.by_id[person.id], self.by_upn[person.upn.lower()]
        self.removed[person.id] = person
        self._moved(person, -1)

    def restore(self, key: str) -> None:
        """Brings somebody back who was deleted, with licences and groups."""
        person = self.removed.pop(key)
        person.fields.pop("deletedDateTime", None)
        self.people.append(person)
        self.by_id[person.id] = self.by_upn[person.upn.lower()] = person
        self._moved(person, 1)

    def _moved(self, person: Person, seats_taken: int) -> None:
        for sku_id in {row["skuId"] for row in person.fields["assignedLicenses"]}:
            self.consumed[sku_id] += seats_taken
        self.journal.append(("users", person.id))
        self.journal += [("groups", group_id) for group_id in person.groups]

    def add(self, person: Person) -> None:
        """Takes in somebody new; dynamic groups will look at them."""
        self.people.append(person)
        self.by_id[person.id] = self.by_upn[person.upn.lower()] = person
        self.journal.append(("users", person.id))
        self.properties_changed(person)

    def purge(self, person: Person) -> None:
        """Lets go of somebody who was deleted; nothing brings them back."""
        del self.removed[person.id]
        self.purged.add(person.id)
        self.journal.append(("users", person.id))

    def roles_of(self, person_id: str) -> list[Fields]:
        """The role assignments that name this person, or a group that this person is in."""
        holders = {person_id, *self.by_id[person_id].groups}
        return [row for row in self.role_assignments if row["principalId"] in holders]
