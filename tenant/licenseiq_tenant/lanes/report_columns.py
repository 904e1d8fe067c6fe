"""The columns of the usage reports, and a row of each as a domain value.

Columns are read by name: Microsoft appends some and moves others. A column whose absence would read as "not used" is
needed; any other missing one is unknown. Source: Microsoft Graph, the pages `reportroot-get…detail`; `Recipient Type`
as live reports carry it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from licenseiq.readings import Source
from licenseiq.usage import Activation, AppUse, Drive, EmailUse, LastUse, Mailbox, ProductUse

Use = ProductUse | AppUse | Mailbox | Drive | LastUse
Row = Mapping[str, str]

_APPS = ("Outlook", "Word", "Excel", "PowerPoint", "OneNote", "Teams")
_DESKTOP, _WEB, _MOBILE = (
    tuple((app.lower(), f"{app} ({platform})") for platform in platforms for app in _APPS)
    for platforms in (("Windows", "Mac"), ("Web",), ("Mobile",))
)
_LICENSED = tuple(
    f"{product} License Assign Date"
    for product in ("Exchange", "OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams")
)
_KINDS = {kind: kind for kind in ("user", "shared", "room", "equipment")} | {
    f"{kind}mailbox": kind for kind in ("user", "shared", "room", "equipment")
}


@dataclass(frozen=True, slots=True)
class Columns:
    """A report: the SDK's builder of it (its name ends in `_with_period` where it takes one), the column with the
    principal name, the other columns that it cannot do without, and how a row is read (ValueError: the row makes no
    sense)."""

    builder: str
    key: str
    needed: tuple[str, ...]
    use: Callable[[Row], Use]


def _product_use(row: Row) -> ProductUse:
    other = [day for name in ("Skype For Business", "Yammer") if (day := _day(row, f"{name} Last Activity Date"))]
    licensed = [day for name in _LICENSED if (day := _day(row, name))]
    return ProductUse(
        exchange=_day(row, "Exchange Last Activity Date"),
        onedrive=_day(row, "OneDrive Last Activity Date"),
        sharepoint=_day(row, "SharePoint Last Activity Date"),
        teams=_day(row, "Teams Last Activity Date"),
        other=max(other, default=None),
        licensed_since=min(licensed, default=None),
    )


def _app_use(row: Row) -> AppUse:
    return AppUse(_day(row, "Last Activity Date"), *(_used(row, apps) for apps in (_DESKTOP, _WEB, _MOBILE)))


def _mailbox(row: Row) -> Mailbox:
    return Mailbox(
        kind=_KINDS.get(row.get("Recipient Type", "").strip().lower()),
        last_activity=_day(row, "Last Activity Date"),
        used_bytes=_number(row, "Storage Used (Byte)"),
        quota_bytes=_number(row, "Prohibit Send/Receive Quota (Byte)"),
        has_archive=_flag(row, "Has Archive"),
    )


def _drive(row: Row) -> Drive:
    return Drive(
        last_activity=_day(row, "Last Activity Date"),
        used_bytes=_number(row, "Storage Used (Byte)"),
        files=_number(row, "File Count"),
    )


def _last_use(column: str) -> Callable[[Row], LastUse]:
    return lambda row: last_use(row.get(column, ""))


@lru_cache(maxsize=4096)
def last_use(day: str) -> LastUse:
    """Shared between people: there are few different days."""
    return LastUse(to_day(day))


def _email(row: Row) -> EmailUse:
    """Older copies of the report have no columns on meetings."""
    met = [_number(row, name) for name in ("Meeting Created Count", "Meeting Interacted Count")]
    return _email_use(row["Last Activity Date"], any(met) if None not in met else any(met) or None)


@lru_cache(maxsize=4096)
def _email_use(day: str, met: bool | None) -> EmailUse:
    return EmailUse(to_day(day), met)


def _activation(row: Row) -> Activation:
    """One product of one person; `latest_of_each` puts a person's rows together."""
    day = _day(row, "Last Activated Date")
    product = " ".join(row["Product Type"].lower().split())
    return Activation(day, ((product, day),) if product else ())


def _dated(builder: str) -> Columns:
    """A report of which only the date is used."""
    column = "Last Activity Date"
    return Columns(builder, "User Principal Name", (column,), _last_use(column))


REPORTS: Mapping[Source, Columns] = {
    Source.ACTIVE_USERS: Columns(
        "get_office365_active_user_detail_with_period",
        "User Principal Name",
        tuple(f"{product} Last Activity Date" for product in ("Exchange", "OneDrive", "SharePoint", "Teams")),
        _product_use,
    ),
    Source.APPS: Columns(
        "get_m365_app_user_detail_with_period",
        "User Principal Name",
        ("Last Activity Date", *(column for _, column in (*_DESKTOP, *_WEB, *_MOBILE))),
        _app_use,
    ),
    Source.MAILBOXES: Columns(
        "get_mailbox_usage_detail_with_period", "User Principal Name", ("Last Activity Date",), _mailbox
    ),
    Source.ONEDRIVE: Columns(
        "get_one_drive_usage_account_detail_with_period", "Owner Principal Name", ("Last Activity Date",), _drive
    ),
    Source.TEAMS: _dated("get_teams_user_activity_user_detail_with_period"),
    Source.SHAREPOINT: _dated("get_share_point_activity_user_detail_with_period"),
    Source.EMAIL: Columns(
        "get_email_activity_user_detail_with_period", "User Principal Name", ("Last Activity Date",), _email
    ),
    Source.ACTIVATIONS: Columns(
        "get_office365_activations_user_detail",
        "User Principal Name",
        ("Last Activated Date", "Product Type"),
        _activation,
    ),
}


@lru_cache(maxsize=4096)
def to_day(text: str) -> date | None:
    """The date of '2026-11-21', None for an empty text; ValueError for anything else."""
    return date.fromisoformat(text) if text else None


def _day(row: Row, name: str) -> date | None:
    return to_day(row.get(name, ""))


def _number(row: Row, name: str) -> int | None:
    text = row.get(name, "")
    if text and not text.isdecimal():
        raise ValueError("not a number")
    return int(text) if text else None


def _flag(row: Row, name: str) -> bool | None:
    text = row.get(name, "").lower()
    if text not in _FLAGS:
        raise ValueError("neither true nor false")
    return _FLAGS[text]


_FLAGS: Mapping[str, bool | None] = {"": None, "true": True, "yes": True, "false": False, "no": False}


def _used(row: Row, apps: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """The apps that say yes. One that says nothing spoils the row: it would read as "not used"."""
    used = []
    for app, column in apps:
        flag = _flag(row, column)
        if flag is None:
            raise ValueError("neither yes nor no")
        if flag:
            used.append(app)
    return frozenset(used)
