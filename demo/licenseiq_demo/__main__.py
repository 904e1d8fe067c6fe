"""`python -m licenseiq_demo`: the demo tenant as a process."""

import argparse
import sys
from datetime import date
from pathlib import Path

from licenseiq_demo.errors import DemoError


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="licenseiq_demo", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="directory for its three files")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--users", type=int, default=250)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--today", type=date.fromisoformat, help="YYYY-MM-DD; the real day if left out")
    parser.add_argument("--idle-seconds", type=float, default=1800.0, help="0 never ends by itself")
    parser.add_argument("--limits", action="store_true", help="throttle as Graph does")
    parser.add_argument("--without-holds", action="store_true", help="own no product that can hold a mailbox")
    return parser.parse_args()


def main() -> int:
    """Serves until told otherwise; 1 when it cannot."""
    options = _options()
    from licenseiq_demo.server import serve

    idle = options.idle_seconds or None
    try:
        serve(
            options.home,
            options.port,
            options.users,
            options.seed,
            options.today,
            idle,
            options.limits,
            can_hold=not options.without_holds,
        )
    except DemoError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
