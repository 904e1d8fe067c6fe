-- The seed of the commitments that the ledger holds of an exception, and the change that made it. It goes with the
-- exception: what has ended can be opened no more. NULL for one from before changes were kept.
ALTER TABLE exception ADD COLUMN seed BLOB;
ALTER TABLE exception ADD COLUMN made_by_change INTEGER;

-- Each exception as it was made and ended, in order, for the desk to take into its ledger. Rows are only added. No finding,
-- owner or reason stands here, only commitments, as JSON; `account` is the operating system's, of who typed the command.
CREATE TABLE exception_change (
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('made', 'ended')),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    until TEXT NOT NULL,
    ends INTEGER,
    commitments TEXT NOT NULL,
    account TEXT NOT NULL,
    account_seed BLOB NOT NULL,
    PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;
