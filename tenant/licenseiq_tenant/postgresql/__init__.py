"""The stores in PostgreSQL: the same statements as on SQLite, in one schema for each store."""
