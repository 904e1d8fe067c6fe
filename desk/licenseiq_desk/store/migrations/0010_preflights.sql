-- What was read of each account before a decision, sealed under the person's key: the record holds a commitment to it.
CREATE TABLE preflight_account (
    tenant_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    reference TEXT NOT NULL,
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant_id, digest, reference)
) WITHOUT ROWID;
