-- What models asked for. Written by the server; the desk reads it, and deletes openings that it has taken over.
CREATE TABLE proposal (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    plan BLOB NOT NULL,
    content_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id)
) WITHOUT ROWID;

CREATE INDEX proposal_by_content ON proposal (tenant_id, content_key);

-- The personal values of a plan, in the clear until the desk has taken them over.
CREATE TABLE opening (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    seed BLOB NOT NULL,
    personal_values BLOB NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id, reference)
) WITHOUT ROWID;

CREATE TABLE withdrawal (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id)
) WITHOUT ROWID;

-- Who asked what by which client: names of tools and clients only, no argument and no tenant text.
CREATE TABLE tool_call (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    at TEXT NOT NULL,
    tool TEXT NOT NULL,
    client TEXT NOT NULL,
    is_error INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, call_id)
) WITHOUT ROWID;
