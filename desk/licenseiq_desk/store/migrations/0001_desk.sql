-- What people decided and what was done. Written by the desk alone. No personal value stands here in the clear.
CREATE TABLE proposal (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    plan BLOB NOT NULL,
    state TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    state_at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id)
) WITHOUT ROWID;

CREATE INDEX proposal_by_state ON proposal (tenant_id, state);

CREATE TABLE sealed_opening (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id, reference)
) WITHOUT ROWID;

CREATE TABLE preflight (
    tenant_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    record BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, digest)
) WITHOUT ROWID;

CREATE TABLE approval (
    tenant_id TEXT NOT NULL,
    approval_id TEXT NOT NULL,
    statement BLOB NOT NULL,
    statement_digest TEXT NOT NULL,
    evidence BLOB NOT NULL,
    nonce TEXT NOT NULL,
    decision TEXT NOT NULL,
    level TEXT NOT NULL,
    approver_kind TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, approval_id),
    UNIQUE (tenant_id, nonce)
) WITHOUT ROWID;

-- A proposal that an approval covers. `consumed_by` is the one run that it started; `refused` is why it started none.
CREATE TABLE approval_cover (
    tenant_id TEXT NOT NULL,
    approval_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    preflight_digest TEXT NOT NULL,
    consumed_by TEXT,
    refused TEXT,
    PRIMARY KEY (tenant_id, approval_id, proposal_id),
    FOREIGN KEY (tenant_id, approval_id) REFERENCES approval (tenant_id, approval_id)
) WITHOUT ROWID;

CREATE TABLE run (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    approval_id TEXT NOT NULL,
    level TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    next_at TEXT,
    ended_at TEXT,
    lease_owner TEXT,
    lease_until TEXT,
    fence INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, run_id),
    UNIQUE (tenant_id, approval_id, proposal_id)
) WITHOUT ROWID;

CREATE TABLE run_step (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (tenant_id, run_id, number)
) WITHOUT ROWID;

-- One row per sending of an effect, flushed before it leaves. The reading before it is sealed under the person's key.
-- `answer` is null while nothing is known: the effect may or may not have happened.
CREATE TABLE intent (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    send INTEGER NOT NULL,
    at TEXT NOT NULL,
    fence INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    before_reading BLOB NOT NULL,
    answer TEXT,
    PRIMARY KEY (tenant_id, run_id, number, send)
) WITHOUT ROWID;

CREATE TABLE outcome (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL,
    at TEXT NOT NULL,
    fence INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, run_id, number)
) WITHOUT ROWID;

CREATE TABLE ledger_entry (
    tenant_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    entry BLOB NOT NULL,
    leaf BLOB NOT NULL,
    PRIMARY KEY (tenant_id, seq)
) WITHOUT ROWID;

-- One signed head per entry; `peaks` is the frontier, so that appending reads one row.
CREATE TABLE ledger_head (
    tenant_id TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    peaks BLOB NOT NULL,
    signature BLOB NOT NULL,
    public_key BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, size)
) WITHOUT ROWID;

-- What other processes may read. Columns are added, never renamed.
CREATE VIEW v1_proposal_state AS
    SELECT tenant_id, proposal_id, digest, state, taken_at, state_at FROM proposal;

CREATE VIEW v1_approval AS
    SELECT a.tenant_id, c.proposal_id, a.approval_id, a.decision, a.level, a.approver_kind, a.at
    FROM approval a
    JOIN approval_cover c ON c.tenant_id = a.tenant_id AND c.approval_id = a.approval_id;

CREATE VIEW v1_run AS
    SELECT tenant_id, proposal_id, run_id, state, level, created_at, next_at, ended_at FROM run;

CREATE VIEW v1_run_step AS
    SELECT s.tenant_id, s.run_id, s.number, s.kind, o.outcome, o.note, o.at,
        (SELECT COUNT(*) FROM intent i
         WHERE i.tenant_id = s.tenant_id AND i.run_id = s.run_id AND i.number = s.number) AS sends
    FROM run_step s
    LEFT JOIN outcome o ON o.tenant_id = s.tenant_id AND o.run_id = s.run_id AND o.number = s.number;

CREATE VIEW v1_ledger_head AS
    SELECT tenant_id, size, lower(hex(root)) AS root FROM ledger_head h
    WHERE size = (SELECT MAX(size) FROM ledger_head m WHERE m.tenant_id = h.tenant_id);
