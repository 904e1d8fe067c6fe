"""Whether a person uses a capability, as far as usage reports can show it.

Only what these reports can show is answered; everything else is "cannot be seen", and then it is required.
Source of the columns: tiers.toml, `use_signals`: the web and mobile columns of Outlook and Teams prove nothing.
"""

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from licenseiq.people import Person
from licenseiq.usage import LastUse

EDITORS = frozenset({"word", "excel", "powerpoint", "onenote"})
DESKTOP = EDITORS | {"outlook"}


class Use(StrEnum):
    """What the reports say of one capability and one person."""

    USED = "used"
    UNUSED = "unused"
    NOT_READ = "not read"
    NOT_SEEN_HERE = "cannot be seen"


def use_of(capability_id: str, person: Person, since: date) -> Use:
    """The use of one capability since a day; NOT_READ where the report that would show it has no row for the person."""
    look = _LOOKS.get(capability_id)
    return look(person, since) if look else Use.NOT_SEEN_HERE


def _desktop(person: Person, since: date) -> Use:
    apps, activation = person.signals.apps, person.signals.activation
    if activation is not None and _within(activation.last_activity, since):
        return Use.USED  # somebody installed it lately, and means to use it
    return Use.NOT_READ if apps is None else _used(not DESKTOP.isdisjoint(apps.desktop))


def _web(person: Person, since: date) -> Use:
    apps = person.signals.apps
    return Use.NOT_READ if apps is None else _used(not EDITORS.isdisjoint(apps.web))


def _mobile(person: Person, since: date) -> Use:
    apps = person.signals.apps
    return Use.NOT_READ if apps is None else _used(not EDITORS.isdisjoint(apps.mobile))


def _mailbox(person: Person, since: date) -> Use:
    """What lies in a mailbox counts as use too: it would be lost."""
    mailbox, products = person.signals.mailbox, person.signals.products
    if mailbox is None or mailbox.used_bytes is None:
        return Use.NOT_READ
    return _used(bool(mailbox.used_bytes or mailbox.last_activity or (products and products.exchange)))


def _onedrive(person: Person, since: date) -> Use:
    drive, products = person.signals.drive, person.signals.products
    if drive is None or drive.used_bytes is None:
        return Use.NOT_READ
    return _used(bool(drive.used_bytes or drive.files or drive.last_activity or (products and products.onedrive)))


def _archive(person: Person, since: date) -> Use:
    mailbox = person.signals.mailbox
    if mailbox is None or mailbox.has_archive is None:
        return Use.NOT_READ
    return _used(mailbox.has_archive)


def _teams(person: Person, since: date) -> Use:
    products = person.signals.products
    return _dated(person.signals.teams, products.teams if products else None, products is not None, since)


def _sharepoint(person: Person, since: date) -> Use:
    products = person.signals.products
    return _dated(person.signals.sharepoint, products.sharepoint if products else None, products is not None, since)


def _copilot(person: Person, since: date) -> Use:
    return _dated(person.signals.copilot, None, False, since)


def _visio(person: Person, since: date) -> Use:
    return _activated("visio", person, since)


def _project(person: Person, since: date) -> Use:
    return _activated("project", person, since)


def _activated(product: str, person: Person, since: date) -> Use:
    """By the activations of this product alone: one of Office says nothing. An old one is no sign of silence."""
    activation = person.signals.activation
    if activation is None:
        return Use.NOT_READ
    day = activation.activated(product)
    if _within(day, since):
        return Use.USED  # somebody installed it lately, and means to use it
    # One whose product the report did not name may be of this one.
    nameless = activation.last_activity is not None and not activation.products
    return Use.UNUSED if day is None and not nameless else Use.NOT_SEEN_HERE


def _dated(report: LastUse | None, in_products: date | None, products_read: bool, since: date) -> Use:
    if report is None and not products_read:
        return Use.NOT_READ
    return _used(_within(report.last_activity if report else None, since) or _within(in_products, since))


def _within(day: date | None, since: date) -> bool:
    return day is not None and day > since


def _used(seen: bool) -> Use:
    return Use.USED if seen else Use.UNUSED


_LOOKS: dict[str, Callable[[Person, date], Use]] = {
    "desktop_apps": _desktop,
    "web_apps": _web,
    "mobile_apps": _mobile,
    "mailbox": _mailbox,
    "onedrive": _onedrive,
    "archive_plan2": _archive,
    "teams": _teams,
    "sharepoint": _sharepoint,
    "copilot": _copilot,
    "visio_desktop": _visio,
    "project_desktop": _project,
}
