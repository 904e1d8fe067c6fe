"""Two chats on one home, started at once: one scan for both, within one budget of requests."""

import sqlite3
from contextlib import closing

import anyio
import pytest
from tests.journeys.processes import DEADLINE_SECONDS, Home, Json, is_read
from tests.tools.talk import Ask, good

from licenseiq_tenant.scan.due import LANES

pytestmark = pytest.mark.anyio
REPORTS = (
    "getMailboxUsageDetail",
    "getOffice365ActiveUserDetail",
    "getM365AppUserDetail",
    "getOneDriveUsageAccountDetail",
)


async def test_two_servers_on_one_home_read_each_source_once_and_answer_alike(home: Home) -> None:
    """INV-36 in part: what Graph allows an app counts for both processes together."""
    answers: list[Json] = []

    async def ask_first(ask: Ask) -> None:
        answers.append(good(await ask("health_score")))

    async with home.chat() as one, home.chat() as another:
        async with anyio.create_task_group() as group:
            group.start_soon(ask_first, one)
            group.start_soon(ask_first, another)
        assert [answer["score"] is not None for answer in answers] == [True, True]

        # The first answer may rest on an evaluation before sign-in activity: the scan goes on behind it.
        with anyio.fail_after(DEADLINE_SECONDS):
            while not is_read(report := good(await one("refresh_tenant"))):
                assert report["started"] is False
        settled = good(await one("health_score"))
        assert settled == good(await another("health_score"))
    assert not any("Sign-in activity" in words for words in settled["unknown"])

    entries = [entry for entry in home.demo.requests() if entry["kind"] != "download"]
    asked = [f"{entry['path']}?{entry['query']}" for entry in entries]
    assert sum(url.startswith("/subscribedSkus") for url in asked) == 1
    for report_name in REPORTS:
        assert sum(report_name in url for url in asked) == 1, report_name
    twice = {url for url in asked if asked.count(url) > 1}
    # People are counted before and after they are read, and so for their managers, by the one scan.
    # What is left of leavers is asked in batches.
    assert twice <= {"/users/$count?", "/$batch?"}
    assert asked.count("/users/$count?") <= 4
    sign_ins = [url for url in asked if "signInActivity" in url]
    assert 1 <= len(sign_ins) <= 10
    reports = {f"report:{source.value}": 1 for source in LANES["reports"]}
    assert spent(home) == {"sign_ins": len(sign_ins), "leavers": asked.count("/$batch?"), **reports}


def spent(home: Home) -> dict[str, int]:
    """What both processes took out of the one budget."""
    with closing(sqlite3.connect(home.snapshot)) as db:
        return dict(db.execute("SELECT bucket, COUNT(*) FROM rate_use GROUP BY bucket").fetchall())
