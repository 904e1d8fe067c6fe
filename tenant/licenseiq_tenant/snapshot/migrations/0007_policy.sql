-- Which exceptions an evaluation was made with: 'none', or the version of all of them.
ALTER TABLE evaluation ADD COLUMN exceptions_version TEXT NOT NULL DEFAULT 'none';

-- The groups that the policy excludes. is_read 0: one of its groups could not be read, so that nobody can be said not
-- to be in it. inside are the ids of the groups inside it, separated by spaces: a change of one of them is a change.
CREATE TABLE excluded_group (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    is_read INTEGER NOT NULL,
    inside TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, group_id)
) WITHOUT ROWID;

CREATE TABLE excluded_member (
    tenant_id TEXT NOT NULL,
    generation_id INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, generation_id, user_id, group_id)
) WITHOUT ROWID;
