-- The changes of exceptions that stand in the ledger, by their number in the book and their digest there.
CREATE TABLE exception_taken (
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    what TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;
