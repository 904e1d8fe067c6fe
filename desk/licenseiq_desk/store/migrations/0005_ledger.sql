-- Calls of tools that the desk has taken over from the inbox. Entry `batch` of the ledger holds the root over its rows,
-- which stay until `kept_until`.
CREATE TABLE sealed_call (
    tenant_id TEXT NOT NULL,
    batch INTEGER NOT NULL,
    number INTEGER NOT NULL,
    call_id TEXT NOT NULL,
    at TEXT NOT NULL,
    tool TEXT NOT NULL,
    client TEXT NOT NULL,
    failed INTEGER NOT NULL,
    kept_until TEXT NOT NULL,
    PRIMARY KEY (tenant_id, batch, number),
    UNIQUE (tenant_id, call_id)
) WITHOUT ROWID;

-- The policies that were in force, by their digests: entry `seq` of the ledger says so too.
CREATE TABLE policy_version (
    tenant_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, seq)
) WITHOUT ROWID;

-- Which entries are about which proposal: an index that can be made again from the entries.
CREATE TABLE ledger_about (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id, seq)
) WITHOUT ROWID;

CREATE VIEW v1_ledger_about AS
    SELECT tenant_id, proposal_id, seq FROM ledger_about;

CREATE VIEW v1_ledger_entry AS
    SELECT e.tenant_id, e.seq, h.at, e.entry
    FROM ledger_entry e
    JOIN ledger_head h ON h.tenant_id = e.tenant_id AND h.size = e.seq + 1;
