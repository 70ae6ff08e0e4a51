-- Of a shadow (a dry run of what another task has recorded): what the next attempt of that task would be, and its rows that
-- stood rejected when the plan was made.
ALTER TABLE replay_plan ADD COLUMN work jsonb, ADD COLUMN rejected bigint[];
-- How many rows of a shadow's batch would change, by what becomes of them and by field (domain.shadows.Told).
ALTER TABLE preview_batch ADD COLUMN told jsonb;
