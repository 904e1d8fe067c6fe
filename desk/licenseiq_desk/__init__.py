"""The people's side: approval, execution and the ledger."""
