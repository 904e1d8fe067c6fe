"""Who typed a command, as far as the operating system says."""

import getpass


def os_account() -> str:
    """The account's name; 'unknown' where the system has none for this process (a number without a name)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
