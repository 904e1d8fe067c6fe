"""The customer's policy: thresholds, exclusions, what is required, and who may hold what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from licenseiq.joining import JoiningDefaults
from licenseiq.leaving import LeavingDefaults
from licenseiq.people import Person
from licenseiq.policy_names import fold as fold

DEFAULT_VERSION = "default-1"


@dataclass(frozen=True, slots=True)
class Persona:
    """A kind of worker and the products that the customer gives it; it beats a prediction, which is then shown beside.

    A person is one by department or job title (both compared without case and spaces around), or by the employee type.
    `skus` are the SKU ids of the persona; `frontline` says that tiers for frontline workers may be given to it.
    """

    name: str
    skus: tuple[str, ...] = ()
    departments: frozenset[str] = frozenset()
    job_titles: frozenset[str] = frozenset()
    employee_types: frozenset[str] = frozenset()
    frontline: bool = False

    def fits(self, department: str | None, job_title: str | None, employee_type: str | None) -> bool:
        """Whether all that the persona names is true of somebody; a persona that names nothing fits nobody."""
        wanted = (
            (self.departments, department),
            (self.job_titles, job_title),
            (self.employee_types, employee_type),
        )
        named = [(names, value) for names, value in wanted if names]
        return bool(named) and all(fold(value) in names for names, value in named)


@dataclass(frozen=True, slots=True)
class Policy:
    """`version` names the edition that an evaluation or a plan was made under.

    Days are calendar days. `inactive_days_by_sku` holds what differs for single SKUs; of several that a person holds
    the longest counts. `buffer_percent` and `buffer_least` are the seats of a SKU kept free for joiners, and
    `buffer_by_sku` a number of seats for single SKUs.

    `protected_user_ids` are accounts that no plan may touch (break-glass accounts above all) and `service_user_ids`
    those that belong to a program; both hold object ids and user principal names in lower case. People in an excluded
    group and seats of an excluded SKU are claimed by no finding.

    What a product gives that nobody can see in use for one person counts as needed, unless it is in
    `released_capabilities`; `required_capabilities` are needed whatever usage shows. `permitted_skus` None: any SKU
    that the tenant owns. Capabilities are ids of `licenseiq.skus.Capability`.

    `legal_hold_user_ids` are people whose licences and data nothing may touch. Somebody's word that nothing is on hold
    counts for `attestation_days`; the index of eDiscovery holds may be `case_index_hours` old. `leaving` is the section
    [offboarding], `joining` the section [onboarding].
    """

    version: str = DEFAULT_VERSION
    inactive_days: int = 90
    inactive_days_by_sku: Mapping[str, int] = field(default_factory=dict)
    never_used_grace_days: int = 60
    new_hire_days: int = 45
    dormant_days: int = 90
    renewal_notice_days: int = 90
    buffer_percent: int = 2
    buffer_least: int = 1
    buffer_by_sku: Mapping[str, int] = field(default_factory=dict)
    protected_user_ids: frozenset[str] = field(default_factory=frozenset)
    service_user_ids: frozenset[str] = field(default_factory=frozenset)
    excluded_group_ids: frozenset[str] = field(default_factory=frozenset)
    excluded_skus: frozenset[str] = field(default_factory=frozenset)
    required_capabilities: frozenset[str] = field(default_factory=frozenset)
    released_capabilities: frozenset[str] = field(default_factory=frozenset)
    permitted_skus: frozenset[str] | None = None
    personas: tuple[Persona, ...] = ()
    people_per_plan: int = 25
    people_per_approver: int = 10
    sole_people_per_day: int = 10
    people_per_hour: int = 50
    people_per_day: int = 100
    percent_per_day: int = 10
    failed_percent: int = 30
    plan_valid_hours: int = 24
    legal_hold_user_ids: frozenset[str] = field(default_factory=frozenset)
    attestation_days: int = 7
    case_index_hours: int = 24
    leaving: LeavingDefaults = field(default_factory=LeavingDefaults)
    joining: JoiningDefaults = field(default_factory=JoiningDefaults)

    def buffer(self, enabled: int, sku_id: str | None = None) -> int:
        """Seats kept for joiners out of `enabled`, rounded up."""
        if sku_id is not None and sku_id in self.buffer_by_sku:
            return self.buffer_by_sku[sku_id]
        return max(self.buffer_least, -(-enabled * self.buffer_percent // 100))

    def inactive_days_of(self, sku_ids: tuple[str, ...]) -> int:
        """The days of silence after which somebody who holds `sku_ids` counts as inactive."""
        own = [self.inactive_days_by_sku[sku_id] for sku_id in sku_ids if sku_id in self.inactive_days_by_sku]
        return max(own, default=self.inactive_days)

    def names(self, listed: frozenset[str], user_id: str, user_principal_name: str | None) -> bool:
        """Whether `listed`, one of this policy's lists of accounts, names this one."""
        return bool(listed) and (user_id.lower() in listed or (user_principal_name or "").lower() in listed)

    def protects(self, person: Person) -> bool:
        """Whether no plan may touch this account."""
        if person.listed_protected is not None:
            return person.listed_protected
        return self.names(self.protected_user_ids, person.user_id, person.user_principal_name)

    def is_service(self, person: Person) -> bool:
        """Whether the account belongs to a program."""
        if person.listed_service is not None:
            return person.listed_service
        return self.names(self.service_user_ids, person.user_id, person.user_principal_name)

    def persona_of(self, department: str | None, job_title: str | None, employee_type: str | None) -> Persona | None:
        """The first persona that fits."""
        return next((p for p in self.personas if p.fits(department, job_title, employee_type)), None)
