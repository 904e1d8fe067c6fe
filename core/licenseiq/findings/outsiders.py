"""Whether an account that is no employee's was seen at work lately: guests, and accounts of programs."""

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.silence import days_between
from licenseiq.people import Person


def used_a_product(person: Person, context: Context) -> bool | None:
    """Whether a product was used within the days of inactivity, by every report; None where the one that speaks of
    all products was not read for this account."""
    signals, limit = person.signals, context.inactive_days(person)
    single = (signals.apps, signals.mailbox, signals.drive, signals.teams, signals.sharepoint, signals.email)
    days = [use.last_activity for use in single if use is not None]
    days += [signals.products.last()] if signals.products is not None else []
    met = signals.email is not None and signals.email.meetings
    if met or any(day is not None and days_between(day, context) < limit for day in days):
        return True
    return None if signals.products is None else False


def was_seen(person: Person, context: Context, activity: Activity) -> bool:
    """Whether anything, a human or a program, was let in within the days of inactivity."""
    limit = context.inactive_days(person)
    days = (activity.last_human, activity.background_last)
    return any(day is not None and days_between(day, context) < limit for day in days)
