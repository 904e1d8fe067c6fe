"""Lifecycle Workflows as "workflow" (graph, identityGovernance) shows them; tasks by their documented definitions."""

import random

from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields

_TASKS: dict[str, tuple[str, str]] = {
    "Enable user account": ("6fc52c9d-398b-4305-9763-15f42c1676fc", "joiner,leaver"),
    "Generate TAP and send email": ("1b555e50-7f65-41d5-b514-5894a026d10d", "joiner"),
    "Send welcome email": ("70b29d51-b59a-4773-9280-8841dfd3f2ea", "joiner"),
    "Disable user account": ("1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950", "joiner,leaver"),
    "Remove user from all groups": ("b3a31406-2a15-4c9a-b25b-a658fa5f07fc", "leaver"),
    "Remove all licenses for user": ("8fa97d28-3e52-4985-b3a9-a1126f9b8b4e", "leaver"),
}


def _task(place: int, name: str, rng: random.Random) -> Fields:
    definition, category = _TASKS[name]
    return {
        "id": new_id(rng),
        "category": category,
        "displayName": name,
        "description": name,
        "continueOnError": False,
        "executionSequence": place,
        "isEnabled": True,
        "taskDefinitionId": definition,
        "arguments": [],
    }


def _workflow(
    name: str, category: str, attribute: str, tasks: tuple[str, ...], when: Calendar, rng: random.Random, *, on: bool
) -> Fields:
    at = when.moment(300, rng)
    kind = "#microsoft.graph.identityGovernance"
    return {
        "id": new_id(rng),
        "category": category,
        "displayName": name,
        "description": name,
        "isEnabled": on,
        "isSchedulingEnabled": on,
        "version": 1,
        "createdDateTime": at,
        "lastModifiedDateTime": at,
        "deletedDateTime": None,
        "nextScheduleRunDateTime": None,
        "executionConditions": {
            "@odata.type": f"{kind}.triggerAndScopeBasedConditions",
            "scope": {"@odata.type": f"{kind}.ruleBasedSubjectSet", "rule": "(department eq 'Finance')"},
            "trigger": {
                "@odata.type": f"{kind}.timeBasedAttributeTrigger",
                "timeBasedAttribute": attribute,
                "offsetInDays": 0,
            },
        },
        "tasks": [_task(place, task, rng) for place, task in enumerate(tasks, 1)],
    }


def workflows(when: Calendar, rng: random.Random) -> list[Fields]:
    """One for joiners and one for leavers of Finance, both on, and an older one that is switched off."""
    joining = ("Enable user account", "Generate TAP and send email", "Send welcome email")
    leaving = ("Disable user account", "Remove user from all groups", "Remove all licenses for user")
    return [
        _workflow("Onboard Finance", "joiner", "employeeHireDate", joining, when, rng, on=True),
        _workflow("Offboard Finance", "leaver", "employeeLeaveDateTime", leaving, when, rng, on=True),
        _workflow("Offboard (trial)", "leaver", "employeeLeaveDateTime", leaving[:1], when, rng, on=False),
    ]
