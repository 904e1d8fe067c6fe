"""How a person's decision is asked for, kept as evidence, and verified again before the first effect."""
