-- Runs that somebody wants to take back. The desk makes the plan, as it alone can open what a run read before each step;
-- it then stands under the id that was promised here.
CREATE TABLE undo_request (
    tenant_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    of_proposal TEXT NOT NULL,
    requested_by BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, proposal_id)
) WITHOUT ROWID;
