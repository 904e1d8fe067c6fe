"""The errors of LicenseIQ.

    LicenseIQError                  something the user can act on: what, why, what next
    ├── SettingsError               a setting is missing, contradicts another, or is unsafe
    ├── NotReadable                 a source of the tenant could not be read, and why
    ├── NotReady                    the answer is being prepared: ask again in a moment
    ├── NotFound                    nothing by that name
    ├── Ambiguous                   several by that name; carries the candidates
    ├── BadRequest                  an argument makes no sense; says which values do
    ├── Refused                     a rule of safety says no
    ├── Tampered                    stored evidence does not verify
    └── StateUnknown                a store of another process cannot be read

Every message says what was being done, what happened, and the next step. No message quotes a body of Graph
or a text that a user of the tenant controls.
"""

from collections.abc import Sequence


class LicenseIQError(Exception):
    """What was being done, what happened, and the next step, in plain words."""

    def __init__(self, what_happened: str, next_step: str = "") -> None:
        self.what_happened = what_happened
        self.next_step = next_step
        super().__init__(f"{what_happened} {next_step}".strip())


class SettingsError(LicenseIQError):
    """A setting is missing, contradicts another, or is unsafe. The next step names the variable."""


class NotReadable(LicenseIQError):
    """A source of the tenant could not be read.

    `reason` is a `licenseiq.readings.Reason` value; `permission` the Graph permission that would help, if any.
    """

    def __init__(self, what_happened: str, next_step: str, *, reason: str, permission: str | None = None) -> None:
        super().__init__(what_happened, next_step)
        self.reason = reason
        self.permission = permission


class NotReady(LicenseIQError):
    """The first scan is still running, here or in another process."""


class NotFound(LicenseIQError):
    """Nothing by that name in the data at hand."""


class Ambiguous(LicenseIQError):
    """Several people or SKUs by that name. `candidates` are exact names or ids to choose from; where they are people,
    `user_ids` are theirs, so that a mode of privacy can name them otherwise."""

    def __init__(
        self, what_happened: str, next_step: str, candidates: Sequence[str], user_ids: Sequence[str] = ()
    ) -> None:
        super().__init__(what_happened, next_step)
        self.candidates = tuple(candidates)
        self.user_ids = tuple(user_ids)


class BadRequest(LicenseIQError):
    """An argument makes no sense; the next step says which values do."""


class Refused(LicenseIQError):
    """A rule of safety says no. There is no argument that turns it off."""


class Tampered(LicenseIQError):
    """A digest, a signature or a commitment does not verify. Nothing was done."""


class StateUnknown(LicenseIQError):
    """A store that another process owns cannot be read from here."""
