-- The service plans that a group leaves off in what it gives, as ids; NULL where Graph did not say.
ALTER TABLE licensing_group ADD COLUMN disabled_plans TEXT;
