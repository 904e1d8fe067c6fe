-- Whose key it is, by a keyed digest of the account's id: how an erasure finds a person. It goes with the key.
ALTER TABLE subject_key ADD COLUMN person TEXT;
