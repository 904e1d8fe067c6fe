"""Renewing the packaged product data."""

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from licenseiq_tenant.prices.build import COPIED, main, problems, renew

OVERLAPS = """
overlap = []
named = []
rejected = []
method = { supersedes = [], noise_plan_ids = [] }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of now, as if newly compiled."""
    for name in COPIED:
        shutil.copy(str(files("licenseiq_tenant.prices").joinpath("data", name)), tmp_path / name)
    (tmp_path / "overlaps.toml").write_text(OVERLAPS, encoding="utf-8")
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_files_that_fit_each_other_are_taken_whole_with_their_day(folder: Path, tmp_path: Path) -> None:
    assert problems(folder) == []
    (target := tmp_path / "data").mkdir()
    renew(folder, date(2027, 1, 2), target)
    assert {path.name for path in target.iterdir()} == {*COPIED, "overlaps.json", "edition.txt"}
    assert (target / "prices.toml").read_bytes() == (folder / "prices.toml").read_bytes()
    assert (target / "edition.txt").read_text(encoding="utf-8") == "2027-01-02\n"


def test_a_file_that_is_missing_is_named(folder: Path) -> None:
    (folder / "tiers.toml").unlink()
    assert problems(folder) == ["tiers.toml is missing."]


def test_a_sku_that_nobody_knows_a_second_current_price_and_a_broken_price_are_told(folder: Path) -> None:
    e3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
    replace(folder / "skus.csv", e3, "05e9a617-0261-4cee-bb44-000000000000")
    replace(folder / "prices.toml", "usd_micros = 36000000", "usd_micros = 36000000.5")
    replace(folder / "prices.toml", 'status = "superseded"', 'status = "current"')
    told = " ".join(problems(folder))
    assert f"prices.toml names {e3}, which skus.csv lacks." in told
    assert f"prices.toml has two current prices of {e3}." in told
    assert "has a price that is no whole number of micro-units." in told


@pytest.mark.parametrize("words", [[], ["."], [".", "soon"]])
def test_a_wrong_call_says_what_to_name(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Name the folder" in capsys.readouterr().err


def test_wrong_files_are_told_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "2027-01-02"]) == 1
    assert "Nothing was written." in capsys.readouterr().err
