-- Findings that somebody has decided to leave as they are. Days are in UTC, and until is the last one.
CREATE TABLE exception (
    tenant_id TEXT NOT NULL,
    finding_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('snoozed', 'accepted')),
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    until TEXT NOT NULL,
    added_on TEXT NOT NULL,
    PRIMARY KEY (tenant_id, finding_id)
) WITHOUT ROWID;
