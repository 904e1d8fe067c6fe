-- What is kept of a step beside its intents and its outcome, sealed under the person's key: how the tenant answered a
-- call where nothing else reads back, and line by line what became of it ('told').
CREATE TABLE kept_of_step (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant_id, run_id, number, name)
) WITHOUT ROWID;
