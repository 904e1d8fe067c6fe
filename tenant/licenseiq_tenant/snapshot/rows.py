"""Domain values as rows of the snapshot, and back. Rows start with (tenant, generation)."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from licenseiq import policy
from licenseiq.people import Assignment, Person
from licenseiq.seats import SeatLine, Subscription
from licenseiq.times import iso, parse_iso
from licenseiq.usage import Activation, AppUse, Drive, EmailUse, LastUse, Mailbox, ProductUse, SignIn
from licenseiq_tenant.lanes.groups import LicensingGroup

Key = tuple[str, int]
Row = tuple[Any, ...]


def fold(text: str | None) -> str | None:
    """A name as it is compared (`licenseiq.policy.fold`); None for none."""
    return None if text is None else policy.fold(text)


def person_row(key: Key, person: Person) -> Row:
    return (
        *key,
        person.user_id,
        person.user_principal_name,
        fold(person.user_principal_name),
        person.display_name,
        fold(person.display_name),
        person.department,
        fold(person.department),
        person.job_title,
        fold(person.job_title),
        person.office,
        fold(person.office),
        person.usage_location,
        person.user_type,
        person.account_enabled,
        _moment(person.created),
        _day(person.hired),
        person.employee_type,
        fold(person.employee_type),
        person.synced,
        person.licences_known,
        person.country,
        person.cost_center,
        person.division,
        person.employee_id,
    )


PERSON_COLUMNS = (
    "user_id, principal_name, display_name, department, job_title, office, usage_location, user_type, "
    "account_enabled, created, hired, employee_type, synced, licences_known, country, cost_center, division, "
    "employee_id"
)


def person_of(row: Row, **more: Any) -> Person:
    """The person of `PERSON_COLUMNS`; assignments, roles, signals and HR's word come from elsewhere."""
    return Person(
        user_id=row[0],
        user_principal_name=row[1],
        display_name=row[2],
        department=row[3],
        job_title=row[4],
        office=row[5],
        usage_location=row[6],
        user_type=row[7],
        account_enabled=_flag(row[8]),
        created=_to_moment(row[9]),
        hired=_to_day(row[10]),
        employee_type=row[11],
        synced=_flag(row[12]),
        licences_known=bool(row[13]),
        country=row[14],
        cost_center=row[15],
        division=row[16],
        employee_id=row[17],
        **more,
    )


def assignment_rows(key: Key, person: Person) -> list[Row]:
    return [
        (
            *(*key, person.user_id, place, a.sku_id, a.group_id, a.state, a.error, " ".join(a.disabled_plans)),
            _day(a.changed),
        )
        for place, a in enumerate(person.assignments)
    ]


ASSIGNMENT_COLUMNS = "user_id, sku_id, group_id, state, error, disabled_plans, changed"


def assignment_of(row: Row) -> Assignment:
    return _assignment(*row[1:])


@lru_cache(maxsize=32768)
def _assignment(
    sku_id: str, group_id: str | None, state: str | None, error: str | None, plans: str, changed: str | None
) -> Assignment:
    """A tenant assigns in few ways and on so many days: people share the value, which saves time and memory."""
    return Assignment(sku_id, group_id, state, error, tuple(plans.split()), _to_day(changed))


def group_row(key: Key, group: LicensingGroup) -> Row:
    return (
        *key,
        group.group_id,
        group.display_name,
        " ".join(group.sku_ids),
        group.membership_rule,
        group.synced,
        group.processing_state,
        group.members is not None,
        None if group.traits is None else " ".join(sorted(group.traits)),
        None if group.disabled_plans is None else " ".join(group.disabled_plans),
    )


def seat_line_row(key: Key, line: SeatLine) -> Row:
    return (
        *key,
        line.sku_id,
        line.part_number,
        line.enabled,
        line.warning,
        line.suspended,
        line.locked_out,
        line.consumed,
        line.assignable,
        line.capability_status,
        " ".join(line.subscription_ids),
        " ".join(sorted(line.service_plans)),
    )


SEAT_LINE_COLUMNS = (
    "sku_id, part_number, enabled, warning, suspended, locked_out, consumed, assignable, capability_status, "
    "subscription_ids, service_plans"
)


