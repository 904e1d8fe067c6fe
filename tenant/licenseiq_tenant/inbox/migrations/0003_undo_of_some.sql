-- Whose part of a run is taken back: references of the plan's people, in their order; nothing means everybody's.
ALTER TABLE undo_request ADD COLUMN subjects TEXT NOT NULL DEFAULT '';
