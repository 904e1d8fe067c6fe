-- A step can be several calls: which one an intent is for, by a digest under the person's seed ('' where it is one).
ALTER TABLE intent ADD COLUMN call TEXT NOT NULL DEFAULT '';

-- What a step waits for, until it has its outcome: throttling, a conversion, a person.
CREATE TABLE waiting_step (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    note TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, run_id, number)
) WITHOUT ROWID;

DROP VIEW v1_run_step;

CREATE VIEW v1_run_step AS
    SELECT s.tenant_id, s.run_id, s.number, s.kind,
        COALESCE(o.outcome, CASE WHEN w.number IS NOT NULL THEN 'waiting' END) AS outcome,
        COALESCE(o.note, w.note) AS note, COALESCE(o.at, w.at) AS at,
        (SELECT COUNT(*) FROM intent i
         WHERE i.tenant_id = s.tenant_id AND i.run_id = s.run_id AND i.number = s.number) AS sends
    FROM run_step s
    LEFT JOIN outcome o ON o.tenant_id = s.tenant_id AND o.run_id = s.run_id AND o.number = s.number
    LEFT JOIN waiting_step w ON w.tenant_id = s.tenant_id AND w.run_id = s.run_id AND w.number = s.number;
