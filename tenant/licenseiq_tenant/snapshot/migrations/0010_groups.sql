-- What else a group is, as words ('mail', 'microsoft365', 'roles'); NULL where Graph did not say.
ALTER TABLE licensing_group ADD COLUMN traits TEXT;
