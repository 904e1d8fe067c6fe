-- Whom runs touched, by a keyed digest: what an hour and a day may hold is counted over it.
CREATE TABLE touched (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, run_id, person)
) WITHOUT ROWID;

CREATE INDEX touched_by_time ON touched (tenant_id, at);

-- Why a run rests until a person lets it go on ('person', 'failures'), and when somebody asked to cancel it.
ALTER TABLE run ADD COLUMN held TEXT;

ALTER TABLE run ADD COLUMN cancel_at TEXT;

DROP VIEW v1_run;

CREATE VIEW v1_run AS
    SELECT tenant_id, proposal_id, run_id,
        CASE WHEN held IS NOT NULL AND ended_at IS NULL THEN 'paused' ELSE state END AS state,
        level, created_at, next_at, ended_at, held
    FROM run;
