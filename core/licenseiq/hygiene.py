"""What is counted beside money: stale identities, licence errors, and privileged accounts that nobody uses.

Who holds claimed seats is left out of the good side of each share. Otherwise one more idle account without an error
would dilute the errors of the others, and waste would raise the score. Accounts of which no rule may speak, and
faults that somebody has decided to leave, are on neither side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from licenseiq.accounts import AccountKind, account_kind
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.dormant_privileged import KIND as DORMANT
from licenseiq.findings.finding import Finding
from licenseiq.findings.group_licence_error import KIND as ERROR
from licenseiq.findings.stale_identity import KIND as STALE
from licenseiq.people import Person
from licenseiq.readings import Source


@dataclass
class Share:
    """Accounts on the two sides of one component. `good_claimed` are those left out because their seats are claimed, by
    kind of finding, and `bad_claimed` those among the bad whose seats are."""

    good: int = 0
    bad: int = 0
    good_claimed: dict[str, int] = field(default_factory=dict)
    bad_claimed: dict[str, int] = field(default_factory=dict)

    def add(self, *, is_bad: bool, claimed_by: str | None) -> None:
        if is_bad:
            self.bad += 1
        elif claimed_by is None:
            self.good += 1
        if claimed_by is not None:
            claimed = self.bad_claimed if is_bad else self.good_claimed
            claimed[claimed_by] = claimed.get(claimed_by, 0) + 1


class Hygiene:
    """Counts over one pass: licensed people without and with a licence in error, accounts with something to lose that
    are in use or stale, and privileged accounts with and without a sign-in within the policy's days."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.errors = Share()
        self.identities = Share()
        self.privilege = Share()
        self.privilege_known = context.is_read(Source.ROLES) and context.is_read(Source.SIGN_INS)

    def count(self, person: Person, activity: Activity, mine: Sequence[Finding], claimed_by: str | None) -> None:
        """Adds one person, with the findings about them; `claimed_by` is the kind that claims a seat of theirs, if one
        counts. Leave out whom no rule may speak of."""
        if not mine and not person.roles:
            # Most people: nothing is found, and nothing is claimed.
            self.errors.good += bool(person.assignments)
            self.identities.good += person.account_enabled is not False
            return
        found = {one.kind: one.counts for one in mine}
        if person.assignments:
            self._add(self.errors, found.get(ERROR), claimed_by)
        if found.get(STALE) is not None or person.account_enabled is not False:
            self._add(self.identities, found.get(STALE), claimed_by)
        can_act = person.roles and activity.sign_in_read and person.account_enabled is not False
        if can_act and account_kind(person, self._context) is not AccountKind.EMERGENCY:
            self._add(self.privilege, found.get(DORMANT), claimed_by)

    def _add(self, share: Share, fault: bool | None, claimed_by: str | None) -> None:
        """`fault` is None without a finding, and False for one that does not count."""
        if fault is not False:
            share.add(is_bad=fault is True, claimed_by=claimed_by)
