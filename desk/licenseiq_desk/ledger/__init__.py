"""The ledger: an append-only RFC 6962 tree of what was decided and done, with signed heads."""
