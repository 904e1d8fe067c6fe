"""Whether a person uses a capability, as far as usage reports can show it.

Only what these reports can show is answered; everything else is "cannot be seen", and then it is required.
Source of the columns: tiers.toml, `use_signals`: the web and mobile columns of Outlook and Teams prove nothing.
"""

from collections.abc import Callable
from enum import StrEnum

from licenseiq.people import Person

EDITORS = frozenset({"word", "excel", "powerpoint", "onenote"})
DESKTOP = EDITORS | {"outlook"}
GB = 2**30
FILL_PERCENT = 90  # a store must not start out nearly full


class Use(StrEnum):
    """What the reports say of one capability and one person."""

    USED = "used"
    UNUSED = "unused"
    NOT_READ = "not read"
    NOT_SEEN_HERE = "cannot be seen"


def use_of(capability_id: str, person: Person) -> Use:
    """The use of one capability; NOT_READ where the report that would show it has no row for this person."""
    look = _LOOKS.get(capability_id)
    return look(person) if look else Use.NOT_SEEN_HERE


def fits(used_bytes: int | None, target_gb: int | None, current_gb: int | None) -> bool | None:
    """Whether what is stored fits the target, with a margin; None where a size is not known."""
    if target_gb is None:
        return None
    if current_gb is not None and target_gb >= current_gb:
        return True
    if used_bytes is None:
        return None
    return used_bytes * 100 < target_gb * GB * FILL_PERCENT


def _desktop(person: Person) -> Use:
    apps = person.signals.apps
    return Use.NOT_READ if apps is None else _used(not DESKTOP.isdisjoint(apps.desktop))


def _web(person: Person) -> Use:
    apps = person.signals.apps
    return Use.NOT_READ if apps is None else _used(not EDITORS.isdisjoint(apps.web))


def _mobile(person: Person) -> Use:
    apps = person.signals.apps
    return Use.NOT_READ if apps is None else _used(not EDITORS.isdisjoint(apps.mobile))


def _mailbox(person: Person) -> Use:
    mailbox = person.signals.mailbox
    if mailbox is None or mailbox.used_bytes is None:
        return Use.NOT_READ
    products = person.signals.products
    return _used(bool(mailbox.used_bytes or mailbox.last_activity or (products and products.exchange)))


def _used(seen: bool) -> Use:
    return Use.USED if seen else Use.UNUSED


_LOOKS: dict[str, Callable[[Person], Use]] = {
    "desktop_apps": _desktop,
    "web_apps": _web,
    "mobile_apps": _mobile,
    "mailbox": _mailbox,
}
