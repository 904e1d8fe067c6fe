"""Whose single seats may be judged: a person's own, whom the policy leaves to the rules."""

from licenseiq.accounts import account_kind
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.silence import days_between, is_new
from licenseiq.people import Person


def may_be_judged(person: Person, context: Context) -> bool:
    """False for rooms, guests, service and protected accounts, and where the licences could not be read."""
    return person.licences_known and account_kind(person, context).can_be_claimed


def is_at_work(person: Person, context: Context, activity: Activity) -> bool:
    """Whether a person uses the account, and for long enough that reports show what is used."""
    if person.account_enabled is not True or not may_be_judged(person, context) or is_new(person, context):
        return False
    last = activity.last_human
    return last is not None and days_between(last, context) < context.inactive_days(person)
