"""The keys and capabilities in docs/policy.md, from what the program reads. `tests.snapshots.update` writes them."""

from pathlib import Path

from licenseiq.leaving_keys import LEAVING_KEYS, LeavingKey, LeavingKind
from licenseiq.policy_keys import KEYS, KeyKind, PolicyKey
from licenseiq_tenant.prices import load_catalogue

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "policy.md"
BEGIN = "<!-- keys: written by `uv run python -m tests.snapshots.update` -->"
END = "<!-- end of keys -->"


def table() -> str:
    """One row a key, in the order of `licenseiq policy show`; then the capabilities."""
    rows = ["| key | what may stand there | default | what it means |", "|---|---|---|---|"]
    rows += [f"| `{key.name}` | {_allowed(key)} | {_default(key)} | {key.meaning} |" for key in KEYS]
    known = ", ".join(f"`{one}`" for one in sorted(load_catalogue().capabilities))
    rows += ["", f"The capabilities are {known}.", "", "In the section `[offboarding]`:", "", *rows[:2]]
    rows += [f"| `{key.name}` | {_leaving(key)} | {_of(key)} | {key.meaning} |" for key in LEAVING_KEYS]
    return "\n".join(rows)


def in_document() -> str:
    """The table as the document has it. Raises ValueError without its two markers."""
    text = DOCUMENT.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"docs/policy.md needs the lines {BEGIN} and {END}, once each.")
    return text.partition(BEGIN)[2].partition(END)[0].strip("\n")


def rewrite() -> None:
    """Puts the table of now between the markers."""
    in_document()
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def _allowed(key: PolicyKey) -> str:
    if key.kind is KeyKind.NUMBER:
        return f"{key.least:,} to {key.most:,} {key.unit}"
    if key.kind is KeyKind.NUMBER_BY_SKU:
        return f"for single SKUs, {key.least:,} to {key.most:,} {key.unit}"
    return key.kind.value


def _leaving(key: LeavingKey) -> str:
    if key.kind is LeavingKind.DAYS:
        return f"{key.least} to {key.most} days"
    words = ", ".join(f"`{one}`" for one in key.choices)
    return f"{'a list of ' if key.kind is LeavingKind.CHOICES else ''}{words}" if words else key.kind.value


def _of(key: LeavingKey) -> str:
    return f"{key.default}" if key.default else "not set"


def _default(key: PolicyKey) -> str:
    return f"{key.default}" if key.kind is KeyKind.NUMBER else "not set"
