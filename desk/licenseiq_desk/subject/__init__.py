"""A copy of what is held about one person (GDPR, article 15), for a person at a terminal and no model."""
