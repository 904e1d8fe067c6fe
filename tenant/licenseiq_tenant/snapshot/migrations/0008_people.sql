-- What more is read of people, of how licences came to them, and of purchases.
ALTER TABLE person ADD COLUMN country TEXT;
ALTER TABLE person ADD COLUMN cost_center TEXT;
ALTER TABLE person ADD COLUMN division TEXT;
ALTER TABLE person ADD COLUMN employee_id TEXT;

ALTER TABLE assignment ADD COLUMN changed TEXT;

ALTER TABLE subscription ADD COLUMN owner_type TEXT;
ALTER TABLE subscription ADD COLUMN owner_tenant_id TEXT;
ALTER TABLE subscription ADD COLUMN owner_id TEXT;

-- Product types and their days, as JSON.
ALTER TABLE activation ADD COLUMN products TEXT NOT NULL DEFAULT '[]';

-- Those who have a manager.
CREATE TABLE manager (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    manager_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, user_id)
) WITHOUT ROWID;

-- Which word of HR an evaluation was made with: 'none', or its version.
ALTER TABLE evaluation ADD COLUMN hr_version TEXT NOT NULL DEFAULT 'none';

-- What is carried over from before lacks the new columns: everybody is read whole once more.
DELETE FROM delta_link WHERE source = 'users';
