"""`licenseiq score`: the arithmetic that a person can follow, and the page that shows it."""

import re
from dataclasses import replace
from pathlib import Path

from licenseiq.evaluate import evaluate
from licenseiq.ports import EvaluationHead
from licenseiq_cli.score import score_blocks
from licenseiq_cli.screen import plain
from tests.cli.score_example import example
from tests.core.builders import E3, FREE, make_context, make_line, make_person, make_view

PAGE = Path(__file__).parents[2] / "docs" / "health-score.md"


def test_the_example_of_the_page_is_what_the_command_prints() -> None:
    shown = re.search(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    assert shown[1] == example(), "run: uv run python -m tests.cli.score_example"


def test_each_product_is_the_points_beside_it_and_they_add_up() -> None:
    rows = re.findall(r"([\d.]+) x ([\d,.]+)(?: USD)? / ([\d,.]+) (?:USD|accounts) +([\d.]+)\n", example())
    points = []
    for weight, good, whole, shown in rows:
        exact = float(weight) * float(good.replace(",", "")) / float(whole.replace(",", ""))
        assert 0 <= exact - float(shown) < 0.1
        points.append(float(shown))
    total = re.search(r"^  Score +([\d.]+)$", example(), re.MULTILINE)
    assert total is not None
    assert len(points) == 4
    assert round(sum(points), 1) == float(total[1])


def test_a_part_with_nothing_to_judge_counts_in_full_and_no_score_shows_no_parts() -> None:
    found = evaluate(make_view([make_person("a")], make_context([make_line(E3, 1, 1)])))
    head = EvaluationHead("ev-1", "t", found.as_of, False, found.summary)
    assert "10.0 x 1 (nothing to judge)" in plain(score_blocks(head))
    nothing = evaluate(make_view([make_person("a", [FREE])], make_context()))
    words = plain(score_blocks(replace(head, summary=nothing.summary)))
    assert "unknown" in words
    assert "How it adds up" not in words
