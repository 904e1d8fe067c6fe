"""What a person types to start LicenseIQ."""

import os
from collections.abc import Mapping


def program(environ: Mapping[str, str] = os.environ) -> str:
    """uv tells its children that they run under it: then `licenseiq` alone is most likely not on the path."""
    return "uv run licenseiq" if environ.get("UV_RUN_RECURSION_DEPTH") else "licenseiq"
