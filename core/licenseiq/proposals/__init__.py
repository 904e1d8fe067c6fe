"""Proposals: the immutable plan, its digest and commitments, its states, and the statement that approves it."""
