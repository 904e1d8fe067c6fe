"""What every report knows about one account."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from licenseiq_demo.catalogue import Sku, by_id, skus_with
from licenseiq_demo.people.person import Person
from licenseiq_demo.tenant import DemoTenant

LAG = 2
"""Reports are as of two days ago; nothing later is in them."""

MEMORY = 180
"""Days after which a report has forgotten an activity."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An account as a report sees it: names possibly concealed, `gone` set when it was deleted."""

    person: Person
    upn: str
    name: str
    site: str
    user_id: str
    skus: tuple[Sku, ...]
    sku_ids: frozenset[str]
    gone: str
    tenant: DemoTenant
    period: int

    @property
    def refreshed(self) -> str:
        """The day the report is as of."""
        return self.tenant.calendar.day(LAG)

    @property
    def deleted(self) -> str:
        """`Is Deleted`."""
        return "True" if self.gone else "False"

    @property
    def products(self) -> str:
        """`Assigned Products`."""
        return "+".join(sku.name.upper() for sku in self.skus)

    def day(self, ago: int | None) -> str:
        """The date of an activity; empty when there was none that the report remembers."""
        if ago is None or ago > MEMORY:
            return ""
        return self.tenant.calendar.day(max(ago, LAG))

    def yes(self, ago: int | None) -> str:
        """Whether something was done within the period of the report."""
        return "Yes" if ago is not None and max(ago, LAG) - LAG < self.period else "No"

    def count(self, in_90_days: int, ago: int | None) -> int:
        """A count scaled to the period; nothing when the last time lies before it."""
        if ago is None or ago > self.period + LAG:
            return 0
        return max(1, in_90_days * min(self.period, 90) // 90) if in_90_days else 0

    def has(self, *plans: str) -> bool:
        """Whether one of its products carries one of these plans."""
        return not self.sku_ids.isdisjoint(skus_with(*plans))


def _concealed(text: str) -> str:
    return hashlib.sha256(f"concealed/{text}".encode()).hexdigest()[:32].upper()


def _subject(person: Person, tenant: DemoTenant, period: int, hide: bool, gone: str) -> Subject:
    upn, name = person.upn, str(person.fields["displayName"] or "")
    site = f"https://larkfield-my.sharepoint.example/personal/{upn.replace('@', '_').replace('.', '_')}"
    user_id = person.id
    if hide:
        upn, name, site, user_id = (_concealed(f"{kind}/{upn}") for kind in ("upn", "name", "site", "id"))
    ids = [row["skuId"] for row in person.fields["assignedLicenses"]]
    skus = tuple(by_id()[sku_id] for sku_id in ids)
    return Subject(person, upn, name, site, user_id, skus, frozenset(ids), gone, tenant, period)


def subjects(tenant: DemoTenant, period: int, hide: bool) -> Iterator[Subject]:
    """Everybody, then those who were deleted, then one account that `/users` never heard of."""
    for person in tenant.people:
        yield _subject(person, tenant, period, hide, "")
    for n, person in enumerate(tenant.former):
        gone = tenant.calendar.day(LAG + 3 + n % 20) if n else ""
        yield _subject(person, tenant, period, hide, gone)
