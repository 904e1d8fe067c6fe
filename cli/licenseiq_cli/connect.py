"""`licenseiq connect`: from nothing to the first score of a real tenant, read only."""

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from licenseiq.errors import LicenseIQError, SettingsError
from licenseiq.ports import EvaluationHead
from licenseiq.readings import Source
from licenseiq_cli.connect_choice import Ask, Choice, asker, choose, written
from licenseiq_cli.demo import progress_bar
from licenseiq_cli.program import program
from licenseiq_cli.report_words import money_words, tenths
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title, show
from licenseiq_cli.settings import FILE_NAME, Settings, load_settings

if TYPE_CHECKING:
    from licenseiq_tenant.scan.seen import Observe


def run(options: argparse.Namespace) -> int:
    """0 when the tenant was read. Raises SettingsError (2), NotReadable or Refused."""
    import anyio

    from licenseiq_cli.check import look
    from licenseiq_cli.check_screen import feature_blocks

    known = load_settings(os.environ)
    if options.forget:
        return _forget(known)
    ask = asker()
    if known.graph_token is None:
        anyio.run(partial(_sign_in, choose(options, known, os.environ, ask), known))
    else:
        _say("LICENSEIQ_GRAPH_TOKEN is set, so nobody signs in and nothing is written.")
    found = anyio.run(partial(look, demo=False))
    tried = found.checked.tried
    unread = found.checked.problem is not None or tried.get(Source.USERS) or tried.get(Source.SKUS)
    state = "not connected" if found.checked.problem is not None else "connected, read only"
    show([Title("LicenseIQ", state), *feature_blocks(found)])
    if unread:
        _say(f"Nothing can be counted yet. When that is mended, run '{program()} connect' again.")
        return 1
    if options.no_scan or not _yes(ask, "Read the tenant now? It takes a minute for some thousand people. [Y/n]"):
        show(_onward(f"{program()} scan", "the first reading"))
        return 0
    with progress_bar() as observe:
        head = anyio.run(partial(_scan, observe))
    show([*_score(head), *_onward(f"{program()} install claude-desktop", "let a chat ask about it")])
    return 0


async def _sign_in(choice: Choice, known: Settings) -> None:
    """Signs in, checks that it is the right tenant, and writes the settings. Raises NotReadable or SettingsError."""
    from licenseiq_tenant.graph.credentials import guarded, login_of, scope_of, tenant_of, token_source
    from licenseiq_tenant.graph.domains import tenant_id_of
    from licenseiq_tenant.graph.person import sign_in_person
    from licenseiq_tenant.graph.token_cache import KeptSignIn

    login = choice.login_url or login_of(choice.graph_url, os.environ)
    tenant_id = choice.tenant if "." not in choice.tenant else await tenant_id_of(choice.tenant, login)
    kept = KeptSignIn(known.home)
    if choice.way != "service":
        if choice.way == "browser":
            _say("A browser opens for the sign-in; this waits for five minutes. Without one: --device-code.")
        await sign_in_person(kept, tenant_id, choice.client_id, login, scope_of(choice.graph_url), choice.way)
    source = token_source(
        tenant_id,
        choice.client_id,
        choice.graph_url,
        choice.login_url,
        os.environ,
        kept=kept,
        certificate=choice.certificate,
    )
    try:
        token = await guarded(source)()
        if tenant_of(token) not in (None, tenant_id):
            raise SettingsError(
                "The sign-in gave a token for another tenant than the one that was named.",
                "Give --tenant the tenant whose account signs in.",
            )
    except LicenseIQError:
        if choice.way != "service":
            kept.forget()
        raise
    await _keep(choice, known, tenant_id)
    if choice.way == "service":
        kept.forget()
        _say("Signed in as a service. Its secret or key stays where it is.")
    else:
        _say(f"Signed in. The sign-in is kept {kept.where()}; '{program()} connect --forget' removes it.")


async def _keep(choice: Choice, known: Settings, tenant_id: str) -> None:
    from anyio.to_thread import run_sync

    from licenseiq_cli.settings_file import change

    await run_sync(change, known.home, written(choice, tenant_id))
    after = load_settings(os.environ)
    if (after.tenant_id, after.client_id, after.graph_url) != (tenant_id, choice.client_id, choice.graph_url):
        raise SettingsError(
            f"What was written to {FILE_NAME} is hidden by other settings in the environment.",
            "Unset LICENSEIQ_TENANT_ID, LICENSEIQ_CLIENT_ID and LICENSEIQ_GRAPH_URL.",
        )


async def _scan(observe: "Observe") -> EvaluationHead:
    from licenseiq_cli.open_reader import open_reader, real_where

    async with open_reader(real_where()) as reader:
        return await reader.tenant.scan(observe)


def _score(head: EvaluationHead) -> list[Block]:
    summary = head.summary
    score = "unknown" if summary.score is None else f"{tenths(summary.score)} of 100"
    return [
        Section("The first score", f"as of {head.as_of:%Y-%m-%d %H:%M} UTC"),
        Table(
            FACTS,
            (
                ("License Health Score", score + (" (provisional)" if summary.provisional else "")),
                ("Spend per month", money_words(summary.monthly_spend)),
                ("Exposure per month", money_words(summary.exposure)),
            ),
        ),
    ]


def _onward(command: str, what_for: str) -> list[Block]:
    return [
        Section("What to type next"),
        Table(
            (Column(), Column(flex=True)),
            ((command, what_for), (f"{program()} check", "what can be read, and what is missing")),
        ),
    ]


def _forget(known: Settings) -> int:
    """Removes the kept sign-in and the connection from the file; what was read of the tenant stays."""
    from licenseiq_cli.settings_file import change
    from licenseiq_tenant.graph.token_cache import KeptSignIn

    had_tokens = KeptSignIn(known.home).forget()
    keys = ("tenant_id", "client_id", "graph_url", "login_url", "certificate_path")
    change(known.home, dict.fromkeys(keys))
    show(
        [
            Lines(
                (
                    "The kept sign-in was removed." if had_tokens else "No sign-in was kept.",
                    f"{FILE_NAME} names no tenant any more.",
                    "What was read stays in the home. Delete the folder to remove that too: " + str(known.home),
                    "To end the sign-in at Microsoft as well, revoke the person's sessions in Entra, or delete the app "
                    "registration.",
                )
            )
        ]
    )
    if left := [name for name in ("LICENSEIQ_TENANT_ID", "LICENSEIQ_CLIENT_ID") if os.environ.get(name)]:
        _say(f"Still set in the environment: {', '.join(left)}.")
    return 0


def _yes(ask: Ask | None, question: str) -> bool:
    return ask is None or ask(question).lower() not in ("n", "no")


def _say(words: str) -> None:
    print(words, file=sys.stderr)  # noqa: T201 - for the person who waits; stdout is the report's
