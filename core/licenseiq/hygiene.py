"""What is counted beside money: licence errors and privileged accounts that nobody uses.

Who holds claimed seats is left out of the good side of both shares. Otherwise one more idle account without an error
would dilute the errors of the others, and waste would raise the score.
"""

from licenseiq.accounts import AccountKind, account_kind
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.silence import days_between
from licenseiq.people import Person
from licenseiq.readings import Source

DORMANT_DAYS = 90
ERROR_STATES = frozenset({"Error", "ActiveWithError"})


class Hygiene:
    """Counts over one pass. `clean` and `faulty` are licensed people without and with an assignment error; `awake`
    and `dormant` are privileged accounts with and without a sign-in within 90 days. `clean_claimed` and
    `awake_claimed` are those left out because their seats are claimed, by kind of finding."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.clean = 0
        self.faulty = 0
        self.awake = 0
        self.dormant = 0
        self.clean_claimed: dict[str, int] = {}
        self.awake_claimed: dict[str, int] = {}
        self.privilege_known = context.is_read(Source.ROLES) and context.is_read(Source.SIGN_INS)

    def count(self, person: Person, activity: Activity, claimed_by: str | None) -> None:
        """Adds one person; `claimed_by` is the kind of finding that claims a seat of theirs, if one counts."""
        if person.assignments:
            if any(a.error is not None or a.state in ERROR_STATES for a in person.assignments):
                self.faulty += 1
            elif claimed_by is None:
                self.clean += 1
            else:
                self.clean_claimed[claimed_by] = self.clean_claimed.get(claimed_by, 0) + 1
        if person.roles and activity.sign_in_read and not self._is_for_emergencies(person):
            if self._is_dormant(person):
                self.dormant += 1
            elif claimed_by is None:
                self.awake += 1
            else:
                self.awake_claimed[claimed_by] = self.awake_claimed.get(claimed_by, 0) + 1

    def _is_for_emergencies(self, person: Person) -> bool:
        return account_kind(person, self._context) in {AccountKind.PROTECTED, AccountKind.EMERGENCY}

    def _is_dormant(self, person: Person) -> bool:
        """No successful sign-in within 90 days, of either kind; attempts stand in where no success was recorded."""
        sign_in = person.signals.sign_in
        if sign_in is None:
            return False
        dates = (sign_in.successful,) if sign_in.successful else (sign_in.interactive, sign_in.non_interactive)
        last = max((d for d in dates if d is not None), default=None)
        return last is None or days_between(last.date(), self._context) > DORMANT_DAYS
