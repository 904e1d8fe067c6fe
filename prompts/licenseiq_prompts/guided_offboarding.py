"""From a name to a proposal that a person can approve, by the questions in the order in which they matter."""

from licenseiq_prompts.prompt import Argument, Completes, Prompt

GUIDED_OFFBOARDING = Prompt(
    "guided_offboarding",
    "Take somebody out",
    "Asks what has to be known of a leaver, proposes the offboarding, and says what to approve and where.",
    (
        Argument("user", "Who leaves: principal name or id.", Completes.PEOPLE, required=True),
        Argument("last_day", "The last day, as 2026-11-30. Without: at once."),
        Argument("successor", "Who takes over mailbox and files. Without: the manager.", Completes.PEOPLE),
    ),
)
