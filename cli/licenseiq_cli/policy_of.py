"""The customer's policy, out of `licenseiq.toml`: the same one for the reader, its scans and the desk."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from licenseiq.errors import SettingsError
from licenseiq.joining import JoiningDefaults
from licenseiq.joining_file import SECTION as ONBOARDING
from licenseiq.joining_file import read_joining
from licenseiq.leaving import LeavingDefaults
from licenseiq.leaving_file import read_leaving
from licenseiq.leaving_keys import SECTION as OFFBOARDING
from licenseiq.policy import Policy
from licenseiq.policy_file import read_policy
from licenseiq.policy_version import with_version
from licenseiq.problems import Problem
from licenseiq.skus import Catalogue
from licenseiq.words import count
from licenseiq_cli.settings import FILE_NAME, POLICY, parsed


class PolicyError(SettingsError):
    """The policy cannot be used. `problems` are all that is wrong with it."""

    def __init__(self, file_name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - 1
        super().__init__(
            f"The policy in {file_name} cannot be used: {self.problems[0].words()}",
            f"{count(more, 'problem')} more: see 'licenseiq policy show'." if more else "",
        )


class PolicyFile:
    """The policy of a home, whenever it is asked for: read anew where the file has changed, so that what a person
    writes there holds at once, in every process."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE_NAME
        self._seen: tuple[int, int, int] | None = None
        self._policy = Policy()

    def __call__(self) -> Policy:
        """The default policy where no file or section says other. Raises PolicyError; SettingsError for no TOML."""
        seen = self._look()
        if seen != self._seen:
            self._policy = _policy(parsed(self._file, must_exist=False))
            self._seen = seen
        return self._policy

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError:
            # Reading it says in words what is wrong.
            return (-1, -1, -1)
        return (found.st_mtime_ns, found.st_size, found.st_ino)


def policy_from(file: Path) -> Policy:
    """The policy of another file, from its sections [policy], [offboarding] and [onboarding], and no other key.
    Raises PolicyError, and SettingsError for a file that is not there, is no TOML, or has none of them."""
    keys = parsed(file)
    if not {POLICY, OFFBOARDING, ONBOARDING} & keys.keys():
        raise SettingsError(
            "The file has no section [policy].", "Begin it with that line; see 'licenseiq policy template'."
        )
    return _policy(keys, "the file")


def _policy(keys: dict[str, object], file_name: str = FILE_NAME) -> Policy:
    """The policy of the three sections, with the defaults for one that is not there."""
    policy = read_policy(keys.get(POLICY, {}), _catalogue)
    leaving = read_leaving(keys.get(OFFBOARDING, {}))
    joining = read_joining(keys.get(ONBOARDING, {}))
    if isinstance(policy, Policy) and isinstance(leaving, LeavingDefaults) and isinstance(joining, JoiningDefaults):
        return with_version(replace(policy, leaving=leaving, joining=joining))
    problems = [one for found in (policy, leaving, joining) if isinstance(found, tuple) for one in found]
    raise PolicyError(file_name, problems)


def _catalogue() -> Catalogue:
    from licenseiq_tenant.prices import load_catalogue

    return load_catalogue()
