"""When a human last used an account, and what that rests on.

Graph's three sign-in dates mean different things (resource `signInActivity`; graph-facts 1.1): the interactive
and the non-interactive one are attempts, failed ones included; `successful` is a success of either kind and began
on 1 December 2023, not filled in for earlier ones. A failed attempt is no activity, and neither is an old phone
that refreshes its token: that is evidence of its own.

Mail has two dates. Microsoft defines the Exchange date of the active-users report and the date of the mailbox report as
mail sent or read, and counts calendar items too (resource `office365ActiveUserDetail`; admin centre, "Active user in
usage reports" and "Mailbox usage"). The email activity report is about the person's own sending and reading alone
("Email activity"). Where it does not confirm the other date, what moved that is no mail that somebody sent or read: a
client or a calendar. So such a date is background, and what rests on it is likely at most. That a phone which only
fetches mail moves it is no documented behaviour. The same report counts meetings that the person created or answered
(reportRoot: getEmailActivityUserDetail): where there are any, somebody who lives in the calendar is no client.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.readings import Source
from licenseiq.usage import REPORT_DAYS, Signals, SignIn

SUCCESS_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
SAME_EVENT = timedelta(minutes=5)


class Basis(StrEnum):
    """What the last human activity rests on."""

    SUCCESSFUL = "a successful sign-in"
    INTERACTIVE = "an interactive sign-in"
    OLD_ATTEMPT = "a sign-in attempt from before successes were recorded apart"
    PRODUCTS = "the active-users report"
    APPS = "the Microsoft 365 apps report"
    MAILBOX = "the mailbox report"
    DRIVE = "the OneDrive report"
    TEAMS = "the Teams report"
    SHAREPOINT = "the SharePoint report"
    EMAIL = "the email activity report"
    COPILOT = "the Copilot report"
    ACTIVATION = "an activation of Office"

    @property
    def source(self) -> Source:
        """Where it was read."""
        return _SOURCES.get(self, Source.SIGN_INS)


_SOURCES = {
    Basis.PRODUCTS: Source.ACTIVE_USERS,
    Basis.APPS: Source.APPS,
    Basis.MAILBOX: Source.MAILBOXES,
    Basis.DRIVE: Source.ONEDRIVE,
    Basis.TEAMS: Source.TEAMS,
    Basis.SHAREPOINT: Source.SHAREPOINT,
    Basis.EMAIL: Source.EMAIL,
    Basis.COPILOT: Source.COPILOT,
    Basis.ACTIVATION: Source.ACTIVATIONS,
}


class Activity(NamedTuple):
    """What is known of the use of one account.

    `last_human` is None where no human activity was seen. `background_last` is the last success that no human
    stood behind. `failed_attempts_since` is the last failed attempt after the last success. `never` means: read,
    and nothing was ever seen. `lower_confidence`: the date rests on attempts. `unclear`: only attempts were seen,
    some of them recent, and whether one succeeded cannot be told: nothing may be claimed. That is so where the account
    is older than the record of successes, or the active-users report was not read. `disputed`: sign-ins and
    the active-users report never saw a human, and another report did, long ago: nothing may be claimed either.
    `mailbox_touched` is a date of the mailbox that the email activity report does not confirm: no human's for sure.
    `met`: meetings were created or answered in the days of that report, and nothing shows a human so lately.
    """

    last_human: date | None
    basis: Basis | None
    background_last: date | None
    failed_attempts_since: date | None
    never: bool
    lower_confidence: bool
    unclear: bool
    sign_in_read: bool
    products_read: bool
    disputed: bool = False
    mailbox_touched: date | None = None
    met: bool = False

    @property
    def source(self) -> Source | None:
        """Where the last human activity was read."""
        return self.basis.source if self.basis is not None else None

    @property
    def is_known(self) -> bool:
        """Whether one of the two sources that speak about a person's silence was read for this person."""
        return self.sign_in_read or self.products_read


class _SignIns(NamedTuple):
    human: datetime | None = None
    basis: Basis | None = None
    background: datetime | None = None
    failed: datetime | None = None
    weak: bool = False
    doubtful: bool = False


def activity_of(person: Person, context: Context) -> Activity:
    """The last human activity of `person` over every source that was read for that person.

    The reports on single products and on activations can only move the date forward. What may be claimed is decided
    without them: they cover some people and some doings, so their word is no reason to be surer. The email activity
    report also says whether a date of the mailbox is the person's own doing.
    """
    signals = person.signals
    limit = context.inactive_days(person)
    seen = _sign_ins(signals.sign_in, person.created, context, limit) if signals.sign_in else _SignIns()
    dates: list[tuple[date, Basis]] = []
    if seen.human is not None and seen.basis is not None:
        dates.append((seen.human.date(), seen.basis))
    touched = _unconfirmed(signals, context)
    dates += _reports(signals, mailbox_counts=touched is None)
    first, first_basis = _latest(dates, None, None)
    # After these, so that of two dates on one day the stronger source is named.
    last, basis = _latest(_single_products(signals), first, first_basis)
    known = signals.sign_in is not None or signals.products is not None
    unseen = first is None and seen.background is None
    met = _met_since(signals, context)
    return Activity(
        last_human=last,
        basis=basis,
        background_last=seen.background.date() if seen.background else None,
        failed_attempts_since=seen.failed.date() if seen.failed else None,
        never=known and unseen and last is None and touched is None and met is None,
        lower_confidence=seen.weak and first_basis is Basis.OLD_ATTEMPT,
        unclear=unseen and _is_recent(seen.failed, context, limit) and (seen.doubtful or signals.products is None),
        sign_in_read=signals.sign_in is not None,
        products_read=signals.products is not None,
        disputed=known and first is None and last is not None and (context.today - last).days >= limit,
        mailbox_touched=touched,
        met=met is not None and (last is None or last < met),
    )


