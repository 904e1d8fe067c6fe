"""Proposing: from what a model asked for to a stored proposal, and what became of it."""

from licenseiq_tenant.proposing.neighbours import DeskStates, Subjects
from licenseiq_tenant.proposing.proposing import Proposing

__all__ = ["DeskStates", "Proposing", "Subjects"]
