"""The worked example of docs/health-score.md: `uv run python -m tests.cli.score_example` prints it.

A small tenant that stays the same, evaluated by the rules and shown by the blocks of `licenseiq score`.
"""

from dataclasses import replace

from licenseiq.evaluate import evaluate
from licenseiq.people import Assignment
from licenseiq.ports import EvaluationHead
from licenseiq_cli.score import score_blocks
from licenseiq_cli.screen import plain
from tests.core.builders import E3, STANDARD, make_context, make_line, make_person, make_view


def example() -> str:
    admin = ("User Administrator",)
    people = [
        *(make_person(f"busy{n}") for n in range(6)),
        make_person("blocked", account_enabled=False),
        make_person("silent", [STANDARD], days=200),
        make_person("admin", roles=admin),
        make_person("old-admin", [], days=300, roles=admin),
        replace(make_person("wrong", []), assignments=(Assignment(STANDARD, "g1", "Error", "CountViolation"),)),
    ]
    lines = [make_line(E3, 10, 8), make_line(STANDARD, 1, 1)]
    found = evaluate(make_view(people, make_context(lines)))
    return plain(score_blocks(EvaluationHead("ev-1", "contoso", found.as_of, False, found.summary)))


if __name__ == "__main__":
    print(example(), end="")  # noqa: T201 - what was asked for
