"""What the law asks of this tenant, and whether Microsoft's own workflows are licensed."""

import random
from dataclasses import dataclass, field

from licenseiq_demo.legal.cases import Case, Hold, case, custodian, hold, site_source, user_source
from licenseiq_demo.legal.workflows import workflows
from licenseiq_demo.mail.store import Mail
from licenseiq_demo.mail.story import Parts
from licenseiq_demo.people.calendar import Calendar
from licenseiq_demo.people.person import Fields, Person


@dataclass(slots=True)
class Legal:
    """Cases, and Lifecycle Workflows, which answer only where the tenant is licensed for them (`governed`)."""

    cases: list[Case]
    workflows: list[Fields]
    rng: random.Random
    governed: bool = False
    put: dict[str, Hold] = field(default_factory=dict)
    """Holds that tests put on people, by object id."""

    def place(self, mail: Mail, person: Person, sources: str, at: str, status: str = "applied") -> None:
        """Puts somebody under a hold of the first case, as a case manager would; `status` is how far it came."""
        self.lift(mail, person)
        policy = self.put[person.id] = hold("Added today", at, self.rng)
        policy.users.append(user_source(person, sources, at, self.rng) | {"holdStatus": status})
        self.cases[0].holds.append(policy)
        if "mailbox" in sources and person.id in mail.boxes:
            mail.boxes[person.id].holds.append(policy.mark)

    def lift(self, mail: Mail, person: Person) -> None:
        """Ends the hold that `place` put on somebody; the mailbox stays on delay hold."""
        policy = self.put.pop(person.id, None)
        if policy is not None:
            self.cases[0].holds.remove(policy)
            box = mail.boxes.get(person.id)
            if box is not None and policy.mark in box.holds:
                box.holds.remove(policy.mark)
                box.delay_hold = True


def settle(mail: Mail, parts: Parts, when: Calendar, rng: random.Random) -> Legal:
    """Four cases. One holds a mailbox, typed in other letters; one a site, and another as a site among others; one a
    custodian under an address of before; one is closed and holds nobody any more."""
    dispute = case("Contract dispute 2026", "active", 230, when, rng)
    tax = case("Tax audit", "active", 120, when, rng)
    inquiry = case("Internal inquiry", "active", 60, when, rng)
    closed = case("Patent 2023", "closed", 900, when, rng)
    on_mail, on_sites = hold("Mail", when.moment(229, rng), rng), hold("Files", when.moment(119, rng), rng)
    dispute.holds.append(on_mail)
    tax.holds.append(on_sites)
    person = parts.get("ediscovery_mailbox")
    if person is not None:
        typed = person.upn.title()
        on_mail.users.append(user_source(person, "mailbox", when.moment(229, rng), rng, email=typed))
        mail.boxes[person.id].holds.append(on_mail.mark)
    person = parts.get("ediscovery_site")
    if person is not None:
        on_sites.users.append(user_source(person, "site", when.moment(119, rng), rng))
    person = parts.get("ediscovery_site_among_others")
    if person is not None:
        on_sites.sites.append(site_source(person, when.moment(119, rng), rng))
    _inquiry(inquiry, parts.get("ediscovery_custodian"), mail, when, rng)
    _released(closed, parts.get("ediscovery_released"), when, rng)
    return Legal([dispute, tax, inquiry, closed], workflows(when, rng), rng)


def _inquiry(inquiry: Case, person: Person | None, mail: Mail, when: Calendar, rng: random.Random) -> None:
    at = when.moment(59, rng)
    policy = hold(f"CustodianHold-{inquiry.fields['id']}", at, rng)
    inquiry.holds.append(policy)
    if person is None:
        return
    former = f"maiden.{person.upn}"
    person.fields["proxyAddresses"] = [*person.fields["proxyAddresses"], f"smtp:{former}"]
    source = user_source(person, "mailbox,site", at, rng, email=former)
    policy.users.append(source)
    inquiry.custodians.append((custodian(source, at, rng), [source]))
    mail.boxes[person.id].holds.append(policy.mark)


def _released(closed: Case, person: Person | None, when: Calendar, rng: random.Random) -> None:
    at = when.moment(800, rng)
    policy = hold("Inventors", at, rng, on=False)
    closed.holds.append(policy)
    if person is not None:
        policy.users.append(user_source(person, "mailbox,site", at, rng) | {"holdStatus": "notApplied"})
