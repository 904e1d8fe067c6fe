"""What an approval is measured by here: the proven demo, the page that passkeys are for, and how the desk stands."""

from dataclasses import dataclass, field

from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.approval.level import Standing
from licenseiq_desk.approval.passkeys import RelyingParty


@dataclass(frozen=True, slots=True)
class Authority:
    """`party` None: passkeys cannot be used here. `sole`: the settings let one administrator decide alone."""

    demo: DemoTenant | None = None
    party: RelyingParty | None = None
    standing: Standing = field(default_factory=Standing)
    sole: bool = False

    @property
    def lets_one_decide(self) -> bool:
        """On the demo there is nobody else to ask."""
        return self.sole or self.demo is not None
