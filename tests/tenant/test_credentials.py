"""Which tokens the reader takes: none that can write (INV-02)."""

import asyncio
import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.errors import Refused
from licenseiq.readings import NAMES
from licenseiq_tenant.graph.credentials import (
    READER_PERMISSIONS,
    guarded,
    refuse_writing_tokens,
    static_token,
    tenant_of,
)

TENANT = "11111111-2222-3333-4444-55555555AAAA"


def token(**claims: object) -> str:
    """A token as Entra makes it, but for the signature, which only Graph looks at."""
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, "c2lnbmF0dXJl"])


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": ["User.Read.All"]},
        {"roles": list(READER_PERMISSIONS)},
        {"scp": "openid profile email offline_access User.Read AuditLog.Read.All"},
        {
            "roles": [
                "Directory.Read.All",
                "User.ReadBasic.All",
                "RoleManagement.Read.Directory",
                "Application.Read.All",
            ]
        },
        {"tid": TENANT},
    ],
)
def test_a_token_that_only_reads_passes(claims: dict[str, object]) -> None:
    refuse_writing_tokens(token(**claims))


@pytest.mark.parametrize(
    "permission",
    [
        "User.ReadWrite.All",
        "LicenseAssignment.ReadWrite.All",
        "Directory.ReadWrite.All",
        "Exchange.ManageAsApp",
        "Directory.AccessAsUser.All",
        "User.EnableDisableAccount.All",
        "User.RevokeSessions.All",
        "User.ManageIdentities.All",
        "Mail.Send",
        "Sites.FullControl.All",
        "Sites.Selected",
        "full_access_as_app",
        "user_impersonation",
        "Synchronization.Read-Write.All",
        "User.Read.All.Write",
        "user.readwrite.all",
        ".default",
    ],
)
@pytest.mark.parametrize("delegated", [False, True])
def test_a_token_with_one_permission_to_write_among_its_reads_is_refused_by_name(
    permission: str, delegated: bool
) -> None:
    """INV-02. The control that shows it can pass is the test above."""
    names = ["User.Read.All", permission, "AuditLog.Read.All"]
    carrying = token(scp=" ".join(names)) if delegated else token(roles=names)
    with pytest.raises(Refused) as caught:
        refuse_writing_tokens(carrying)
    assert caught.value.what_happened.endswith(f": {permission}.")
    assert "read permissions only" in caught.value.next_step
    assert carrying not in str(caught.value)


@given(
    st.from_regex(
        r"[A-Za-z]{1,12}\.[A-Za-z]{0,8}(Write|Manage|Send|Full)[A-Za-z]{0,8}(\.[A-Za-z]{1,8})?", fullmatch=True
    )
)
def test_no_name_whose_operation_is_not_exactly_to_read_passes(permission: str) -> None:
    with pytest.raises(Refused):
        refuse_writing_tokens(token(roles=[permission]))


def test_what_stands_where_permissions_should_and_is_none_is_refused_without_being_quoted() -> None:
    for roles in (5, {"a": "User.ReadWrite.All"}, [None], ["Nice\u202e name\n"], [["User.Read.All"]]):
        with pytest.raises(Refused, match=r": (one without a proper name|None|5)\.") as caught:
            refuse_writing_tokens(token(roles=roles))
        assert "\u202e" not in str(caught.value)


def test_many_permissions_to_write_are_counted_and_five_are_named() -> None:
    with pytest.raises(Refused, match=r": A0\.Write, A1\.Write, A2\.Write, A3\.Write, A4\.Write and 3 more\."):
        refuse_writing_tokens(token(roles=[f"A{number}.Write" for number in range(8)]))


@pytest.mark.parametrize(
    "text", ["", "a demo token", "a.b", "a.b.c", "a.!.c", "é.é.é", ".".join(["e30"] * 5), "a.WzFd.c"]
)
def test_a_token_that_says_nothing_about_itself_passes(text: str) -> None:
    refuse_writing_tokens(text)
    assert tenant_of(text) is None


def test_every_permission_that_a_source_needs_is_one_of_the_readers() -> None:
    assert set(READER_PERMISSIONS) == {permission for _, permission in NAMES.values() if permission}


def test_each_new_token_of_a_guarded_source_is_checked_and_none_gets_out_unchecked() -> None:
    reads, writes = token(roles=["User.Read.All"]), token(roles=["User.Read.All", "User.ReadWrite.All"])
    coming = iter([reads, reads, writes, writes, reads])

    async def source() -> str:
        return next(coming)

    async def story() -> None:
        get = guarded(source)
        assert await get() == reads
        assert await get() == reads
        for _ in range(2):  # refused once is not accepted the second time
            with pytest.raises(Refused):
                await get()
        assert await get() == reads

    asyncio.run(story())


def test_a_ready_token_is_given_as_it_is_and_shows_in_no_representation() -> None:
    source = static_token("canary-7f3a")

    async def get() -> str:
        return await guarded(source)()

    assert asyncio.run(get()) == "canary-7f3a"
    assert "canary" not in repr(source)


def test_the_tenant_of_a_token_is_its_guid_in_lower_case_or_unknown() -> None:
    assert tenant_of(token(tid=TENANT)) == TENANT.lower()
    for tid in (None, 5, "contoso", TENANT + "0", "../" + TENANT):
        assert tenant_of(token(tid=tid)) is None
