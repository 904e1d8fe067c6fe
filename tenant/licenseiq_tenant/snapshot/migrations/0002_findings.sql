-- Whom a claim is about, beside it: filters and groups of waste then look at one table.
ALTER TABLE claim ADD COLUMN user_id TEXT;
ALTER TABLE claim ADD COLUMN department TEXT;
ALTER TABLE claim ADD COLUMN department_key TEXT;

UPDATE claim SET user_id = (
    SELECT f.user_id FROM finding f
    WHERE f.tenant_id = claim.tenant_id AND f.evaluation_id = claim.evaluation_id AND f.finding_id = claim.finding_id
);

-- Without it the next statement would look through all holders for each claim.
CREATE INDEX holder_by_user ON holder (tenant_id, evaluation_id, user_id);

UPDATE claim SET department = (
    SELECT h.department FROM holder h
    WHERE h.tenant_id = claim.tenant_id AND h.evaluation_id = claim.evaluation_id AND h.user_id = claim.user_id
), department_key = (
    SELECT h.department_key FROM holder h
    WHERE h.tenant_id = claim.tenant_id AND h.evaluation_id = claim.evaluation_id AND h.user_id = claim.user_id
) WHERE user_id IS NOT NULL;

DROP INDEX holder_by_user;
