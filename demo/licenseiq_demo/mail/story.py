"""What happened in the mailboxes: forwarding, rights that somebody kept elsewhere, meetings ahead, holds.

Drawn apart, so that it changes nothing of what was there before.
"""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from licenseiq_demo.mail.box import Box
from licenseiq_demo.mail.meetings import meetings
from licenseiq_demo.mail.store import Mail
from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Person

Parts = Mapping[str, Person]
"""Who stands for which situation."""

GIB = 1024**3
OUTSIDE = "private.post@mailbox.example"


def _hex(rng: random.Random) -> str:
    return new_id(rng).replace("-", "")


def settle(people: list[Person], parts: Parts, when: Calendar, rng: random.Random) -> Mail:
    """The mailboxes with everything that makes them differ. Sizes and archives of two leavers are set before."""
    large = parts.get("mailbox_over_50_gb")
    if large is not None and large.mailbox is not None:
        large.mailbox = replace(large.mailbox, used_bytes=58 * GIB, archive=False)
    archived = parts.get("mailbox_with_archive")
    if archived is not None and archived.mailbox is not None:
        archived.mailbox = replace(archived.mailbox, used_bytes=11 * GIB, archive=True)
    mail = Mail.of(people, when.today, rng)
    wide = f"mbx{_hex(rng)}"
    mail.policies = [f"{wide}:1", f"grp{_hex(rng)}:3"]
    _held(mail, parts, when, wide, rng)
    _habits(mail, people, parts, when.today, rng)
    return mail


def _held(mail: Mail, parts: Parts, when: Calendar, wide: str, rng: random.Random) -> None:
    for situation, since, days in (("litigation_hold", 400, None), ("litigation_hold_for_a_time", 90, 2555)):
        person = parts.get(situation)
        if person is not None:
            box = mail.boxes[person.id]
            box.litigation_since, box.litigation_days = when.moment(since, rng), days
    for situation, hold in (
        ("retention_policy", f"mbx{_hex(rng)}:2"),
        ("retention_that_only_deletes", f"skp{_hex(rng)}:1"),
        ("excluded_from_retention", f"-{wide}"),
        ("in_place_hold", f"cld{_hex(rng)}"),
    ):
        person = parts.get(situation)
        if person is not None:
            mail.boxes[person.id].holds.append(hold)
    label, delayed = parts.get("retention_label"), parts.get("delay_hold")
    if label is not None:
        mail.boxes[label.id].tag_hold = True
    if delayed is not None:
        mail.boxes[delayed.id].delay_hold = True


def _habits(mail: Mail, people: list[Person], parts: Parts, today: date, rng: random.Random) -> None:
    hybrid = parts.get("hybrid_mailbox")
    if hybrid is not None:
        mail.boxes[hybrid.id].on_premises = "user"
    forwards = parts.get("forwards_outside")
    if forwards is not None:
        box = mail.boxes[forwards.id]
        box.forwarding_smtp, box.deliver_and_forward = f"smtp:{OUTSIDE}", True
    by_rule = parts.get("rule_that_forwards_outside")
    if by_rule is not None:
        mail.boxes[by_rule.id].rules = _rules(rng)
    delegate, shared = parts.get("delegate_elsewhere"), [p for p in people if p.cause == "shared_mailbox"]
    if delegate is not None:
        for box in _of(mail, shared[:2]):
            box.full_access.append(delegate.id)
            box.send_as.append(delegate.id)
        bosses = [p for p in people if p.id == delegate.manager]
        for box in _of(mail, bosses):
            box.on_behalf.append(delegate.id)
    host = parts.get("future_meetings")
    if host is not None:
        guests = [p for p in people if p.cause == "active"][:4]
        for key, made in meetings(host, guests, today + timedelta(days=2), rng).items():
            mail.boxes[key].events += made
    for person in [p for p in people if p.cause == "active"][4:6]:
        for box in _of(mail, shared[:1]):
            box.full_access.append(person.id)
    cast = {part.id for part in parts.values()}
    gone = [p for p in people if p.cause == "told_leaver" and p.id in mail.boxes and p.id not in cast]
    for box in _of(mail, gone[-1:]):  # blocked long ago, and the rule still copies
        box.rules = _rules(rng)


def _of(mail: Mail, people: list[Person]) -> list[Box]:
    return [mail.boxes[person.id] for person in people if person.id in mail.boxes]


def _rules(rng: random.Random) -> list[dict[str, object]]:
    def rule(place: int, name: str, actions: dict[str, object]) -> dict[str, object]:
        return {
            "id": f"AQAA{_hex(rng)[:8]}=",
            "displayName": name,
            "sequence": place,
            "isEnabled": True,
            "hasError": False,
            "isReadOnly": False,
            "conditions": {},
            "actions": actions,
        }

    outside = [{"emailAddress": {"name": "Private", "address": OUTSIDE}}]
    return [
        rule(1, "Newsletters", {"moveToFolder": _hex(rng), "stopProcessingRules": True}),
        rule(2, "Copy home", {"forwardTo": outside}),
    ]
