"""Where state lives on this machine."""

import os
from collections.abc import Mapping
from pathlib import Path


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of all state: LICENSEIQ_HOME, else the platform's folder for a user's data. It may not exist yet."""
    if chosen := environ.get("LICENSEIQ_HOME", "").strip():
        # A chat client starts us without a shell, so nobody else has expanded the tilde.
        return Path(os.path.expanduser(chosen)).absolute()
    from platformdirs import user_data_path

    return user_data_path("licenseiq")


def demo_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Where everything of the demo lives: apart from every real record."""
    return home(environ) / "demo"


def demo_tenant_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the demo tenant itself leaves its address and its secrets."""
    return demo_home(environ) / "tenant"
