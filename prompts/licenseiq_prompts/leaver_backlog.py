"""From everybody who has left and still costs money to proposals, in small and safe groups."""

from licenseiq_prompts.prompt import Argument, Completes, Prompt

LEAVER_BACKLOG = Prompt(
    "leaver_backlog",
    "Work off those who have left",
    "Finds leavers who still hold licences, shows what they cost, and proposes them in groups.",
    (Argument("department", "Only this department. Without: everybody.", Completes.DEPARTMENTS),),
)
