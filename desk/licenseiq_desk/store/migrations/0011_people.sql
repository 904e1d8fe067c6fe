-- Whose step it is, by the plan's reference: how many people a run is finished with. Runs of before say nothing.
ALTER TABLE run_step ADD COLUMN subject TEXT NOT NULL DEFAULT '';
