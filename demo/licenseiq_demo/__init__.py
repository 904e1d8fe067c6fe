"""A Microsoft 365 tenant that speaks Graph over HTTP."""
