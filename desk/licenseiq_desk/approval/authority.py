"""What an approval is measured by here: the proven demo, the page that passkeys are for, and how the desk stands."""

from collections.abc import Callable
from dataclasses import dataclass, field

from licenseiq.proposals.who_approves import Approver
from licenseiq_desk.approval.approvers import Enrolled
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.approval.level import Standing
from licenseiq_desk.approval.passkeys import RelyingParty


@dataclass(frozen=True, slots=True)
class Authority:
    """`party` None: passkeys cannot be used here. `sole`: the settings let one administrator decide alone.
    `account_name` says how an OS account stands in plans."""

    demo: DemoTenant | None = None
    party: RelyingParty | None = None
    standing: Standing = field(default_factory=Standing)
    sole: bool = False
    account_name: Callable[[str], str] = str

    def approver(self, who: Enrolled) -> Approver:
        """Somebody enrolled, as the rules on who approves count them."""
        return Approver(who.approver_id, self.account_name(who.account) if who.account else "")

    @property
    def lets_one_decide(self) -> bool:
        """On the demo there is nobody else to ask."""
        return self.sole or self.demo is not None
