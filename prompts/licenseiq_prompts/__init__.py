"""The MCP prompts, one a file with its words in a .md beside it. Reading this list is reading what a person can start.

A prompt leads a model through the questions in the right order. It calls nothing itself, and does not depend on the
tenant: only what completes its arguments does.
"""

from licenseiq_prompts.guided_offboarding import GUIDED_OFFBOARDING
from licenseiq_prompts.leave_request import LEAVE_REQUEST
from licenseiq_prompts.leaver_backlog import LEAVER_BACKLOG
from licenseiq_prompts.new_hire import NEW_HIRE
from licenseiq_prompts.prompt import Argument, Completes, Prompt

PROMPTS: tuple[Prompt, ...] = (GUIDED_OFFBOARDING, LEAVER_BACKLOG, NEW_HIRE, LEAVE_REQUEST)

__all__ = ["PROMPTS", "Argument", "Completes", "Prompt"]
