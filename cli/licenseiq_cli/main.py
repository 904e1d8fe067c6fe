"""The `licenseiq` command. Its `--help` is the manual."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from licenseiq_demo.process import DemoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code: 0 success, 1 something found wrong, 2 wrong use."""
    options = _parser().parse_args(arguments)
    try:
        return _demo(options)
    except DemoError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def demo_home() -> Path:
    """Where the demo tenant lives: apart from every real record."""
    from platformdirs import user_data_path

    home = os.environ.get("LICENSEIQ_HOME")
    return (Path(home) if home else user_data_path("licenseiq")) / "demo"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="licenseiq", description="Finds Microsoft 365 licences that nobody uses and takes them back."
    )
    commands = parser.add_subparsers(title="commands", dest="command", required=True)
    demo = commands.add_parser("demo", help="the demo tenant: a Microsoft 365 tenant that speaks Graph over HTTP")
    what = demo.add_mutually_exclusive_group(required=True)
    what.add_argument("--serve", metavar="PORT", type=_port, help="serve it on this port until Ctrl-C (0: a free one)")
    what.add_argument("--stop", action="store_true", help="stop the one that runs for this home")
    demo.add_argument("--users", type=_count, default=250, help="how many people it has (default 250)")
    demo.add_argument("--seed", type=int, default=7, help="the seed of its people (default 7)")
    return parser


def _demo(options: argparse.Namespace) -> int:
    home = demo_home() / "tenant"
    if options.stop:
        from licenseiq_demo import process

        stopped = process.stop(home)
        print("The demo tenant has stopped." if stopped else "No demo tenant was running.")  # noqa: T201
        return 0
    from licenseiq_demo.server import serve

    serve(home, options.serve, options.users, options.seed)
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 250_000:
        raise argparse.ArgumentTypeError("give a number of people from 1 to 250000")
    return count


if __name__ == "__main__":
    sys.exit(main())
