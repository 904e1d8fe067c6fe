"""One leaver while a plan is made: who they are, who takes over, and what holds for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from licenseiq.accounts import MAILBOX_PLANS
from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.playbooks.draft import values_of
from licenseiq.playbooks.offboarding.choices import Choices, SetBy, Successor, reply_to
from licenseiq.playbooks.services import enabled
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.text import clean
from licenseiq.times import iso

# What OneDrive refuses in the name of a folder.
_NOT_IN_A_NAME = frozenset('"*:<>?/\\|#%~')


@dataclass(frozen=True, slots=True)
class Bridge:
    """SKUs that the rules of groups take when sign-in is blocked, before the mailbox is kept; `certain` where every one
    of these rules says so, and not where it cannot be told."""

    sku_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Leaver:
    """`numbers` are the steps that the person has so far, by kind; `bridge` is what is given in person meanwhile."""

    reference: str
    person: Person
    successor: Successor | None
    choices: Choices
    context: Context
    numbers: dict[StepKind, int] = field(default_factory=dict)
    bridge: Bridge | None = None

    @property
    def holds_role(self) -> bool:
        """Whether only people may block the account: it holds a directory role, and the policy does not name it."""
        return bool(self.person.roles) and not self.context.policy.protects(self.person)

    @property
    def dated(self) -> dict[str, Json]:
        """The argument of each step that waits for the last day."""
        return {} if self.choices.not_before is None else {"not_before": iso(self.choices.not_before)}

    @property
    def may_have_mailbox(self) -> bool:
        """False only where it is known that nothing gives one, and none was seen."""
        plans = enabled(self.person, self.context)
        return plans is None or bool(plans & MAILBOX_PLANS) or self.person.signals.mailbox is not None

    @property
    def may_have_drive(self) -> bool:
        plans, known = enabled(self.person, self.context), self.context.catalogue.capabilities.get("onedrive")
        if plans is None or known is None or not known.service_plan_ids:
            return True
        return bool(plans & known.service_plan_ids) or self.person.signals.drive is not None

    @property
    def may_have_number(self) -> bool:
        """False where nothing that the person is known to hold makes calls over the telephone network."""
        plans, known = enabled(self.person, self.context), self.context.catalogue.capabilities.get("teams_phone")
        return plans is not None and known is not None and bool(plans & known.service_plan_ids)

    @property
    def place_of_copy(self) -> SetBy | None:
        """Who decided where files are copied to: the policy names a site for leavers, or somebody takes over. None:
        there is no such place."""
        if self.choices.defaults.leavers_site is not None:
            return SetBy.POLICY
        return self.successor.by if self.successor is not None else None

    def values(self) -> dict[str, Json]:
        """The personal values that the plan commits to: the leaver's, and those that its steps need of others."""
        found = values_of(self.person)
        defaults = self.choices.defaults
        if self.successor is not None:
            found["successor_id"] = self.successor.person.user_id
            found["successor_principal"] = self.successor.person.user_principal_name
        if self.may_have_mailbox:
            found["automatic_reply"] = reply_to(self.person, self.successor, defaults)
        if self.may_have_drive and self.place_of_copy is not None:
            found["copy_folder"] = _folder(self.person)
        for name in ("leavers_site", "finance_address", "notice_sender"):
            value = getattr(defaults, name)
            if value is not None:
                found[name] = value
        return found


def _folder(person: Person) -> str:
    """The folder that the files are copied into: a name that OneDrive allows, and that no other leaver's is."""
    name = "".join(" " if sign in _NOT_IN_A_NAME else sign for sign in clean(person.display_name or "").text)
    return f"{' '.join(name.split())[:80] or 'Leaver'} ({person.user_id[:8]})"


def named_skus(leaver: Leaver, sku_ids: tuple[str, ...]) -> Mapping[str, Json]:
    return {sku_id: leaver.context.sku(sku_id).name for sku_id in sku_ids}
