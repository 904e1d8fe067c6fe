"""The promises of LicenseIQ, each with the tests that hold it: `uv run python -m tests.invariants` writes the list.

A test carries a promise when the number (INV-05, say) stands in its name, docstring or body; a module whose docstring
carries one carries it with all its tests. `docs/invariants.md` is written from here, and a test compares the two.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "invariants.md"
_NUMBER = re.compile(r"INV-(\d\d)")

SENTENCES = {
    1: "Nothing is written to a tenant without a recorded, verified approval of exactly that plan.",
    2: "The server cannot write: its transport lets only reads through, it refuses a token that could write, and it "
    "loads nothing of the desk.",
    3: "An approval starts one run, also when two processes try at once.",
    4: "An approval names the time in which it holds; a plan holds for a day at most unless it is dated; a clock that "
    "was set back is noticed.",
    5: "A changed byte of a plan, or of what was signed with it, ends the approval; the same plan always has the same "
    "digest.",
    6: "Nothing that a model can call approves, enrols, or touches the list of approvers.",
    7: "A passkey's answer counts only from the exact origin with its port, for this challenge, with presence and "
    "verification of the user, from a known key that was not revoked, with a counter that grows.",
    8: "How many people must approve, and who may not be among them, follows the rules; two keys of a person are one.",
    9: "Nobody enrols an approver unless enrolment was opened; an attempt is written down.",
    10: "What the approver reads is made from the signed bytes alone, and holds every step, person and warning.",
    11: "A plan, an hour, a day and a tenant have limits; they hold when a plan is made and when it is carried out, "
    "also for many small plans; over a limit means stop.",
    12: "Protected accounts are left alone, by a list and by roles, read again just before; unreadable means no.",
    13: "The last active Global Administrator is neither disabled nor removed, directly or by a group.",
    14: "What could delete data needs a positive reading that no hold is on it; unknown means stop.",
    15: "A step acts only when its precondition holds; when its goal holds it is already so; else it has drifted, and "
    "is never adapted.",
    16: "A licence that a group gives is never taken away directly.",
    17: "After a crash nothing is lost, nothing that must not happen twice does, and each second sending is recorded.",
    18: "A stop is looked for before each step; to cancel stops what is to come and leaves the journal whole.",
    19: "Arguments that a tool does not know are refused.",
    20: "No selection means nobody, never everybody.",
    21: "A missing permission is told as such, and no figure that rests on it is zero.",
    22: "Unknown is not zero, and nothing unknown is claimed or taken away.",
    23: "Pages that went missing are an error, or make the result partial and no plan.",
    24: "Each answer says from when and from where its data is; a plan refuses data that is too old.",
    25: "Text of the tenant is cleaned, short, in fields of its own; effects go by ids.",
    26: "The list of tools does not depend on the tenant.",
    27: "Text of the tenant cannot change a plan; what is named is resolved to one id, or to candidates.",
    28: "Pages and reports show text of the tenant as text.",
    29: "A cell of an export is never a formula.",
    30: "No secret stands in a log, an error, an answer, the ledger or the arguments of a process.",
    31: "A token goes to its own host alone; every address that an answer names is checked.",
    32: "The transport decides anew at each redirect.",
    33: "No tool takes an address, a host or a path.",
    34: "Values in a query of Graph are escaped.",
    35: "Secrets at rest are readable by their owner alone; reader and executor have caches of their own.",
    36: "Waiting follows Retry-After with a ceiling; a write is not sent again blindly.",
    37: "The server listens beyond the machine only with sign-in, named hosts and encryption.",
    38: "Tokens of people are checked in each of their claims.",
    39: "A session belongs to its client and person; what one may read, another may not.",
    40: "The desk's pages answer only their own host and origin, without cookies, in no frame.",
    41: "No route of approval is mounted beside the tools.",
    42: "The ledger is an append-only Merkle tree with signed heads; any change, and with an anchored head a cut tail, "
    "is found. Who holds key and files can rewrite what was never anchored.",
    43: "No write leaves before its intent is flushed; a ledger that cannot be written means no write.",
    44: "An approval can be verified from an export alone.",
    45: "Personal values stand in plans and ledger as commitments; destroying a person's key erases them, and all else "
    "still verifies.",
    46: "An adviser gets tools that read, by a list.",
    47: "Each figure of an adviser comes from a tool's answer of that turn.",
    48: "No data goes to a model's vendor unless the adviser was switched on.",
    49: "Starting makes no call to the network and is about as fast as an empty server.",
    50: "The simulated tenant cannot reach the real Graph, and everything from it says so.",
}
LATER = {
    14: "until holds are read, a step that could delete data is blocked on every tenant but the demo",
    37: "the server speaks over its pipes only",
    38: "the server speaks over its pipes only",
    39: "the server speaks over its pipes only",
    44: "the ledger is verified in its own store; there is no export of it yet",
    46: "there is no adviser yet",
    47: "there is no adviser yet",
    48: "there is no adviser yet",
}
"""What is not built yet, and what holds meanwhile."""


@cache
def marked() -> dict[int, dict[str, list[str]]]:
    """The tests by promise: file below the repository, then the names in it; no names: the whole file."""
    found: dict[int, dict[str, list[str]]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        name = path.relative_to(TESTS.parent).as_posix()
        of_all = _numbers(ast.get_docstring(tree) or "")
        for number in of_all:
            found.setdefault(number, {})[name] = []
        lines = source.splitlines()
        for test in _tests(tree):
            for number in _numbers("\n".join(lines[test.lineno - 1 : test.end_lineno])):
                names = found.setdefault(number, {}).setdefault(name, [])
                if number not in of_all:
                    names.append(test.name)
    return found


def page() -> str:
    """The list as Markdown."""
    tests = marked()
    lines = [
        "# What may never break",
        "",
        "Each promise, and the tests that hold it. Written by `uv run python -m tests.invariants`.",
    ]
    for number, sentence in SENTENCES.items():
        lines += ["", f"**INV-{number:02}** {sentence}", ""]
        if number in LATER:
            lines.append(f"- Not built yet: {LATER[number]}.")
        for file, names in tests.get(number, {}).items():
            lines.append(f"- `{file}`" + (": " + ", ".join(_shown(one) for one in names) if names else ""))
    return "\n".join(lines) + "\n"


def _shown(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(one) for one in _NUMBER.findall(text)))


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