def seat_line_of(row: Row) -> SeatLine:
    ids, plans = tuple(row[9].split()), frozenset(row[10].split())
    return SeatLine(row[0], row[1], row[2], row[3], row[4], row[5], row[6], bool(row[7]), row[8], ids, plans)


def subscription_row(key: Key, one: Subscription) -> Row:
    created, ends = _moment(one.created), _moment(one.next_lifecycle)
    return (
        *(*key, one.subscription_id, one.sku_id, one.status, one.is_trial, one.total, created, ends, one.commerce_id),
        *(one.owner_type, one.owner_tenant_id, one.owner_id),
    )


SUBSCRIPTION_COLUMNS = (
    "subscription_id, sku_id, status, is_trial, total, created, next_lifecycle, commerce_id, owner_type, "
    "owner_tenant_id, owner_id"
)


def subscription_of(row: Row) -> Subscription:
    created, ends = _to_moment(row[5]), _to_moment(row[6])
    return Subscription(row[0], row[1], row[2], _flag(row[3]), row[4], created, ends, *row[7:11])


def usage_row(key: Key, who: str, use: ProductUse | AppUse | Mailbox | Drive | LastUse) -> Row:
    match use:
        case ProductUse():
            days = (use.exchange, use.onedrive, use.sharepoint, use.teams, use.other, use.licensed_since)
            return (*key, who, *map(_day, days))
        case AppUse():
            apps = map(_words, (use.desktop, use.web, use.mobile))
            return (*key, who, _day(use.last_activity), *apps)
        case Mailbox():
            return (*key, who, use.kind, _day(use.last_activity), use.used_bytes, use.quota_bytes, use.has_archive)
        case Drive():
            return (*key, who, _day(use.last_activity), use.used_bytes, use.files)
        case EmailUse():
            return (*key, who, _day(use.last_activity), use.meetings)
        case Activation():
            return (*key, who, _day(use.last_activity), _products(use))
        case LastUse():
            return (*key, who, _day(use.last_activity))


def product_use_of(row: Row) -> ProductUse:
    return ProductUse(*map(_to_day, row))


def app_use_of(row: Row) -> AppUse:
    return AppUse(_to_day(row[0]), _to_words(row[1]), _to_words(row[2]), _to_words(row[3]))


def mailbox_of(row: Row) -> Mailbox:
    return Mailbox(row[0], _to_day(row[1]), row[2], row[3], _flag(row[4]))


def drive_of(row: Row) -> Drive:
    return Drive(_to_day(row[0]), row[1], row[2])


def last_use_of(row: Row) -> LastUse:
    return _last_use(row[0])


@lru_cache(maxsize=4096)
def _last_use(day: str | None) -> LastUse:
    """Shared between people: there are few different days."""
    return LastUse(_to_day(day))


def email_use_of(row: Row) -> EmailUse:
    return _email_use(row[0], row[1])


@lru_cache(maxsize=4096)
def _email_use(day: str | None, met: int | None) -> EmailUse:
    return EmailUse(_to_day(day), _flag(met))


def activation_of(row: Row) -> Activation:
    return _activation(row[0], row[1])


@lru_cache(maxsize=4096)
def _activation(day: str | None, products: str) -> Activation:
    found = tuple((product, _to_day(on)) for product, on in json.loads(products))
    return Activation(_to_day(day), found)


def _products(use: Activation) -> str:
    return json.dumps([(product, _day(on)) for product, on in use.products])


def sign_in_row(key: Key, user_id: str, seen: SignIn) -> Row:
    return (*key, user_id, _moment(seen.interactive), _moment(seen.non_interactive), _moment(seen.successful))


def sign_in_of(row: Row) -> SignIn:
    return SignIn(*map(_to_moment, row))


def _words(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


@lru_cache(maxsize=4096)
def _to_words(text: str) -> frozenset[str]:
    """Shared between people: few sets of apps are in use."""
    return frozenset(text.split())


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _to_moment(text: str | None) -> datetime | None:
    return None if text is None else parse_iso(text)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _to_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
