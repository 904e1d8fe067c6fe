"""All mailboxes of the tenant: who has one, in which state it is, and what a reader sees of it."""

import copy
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from licenseiq_demo.mail.box import KEPT_DAYS, Box, Status, is_held, plan
from licenseiq_demo.people.calendar import new_id
from licenseiq_demo.people.person import Fields, MailboxKind, Person

CONVERSION_READS = 2


@dataclass(slots=True)
class Mail:
    """Boxes by object id; `policies` are the InPlaceHolds of the organisation; `sent` is what left by `sendMail` or by
    cancelling a meeting, oldest first."""

    boxes: dict[str, Box]
    rng: random.Random
    policies: list[str] = field(default_factory=list)
    sent: list[Fields] = field(default_factory=list)
    conversion_reads: int = CONVERSION_READS
    without: frozenset[str] = frozenset()
    """Accounts that never get a mailbox, whatever they hold."""
    _old: dict[str, tuple[Box, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[Person], today: date, rng: random.Random) -> "Mail":
        """The mailboxes that belong to these accounts."""
        boxes: dict[str, Box] = {}
        without: set[str] = set()
        for person in people:
            found = person.mailbox
            if found is None:
                without.add(person.id)
                continue
            box = Box(new_id(rng), found.kind, found.used_bytes, found.items)
            box.archive = new_id(rng) if found.archive else None
            if found.kind == "user" and plan(person) is None:
                box.unlicensed_since = today - timedelta(days=KEPT_DAYS * 6)
            boxes[person.id] = box
        return cls(boxes, rng, without=frozenset(without))

    def look(self, person: Person, today: date, *, deleted: bool = False) -> tuple[Box, Status] | None:
        """The mailbox as it stands now, without counting this as a read; None when there never was one."""
        box = self.boxes.get(person.id)
        licensed = plan(person) is not None and not deleted
        if box is None:
            if not licensed or person.id in self.without:
                return None
            box = Box(new_id(self.rng), "user", 0, 0, reads_left=self.conversion_reads)
            self.boxes[person.id] = box
            person.fields |= {"mail": person.upn, "proxyAddresses": [f"SMTP:{person.upn}"]}
        if (box.kind == "user" and not licensed) or deleted:
            box.unlicensed_since, box.becoming, box.reads_left = box.unlicensed_since or today, None, 0
            if is_held(box, self.policies):
                return box, "inactive"
            return box, "gone" if (today - box.unlicensed_since).days > KEPT_DAYS else "soft_deleted"
        if box.unlicensed_since and (today - box.unlicensed_since).days > KEPT_DAYS and licensed and box.kind == "user":
            # What was there is gone for good; a licence makes a new one.
            box = self.boxes[person.id] = Box(new_id(self.rng), "user", 0, 0, reads_left=self.conversion_reads)
        box.unlicensed_since = None
        return box, "coming" if box.reads_left and box.becoming is None else "live"

    def read(self, person: Person, today: date, *, deleted: bool = False) -> tuple[Box, Status] | None:
        """What a reader sees: as before the last write while reads are stale; each read brings a conversion nearer."""
        found = self.look(person, today, deleted=deleted)
        if found is None:
            return None
        old = self._old.get(person.id)
        if old is not None:
            self._old[person.id] = (old[0], old[1] - 1)
            if old[1] <= 1:
                del self._old[person.id]
            return old[0], found[1]
        box, status = found
        if box.reads_left:
            box.reads_left -= 1
        elif box.becoming:
            box.kind, box.becoming = box.becoming, None
            return self.look(person, today, deleted=deleted)
        return box, status

    def before_write(self, person: Person, lag: int) -> None:
        """Called by every write to a mailbox, so that stale reads have something to show."""
        if lag:
            self._old[person.id] = (copy.deepcopy(self.boxes[person.id]), lag)

    def convert(self, box: Box, kind: MailboxKind) -> None:
        """Begins to turn it into another kind; it shows after some reads."""
        box.becoming = None if kind == box.kind else kind
        box.reads_left = self.conversion_reads if box.becoming else 0

    def synchronise(self) -> None:
        """A run of the directory synchronisation: what the local directory says is imposed on the cloud."""
        for box in self.boxes.values():
            if box.on_premises is not None:
                box.kind, box.becoming, box.reads_left = box.on_premises, None, 0
