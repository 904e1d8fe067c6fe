"""Graph's answers, by area; `routes` lists them all."""
