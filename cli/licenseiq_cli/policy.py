"""`licenseiq policy`: what the policy says, what another one would change, and a section to begin with.

Works on what was read last, and asks no tenant.
"""

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.errors import NotReady
from licenseiq.policy_diff import compare
from licenseiq_cli.offline_place import Naming, Place, by_id, place
from licenseiq_cli.policy_diff_screen import Compared, diff_blocks, diff_json
from licenseiq_cli.policy_of import PolicyError, policy_from
from licenseiq_cli.policy_screen import show_blocks, show_json
from licenseiq_cli.policy_template import template
from licenseiq_cli.screen import show

if TYPE_CHECKING:
    from licenseiq.policy import Policy

DIFFERENT, WRONG_USE = 1, 2


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 when two policies find something different, 2 for a policy that cannot be used. Raises
    SettingsError and NotReady."""
    if options.action == "template":
        print(template(), end="")  # noqa: T201 - what was asked for
        return 0
    try:
        where = place(demo=options.demo)
        return _show(where, as_json=options.json) if options.action == "show" else _diff(where, options)
    except PolicyError as error:
        if options.json:
            problems = [{"key": one.key, "what": one.what, "write": one.write} for one in error.problems]
            print(json.dumps({"problems": problems}, indent=2))  # noqa: T201 - facts for machines
        for problem in error.problems:
            print(f"licenseiq: {problem.words()}", file=sys.stderr)  # noqa: T201 - one line each
        return WRONG_USE


def _show(where: Place, *, as_json: bool) -> int:
    from licenseiq_tenant.prices import load_catalogue

    policy = where.policy()
    notes = _notes(where, policy)
    if as_json:
        print(json.dumps(show_json(policy, where, load_catalogue(), notes), indent=2))  # noqa: T201
    else:
        show(show_blocks(policy, where, load_catalogue(), notes))
    return 0


def _notes(where: Place, policy: "Policy") -> tuple[str, ...]:
    """What of the policy means nobody in what was read last; nothing before the first reading."""
    from licenseiq_tenant.offline import open_offline

    with suppress(NotReady), open_offline(where.home, where.tenant_id) as offline:
        return offline.without_meaning(policy)
    return ()


def _diff(where: Place, options: argparse.Namespace) -> int:
    from licenseiq_tenant.offline import open_offline
    from licenseiq_tenant.prices import load_catalogue

    now, then = where.policy(), policy_from(Path(options.file))
    with open_offline(where.home, where.tenant_id) as offline:
        before, after = offline.evaluate(now), offline.evaluate(then)
        people = offline.view(now).people
        naming = Naming(where, offline.tenant_id, people, load_catalogue())
        findings = by_id(before) | by_id(after)
        found = Compared(now, then, compare(before, after), findings, offline.as_of, offline.without_meaning(then))
    if options.json:
        print(json.dumps(diff_json(found, where, naming), indent=2))  # noqa: T201 - facts for machines
    else:
        show(diff_blocks(found, where, naming))
    return 0 if found.diff.is_empty else DIFFERENT
