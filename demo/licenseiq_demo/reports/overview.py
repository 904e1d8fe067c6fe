"""The two reports that say who used what: services, and apps."""

from licenseiq_demo.reports.subject import LAG, Subject

Row = list[str | int] | None

_APPS = ("Outlook", "Word", "Excel", "PowerPoint", "OneNote", "Teams")
NEVER = 1_000_000
_PLATFORMS = ("Windows", "Mac", "Mobile", "Web")


def active(who: Subject) -> Row:
    """getOffice365ActiveUserDetail: everybody with a licence, the deleted included."""
    if not who.skus:
        return None
    usage = who.person.usage
    files = who.has("SHAREPOINTENTERPRISE", "SHAREPOINTDESKLESS", "ONEDRIVE")
    has = (
        who.has("EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_STANDARD", "EXCHANGE_S_DESKLESS"),
        files,
        files,
        who.has("MCOSTANDARD"),
        who.has("YAMMER_ENTERPRISE"),
        who.has("TEAMS1"),
    )
    last = (usage.mailbox, usage.onedrive, usage.sharepoint, None, None, usage.teams)
    since = str(who.person.fields["createdDateTime"] or "")[:10]
    return [
        who.refreshed,
        who.upn,
        who.name,
        who.deleted,
        who.gone,
        *(str(item) for item in has),
        *(who.day(ago) for ago in last),
        *(since if item else "" for item in has),
        who.products,
    ]


def _app_days(who: Subject) -> dict[tuple[str, str], int]:
    """Days since each app was used on each platform. The desktop is Windows, for a few a Mac."""
    usage, key = who.person.usage, who.person.id
    desk = "Mac" if int(key[:2], 16) % 9 == 0 else "Windows"
    days: dict[tuple[str, str], int] = {}
    for n, app in enumerate(_APPS):
        if usage.desktop is not None and app != "Teams" and int(key[n], 16) % 4 != 0:
            days[app, desk] = usage.desktop + n % 3
        if usage.mobile is not None and app in ("Outlook", "Teams"):
            days[app, "Mobile"] = usage.mobile
        if usage.web is not None and (app == "Outlook" or (usage.desktop is not None and n % 2)):
            days[app, "Web"] = usage.web
    if usage.teams is not None:
        days["Teams", desk] = usage.teams
    return days


def apps(who: Subject) -> Row:
    """getM365AppUserDetail: holders of an Office licence; says nothing of Visio or Project."""
    if not who.has("OFFICESUBSCRIPTION", "OFFICEMOBILE", "SHAREPOINTWAC") or who.gone:
        return None
    days = _app_days(who)

    by_app, by_platform = dict.fromkeys(_APPS, NEVER), dict.fromkeys(_PLATFORMS, NEVER)
    for (app, platform), ago in days.items():
        by_app[app], by_platform[platform] = min(by_app[app], ago), min(by_platform[platform], ago)
    last = min(by_app.values())
    activated = who.person.fields["createdDateTime"] if who.person.usage.desktop is not None else None
    return [
        who.refreshed,
        who.upn,
        str(activated or "")[:10],
        who.day(last),
        who.period,
        *(who.yes(by_platform[platform]) for platform in _PLATFORMS),
        *(who.yes(by_app[app]) for app in _APPS),
        *(who.yes(days.get((app, platform), NEVER)) for platform in _PLATFORMS for app in _APPS),
    ]


def activations(who: Subject) -> list[list[str | int]]:
    """getOffice365ActivationsUserDetail: a row for each product that is installed, activated or not.

    Office was activated when the account was set up, by whoever works on a desktop.
    """
    if who.gone:
        return []
    usage = who.person.usage
    made = str(who.person.fields["createdDateTime"] or "")[:10] if usage.desktop is not None else ""
    found = [("MICROSOFT 365 APPS FOR ENTERPRISE", made)] if who.has("OFFICESUBSCRIPTION") else []
    for product, plan, ago in (
        ("VISIO PRO", "VISIO_CLIENT_SUBSCRIPTION", usage.visio),
        ("PROJECT PRO", "PROJECT_CLIENT_SUBSCRIPTION", usage.project),
    ):
        if who.has(plan):
            found.append((product, "" if ago is None else who.tenant.calendar.day(max(ago, LAG))))
    mac = int(who.person.id[:2], 16) % 9 == 0
    rows: list[list[str | int]] = []
    for product, day in found:
        windows, macs = int(bool(day) and not mac), int(bool(day) and mac)
        rows.append([who.refreshed, who.upn, who.name, product, day, windows, macs, 0, 0, 0, "False"])
    return rows
