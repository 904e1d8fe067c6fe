"""Whether somebody of a running demo has files in OneDrive: their last licence is held back until these are copied."""

import httpx

from licenseiq_demo import process

# Causes of people who may sign in and are no leavers yet.
PEOPLE = ("active", "mail_and_web", "never_used", "almost_empty", "left_on_paper")


def has_files(demo: process.Demo, user_id: str) -> bool:
    answer = httpx.get(
        f"{demo.url}/users/{user_id}/drive",
        params={"$select": "quota"},
        headers={"Authorization": f"Bearer {demo.token}"},
        trust_env=False,
    )
    return answer.status_code != 404 and answer.json()["quota"]["used"] > 0


def may_sign_in(demo: process.Demo, user_id: str) -> bool:
    """By what the tenant says now: another test may have taken somebody out already."""
    answer = httpx.get(
        f"{demo.url}/users/{user_id}",
        params={"$select": "accountEnabled"},
        headers={"Authorization": f"Bearer {demo.token}"},
        trust_env=False,
    )
    return answer.status_code == 200 and answer.json()["accountEnabled"] is True


def holders_of_roles(demo: process.Demo) -> set[str]:
    """Ids of accounts that hold a directory role, or may activate one: they are protected."""
    found = set()
    for path in ("roleAssignments", "roleEligibilityScheduleInstances"):
        answer = httpx.get(
            f"{demo.url}/roleManagement/directory/{path}",
            headers={"Authorization": f"Bearer {demo.token}"},
            trust_env=False,
        )
        found |= {row["principalId"] for row in answer.json()["value"]}
    return found
