-- What the rows of an attempt counted as before it, whose reading numbers them, which code it ran.
ALTER TABLE attempt ADD COLUMN before jsonb NOT NULL DEFAULT '{}';
ALTER TABLE attempt ADD COLUMN origin integer NOT NULL DEFAULT 1;
ALTER TABLE attempt ADD COLUMN version text;
ALTER TABLE task DROP COLUMN base;
CREATE INDEX task_retrying ON task (created_at DESC, id DESC) WHERE retry IS NOT NULL;
