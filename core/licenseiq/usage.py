"""Signals: observations that an account, or a product, was used.

`None` in place of a whole record means that it was not read for this person; a record whose dates are all None
means that it was read and shows nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime

# The days that the usage reports are asked for; what they count, they count over these.
REPORT_DAYS = 90


@dataclass(frozen=True, slots=True)
class SignIn:
    """Graph `signInActivity`. Interactive and non-interactive dates are *attempts*, failed ones included;
    `successful` is the last success of either kind and exists since 1 December 2023 (not backfilled)."""

    interactive: datetime | None = None
    non_interactive: datetime | None = None
    successful: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProductUse:
    """A row of the active-users report: last activity per product, and the first date a product was licensed."""

    exchange: date | None = None
    onedrive: date | None = None
    sharepoint: date | None = None
    teams: date | None = None
    other: date | None = None
    licensed_since: date | None = None

    def last(self) -> date | None:
        dates = (self.exchange, self.onedrive, self.sharepoint, self.teams, self.other)
        return max((d for d in dates if d is not None), default=None)


@dataclass(frozen=True, slots=True)
class AppUse:
    """A row of the Microsoft 365 apps report. `desktop`, `web`, `mobile` hold lower-case app names ("word")."""

    last_activity: date | None = None
    desktop: frozenset[str] = frozenset()
    web: frozenset[str] = frozenset()
    mobile: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A row of the mailbox report. `kind` is user, shared, room, equipment, or None where the report does not say."""

    kind: str | None = None
    last_activity: date | None = None
    used_bytes: int | None = None
    quota_bytes: int | None = None
    has_archive: bool | None = None


@dataclass(frozen=True, slots=True)
class Drive:
    """A row of the OneDrive report."""

    last_activity: date | None = None
    used_bytes: int | None = None
    files: int | None = None


@dataclass(frozen=True, slots=True)
class LastUse:
    """A row of a report of which only the date is used: when a person last did something there.

    Of Teams and SharePoint it is the person's own doing; of Copilot, the last day of use in any app.
    """

    last_activity: date | None = None


@dataclass(frozen=True, slots=True)
class EmailUse(LastUse):
    """A row of the email activity report: mail that the person sent or read. `meetings`: some were created or answered
    within the REPORT_DAYS of the report, on days that it does not tell; None where it does not say."""

    meetings: bool | None = None


@dataclass(frozen=True, slots=True)
class Activation(LastUse):
    """The rows of the report on Office activations: `last_activity` is the day on which any product was last activated
    on a device. `products` are the product types of the report in lower case ("visio pro"), each with its own day, None
    where it was not activated."""

    products: tuple[tuple[str, date | None], ...] = ()

    def activated(self, word: str) -> date | None:
        """The last day on which a product whose type has this word was activated; None: none was."""
        days = [day for product, day in self.products if day is not None and word in product.split()]
        return max(days, default=None)


@dataclass(frozen=True, slots=True)
class Signals:
    """Everything observed of one person."""

    sign_in: SignIn | None = None
    products: ProductUse | None = None
    apps: AppUse | None = None
    mailbox: Mailbox | None = None
    drive: Drive | None = None
    teams: LastUse | None = None
    sharepoint: LastUse | None = None
    email: EmailUse | None = None
    activation: Activation | None = None
    copilot: LastUse | None = None
