"""What Exchange's properties of a mailbox say about holds.

Prefixes of InPlaceHolds: UniH a hold of a case; cld, or none, an in-place hold of before; mbx, skp and grp a retention
policy; a leading hyphen takes this mailbox out of one for everybody. ':1' only deletes; ':2' keeps; ':3' keeps, then
deletes. A prefix that is not known counts as a legal hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.words import count

_RETENTION = ("mbx", "skp", "grp")
_FLAGS = ("LitigationHoldEnabled", "ComplianceTagHoldApplied", "DelayHoldApplied", "DelayReleaseHoldApplied")


@dataclass(frozen=True, slots=True)
class Kept:
    """`cases` counts holds of cases and in-place holds, `policies` retention policies of this mailbox, `for_everybody`
    those of the organisation that do not exclude it."""

    litigation: bool = False
    cases: int = 0
    policies: int = 0
    for_everybody: int = 0
    label: bool = False
    delayed: bool = False

    @property
    def legal(self) -> bool:
        return self.litigation or self.cases > 0

    @property
    def retained(self) -> bool:
        """Whether a policy or a label keeps the content when licence or account go."""
        return self.policies > 0 or self.for_everybody > 0 or self.label

    def words(self) -> tuple[str, ...]:
        found = [
            ("Litigation hold.", self.litigation),
            (f"{count(self.cases, 'hold', 'holds')} of eDiscovery cases or in place.", self.cases),
            (f"{count(self.policies, 'retention policy', 'retention policies')} of this mailbox.", self.policies),
            (
                f"{count(self.for_everybody, 'retention policy', 'retention policies')} for everybody.",
                self.for_everybody,
            ),
            ("A retention label holds items.", self.label),
            ("A hold was lifted less than 30 days ago; its delay still holds.", self.delayed),
        ]
        return tuple(words for words, is_so in found if is_so) or ("Exchange: nothing holds the mailbox.",)

    def to_json(self) -> dict[str, Json]:
        return {
            "litigation": self.litigation,
            "cases": self.cases,
            "policies": self.policies,
            "for_everybody": self.for_everybody,
            "label": self.label,
            "delayed": self.delayed,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Json]) -> "Kept":
        return cls(
            found["litigation"] is not False,
            cast("int", found["cases"]),
            cast("int", found["policies"]),
            cast("int", found["for_everybody"]),
            found["label"] is not False,
            found["delayed"] is not False,
        )


def of_mailbox(row: Mapping[str, Json], everybody: list[str]) -> Kept:
    """What a row of Get-Mailbox says, with the organisation's InPlaceHolds. Raises KeyError or TypeError for a row that
    does not say."""
    if not all(isinstance(row[name], bool) for name in _FLAGS):
        raise TypeError("a flag that is none")
    mine = [str(one) for one in cast("list[str]", row["InPlaceHolds"])]
    excluded = {_bare(one[1:]) for one in mine if one.startswith("-")}
    named = [one for one in mine if not one.startswith("-")]
    return Kept(
        litigation=row["LitigationHoldEnabled"] is True,
        cases=sum(not one.startswith(_RETENTION) for one in named),
        policies=sum(one.startswith(_RETENTION) and _keeps(one) for one in named),
        for_everybody=sum(one.startswith("mbx") and _keeps(one) and _bare(one) not in excluded for one in everybody),
        label=row["ComplianceTagHoldApplied"] is True,
        delayed=row["DelayHoldApplied"] is True or row["DelayReleaseHoldApplied"] is True,
    )


def _keeps(hold: str) -> bool:
    return not hold.endswith(":1")


def _bare(hold: str) -> str:
    return hold.partition(":")[0].lower()
