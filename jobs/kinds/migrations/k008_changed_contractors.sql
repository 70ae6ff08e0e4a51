-- The row that has changed a contractor last, of the task that did: task_id and row_no are those that made it. Of rows of
-- one file the last counts, whatever order its batches are written in.
ALTER TABLE contractor ADD COLUMN changed_by uuid, ADD COLUMN changed_row bigint;
