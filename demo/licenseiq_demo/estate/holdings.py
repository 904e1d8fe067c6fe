"""Everything in one place, each part made when it is first asked for."""

import random
from dataclasses import dataclass, field
from functools import cached_property

from licenseiq_demo.estate.apps import Apps, install
from licenseiq_demo.estate.copies import Copies
from licenseiq_demo.estate.devices import Devices, register
from licenseiq_demo.estate.drives import Drives
from licenseiq_demo.estate.methods import Methods
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.tenant import DemoTenant


@dataclass
class Holdings:
    """What the people of this tenant hold beyond licences. `rng` makes ids of what is new."""

    tenant: DemoTenant
    exports: dict[str, Fields] = field(default_factory=dict)
    copies: Copies = field(default_factory=Copies)
    rng: random.Random = field(default_factory=random.Random)

    @cached_property
    def methods(self) -> Methods:
        """Ways to sign in."""
        return Methods(self.tenant.calendar)

    @cached_property
    def devices(self) -> Devices:
        """Laptops and phones."""
        return register(self.tenant.people, self.tenant.calendar)

    @cached_property
    def apps(self) -> Apps:
        """Applications."""
        tenant = self.tenant
        return install(tenant.people, tenant.story, tenant.calendar, tenant.tenant_id, f"{len(tenant.people)}/apps")

    @cached_property
    def drives(self) -> Drives:
        """Document libraries."""
        outside = frozenset(self.tenant.story.is_in("leaver_with_outside_links"))
        return Drives(self.tenant.calendar, outside, self._anybody)

    def _anybody(self, key: str) -> Person | None:
        return self.tenant.by_id.get(key) or self.tenant.removed.get(key)
