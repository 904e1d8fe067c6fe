"""Whether somebody of a running demo has files in OneDrive: their last licence is held back until these are copied."""

import httpx

from licenseiq_demo import process


def has_files(demo: process.Demo, user_id: str) -> bool:
    answer = httpx.get(
        f"{demo.url}/users/{user_id}/drive",
        params={"$select": "quota"},
        headers={"Authorization": f"Bearer {demo.token}"},
        trust_env=False,
    )
    return answer.status_code != 404 and answer.json()["quota"]["used"] > 0


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
