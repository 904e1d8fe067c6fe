"""`licenseiq serve`: the MCP server over stdio. stdout belongs to the protocol; whoever reads Graph comes later.

Starting loads neither the desk nor a store nor an SDK of Graph: the first call of a tool does.
"""

import argparse
import gc
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.errors import NotReady
from licenseiq.privacy import Privacy, Pseudonyms
from licenseiq_cli.policy_of import PolicyFile
from licenseiq_cli.program import program
from licenseiq_cli.settings import Settings, demo_environment, load_settings, require_connection
from licenseiq_demo.errors import DemoError
from licenseiq_server import build_server, run_stdio
from licenseiq_server.door import OpenDeps
from licenseiq_tools.deps import Deps
from licenseiq_tools.privacy import seen_through

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Where


def run(options: argparse.Namespace) -> int:
    """Serves one client until it goes away. SettingsError before anything is served, so that a person sees it."""
    from licenseiq_cli.main import version

    settings = _settings(os.environ, demo=options.demo)
    PolicyFile(settings.home)()
    read_only = options.read_only or settings.read_only
    if sys.stdin.isatty():
        hint = "Waiting for an MCP client on stdin; a chat client starts this by itself. Ctrl-C ends it."
        print(hint, file=sys.stderr)  # noqa: T201 - stdout belongs to the protocol
    opener = _opener(options.demo, read_only, settings.privacy)
    run_stdio(build_server(opener, read_only=read_only, version=version(), privacy=settings.privacy))
    return 0


def _settings(environ: Mapping[str, str], *, demo: bool) -> Settings:
    if demo:
        return load_settings(demo_environment(environ))
    settings = load_settings(environ)
    return require_connection(settings, environ)


def _opener(demo: bool, read_only: bool, privacy: Privacy) -> OpenDeps:
    @asynccontextmanager
    async def open_deps() -> AsyncIterator[Deps]:
        from anyio import to_thread

        # Heavy: it loads the stores and the SDK, and with the demo it may have to start a process.
        where = await to_thread.run_sync(_where, demo)
        from licenseiq_cli.open_reader import open_reader

        async with open_reader(where) as reader:
            reader.tenant.look_nightly()
            # Made on first use, and only where it is used.
            key = await to_thread.run_sync(_key, where.home) if privacy is not Privacy.NAMES else b""
            pseudonyms = Pseudonyms(key, reader.tenant.tenant_id)
            tenant, proposals = seen_through(privacy, reader.tenant, reader.proposals, pseudonyms)
            # What is loaded by now stays: looking through it for garbage would hold a call up for 40 ms now and then.
            gc.freeze()
            yield Deps(tenant, proposals, f"{program()} approve", read_only, privacy=privacy)

    return open_deps


def _key(home: Path) -> bytes:
    from licenseiq_tenant.home_keys import PSEUDONYMS, home_key

    return home_key(home, PSEUDONYMS)


def _where(demo: bool) -> "Where":
    from licenseiq_cli.open_reader import demo_where, real_where

    if not demo:
        return real_where()
    try:
        return demo_where()
    except DemoError as error:
        # Tools tell a model only our own errors; why it did not start is for a person to see.
        raise NotReady(
            "The demo tenant did not start.", "A person can run 'licenseiq demo', which says why."
        ) from error
