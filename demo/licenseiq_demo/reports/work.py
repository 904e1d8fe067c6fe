"""Files, sites and Teams."""

from licenseiq_demo.people.names import TENANT_NAME
from licenseiq_demo.reports.mail import GIB
from licenseiq_demo.reports.overview import Row
from licenseiq_demo.reports.subject import Subject

_FILES = ("SHAREPOINTENTERPRISE", "SHAREPOINTDESKLESS")


def _amount(who: Subject, salt: int, most: int) -> int:
    """A number that belongs to this person."""
    return int(who.person.id[salt : salt + 4].replace("-", "7"), 16) % most


def drive(who: Subject) -> Row:
    """getOneDriveUsageAccountDetail: every OneDrive that was provisioned."""
    used = who.person.drive_bytes
    if used is None:
        return None
    last = who.person.usage.onedrive
    return [
        who.refreshed,
        who.site,
        who.name,
        who.deleted,
        who.day(last),
        used // 900_000,
        who.count(_amount(who, 1, 200), last),
        used,
        1024 * GIB,
        who.upn,
        who.period,
    ]


def _files(who: Subject, last: int | None) -> list[str | int]:
    counts = [who.count(_amount(who, n, most), last) for n, most in ((1, 400), (2, 300), (3, 30), (4, 6))]
    return [who.refreshed, who.upn, who.deleted, who.gone, who.day(last), *counts]


def onedrive(who: Subject) -> Row:
    """getOneDriveActivityUserDetail."""
    if not who.has(*_FILES):
        return None
    return [*_files(who, who.person.usage.onedrive), who.products, who.period]


def sharepoint(who: Subject) -> Row:
    """getSharePointActivityUserDetail."""
    if not who.has(*_FILES):
        return None
    last = who.person.usage.sharepoint
    return [*_files(who, last), who.count(_amount(who, 5, 120), last), who.products, who.period]


def teams(who: Subject) -> Row:
    """getTeamsUserActivityUserDetail: durations as ISO 8601 and in seconds."""
    last = who.person.usage.teams
    if not who.has("TEAMS1") and last is None:
        return None
    chats, calls, meetings = (who.count(_amount(who, n, most), last) for n, most in ((1, 300), (2, 40), (3, 90)))
    minutes = meetings * 31
    return [
        who.refreshed,
        TENANT_NAME,
        "",
        who.user_id,
        who.upn,
        who.day(last),
        who.deleted,
        who.gone,
        who.products,
        chats // 4,
        chats,
        calls,
        meetings,
        chats // 9,
        chats // 7,
        0,
        meetings // 3,
        meetings,
        meetings // 9,
        meetings // 5,
        meetings // 5,
        meetings // 3,
        meetings // 9,
        meetings // 2,
        f"PT{minutes // 60}H{minutes % 60}M",
        f"PT{minutes // 120}H{minutes // 2 % 60}M",
        "PT0S",
        minutes * 60,
        minutes * 30,
        0,
        "Yes" if chats else "No",
        "Yes" if who.has("TEAMS1") else "No",
        who.period,
    ]
