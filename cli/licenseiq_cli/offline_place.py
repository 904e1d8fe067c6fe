"""What commands that ask no tenant work on: a home, its policy, and how people are called by the mode of privacy."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from licenseiq.evaluation import Evaluation
from licenseiq.findings.finding import Finding
from licenseiq.people import Person
from licenseiq.privacy import Privacy, Pseudonyms, is_pseudonym
from licenseiq.skus import Catalogue
from licenseiq.text import clean
from licenseiq_cli.policy_of import PolicyFile
from licenseiq_cli.settings import FILE_NAME, demo_environment, load_settings


@dataclass(frozen=True, slots=True)
class Place:
    """`tenant_id` None: the tenant that was read last. `policy` gives the policy of now."""

    home: Path
    tenant_id: str | None
    privacy: Privacy
    policy: PolicyFile
    is_demo: bool

    @property
    def file(self) -> Path:
        return self.home / FILE_NAME


def place(*, demo: bool, environ: Mapping[str, str] = os.environ) -> Place:
    """The demo's home, or the one that the settings name. Raises SettingsError."""
    known = load_settings(demo_environment(environ) if demo else environ)
    azure = None if demo else environ.get("AZURE_TENANT_ID", "").strip().lower() or None
    return Place(known.home, known.tenant_id or azure, known.privacy, PolicyFile(known.home), demo)


class Naming:
    """What findings are called here: by names, or by pseudonyms where LICENSEIQ_PRIVACY hides names."""

    def __init__(self, where: Place, tenant_id: str, people: tuple[Person, ...], catalogue: Catalogue) -> None:
        from licenseiq_tenant.home_keys import PSEUDONYMS, home_key

        self._names = {one.user_id: one.user_principal_name for one in people}
        self._sku = catalogue.sku
        self._pseudonyms = (
            Pseudonyms(home_key(where.home, PSEUDONYMS), tenant_id) if where.privacy is not Privacy.NAMES else None
        )
        self._where, self._tenant = where, tenant_id

    def who(self, finding: Finding | None) -> str:
        """Whom or what a finding is about."""
        if finding is None:
            return "-"
        if finding.user_id is None:
            return ", ".join(clean(self._sku(sku_id).name).text for sku_id in finding.sku_ids) or "a purchase"
        if self._pseudonyms is not None:
            return self._pseudonyms.of(finding.user_id)
        return clean(self._names.get(finding.user_id) or finding.user_id).text

    def shown_id(self, finding_id: str) -> str:
        """The id as a chat shows it, for this mode of privacy."""
        kind, _, subject = finding_id.partition(":")
        if self._pseudonyms is None or subject not in self._names:
            return finding_id
        return f"{kind}:{self._pseudonyms.of(subject)}"

    def own_id(self, shown: str) -> str:
        """The id that a finding really has, whichever mode of privacy it was shown in."""
        from licenseiq_tenant.home_keys import PSEUDONYMS, home_key

        kind, _, subject = shown.strip().partition(":")
        if not is_pseudonym(subject) or not (self._where.home / PSEUDONYMS).exists():
            return f"{kind}:{subject.lower()}" if subject else shown.strip()
        pseudonyms = Pseudonyms(home_key(self._where.home, PSEUDONYMS), self._tenant)
        return f"{kind}:{pseudonyms.table(self._names).get(subject) or subject}"


def by_id(evaluation: Evaluation) -> dict[str, Finding]:
    return {one.finding_id: one for one in evaluation.findings}
