"""refresh_tenant says whether it started anything and how old each lane is."""

import pytest

from licenseiq.errors import NotReadable
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, text_of

pytestmark = pytest.mark.anyio


async def test_fresh_data_is_left_alone(mode: str) -> None:
    result = await ask(mode, "refresh_tenant")
    answer = result.structured_content
    assert answer is not None
    assert answer["started"] is False
    assert answer["ages"] == [{"lane": "fast", "as_of": "2026-11-23T09:12:31Z"}, {"lane": "slow", "as_of": None}]
    assert answer["unknown"] == ["Sign-in activity: not read."]
    assert "No new scan was started." in text_of(result)


async def test_it_has_no_argument(mode: str) -> None:
    assert "Valid arguments of refresh_tenant: none." in await error(mode, "refresh_tenant", {"force": True})
    assert (await content(mode, "refresh_tenant"))["as_of"] == "2026-11-23T09:12:31Z"


async def test_a_missing_permission_is_named(mode: str) -> None:
    failure = NotReadable(
        "Users could not be read: the app lacks User.Read.All.",
        "Grant it.",
        reason="no_permission",
        permission="User.Read.All",
    )
    assert "User.Read.All" in await error(mode, "refresh_tenant", tenant=FakeTenant(failure=failure))
