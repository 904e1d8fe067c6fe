"""A CSV from HR, as records, or what is wrong with it by line.

Columns: user (user principal name, object id or employee id), status (active, on leave, left), since, until. A column
with a reason is refused: why somebody is away is nobody's business here, and must not be stored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from licenseiq.hr import key_of
from licenseiq.people import Employment, HrRecord, Person
from licenseiq.table_file import Problem, Row, bare, read_table

COLUMNS = {
    **dict.fromkeys(("user", "upn", "userprincipalname", "objectid", "employeeid"), "user"),
    "status": "status",
    "since": "since",
    "until": "until",
}
MOST_BYTES, MOST_ROWS, LONGEST = 50_000_000, 500_000, 320
_STATUS = {"active": Employment.ACTIVE, "onleave": Employment.ON_LEAVE, "left": Employment.LEFT}
_REASONS = ("reason", "cause", "why", "note", "comment", "remark", "diagnos", "leavetype", "typeofleave", "absencetype")
_REASONS_ELSEWHERE = ("grund", "bemerkung", "motif", "motivo", "reden", "opmerking", "powod")


@dataclass(frozen=True, slots=True)
class HrFile:
    """Records by key as in `HrList`, with the line of each; none where there are errors."""

    records: Mapping[str, HrRecord]
    lines: Mapping[str, int]
    errors: tuple[Problem, ...] = ()


def read_hr_file(data: bytes) -> HrFile:
    """The records of a file. Every line is right, or none is taken."""
    refused = _reasons(data)
    if refused:
        return HrFile({}, {}, refused)
    table = read_table(data, COLUMNS, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    errors = list(table.errors)
    records: dict[str, HrRecord] = {}
    lines: dict[str, int] = {}
    if not errors and table.rows:
        errors += [
            Problem(1, name, "is missing: it has to be a column.")
            for name in ("user", "status")
            if name not in table.rows[0].cells
        ]
    for row in () if errors else table.rows:
        key = key_of(bare(row.cells["user"]))
        record, wrong = _record(row, key)
        errors += wrong
        if key in lines:
            errors.append(Problem(row.line, "user", f"stands in line {lines[key]} already. Keep one of the two."))
        if record is not None:
            records[key], lines[key] = record, row.line
    if not errors and not records:
        errors.append(Problem(1, "", "The file names nobody. Without a line it would say that HR knows nobody."))
    return HrFile({}, {}, tuple(sorted(errors))) if errors else HrFile(records, lines)


@dataclass(frozen=True, slots=True)
class Known:
    """How many accounts HR's words are about, by status; the lines that fit no account; and pairs of lines about one
    account that differ."""

    accounts: Mapping[Employment, int]
    nobody: tuple[int, ...]
    contrary: tuple[tuple[int, int], ...]


def known_people(file: HrFile, people: Iterable[Person]) -> Known:
    """Whom of these people the file is about."""
    counted = dict.fromkeys(Employment, 0)
    used: set[str] = set()
    contrary: set[tuple[int, int]] = set()
    for person in people:
        names = [person.user_id, person.user_principal_name, person.employee_id]
        keys = [key for name in names if name and (key := key_of(name)) in file.records]
        used.update(keys)
        if keys:
            counted[file.records[keys[0]].status] += 1
        for other in keys[1:]:
            if file.records[other] != file.records[keys[0]]:
                first, second = sorted((file.lines[keys[0]], file.lines[other]))
                contrary.add((first, second))
    nobody = sorted(line for key, line in file.lines.items() if key not in used)
    return Known(counted, tuple(nobody), tuple(sorted(contrary)))


def _record(row: Row, key: str) -> tuple[HrRecord | None, list[Problem]]:
    wrong: list[Problem] = []
    if not key:
        wrong.append(Problem(row.line, "user", "is empty. Write a principal name, an object id or an employee id."))
    elif len(key) > LONGEST:
        wrong.append(Problem(row.line, "user", f"has more than {LONGEST} letters. Write a name or an id."))
    status = _STATUS.get("".join(c for c in row.cells["status"].casefold() if c.isalpha()))
    if status is None:
        wrong.append(Problem(row.line, "status", "is none of active, on leave, left. Write one of them."))
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        try:
            days[name] = _day(row.cells.get(name, ""))
        except ValueError:
            wrong.append(Problem(row.line, name, "is no day. Write it as 2026-11-23, or leave it empty."))
    since, until = days.get("since"), days.get("until")
    if since and until and until < since:
        wrong.append(Problem(row.line, "until", "lies before since. Look at both days."))
    if until and status in (Employment.ACTIVE, Employment.LEFT):
        wrong.append(Problem(row.line, "until", "is for people on leave. Leave it empty."))
    return (None, wrong) if wrong or status is None else (HrRecord(status, since, until), [])


def _day(text: str) -> date | None:
    if text and len(text) != len("2026-11-23"):
        raise ValueError("no day")  # `fromisoformat` takes weeks and days without hyphens as well
    return date.fromisoformat(text) if text else None


def _reasons(data: bytes) -> tuple[Problem, ...]:
    """The columns of the first line that look like a reason."""
    first = data[:10_000].decode("utf-8-sig", errors="replace").replace("\r", "\n").split("\n", 1)[0]
    names = ["".join(c for c in name.casefold() if c.isalnum()) for name in first.replace(";", ",").split(",")]
    return tuple(
        Problem(
            1,
            "",
            f"Column {n} looks like a reason. Why somebody is away or has left must not be stored: take it out.",
        )
        for n, name in enumerate(names, 1)
        if any(word in name for word in (*_REASONS, *_REASONS_ELSEWHERE))
    )
