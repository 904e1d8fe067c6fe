"""Groups that give licences: what each of them is, and so who can take a person out of it."""

from dataclasses import dataclass
from enum import StrEnum


class GroupTrait(StrEnum):
    """What a group is beside a list of people. MAIL: Exchange masters it, or mail is sent to it. MICROSOFT_365: it
    carries a team or a site. ROLES: it can carry directory roles."""

    MAIL = "mail"
    MICROSOFT_365 = "microsoft365"
    ROLES = "roles"


class Path(StrEnum):
    """Who can take a person out of a group. DIRECT: this program. The others are for people: Exchange masters it; a
    rule fills it; Active Directory masters it; it can carry roles. UNKNOWN: it could not be read."""

    DIRECT = "direct"
    MAIL_ENABLED = "mail_enabled"
    RULE = "rule"
    ON_PREMISES = "on_premises"
    ROLES = "roles"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LicenceGroup:
    """A group that gives the licences `sku_ids`. Name and rule are raw text of the tenant; `rule` is None where it has
    none, `traits`, `synced` and `disabled_plans` (the service plans that it leaves off) where Graph did not say."""

    group_id: str
    display_name: str | None
    rule: str | None
    synced: bool | None = None
    traits: frozenset[GroupTrait] | None = None
    sku_ids: tuple[str, ...] = ()
    disabled_plans: frozenset[str] | None = None

    @property
    def path(self) -> Path:
        """Graph refuses to change members where a rule, Exchange or Active Directory masters them (graph-facts 1.3 and
        5.1); of a group that can carry roles nobody is taken out by a program."""
        if self.rule:
            return Path.RULE
        if self.synced:
            return Path.ON_PREMISES
        if self.traits is None:
            return Path.UNKNOWN
        if GroupTrait.ROLES in self.traits:
            return Path.ROLES
        if GroupTrait.MAIL in self.traits and GroupTrait.MICROSOFT_365 not in self.traits:
            return Path.MAIL_ENABLED
        return Path.DIRECT

    @property
    def gives_more(self) -> bool:
        """Whether who leaves it loses a team or a site too."""
        return GroupTrait.MICROSOFT_365 in (self.traits or ())
