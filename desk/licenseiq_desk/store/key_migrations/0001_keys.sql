-- One key per person of a proposal. Destroying the row makes the sealed values unreadable for good.
CREATE TABLE subject_key (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    secret BLOB NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id, reference)
) WITHOUT ROWID;
