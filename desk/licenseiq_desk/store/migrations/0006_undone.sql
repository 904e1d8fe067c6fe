-- A step that read back as true and does not hold any more at the end of its run says so: its note is the newer one.
DROP VIEW v1_run_step;

CREATE VIEW v1_run_step AS
    SELECT s.tenant_id, s.run_id, s.number, s.kind,
        COALESCE(o.outcome, CASE WHEN w.number IS NOT NULL THEN 'waiting' END) AS outcome,
        COALESCE(w.note, o.note) AS note, COALESCE(o.at, w.at) AS at,
        (SELECT COUNT(*) FROM intent i
         WHERE i.tenant_id = s.tenant_id AND i.run_id = s.run_id AND i.number = s.number) AS sends
    FROM run_step s
    LEFT JOIN outcome o ON o.tenant_id = s.tenant_id AND o.run_id = s.run_id AND o.number = s.number
    LEFT JOIN waiting_step w ON w.tenant_id = s.tenant_id AND w.run_id = s.run_id AND w.number = s.number;
