"""From a joiner's department and title to the licences that they need, and the seats that these come from."""

from licenseiq_prompts.prompt import Argument, Completes, Prompt

NEW_HIRE = Prompt(
    "new_hire",
    "Somebody joins",
    "Finds what a joiner needs by what similar people use, and a seat that is free or can be freed.",
    (
        Argument("department", "The joiner's department.", Completes.DEPARTMENTS, required=True),
        Argument("job_title", "The joiner's job title."),
        Argument("user", "The account, where there is one already.", Completes.PEOPLE),
        Argument("first_day", "The first day, as 2026-11-30."),
    ),
)