def _reports(signals: Signals, *, mailbox_counts: bool) -> list[tuple[date, Basis]]:
    """What the reports on all products say, and those on stores where that was not read."""
    found: list[tuple[date | None, Basis]] = []
    if signals.products is not None:
        products = signals.products if mailbox_counts else replace(signals.products, exchange=None)
        found.append((products.last(), Basis.PRODUCTS))
    if signals.apps is not None:
        found.append((signals.apps.last_activity, Basis.APPS))
    if signals.products is None:
        # Other people can move these two (a delegate, a shared file), so they speak only where nothing better does.
        if signals.mailbox is not None and mailbox_counts:
            found.append((signals.mailbox.last_activity, Basis.MAILBOX))
        if signals.drive is not None:
            found.append((signals.drive.last_activity, Basis.DRIVE))
    return [(day, basis) for day, basis in found if day is not None]


def _unconfirmed(signals: Signals, context: Context) -> date | None:
    """The date of the mailbox, where the email activity report shows no mail sent or read as late as that.

    Without a row for the person nothing is denied; neither is a day that came after the report was read, nor one in the
    days of the report where it counts meetings: those are the person's own doing, and move the mailbox's date alone.
    """
    if signals.products is not None:
        moved = signals.products.exchange
    else:
        moved = signals.mailbox.last_activity if signals.mailbox is not None else None
    if moved is None or signals.email is None:
        return None
    confirmed = signals.email.last_activity
    if confirmed is not None and moved <= confirmed:
        return None
    reading = context.reading(Source.EMAIL)
    covered = reading.is_read and reading.as_of is not None and moved <= reading.as_of.date()
    met = _met_since(signals, context)
    return moved if covered and (met is None or moved < met) else None


def _met_since(signals: Signals, context: Context) -> date | None:
    """The first of the days in which a meeting was created or answered by the email activity report; None where it
    counts none, or does not say."""
    as_of = context.reading(Source.EMAIL).as_of
    if signals.email is None or not signals.email.meetings or as_of is None:
        return None
    return as_of.date() - timedelta(days=REPORT_DAYS)


def _latest(
    dates: list[tuple[date, Basis]], last: date | None, basis: Basis | None
) -> tuple[date | None, Basis | None]:
    """The latest of `dates` and what is known already, the first of equal ones."""
    for day, of in dates:
        if last is None or day > last:
            last, basis = day, of
    return last, basis


def _single_products(signals: Signals) -> list[tuple[date, Basis]]:
    found = []
    for use, basis in (
        (signals.teams, Basis.TEAMS),
        (signals.sharepoint, Basis.SHAREPOINT),
        (signals.email, Basis.EMAIL),
        (signals.copilot, Basis.COPILOT),
        (signals.activation, Basis.ACTIVATION),
    ):
        if use is not None and use.last_activity is not None:
            found.append((use.last_activity, basis))
    return found


def _sign_ins(sign_in: SignIn, created: datetime | None, context: Context, limit: int) -> _SignIns:
    """Graph's three dates, read for what they prove.

    Without a success, attempts stand in for one on an account that is older than the record of successes. Recent ones
    do not: a success of today would be recorded, so they failed, but for what the service may have left out.
    """
    success, interactive, background = sign_in.successful, sign_in.interactive, sign_in.non_interactive
    if success is None:
        latest = max((d for d in (interactive, background) if d is not None), default=None)
        if latest is None:
            return _SignIns()
        if created is None or created < SUCCESS_SINCE:
            # Graph leaves `created` out only for accounts from before June 2018: those are old enough.
            if _is_recent(latest, context, limit):
                return _SignIns(failed=latest, doubtful=True)
            return _SignIns(human=latest, basis=Basis.OLD_ATTEMPT, weak=True)
        return _SignIns(failed=latest)
    failed = interactive if interactive is not None and interactive > success + SAME_EVENT else None
    human_may_have = interactive is not None and interactive >= success - SAME_EVENT
    if not human_may_have and background is not None and background >= success - SAME_EVENT:
        # The last interactive attempt is older than the success, so the success was a client's.
        basis = Basis.INTERACTIVE if interactive is not None else None
        return _SignIns(human=interactive, basis=basis, background=success)
    return _SignIns(human=success, basis=Basis.SUCCESSFUL, failed=failed)


def _is_recent(moment: datetime | None, context: Context, limit: int) -> bool:
    return moment is not None and (context.now - moment).days < limit
