"""What the chat and the person do for one offboarding."""

import re
from subprocess import Popen

from tests.files_of import PEOPLE, has_files, may_sign_in
from tests.journeys.processes import Home, Json, read_everything
from tests.tools.talk import Ask, good

from licenseiq.leaving import Skip

KINDS = ["disable_sign_in", "revoke_sessions", "remove_direct_licences"]
# What a drive without files asks for.
NOTHING_TO_DO = "copy_onedrive"
# Without a mailbox that is converted, and without all that can be left out.
SHORTEST = {"end_state": "delete", "skip": [*Skip]}
Entry = tuple[str, str, bool]


async def propose(ask: Ask, home: Home) -> tuple[Json, str]:
    """The shortest proposal that there is, with nothing that blocks it, and its person's id: of somebody without files,
    whose last licence would be held back."""
    await read_everything(ask)
    demo = home.demo.found("reader")
    special = {key for keys in home.demo.control("GET", "/story")["people"].values() for key in keys}
    for row in home.demo.control("GET", "/people"):
        if row["cause"] not in PEOPLE or row["id"] in special:
            continue
        if has_files(demo, row["id"]) or not may_sign_in(demo, row["id"]):
            continue
        answer = await ask("offboard_user", {"user": row["id"], **SHORTEST})
        if answer.is_error:
            continue
        proposed = good(answer)
        kinds = [step["kind"] for step in proposed["steps"] if step["kind"] != NOTHING_TO_DO]
        if not proposed["blockers"] and kinds == KINDS and proposed["state"] == "open":
            return proposed, row["id"]
    raise AssertionError("nobody can be offboarded")


def outcomes(run: Json) -> list[str | None]:
    """Of the steps of `KINDS`."""
    return [step["outcome"] for step in run["steps"] if step["kind"] != NOTHING_TO_DO]


def type_the_phrase(approving: "Popen[str]") -> str:
    """Reads `licenseiq approve` up to its question, and types what it asks for; what it showed until then."""
    assert approving.stdin is not None
    assert approving.stdout is not None
    shown = ""
    while not (asked := re.search(r"Type exactly: (.+)\n", shown)):
        line = approving.stdout.readline()
        assert line, f"it ended without asking for a phrase: {shown}"
        shown += line
    approving.stdin.write(f"{asked[1]}\n")
    approving.stdin.flush()
    return shown


def all_done_once(user_id: str) -> list[Entry]:
    return [
        ("PATCH", f"/users/{user_id}", True),
        ("POST", f"/users/{user_id}/revokeSignInSessions", True),
        ("POST", f"/users/{user_id}/assignLicense", True),
    ]
