"""Microsoft 365 usage reports as CSV; `functions` lists them."""
