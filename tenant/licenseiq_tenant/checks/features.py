"""What LicenseIQ can do for a tenant, what each needs, and how it was found to be."""

from dataclasses import dataclass
from typing import Literal

from licenseiq.readings import NAMES, OF_LEAVERS, Reason, Source
from licenseiq_tenant.checks.trying import Checked

# 'there': tried, and it works. 'missing': a person can grant it. 'unknown': it could not be tried now.
# 'not offered': nothing helps in this tenant or cloud, LicenseIQ works without it, and nobody need be told twice.
# 'not granted': a person may grant it, and nothing else rests on it.
State = Literal["there", "missing", "unknown", "not offered", "not granted"]

_REGISTRATION = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"
_ORG_SETTINGS = "https://admin.microsoft.com/#/Settings/Services/:/Settings/L1/Reports"


@dataclass(frozen=True, slots=True)
class Feature:
    """`needs` are the sources that it reads; `licence` what the tenant must own beside; `without` what is then lost. Of
    an `optional` one nothing is missing where it is not there."""

    key: str
    name: str
    needs: tuple[Source, ...]
    without: str
    licence: str = ""
    optional: bool = False

    @property
    def permissions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(NAMES[source][1] for source in self.needs))


@dataclass(frozen=True, slots=True)
class Judged:
    """A feature as it was found. `words` say why; `step` what a person does about it, empty where nothing helps."""

    feature: Feature
    state: State
    words: str = ""
    step: str = ""

    @property
    def is_missed(self) -> bool:
        """Whether something is not as it can be in this tenant and cloud."""
        return not self.feature.optional and self.state not in ("there", "not offered")


FEATURES: tuple[Feature, ...] = (
    Feature("score", "Score and spend", (Source.USERS, Source.SKUS), "Nothing can be said without these."),
    Feature(
        "sign_ins",
        "Inactivity by sign-ins",
        (Source.SIGN_INS,),
        "Inactivity rests on usage reports alone.",
        "Entra ID P1 or P2",
    ),
    Feature(
        "reports",
        "Inactivity by usage reports",
        (Source.ACTIVE_USERS,),
        "Inactivity rests on sign-ins alone, and no tier is recommended by use.",
    ),
    Feature(
        "names",
        "Names in usage reports",
        (Source.REPORT_SETTINGS,),
        "Reports that hide names are found only after they were read.",
    ),
    Feature(
        "roles",
        "Roles and privileged accounts",
        (Source.ROLES,),
        "Protected accounts cannot be told, so offboarding is refused.",
    ),
    Feature(
        "eligible_roles",
        "Roles that may be activated",
        (Source.ELIGIBLE_ROLES,),
        "Only active roles are known, and people who may activate one look like everybody else.",
        "Entra ID P2",
    ),
    Feature("groups", "Licences given by groups", (Source.GROUPS,), "Such licences show the group's id, not its name."),
    Feature("renewals", "Renewal dates", (Source.SUBSCRIPTIONS,), "No renewal date and no trial is known."),
    Feature(
        "profile",
        "Right tenant",
        (Source.ORGANIZATION,),
        "It is not checked that Graph answers for the tenant that was meant.",
    ),
    Feature(
        "leavers",
        "What is left of leavers",
        OF_LEAVERS,
        "What is left of leavers is unknown, as far as this tells it.",
        optional=True,
    ),
    Feature(
        "proposals",
        "Proposals",
        (Source.USERS, Source.SKUS, Source.ROLES),
        "Nothing can be proposed for people whose licences or roles are unknown.",
    ),
)


def judged(checked: Checked) -> tuple[Judged, ...]:
    """Every feature, by what was tried."""
    return tuple(_judge(feature, checked) for feature in FEATURES)


def _judge(feature: Feature, checked: Checked) -> Judged:
    untried = [source for source in feature.needs if source not in checked.tried]
    if untried and feature.optional:
        return Judged(feature, "unknown", "It is read of leavers alone, so a scan tells.", "Run 'licenseiq scan'.")
    if untried:
        return Judged(feature, "unknown", "Not tried: see the problem that is named.")
    if feature.key == "names" and checked.concealed:
        return Judged(
            feature,
            "missing",
            "The reports show hashes instead of names, so they cannot be matched to people.",
            "An administrator can switch 'Display concealed user, group, and site names in all reports' off: "
            f"{_ORG_SETTINGS}. Privacy: names are then shown in reports to everybody who may open them in the admin "
            "centre, not to LicenseIQ alone. Without it, sign-ins are used.",
        )
    failed = [(source, reason) for source in feature.needs if (reason := checked.tried[source]) is not None]
    if not failed:
        return Judged(feature, "there")
    source, reason = failed[0]
    permissions = ", ".join(dict.fromkeys(NAMES[source][1] for source, why in failed if why is Reason.NO_PERMISSION))
    match reason:
        case Reason.NO_PERMISSION if feature.optional:
            return Judged(
                feature,
                "not granted",
                f"The app lacks {permissions}, which nothing else needs.",
                f"If leavers are to be looked at, grant it as above. {feature.without}",
            )
        case Reason.NO_PERMISSION:
            return Judged(
                feature,
                "missing",
                f"The app lacks {permissions}, or the person who signed in lacks a role that may read it.",
                f"Add {permissions} under API permissions of the reader's registration and grant admin consent: "
                f"{_REGISTRATION}. For a person, the role Global Reader is enough.",
            )
        case Reason.NO_PREMIUM if source is Source.ELIGIBLE_ROLES:
            return Judged(feature, "not offered", "The tenant has no Entra ID P2, so nobody can hold such a role.")
        case Reason.NO_PREMIUM:
            words = f"The tenant has no {feature.licence}."
            return Judged(feature, "missing", words, f"Buy the licence, or do without it. {feature.without}")
        case Reason.NOT_OFFERED:
            return Judged(feature, "not offered", "This tenant or cloud does not offer it.", feature.without)
        case Reason.CONCEALED:
            return Judged(feature, "missing", "The reports hide names.", "See 'Names in usage reports'.")
        case Reason.THROTTLED:
            return Judged(feature, "unknown", "Graph's limit of requests is used up.", "Check again in some minutes.")
        case _:
            return Judged(
                feature,
                "unknown",
                f"{NAMES[source][0][0].upper()}{NAMES[source][0][1:]}: the answer was not what Microsoft Graph sends.",
                "Check LICENSEIQ_GRAPH_URL and any proxy, then check again.",
            )
