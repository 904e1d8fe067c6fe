"""Corner cases of a tenant, one person each, with what a rule may say of them by Microsoft's meanings.

`sign_in` are the days since the last interactive attempt, non-interactive attempt and success (Graph: signInActivity);
`used` since the last use in every report, `exchange` and `mail` where these differ. `expected` is what is said with
everything read, `hidden` with concealed names, `without` without Entra ID P1; None: as `expected`. Each is "kind
confidence", joined by a comma; kinds that only repeat a blocked account are left out.
"""

from dataclasses import dataclass, field

E3, E5, F3 = "SPE_E3", "SPE_E5", "SPE_F1"
EXO1, EXO2 = "EXCHANGESTANDARD", "EXCHANGEENTERPRISE"
PHONE, RESOURCE, ROOM = "MCOEV", "PHONESYSTEM_VIRTUALUSER", "MEETING_ROOM"
COPILOT, VISIO, POWER_BI = "Microsoft_365_Copilot", "VISIOCLIENT", "POWER_BI_PRO"

Ago = int | None


@dataclass(frozen=True)
class Written:
    """`paths` are (SKU, by a group, state) of each licence."""

    name: str
    paths: tuple[tuple[str, bool, str], ...]
    sign_in: tuple[Ago, Ago, Ago] | None
    used: Ago
    expected: str = ""
    hidden: str | None = None
    without: str | None = None
    created: int = 1500
    licensed: int = 400
    enabled: bool = True
    user_type: str = "Member"
    kind: str = "User"
    gigabytes: int = 1
    archive: bool = False
    more: dict[str, Ago] = field(default_factory=dict)

    def ago(self, report: str) -> Ago:
        """Days since the last use in one report: 'exchange', 'mail', 'copilot', or what differs for this person."""
        return self.more.get(report, self.used)


def direct(*skus: str) -> tuple[tuple[str, bool, str], ...]:
    return tuple((sku, False, "Active") for sku in skus)


BUSY = (1, 1, 1)
PEOPLE = (
    Written("at-work", direct(E3), BUSY, 2),
    # A failed attempt is no activity; where names are hidden, sign-ins carry the claim alone.
    Written(
        "attempts-fail", direct(E3), (1, None, 200), 200,
        "inactive_holder certain", "inactive_holder likely", "inactive_holder likely", created=700,
    ),
    # Made when successes were recorded, and there was none: nobody ever got in.
    Written(
        "sprayed", direct(E3), (1, None, None), None,
        "never_used likely", "inactive_holder unknown", "never_used likely", created=700,
    ),
    Written(
        "sprayed-old", direct(E3), (1, None, None), None,
        "inactive_holder unknown", "inactive_holder unknown", "never_used likely", created=2500,
    ),
    # Successes are recorded since December 2023 and were not filled in.
    Written(
        "before-2023", direct(E3), (1300, 1290, None), None,
        "inactive_holder likely", "inactive_holder likely", "never_used likely", created=2500,
    ),
    Written(
        "old-phone", direct(E3), (150, 1, 1), 150,
        "inactive_holder likely", "inactive_holder unknown", "inactive_holder unknown", more={"exchange": 2},
    ),
    Written("phone-and-teams", direct(E3), (150, 1, 1), 2, hidden="inactive_holder unknown"),
    Written(
        "calendar", direct(E3), (150, 1, 1), 150, hidden="inactive_holder unknown",
        more={"exchange": 2, "mail": None, "meetings": 2},
    ),
    Written("new-hire", direct(E3), None, None, created=10, licensed=10),
    Written(
        "never", direct(E3), None, None,
        "never_used certain", "never_used unknown", "never_used likely", created=500, licensed=300,
    ),
    Written("new-licence", direct(E3), None, None, hidden="never_used unknown", created=500, licensed=5),
    # The report has a deleted account of the same name, that was busy.
    Written(
        "name-again", direct(E3), None, None,
        "never_used certain", "never_used unknown", "never_used likely", created=300, licensed=300,
    ),
    Written(
        "blocked", direct(E5), (60, 60, 60), 60, "disabled_holder certain", "disabled_holder unknown", enabled=False
    ),
    Written(
        "shared", direct(E3), None, None, "licensed_shared_mailbox likely", "disabled_holder unknown",
        enabled=False, kind="Shared", gigabytes=10, more={"exchange": 2},
    ),
    Written(
        "shared-full", direct(EXO2), None, None, hidden="disabled_holder unknown",
        enabled=False, kind="Shared", gigabytes=60,
    ),
    Written(
        "shared-archive", direct(EXO2), None, None, hidden="disabled_holder unknown",
        enabled=False, kind="Shared", archive=True,
    ),
    Written("room", direct(ROOM), None, None, enabled=False, kind="Room"),
    Written(
        "room-e3", direct(E3), None, None, "licensed_shared_mailbox likely", "disabled_holder unknown",
        enabled=False, kind="Room",
    ),
    Written("call-queue", direct(RESOURCE, PHONE), None, None, enabled=False, kind=""),
    Written(
        "guest-away", direct(E3), (300, None, 300), None, "licensed_guest likely", "licensed_guest unknown",
        created=400, user_type="Guest",
    ),
    # Without sign-ins nothing shows that a guest who uses Power BI alone was here.
    Written(
        "guest-here", direct(POWER_BI), (2, 1, 1), None, "licensed_guest unknown", without="licensed_guest likely",
        created=400, user_type="Guest",
    ),
    Written("breakglass1", direct(E5), None, None, "never_used unknown"),
    Written("svc-backup", direct(EXO1), (None, 1, 1), None, "licensed_service_account unknown"),
    Written("copilot-idle", direct(E3, COPILOT), BUSY, 2, "unused_addon likely", "", more={"copilot": None}),
    Written("copilot-used", direct(E3, COPILOT), BUSY, 2),
    Written("mail-twice", direct(E3, EXO1), BUSY, 2, "overlapping_skus likely"),
    Written("bi-twice", direct(E5, POWER_BI), BUSY, 2, "overlapping_skus certain, unused_premium unknown"),
    # Both paths take one seat; in the state Error a path takes none.
    Written(
        "both-paths", ((E3, False, "Active"), (E3, True, "Active")), BUSY, 2, "duplicate_assignment certain"
    ),
    Written("error", ((E3, True, "Error"),), BUSY, 2, "group_licence_error certain"),
    Written("error-away", ((E3, True, "Error"),), (200, 200, 200), 200, "group_licence_error certain"),
    Written("mail-only", direct(EXO1), BUSY, None, more={"exchange": 2, "mail": 2}),
    Written("calls-unseen", direct(E3, PHONE), BUSY, 2),
    Written("visio-idle", direct(E3, VISIO), BUSY, 2, "unused_addon unknown", ""),
    Written("e5-light", direct(E5), BUSY, 2, "unused_premium unknown"),
)  # fmt: skip
