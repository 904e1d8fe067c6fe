"""From a leave of some months to whether a smaller licence would pay, without anybody's reason for it."""

from licenseiq_prompts.prompt import Argument, Completes, Prompt

LEAVE_REQUEST = Prompt(
    "leave_request",
    "Somebody goes on leave",
    "Asks when a leave begins and ends, and whether a smaller licence would pay for that time.",
    (
        Argument("user", "Who goes on leave: principal name or id.", Completes.PEOPLE, required=True),
        Argument("first_day", "The first day away, as 2026-11-30."),
        Argument("last_day", "The last day away, as 2027-05-31."),
    ),
)
