"""Who works here and why their account looks as it does."""
