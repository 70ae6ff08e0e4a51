-- Two indexes over (task, row) and (owner, row) were dear for what they are good for. A row's layers are few: its id is enough.
-- All layers of a task are wanted only when it is undone or looked at as a whole. They lie together, as they were written:
-- a summary of each megabyte says where not to look. Those of an owner are spread, so that theirs is a Bloom filter.
DROP INDEX row_before_task, row_before_owner;
CREATE INDEX row_before_row ON row_before (row_id);
CREATE INDEX row_before_tasks ON row_before USING brin (task_id, owner uuid_bloom_ops) WITH (autosummarize = on);
