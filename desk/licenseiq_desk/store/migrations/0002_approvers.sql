-- The desk's own people, and the keys they sign with. Nobody else than the desk writes here.
CREATE TABLE approver (
    tenant_id TEXT NOT NULL,
    approver_id TEXT NOT NULL,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    enrolled TEXT NOT NULL,
    at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (tenant_id, approver_id)
) WITHOUT ROWID;

CREATE TABLE passkey (
    tenant_id TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    approver_id TEXT NOT NULL,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    aaguid TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, credential_id),
    FOREIGN KEY (tenant_id, approver_id) REFERENCES approver (tenant_id, approver_id)
) WITHOUT ROWID;
